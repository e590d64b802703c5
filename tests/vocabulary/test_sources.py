"""A location says whether it is a database, and whether a password stands in it."""

from __future__ import annotations

import pytest

from patronage.vocabulary.sources import holds_password, names_database


@pytest.mark.parametrize(
    ("location", "is_database"),
    [
        ("postgresql://me@host/db", True),
        ("Postgres:///db", True),
        ("data/orders.csv", False),
        ("postgresql.csv", False),
    ],
)
def test_a_url_names_a_database_and_a_path_does_not(location: str, is_database: bool) -> None:
    assert names_database(location) is is_database


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("postgresql://me@host:5432/db?sslmode=require", False),
        ("postgresql://host:5432/db", False),
        ("postgresql://me@[::1]:5432/db?service=shop", False),
        ("postgresql://me:word@host/db", True),
        ("postgresql://me:w/o@r@host/db", True),
        ("postgresql://me@host/db?password=word", True),
        ("postgresql://me@host/db?sslmode=require&pass%77ord=word", True),
        ("postgresql://me@host/db?sslpassword=word", True),
    ],
)
def test_a_password_in_a_url_is_found(location: str, told: bool) -> None:
    assert holds_password(location) is told

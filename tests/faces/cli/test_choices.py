"""Options that commands share."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.faces.cli.choices import day, size
from patronage.vocabulary.errors import ProjectError


@given(st.dates(date(1000, 1, 1)))
def test_a_day_is_read_as_it_is_written(one: date) -> None:
    assert day(one.isoformat(), "--as-of") == one


@pytest.mark.parametrize("text", ["", "2021-02-30", "20210203", "2021-W05", "03.02.2021", "2021-2-3", "2021-02-03T10"])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ProjectError) as refused:
        day(text, "--as-of")
    told = f"--as-of: {text!r} is no date; write it as YYYY-MM-DD, such as 2011-12-09"
    assert str(refused.value) == told


@pytest.mark.parametrize("text", ["4GB", "500MB", "1.5 GiB", "800 mb"])
def test_a_size_is_passed_on(text: str) -> None:
    assert size(text, "--memory") == text


@pytest.mark.parametrize("text", ["", "lots", "4", "-1GB", "4GB; DROP TABLE x", "80%"])
def test_a_size_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ProjectError, match="is no size; write it as 4GB or 500MB"):
        size(text, "--memory")


@pytest.mark.parametrize("text", ["0GB", "99MB", "64 MiB", "99999KB", "0.05gib"])
def test_a_size_too_small_to_work_with_is_refused(text: str) -> None:
    with pytest.raises(ProjectError) as refused:
        size(text, "--memory")
    assert str(refused.value) == f"--memory: {text!r} is too little to work with; give at least 100MB"


def test_options_that_are_not_given_stay_so() -> None:
    assert (day(None, "--as-of"), size(None, "--memory")) == (None, None)

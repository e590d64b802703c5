"""Families of products, told by words of their names."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.analyses.partnership.product_families import (
    ProductFamily,
    family_of,
    product_families,
    words,
)

COLOURS = ("red", "blue", "green", "white", "black", "pink")
KINDS = ("door mat", "tea mug", "wall clock", "gift bag")


def catalogue(seed: int, customers: int = 300) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Kinds of things in six colours: who buys one of a kind buys others of it, whatever the colour."""
    rng = np.random.default_rng(seed)
    names = [f"{colour} {kind} no {i}" for i, kind in enumerate(KINDS) for colour in COLOURS]
    bought = np.zeros((customers, len(names)))
    kind = rng.integers(0, len(KINDS), customers)
    for product in range(len(names)):
        chance = np.where(kind == product // len(COLOURS), 0.6, 0.05)
        bought[:, product] = rng.random(customers) < chance
    return names, np.full(len(names), 100.0), bought.T @ bought


@pytest.mark.parametrize("seed", [1, 2])
def test_words_of_kind_make_families_and_colours_do_not(seed: int) -> None:
    names, amounts, together = catalogue(seed)
    found = product_families(names, amounts, together, 300)
    assert {family.name for family in found} == set(KINDS)
    places = [family_of(name, found) for name in names]
    assert all(len({places[i * 6 + j] for j in range(6)}) == 1 for i in range(4))


def test_the_family_that_explains_most_comes_first() -> None:
    names, amounts, together = catalogue(3)
    amounts[12:18] = 1000.0
    found = product_families(names, amounts, together, 300)
    assert found[0].name == "wall clock"


def test_a_name_belongs_to_the_first_family_whose_word_it_holds() -> None:
    families = (ProductFamily("bag", "lunch bag"), ProductFamily("red", "red"))
    assert family_of("RED Lunch-BOX, 2nd", families) == 1
    assert family_of("RED lunch bag", families) == 0
    assert family_of("box", families) is None


def test_words_leave_digits_and_signs_out() -> None:
    assert words("SET/6 T-LIGHTS 50'S ÉTÉ x12") == ("set", "lights", "été")


def test_where_nothing_is_bought_together_there_are_no_families() -> None:
    names, amounts, _ = catalogue(4)
    rng = np.random.default_rng(5)
    bought = (rng.random((400, len(names))) < 0.2).astype(float)
    assert product_families(names, amounts, bought.T @ bought, 400) == ()
    assert product_families(["a b", "c d"], np.ones(2), np.eye(2), 3) == ()
    assert product_families(names, np.zeros(len(names)), bought.T @ bought, 400) == ()


@settings(max_examples=10)
@given(seed=st.integers(0, 500))
def test_the_order_of_products_plays_no_role(seed: int) -> None:
    names, amounts, together = catalogue(seed, customers=120)
    amounts = amounts * np.random.default_rng(seed).uniform(0.5, 2, amounts.size)
    order = np.random.default_rng(seed + 1).permutation(len(names))
    one = product_families(names, amounts, together, 120)
    other = product_families([names[i] for i in order], amounts[order], together[np.ix_(order, order)], 120)
    assert one == other
    assert len({family.word for family in one}) == len(one)

"""How far below or above expected prices each customer pays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.customer_prices import customer_prices
from patronage.kernels.price_dispersion import PriceDispersion


def dispersion(residual: np.ndarray, money: np.ndarray) -> PriceDispersion:
    """A dispersion that says no more than its lines."""
    none = np.zeros(1)
    yes = np.ones(residual.size, bool)
    return PriceDispersion(residual, money, yes, none, none, 0.02, 0.0, 0.0, 1.0, 0.0, 0.0, 0)


def customers(seed: int, lasting: float, count: int = 400) -> tuple[PriceDispersion, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    code = np.repeat(np.arange(count), random.integers(1, 40, size=count))
    level = random.normal(0, lasting, size=count)
    gap = level[code] + random.normal(0, 0.1, size=code.size)
    return dispersion(np.log1p(gap), random.gamma(2, 50, size=code.size)), code, level


def test_five_customers_have_the_levels_worked_by_hand():
    # Customer 0 pays 80 and 30 where 100 and 30 are expected: 110 of 130. The others pay as expected.
    paid = np.array([80.0, 30, 20, 20, 10, 10, 10, 10, 5, 5])
    due = np.array([100.0, 30, 20, 20, 10, 10, 10, 10, 5, 5])
    told = customer_prices(dispersion(np.log(paid / due), due), np.repeat(np.arange(5), 2), 5)
    assert told.raw_index == pytest.approx([110 / 130, 1, 1, 1, 1])
    assert told.raw_leakage == pytest.approx([20, 0, 0, 0, 0], abs=1e-9)
    # Gaps of -.2 and 0 around their mean -.1, five degrees of freedom.
    assert told.line_sd == pytest.approx(np.sqrt(0.02 / 5))
    assert 110 / 130 < told.index[0] < 1
    assert 0 < told.leakage[0] < 20


def test_lasting_levels_are_found_again_and_the_total_lies_in_its_interval():
    inside = []
    for seed in range(60):
        told_lines, code, level = customers(seed, 0.05)
        told = customer_prices(told_lines, code, level.size, draws=300, seed=seed)
        low, high = np.quantile(told.total, (0.05, 0.95))
        below = told.index < 1
        inside.append(low <= -(told.money * level)[below].sum() <= high)
        assert told.lasting_sd == pytest.approx(0.05, rel=0.25)
        assert np.mean((told.index - 1 - level) ** 2) < np.mean((told.raw_index - 1 - level) ** 2)
    assert np.mean(inside) == pytest.approx(0.9, abs=0.1)


def test_noise_of_any_size_makes_hardly_any_leakage():
    told_lines, code, level = customers(7, 0.0)
    told = customer_prices(told_lines, code, level.size)
    assert told.raw_leakage.sum() > 8_000
    assert told.leakage.sum() < 0.2 * told.raw_leakage.sum()


@given(st.integers(0, 99), st.floats(0.01, 100))
def test_levels_forget_order_and_currency(seed, rate):
    told_lines, code, _ = customers(seed, 0.05, count=20)
    told = customer_prices(told_lines, code, 20, draws=5)
    mixed = np.random.default_rng(seed).permutation(code.size)
    moved = replace(
        told_lines, residual=told_lines.residual[mixed], expected_money=told_lines.expected_money[mixed] * rate
    )
    again = customer_prices(moved, code[mixed], 20, draws=5)
    assert again.index == pytest.approx(told.index, rel=1e-6)
    assert again.leakage == pytest.approx(told.leakage * rate, rel=1e-4, abs=1e-4)
    assert np.all(told.leakage >= 0)


def test_lines_that_tell_no_noise_are_refused():
    with pytest.raises(ValueError, match=r"^no customer has two lines with an expected price, so noise cannot be told"):
        customer_prices(dispersion(np.zeros(3), np.ones(3)), np.arange(3), 3)
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got customer 2, residual 3$"):
        customer_prices(dispersion(np.zeros(3), np.ones(3)), np.arange(2), 3)
    with pytest.raises(ValueError, match=r"^customer must lie from 0 to 1, got 0 to 2$"):
        customer_prices(dispersion(np.zeros(3), np.ones(3)), np.arange(3), 2)

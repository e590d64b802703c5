"""Price dispersion that neither product, volume nor time explains."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.kernels.price_dispersion import Lines, price_dispersion


def shop(seed: int, lines: int = 20_000, noise: float = 0.03) -> Lines:
    """Fifty products, prices that fall by a tenth above four times the usual quantity and rise by 1% a month."""
    random = np.random.default_rng(seed)
    product = random.integers(0, 50, size=lines)
    month = random.integers(0, 12, size=lines)
    usual = random.normal(2, 0.5, size=50)
    volume = usual[product] + random.normal(0, 1, size=lines)
    break_ = np.where(volume - usual[product] > np.log(4), np.log(0.9), 0.0)
    price = random.normal(1, 1, size=50)[product] + 0.01 * month + break_ + random.normal(0, noise, size=lines)
    return Lines(product, month, volume, price)


def test_one_line_of_six_below_its_list_price_is_the_leakage_worked_by_hand():
    # Five lines at 10 and one at 8, three pieces each: expected close to 10, so 6 is missing.
    price = np.log([10.0, 10, 10, 10, 10, 8])
    told = price_dispersion(Lines(np.zeros(6, int), np.zeros(6, int), np.full(6, np.log(3)), price))
    assert told.below == pytest.approx(6.0, rel=0.05)
    assert told.residual[5] == pytest.approx(np.log(0.8), abs=0.01)
    assert told.expected_money == pytest.approx(30.0, rel=0.01)
    assert (told.by_volume, told.by_time, told.unexplained) == pytest.approx((0, 0, 1))


def test_prices_on_a_line_of_quantity_and_month_are_fully_explained():
    random = np.random.default_rng(1)
    product, month = np.repeat(np.arange(4), 30), np.tile(np.arange(6), 20)
    volume = random.uniform(-0.5, 0.5, size=120)
    told = price_dispersion(
        Lines(product, month, volume, product - 0.2 * volume + np.array([0, 0, 0, 0.1, 0.1, 0.1])[month])
    )
    assert told.residual == pytest.approx(0.0, abs=1e-9)
    assert told.volume_effects[0] == pytest.approx(-0.2)
    assert told.unexplained == pytest.approx(0.0, abs=1e-9)
    assert told.month_effects[5] - told.month_effects[0] == pytest.approx(0.1)
    assert (told.below, told.above, told.slips) == pytest.approx((0, 0, 0), abs=1e-6)


def test_price_breaks_and_rises_are_found_again():
    told = price_dispersion(shop(2))
    break_ = told.volume_effects[5:7].mean() - told.volume_effects[3:5].mean()
    assert break_ + told.volume_effects[0] * np.log(4) == pytest.approx(np.log(0.9), abs=0.02)
    assert np.diff(told.month_effects).mean() == pytest.approx(0.01, abs=0.001)
    assert told.core_sd == pytest.approx(0.03, abs=0.002)
    assert told.by_volume + told.by_time + told.unexplained == pytest.approx(1.0)
    # Variances: a tenth less for 8.3% of lines, twelve steps of 1%, noise of 3%.
    parts = np.array([0.083 * 0.917 * np.log(0.9) ** 2, 0.01**2 * 143 / 12, 0.03**2])
    shares = [told.by_volume, told.by_time, told.unexplained]
    assert shares == pytest.approx(parts / parts.sum(), abs=0.04)
    assert told.below == pytest.approx(told.above, rel=0.1)


def test_slips_of_the_pen_move_nothing():
    lines = shop(3)
    wrong = np.random.default_rng(4).random(20_000) < 0.01
    told = price_dispersion(lines._replace(log_price=lines.log_price + np.where(wrong, np.log(100), 0.0)))
    clean = price_dispersion(lines)
    assert told.slips == wrong.sum()
    assert told.month_effects - told.month_effects.mean() == pytest.approx(
        clean.month_effects - clean.month_effects.mean(), abs=0.003
    )
    assert told.below == pytest.approx(clean.below, rel=0.05)


def test_products_with_few_lines_are_not_judged():
    told = price_dispersion(Lines(np.array([0] * 5 + [1] * 4), np.zeros(9, int), np.zeros(9), np.arange(9) / 100))
    assert told.judged.tolist() == [True] * 5 + [False] * 4
    assert told.expected_money[5:] == pytest.approx(0.0)


@settings(max_examples=15)
@given(st.integers(0, 999), st.floats(0.01, 100))
def test_dispersion_forgets_order_and_currency(seed, rate):
    lines = shop(seed, lines=400)
    told = price_dispersion(lines)
    mixed = np.random.default_rng(seed).permutation(400)
    price = lines.log_price[mixed] + np.log(rate)
    again = price_dispersion(Lines(lines.product[mixed], lines.month[mixed], lines.log_quantity[mixed], price))
    assert again.residual == pytest.approx(told.residual[mixed], abs=1e-6)
    assert again.below == pytest.approx(told.below * rate, rel=1e-5)
    assert again.unexplained == pytest.approx(told.unexplained, abs=1e-6)
    assert 0 <= told.unexplained <= 1


def test_lines_without_a_price_to_compare_are_refused():
    with pytest.raises(ValueError, match=r"^no product has 5 lines with a price, so none has an expected price$"):
        price_dispersion(Lines(np.arange(4), np.zeros(4, int), np.zeros(4), np.zeros(4)))
    with pytest.raises(ValueError, match=r"^log_price must be finite: 1 of 1 are not \(first at 0\)$"):
        price_dispersion(Lines(np.zeros(1, int), np.zeros(1, int), np.zeros(1), np.array([-np.inf])))
    with pytest.raises(ValueError, match=r"^lines must not be empty$"):
        price_dispersion(Lines(np.zeros(0, int), np.zeros(0, int), np.zeros(0), np.zeros(0)))
    with pytest.raises(ValueError, match=r"^arrays must be of one length, got product 2, month 1,"):
        price_dispersion(Lines(np.zeros(2, int), np.zeros(1, int), np.zeros(2), np.zeros(2)))

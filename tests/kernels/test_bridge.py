"""The change between two periods, parted exactly."""

from __future__ import annotations

from math import fsum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from patronage.kernels.bridge import Cells, Form, customer_change, in_cents, price_volume_mix

quantities = arrays(float, 8, elements=st.integers(-20, 1000).map(float))
amounts = arrays(float, 8, elements=st.integers(-500_000, 5_000_000).map(lambda pence: pence / 100))


def test_two_products_make_the_parts_worked_by_hand():
    # Cheap 100 at 1.00 becomes 80 at 1.10; dear 10 at 5.00 becomes 30 at 5.00. P = 150 / 110.
    told = price_volume_mix(Cells([100, 10], [100, 50], [80, 30], [88, 150]))
    assert told.change == pytest.approx(88)
    assert told.price == pytest.approx(0.10 * 80)
    assert told.volume == pytest.approx(0.0)
    assert told.mix == pytest.approx(-20 * 1.00 + 20 * 5.00)
    assert told.priced_share == 1.0


def test_the_midpoint_form_weighs_both_periods():
    # Price: 0.10 x 90; volume: no change of quantity; mix: -20 x 1.05 + 20 x 5.00.
    told = price_volume_mix(Cells([100, 10], [100, 50], [80, 30], [88, 150]), Form.MIDPOINT)
    assert (told.price, told.volume, told.mix) == pytest.approx((9.0, 0.0, 79.0))


def test_growth_at_one_price_is_all_volume():
    told = price_volume_mix(Cells([10, 20], [30, 60], [15, 20], [45, 60]))
    assert (told.price, told.volume, told.mix) == pytest.approx((0.0, 15.0, 0.0))


def test_new_and_vanished_products_go_to_mix():
    told = price_volume_mix(Cells([10, 0], [30, 0], [0, 10], [0, 90]))
    assert (told.price, told.volume, told.mix) == pytest.approx((0.0, 0.0, 60.0))
    assert told.priced_share == 0.0


def test_customers_are_parted_by_their_lines_not_by_their_revenue():
    told = customer_change(
        [100, 0, 50, 0, 0],
        [0, 30, 80, -5, 0],
        in_first=np.array([True, False, True, True, False]),
        in_second=np.array([True, True, True, True, True]),
    )
    # The first still has lines that cancel out: shrunk, not lost. The fourth only returned goods.
    assert told == pytest.approx((30, 30, -105, 0))


@pytest.mark.parametrize(
    ("start", "middle", "end", "expected"),
    [
        (
            "2009-12-10",
            "2010-12-10",
            "2011-12-10",
            (9_152_511.60, 9_370_259.48, 1_464_377.96, 1_508_968.75, -2_058_096.53, -941_073.85, 243_571.56),
        ),
        (
            "2009-12-01",
            "2010-12-01",
            "2011-12-01",
            (9_161_996.18, 9_314_079.92, 1_375_038.51, 1_539_656.61, -2_134_788.25, -865_932.65, 238_109.53),
        ),
    ],
)
def test_the_gift_wholesaler_has_its_known_bridge(data_folder, start, middle, end, expected):
    # Online Retail II (UCI), both years without the overlap, all lines counted as product.
    first = data_folder / "online_retail" / "lines_2009_2010.parquet"
    second = data_folder / "online_retail" / "lines_2010_2011.parquet"
    code, later, amount = online_retail(str(first), str(second), (start, middle, end))
    known = code >= 0
    count = int(code.max()) + 1
    sums = [np.bincount(code[known & when], amount[known & when], count) for when in (~later, later)]
    seen = [np.bincount(code[known & when], minlength=count) > 0 for when in (~later, later)]
    told = customer_change(sums[0], sums[1], in_first=seen[0], in_second=seen[1])
    anonymous = fsum(amount[~known & later]) - fsum(amount[~known & ~later])
    measured = (fsum(amount[~later]), fsum(amount[later]), *told, anonymous)
    assert [round(value, 2) for value in measured] == list(expected)


def online_retail(first: str, second: str, days: tuple[str, str, str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    from pyarrow import parquet

    tables = [parquet.read_table(name) for name in (first, second)]
    at, customer, quantity, price = (
        np.concatenate([table[name].fill_null(-1).to_numpy() for table in tables])
        for name in ("invoice_date", "customer_id", "quantity", "unit_price_gbp")
    )
    overlap = (np.arange(at.size) < tables[0].num_rows) & (at >= np.datetime64("2010-12-01"))
    kept = ~overlap & (at >= np.datetime64(days[0])) & (at < np.datetime64(days[2]))
    return customer[kept].astype(np.int64), at[kept] >= np.datetime64(days[1]), (quantity * price)[kept]


def test_a_known_rise_in_price_is_found_again():
    random = np.random.default_rng(2)
    q0 = random.integers(1, 50, size=5000).astype(float)
    q1 = np.round(q0 * random.uniform(0.5, 1.5, size=5000)) + 1
    p0 = random.gamma(2, 3, size=5000)
    told = price_volume_mix(Cells(q0, q0 * p0, q1, q1 * p0 * 1.07))
    assert told.price == pytest.approx(0.07 * (q1 @ p0))
    assert told.volume == pytest.approx((q1.sum() - q0.sum()) * (q0 @ p0) / q0.sum())


@given(quantities, amounts, quantities, amounts, st.sampled_from(Form))
def test_parts_sum_to_the_change_to_the_cent_by_cell_and_in_all(q0, r0, q1, r1, form):
    told = price_volume_mix(Cells(q0, r0, q1, r1), form)
    scale = max(1.0, np.abs(r0).sum() + np.abs(r1).sum(), abs(told.price), abs(told.volume))
    assert told.price + told.volume + told.mix == pytest.approx(told.change, abs=1e-12 * scale)
    assert told.change == pytest.approx(fsum(r1) - fsum(r0), abs=1e-6)
    by_cell = told.price_by_cell + told.volume_by_cell + told.mix_by_cell
    assert by_cell == pytest.approx(r1 - r0, abs=1e-9 * scale)
    assert told.mix_by_cell.sum() == pytest.approx(told.mix, abs=1e-9 * scale)
    cents = in_cents([told.price, told.volume, told.mix])
    assert round(fsum(cents), 2) == round(told.change, 2)


@given(quantities, amounts, quantities, amounts)
def test_the_midpoint_form_turns_round_with_the_periods(q0, r0, q1, r1):
    told = price_volume_mix(Cells(q0, r0, q1, r1), Form.MIDPOINT)
    back = price_volume_mix(Cells(q1, r1, q0, r0), Form.MIDPOINT)
    scale = max(1.0, abs(told.price), abs(told.volume), abs(told.mix))
    assert (back.price, back.volume, back.mix) == pytest.approx(
        (-told.price, -told.volume, -told.mix), abs=1e-9 * scale
    )


@given(arrays(float, st.integers(1, 9), elements=st.floats(-1e6, 1e6)))
def test_rounded_parts_sum_to_the_rounded_total(parts):
    cents = in_cents(parts)
    assert round(fsum(cents) * 100) == round(fsum(parts) * 100)
    assert np.all(np.abs(cents - parts) <= 0.01 + 1e-9)


def test_cells_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"^revenue_after must be finite: 1 of 1 are not \(first at 0\)$"):
        price_volume_mix(Cells([1], [1], [1], [np.nan]))
    with pytest.raises(
        ValueError,
        match=r"^arrays must be of one length, got quantity_before 1, "
        r"revenue_before 1, quantity_after 2, revenue_after 1$",
    ):
        price_volume_mix(Cells([1], [1], [1, 2], [1]))
    with pytest.raises(ValueError, match=r"^parts must be finite: 1 of 1 are not \(first at 0\)$"):
        in_cents([np.inf])

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import special

from patronage.decisions.decision import Cost, Status
from patronage.decisions.selection import SLIGHT, corrected
from patronage.vocabulary.words import money_range


def own_noise(means: Sequence[float], sd: float, seed: int = 1) -> list[Any]:
    random = np.random.default_rng(seed)
    return [mean + sd * random.standard_normal(1000) for mean in means]


def equal_noise(rows: int, size: int, seed: int) -> Any:
    """Draws of mean 0 and variance 1 that no two rows share: (rows, size)."""
    noise = np.random.default_rng(seed).standard_normal((rows, size))
    return np.linalg.qr((noise - noise.mean(axis=1, keepdims=True)).T)[0].T * np.sqrt(size)


def test_the_best_of_noisy_values_is_lowered_and_none_is_raised(make_decision: Any) -> None:
    rows = [make_decision(str(place), value=draws) for place, draws in enumerate(own_noise([40, 30, 20, 10, 5], 10))]
    found = corrected(rows)
    shifts = [row.value.mean - row.value_raw.mean for row in found if row.value and row.value_raw]
    assert shifts[0] < -0.5
    assert all(shift <= 0 for shift in shifts)
    assert shifts[-1] == 0.0


def test_equal_noise_gives_the_shrinkage_of_the_horseshoe(make_decision: Any) -> None:
    # Five means 10 apart, noise 10 each: squares of 1000 / 100 around the mean, in closed form.
    pull = 5 / 6 * special.hyp1f1(3.5, 4, -5.0) / special.hyp1f1(2.5, 3, -5.0)
    noise = equal_noise(5, 4000, 2) * 10
    means = 60 + 10.0 * np.arange(5)
    rows = [make_decision(str(place), value=mean + noise[place]) for place, mean in enumerate(means)]
    top = corrected(rows)[-1]
    assert top.value is not None
    assert top.value.mean == pytest.approx(100 - pull * 20, rel=0.01)


@given(
    means=st.lists(st.floats(1000, 1500), min_size=2, max_size=8),
    sd=st.floats(0.1, 100),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_values_of_equal_errors_keep_their_order_and_none_is_raised(
    means: list[float], sd: float, seed: int, make_decision: Any
) -> None:
    noise = equal_noise(len(means), 400, seed) * sd
    rows = [make_decision(str(place), value=mean + noise[place]) for place, mean in enumerate(means)]
    raw = np.array([row.value.mean for row in rows])
    lowered = np.array([row.value.mean for row in corrected(rows) if row.value])
    assert (lowered <= raw + 1e-6).all()
    assert (np.diff(lowered[np.argsort(raw, kind="stable")]) >= -1e-3).all()


def test_an_error_that_all_share_ranks_nothing_and_lowers_nothing(make_decision: Any) -> None:
    effect = np.random.default_rng(3).beta(2, 20, 1000)
    rows = [make_decision(str(place), value=effect * gain) for place, gain in enumerate((400.0, 300.0, 200.0, 100.0))]
    for row in corrected(rows):
        assert row.value is not None
        assert row.value_raw is not None
        assert row.value.mean == pytest.approx(row.value_raw.mean, rel=1e-4)


def test_draws_move_with_the_mean(make_decision: Any) -> None:
    rows = [make_decision(str(place), value=draws) for place, draws in enumerate(own_noise([40, 30, 20, 10, 5], 10))]
    top = corrected(rows)[0]
    assert top.value is not None
    assert top.value.draws is not None
    assert float(top.value.draws.mean()) == pytest.approx(top.value.mean, abs=1e-3)
    assert top.p_better == top.value.p_above(0.0)


def test_a_value_alone_in_its_kind_stays_as_it_is(make_decision: Any) -> None:
    before = make_decision("one", value=own_noise([9], 5)[0])
    (after,) = corrected([before])
    assert after.value == before.value
    assert after.value_raw == before.value


@pytest.mark.parametrize("count", [2, 3])
def test_the_best_of_two_or_three_is_lowered_too_and_the_raw_value_kept(count: int, make_decision: Any) -> None:
    rows = [make_decision(str(place), value=draws) for place, draws in enumerate(own_noise([90, 80, 70][:count], 8))]
    found = corrected(rows)
    assert found[0].value is not None
    assert found[0].value.mean < rows[0].value.mean - 0.5
    assert found[0].reason.endswith("for the luck of the best.")
    assert [row.value_raw for row in found] == [row.value for row in rows]
    assert found[-1].value == rows[-1].value


def test_a_proposal_that_was_only_lucky_is_proposed_no_more(make_decision: Any) -> None:
    values = own_noise([0.5, -9.0, -9.5, -10.0, -10.5], 8)
    found = corrected([make_decision(str(place), value=draws) for place, draws in enumerate(values)])
    assert found[0].status is Status.NOTHING_TO_GAIN
    assert found[0].value is None
    assert found[0].value_raw is not None
    assert found[0].value_raw.mean > 0
    assert found[0].p_better is not None
    assert found[0].p_better < 0.5
    assert found[0].reason == "Because; but nothing is left of that once the luck of the best is taken out."


def test_kinds_are_corrected_apart(make_decision: Any) -> None:
    draws = own_noise([40, 30, 20, 10], 10)
    rows = [make_decision(str(place), kind=f"kind {place}", value=row) for place, row in enumerate(draws)]
    for row in corrected(rows):
        assert row.value == row.value_raw


def test_years_payback_and_words_follow_the_correction(make_decision: Any) -> None:
    rows = [
        make_decision(str(place), value=draws, cost=Cost(one_off=10.0, by_year=(10.0, 0.0, 0.0)), payback=0.5)
        for place, draws in enumerate(own_noise([40, 30, 20, 10, 5], 10))
    ]
    # Half of what comes in does so in the first year, which bears the cost.
    rows = [replace(row, value_by_year=yearly(row.value.mean, 10.0)) for row in rows]
    top, *_, last = corrected(rows)
    assert top.value is not None
    assert top.value_raw is not None
    assert sum(top.value_by_year) == pytest.approx(top.value.mean)
    assert top.value_by_year == pytest.approx(yearly(top.value.mean, 10.0))
    assert top.payback == pytest.approx(0.5 * (top.value_raw.mean + 10) / (top.value.mean + 10))
    assert top.reason == f"Because; corrected to {money_range(top.value, 'GBP')} for the luck of the best."
    assert (last.reason, last.value_by_year, last.payback) == ("Because.", rows[-1].value_by_year, 0.5)


def test_a_correction_too_slight_to_speak_of_changes_the_figure_without_a_word(make_decision: Any) -> None:
    rows = [make_decision(str(place), value=draws) for place, draws in enumerate(own_noise([9000, 1000], 300))]
    told = [replace(row, reason=f"It is worth {money_range(row.value, 'GBP')} net.") for row in rows]
    top, _ = corrected(told)
    assert top.value is not None
    assert top.value_raw is not None
    assert 0 < top.value_raw.mean - top.value.mean < SLIGHT * (top.value.p95 - top.value.p05)
    assert money_range(top.value, "GBP") != money_range(top.value_raw, "GBP")
    assert top.reason == f"It is worth {money_range(top.value, 'GBP')} net."


def yearly(worth: float, cost: float) -> tuple[float, ...]:
    """A half, 0.3 and 0.2 of the gain over three years, the cost at the start."""
    return (0.5 * (worth + cost) - cost, 0.3 * (worth + cost), 0.2 * (worth + cost))


def test_a_proposal_that_is_no_longer_likely_to_beat_staying_is_proposed_no_more(make_decision: Any) -> None:
    # Most draws lie a little above 0 and a few far above: once lowered, the mean is above 0 and most draws below.
    skewed = np.where(np.arange(1000) < 600, 1.0, np.where(np.arange(1000) < 800, 60.0, -1.0))
    values = [skewed[np.random.default_rng(1).permutation(1000)], *own_noise([8.0, 6.0, 4.0], 8)]
    before = [make_decision(str(place), value=draws) for place, draws in enumerate(values)]
    found = corrected(before)[0]
    assert before[0].value.p_above(0.0) > 0.6
    assert found.p_better is not None
    assert found.p_better < 0.5
    assert (found.status, found.value, found.value_by_year) == (Status.NOTHING_TO_GAIN, None, ())
    assert found.reason == "Because; but nothing is left of that once the luck of the best is taken out."


def test_views_of_the_same_newcomers_are_not_shrunk_towards_each_other(make_decision: Any) -> None:
    rows = [
        make_decision(str(place), kind="acquire", value=draws) for place, draws in enumerate(own_noise([40, 20, 5], 10))
    ]
    for before, after in zip(rows, corrected(rows), strict=True):
        assert after.value == before.value == after.value_raw
        assert after.reason == before.reason

"""What new customers of each level do, beside all, with intervals from the joint covariance."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.buying_covariates import CovariateFit, fit_with_covariates
from patronage.kernels.newcomer_outlook import beside_all, first_worth, newcomer_outlook, order_value
from patronage.kernels.repeat_buying import RANDOM, RepeatModel, expected_repeat_orders, stated_repeat_buying
from patronage.kernels.repeat_counts import RepeatCounts, repeat_counts

BASE = {
    RepeatModel.BG_NBD: (0.8, 10.0, 0.8, 2.8),
    RepeatModel.MBG_NBD: (0.8, 10.0, 0.8, 2.8),
    RepeatModel.PARETO_NBD: (0.8, 10.0, 0.7, 30.0),
}
SIZES = (400, 200, 100, 50)
AHEAD = 52.0
SCALE = 0.3


def stated(model: RepeatModel, buying: list[float], leaving: list[float]) -> CovariateFit:
    """A fit at stated parameters and effects whose errors are 0.1 for each."""
    plain = stated_repeat_buying(model, dict(zip(model.names, BASE[model], strict=True)))
    size = 4 + 2 * len(buying)
    return CovariateFit(
        plain, np.array(buying), np.array(leaving), 0.01 * np.eye(size), (0.3, 0.3), 0.0, converged=True
    )


def moved(model: RepeatModel, buying: float, leaving: float) -> tuple[float, float, float, float]:
    r, alpha, third, fourth = BASE[model]
    if model is RepeatModel.PARETO_NBD:
        return r, alpha * np.exp(-buying), third, fourth * np.exp(-leaving)
    return r, alpha * np.exp(-buying), third * np.exp(leaving), fourth


def test_the_outlook_under_pareto_nbd_is_that_of_the_closed_forms() -> None:
    # E[X(t)] = r beta / (alpha (s - 1)) (1 - (beta / (beta + t))^(s - 1)), Schmittlein, Morrison & Colombo (1987).
    found = newcomer_outlook(stated(RepeatModel.PARETO_NBD, [0.0], [0.0]), [[1.0]], AHEAD)
    r, alpha, s, beta = BASE[RepeatModel.PARETO_NBD]
    expected = r * beta / (alpha * (s - 1)) * (1 - (beta / (beta + AHEAD)) ** (s - 1))
    assert found.orders == pytest.approx([expected], rel=1e-8)
    assert found.staying == pytest.approx([(beta / (beta + AHEAD)) ** s], rel=1e-9)
    # Slopes of log staying s (log beta - log(beta + t)): in log s itself, in log beta s t / (beta + t), and as much
    # less in the effect of leaving; each parameter has variance 0.01.
    by_s, by_beta = s * np.log(beta / (beta + AHEAD)), s * AHEAD / (beta + AHEAD)
    assert found.staying_covariance == pytest.approx(0.01 * (by_s**2 + 2 * by_beta**2), rel=1e-5)


def test_who_may_leave_at_the_first_order_stays_as_the_chance_by_hand() -> None:
    # In MBG/NBD nobody can be active for certain: towards no time at all b / (a + b) are left, of (0.8, 2.8) 7 / 9.
    found = newcomer_outlook(stated(RepeatModel.MBG_NBD, [0.0], [0.0]), [[1.0]], 1e-9)
    assert found.staying == pytest.approx([7 / 9], rel=1e-6)
    assert newcomer_outlook(stated(RepeatModel.BG_NBD, [0.0], [0.0]), [[1.0]], 1e-9).staying == pytest.approx([1.0])


@pytest.mark.parametrize("model", RANDOM)
def test_faster_buying_and_earlier_leaving_move_the_outlook(model: RepeatModel) -> None:
    found = newcomer_outlook(stated(model, [0.0, 0.5, 0.0], [0.0, 0.0, 0.5]), np.eye(3), AHEAD)
    assert found.orders[1] > found.orders[0] > found.orders[2]
    assert found.staying[2] < found.staying[0]
    whole = expected_repeat_orders(stated(model, [0.5], [0.0]).at([1.0]), [AHEAD])
    assert found.orders[1] == pytest.approx(float(whole[0]))


def test_ratios_to_all_and_their_intervals_are_those_by_hand() -> None:
    # Mean of 2 (three customers) and 6 (one): 3. Weights of the logs 6 / 12 each, so a log ratio is half the difference
    # of the two logs: with variances 0.04 and covariance 0.03 its variance is (0.08 - 0.06) / 4 = 0.005.
    found = beside_all([2.0, 6.0], [[0.04, 0.03], [0.03, 0.04]], [3.0, 1.0])
    assert found.everyone == pytest.approx(3.0)
    assert found.ratio == pytest.approx([2 / 3, 2.0])
    assert found.ratio_high / found.ratio == pytest.approx(np.exp(1.6448536 * np.sqrt(0.005)))
    assert found.high / found.value == pytest.approx(np.exp(1.6448536 * 0.2))
    assert found.low * found.high == pytest.approx(found.value**2)


def test_the_value_of_an_order_leans_on_all_levels_and_worth_counts_the_first_order() -> None:
    sums = np.array([[100.0, 2000.0, 60000.0], [100.0, 2000.0, 60000.0], [2.0, 80.0, 4000.0]])
    found = order_value(sums)
    assert found.mean[0] == pytest.approx(found.mean[1])
    assert found.mean[0] == pytest.approx(20.0, rel=0.05)
    assert 20.0 < found.mean[2] < 40.0
    outlook = newcomer_outlook(stated(RepeatModel.BG_NBD, [0.0] * 3, [0.0] * 3), np.eye(3), AHEAD)
    worth = first_worth(outlook, found)
    assert worth.mean == pytest.approx((1 + outlook.orders) * found.mean)
    assert (np.diag(worth.covariance) > np.diag(found.covariance)).all()


def counted(simulate_buying, model: RepeatModel, effects: tuple[float, float], drawn: tuple[int, int]) -> RepeatCounts:
    size, seed = drawn
    ages = np.random.default_rng(seed).uniform(20, 100, size)
    seen = simulate_buying(str(model), moved(model, *effects), ages, seed=seed).seen
    return repeat_counts(seen.x, seen.t_x, seen.T)


@pytest.mark.parametrize("model", RANDOM)
def test_intervals_cover_levels_drawn_from_the_normal_law(simulate_buying, model: RepeatModel) -> None:
    inside: list[np.ndarray] = []
    for company in range(40):
        random = np.random.default_rng(500 + company)
        effects = [(float(one), float(other)) for one, other in random.normal(0, SCALE, (len(SIZES), 2))]
        cells = [
            counted(simulate_buying, model, effects[k], (size, 10 * (500 + company) + k))
            for k, size in enumerate(SIZES)
        ]
        found = newcomer_outlook(fit_with_covariates(cells, np.eye(len(SIZES)), model), np.eye(len(SIZES)), AHEAD)
        truth = np.concatenate(
            [
                expected_repeat_orders(
                    stated_repeat_buying(model, dict(zip(model.names, moved(model, *each), strict=True))), [AHEAD]
                )
                for each in effects
            ]
        )
        told = beside_all(found.orders, found.orders_covariance, SIZES)
        beside = truth / (np.array(SIZES) @ truth / sum(SIZES))
        inside.append((told.low < truth) & (truth < told.high))
        inside.append((told.ratio_low < beside) & (beside < told.ratio_high))
    assert 0.84 <= np.mean(inside[::2]) <= 0.96
    assert 0.84 <= np.mean(inside[1::2]) <= 0.96


@given(
    values=st.lists(st.floats(0.1, 100), min_size=2, max_size=6),
    factor=st.floats(0.1, 10),
    common=st.floats(0.0, 2.0),
)
def test_what_all_levels_share_moves_no_ratio(values: list[float], factor: float, common: float) -> None:
    size = np.arange(1.0, len(values) + 1)
    own = 0.02 * np.eye(len(values))
    plain, shared = beside_all(values, own, size), beside_all(np.array(values) * factor, own + common, size)
    assert shared.ratio == pytest.approx(plain.ratio)
    assert shared.ratio_high == pytest.approx(plain.ratio_high, rel=1e-6)
    assert size @ plain.ratio / size.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (
            lambda: newcomer_outlook(stated(RepeatModel.BG_NBD, [0.0], [0.0]), [[1.0]], 0.0),
            "ahead must be positive: 1 of 1 are not (first at (): 0.0)",
        ),
        (lambda: order_value([[1.0, 2.0]]), "sums must have 3 columns and a row per level, got shape (1, 2)"),
        (
            lambda: order_value([[5.0, -1.0, 4.0]]),
            "value must be positive: 1 of 1 are not (first at 0: -1.0)",
        ),
        (lambda: beside_all([1.0, 2.0], np.eye(2), [1.0]), "arrays must be of one length, got values 2, customers 1"),
    ],
)
def test_what_has_no_outlook_is_refused(act, message: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        act()

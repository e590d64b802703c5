"""What treating a segment otherwise is worth, held against a truth that is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from patronage.decisions.treating import Treating, proposed
from patronage.findings import relationships
from patronage.findings.relationships import Checks, ExperimentPolicy, Look, SegmentTreatment
from patronage.findings.trust import Ranged
from patronage.kernels.policy import Cells, Policy, Valued, learned_policy
from patronage.vocabulary.grade import Grade

ONCE = 1.6448536
SEGMENTS, ARMS, FOLDS, TODAY = 4, 3, 5, 1000


def around(value: Valued) -> Ranged:
    return Ranged(value.mean, value.mean - ONCE * value.error, value.mean + ONCE * value.error)


def trial(seed: int) -> tuple[Cells, Any]:
    """A test of 3,000 customers whose spending of about 20 the arms move by 4, more or less; and by how much."""
    random = np.random.default_rng(seed)
    truth = random.normal(0, 4, (SEGMENTS, ARMS)) * (np.arange(ARMS) > 0)
    segment, arm, fold = (random.integers(0, top, 3000) for top in (SEGMENTS, ARMS, FOLDS))
    y = random.gamma(2, np.maximum(20 + truth[segment, arm], 1) / 2)
    place = np.ravel_multi_index((fold, segment, arm), (FOLDS, SEGMENTS, ARMS))
    sums = [np.bincount(place, each, FOLDS * SEGMENTS * ARMS) for each in (y * 0 + 1, y, y * y)]
    return Cells(*(each.reshape(FOLDS, SEGMENTS, ARMS) for each in sums)), truth


def segment(place: int, cells: Cells, found: Policy) -> SegmentTreatment:
    units, y = (np.asarray(each, dtype=np.float64).sum(axis=0)[place] for each in (cells.units, cells.y))
    best, mean = int(found.best[place]), y / units
    gain = around(Valued(float(found.gain[place]), float(found.gain_error[place])))
    return SegmentTreatment(
        str(place), int(units.sum()), f"arm {found.arms[place]}", f"arm {best}", gain, 0.99, 100,
        float(mean[best] - mean[0]),
    )  # fmt: skip


def treating(cells: Cells, found: Policy, terms: Any, engine: Any) -> Treating:
    arms = tuple(relationships.TestedArm(f"arm {arm}", 1000, 0.0, around(found.uniform[arm])) for arm in range(ARMS))
    told = tuple(segment(place, cells, found) for place in range(SEGMENTS) if found.gain[place] > 0)
    rest = tuple(
        SegmentTreatment(str(place), 750, "arm 0", None, None, None, None)
        for place in range(SEGMENTS)
        if found.gain[place] <= 0
    )
    day = date(2011, 9, 1)
    policy = ExperimentPolicy(
        "winter", day, day, "arm 0", arms, told + rest, around(found.value), around(found.over_default), 0.0, 0.0, "",
        Look(60, 60, running=False, planned=1.0, errors=ONCE, words="watched"),
        Checks(1.0, planned=True, mixing=1.0, past=1.0, failed=(), words=""),
    )  # fmt: skip
    empty: dict[str, list[Any]] = {
        "experiment": [""], "customer_id": [""], "place": [""], "segment": [""], "amount": [0.0], "last_day": [day],
        "in_test": [False],
    }  # fmt: skip
    people = engine.memory("people", empty)
    customers = {str(place): (TODAY, 0.0) for place in range(SEGMENTS)}
    return Treating(
        policy, found.over_default.mean, Grade.EXPERIMENT, {}, people, customers, terms, engine, ("1.1",), {}
    )


def test_what_is_proposed_holds_the_truth_and_claims_less_than_the_best_means(terms: Any, engine: Any) -> None:
    inside, values, raws, truths = [], [], [], []
    for seed in range(25):
        cells, truth = trial(seed)
        found = learned_policy(cells, [0.0] * ARMS, default=0)
        at = treating(cells, found, replace(terms, seed=seed), engine)
        if at.found.over_default.p05 <= 0:
            continue
        for one in at.found.segments:
            if one.treatment == "arm 0":
                continue
            row = proposed([one], at, everybody=False)
            assert row.value is not None
            assert row.value_raw is not None
            real = TODAY * float(truth[int(one.segment), int(one.treatment[-1])])
            inside.append(row.value.p05 <= real <= row.value.p95)
            values.append(row.value.mean)
            raws.append(row.value_raw.mean)
            truths.append(real)
    assert len(inside) > 30
    assert 0.8 <= np.mean(inside) <= 0.98
    assert 0.85 < sum(values) / sum(truths) < 1.1
    assert sum(raws) > 1.04 * sum(truths)

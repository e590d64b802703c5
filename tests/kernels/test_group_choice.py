from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.group_choice import GroupModel, choice_fit, group_choice, swings

MEMBERS = [[0.7, 0.3], [0.4, 0.6], [0.2, 0.8]]
WEIGHTS = [0.5, 0.3, 0.2]


def random_group(seed: int, members: int, alternatives: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.dirichlet(np.ones(alternatives), members), random.gamma(1.0, 1.0, members)


@pytest.mark.parametrize(
    ("model", "first"),
    [
        (GroupModel.WEIGHTED, 0.51), (GroupModel.EQUIPROBABLE, 1.3 / 3), (GroupModel.VOTING, 0.388),
        (GroupModel.UNANIMITY, 0.28), (GroupModel.AUTOCRACY, 0.7),
    ],
)  # fmt: skip
def test_models_disagree_on_the_winner(model: GroupModel, first: float) -> None:
    # Acceptance figure A15: weighted .51, equiprobable .4333, voting .388, unanimity .28.
    assert group_choice(MEMBERS, WEIGHTS, model) == pytest.approx([first, 1 - first])


@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 4), st.sampled_from(GroupModel))
def test_chances_sum_to_one_and_no_name_matters(seed: int, members: int, alternatives: int, model: GroupModel) -> None:
    table, say = random_group(seed, members, alternatives)
    found = group_choice(table, say, model)
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()
    turned = np.random.default_rng(seed).permutation(alternatives)
    assert group_choice(table[:, turned], say, model) == pytest.approx(found[turned])
    moved = np.random.default_rng(seed).permutation(members)
    assert group_choice(table[moved], say[moved], model) == pytest.approx(found)


@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(2, 4), st.sampled_from(GroupModel))
def test_to_convince_a_member_never_lowers_the_chance(
    seed: int, members: int, alternatives: int, model: GroupModel
) -> None:
    table, say = random_group(seed, members, alternatives)
    assert (swings(table, say, model, 0) >= -1e-12).all()


def test_votes_equal_those_of_simulated_elections() -> None:
    table, _ = random_group(7, 5, 3)
    random = np.random.default_rng(8)
    votes = np.stack([random.choice(3, 200_000, p=row) for row in table])
    counts = np.stack([(votes == place).sum(axis=0) for place in range(3)], axis=1)
    first = counts == counts.max(axis=1, keepdims=True)
    share = (first / first.sum(axis=1, keepdims=True)).mean(axis=0)
    assert group_choice(table, np.ones(5), GroupModel.VOTING) == pytest.approx(share, abs=0.005)


def test_the_one_who_decides_sways_most_and_the_outvoted_least() -> None:
    told = swings(MEMBERS, WEIGHTS, GroupModel.WEIGHTED, 0)
    assert told == pytest.approx([0.5 * 0.3, 0.3 * 0.6, 0.2 * 0.8])


def test_the_model_behind_past_deals_fits_them_best() -> None:
    # Recovery: 400 groups of four that vote; no other model tells their choices better.
    random = np.random.default_rng(4)
    groups = [random_group(1000 + seed, 4, 3) for seed in range(400)]
    chosen = [int(random.choice(3, p=group_choice(table, say, GroupModel.VOTING))) for table, say in groups]
    fits = {model: choice_fit(groups, chosen, model) for model in GroupModel}
    assert max(fits, key=lambda model: fits[model]) is GroupModel.VOTING


@pytest.mark.parametrize(
    ("members", "weights", "model", "words"),
    [
        ([[0.7, 0.2]], [1.0], GroupModel.VOTING, "each member's chances must sum to 1, those of member 0 sum to 0.9"),
        ([[0.5, 0.5]], [0.0], GroupModel.WEIGHTED, "weights must not all be 0"),
        ([[0.5, 0.5]], [1.0, 2.0], GroupModel.WEIGHTED, "arrays must be of one length, got members 1, weights 2"),
        (
            [[1.0, 0.0], [0.0, 1.0]], [1.0, 1.0], GroupModel.UNANIMITY,
            "no alternative has a chance with every member, so that they never agree",
        ),
        ([[-0.5, 1.5]], [1.0], GroupModel.VOTING, "members must not be negative: 1 of 2 are (first at (0, 0): -0.5)"),
    ],
)  # fmt: skip
def test_what_is_no_group_is_refused(
    members: list[list[float]], weights: list[float], model: GroupModel, words: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        group_choice(members, weights, model)


def test_deals_without_their_choices_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^groups and chosen must be of one length, got 1 and 0$"):
        choice_fit([(MEMBERS, WEIGHTS)], [], GroupModel.VOTING)

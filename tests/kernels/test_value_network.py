from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.kernels.value_network import Exchanges, exchanges, loop_of, nets, occurrences, sensitivities

TRAVELLER, RAILWAY = 0, 1


def railway(needs: float, share: float = 0.5) -> Exchanges:
    """Trips at 200 that travellers need, and food at 10 that some of them buy three times a trip."""
    return exchanges([needs, 0.0], ([RAILWAY] * 2, [TRAVELLER] * 2), [200.0, 10.0], ([1], [0], [share * 3]), actors=2)


def random_network(seed: int, size: int = 12, actors: int = 5) -> Exchanges:
    """A network in which exchanges depend on earlier ones alone."""
    random = np.random.default_rng(seed)
    seller = random.integers(0, actors, size)
    buyer = (seller + random.integers(1, actors, size)) % actors
    dependent = random.integers(1, size, 2 * size)
    on = (dependent * random.random(2 * size)).astype(int)
    needs = np.where(random.random(size) < 0.4, random.gamma(1.0, 10.0, size), 0.0)
    price = random.gamma(2.0, 5.0, size)
    return exchanges(needs, (seller, buyer), price, (dependent, on, random.gamma(1.0, 0.4, 2 * size)), actors=actors)


def test_the_published_railway_occurs_and_earns_as_printed() -> None:
    # e3value: 100,000 travellers with 10 needs, half of whom buy food three times; acceptance figure A7.
    network = railway(1_000_000)
    found = occurrences(network)
    assert found.tolist() == pytest.approx([1_000_000, 1_500_000])
    assert sensitivities(network, found, RAILWAY).need[0] == pytest.approx(215)


def test_the_published_sheet_of_five_trips_and_meals() -> None:
    # 5 meals at 10, 5 trips at 200, expenses of 70,000; acceptance figure A6.
    network = exchanges([5.0, 5.0], ([RAILWAY] * 2, [TRAVELLER] * 2), [200.0, 10.0], actors=2)
    assert nets(network, occurrences(network), [0.0, 70_000.0]).tolist() == [-1_050.0, -68_950.0]


@given(st.integers(0, 10_000))
def test_money_is_conserved_and_every_exchange_occurs_as_its_causes_do(seed: int) -> None:
    network = random_network(seed)
    found = occurrences(network)
    assert nets(network, found).sum() == pytest.approx(0, abs=1e-6 * (1 + np.abs(found * network.price).sum()))
    caused = np.bincount(network.dependent, network.factor * found[network.on], found.size)
    assert found == pytest.approx(network.needs + caused)


@given(st.integers(0, 10_000), st.integers(0, 4))
def test_sensitivities_equal_differences(seed: int, actor: int) -> None:
    network = random_network(seed)
    found = occurrences(network)
    told, now = sensitivities(network, found, actor), nets(network, found)[actor]
    scale = 1e-6 * (1 + np.abs(found * network.price).sum())
    for name, gains in (("needs", told.need), ("price", told.price), ("factor", told.factor)):
        for place in (0, gains.size - 1):
            more = getattr(network, name).copy()
            more[place] += 1e-4
            moved = replace(network, **{name: more})
            changed = (nets(moved, occurrences(moved))[actor] - now) / 1e-4
            assert changed == pytest.approx(gains[place], rel=1e-2, abs=max(scale, 1e-2 * abs(gains).max()))


def test_a_price_behind_observed_profits_is_recovered() -> None:
    random = np.random.default_rng(2)
    shares = random.uniform(0.1, 0.9, 50)
    profits = [nets(railway(1_000.0, share), occurrences(railway(1_000.0, share)))[RAILWAY] for share in shares]
    price = np.polyfit(shares * 3 * 1_000, np.array(profits) - 200_000, 1)[0]
    assert price == pytest.approx(10.0)


def test_a_loop_is_found_by_its_members() -> None:
    assert loop_of([1, 2, 3, 3], [0, 1, 2, 0], 5) == []
    assert loop_of([1, 2, 0, 4], [0, 1, 2, 0], 5) == [0, 1, 2]


@pytest.mark.parametrize(
    ("needs", "dependencies", "words"),
    [
        ([-1.0, 0.0], ([], [], []), "needs must not be negative: 1 of 2 are (first at 0: -1.0)"),
        ([1.0, 0.0], ([1], [2], [1.0]), "on must lie from 0 to 1, got 2 to 2"),
        ([1.0, 0.0], ([0], [0], [1.0]), "dependencies must not go round: exchanges 0 depend on each other"),
        (
            [1.0, 0.0],
            ([0, 1], [1, 0], [1.0, 0.5]),
            "dependencies must not go round: exchanges 0, 1 depend on each other",
        ),
        ([1.0, 0.0], ([1], [0], [-0.5]), "factor must not be negative: 1 of 1 are (first at 0: -0.5)"),
        ([1.0], ([], [], []), "arrays must be of one length, got needs 1, seller 2, buyer 2, price 2"),
    ],
)
def test_what_is_no_network_is_refused(
    needs: list[float], dependencies: tuple[list[int], list[int], list[float]], words: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        exchanges(needs, ([1, 1], [0, 0]), [200.0, 10.0], dependencies, actors=2)


def test_an_exchange_with_oneself_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^an exchange needs two actors, exchange 0 has one$"):
        exchanges([1.0], ([1], [1]), [1.0], actors=2)

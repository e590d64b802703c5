import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.strategy.quantity import Kind, Quantity, exactly
from patronage.strategy.quantity_grammar import Domain, quantity
from patronage.vocabulary.grade import Grade

ENDS = np.array([0.05, 0.95])
shares = st.floats(0.002, 0.9)


@given(low=st.floats(0.01, 1e9), factor=st.floats(1.01, 1000))
def test_a_positive_interval_keeps_its_5_and_95_percent_points(low: float, factor: float):
    text = f"{low!r}..{low * factor!r}"
    found = quantity(text.replace("e+", "e"), Domain.POSITIVE)
    assert found.kind is Kind.LOG_NORMAL
    assert found.quantiles(ENDS) == pytest.approx([low, low * factor], rel=1e-9)


@given(low=shares, width=st.floats(0.001, 0.09))
def test_a_share_interval_keeps_its_5_and_95_percent_points(low: float, width: float):
    found = quantity(f"{low!r}..{low + width!r}", Domain.PROBABILITY)
    assert found.kind is Kind.LOGIT_NORMAL
    assert found.quantiles(ENDS) == pytest.approx([low, low + width], rel=1e-9)


def test_the_draws_of_an_interval_show_the_interval_as_declared():
    found = quantity("8000..12000").estimate("USD", Grade.EXPERT, 1, "cost")
    assert (found.p05, found.p95) == (pytest.approx(8000, rel=2e-3), pytest.approx(12000, rel=2e-3))
    assert (found.unit, found.grade, found.draws is not None and found.draws.shape) == ("USD", Grade.EXPERT, (1000,))


@pytest.mark.parametrize(
    ("value", "domain"),
    [
        ("8000..12000", Domain.POSITIVE),
        ("-5..15", Domain.ANY),
        ("0.02..0.30", Domain.PROBABILITY),
        ({"mean": 100, "sd": 20}, Domain.POSITIVE),
        ({"mean": 0.3, "sd": 0.1}, Domain.PROBABILITY),
        ({"mean": -3, "sd": 2}, Domain.ANY),
        ({"beta": [2, 8]}, Domain.PROBABILITY),
        ({"low": 5, "mode": 6, "high": 20}, Domain.POSITIVE),
    ],
)
def test_mean_and_sd_in_closed_form_agree_with_many_draws(value: object, domain: Domain):
    found = quantity(value, domain)
    draws = found.draws(100_000, seed=7, name="check")
    assert found.is_range
    assert draws.mean() == pytest.approx(found.mean, rel=1e-3)
    assert draws.std() == pytest.approx(found.sd, rel=5e-3)


def test_a_certain_number_has_no_spread_and_an_estimate_without_draws():
    found = exactly(12)
    assert (found.mean, found.sd, found.is_range) == (12.0, 0.0, False)
    assert found.draws(3, seed=1, name="x").tolist() == [12.0, 12.0, 12.0]
    told = found.estimate("minute", Grade.ASSUMPTION, 1, "x")
    assert (told.mean, told.sd, told.draws) == (12.0, 0.0, None)


def test_draws_hang_on_seed_and_name_alone():
    found = quantity("1..2")
    assert np.array_equal(found.draws(100, 1, "a"), found.draws(100, 1, "a"))
    assert not np.array_equal(found.draws(100, 1, "a"), found.draws(100, 2, "a"))
    assert not np.array_equal(found.draws(100, 1, "a"), found.draws(100, 1, "b"))


def test_quantities_are_equal_by_what_they_stand_for_not_by_how_they_are_written():
    assert quantity("8000..12000") == quantity(" 8000.0 .. 12000 ")
    assert quantity("8000..12000").written == "8000..12000"


def test_a_share_interval_has_its_mean_inside_itself():
    found = quantity("0.02..0.10", Domain.PROBABILITY)
    assert 0.02 < found.mean < 0.10
    # By hand: the median is the inverse log-odds of the mean log-odds, 0.04545...
    middle = (math.log(0.02 / 0.98) + math.log(0.10 / 0.90)) / 2
    assert found.quantiles(np.array([0.5]))[0] == pytest.approx(1 / (1 + math.exp(-middle)))


def test_a_quantity_can_be_a_dictionary_key():
    assert {Quantity(Kind.NUMBER, (1.0,)): "one"}[exactly(1)] == "one"

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.strategy.quantity import Kind
from patronage.strategy.quantity_grammar import Domain, quantity
from patronage.strategy.refusal import RefusedError

FORMS = 'write a number, "low..high", {mean: , sd: }, {low: , mode: , high: } or {beta: [a, b]}'


@pytest.mark.parametrize(
    ("value", "domain", "kind", "parameters"),
    [
        (8, Domain.ANY, Kind.NUMBER, (8.0,)),
        ("-5..15", Domain.ANY, Kind.NORMAL, (5.0, 20 / (2 * 1.6448536269514722))),
        ("1e3..2e3", Domain.ANY, Kind.LOG_NORMAL, (math.log(2e6) / 2, math.log(2) / (2 * 1.6448536269514722))),
        ({"mean": 3, "sd": 1}, Domain.ANY, Kind.NORMAL, (3.0, 1.0)),
        ({"low": 0, "mode": 2, "high": 10}, Domain.NON_NEGATIVE, Kind.PERT, (0.0, 2.0, 10.0)),
        ({"beta": [2, 8]}, Domain.PROBABILITY, Kind.BETA, (2.0, 8.0)),
        # Moments of a beta by hand: m(1 - m)/s^2 - 1 = 0.25/0.01 - 1 = 24, so a = b = 12.
        ({"mean": 0.5, "sd": 0.1}, Domain.PROBABILITY, Kind.BETA, (12.0, 12.0)),
    ],
)
def test_each_form_states_its_distribution(value: object, domain: Domain, kind: Kind, parameters: tuple[float, ...]):
    found = quantity(value, domain)
    assert found.kind is kind
    assert found.parameters == pytest.approx(parameters)


@pytest.mark.parametrize(
    ("value", "domain", "message"),
    [
        ("12000..8000", Domain.ANY, "is the range 12000..8000, whose low end is above its high end; write 8000..12000"),
        ("8..8", Domain.ANY, "is the range 8..8, whose ends are the same; write 8 where it is certain"),
        (
            1.4,
            Domain.PROBABILITY,
            "is the number 1.4, expected a share from 0 to 1; write 0.014 if 1.4 percent is meant",
        ),
        (-0.1, Domain.PROBABILITY, "is the number -0.1, expected a share from 0 to 1"),
        (0, Domain.POSITIVE, "is the number 0, expected a number above 0"),
        (-3, Domain.NON_NEGATIVE, "is the number -3, expected a number of 0 or more"),
        (True, Domain.ANY, "is true, expected a number"),
        (None, Domain.ANY, "has no value, expected a number; give one or take the key out"),
        ("10%", Domain.PROBABILITY, "is the text '10%', expected a share from 0 to 1; write 0.10"),
        ("5%..15%", Domain.PROBABILITY, "is the text '5%..15%', expected a share from 0 to 1; write 0.05..0.15"),
        (
            "5..15",
            Domain.PROBABILITY,
            "is the range 5..15, expected a share from 0 to 1; write 0.05..0.15 if percent is meant",
        ),
        (
            "0..0.1",
            Domain.PROBABILITY,
            (
                "is the range 0..0.1, and a 90% interval leaves 5% beyond each end; "
                "stay inside 0 and 1, such as 0.001..0.1, or write {low: , mode: , high: }"
            ),
        ),
        (
            "0..8",
            Domain.NON_NEGATIVE,
            (
                "is the range 0..8, which reaches outside a number of 0 or more; "
                "a 90% interval leaves 5% below its low end: start above 0, or write {low: , mode: , high: }"
            ),
        ),
        ("8000-12000", Domain.ANY, "is the text '8000-12000', expected a number; write 8000..12000"),
        ("8000 to 12000", Domain.ANY, "is the text '8000 to 12000', expected a number; write 8000..12000"),
        (
            "560,000",
            Domain.ANY,
            "is the text '560,000', expected a number; write 560000, without marks between the digits",
        ),
        ("12", Domain.ANY, "is the text '12', expected a number; take the quotes away"),
        ("many", Domain.ANY, f"is the text 'many', expected a number; {FORMS}"),
        ("", Domain.ANY, f"is the text '', expected a number; {FORMS}"),
        ([1, 2], Domain.ANY, f"is a list, expected a number; {FORMS}"),
        ({}, Domain.ANY, f"has no keys, which state no quantity; {FORMS}"),
        ({"mean": 1}, Domain.ANY, f"has the keys 'mean', which state no quantity; {FORMS}"),
        (
            {"mean": 1, "sd": 0},
            Domain.ANY,
            "is {mean: 1, sd: 0}, whose sd is not above 0; write the mean alone where it is certain",
        ),
        (
            {"mean": 0, "sd": 1},
            Domain.NON_NEGATIVE,
            "is {mean: 0, sd: 1}, whose mean is not inside a number of 0 or more",
        ),
        (
            {"mean": 0.5, "sd": 0.5},
            Domain.PROBABILITY,
            "is {mean: 0.5, sd: 0.5}, and a share with this mean has an sd below 0.5; write a smaller sd",
        ),
        (
            {"mean": "x", "sd": 1},
            Domain.ANY,
            "has a mean that is the text 'x', expected a number",
        ),
        (
            {"low": 3, "mode": 1, "high": 4},
            Domain.ANY,
            (
                "is {low: 3, mode: 1, high: 4}, which does not rise; "
                "write low, the most likely value and high in this order"
            ),
        ),
        (
            {"low": -1, "mode": 1, "high": 4},
            Domain.POSITIVE,
            "is {low: -1, mode: 1, high: 4}, which reaches outside a number above 0",
        ),
        (
            {"beta": [1]},
            Domain.ANY,
            "has a beta that is not two numbers; write {beta: [2, 8]}: 2 of 10 trials succeeded",
        ),
        (
            {"beta": [2, 8]},
            Domain.POSITIVE,
            'is a beta, which stands for a share from 0 to 1; write "low..high" or {low: , mode: , high: }',
        ),
        (
            {"beta": [1e-9, 8]},
            Domain.ANY,
            "is {beta: [1e-09, 8]}, whose beta has the shapes 1e-09 and 8; keep both from 0.01 to 1,000,000",
        ),
        (
            math.nan,
            Domain.ANY,
            "is not a number (NaN), expected a number; write a number, or take the key out",
        ),
        (math.inf, Domain.ANY, "is infinite, expected a number; write a finite number, or take the key out"),
        (1e19, Domain.ANY, "is larger than 10^18, expected a number; write a finite number, or take the key out"),
        (
            "1..1000000",
            Domain.POSITIVE,
            (
                "is 1..1000000, so wide that its mean would lie above its high end; "
                "narrow it, or write {low: , mode: , high: }"
            ),
        ),
    ],
)
def test_what_states_no_quantity_is_refused_in_plain_words(value: object, domain: Domain, message: str):
    with pytest.raises(RefusedError) as refusal:
        quantity(value, domain)
    assert str(refusal.value) == message


plain_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.from_regex(r"-?\d{1,3}\.\.-?\d{1,3}"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["mean", "sd", "low", "mode", "high", "beta", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(value=plain_values, domain=st.sampled_from(Domain))
def test_any_value_is_a_quantity_with_finite_moments_inside_its_field_or_refused(value: object, domain: Domain):
    try:
        found = quantity(value, domain)
    except RefusedError:
        return
    assert math.isfinite(found.mean)
    assert math.isfinite(found.sd)
    draws = found.draws(50, seed=1, name="any")
    assert all(math.isfinite(draw) for draw in draws)
    if domain in {Domain.POSITIVE, Domain.NON_NEGATIVE}:
        assert draws.min() >= 0
    if domain is Domain.PROBABILITY:
        assert draws.min() >= 0
        assert draws.max() <= 1

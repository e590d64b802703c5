"""The forms in which the strategy file may state a quantity, and the refusal of every other."""

from __future__ import annotations

import math
import re
from enum import StrEnum
from typing import cast

from patronage.kernels.ranges import (
    NORMAL_95,
    beta_of_moments,
    log_normal_of_interval,
    log_normal_of_moments,
    logit_normal_of_interval,
    normal_of_interval,
)
from patronage.strategy.quantity import Kind, Quantity
from patronage.strategy.refusal import RefusedError, clipped, figure, unexpected

LARGEST = 1e18
"""Largest size of a number that is read."""

SHAPES = (0.01, 1e6)
"""Smallest and largest shape of a beta that is read."""

_NUMBER = r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
_INTERVAL = re.compile(rf"\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*")
_OTHER_INTERVAL = re.compile(rf"\s*({_NUMBER})\s*(?:-|–|—|to|\.\.\.|…)\s*({_NUMBER})\s*")
_PERCENT = re.compile(rf"\s*({_NUMBER})\s*%\s*")
_PERCENT_INTERVAL = re.compile(rf"\s*({_NUMBER})\s*%?\s*\.\.\s*({_NUMBER})\s*%\s*")
_FORMS = 'write a number, "low..high", {mean: , sd: }, {low: , mode: , high: } or {beta: [a, b]}'


class Domain(StrEnum):
    """What a field may hold, in words."""

    ANY = "a number"
    POSITIVE = "a number above 0"
    NON_NEGATIVE = "a number of 0 or more"
    PROBABILITY = "a share from 0 to 1"

    def holds(self, value: float) -> bool:
        """Whether a single number lies inside."""
        match self:
            case Domain.ANY:
                return True
            case Domain.POSITIVE:
                return value > 0
            case Domain.NON_NEGATIVE:
                return value >= 0
            case Domain.PROBABILITY:
                return 0 <= value <= 1


def quantity(value: object, domain: Domain = Domain.ANY) -> Quantity:
    """The quantity that a plain value of the file states; raises RefusedError."""
    match value:
        case bool() | None:
            raise unexpected(value, domain)
        case int() | float():
            return Quantity(Kind.NUMBER, (number(value, domain),), figure(value))
        case str():
            return _from_text(value, domain)
        case dict():
            return _from_keys(cast("dict[str, object]", value), domain)
        case _:
            raise unexpected(value, domain, _FORMS)


def number(value: object, domain: Domain = Domain.ANY) -> float:
    """A plain finite number of the domain; raises RefusedError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise unexpected(value, domain, "take the quotes away" if _is_number(value) else "")
    if math.isnan(value):
        raise RefusedError(f"is not a number (NaN), expected {domain}", "write a number, or take the key out")
    if abs(value) > LARGEST:
        found = f"is {'infinite' if value in {math.inf, -math.inf} else 'larger than 10^18'}, expected {domain}"
        raise RefusedError(found, "write a finite number, or take the key out")
    if not domain.holds(value):
        raise unexpected(value, domain, _percent_meant(value) if domain is Domain.PROBABILITY else "")
    return float(value)


def _from_text(text: str, domain: Domain) -> Quantity:
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise unexpected(text, domain, _meant(text))
    low, high = (number(float(end)) for end in match.groups())
    written = f"{match[1]}..{match[2]}"
    if low > high:
        raise RefusedError(
            f"is the range {written}, whose low end is above its high end", f"write {match[2]}..{match[1]}"
        )
    if low == high:
        raise RefusedError(f"is the range {written}, whose ends are the same", f"write {match[1]} where it is certain")
    if domain is Domain.PROBABILITY:
        return _share_interval(low, high, written)
    if low > 0:
        return _of_log_normal(log_normal_of_interval(low, high), written)
    if domain is not Domain.ANY:
        found = f"is the range {written}, which reaches outside {domain}"
        raise RefusedError(
            found, "a 90% interval leaves 5% below its low end: start above 0, or write {low: , mode: , high: }"
        )
    return Quantity(Kind.NORMAL, normal_of_interval(low, high), written)


def _share_interval(low: float, high: float, written: str) -> Quantity:
    if low < 0 or high > 1:
        found = f"is the range {written}, expected {Domain.PROBABILITY}"
        raise RefusedError(found, _percent_range_meant(low, high))
    if low == 0 or high == 1:
        found = f"is the range {written}, and a 90% interval leaves 5% beyond each end"
        raise RefusedError(found, "stay inside 0 and 1, such as 0.001..0.1, or write {low: , mode: , high: }")
    return Quantity(Kind.LOGIT_NORMAL, logit_normal_of_interval(low, high), written)


def _of_log_normal(parameters: tuple[float, float], written: str) -> Quantity:
    # Beyond this spread the mean of a log-normal lies above its own 95% point, and no sum of it means anything.
    if parameters[1] > 2 * NORMAL_95:
        found = f"is {written}, so wide that its mean would lie above its high end"
        raise RefusedError(found, "narrow it, or write {low: , mode: , high: }")
    return Quantity(Kind.LOG_NORMAL, parameters, written)


def _from_keys(value: dict[str, object], domain: Domain) -> Quantity:
    keys = set(value)
    if keys == {"mean", "sd"}:
        return _of_moments(_part(value, "mean"), _part(value, "sd"), domain)
    if keys == {"beta"}:
        return _of_beta(value["beta"], domain)
    if keys == {"low", "mode", "high"}:
        return _of_pert(_part(value, "low"), _part(value, "mode"), _part(value, "high"), domain)
    told = "has the keys " + ", ".join(clipped(key) for key in list(value)[:5]) if value else "has no keys"
    raise RefusedError(f"{told}, which state no quantity", _FORMS)


def _of_moments(mean: float, sd: float, domain: Domain) -> Quantity:
    written = f"{{mean: {figure(mean)}, sd: {figure(sd)}}}"
    if sd <= 0:
        raise RefusedError(f"is {written}, whose sd is not above 0", "write the mean alone where it is certain")
    if not domain.holds(mean) or (domain is not Domain.ANY and mean == 0):
        raise RefusedError(f"is {written}, whose mean is not inside {domain}")
    if domain is Domain.ANY:
        return Quantity(Kind.NORMAL, (mean, sd), written)
    if domain is not Domain.PROBABILITY:
        return _of_log_normal(log_normal_of_moments(mean, sd), written)
    if sd**2 >= mean * (1 - mean):
        found = f"is {written}, and a share with this mean has an sd below {math.sqrt(mean * (1 - mean)):.3g}"
        raise RefusedError(found, "write a smaller sd")
    return _beta(*beta_of_moments(mean, sd), written)


def _of_beta(value: object, domain: Domain) -> Quantity:
    if not isinstance(value, list) or len(cast("list[object]", value)) != 2:
        raise RefusedError("has a beta that is not two numbers", "write {beta: [2, 8]}: 2 of 10 trials succeeded")
    if domain is Domain.ANY or domain is Domain.PROBABILITY:
        a, b = (number(part, Domain.POSITIVE) for part in cast("list[object]", value))
        return _beta(a, b, f"{{beta: [{figure(a)}, {figure(b)}]}}")
    raise RefusedError(
        "is a beta, which stands for a share from 0 to 1", 'write "low..high" or {low: , mode: , high: }'
    )


def _beta(a: float, b: float, written: str) -> Quantity:
    least, most = SHAPES
    if not (least <= a <= most and least <= b <= most):
        found = f"is {written}, whose beta has the shapes {a:.3g} and {b:.3g}"
        raise RefusedError(found, f"keep both from {least:g} to {most:,.0f}")
    return Quantity(Kind.BETA, (a, b), written)


def _of_pert(low: float, mode: float, high: float, domain: Domain) -> Quantity:
    written = f"{{low: {figure(low)}, mode: {figure(mode)}, high: {figure(high)}}}"
    if not (low <= mode <= high and low < high):
        raise RefusedError(
            f"is {written}, which does not rise", "write low, the most likely value and high in this order"
        )
    inside = low >= 0 if domain in {Domain.POSITIVE, Domain.NON_NEGATIVE} else domain.holds(low) and domain.holds(high)
    if not inside:
        raise RefusedError(f"is {written}, which reaches outside {domain}")
    return Quantity(Kind.PERT, (low, mode, high), written)


def _part(value: dict[str, object], key: str) -> float:
    try:
        return number(value[key])
    except RefusedError as refusal:
        raise RefusedError(f"has a {key} that {refusal.found}", refusal.next_step) from refusal


def _is_number(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(_NUMBER, value.strip()) is not None


def _meant(text: str) -> str:
    if _is_number(text):
        return "take the quotes away"
    if match := _PERCENT.fullmatch(text):
        return f"write {_hundredth(match[1])}"
    if match := _PERCENT_INTERVAL.fullmatch(text):
        return f"write {_hundredth(match[1])}..{_hundredth(match[2])}"
    if match := _OTHER_INTERVAL.fullmatch(text):
        return f"write {match[1]}..{match[2]}"
    bare = re.sub(r"(?<=[0-9])[ ,_'](?=[0-9]{3})", "", text)
    if _is_number(bare) or _INTERVAL.fullmatch(bare):
        return f"write {bare.strip()}, without marks between the digits"
    return _FORMS


def _percent_meant(value: float) -> str:
    return f"write {_hundredth(figure(value))} if {figure(value)} percent is meant" if 1 < value <= 100 else ""


def _percent_range_meant(low: float, high: float) -> str:
    if 0 <= low < high <= 100:
        return f"write {_hundredth(figure(low))}..{_hundredth(figure(high))} if percent is meant"
    return ""


def _hundredth(text: str) -> str:
    share = float(text) / 100
    return f"{share:.2f}" if share == round(share, 2) else f"{share:.6g}"

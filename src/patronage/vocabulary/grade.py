"""How strong a piece of evidence is, from an experiment down to an assumption."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Grade(StrEnum):
    """The grades of evidence, best first."""

    EXPERIMENT = "experiment"
    CHOICE = "choice"
    BEHAVIOUR = "behaviour"
    SURVEY = "survey"
    INTERVIEW = "interview"
    EXPERT = "expert"
    ASSUMPTION = "assumption"

    @property
    def rank(self) -> int:
        """Place in the order, 0 for the best."""
        return list(Grade).index(self)


def weakest(grades: Iterable[Grade]) -> Grade:
    """The weakest of the grades that carry weight in a result; behaviour when there are none."""
    return max(grades, key=lambda grade: grade.rank, default=Grade.BEHAVIOUR)

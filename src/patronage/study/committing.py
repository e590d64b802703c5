"""What accepting a decision commits to, and whom its working list leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.decisions.commitment import Commitment, committed
from patronage.decisions.decision import Decision
from patronage.decisions.holdout import arms, holdout_share
from patronage.decisions.journal import Action, Event, events, states
from patronage.vocabulary.errors import Fault, ProjectError
from patronage.vocabulary.words import percent

if TYPE_CHECKING:
    from patronage.study.shelf import Run


def commitment_for(decision: Decision, action: str, holdout: str | None, bound: Event | None) -> Commitment | None:
    """What a person commits to: for an accepted decision what it was accepted for first, None unless it accepts.

    bound: the accept that this one is held to. Raises ProjectError for a holdout that is no share, that comes with
    another action or after the fact, or that leaves an arm with nobody.
    """
    if action != Action.ACCEPT:
        if holdout is not None:
            raise ProjectError(Fault("--holdout", f"goes with accept, not with {action}", "leave it out"))
        return None
    share = None if holdout is None else holdout_share(holdout)
    if bound is not None:
        _unchanged(share, bound)
        if bound.commitment is not None:
            return bound.commitment
    made = committed(decision, share or 0.0)
    if share is not None:
        if not made.people:
            fault = f"{decision.id} has no list of customers, so there is nobody to leave alone"
            raise ProjectError(Fault("--holdout", fault, "leave it out"))
        arms(decision.id, (who for who, _ in made.people), share)
    return made


def holdouts(run: Run) -> dict[str, float]:
    """The share left alone of each accepted decision that has a holdout."""
    found = states(events(run.project.journal).events)
    return {name: state.commitment.holdout for name, state in found.items() if state.commitment}


def _unchanged(share: float | None, bound: Event) -> None:
    was = bound.commitment.holdout if bound.commitment else 0.0
    if share is None or share == was:
        return
    how = f"with a holdout of {percent(was)}" if was else "without a holdout"
    fault = f"{bound.id} was accepted {how} on {bound.at[:10]}, and a holdout cannot be changed after the fact"
    raise ProjectError(Fault("--holdout", fault, "leave it out"))

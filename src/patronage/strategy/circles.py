"""Circles among ids that lead to each other, such as activities of which each requires the next."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping


def circles(steps: Mapping[str, Collection[str]]) -> list[tuple[str, ...]]:
    """Circles of ids, each as the ids in the order in which they lead on, no id in two of them.

    steps: the ids that each id leads to. Empty exactly where nothing leads back to itself.
    """
    found: list[tuple[str, ...]] = []
    told: set[str] = set()
    done: set[str] = set()
    for start in steps:
        for circle in _from(start, steps, done) if start not in done else ():
            if told.isdisjoint(circle):
                found.append(circle)
                told.update(circle)
    return found


def _from(start: str, steps: Mapping[str, Collection[str]], done: set[str]) -> Iterator[tuple[str, ...]]:
    """The circles that a walk from one id closes; without recursion, since chains may be long."""
    path, place = [start], {start: 0}
    waiting = [iter(steps[start])]
    while waiting:
        following = next(waiting[-1], None)
        if following is None:
            waiting.pop()
            left = path.pop()
            del place[left]
            done.add(left)
        elif following in place:
            yield tuple(path[place[following] :])
        elif following not in done:
            place[following] = len(path)
            path.append(following)
            waiting.append(iter(steps.get(following, ())))


def told_circle(circle: tuple[str, ...], verb: str, most: int = 6) -> str:
    """A circle in words, such as `a requires b, b requires a`; a long one is cut."""
    parts = [f"{one} {verb} {other}" for one, other in zip(circle, (*circle[1:], circle[0]), strict=True)]
    return ", ".join(parts) if len(parts) <= most else f"{', '.join(parts[: most - 1])}, ... and {parts[-1]}"

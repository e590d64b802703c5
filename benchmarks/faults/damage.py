"""Damage on disk: bytes changed, cut off, emptied, swapped or gone, in everything that a project keeps."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.faults.children import said
from benchmarks.faults.kept import Kept

KINDS = {
    "the record of a finding": ".patronage/findings/*/finding.json",
    "the arrays of a finding": ".patronage/findings/*/finding.npz",
    "a table of a finding": ".patronage/findings/*/*.parquet",
    "the sums of a folder": ".patronage/*/*/sums.json",
    "the ledger of a run": ".patronage/runs/*/ledger.json",
    "the record of a run": ".patronage/runs/*/run.json",
    "a list of a run": ".patronage/runs/*/*.parquet",
    "the pointer to the last run": ".patronage/latest*",
    "the record of a loaded table": ".patronage/good/*/loaded.json",
    "a loaded table": ".patronage/good/*/*.parquet",
    "the journal": "ledger.jsonl",
    "a frozen list": "lists/*.jsonl",
}
"""What is damaged, and where it lies in a project."""

PEOPLES = ("the journal", "a frozen list")
"""What no run makes anew: it must be refused, or read as it stands, until a person restores it."""

LOOKS = (("ledger",), ("lists",), ("track",), ("show", "cohorts"), ("questions",))


@dataclass(slots=True)
class Damaged:
    """How a kind of damage ended: cases, how many read on as before, refusals by exit code, and what was lost."""

    cases: int = 0
    whole: int = 0
    refused: Counter[int] = field(default_factory=Counter[int])
    lost: list[str] = field(default_factory=list[str])


def flipped(path: Path, _: Path, draw: random.Random) -> None:
    """One to twenty bytes changed."""
    data = bytearray(path.read_bytes())
    for _turn in range(draw.choice((1, 1, 2, 20))):
        if data:
            data[draw.randrange(len(data))] ^= draw.randrange(1, 256)
    path.write_bytes(data)


def cut(path: Path, _: Path, draw: random.Random) -> None:
    """The end cut off."""
    data = path.read_bytes()
    path.write_bytes(data[: draw.randrange(len(data))] if data else b"")


def emptied(path: Path, _: Path, __: random.Random) -> None:
    """Nothing left."""
    path.write_bytes(b"")


def swapped(path: Path, other: Path, _: random.Random) -> None:
    """Another file in its place."""
    shutil.copyfile(other, path)


def gone(path: Path, _: Path, __: random.Random) -> None:
    """Removed."""
    path.unlink()


WAYS: tuple[Callable[[Path, Path, random.Random], None], ...] = (flipped, flipped, cut, emptied, swapped, gone)


def damage(shop: Path, scratch: Path, cases: int, seed: int) -> dict[str, Damaged]:
    """So many cases of damage, each in a copy of a shop that has an accepted decision; every kind in turn."""
    draw = random.Random(seed)
    found = {kind: Damaged() for kind in KINDS}
    for number in range(cases):
        kind = list(KINDS)[number % len(KINDS)]
        folder = Path(shutil.copytree(shop, scratch / f"damage-{number}"))
        kept = Kept(folder)
        kept.look()
        path = draw.choice(sorted(folder.glob(KINDS[kind])))
        other = draw.choice(sorted(one for one in folder.rglob("*") if one.is_file() and one != path))
        way = draw.choice(WAYS)
        whole = path.read_bytes()
        way(path, other, draw)
        _meet(found[kind], folder, kept, draw, (kind, f"{way.__name__} {path.relative_to(folder)}"))
        if kind in PEOPLES:
            path.write_bytes(whole)
        if fault := _after(folder, kept):
            found[kind].lost.append(f"{way.__name__} {path.relative_to(folder)}: {fault}")
        shutil.rmtree(folder)
    return found


def _meet(into: Damaged, folder: Path, kept: Kept, draw: random.Random, case: tuple[str, str]) -> None:
    """Two looks at a damaged project: each answers, or is refused in words."""
    into.cases += 1
    codes: list[int] = []
    for words in draw.sample(LOOKS, 2):
        answer = said(words[0], folder, *words[1:])
        codes.append(answer.code if answer.code is not None else -1)
        if not answer.in_words:
            into.lost.append(f"{case}: {words[0]} {answer.code}: {answer.words[-300:]}")
    if any(codes):
        into.refused[max(codes)] += 1
    else:
        into.whole += 1
    if any((folder / name).read_bytes() != before for name, before in kept.inputs.items()):
        into.lost.append(f"{case}: an input changed")


def _after(folder: Path, kept: Kept) -> str | None:
    """What is wrong after the next run, None where all is well again."""
    answer = said("run", folder)
    if answer.code != 0:
        return f"the next run failed: {answer.words[-300:]}"
    if fault := kept.lost():
        return fault
    return None if said("show", folder, "cohorts").code == 0 else "a finding cannot be shown after the next run"

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from patronage.study.cache import read_value, write_value
from patronage.study.codec import decoded, encoded
from patronage.study.sums import seal
from patronage.vocabulary.estimate import Estimate, certain, estimate
from patronage.vocabulary.grade import Grade


@dataclass(frozen=True)
class Inner:
    name: str
    share: float | None


@dataclass(frozen=True)
class Sample:
    grade: Grade
    day: date
    count: int
    inner: tuple[Inner, ...]
    by_name: Mapping[str, Inner]
    figures: Mapping[str, float | int | str]
    value: Estimate | None
    columns: frozenset[str]


texts = st.text(max_size=20)
numbers = st.floats(allow_nan=False, allow_infinity=False)
inners = st.builds(Inner, name=texts, share=st.none() | numbers)
samples = st.builds(
    Sample,
    grade=st.sampled_from(Grade),
    day=st.dates(),
    count=st.integers(-(10**9), 10**9),
    inner=st.lists(inners, max_size=3).map(tuple),
    by_name=st.dictionaries(texts, inners, max_size=3),
    figures=st.dictionaries(texts, numbers | st.integers(-9, 9) | texts, max_size=3),
    value=st.none() | numbers.map(lambda value: certain(value, "GBP", Grade.SURVEY)),
    columns=st.frozensets(texts, max_size=3),
)


@given(samples)
def test_a_finding_comes_back_as_it_went(sample: Sample) -> None:
    arrays: dict[str, Any] = {}
    assert decoded(Sample, encoded(sample, arrays), arrays, Path()) == sample


def test_draws_come_back_bit_by_bit(tmp_path: Path) -> None:
    made = estimate(np.random.default_rng(1).normal(size=1000), "GBP", Grade.BEHAVIOUR)
    write_value(made, tmp_path, "value")
    seal(tmp_path)
    back = read_value(Estimate, tmp_path, "value")
    assert back == made
    assert made.draws is not None
    assert back.draws.tobytes() == made.draws.tobytes()


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_not_finite_is_refused_with_its_place(bad: float) -> None:
    with pytest.raises(ValueError, match=rf"^finding\.share is {bad}, where a number or a reason is expected$"):
        encoded(Inner("x", bad), {})


def test_a_foreign_type_is_refused_with_its_place() -> None:
    with pytest.raises(TypeError, match=r"^finding\.name is a complex, which no finding may hold$"):
        encoded(Inner(1j, None), {})  # pyright: ignore[reportArgumentType]  the fault under test


@dataclass(frozen=True)
class Grid:
    cells: NDArray[np.float32]


@pytest.mark.parametrize("damage", [b"", b"{", b'{"cells": "a9"}', b"[]", b'{"other": 1}'])
def test_a_damaged_value_reads_as_none(tmp_path: Path, damage: bytes) -> None:
    write_value(Grid(np.ones((2, 3), np.float32)), tmp_path, "grid")
    seal(tmp_path)
    assert read_value(Grid, tmp_path, "grid").cells.shape == (2, 3)
    (tmp_path / "grid.json").write_bytes(damage)
    assert read_value(Grid, tmp_path, "grid") is None
    # Nor where the damage was there when the folder was sealed.
    seal(tmp_path)
    assert read_value(Grid, tmp_path, "grid") is None


@given(keep=st.integers(0, 400))
def test_a_cut_archive_reads_as_none_or_whole(tmp_path_factory: pytest.TempPathFactory, keep: int) -> None:
    folder = tmp_path_factory.mktemp("cut")
    write_value(Grid(np.arange(6, dtype=np.float32).reshape(2, 3)), folder, "grid")
    path = folder / "grid.npz"
    whole = path.read_bytes()
    path.write_bytes(whole[:keep])
    seal(folder)
    back = read_value(Grid, folder, "grid")
    assert back is None or (keep >= len(whole) and back.cells.sum() == 15)

"""Compilation of kernels."""

from __future__ import annotations

import numpy as np
import pytest

from patronage.kernels import compiled as module
from patronage.kernels.compiled import compiled


@compiled
def ratio(one: float, other: float) -> float:
    return one / other


def test_a_compiled_function_divides_as_numpy_does():
    assert ratio(1.0, 4.0) == 0.25
    assert ratio(1.0, 0.0) == np.inf


def test_where_nothing_can_be_kept_on_disk_the_function_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch):
    def refusing(*, cache: bool = False, **_: object):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(module, "njit", refusing)
    assert compiled(len)([1, 2]) == 2

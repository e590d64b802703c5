"""Compilation of kernels to machine code."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# numba has no types; this file alone touches it, so every compiled kernel keeps its own.

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """The function as machine code, compiled at its first call and kept on disk.

    Division by zero gives infinity as in numpy. Where no folder can be written it is compiled anew in every process.
    A compiled function calls only compiled functions of its own file: the stored code is renewed by that file's date.
    """
    try:
        return cast("Function", njit(cache=True, error_model="numpy", nogil=True)(function))
    except RuntimeError:
        return cast("Function", njit(error_model="numpy", nogil=True)(function))

"""Runs command lines under limits that an ordinary user meets, and prints what each said as JSON.

Usage: python under_limits.py, with a JSON list of [MOST, ARGUMENTS] on standard input. No file may grow beyond MOST
bytes while the command line runs, as on a disk that fills up; null for no such limit. Permissions hold for root too. A
process of its own, so that nobody else loses a right.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout

from patronage.faces.cli.app import run

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
VERSION_3 = 0x20080522


class Header(ctypes.Structure):
    """The kernel's header of a set of rights."""

    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class Rights(ctypes.Structure):
    """Thirty-two of the kernel's rights."""

    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def obey_permissions() -> None:
    """Gives up root's right to pass over permissions; other users have none to give up."""
    if os.geteuid() != 0 or sys.platform != "linux":
        return
    kernel = ctypes.CDLL(None, use_errno=True)
    header, rights = Header(VERSION_3, 0), (Rights * 2)()
    if kernel.capget(ctypes.byref(header), rights) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    for right in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        rights[0].effective &= ~(1 << right)
        rights[0].permitted &= ~(1 << right)
    if kernel.capset(ctypes.byref(header), rights) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def keep_files_small(most: int | None) -> None:
    """Lets no file of this process grow beyond so many bytes."""
    import resource

    _, highest = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (highest if most is None else most, highest))


def answered(most: int | None, arguments: list[str]) -> dict[str, object]:
    """Exit code, standard output and standard error of one command line."""
    out, err = io.StringIO(), io.StringIO()
    keep_files_small(most)
    with redirect_stdout(out), redirect_stderr(err):
        code = run(arguments)
    return {"code": code, "out": out.getvalue(), "err": err.getvalue()}


def main() -> None:
    commands: list[tuple[int | None, list[str]]] = json.load(sys.stdin)
    obey_permissions()
    found = [answered(most, arguments) for most, arguments in commands]
    keep_files_small(None)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()

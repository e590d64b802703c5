"""The page of results, a section for each command that measures, so that each writes its own alone."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

PAGE = Path(__file__).parent / "results.md"
HEAD = "# Results of the benchmarks\n"
SECTIONS = ("peers", "scale")


def write_section(name: str, text: str, page: Path = PAGE) -> None:
    """Puts one section in its place on the page and leaves the others as they are."""
    written = page.read_text(encoding="utf-8") if page.exists() else ""
    found = {one: _section(one, written) for one in SECTIONS} | {name: text.strip()}
    parts = [f"<!-- {one} -->\n{found[one]}\n<!-- end of {one} -->\n" for one in SECTIONS if found[one]]
    page.write_text("\n".join([HEAD, *parts]), encoding="utf-8")


def machine() -> str:
    """The machine in words."""
    return f"{platform.machine()}, {os.cpu_count() or 1} cores, Python {platform.python_version()}"


def met(bar: str, is_met: bool) -> str:
    """A bar in words, and whether it is met."""
    return f"{bar}: {'met' if is_met else '**missed**'}"


def _section(name: str, page: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end of {name} -->", page, re.DOTALL)
    return found[1] if found else ""

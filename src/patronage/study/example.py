"""The shipped example companies, copied out of the package into a folder of one's own."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from patronage.study.project import Project
from patronage.vocabulary.errors import Fault, ProjectError, nearest

if TYPE_CHECKING:
    from pathlib import Path

GIFT_WHOLESALER = "gift_wholesaler"
EXAMPLES = (GIFT_WHOLESALER,)


def example(name: str, folder: Path) -> Project:
    """The project of a shipped example in a folder, made where it is not there yet.

    A strategy file that is there already is kept as it is, so that edits survive; missing files are
    put back. Raises ProjectError for an unknown example or a folder that holds something else.
    """
    if name not in EXAMPLES:
        hint = nearest(name, EXAMPLES) or "known: " + ", ".join(EXAMPLES)
        raise ProjectError(Fault("example", f"there is no example {name!r}", hint))
    if folder.exists() and (
        not folder.is_dir() or (any(folder.iterdir()) and not (folder / "strategy.yaml").is_file())
    ):
        raise ProjectError(Fault(str(folder), "is there already and is no project", "name another folder"))
    with as_file(files("patronage") / "examples" / name) as source:
        for path in sorted(source.rglob("*")):
            target = folder / path.relative_to(source)
            if path.is_file() and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    return Project(folder)

"""The last backtest of a project, kept so that every report can carry it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.findings.trust import Backtest
from patronage.study.cache import building, read_value, write_value

if TYPE_CHECKING:
    from patronage.study.project import Project

KEPT = "backtest"


def keep_backtest(project: Project, found: Backtest) -> None:
    """Keeps a backtest as the project's last one, written whole or not at all."""
    with building(project.results / KEPT) as folder:
        write_value(found, folder, KEPT)


def last_backtest(project: Project) -> Backtest | None:
    """The last backtest, None where there is none that can be read."""
    return read_value(Backtest, project.results / KEPT, KEPT)

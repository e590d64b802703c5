"""Customer strategy from a company's own data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.vocabulary.version import VERSION

if TYPE_CHECKING:
    from patronage.faces.notebook import open_study

__version__ = VERSION
__all__ = ["__version__", "open_study"]


def __getattr__(name: str) -> object:
    # The study and its engine take a second to import, which the command line's quick commands must not pay.
    if name == "open_study":
        from patronage.faces.notebook import open_study

        return open_study
    raise AttributeError(f"module 'patronage' has no attribute {name!r}")

"""Customer strategy from a company's own data."""

from patronage.faces.notebook import open_study
from patronage.vocabulary.version import VERSION

__version__ = VERSION
__all__ = ["__version__", "open_study"]

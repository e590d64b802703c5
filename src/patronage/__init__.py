"""Customer strategy from a company's own data."""

__version__ = "0.1.0"

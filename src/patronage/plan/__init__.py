"""A consistent set of decisions over three to five years, simulated and tracked; not built yet."""

"""Which relationship for whom."""

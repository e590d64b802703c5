"""How customers differ."""

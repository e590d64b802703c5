"""Pure numbers: arrays in, arrays out; no table, file, clock or hidden random state."""

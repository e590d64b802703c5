"""Ours beside the libraries that do parts of the same work, each in a process and an environment of its own."""

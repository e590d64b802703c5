"""The learning loop, run by the command line alone on simulated companies whose truth is known."""

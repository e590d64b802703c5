"""What the work costs as the data grow, up to 100 million order lines, under a limit of memory."""

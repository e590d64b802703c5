"""What the company declares: the strategy file, read strictly and turned into plain frozen values."""

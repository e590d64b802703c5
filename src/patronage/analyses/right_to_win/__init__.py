"""Where the company holds its price and its place."""

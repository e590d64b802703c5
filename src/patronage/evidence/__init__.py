"""What the company measured: canonical tables, their contracts, sources, engines and queries."""

"""Proposals to move one thing from a state to another, the ledger that ranks them and the journal of decisions."""

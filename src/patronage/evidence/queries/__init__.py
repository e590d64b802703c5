"""Queries: plain functions from canonical tables to one table, as expressions that execute nothing."""

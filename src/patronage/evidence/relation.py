"""Ibis tables and columns as the type checker should see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ibis.expr.types import Column, Table

if TYPE_CHECKING:
    # Ibis types the column that an attribute of a table gives as a bare Column, without the methods of
    # numbers, texts and times; strict checking of every query would drown in that. Here, and only here,
    # they become Any; the queries' tests on real engines hold what types would.
    Relation = Any
    Expression = Any
else:
    Relation = Table
    Expression = Column

"""What a category is: the one that the products name, a family of product names, or else a product."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from patronage.analyses.partnership.product_families import family_of, product_families
from patronage.evidence.engine import Columns
from patronage.evidence.queries.baskets import (
    PRODUCT,
    Slices,
    chosen_customers,
    customer_activity,
    customer_items,
    item_lines,
    item_names,
    numbered_customers,
    numbered_items,
)
from patronage.evidence.queries.categories import product_amounts, product_categories
from patronage.evidence.tables import Orders, Products
from patronage.kernels.draws import stream

GIVEN = "category, as the products table names it"
FAMILIES = "families of products: words of product names whose products are bought together"
PRODUCTS = "products, since neither categories are given nor do names tell families"

MOST_CATEGORIES = 40
MOST_PRODUCTS = 2000
"""Best sold products that families are learned from; all products belong to them."""

LARGEST_SAMPLE = 8000
FEWEST_FAMILIES = 5


@dataclass(frozen=True, slots=True)
class Categories:
    """Categories by name, and the products that belong to them.

    level: what a category is here. products, codes: one entry per product with a category.
    """

    level: str
    names: tuple[str, ...]
    products: list[str]
    codes: list[int]


def gap_categories(orders: Orders, products: Products | None, seed: int) -> Categories:
    """The given categories of most amount, else families of product names, else the products of most amount."""
    amounts = orders.engine.columns(product_amounts(orders))
    money = dict(zip(amounts["product_id"].tolist(), amounts["amount"].tolist(), strict=True))
    if products is not None and "category" in products.given:
        named = orders.engine.columns(product_categories(products))
        return _largest(GIVEN, dict(zip(named["product_id"].tolist(), named["category"].tolist(), strict=True)), money)
    if "product" in orders.given and money:
        found = _by_name(orders, amounts, seed)
        if found is not None:
            return found
    return _largest(PRODUCTS, {product: product for product in money}, money)


def _largest(level: str, category: dict[str, str], money: dict[str, float]) -> Categories:
    total: defaultdict[str, float] = defaultdict(float)
    for product, amount in money.items():
        if product in category:
            total[category[product]] += amount
    names = sorted(sorted(total, key=lambda name: (-total[name], name))[:MOST_CATEGORIES])
    code = {name: place for place, name in enumerate(names)}
    members = sorted(product for product in money if category.get(product) in code)
    return Categories(level, tuple(names), members, [code[category[product]] for product in members])


def _by_name(orders: Orders, amounts: Columns, seed: int) -> Categories | None:
    """Families of names; None where names tell too few."""
    engine = orders.engine
    named = engine.columns(item_names(item_lines(orders, None, PRODUCT)))
    names = dict(zip(named["item"].tolist(), (str(name or "") for name in named["name"]), strict=True))
    order = np.argsort(-amounts["amount"], kind="stable")[:MOST_PRODUCTS]
    best = np.sort(order)
    ids = amounts["product_id"][best].tolist()
    together, customers = _together(orders, ids, seed)
    families = product_families([names.get(each, "") for each in ids], amounts["amount"][best], together, customers)
    if len(families) < FEWEST_FAMILIES:
        return None
    members = {product: family_of(name, families) for product, name in names.items()}
    found = sorted((product, code) for product, code in members.items() if code is not None)
    told = tuple(family.name for family in families)
    return Categories(FAMILIES, told, [product for product, _ in found], [code for _, code in found])


def _together(orders: Orders, ids: list[str], seed: int) -> tuple[np.ndarray, int]:
    """Customers who bought both of two products, and how many customers there are, in a sample of them."""
    engine = orders.engine
    lines, whole = item_lines(orders, None, PRODUCT), Slices(orders.as_of, 1, 1)
    people = engine.keep(numbered_customers(customer_activity(lines, whole)), "gap_people")
    items = engine.memory("gap_items", {"item": ids, "code": np.arange(len(ids))})
    pairs = numbered_items(customer_items(lines, whole), engine.open(people), items)
    if people.rows > LARGEST_SAMPLE:
        lot = np.sort(stream(seed, "category_gap.families").permutation(people.rows)[:LARGEST_SAMPLE])
        pairs = chosen_customers(pairs, engine.memory("gap_lot", {"customer": lot}))
    found = engine.columns(pairs.select("customer", "code"))
    shape = (people.rows, len(ids))
    bought = sparse.csr_array((np.ones(len(found["code"])), (found["customer"], found["code"])), shape=shape)
    return (bought.T @ bought).toarray(), min(people.rows, LARGEST_SAMPLE)

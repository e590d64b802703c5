"""What each customer has bought of each item, and when it began."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from patronage.evidence.queries.sums import counted

if TYPE_CHECKING:
    from datetime import date

    from ibis.expr.types import Table

    from patronage.evidence.tables import Orders, Products

PRODUCT, CATEGORY = "product", "category"
YEAR = 365


@dataclass(frozen=True, slots=True)
class Slices:
    """Stretches of equal length, in whole days, that end with a day: number 0 ends with it, number 1 before that."""

    end: date
    days: int
    count: int


def item_lines(orders: Orders, products: Products | None, level: str) -> Table:
    """One row per product line of a known customer and item.

    level: product, or category, which the products name. Columns: customer_id, item, name (of the product, null for a
    category), day (date), units (quantity, or 1 and -1 where none is given), amount (currency), is_return.
    """
    lines = orders.table
    known = lines.filter(lines.customer_id.notnull() & lines.is_product & lines.product_id.notnull())
    one = ibis.ifelse(known.is_return, -1.0, 1.0)
    units = ibis.coalesce(known.quantity, one) if "quantity" in orders.given else one
    rows = known.select(
        "customer_id", "amount", "is_return",
        item=known.product_id, name=known["product"], day=known.ordered_at.date(), units=units.cast("float64"),
    )  # fmt: skip
    if level == PRODUCT or products is None:
        return rows
    categories = products.table.filter(products.table.category.notnull())
    named = categories.select(category_of=categories.product_id, category=categories.category)
    joined = rows.inner_join(named, rows.item == named.category_of)
    return joined.mutate(item=joined.category, name=ibis.null("string")).drop("category_of", "category")


def customer_items(lines: Table, slices: Slices) -> Table:
    """One row per customer and item of which something was kept.

    lines: of item_lines. Keys: customer_id, item. age: days from the first purchase to the end of the slices.
    bought_0, bought_1, ...: whether bought within the slice of that number.
    """
    aged = lines.mutate(age=_days_before(lines.day, slices.end))
    taken = ~aged.is_return
    within = {
        f"bought_{k}": (taken & (aged.age >= k * slices.days) & (aged.age < (k + 1) * slices.days)).any()
        for k in range(slices.count)
    }
    pairs = aged.group_by("customer_id", "item").aggregate(
        net=aged.units.sum(), age=aged.age.max(where=taken), **within
    )
    return pairs.filter((pairs.net > 0) & pairs.age.notnull()).drop("net")


def timed_items(lines: Table, slices: Slices) -> Table:
    """The rows of customer_items with how often and how lately each was bought.

    By slice number k from 0, on the day before slice k - 1 begins (for 0, on the end): days_k (days on which it had
    been bought), since_k (days since the last of them, null for none).
    """
    aged = lines.mutate(age=_days_before(lines.day, slices.end), taken=~lines.is_return)
    # Days first: distinct days of so many small groups would be counted by as many sets.
    days = aged.group_by("customer_id", "item", "age").aggregate(net=aged.units.sum(), taken=aged.taken.any())
    figures: dict[str, ibis.Value] = {}
    for k in range(slices.count):
        seen = days.taken & (days.age >= k * slices.days)
        figures[f"bought_{k}"] = (seen & (days.age < (k + 1) * slices.days)).any()
        figures[f"days_{k}"] = counted(seen)
        figures[f"since_{k}"] = days.age.min(where=seen) - k * slices.days
    pairs = days.group_by("customer_id", "item").aggregate(
        net=days.net.sum(), age=days.age.max(where=days.taken), **figures
    )
    return pairs.filter((pairs.net > 0) & pairs.age.notnull()).drop("net")


def customer_activity(lines: Table, slices: Slices) -> Table:
    """One row per customer with a purchase line.

    lines: of item_lines. Key: customer_id. For every slice number k from 0, counted on the day before slice k - 1
    begins (for 0, on the end): days_k (purchase days of the year before), since_k (days since the last
    purchase, null for none).
    """
    taken = lines.filter(~lines.is_return)
    aged = taken.mutate(age=_days_before(taken.day, slices.end))
    figures: dict[str, ibis.Value] = {}
    for k in range(slices.count):
        seen = aged.age >= k * slices.days
        figures[f"days_{k}"] = aged.age.nunique(where=seen & (aged.age < k * slices.days + YEAR))
        figures[f"since_{k}"] = aged.age.min(where=seen) - k * slices.days
    return aged.group_by("customer_id").aggregate(**figures)


def item_counts(pairs: Table, slices: Slices) -> Table:
    """One row per item: by slice number k, owners_k (customers who had bought it before slice k - 1) and buyers_k.

    pairs: of customer_items. buyers_k: customers who bought it within slice k.
    """
    figures: dict[str, ibis.Value] = {}
    for k in range(slices.count):
        figures[f"owners_{k}"] = counted(pairs.age >= k * slices.days)
        figures[f"buyers_{k}"] = counted(pairs[f"bought_{k}"])
    return pairs.group_by("item").aggregate(**figures).order_by("item")


def item_names(lines: Table) -> Table:
    """One row per item: its name on most lines, the first by the alphabet among equals; null where none is given."""
    counts = lines.group_by("item", "name").aggregate(lines=lines.count())
    order = ibis.window(group_by=counts.item, order_by=[counts.name.isnull(), counts.lines.desc(), counts.name])
    ranked = counts.mutate(place=ibis.row_number().over(order))
    return ranked.filter(ranked.place == 0).select("item", "name").order_by("item")


def numbered_customers(activity: Table) -> Table:
    """The same rows with `customer`, a number from 0 in the order of customer_id."""
    numbers = ibis.row_number().over(ibis.window(order_by=activity.customer_id))
    return activity.mutate(customer=numbers.cast("int64"))


def numbered_items(pairs: Table, customers: Table, items: Table) -> Table:
    """One row per customer and listed item, by their numbers.

    pairs: of customer_items. customers: customer_id, customer. items: item, code. Columns: customer, code, and those
    of the pairs but their keys.
    """
    listed = items.select(listed=items.item, code=items.code)
    people = customers.select(person=customers.customer_id, customer=customers.customer)
    joined = pairs.inner_join(listed, pairs.item == listed.listed)
    joined = joined.inner_join(people, joined.customer_id == people.person)
    return joined.drop("customer_id", "item", "listed", "person")


def numbers_within(numbered: Table, first: int, end: int) -> Table:
    """The rows of customers from number `first` to below `end`, in the order of their numbers."""
    return _in_order(numbered.filter((numbered.customer >= first) & (numbered.customer < end)))


def chosen_customers(numbered: Table, chosen: Table) -> Table:
    """The rows of the customers whose number is chosen, by customer and, where there is one, by item."""
    return _in_order(numbered.semi_join(chosen, "customer"))


def _in_order(numbered: Table) -> Table:
    return numbered.order_by(*(name for name in ("customer", "code") if name in numbered.columns))


def _days_before(day: ibis.Value, end: date) -> ibis.Value:
    return ibis.literal(end).delta(day, unit="day").cast("int64")

"""What customers paid for each product, in lines whose returns are taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from patronage.evidence.queries.periods import dated_within
from patronage.evidence.queries.sums import counted, number, settled

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from patronage.evidence.queries.periods import Period
    from patronage.evidence.tables import Orders, Products


def order_prices(orders: Orders, products: Products | None, period: Period) -> Table:
    """One row per customer, product, order and price of the period, in units kept.

    Product lines of known customers with a quantity; returns are taken out of the order they name, others are left
    out. Columns: customer_id, product_id, month (number from 0 for the period's first), quantity (> 0), price (paid a
    unit, after discount; 0 or less for what was free), amount (currency), discount (currency, at least 0: as given,
    else list price less price; null where neither is known).
    """
    sold = _sold(orders, products, period)
    day = sold.ordered_at.date()
    priced = sold.mutate(
        price=settled(sold.amount / sold.units),
        order=ibis.coalesce(sold.returns_order_id, sold.order_id, day.cast("string")),
        month=(day.year() * 12 + day.month() - (period.start.year * 12 + period.start.month)).cast("int64"),
        spared=ibis.coalesce(sold.discount, sold.list_price * sold.units - sold.amount),
    )
    taken = ~priced.is_return
    kept = priced.group_by("customer_id", "product_id", "order", "price").aggregate(
        month=priced.month.min(where=taken),
        quantity=settled(priced.units.sum()),
        amount=settled(priced.amount.sum()),
        spared=settled(priced.spared.sum(where=taken)),
        told=priced.spared.count(where=taken),
    )
    known = kept.filter(kept.month.notnull() & (kept.quantity > 0))
    discount = ibis.cases((known.told == 0, ibis.null("float64")), (known.spared < 0, number(0.0)), else_=known.spared)
    return known.mutate(discount=discount).drop("order", "spared", "told")


def _sold(orders: Orders, products: Products | None, period: Period) -> Table:
    """The lines that have a price, with `units` and the list price of the line or else of its product."""
    lines = orders.table
    sold = lines.filter(
        lines.customer_id.notnull() & lines.product_id.notnull() & lines.is_product
        & dated_within(lines, "ordered_at", period)
    )  # fmt: skip
    sized = sold.mutate(units=ibis.coalesce(sold.quantity, sold.amount / sold.unit_price.nullif(number(0.0))))
    sized = sized.filter(sized.units.notnull() & (sized.units != 0))
    if products is None or "list_price" not in products.given:
        return sized
    listed = products.table.select(listed_id=products.table.product_id, listed_price=products.table.list_price)
    joined = sized.left_join(listed, sized.product_id == listed.listed_id)
    return joined.mutate(list_price=ibis.coalesce(joined.list_price, joined.listed_price))


def price_codes(prices: Table, column: str) -> Table:
    """One row per value of a column of order_prices: that column and `code`, a number from 0 in its order."""
    values = prices.filter(prices.price > 0).select(column).distinct()
    numbers = ibis.row_number().over(ibis.window(order_by=values[column]))
    return values.mutate(code=numbers.cast("int64"))


def coded_prices(prices: Table, customers: Table, products: Table) -> Table:
    """The rows of order_prices with a price above 0, their customers and products by number, in one order.

    customers, products: of price_codes. Columns: customer, product, month, quantity, price, amount, discount.
    """
    people = customers.select(person=customers.customer_id, customer=customers.code)
    goods = products.select(good=products.product_id, product=products.code)
    paid = prices.filter(prices.price > 0)
    joined = paid.inner_join(people, paid.customer_id == people.person)
    joined = joined.inner_join(goods, joined.product_id == goods.good)
    columns = ("customer", "product", "month", "quantity", "price", "amount", "discount")
    return joined.select(*columns).order_by(*columns)


def price_months(prices: Table) -> Table:
    """One row per month of order_prices: month, rows (all of them), free (without a price above 0)."""
    counts = prices.group_by("month").aggregate(rows=prices.count(), free=counted(prices.price <= 0))
    return counts.order_by("month")


def prices_since(prices: Table, month: int) -> Table:
    """The rows of order_prices from a month on."""
    return prices.filter(prices.month >= month)


def labelled_customers(customers: Table, labels: Table, label: str) -> Table:
    """One row per customer of price_codes, by number: customer_id and `label`, null for none.

    labels: customer_id and the column named.
    """
    told = labels.select(told_id=labels.customer_id, label=labels[label])
    joined = customers.left_join(told, customers.customer_id == told.told_id)
    return joined.order_by("code").select("customer_id", "label")


def customer_levels(customers: Table, places: Table, levels: Table) -> Table:
    """One row per customer of price_codes, most leakage first: customer_id, place (null for none), and its levels.

    places: customer_id, place. levels: code, and revenue, leakage (currency a year), price_index, raw_index, lines.
    """
    told = places.select(told_id=places.customer_id, place=places.place)
    joined = customers.inner_join(levels, "code")
    joined = joined.left_join(told, joined.customer_id == told.told_id)
    columns = ("customer_id", "place", "revenue", "leakage", "price_index", "raw_index", "lines")
    return joined.order_by(joined.leakage.desc(), joined.customer_id).select(*columns)


def named_products(products: Table, names: Table) -> Table:
    """One row per product of price_codes, by number: product_id and name, null for none.

    names: item, name.
    """
    told = names.select(told_id=names.item, name=names["name"])
    joined = products.left_join(told, products.product_id == told.told_id)
    return joined.order_by("code").select("product_id", "name")

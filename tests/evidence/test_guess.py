# ruff: noqa: DTZ001  times of canonical tables are naive UTC
"""Common exports are recognised by their headers, and what they hold is shown before it is believed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from patronage.evidence.guess import Guess, MissingColumn, guess_orders
from patronage.evidence.headers import LAYOUTS, SYNONYMS, currency_in_name, plain_name

if TYPE_CHECKING:
    from pathlib import Path

    from patronage.evidence.engine import Engine

# ruff: noqa: E501  headers are one line, as the exports write them
SHOPIFY = """\
Name,Email,Financial Status,Paid at,Currency,Subtotal,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem discount,Shipping Country,Source
#1001,a@x.com,paid,2021-03-04 10:11:12 -0500,USD,30.00,3.00,33.00,2021-03-04 10:11:10 -0500,2,Mug,10.00,MUG1,1.00,US,web
#1001,a@x.com,,,,,,,2021-03-04 10:11:10 -0500,1,Cup,10.00,CUP1,0.00,,
"""
WOO_ITEMS = """\
order_id,order_date,status,order_currency,order_total,billing_email,billing_country,item_name,item_sku,item_quantity,item_total
11,2021-03-04 10:11:12,completed,EUR,25,a@x.com,DE,Mug,MUG,2,20.00
11,2021-03-04 10:11:12,completed,EUR,25,a@x.com,DE,Cup,CUP,1,5.00
"""
WOO_ADVANCED = """\
Order Number,Order Status,Order Date,Email (Billing),Country Code (Billing),SKU,Item Name,Quantity (- Refund),Item Cost,Order Total Amount
11,Completed,2021-03-04 10:11,a@x.com,DE,MUG,Mug,2,10.00,25.00
"""
STRIPE = """\
id,Description,Created (UTC),Amount,Amount Refunded,Currency,Fee,Status,Customer ID,Customer Email
ch_1,Plan,2021-03-04 10:11,12.00,0.00,usd,0.5,Paid,cus_1,a@b.c
ch_2,Plan,2021-03-05 10:11,12.00,2.00,usd,0.5,Refunded,cus_1,a@b.c
ch_3,Plan,2021-03-05 10:11,12.00,,usd,0.5,Failed,cus_2,a@b.c
"""
SQUARE_ITEMS = """\
Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Location,Customer ID
03/14/21,10:11:12,Eastern Time,Drinks,Coffee,2.0,Regular,C1,$6.00,$0.00,$6.00,$0.50,T1,Main,CU1
03/14/21,10:15:12,Eastern Time,Drinks,Coffee,-1.0,Regular,C1,($3.00),$0.00,($3.00),$0.00,T2,Main,
"""
SQUARE_TRANSACTIONS = """\
Date,Time,Gross Sales,Discounts,Net Sales,Tax,Total Collected,Source,Transaction ID,Location,Customer ID
03/14/21,10:11:12,$6.00,$0.00,$6.00,$0.50,$6.50,Register,T1,Main,CU1
"""
RETAIL = (
    "{},{},Description,Quantity,{},{},{},Country\n489434,85048,GLASS BALL,12,2009-12-01 07:45:00,6.95,13085,France\n"
)

LAYOUT_CASES: list[tuple[str, str, dict[str, Any], float]] = [
    ("Shopify orders", SHOPIFY, {"customer_id": "Email", "ordered_at": "Created at", "currency": "Currency"}, 29.0),
    ("WooCommerce order items", WOO_ITEMS, {"customer_id": "billing_email", "amount": "item_total"}, 25.0),
    ("WooCommerce order items", WOO_ADVANCED, {"quantity": "Quantity (- Refund)", "unit_price": "Item Cost"}, 20.0),
    (
        "Stripe payments",
        STRIPE,
        {"customer_id": "Customer ID", "amount": "`Amount` - coalesce(number(`Amount Refunded`), 0)"},
        22.0,
    ),
    ("Square items", SQUARE_ITEMS, {"ordered_at": "concat(`Date`, ' ', `Time`)", "amount": "Net Sales"}, 3.0),
    ("Square transactions", SQUARE_TRANSACTIONS, {"order_id": "Transaction ID", "amount": "Net Sales"}, 6.0),
    (
        "Online Retail",
        RETAIL.format("Invoice", "StockCode", "InvoiceDate", "Price", "Customer ID"),
        {"order_id": "Invoice", "unit_price": "Price", "customer_id": "Customer ID", "product_id": "StockCode"},
        83.4,
    ),
    (
        "Online Retail",
        RETAIL.format("InvoiceNo", "StockCode", "InvoiceDate", "UnitPrice", "CustomerID"),
        {"order_id": "InvoiceNo", "unit_price": "UnitPrice", "customer_id": "CustomerID", "place": "Country"},
        83.4,
    ),
    (
        "Online Retail",
        RETAIL.format("invoice_no", "stock_code", "invoice_date", "unit_price_gbp", "customer_id"),
        {"order_id": "invoice_no", "unit_price": "unit_price_gbp", "ordered_at": "invoice_date"},
        83.4,
    ),
    (
        "CDNOW",
        "customer_id,sample_customer_id,transaction_date,cds,spend_usd\n00004,0001,1997-01-01,2,29.33\n",
        {"customer_id": "customer_id", "ordered_at": "transaction_date", "quantity": "cds", "amount": "spend_usd"},
        29.33,
    ),
]


@pytest.fixture
def guess(tmp_path: Path, shared_engine: Engine) -> Any:
    """Guesses at a file of the given content."""

    def made(content: str | bytes, mapped: dict[str, str] | None = None) -> Guess:
        path = tmp_path / "orders.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return guess_orders(path, shared_engine.within(tmp_path), mapped)

    return made


def columns(found: Guess) -> dict[str, str]:
    return {item.canonical: item.text for item in found.columns}


@pytest.mark.parametrize("case", LAYOUT_CASES, ids=[name for name, *_ in LAYOUT_CASES])
def test_a_common_export_is_recognised_and_loads_as_guessed(
    guess: Any, loading: Any, case: tuple[str, str, dict[str, Any], float]
) -> None:
    layout, content, expected, revenue = case
    found = guess(content)
    assert (found.layout, found.missing, found.faults) == (layout, (), ())
    assert columns(found) | expected == columns(found)
    mapping = found.mapping("orders.csv")
    loaded = loading.csv(content, mapping.columns, keep=found.keep or "true", project=found.currency or "GBP")
    assert sum(row["amount"] for row in loaded.good.records()) == pytest.approx(revenue)
    assert loaded.quarantine.rows == 0


def test_every_layout_is_tried() -> None:
    assert {layout.name for layout in LAYOUTS} == {name for name, *_ in LAYOUT_CASES}


def test_columns_of_a_whole_order_are_not_taken_for_those_of_its_lines(guess: Any) -> None:
    assert not {"tax", "amount"} & set(columns(guess(SHOPIFY)))


@pytest.mark.parametrize(
    ("header", "line", "expected"),
    [
        (
            "Customer No;Order Date;Line Total;Qty;SKU;Product Name",
            "K1;2021-03-04;12.5;2;A1;Mug",
            {"customer_id": "Customer No", "ordered_at": "Order Date", "amount": "Line Total", "quantity": "Qty",
             "product_id": "SKU", "product": "Product Name"},
        ),
        (
            "Kundennummer;Rechnungsdatum;Menge;Einzelpreis;Artikelnr.;Bezeichnung;Land",
            "K1;13.02.2021;2;4,90;A1;Stuhl;Österreich",
            {"customer_id": "Kundennummer", "ordered_at": "Rechnungsdatum", "quantity": "Menge",
             "unit_price": "Einzelpreis", "product_id": "Artikelnr.", "product": "Bezeichnung", "place": "Land"},
        ),
        (
            "N° client;Date de commande;Quantité;Prix unitaire;Référence;Désignation;Pays",
            "K1;13/02/2021;2;4,90;A1;Chaise;France",
            {"ordered_at": "Date de commande", "quantity": "Quantité", "unit_price": "Prix unitaire",
             "product_id": "Référence", "product": "Désignation", "place": "Pays"},
        ),
        (
            "Cliente;Fecha de pedido;Cantidad;Precio unitario;Pedido;Artículo;País",
            "K1;13/02/2021;2;4,90;77;A1;España",
            {"customer_id": "Cliente", "ordered_at": "Fecha de pedido", "quantity": "Cantidad",
             "unit_price": "Precio unitario", "order_id": "Pedido", "product_id": "Artículo", "place": "País"},
        ),
    ],
    ids=["english", "german", "french", "spanish"],
)  # fmt: skip
def test_general_names_are_understood(guess: Any, header: str, line: str, expected: dict[str, str]) -> None:
    found = guess(f"{header}\n{line}\n".encode("cp1252"))
    assert found.layout == "general names"
    assert columns(found) | expected == columns(found)
    assert found.words == "cp1252, semicolon between cells" or found.words.startswith("utf-8")


def test_each_guess_comes_with_samples_and_its_reason(guess: Any) -> None:
    found = guess("customer_id,order_date,total\nx,2021-03-04,5\ny,2021-03-05,6\nx,2021-03-06,7\nz,2021-03-07,8\n")
    first = found.columns[0]
    assert (first.canonical, first.text, first.samples, first.why) == (
        "customer_id", "customer_id", ("x", "y", "z"), "its name says so",
    )  # fmt: skip


def test_what_is_missing_is_listed_with_its_candidates(guess: Any) -> None:
    found = guess("who,a number,remark\nx,5,fine\ny,6,good\nx,7,fine\n")
    assert found.missing == (
        MissingColumn("customer_id", ("a number", "remark", "who")),
        MissingColumn("ordered_at", ()),
        MissingColumn("amount", ("a number",)),
    )


def test_what_a_person_says_counts_before_the_guess(guess: Any) -> None:
    content = "customer_id,payer,order_date,total\nx,p,2021-03-04,5\n"
    found = guess(content, {"customer_id": "payer", "amount": "total * 2"})
    assert columns(found) == {"ordered_at": "order_date", "customer_id": "payer", "amount": "total * 2"}
    assert {item.canonical: item.why for item in found.columns}["customer_id"] == "you said so"


def test_a_mapping_to_a_column_that_is_not_there_is_a_fault(guess: Any) -> None:
    found = guess("customer_id,order_date,total\nx,2021-03-04,5\n", {"place": "contry"})
    assert [str(fault) for fault in found.faults] == [
        "orders.place: there is no column 'contry'; the columns are 'customer_id', 'order_date', 'total'"
    ]


def test_the_only_column_of_dates_is_the_order_date(guess: Any) -> None:
    found = guess("customer_id,when it was,total\nx,2021-03-04,5\n")
    assert columns(found)["ordered_at"] == "when it was"


def test_an_amount_that_is_the_order_total_is_not_mapped(guess: Any) -> None:
    lines = ["x,2021-03-04,1,2,5,100", "x,2021-03-04,1,9,10,100", "y,2021-03-05,2,1,5,70"]
    content = "\n".join(["customer,date,order,qty,price,order total", *lines, ""])
    assert "amount" not in columns(guess(content))


def test_dates_that_can_be_read_two_ways_are_told_before_loading(guess: Any) -> None:
    found = guess("customer,date,total\na,01/02/2021,5\nb,03/04/2021,6\n")
    assert [fault.where for fault in found.faults] == ["orders.ordered_at"]
    assert "is 1 February 2021 (d/m/y) or 2 January 2021 (m/d/y)" in found.faults[0].found


@pytest.mark.parametrize(
    ("content", "currency", "why"),
    [
        ("customer,date,spend_usd\na,2021-01-31,5\n", "USD", "the name of 'spend_usd' says so"),
        ("customer,date,Total (€)\na,2021-01-31,5\n", "EUR", "the name of 'Total (€)' says so"),
        ("customer,date,total\na,2021-01-31,£5.00\n", "GBP", "'total' is written with £"),
        ("customer,date,total,currency\na,2021-01-31,5,chf\n", "CHF", "most rows of 'currency' say so"),
        ("customer,date,total\na,2021-01-31,5\n", None, "nothing in the file tells the currency"),
    ],
)
def test_the_currency_is_found_where_something_tells_it(
    guess: Any, content: str, currency: str | None, why: str
) -> None:
    found = guess(content)
    assert (found.currency, found.currency_why) == (currency, why)


def test_lines_that_are_no_product_are_proposed_with_their_money(guess: Any, loading: Any) -> None:
    lines = [
        "1,2021-01-01,a,MUG,Postage stamp mug,2,5", "1,2021-01-01,a,POST,POSTAGE,1,3.5",
        "2,2021-01-02,b,D,Discount,-1,2", "2,2021-01-02,b,M,Medium shirt,1,20", "3,2021-01-03,b,gift_0001_20,Gift voucher 20,1,20",
        "3,2021-01-03,b,90210,Next day carriage,1,15", "4,2021-01-04,b,post,postage,1,1.5",
    ]  # fmt: skip
    content = "\n".join(["order,date,customer,sku,description,qty,price", *lines, ""])
    found = guess(content)
    assert [(item.code, item.lines, item.money) for item in found.apart] == [
        ("POST", 2, 5.0), ("90210", 1, 15.0), ("D", 1, -2.0), ("GIFT_0001_20", 1, 20.0),
    ]  # fmt: skip
    assert found.not_product == ("upper(trim(sku)) in ('90210', 'D', 'POST') or starts_with(upper(trim(sku)), 'GIFT_')")
    loaded = loading.csv(content, columns(found), not_product=found.not_product)
    assert [row["is_product"] for row in loaded.good.records()] == [True, False, False, True, False, False, False]


def test_without_codes_the_descriptions_decide(guess: Any) -> None:
    content = "customer,date,item description,total\na,2021-01-31,Mug,5\na,2021-01-31,Shipping,3\n"
    assert guess(content).not_product == "upper(trim(`item description`)) in ('SHIPPING')"


def test_an_empty_export_is_refused(guess: Any, tmp_path: Path) -> None:
    from patronage.vocabulary.errors import EvidenceError

    with pytest.raises(EvidenceError) as caught:
        guess("customer,date,total\n")
    assert str(caught.value) == f"{tmp_path / 'orders.csv'}: there is a header and no row below it; export it again"


@pytest.mark.parametrize(
    ("header", "plain"),
    [
        ("unit_price_gbp", "unit price"), ("UnitPrice", "unit price"), ("Customer ID", "customer id"),
        ("InvoiceNo", "invoice no"), ("Created (UTC)", "created utc"), ("SKU", "sku"), ("Total (EUR)", "total"),
        ("USD", "usd"), ("", ""),
    ],
)  # fmt: skip
def test_names_are_made_plain(header: str, plain: str) -> None:
    assert plain_name(header) == plain


def test_a_currency_is_read_off_a_name() -> None:
    assert [currency_in_name(name) for name in ("spend_usd", "Price (£)", "musd", "amount")] == [
        "USD",
        "GBP",
        None,
        None,
    ]


def test_no_name_stands_for_two_canonical_columns() -> None:
    every = [name for names in SYNONYMS.values() for name in names]
    assert sorted(name for name in set(every) if every.count(name) > 1) == []


def test_online_retail_is_guessed_from_its_headers_alone(
    data_folder: Path, shared_engine: Engine, tmp_path: Path
) -> None:
    path = data_folder / "online_retail" / "lines_2009_2010.parquet"
    found = guess_orders(path, shared_engine.within(tmp_path))
    assert (found.layout, found.currency, found.words) == ("Online Retail", "GBP", "Parquet")
    apart = {item.code: item.lines for item in found.apart}
    assert {"POST", "DOT", "M", "D", "BANK CHARGES", "AMAZONFEE", "C2", "S", "B", "ADJUST", "PADS"} <= set(apart)
    assert not any(code.startswith("DCGS") for code in apart)


def test_the_cdnow_sample_is_guessed_right(data_folder: Path, shared_engine: Engine, tmp_path: Path) -> None:
    found = guess_orders(data_folder / "cdnow" / "sample_transactions.parquet", shared_engine.within(tmp_path))
    assert columns(found) == {
        "customer_id": "customer_id", "ordered_at": "transaction_date", "quantity": "cds", "amount": "spend_usd",
    }  # fmt: skip
    assert (found.currency, found.columns[1].samples[0]) == ("USD", str(datetime(1997, 1, 1).date()))

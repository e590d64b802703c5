import pytest

from patronage.strategy.strategy import strategy_from_text
from patronage.vocabulary.expressions import Column, Literal, Membership, Operation
from patronage.vocabulary.sources import SourceMapping

COMPANY = "company: {name: Acme, currency: USD}\n"


def test_every_key_of_a_source_reaches_its_mapping():
    found = strategy_from_text(
        COMPANY
        + "sources:\n  orders:\n    from: data/*.csv\n    format: csv\n    sheet: Lines\n    table: main.lines\n"
        "    encoding: cp1252\n    delimiter: ';'\n    decimal: ','\n"
        "    date_format: '%d/%m/%Y'\n    keep: amount != 0\n"
        "    not_product: product_id in ('POST')\n    currency: GBP\n    returns: net\n"
        '    columns: {customer_id: Customer ID, amount: "quantity * unit_price"}\n'
    )
    assert found.sources == (
        SourceMapping(
            "orders",
            "data/*.csv",
            {"customer_id": "Customer ID", "amount": "quantity * unit_price"},
            format="csv",
            sheet="Lines",
            source_table="main.lines",
            encoding="cp1252",
            delimiter=";",
            decimal=",",
            date_format="%d/%m/%Y",
            keep=Operation("!=", Column("amount"), Literal(0)),
            not_product=Membership(Column("product_id"), (Literal("POST"),)),
            currency="GBP",
            line=3,
            extra={"returns": "net"},
        ),
    )


def test_sources_keep_the_order_of_the_file_and_an_empty_one_is_left_out():
    text = COMPANY + "sources:\n  exits: {from: e.csv, columns: {}}\n  books:\n  orders: {from: o.csv, columns: {}}\n"
    assert [(source.table, source.line) for source in strategy_from_text(text).sources] == [("exits", 3), ("orders", 5)]


@pytest.mark.parametrize(
    ("written", "rates"),
    [("0.2", {"": 0.2}), ("{UK: 0.2, DE: 0.19, other: 0}", {"UK": 0.2, "DE": 0.19, "": 0.0})],
)
def test_orders_say_whether_their_money_includes_tax(written: str, rates: dict[str, float]):
    text = COMPANY + "sources:\n  orders: {from: o.csv, columns: {}, amounts: gross, tax_rate: " + written + "}\n"
    (found,) = strategy_from_text(text).sources
    assert (found.amounts, found.tax_rates) == ("gross", rates)


def test_rates_say_for_how_long_each_holds():
    text = COMPANY + "sources:\n  rates: {from: r.csv, columns: {currency: c, date: d, rate: r}, holds_days: 7}\n"
    (found,) = strategy_from_text(text).sources
    assert (found.table, found.holds_days) == ("rates", 7)
    (plain,) = strategy_from_text(text.replace(", holds_days: 7", "")).sources
    assert plain.holds_days is None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "deals: {from: a}",
            (
                "line 3, column 3: sources.deals: belongs to a later release; take it out; this one reads "
                "orders, customers, products, books, activity_events, exits, treatments, rates"
            ),
        ),
        ("order: {from: a}", "line 3, column 3: sources.order: is not a known key; did you mean 'orders'?"),
        ("orders: data.csv", "line 3, column 11: sources.orders: is the text 'data.csv', expected a group of keys"),
        (
            "orders: {columns: {}}",
            (
                "line 3, column 11: sources.orders.from: is missing; add it: path, pattern such as "
                "data/*.parquet, or database file, from this file's folder, or postgresql://user@host/db"
            ),
        ),
        (
            "orders: {from: '', columns: {}}",
            ("line 3, column 18: sources.orders.from: is an empty text; write it, or take the key out"),
        ),
        (
            "orders: {from: a, columns: {amount: 5}}",
            ("line 3, column 39: sources.orders.columns.amount: is the number 5, expected text; put it in quotes"),
        ),
        (
            "orders: {from: a, columns: []}",
            "line 3, column 30: sources.orders.columns: is a list, expected a group of keys",
        ),
        (
            "orders: {from: a, columns: {}, attributes: {}}",
            (
                "line 3, column 34: sources.orders.attributes: "
                "is not a known key; known here: from, columns, format, sheet, table, encoding, delimiter, decimal, "
                "date_format, keep, not_product, currency, returns, amounts, tax_rate"
            ),
        ),
        (
            "orders: {from: a, columns: {}, delimeter: ';'}",
            ("line 3, column 34: sources.orders.delimeter: is not a known key; did you mean 'delimiter' or 'decimal'?"),
        ),
        (
            "orders: {from: a, columns: {}, amounts: brutto}",
            "line 3, column 43: sources.orders.amounts: is the text 'brutto', expected one of net, gross",
        ),
        (
            "orders: {from: a, columns: {}, tax_rate: 20}",
            (
                "line 3, column 44: sources.orders.tax_rate: is the number 20, expected a share from 0 to 1; "
                "write 0.20 if 20 percent is meant"
            ),
        ),
        (
            "rates: {from: a, columns: {}, holds_days: 2.5}",
            (
                "line 3, column 45: sources.rates.holds_days: is the number 2.5, "
                "expected a whole number of days from 1 to 3,660"
            ),
        ),
        (
            "orders: {from: a, columns: {}, holds_days: 7}",
            (
                "line 3, column 34: sources.orders.holds_days: is not a known key; known here: from, columns, "
                "format, sheet, table, encoding, delimiter, decimal, date_format, keep, not_product, currency, "
                "returns, amounts, tax_rate"
            ),
        ),
        (
            "orders: {from: a, columns: {}, delimiter: ';;'}",
            (
                "line 3, column 45: sources.orders.delimiter: "
                'is the text \';;\', expected one character; write "," or ";" or "\\t"'
            ),
        ),
        (
            "orders: {from: a, columns: {}, decimal: x}",
            ('line 3, column 43: sources.orders.decimal: is the text \'x\', expected the mark "." or ","'),
        ),
        (
            "orders: {from: a, columns: {}, format: xls}",
            (
                "line 3, column 42: sources.orders.format: is the text 'xls', "
                "expected one of csv, excel, parquet, json, duckdb, sqlite; did you mean 'excel'?"
            ),
        ),
        (
            "orders: {from: a, columns: {}, keep: 'amount >'}",
            (
                "line 3, column 40: sources.orders.keep: cannot be read: "
                "expected a name, a number or a text at character 9 of 'amount >'"
            ),
        ),
    ],
)
def test_a_fault_of_a_source_is_told_with_its_place(faults_below_company, source: str, message: str):
    assert faults_below_company(f"sources:\n  {source}\n") == [f"strategy.yaml {message}"]

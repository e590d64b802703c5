"""Loading makes good rows and quarantine of every source, loses nothing, and refuses in plain words."""

# ruff: noqa: DTZ001  times of canonical tables are naive UTC
from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from patronage.evidence.load import LoadSettings, load
from patronage.vocabulary.sources import SourceMapping

if TYPE_CHECKING:
    from patronage.evidence.engine import Engine
    from patronage.evidence.loaded import Loaded

LINE_COLUMNS = {
    "customer_id": "customer", "ordered_at": "day", "quantity": "quantity", "unit_price": "price", "order_id": "order",
    "product_id": "product",
}  # fmt: skip
ONLINE_RETAIL = {
    "customer_id": "customer_id", "ordered_at": "invoice_date", "order_id": "invoice_no", "product_id": "stock_code",
    "product": "description", "quantity": "quantity", "unit_price": "unit_price_gbp", "place": "country",
}  # fmt: skip


def reasons(loaded: Loaded) -> list[tuple[str, int, int]]:
    return [(item.reason, item.rows, item.first_row) for item in loaded.reasons]


def good(loaded: Loaded, column: str) -> list[Any]:
    return [row[column] for row in loaded.good.records()]


# What a good table is


def test_good_orders_have_all_canonical_columns_in_order_of_the_source(loading: Any) -> None:
    loaded = loading.csv("customer,day,amount\nb,2024-01-02,5\na,2024-01-01,7.5\n")
    assert loaded.good.columns == (
        "line_id", "customer_id", "ordered_at", "order_id", "product_id", "product", "quantity", "unit_price", "amount",
        "discount", "tax", "unit_cost", "list_price", "channel_id", "delivery_option_id", "place", "is_product",
        "is_return", "is_repeat", "returns_order_id",
    )  # fmt: skip
    assert loaded.good.records()[0] == {
        **dict.fromkeys(loaded.good.columns), "line_id": 1, "customer_id": "b", "ordered_at": datetime(2024, 1, 2),
        "amount": 5.0, "is_product": True, "is_return": False, "is_repeat": False,
    }  # fmt: skip
    assert good(loaded, "line_id") == [1, 2]
    assert (loaded.rows_in, loaded.good.rows, loaded.quarantine.rows, loaded.reasons) == (2, 2, 0, ())
    assert loaded.given == {"customer_id", "ordered_at", "amount"}


def test_amount_follows_from_quantity_price_and_discount(loading: Any) -> None:
    content = "customer,day,quantity,price,off\na,2024-01-01,2,5,1\na,2024-01-02,-2,5,1\na,2024-01-03,2,5,\n"
    columns = {
        "customer_id": "customer",
        "ordered_at": "day",
        "quantity": "quantity",
        "unit_price": "price",
        "discount": "off",
    }
    assert good(loading.csv(content, columns), "amount") == [9.0, -9.0, 10.0]


def test_a_given_amount_counts_before_quantity_times_price(loading: Any) -> None:
    content = "customer,day,amount,quantity,price\na,2024-01-01,9,2,5\na,2024-01-02,,2,5\n"
    columns = {**LINE_COLUMNS, "amount": "amount"}
    del columns["order_id"], columns["product_id"]
    assert good(loading.csv(content, columns), "amount") == [9.0, 10.0]


def test_a_line_without_a_customer_is_anonymous_and_good(loading: Any) -> None:
    customers = ["", "nan", "NULL", "  ", "17850.0"]
    content = "customer,day,amount\n" + "".join(f"{customer},2024-01-01,1\n" for customer in customers)
    loaded = loading.csv(content)
    assert good(loaded, "customer_id") == [None, None, None, None, "17850"]
    assert loaded.quarantine.rows == 0


def test_lines_that_are_no_product_are_kept_apart_and_are_no_returns(loading: Any) -> None:
    lines = ["a,2024-01-01,1,5,1,MUG", "a,2024-01-01,1,3,1,POST", "a,2024-01-02,-1,3,2,POST"]
    content = "\n".join(["customer,day,quantity,price,order,product", *lines, ""])
    for rule in ("product = 'POST'", "product_id in ('POST')"):
        loaded = loading.csv(content, LINE_COLUMNS, not_product=rule)
        assert good(loaded, "is_product") == [True, False, False]
        assert good(loaded, "is_return") == [False, False, False]


def test_columns_may_come_from_expressions(loading: Any) -> None:
    content = "First,Last,Day,Clock,Net,Vat\nAda,L,2024-01-01,10:30,10,2\n"
    columns = {
        "customer_id": "concat(First, ' ', Last)", "ordered_at": "concat(Day, ' ', Clock)", "amount": "Net + Vat",
        "place": "'shop'",
    }  # fmt: skip
    row = loading.csv(content, columns).good.records()[0]
    assert (row["customer_id"], row["ordered_at"], row["amount"], row["place"]) == (
        "Ada L", datetime(2024, 1, 1, 10, 30), 12.0, "shop",
    )  # fmt: skip


def test_only_kept_rows_are_read(loading: Any) -> None:
    content = "customer,day,amount,state\na,2024-01-01,1,paid\nb,2024-01-01,2,failed\nc,2024-01-01,3,paid\n"
    loaded = loading.csv(content, keep="state != 'failed'")
    assert (loaded.rows_in, loaded.left_out, good(loaded, "line_id")) == (2, 1, [1, 3])


def test_what_is_kept_is_read_in_the_file_s_own_numbers(loading: Any) -> None:
    content = "customer;day;net;vat\na;2024-01-01;1,50;0,25\nb;2024-01-02;0,75;0,25\n"
    columns = {"customer_id": "customer", "ordered_at": "day", "amount": "net + vat"}
    loaded = loading.csv(content, columns, keep="net > 1.25")
    assert (good(loaded, "amount"), loaded.left_out) == ([1.75], 1)


def test_exact_repeats_are_kept_and_flagged(loading: Any) -> None:
    content = "customer,day,amount\na,2024-01-01,1\nb,2024-01-01,1\na,2024-01-01,1\na,2024-01-01,1.0\na,2024-01-01,2\n"
    loaded = loading.csv(content)
    assert good(loaded, "is_repeat") == [False, False, True, True, False]
    assert (loaded.repeats, loaded.rows_in, loaded.good.rows) == (2, 5, 5)


def test_loading_twice_gives_the_same_table(loading: Any) -> None:
    content = "customer,day,amount\n" + "".join(f"c{n % 7},2024-01-{n % 28 + 1:02d},{n}\n" for n in range(500))
    first = loading.csv(content)
    before = first.good.path.read_bytes()
    assert loading.csv(content).good.path.read_bytes() == before


def test_the_quality_of_each_column_is_told(loading: Any) -> None:
    seen = {item.name: item for item in loading.csv("customer,day,amount\na,2024-01-01,5\n,2024-01-02,7\n").columns}
    customer, amount, place = seen["customer_id"], seen["amount"], seen["place"]
    assert (customer.given, customer.missing_share, customer.distinct, customer.least) == (True, 0.5, 1, "a")
    assert (amount.least, amount.most, amount.distinct) == ("5.0", "7.0", 2)
    assert (place.given, place.missing_share, place.most) == (False, 1.0, None)


def test_lines_that_look_like_no_product_are_told_where_the_mapping_is_silent(loading: Any) -> None:
    content = "customer,day,quantity,price,order,product\na,2024-01-01,1,5,1,MUG\na,2024-01-01,1,3,1,post\n"
    loaded = loading.csv(content, LINE_COLUMNS)
    assert [(item.code, item.lines, item.money) for item in loaded.apart] == [("POST", 1, 3.0)]
    assert loaded.not_product == "upper(trim(product)) in ('POST')"
    assert loaded.read_as == "utf-8, comma between cells"
    assert loading.csv(content, LINE_COLUMNS, not_product=loaded.not_product).apart == ()


# What goes to quarantine

BAD_ROWS = [
    ("a,,5", "ordered_at is missing"),
    ("a,soon,5", "ordered_at is not a date"),
    ("a,2024-07-01,5", "ordered_at is dated after today"),
    ("a,1900-01-01,5", "ordered_at is dated before 1950"),
    ("a,2024-01-01,", "amount is missing"),
    ("a,2024-01-01,five", "amount is not a number"),
    ("a,2024-01-01,nan", "amount is not a finite number"),
    ("a,2024-01-01,inf", "amount is not a finite number"),
    ("a,2024-01-01,-Infinity", "amount is not a finite number"),
    ("a,2024-01-01,1e12", "amount is beyond any belief (1,000,000,000,000 or more)"),
    ("a,2024-01-01,=1+1", "amount is not a number"),
    ("a,2024-01-01,€5", "amount in EUR, the project counts in GBP; map a rates table under sources"),
    ("a,2024-01-01,USD 5", "amount in USD, the project counts in GBP; map a rates table under sources"),
    ("a,2024-01-01", "the row has 2 cells, the header has 3"),
    ("a,2024-01-01,5,6,7", "the row has 5 cells, the header has 3"),
]


def test_each_bad_row_is_quarantined_with_its_reason_its_place_and_its_cells(loading: Any) -> None:
    content = "\n".join(["customer,day,amount", "b,2024-01-01,1", *(row for row, _ in BAD_ROWS), ""])
    loaded = loading.csv(content)
    kept = loaded.quarantine.records()
    assert (loaded.rows_in, loaded.good.rows, len(kept)) == (len(BAD_ROWS) + 1, 1, len(BAD_ROWS))
    for place, (found, (row, reason)) in enumerate(zip(kept, BAD_ROWS, strict=True), 2):
        assert (found["line_id"], found["source_file"]) == (place, "orders.csv")
        assert reason in str(found["reasons"])
        assert [found[name] or "" for name in ("customer", "day", "amount")] == [*row.split(","), ""][:3]
    assert reasons(loaded)[0] == ("amount is not a finite number", 3, 8)


def test_cells_beyond_the_header_are_kept(loading: Any) -> None:
    loaded = loading.csv("customer,day,amount\nb,2024-01-01,1\na,2024-01-01,5,6,7\n")
    assert loaded.quarantine.records()[0]["cells beyond the header"] == "6 | 7"


BAD_LINES = [
    ("a,2024-01-01,1000000000000,1,1,x", "quantity is beyond any belief (1,000,000,000 or more)"),
    ("a,2024-01-01,-1e9,1,1,x", "quantity is beyond any belief (1,000,000,000 or more)"),
    ("a,2024-01-01,two,1,1,x", "quantity is not a number"),
    ("a,2024-01-01,1,NaN,1,x", "unit_price is not a finite number"),
    ("a,2024-01-01,1,inf,1,x", "unit_price is not a finite number"),
    ("a,2024-01-01,,1,1,x", "quantity is missing"),
    ("a,2024-01-01,1,,1,x", "unit_price is missing"),
    ("a,2024-01-01,9e8,9e8,1,x", "quantity x unit_price is beyond any belief (1,000,000,000,000 or more)"),
]


def test_lines_whose_money_cannot_be_known_are_quarantined(loading: Any) -> None:
    header = ["customer,day,quantity,price,order,product", "b,2024-01-01,1,1,1,x"]
    loaded = loading.csv("\n".join([*header, *(row for row, _ in BAD_LINES), ""]), LINE_COLUMNS)
    assert [row["reasons"] for row in loaded.quarantine.records()] == [reason for _, reason in BAD_LINES]


def test_every_reason_of_a_row_is_kept(loading: Any) -> None:
    loaded = loading.csv("customer,day,amount\nb,2024-01-01,1\na,soon,many\nc,2031-01-01,\n")
    assert [row["reasons"] for row in loaded.quarantine.records()] == [
        "ordered_at is not a date; amount is not a number",
        "ordered_at is dated after today; amount is missing",
    ]
    assert loaded.rows_in == loaded.good.rows + loaded.quarantine.rows == 3


def test_rows_in_another_currency_are_quarantined_with_the_currency(loading: Any) -> None:
    lines = ["a,2024-01-01,1,GBP", "b,2024-01-01,2,eur", "c,2024-01-01,3,", "d,2024-01-01,4,USD", "e,2024-01-01,4,EUR"]
    content = "\n".join(["customer,day,amount,money", *lines, ""])
    loaded = loading.csv(
        content, {"customer_id": "customer", "ordered_at": "day", "amount": "amount", "currency": "money"}
    )
    assert good(loaded, "customer_id") == ["a", "c"]
    assert reasons(loaded) == [
        ("currency EUR, the project counts in GBP; map a rates table under sources", 2, 2),
        ("currency USD, the project counts in GBP; map a rates table under sources", 1, 4),
    ]


def test_the_currency_of_a_whole_source_is_checked(loading: Any) -> None:
    assert loading.csv_refusal("customer,day,amount\na,2024-01-01,1\n", currency="EUR") == (
        "orders: the source counts in EUR, the project in GBP; map a rates table under sources, or "
        "convert the file first"
    )
    assert loading.csv_refusal("customer,day,amount,money\na,2024-01-01,1,GBP\n", currency="mony") == (
        "orders.currency: there is no column 'mony'; did you mean 'money' or 'amount'?"
    )
    for fine in ("GBP", "gbp"):
        assert loading.csv("customer,day,amount\na,2024-01-01,1\n", currency=fine).good.rows == 1


def test_not_a_number_in_an_optional_column_of_a_data_frame_is_missing(loading: Any, shared_engine: Engine) -> None:
    table = shared_engine.memory(
        "frame", {"customer": ["a"], "day": ["2024-01-01"], "amount": [1.0], "cost": [float("nan")]}
    )
    shared_engine.connection.to_parquet(table, loading.folder / "frame.parquet")
    columns = {"customer_id": "customer", "ordered_at": "day", "amount": "amount", "unit_cost": "cost"}
    assert good(loading.load("frame.parquet", columns), "unit_cost") == [None]


def test_dates_up_to_a_declared_later_day_are_good(loading: Any) -> None:
    content = "customer,day,amount\na,2024-12-31,1\nb,2025-01-01,1\n"
    loaded = loading.csv(content, as_of=date(2024, 12, 31))
    assert (good(loaded, "customer_id"), reasons(loaded)) == (["a"], [("ordered_at is dated after today", 1, 2)])


# What is refused as a whole


def test_a_missing_file_is_refused_with_the_nearest_name(loading: Any) -> None:
    loading.file("x", "orders_2024.csv")
    assert loading.refusal("orders_2023.csv") == (
        "orders (orders_2023.csv): there is no such file; did you mean 'orders_2024.csv'?"
    )
    assert loading.refusal("data/*.csv") == (
        f"orders (data/*.csv): no file matches this pattern; it is looked for in {loading.folder}"
    )


def test_a_folder_is_refused_as_a_source(loading: Any) -> None:
    (loading.folder / "data").mkdir()
    assert loading.refusal("data") == "orders (data): this is a folder; name its files, such as data/*.csv"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty; export it again"),
        ("\n\n  \n", "the file holds nothing but blank lines; export it again"),
        ("customer,day,amount\n", "there is a header and no row below it; export it again"),
        ("customer,day,amount", "there is a header and no row below it; export it again"),
        (
            "customer,day,amount,day,amount\na,2024-01-01,1,2,3\n",
            "two columns have one name: 'amount', 'day'; rename one of them in the source",
        ),
        (
            'customer,day,amount\na,2024-01-01,1\n"b,2024-01-01,2\nc,2024-01-01,3\n',
            "the quote opened in line 3 is never closed; close it, or double it where it is part of the text",
        ),
        (
            "customer,day,amount\na,soon,1\nb,,2\n",
            (
                "none of the 2 rows can be used: ordered_at is not a date (1 rows, first: line 2); "
                "ordered_at is missing (1 rows, first: line 3)"
            ),
        ),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_is_refused(loading: Any, content: str, message: str) -> None:
    assert loading.csv_refusal(content) == f"orders (orders.csv): {message}"


def test_keeping_no_row_is_refused(loading: Any) -> None:
    assert loading.csv_refusal("customer,day,amount\na,2024-01-01,1\n", keep="amount > 5") == (
        "orders (orders.csv): no row is kept; loosen `keep`, or check that the file has rows below its header"
    )


# Shapes of business that are odd and good


@pytest.mark.parametrize(
    "rows",
    [
        ["a,2024-01-01,5"],
        [f"c{n},2024-01-01,{n + 1}" for n in range(9)],
        [f"a,2024-01-{n + 1:02d},5" for n in range(9)],
        [f"a,2024-01-{n + 1:02d},-5" for n in range(9)],
    ],
    ids=["one line", "one purchase each", "one customer and every amount equal", "all returns"],
)
def test_odd_businesses_load_whole(loading: Any, rows: list[str]) -> None:
    loaded = loading.csv("customer,day,amount\n" + "\n".join(rows) + "\n")
    assert (loaded.rows_in, loaded.good.rows) == (len(rows), len(rows))


# Real data


def test_online_retail_comes_out_to_the_penny(data_folder: Path, shared_engine: Engine, tmp_path: Path) -> None:
    engine = shared_engine.within(tmp_path)
    settings = LoadSettings("GBP", date(2024, 6, 30))
    folder = data_folder / "online_retail"
    first, second = (
        engine.connection.read_parquet(folder / f"lines_{years}.parquet") for years in ("2009_2010", "2010_2011")
    )
    union = first.filter(first.invoice_date < "2010-12-01").union(second)
    engine.connection.to_parquet(union, tmp_path / "lines.parquet")
    loaded = load(SourceMapping("orders", "lines.parquet", ONLINE_RETAIL), tmp_path, engine, settings)
    lines = engine.open(loaded.good)
    totals = lines.aggregate(
        customers=lines.customer_id.nunique(),
        revenue=lines.amount.sum(),
        anonymous=lines.customer_id.isnull().sum(),
        tied=lines.returns_order_id.notnull().sum(),
        untied=(lines.is_return & lines.customer_id.notnull() & lines.returns_order_id.isnull()).sum(),
    )
    found = engine.records(totals)[0]
    assert (loaded.rows_in, loaded.good.rows, loaded.quarantine.rows) == (1_044_847, 1_044_847, 0)
    assert found["customers"] == 5_942
    assert found["revenue"] == pytest.approx(18_909_744.12, abs=0.005)
    assert found["tied"] > 3 * found["untied"]


def test_the_cdnow_sample_comes_out_to_the_cent(data_folder: Path, shared_engine: Engine, tmp_path: Path) -> None:
    engine = shared_engine.within(tmp_path)
    columns = {"customer_id": "customer_id", "ordered_at": "transaction_date", "quantity": "cds", "amount": "spend_usd"}
    mapping = SourceMapping("orders", "sample_transactions.parquet", columns)
    loaded = load(mapping, data_folder / "cdnow", engine, LoadSettings("USD", date(2024, 6, 30)))
    lines = engine.open(loaded.good)
    found = engine.records(lines.aggregate(customers=lines.customer_id.nunique(), revenue=lines.amount.sum()))[0]
    assert (loaded.good.rows, found["customers"]) == (6_919, 2_357)
    assert found["revenue"] == pytest.approx(244_091.94, abs=0.005)

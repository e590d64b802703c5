"""Order files that are wrong: each is refused in words, or its good rows are used and the others named."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

HEADER = "customer,day,amount,order\n"
FEW = "".join(f"c{i % 7},2021-{1 + i % 12:02d}-{1 + i % 27:02d},{10 + i}.50,o{i}\n" for i in range(60))
PRICED = """\
company: {name: Corner shop, currency: GBP, horizon_years: 3, discount_rate: 0.10}
sources:
  orders:
    from: orders.csv
    columns: {customer_id: customer, ordered_at: day, quantity: quantity, unit_price: price, order_id: order}
"""
MIXED = """\
company: {name: Corner shop, currency: GBP, horizon_years: 3, discount_rate: 0.10}
sources:
  orders:
    from: orders.csv
    columns: {customer_id: customer, ordered_at: day, amount: amount, currency: money}
"""


def summary(cli: Any, folder: Path) -> dict[str, Any]:
    """The figures of order_summary after a run that computes nothing else."""
    answer = cli("run", folder, "--only", "order_summary")
    assert answer.code == 0, answer
    return cli("show", folder, "order_summary", "--json").data["summary"]


def reasons(found: dict[str, Any]) -> dict[str, int]:
    """Reason to rows of the quarantine, once rows in are found to be good plus quarantined."""
    assert found["rows_in"] == found["lines"] + found["quarantined"]
    return {row["reason"]: row["rows"] for row in found["quarantine"]}


def test_a_missing_file_is_named_with_where_it_is_looked_for(
    cli: Any, without_loss: Any, make_project: Any, tmp_path: Path
) -> None:
    folder = make_project()
    (folder / "orders.csv").unlink()
    phrase = f"orders (orders.csv): there is no such file; it is looked for in {folder}"
    without_loss(folder, 2, phrase, "run", folder)
    without_loss(folder, 2, "sources.orders: there is no file 'orders.csv'; mend `from` in strategy", "check", folder)
    answer = cli("init", tmp_path / "new", "--orders", tmp_path / "nothere.csv", "--yes")
    assert (answer.code, "nothere.csv: there is no such file; check the path" in answer.err) == (2, True)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("content", "phrase"),
    [
        (b"", "the file is empty; export it again"),
        (b"\n\n\n", "the file holds nothing but blank lines; export it again"),
        (HEADER.encode(), "there is a header and no row below it; export it again"),
        (b"customer,day,amount,amount\nc,2021-01-01,1,2\n", "two columns have one name: 'amount'; rename one of them"),
    ],
)
def test_a_file_without_a_usable_table_is_refused_by_every_command(  # noqa: PLR0917  fixtures and given values
    cli: Any, without_loss: Any, make_project: Any, tmp_path: Path, content: bytes, phrase: str
) -> None:
    folder = make_project()
    (folder / "orders.csv").write_bytes(content)
    without_loss(folder, 2, phrase, "run", folder)
    answer = cli("init", tmp_path / "new", "--orders", folder / "orders.csv", "--yes")
    assert (answer.code, phrase in answer.err) == (2, True), answer
    answer = cli("try", folder / "orders.csv", "--into", tmp_path / "new")
    assert (answer.code, phrase in answer.err) == (2, True), answer
    assert not (tmp_path / "new").exists()


def test_a_run_that_is_refused_leaves_the_last_good_run_readable(
    cli: Any, without_loss: Any, make_project: Any
) -> None:
    folder = make_project()
    before = summary(cli, folder)
    (folder / "orders.csv").write_text(HEADER, encoding="utf-8")
    without_loss(folder, 2, "there is a header and no row below it", "run", folder)
    assert cli("show", folder, "order_summary", "--json").data["summary"] == before


def test_a_wrong_declared_encoding_names_the_byte_and_its_line(without_loss: Any, make_project: Any) -> None:
    folder = make_project(PRICED.replace("quantity: quantity, unit_price: price", "amount: amount")
                          .replace("from: orders.csv", "from: orders.csv\n    encoding: utf-8"))  # fmt: skip
    (folder / "orders.csv").write_bytes((HEADER + FEW).encode() + "café,2021-01-01,5,o\n".encode("latin-1"))
    phrase = "the file is declared as utf-8 and is not: byte 0xE9 in line 62 cannot be read; leave encoding out"
    without_loss(folder, 2, phrase, "run", folder)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_usual_encodings_are_found(cli: Any, make_project: Any, encoding: str) -> None:
    folder = make_project()
    (folder / "orders.csv").write_bytes((HEADER + "Çelik Café,2021-01-01,5,o1\n" + FEW).encode(encoding))
    found = summary(cli, folder)
    assert (found["rows_in"], found["quarantined"], found["customers"]) == (61, 0, 8)
    (customer,) = (column for column in found["columns"] if column["name"] == "customer_id")
    assert customer["most"] == "Çelik Café"


def test_a_mapping_to_a_column_that_is_not_there_offers_the_nearest(
    cli: Any, without_loss: Any, make_project: Any, tmp_path: Path
) -> None:
    folder = make_project(PRICED)
    (folder / "orders.csv").write_text("custmer,day,quantity,prize,order\nc,2021-01-01,1,2,o\n", encoding="utf-8")
    for command in ("run", "check"):
        answer = without_loss(folder, 2, "orders.customer_id: there is no column 'customer'; did", command, folder)
        assert "did you mean 'custmer'" in answer.err
        assert "orders.unit_price: there is no column 'price'; did you mean 'prize'?" in answer.err

    start = ("init", tmp_path / "new", "--orders", folder / "orders.csv", "--yes")
    for said, phrase in {
        "customer_id=custmr": "orders.customer_id: there is no column 'custmr'; did you mean 'custmer'?",
        "custmer_id=custmer": "--map: orders has no column 'custmer_id'; did you mean 'customer_id'",
        "customer_id": "--map: 'customer_id' is no pair; write CANONICAL=SOURCE, such as customer_id=Kunde",
        "amount=quantity *": "orders.amount: there is no column 'quantity *'; did you mean 'quantity'?",
    }.items():
        answer = cli(*start, "--map", said)
        assert (answer.code, phrase in answer.err) == (2, True), answer
        assert not (tmp_path / "new").exists()


def test_dates_that_can_be_read_two_ways_are_refused_with_both_readings(
    cli: Any, make_project: Any, tmp_path: Path
) -> None:
    export = tmp_path / "export.csv"
    export.write_text("customer,day,amount\nc,03/04/2021,5\nd,05/06/2021,6\n", encoding="utf-8")
    phrase = (
        "'03/04/2021' is 3 April 2021 (d/m/y) or 4 March 2021 (m/d/y); set date_format: d/m/y or date_format: m/d/y"
    )
    for command in (("try", export, "--into", tmp_path / "a"), ("init", tmp_path / "b", "--orders", export, "--yes")):
        answer = cli(*command)
        assert (answer.code, phrase in answer.err) == (2, True), answer
    strategy = tmp_path / "a" / "strategy.yaml"
    text = strategy.read_text(encoding="utf-8").replace("    columns:", "    date_format: d/m/y\n    columns:")
    strategy.write_text(text, encoding="utf-8")
    assert summary(cli, tmp_path / "a")["first_day"] == "2021-04-03"


BROKEN = {
    "c1,2999-01-01,5,f": "ordered_at is dated after today",
    "c1,1900-01-01,5,f": "ordered_at is dated before 1950",
    "c1,2021-02-30,5,f": "ordered_at is not a date",
    "c1,,5,f": "ordered_at is missing",
    "c1,2021-02-03,about five,f": "amount is not a number",
    "c1,2021-02-03,NaN,f": "amount is not a finite number",
    "c1,2021-02-04,-inf,f": "amount is not a finite number",
    "c1,2021-02-03,1e12,f": "amount is beyond any belief (1,000,000,000,000 or more)",
    "c1,2021-02-03,,f": "amount is missing",
    "c1,2021-02-03,5,f,more": "the row has 5 cells, the header has 4",
    "c1,2021-02-03": "the row has 2 cells, the header has 4",
}


def test_rows_that_cannot_be_are_set_aside_with_their_reasons_and_the_others_used(
    cli: Any, make_project: Any, tmp_path: Path
) -> None:
    folder = make_project(orders=HEADER + FEW + "\n".join(BROKEN) + "\n")
    found = summary(cli, folder)
    wanted = {reason: list(BROKEN.values()).count(reason) for reason in BROKEN.values()}
    # A row keeps all of its reasons: the one that ends early lacks its amount too.
    assert reasons(found) == {**wanted, "amount is missing": 2}
    assert (found["rows_in"], found["quarantined"], found["lines"]) == (60 + len(BROKEN), len(BROKEN), 60)

    text = cli("run", folder, "--only", "order_summary").out
    assert f"orders: {60 + len(BROKEN)} rows read, {len(BROKEN)} set aside" in text
    assert "1 because ordered_at is dated after today (first: line 62)" in text
    page = cli("report", folder, "--to", tmp_path / "page.html")
    assert page.code == 0
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert f"{len(BROKEN)} of {60 + len(BROKEN)} rows were set aside" in html
    assert "ordered_at is dated before 1950" in html


def test_prices_and_quantities_that_cannot_be_are_set_aside(cli: Any, make_project: Any) -> None:
    lines = [
        "c,2021-01-01,1000000000000,2,o1", "c,2021-01-01,1,NaN,o1", "c,2021-01-01,1,inf,o1", "d,2021-01-02,2,3,o2",
        "d,2021-01-02,two,3,o2", "d,2021-01-02,999999999,999999,o2",
    ]  # fmt: skip
    folder = make_project(PRICED, "customer,day,quantity,price,order\n" + "\n".join(lines) + "\n")
    found = summary(cli, folder)
    assert found["revenue"] == 6.0
    assert reasons(found) == {
        "quantity is beyond any belief (1,000,000,000 or more)": 1,
        "unit_price is not a finite number": 2,
        "quantity is not a number": 1,
        "quantity x unit_price is beyond any belief (1,000,000,000,000 or more)": 1,
    }


def test_a_file_in_which_no_row_can_be_used_is_refused_with_the_reasons(without_loss: Any, make_project: Any) -> None:
    folder = make_project(orders=HEADER + "c,2999-01-01,5,o\nc,2021-01-01,x,o\n")
    answer = without_loss(folder, 2, "none of the 2 rows can be used: ", "run", folder)
    assert "ordered_at is dated after today" in answer.err
    assert "amount is not a number" in answer.err


def test_rows_in_another_currency_are_set_aside(cli: Any, make_project: Any) -> None:
    rows = "".join(f"c{i % 4},2021-01-{1 + i:02d},{10 + i},{'EUR' if i % 5 == 0 else 'gbp'}\n" for i in range(20))
    found = summary(cli, make_project(MIXED, "customer,day,amount,money\n" + rows))
    told = "currency EUR, the project counts in GBP; map a rates table under sources"
    assert reasons(found) == {told: 4}
    signs = HEADER + "a,2021-01-01,€5,o1\na,2021-01-02,£6.50,o2\nb,2021-01-03,7 GBP,o3\n"
    found = summary(cli, make_project(orders=signs, name="signs"))
    told = "amount in EUR, the project counts in GBP; map a rates table under sources"
    assert (reasons(found), found["revenue"]) == ({told: 1}, 13.5)


def test_exact_repeats_are_kept_counted_and_flagged(cli: Any, make_project: Any) -> None:
    once = summary(cli, make_project(orders=HEADER + FEW))
    twice = summary(cli, make_project(orders=HEADER + FEW + FEW, name="twice"))
    assert (twice["lines"], twice["repeated_lines"]) == (120, 60)
    assert twice["revenue"] == pytest.approx(2 * once["revenue"])


def test_cells_of_ten_thousand_letters_are_carried_whole(cli: Any, make_project: Any, tmp_path: Path) -> None:
    folder = make_project(orders=HEADER + FEW + "x" * 10_000 + ",2021-12-31,5," + "o" * 10_000 + "\n")
    assert cli("run", folder, "--only", "change_bridge").code == 0
    table = ("show", folder, "change_bridge", "--table", "customers")
    assert cli(*table, "--csv", tmp_path / "customers.csv").code == 0
    with (tmp_path / "customers.csv").open(encoding="utf-8", newline="") as file:
        assert "x" * 10_000 in {row["customer_id"] for row in csv.DictReader(file)}
    assert cli("show", folder, "change_bridge").code == 0
    assert cli("report", folder, "--to", tmp_path / "page.html").code == 0

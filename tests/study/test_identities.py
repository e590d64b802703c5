"""A customer keeps its id from run to run, whatever records are added, and analyses see it under that one id."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from patronage.study.identities import KNOWN
from patronage.study.options import RunOptions
from patronage.study.outlook import outlook
from patronage.study.project import Project
from patronage.study.study import open_study
from patronage.study.tracing import lines_of_customer
from patronage.vocabulary.errors import EvidenceError

STRATEGY = """
company: {name: Shop, currency: GBP}
sources:
  orders: {from: orders.csv, columns: {customer_id: who, ordered_at: day, amount: amount}}
  customers: {from: customers.csv, columns: {customer_id: id, name: name, email: email}}
identity:
  exact: [email]
"""
REVIEWED = STRATEGY + "  overrides: same.csv\n"
ORDERS = [
    "who,day,amount",
    "m,2024-01-05,1",
    "k,2024-02-01,2",
    "p,2024-03-01,4",
    "p,2024-03-02,8",
    ",2024-03-03,16",
    "",
]
CUSTOMERS = ["id,name,email", "k,Kay,kay@x", "m,Max,max@x", "p,Pat,KAY@x", "q,Quin,", ""]
SUMMARY = RunOptions(only="order_summary")


@pytest.fixture
def shop(tmp_path: Path) -> Callable[..., Any]:
    """The order summary of a shop, of which files may be written anew before."""
    (tmp_path / "strategy.yaml").write_text(STRATEGY, encoding="utf-8")
    (tmp_path / "orders.csv").write_text("\n".join(ORDERS), encoding="utf-8")
    (tmp_path / "customers.csv").write_text("\n".join(CUSTOMERS), encoding="utf-8")

    def run(**files: str) -> Any:
        for name, text in files.items():
            suffix = "yaml" if name == "strategy" else "csv"
            (tmp_path / f"{name}.{suffix}").write_text(text, encoding="utf-8")
        return open_study(tmp_path).run(SUMMARY)

    return run


def who(run: Any) -> dict[str, str]:
    """The merged id of each id that has one."""
    return {row["customer_id"]: row["merged_id"] for row in run.finding("order_summary").merged_customers.records()}


def test_analyses_see_one_customer_and_the_summary_says_by_which_rule(shop: Callable[..., Any]) -> None:
    run = shop()
    found = run.finding("order_summary")
    assert (found.customers, who(run)) == (2, {"k": "k", "p": "k"})
    assert (found.merged_ids.ids, found.merged_ids.customers) == (4, 3)
    assert [(one.rule, one.merged) for one in found.merged_ids.rules] == [("reviewed", 0), ("email", 1)]
    assert [row["amount"] for row in lines_of_customer(run, "p")] == [2.0, 4.0, 8.0]
    assert lines_of_customer(run, "p") == lines_of_customer(run, "k")
    assert [row["amount"] for row in lines_of_customer(run, "m")] == [1.0]


def test_records_that_are_added_never_rename_a_customer(shop: Callable[..., Any], tmp_path: Path) -> None:
    shop()
    added = [*ORDERS[:1], "a,2020-01-01,1", "b,2020-01-01,1", *ORDERS[1:]]
    people = [*CUSTOMERS[:1], "a,Ada,max@x", "b,Bea,kay@x", *CUSTOMERS[1:]]
    run = shop(orders="\n".join(added), customers="\n".join(people))
    assert who(run) == {"m": "m", "a": "m", "k": "k", "p": "k", "b": "k"}
    shutil.rmtree(tmp_path / ".patronage")
    assert who(shop()) == who(run)
    (tmp_path / KNOWN).unlink()
    assert set(who(shop()).values()) == {"a", "b"}


def test_a_run_without_change_is_the_same_and_a_lost_file_of_known_ids_is_a_change(
    shop: Callable[..., Any], tmp_path: Path
) -> None:
    first = shop()
    again = shop()
    assert (again.fresh, again.folder) == (False, first.folder)
    before = (tmp_path / KNOWN).read_bytes()
    (tmp_path / KNOWN).unlink()
    assert shop().fresh
    assert (tmp_path / KNOWN).read_bytes() == before


def test_a_review_wins_and_takes_effect_at_once(shop: Callable[..., Any]) -> None:
    shop()
    run = shop(strategy=REVIEWED, same="customer_id,same_as,different_from\nk,,p\nq,m,\n")
    assert who(run) == {"m": "m", "q": "m"}
    assert [(one.rule, one.merged, one.kept_apart) for one in run.finding("order_summary").merged_ids.rules] == [
        ("reviewed", 1, 0), ("email", 0, 1),
    ]  # fmt: skip
    assert who(shop(same="customer_id,same_as,different_from\nq,m,\n")) == {"m": "m", "q": "m", "k": "k", "p": "k"}


def test_a_review_at_fault_is_refused_and_nothing_is_lost(shop: Callable[..., Any], tmp_path: Path) -> None:
    good, known = shop(), (tmp_path / KNOWN).read_bytes()
    more = "\n".join([*ORDERS, "new,2024-03-04,1", ""])
    faulty = "customer_id,same_as,different_from\nk,m,\nm,q,\nk,,q\nk,nobody,\n"
    with pytest.raises(EvidenceError) as caught:
        shop(strategy=REVIEWED, same=faulty, orders=more)
    assert [str(fault) for fault in caught.value.faults] == [
        "same.csv line 5: names the customer 'nobody', whom nobody knows; no customer has or had this id",
        "same.csv line 4: k is different from q, and lines 2 and 3 make them the same; take one of them out",
    ]
    assert (tmp_path / KNOWN).read_bytes() == known
    assert open_study(tmp_path).last_run_of("order_summary").folder == good.folder
    with pytest.raises(EvidenceError, match="line 4: k is different from q"):
        outlook(Project(tmp_path))
    assert who(shop(same="customer_id,same_as\nk,m\n")) == {"m": "m", "k": "m", "p": "m"}


def test_an_id_that_has_gone_may_still_be_reviewed(shop: Callable[..., Any]) -> None:
    shop()
    gone = "\n".join(row for row in CUSTOMERS if not row.startswith("q"))
    run = shop(strategy=REVIEWED, same="customer_id,same_as\nm,q\n", customers=gone)
    assert who(run) == {"m": "m", "q": "m", "k": "k", "p": "k"}

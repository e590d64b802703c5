"""What is known at the first purchase, from order file to screen, JSON and report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.end_to_end.rich_shop import rich_shop

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Answer

Cli = Callable[..., "Answer"]


@pytest.fixture(scope="module")
def shop(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rich shop of 300 customers, with what is known at the first purchase alone."""
    folder = rich_shop(tmp_path_factory.mktemp("first") / "shop", customers=300)
    answer = cli("run", folder, "--only", "first_purchase", "--json")
    assert answer.code == 0, answer
    assert {row["name"]: row["status"] for row in answer.data["findings"]}["first_purchase"] == "computed"
    return folder


def test_the_finding_is_told_as_json_by_levels_and_by_what_is_known(cli: Cli, shop: Path) -> None:
    data = cli("show", shop, "first_purchase", "--json").data
    summary = data["summary"]
    assert data["tables"] == {}
    assert {"unit", "why", "known", "levels", "left_out", "open_question"} == set(summary)
    assert [one["known"] for one in summary["known"]] == ["place", "category"]
    levels = {one["level"]: one for one in summary["levels"] if one["known"] == "place"}
    assert set(levels) == {"North", "South", "Abroad"}
    assert min(one["customers"] for one in levels.values()) >= 30
    for one in levels.values():
        for measure in ("orders", "staying", "worth", "orders_to_all", "staying_to_all", "worth_to_all"):
            assert 0 < one[measure]["p05"] <= one[measure]["mean"] <= one[measure]["p95"]
    assert levels["North"]["worth"]["unit"] == "GBP margin"
    # One of the rules asks for the revenue of the last year.
    assert "their rules read revenue_12m" in " ".join(summary["left_out"])


def test_the_screen_tells_why_and_what_stays_open(cli: Cli, shop: Path) -> None:
    said = " ".join(cli("show", shop, "first_purchase").out.split())
    assert "The place of the first purchase" in said
    assert "a test that draws by chance who is won where" in said


def test_the_report_has_its_section(cli: Cli, shop: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert cli("report", shop, "--to", page).code == 0
    text = page.read_text(encoding="utf-8")
    assert 'id="came"' in text
    assert "New customers beside the mean of all" in text


def test_orders_that_name_nothing_but_customers_are_refused_in_words(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    lines = [f"c{n},2023-{1 + n % 9:02d}-{1 + day:02d},5" for n in range(60) for day in (0, 7, 20)[: 1 + n % 3]]
    (folder / "orders.csv").write_text("\n".join(["customer,day,amount", *lines]), encoding="utf-8")
    (folder / "strategy.yaml").write_text(
        "company: {name: Plain, currency: GBP}\n"
        "sources: {orders: {from: orders.csv, columns: {customer_id: customer, ordered_at: day, amount: amount}}}\n",
        encoding="utf-8",
    )
    answer: Any = cli("run", folder, "--only", "first_purchase", "--json")
    assert answer.code == 0
    row = next(one for one in answer.data["findings"] if one["name"] == "first_purchase")
    assert (row["status"], row["why"]) == (
        "refused",
        [
            (
                "orders: name no place, channel or product of a purchase; "
                "map place, channel_id or product_id under sources.orders"
            )
        ],
    )

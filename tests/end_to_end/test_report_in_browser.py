"""The report as a reader sees it: in Chromium, without a network, narrow and wide, light and dark."""

from __future__ import annotations

import csv
import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
VIEWS = [(width, scheme) for width in (390, 1280) for scheme in ("light", "dark")]


@dataclass(frozen=True, slots=True)
class Sight:
    """A page that was opened, and what the browser complained of or asked for while it was."""

    page: Page
    complaints: list[str] = field(default_factory=list[str])
    requests: list[str] = field(default_factory=list[str])


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def report(cli: Any, finished_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reports") / "report.html"
    assert cli("report", finished_shop, "--to", path).code == 0
    return path


@pytest.fixture
def opened(browser: Browser, report: Path) -> Iterator[Callable[..., Sight]]:
    contexts: list[Any] = []

    def view(width: int = 1280, scheme: Any = "light") -> Sight:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
        contexts.append(context)
        sight = Sight(context.new_page())
        sight.page.on("console", lambda message: sight.complaints.append(message.text))
        sight.page.on("pageerror", lambda error: sight.complaints.append(str(error)))
        sight.page.on("request", lambda request: sight.requests.append(request.url))
        sight.page.goto(report.as_uri())
        return sight

    yield view
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_the_report_opens_offline_without_complaint_and_fits_the_screen(
    opened: Callable[..., Sight], report: Path, width: int, scheme: str
) -> None:
    sight = opened(width, scheme)
    assert sight.complaints == []
    assert sight.requests == [report.as_uri()]
    scroll, room = sight.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert scroll <= room == width
    sections = "summary ledger change profit equity cohorts came segments forecast quality"
    for name in sections.split():
        assert sight.page.locator(f"section#{name}").count() == 1, name
    assert sight.page.locator("section#glossary dt").count() > 10


def test_dark_and_light_are_told_apart_and_both_can_be_read(opened: Callable[..., Sight]) -> None:
    ask = "(() => {const s = getComputedStyle(document.body); return [s.backgroundColor, s.color];})()"
    light, dark = (opened(scheme=scheme).page.evaluate(ask) for scheme in ("light", "dark"))
    for ground, ink in (light, dark):
        assert contrast(ground, ink) >= 7
    assert brightness(light[0]) > 0.8
    assert brightness(dark[0]) < 0.1


def brightness(colour: str) -> float:
    """Relative luminance of a colour such as rgb(255, 255, 255), from 0 to 1. Source: WCAG 2.1."""
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21. Source: WCAG 2.1."""
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_chart_has_its_words(opened: Callable[..., Sight]) -> None:
    page = opened().page
    charts = page.locator("figure svg")
    assert charts.count() >= 4
    for place in range(charts.count()):
        assert charts.nth(place).get_attribute("role") == "img"
        assert len(charts.nth(place).get_attribute("aria-label") or "") > 40


LETTERS = """
[...document.querySelectorAll('figure svg')].filter(svg => svg.getBoundingClientRect().width > 0).map(svg => {
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].map(text => {
    const matrix = text.getScreenCTM(), box = text.getBoundingClientRect();
    return {text: text.textContent, size: parseFloat(getComputedStyle(text).fontSize) * Math.hypot(matrix.a, matrix.b),
            box: [box.left, box.right, box.top, box.bottom]};
  });
  return {frame: [frame.left, frame.right, frame.top, frame.bottom], texts};
})
"""
"""Every chart that is to be seen: its frame, and each of its texts with the height of its letters in CSS pixels."""


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), *VIEWS])
def test_letters_in_charts_can_be_read_and_stand_clear_of_each_other(
    opened: Callable[..., Sight], width: int, scheme: str
) -> None:
    charts = opened(width, scheme).page.evaluate(LETTERS)
    assert len(charts) >= 5
    for chart in charts:
        left, right, top, bottom = chart["frame"]
        for text in chart["texts"]:
            assert 17 >= text["size"] >= (10 if width < 390 else 11), text
            box = text["box"]
            assert left - 1 <= box[0] <= box[1] <= right + 1, (text, chart["frame"])
            assert top - 1 <= box[2] <= box[3] <= bottom + 1, (text, chart["frame"])
        for place, one in enumerate(chart["texts"]):
            for other in chart["texts"][place + 1 :]:
                assert not on_each_other(one["box"], other["box"]), (one, other)


def on_each_other(one: list[float], other: list[float]) -> bool:
    """Whether two boxes (left, right, top, bottom) share more than the air around their letters."""
    across = min(one[1], other[1]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[2], other[2])
    return across > 1 and down > 4


def test_a_page_shows_each_chart_once(opened: Callable[..., Sight]) -> None:
    for width in (390, 1280):
        page = opened(width).page
        assert page.locator("figure svg:visible").count() == page.locator("figure").count()


def test_a_heading_sorts_its_table_down_and_up(opened: Callable[..., Sight]) -> None:
    page = opened().page
    table = page.locator("section#quality table.sortable").first
    column = table.locator("thead th").filter(has_text="Distinct")
    place = table.locator("thead th").all_inner_texts().index("Distinct")

    def values() -> list[float]:
        cells = [row.locator("td").nth(place) for row in table.locator("tbody tr").all()]
        return [float(cell.get_attribute("data-value") or "-inf") for cell in cells]

    before = values()
    column.locator("button").click()
    assert values() == sorted(before, reverse=True) != sorted(before)
    assert column.get_attribute("aria-sort") == "descending"
    column.locator("button").press("Enter")
    assert values() == sorted(before)
    assert column.get_attribute("aria-sort") == "ascending"


def test_names_from_data_are_text_and_do_nothing(opened: Callable[..., Sight]) -> None:
    sight = opened()
    page = sight.page
    assert page.title() == "Shop <b>& Söhne</b>: customer decisions, 2021-12-28"
    assert page.locator("h1").inner_text() == "Shop <b>& Söhne</b>"
    assert (
        page.evaluate("document.querySelectorAll('body b, body i, img, iframe, object, a[href*=\"//\"]').length") == 0
    )
    assert page.evaluate("document.scripts.length") == 1
    assert "South & <East>" in page.locator("section#change").inner_text()
    assert sight.complaints == []


def test_a_redacted_report_names_no_customer_and_is_the_same_each_time(
    cli: Any, finished_shop: Path, tmp_path: Path
) -> None:
    with (finished_shop / "orders.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    products = " ".join({row["product"] for row in rows})
    customers = {row["customer"] for row in rows if row["customer"] not in products}
    pages: list[str] = []
    for _ in range(2):
        assert cli("report", finished_shop, "--to", tmp_path / "redacted.html", "--redact").code == 0
        pages.append((tmp_path / "redacted.html").read_text(encoding="utf-8"))
    assert pages[0] == pages[1]
    assert {name for name in customers if name in html.unescape(pages[0])} == set()
    assert cli("report", finished_shop, "--to", tmp_path / "plain.html").code == 0
    plain = (tmp_path / "plain.html").read_text(encoding="utf-8")
    assert {name for name in customers if name in html.unescape(plain)} != set()

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from patronage.faces.charts import Bar, Picture, cumulative, forecast, heat, ranked, short, signed, waterfall

NASTY = "<script>alert('x')</script> & \"co\""


def all_pictures() -> list[Picture]:
    bars = [Bar("2010", 100.0, is_total=True), Bar(NASTY, -30.0), Bar("won", 12.0), Bar("2011", 82.0, is_total=True)]
    curve = [{"customers_share": n / 4, "raw": min(1.2, n / 3), "shrunk": min(1.1, n / 3)} for n in range(5)]
    months = [{"month": f"2011-{n:02d}-01", "actual": 5.0 if n < 9 else None, "expected": 6.0, "p05": 4.0, "p95": 8.0}
              for n in range(1, 13)]  # fmt: skip
    cells = [{"cohort": f"2011-{n:02d}", "age": age, "retention": 0.5 / age} for n in (1, 2) for age in (1, 2)]
    names = [
        {"name": NASTY, "value": 5.0, "p05": 3.0, "p95": 8.0},
        {"name": "b", "value": -2.0, "p05": None, "p95": None},
    ]
    return [
        waterfall(NASTY, "words", bars, "GBP"),
        cumulative("t", "w", curve, {"raw": "raw", "shrunk": "shrunk"}),
        forecast("t", "w", months, "orders"),
        heat("t", "w", cells),
        ranked("t", NASTY, names, "GBP"),
    ]


def test_every_chart_is_well_formed_and_carries_its_words() -> None:
    for picture in all_pictures():
        root = ET.fromstring(picture.svg)
        assert root.get("role") == "img"
        assert root.get("aria-label") == f"{picture.title}. {picture.words}"


def test_text_from_data_never_becomes_an_element() -> None:
    for picture in all_pictures():
        tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(picture.svg).iter()}
        assert "script" not in tags


def test_charts_take_their_colours_from_the_page() -> None:
    first = all_pictures()[0].svg
    assert "var(--down)" in first
    assert "var(--up)" in first
    assert "currentColor" in first


@pytest.mark.parametrize(
    ("value", "text"), [(9_152_511.6, "9.15m"), (-945_000.0, "-945k"), (310.2, "310"), (0.0, "0"), (9_999.0, "9,999")]
)
def test_labels_are_short(value: float, text: str) -> None:
    assert short(value) == text
    assert signed(value) == (text if value < 0 else f"+{text}")

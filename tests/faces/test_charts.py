from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from patronage.faces.charts import Bar, cumulative, forecast, heat, ranked, short, signed, waterfall, windows
from patronage.faces.drawing import Picture

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
    spans = [
        {"name": f"2011-0{n}-01 to 2011-0{n + 1}-01", "predicted": 5.0, "p05": 3.0, "p95": 8.0, "actual": 4.0 * n,
         "inside": n == 1}
        for n in (1, 2, 3)
    ]  # fmt: skip
    return [
        waterfall(NASTY, "words", bars, "GBP"),
        cumulative("t", "w", curve, {"raw": "raw", "shrunk": "shrunk"}),
        forecast("t", "w", months, "orders"),
        heat("t", "w", cells),
        ranked("t", NASTY, names, "GBP"),
        windows("t", "w", spans, "orders"),
    ]


def drawings() -> list[tuple[Picture, ET.Element]]:
    return [(picture, ET.fromstring(svg)) for picture in all_pictures() for svg in (picture.svg, picture.narrow)]


def tags(root: ET.Element) -> list[str]:
    return [element.tag.rpartition("}")[2] for element in root.iter()]


def test_every_chart_is_well_formed_and_carries_its_words() -> None:
    for picture, root in drawings():
        assert root.get("role") == "img"
        assert root.get("aria-label") == f"{picture.title}. {picture.words}"


def test_every_chart_is_drawn_for_a_wide_and_for_a_narrow_page() -> None:
    for picture in all_pictures():
        wide, narrow = (ET.fromstring(svg) for svg in (picture.svg, picture.narrow))
        assert (wide.get("class"), narrow.get("class")) == ("wide", "narrow")
        assert (wide.attrib["viewBox"].split()[2], narrow.attrib["viewBox"].split()[2]) == ("860", "330")


def test_text_from_data_never_becomes_an_element() -> None:
    for _, root in drawings():
        assert "script" not in tags(root)


def test_text_that_looks_like_a_part_of_a_drawing_stays_as_it_is() -> None:
    odd = 'x role="x" 1.23456 M0,0h0v0h0Z'
    picture = ranked("t", "w", [{"name": odd, "value": 5.0}], "GBP")
    assert odd in [element.text for element in ET.fromstring(picture.svg).iter() if element.text]


def test_names_of_parts_are_met_once_on_a_page() -> None:
    names = [part.attrib["id"] for _, root in drawings() for part in root.iter() if "id" in part.attrib]
    asked = {value for _, root in drawings() for part in root.iter() for value in part.attrib.values()}
    assert len(names) == len(set(names)) > 0
    assert {value for value in asked if value.startswith("url(")} == {f"url(#{name})" for name in names}


def test_a_drawing_keeps_its_bars_and_says_little_beside() -> None:
    bars = [{"name": f"name {n}", "value": float(n)} for n in range(1, 6)]
    picture = ranked("t", "w", bars, "GBP")
    root = ET.fromstring(picture.svg)
    assert tags(root).count("path") >= 5
    assert not re.search(r"\d\.\d{3}|aria-roledescription|<g[^>]*/>", picture.svg)


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

"""Charts drawn as SVG texts in two sizes, for a wide page and for a narrow one, in the page's own colours."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import altair as alt
import vl_convert as vlc

if TYPE_CHECKING:
    from collections.abc import Callable

FAINT = "var(--line)"
LETTERS = 13
"""Size of a chart's letters, in the units in which its frame is so many wide."""

FINER = re.compile(r"(\d\.\d\d)\d+")
MEASURES = frozenset({"d", "transform", "opacity", "x", "y", "x1", "x2", "y1", "y2", "width", "height"})
SPARE = frozenset(
    {"aria-label", "aria-roledescription", "aria-hidden", "role", "class", "pointer-events", "font-family"}
)
SAYS_NOTHING = {"transform": "translate(0,0)", "opacity": "1", "stroke-miterlimit": "10", "stroke-width": "1"}
"""Values that an attribute has where it is not given."""

HANDED_DOWN = frozenset({"fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "text-anchor"})
"""What a part has from the group around it where it has none of its own."""

ET.register_namespace("", "http://www.w3.org/2000/svg")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a chart is drawn for: its name, its whole width, and how many numbers an axis across it has room for."""

    name: str
    width: int
    ticks: int

    @property
    def narrow(self) -> bool:
        """Whether it is for a page as narrow as a telephone's."""
        return self.width < 500


WIDE, NARROW = Frame("wide", 860, 8), Frame("narrow", 330, 4)


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart: what it shows in a title, what it says in words, and its drawings for wide and narrow pages."""

    title: str
    words: str
    svg: str
    narrow: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart for one frame, and the height it is to have."""

    chart: Any
    height: int = 300


def picture(title: str, words: str, draw: Callable[[Frame], Drawn]) -> Picture:
    """The chart drawn for both frames, with its title and words inside for those who cannot see it."""
    return Picture(title, words, *(_svg(title, words, frame, draw(frame)) for frame in (WIDE, NARROW)))


def _svg(title: str, words: str, frame: Frame, drawn: Drawn) -> str:
    root = ET.fromstring(vlc.vegalite_to_svg(_dressed(drawn.chart, frame, drawn.height).to_dict()))  # noqa: S314  made here
    _lean(root)
    _own_names(root, f"{frame.name} {title} {words}")
    # Without sizes of its own the drawing fills the page's width.
    kept = {name: value for name, value in root.attrib.items() if name in HANDED_DOWN | {"viewBox"}}
    root.attrib = {"class": frame.name, "role": "img", "aria-label": f"{title}. {words}", **kept}
    return ET.tostring(root, encoding="unicode")


def _dressed(chart: Any, frame: Frame, height: int) -> Any:
    return (
        chart.properties(width=frame.width, height=height, autosize=alt.AutoSizeParams(type="fit", contains="padding"))
        .configure(background="transparent", font="inherit", padding=2)
        .configure_axis(
            labelColor="currentColor", titleColor="currentColor", gridColor=FAINT, domainColor=FAINT,
            tickColor=FAINT, labelFontSize=LETTERS, titleFontSize=LETTERS, titleFontWeight="normal",
        )
        .configure_legend(
            labelColor="currentColor", titleColor="currentColor", labelFontSize=LETTERS, titleFontSize=LETTERS,
            titleFontWeight="normal", labelLimit=400,
        )
        .configure_text(fontSize=LETTERS, color="currentColor")
        .configure_view(stroke=None)
    )  # fmt: skip


def _lean(part: ET.Element) -> None:
    """Takes out what says nothing on a page: names of parts, digits finer than a hair, what is empty or repeated."""
    for inner in list(part):
        _lean(inner)
        if _is_empty(inner) and not part.tag.endswith("clipPath"):
            part.remove(inner)
    part.attrib = {
        name: FINER.sub(r"\1", value) if name in MEASURES else value
        for name, value in part.attrib.items()
        if name not in SPARE and SAYS_NOTHING.get(name) != value
    }
    for name in HANDED_DOWN - part.attrib.keys():
        values = {inner.get(name) for inner in part}
        if len(values) == 1 and (value := values.pop()) is not None:
            part.set(name, value)
            for inner in part:
                del inner.attrib[name]


def _is_empty(part: ET.Element) -> bool:
    kind = part.tag.rpartition("}")[2]
    if kind == "path":
        return part.get("d", "") in ("", "M0,0h0v0h0Z") or not ({"fill", "stroke"} & part.attrib.keys())
    return kind in ("g", "defs") and not len(part)


def _own_names(root: ET.Element, told: str) -> None:
    """Names the drawing's parts after what it tells: the library counts on from chart to chart."""
    stem = hashlib.sha256(told.encode()).hexdigest()[:8]
    named = [part for part in root.iter() if "id" in part.attrib]
    names = {f"url(#{part.attrib['id']})": f"p{stem}-{place}" for place, part in enumerate(named)}
    for part in named:
        part.set("id", names[f"url(#{part.attrib['id']})"])
    for part in root.iter():
        for name, value in part.attrib.items():
            if value in names:
                part.set(name, f"url(#{names[value]})")

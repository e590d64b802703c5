"""Takes the two pictures of the readme from a run of the shipped example.

Usage: python docs/images/pictures.py PROJECT CHROMIUM. PROJECT: the folder that `patronage demo` made, after
`patronage backtest PROJECT --as-of 2010-12-09 --origins 6`. CHROMIUM: path of the browser.
"""

from __future__ import annotations

import sys
import tempfile
from importlib.resources import files
from io import StringIO
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console

from patronage.faces.cli import decision_screen
from patronage.faces.report.pages import Pages
from patronage.faces.report.sections import forecast_and_actual
from patronage.study.decided import decided_ledger
from patronage.study.study import open_study

IMAGES = Path(__file__).resolve().parent
SHOWN = 4


def ledger_svg(project: Path) -> str:
    """The first rows of the ledger as the terminal shows them."""
    run = open_study(project).last_run()
    console = Console(record=True, width=84, file=StringIO(), highlight=False)
    # The screen writes to its own console; the picture needs one that records.
    decision_screen.out = console
    decision_screen.tell_ledger(decided_ledger(run)[:SHOWN], run.record["currency"])
    return console.export_svg(title="patronage ledger patronage-demo --top 4")


def forecast_svg(project: Path) -> str:
    """The rolled forecasts of the report."""
    return forecast_and_actual(Pages(open_study(project).last_run())).pictures[0].svg


def take(page_text: str, name: str, chromium: str, width: int) -> None:
    """A screenshot of a page's first element."""
    switches = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as player:
        path = Path(folder) / "page.html"
        path.write_text(page_text, encoding="utf-8")
        browser = player.chromium.launch(executable_path=chromium, args=switches)
        page = browser.new_page(viewport={"width": width, "height": 600})
        page.goto(path.as_uri())
        page.locator("body > *").first.screenshot(path=str(IMAGES / name))
        browser.close()


def main(project: Path, chromium: str) -> None:
    """Takes both pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    style = (files("patronage.faces.report") / "page.css").read_text(encoding="utf-8")
    take(f"<!doctype html><body>{ledger_svg(project)}</body>", "ledger.png", chromium, 1000)
    figure = f"<!doctype html><style>{style}</style><body><figure>{forecast_svg(project)}</figure></body>"
    take(figure, "forecast.png", chromium, 900)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

"""The glossary that the report shows and the page of it in the documentation."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"


def shown() -> list[tuple[str, str]]:
    text = resources.files("patronage.faces.report").joinpath("glossary.json").read_text(encoding="utf-8")
    return [(entry["term"], entry["meaning"]) for entry in json.loads(text)]


def test_the_page_holds_the_same_words_as_the_report() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"^- \*\*(.+?)\*\*: (.+)$", page, flags=re.MULTILINE) == shown()


def test_terms_stand_once_each_in_alphabetical_order() -> None:
    terms = [term.lower() for term, _ in shown()]
    assert terms == sorted(set(terms))


def test_each_term_is_told_in_one_or_two_sentences() -> None:
    for term, meaning in shown():
        assert meaning.endswith("."), term
        assert 1 <= len(re.findall(r"\.(?= [A-Z]|$)", meaning)) <= 2, term
        assert len(meaning.split()) <= 45, term

import math
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.strategy.document import Keyed, plain
from patronage.strategy.yaml_reader import read_document, scalar_value
from patronage.vocabulary.errors import StrategyError

START = "begin with company: {name: ..., currency: ...}, or let patronage init write a starting file"
COLON = (
    "this colon does not fit: it is the second of its line, or the line above lacks one, or is indented less; "
    "put a value that holds a colon in quotes, or align the line with its neighbours"
)


def refused(text: str) -> str:
    with pytest.raises(StrategyError) as refusal:
        read_document(text, "strategy.yaml")
    return str(refusal.value)


def flawed(text: str) -> list[str]:
    return [str(flaw.fault) for flaw in read_document(text, "strategy.yaml").flaws]


def test_every_node_knows_its_line_and_column():
    root = read_document("a: 1\nb:\n  - x\n  - {c: 2.5}\n", "f").root
    assert plain(root) == {"a": 1, "b": ["x", {"c": 2.5}]}
    assert (root.entries["b"].line, root.entries["b"].column) == (2, 1)
    listing = root.entries["b"].node
    inner = listing.items[1].entries["c"]  # type: ignore[union-attr]
    assert (inner.line, inner.column, inner.node.line, inner.node.column) == (4, 6, 4, 9)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("12", 12),
        ("-7", -7),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        (".inf", math.inf),
        ("-.inf", -math.inf),
        ("1_000", "1_000"),
        ("8..12", "8..12"),
        ("2011-09-30", "2011-09-30"),
        ("9" * 400, math.inf),
        ("٣", "٣"),
    ],
)
def test_bare_values_follow_the_core_schema(text: str, value: object):
    found = scalar_value(text)
    assert found == value
    assert type(found) is type(value)


def test_not_a_number_is_read_as_such():
    assert math.isnan(float(str(scalar_value(".nan"))))


def test_quoted_values_stay_text_and_json_escapes_join_to_one_character():
    text = r"""{a: "12", b: "\ud83d\ude00", c: ''}"""
    assert plain(read_document(text, "f").root) == {"a": "12", "b": "😀", "c": ""}


def test_a_marked_value_can_be_repeated():
    root = read_document("a: &shared {low: 1}\nb: *shared\n", "f").root
    assert plain(root) == {"a": {"low": 1}, "b": {"low": 1}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"strategy.yaml: is empty; {START}"),
        ("# only a comment\n", f"strategy.yaml: is empty; {START}"),
        ("---\n", f"strategy.yaml: is empty; {START}"),
        (
            "- a\n",
            f"strategy.yaml line 1, column 1: the file is a list, expected sections such as company:; {START}",
        ),
        (
            "just text",
            f"strategy.yaml line 1, column 1: the file is a single value, expected sections such as company:; {START}",
        ),
        (
            "a: [\n",
            (
                "strategy.yaml line 2, column 1: the file ends before a bracket or brace that starts above is closed; "
                "close it"
            ),
        ),
        (
            "a: {b: c\nd: e",
            (
                "strategy.yaml line 2, column 2: a group in braces that starts on line 1 is not closed, "
                "or lacks a comma before this; add } or the comma"
            ),
        ),
        (
            "a: [1, 2\nb: 3\n",
            (
                "strategy.yaml line 2, column 2: a list in brackets that starts on line 1 is not closed, "
                "or lacks a comma before this; add ] or the comma"
            ),
        ),
        (
            "a:\n\tb: x\n",
            (
                "strategy.yaml line 2, column 1: a tab indents this line, and YAML reads blanks only; "
                "replace the tab by blanks"
            ),
        ),
        ("a: b: c\n", f"strategy.yaml line 1, column 5: {COLON}"),
        ("a: 1\n b: 2\n", f"strategy.yaml line 2, column 3: {COLON}"),
        (
            "a:\n  b: 'x\n\n",
            (
                "strategy.yaml line 4, column 1: a quoted text that starts on line 2 is never closed; "
                "add the closing quote"
            ),
        ),
        (
            'a: "\\q"',
            (
                "strategy.yaml line 1, column 6: a backslash in a text in double quotes has no meaning here; "
                "use single quotes, or write \\\\"
            ),
        ),
        ("a: @x", "strategy.yaml line 1, column 4: a value may not begin with @; put the value in quotes"),
        ("a: %x", "strategy.yaml line 1, column 4: a value may not begin with %; put the value in quotes"),
        (
            "a: 'x' y\n",
            (
                "strategy.yaml line 1, column 8: the line does not fit the ones above it; "
                "align it with its neighbours, by blanks"
            ),
        ),
        ("a: \x07", "strategy.yaml line 1, column 4: holds the invisible character U+0007; delete it"),
        (
            "%YAML 2.0\n---\na: b",
            (
                "strategy.yaml line 1, column 1: cannot be read as YAML from here; "
                "check brackets, quotes and indentation just above"
            ),
        ),
        (
            "a: 1\n---\nb: 1\n",
            (
                "strategy.yaml line 2, column 1: a second document starts here, and a strategy file is one; "
                "take the line --- out"
            ),
        ),
        (
            "[" * 1000,
            (
                "strategy.yaml line 1, column 25: is nested deeper than 24 levels; "
                "look for a bracket or an indentation too many"
            ),
        ),
    ],
)
def test_text_that_is_no_strategy_is_refused_with_its_place(text: str, message: str):
    assert refused(text) == message


def test_repetitions_that_blow_up_are_refused_before_they_are_written_out():
    lines = ["a: &a [" + ",".join("1" * 10) + "]"]
    lines += [f"{name}: &{name} [{','.join(['*' + before] * 10)}]" for before, name in pairwise("abcdefgh")]
    assert refused("\n".join(lines)) == (
        "strategy.yaml line 6, column 17: the file stands for more than 500,000 values once its repetitions "
        "are written out; keep data in tables and name them under sources"
    )


def test_a_text_that_is_too_long_is_refused_unread():
    assert refused("x" * 5_000_001) == (
        "strategy.yaml: has 5,000,001 characters, and at most 5,000,000 are read; "
        "keep data in tables and name them under sources"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: 1\nb: 2\na: 3\n",
            ("strategy.yaml line 3, column 1: the key 'a' stands twice, first on line 1; keep one of the two"),
        ),
        (
            "a: !!python/object:os.system {b: 1}",
            (
                "strategy.yaml line 1, column 4: "
                "the tag '!!python/object:os.system' is not read; write the value without a tag"
            ),
        ),
        ("a: !x 1", "strategy.yaml line 1, column 4: the tag '!x' is not read; write the value without a tag"),
        (
            "a: *x\n",
            (
                "strategy.yaml line 1, column 4: the reference '*x' has no complete mark of that name above it; "
                "write the value out"
            ),
        ),
        (
            "a: &x [*x]\n",
            (
                "strategy.yaml line 1, column 8: the reference '*x' has no complete mark of that name above it; "
                "write the value out"
            ),
        ),
        ("a: {<<: {b: 1}, c: 2}", "strategy.yaml line 1, column 5: merge keys (<<) are not read; write the keys out"),
        ("? [a, b]\n: c\n", "strategy.yaml line 1, column 3: a key must be a plain word or text; write key: value"),
        (
            r'a: "\ud83d"',
            ("strategy.yaml line 1, column 4: holds half a character (a lone surrogate); write the character itself"),
        ),
    ],
)
def test_what_yaml_allows_and_a_strategy_does_not_is_told_beside_the_rest(text: str, message: str):
    assert flawed(text) == [message]


def test_of_two_equal_keys_the_first_is_read():
    assert plain(read_document("a: 1\na: 2\n", "f").root) == {"a": 1}


@given(st.text() | st.text(alphabet="ab:-[]{}\n \t'\"&*!|>%@#?,.\\0x~<=ü"))
def test_any_text_gives_nodes_or_a_strategy_error(text: str):
    with suppress(StrategyError):
        assert isinstance(read_document(text, "strategy.yaml").root, Keyed)

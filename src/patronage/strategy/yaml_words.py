"""What is wrong with text that is no YAML, in plain words with its line and column."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# ruamel.yaml hides its types from checkers.

from __future__ import annotations

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from patronage.strategy.document import Place, flaw_at
from patronage.vocabulary.errors import Fault

_WORDS: tuple[tuple[str, str, str], ...] = (
    ("'\\t' that cannot start", "a tab indents this line, and YAML reads blanks only", "replace the tab by blanks"),
    ("'%' that cannot start", "a value may not begin with %", "put the value in quotes"),
    ("'@' that cannot start", "a value may not begin with @", "put the value in quotes"),
    ("'`' that cannot start", "a value may not begin with a backtick", "put the value in double quotes"),
    ("cannot start any token", "a value may not begin with this character", "put the value in quotes"),
    (
        "mapping values are not allowed",
        "this colon does not fit: it is the second of its line, or the line above lacks one, or is indented less",
        "put a value that holds a colon in quotes, or align the line with its neighbours",
    ),
    ("unexpected ':'", "a colon stands inside a value in brackets", "put the value in quotes"),
    ("could not find expected ':'", "a key stands here without a colon", "write key: value"),
    ("end of stream", "a quoted text that starts above is never closed", "add the closing quote"),
    ("document separator", "a quoted text that starts above is never closed", "add the closing quote"),
    ("escape", "a backslash in a text in double quotes has no meaning here", "use single quotes, or write \\\\"),
    ("expected <block end>", "the line does not fit the ones above it", "align it with its neighbours, by blanks"),
    (
        "expected ',' or ']'",
        "a list in brackets that starts above is not closed, or lacks a comma before this",
        "add ] or the comma",
    ),
    (
        "expected ',' or '}'",
        "a group in braces that starts above is not closed, or lacks a comma before this",
        "add } or the comma",
    ),
    ("<stream end>", "the file ends before a bracket or brace that starts above is closed", "close it"),
    ("sequence entries are not allowed", "a list entry (- ) may not stand here", "begin the list on its own line"),
    ("undefined tag handle", "a value may not begin with !", "put the value in quotes"),
    ("while scanning an alias", "a value may not begin with *", "put the value in quotes"),
    ("while scanning an anchor", "a value may not begin with &", "put the value in quotes"),
)
_OTHERWISE = ("cannot be read as YAML from here", "check brackets, quotes and indentation just above")


def syntax_fault(error: YAMLError, text: str, name: str) -> Fault:
    """The one fault at which reading stopped."""
    if isinstance(error, ReaderError):
        code = error.character if isinstance(error.character, int) else 0
        found = f"holds the invisible character U+{code:04X}"
        return flaw_at(name, _place_of(text, int(error.position)), found, "delete it").fault
    if not isinstance(error, MarkedYAMLError):
        return Fault(name, *_OTHERWISE)
    told = f"{error.context or ''} {error.problem or ''}"
    found, next_step = next(((found, step) for sign, found, step in _WORDS if sign in told), _OTHERWISE)
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Fault(name, found, next_step)
    opened = error.context_mark
    if opened is not None and "closed" in found and opened.line < mark.line:
        found = found.replace("that starts above", f"that starts on line {opened.line + 1}")
    return flaw_at(name, Place(mark.line + 1, mark.column + 1), found, next_step).fault


def _place_of(text: str, position: int) -> Place:
    before = text[:position]
    return Place(before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)

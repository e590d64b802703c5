import json
import pickle
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.strategy.strategy import LATER_SECTIONS, SECTIONS, load_strategy, strategy_from_text
from patronage.vocabulary.errors import StrategyError

COMPANY = "company: {name: Acme, currency: USD}\n"
WHOLE = (
    COMPANY + "pools: [{id: service, cost: 5, practical_capacity: 7}]\n"
    "activities: [{id: a, pool: service, time_equation: {base: 8}}]\nsegments: [{id: all_of_them, rule: all}]\n"
)


def test_every_fault_of_a_file_is_told_at_once_in_its_order(faults):
    text = (
        "company:\n"
        "  name: Acme\n"
        "  curency: USD\n"
        "  discount_rate: 1.2\n"
        "activities:\n"
        "  - {id: handle, pool: servce, time_equation: {base: -3}}\n"
        "  - {id: handle, pool: service, time_equation: {base: 2}, today: 1}\n"
        "pools:\n"
        "  - {id: service, cost: 12000..8000}\n"
        "costs_of_action: {retain: {cost: .nan}}\n"
        "costs_of_action: {}\n"
        "segments:\n"
        "  - {id: big, rule: revenue >}\n"
        "bets: []\n"
        "segmnts: []\n"
    )
    assert faults(text) == [
        (
            "strategy.yaml line 2, column 3: company.currency: is missing; "
            "add it: the one currency of all money, as an ISO 4217 code such as EUR"
        ),
        "strategy.yaml line 3, column 3: company.curency: is not a known key; did you mean 'currency'?",
        (
            "strategy.yaml line 4, column 18: company.discount_rate: is the number 1.2, expected a share from 0 to 1; "
            "write 0.012 if 1.2 percent is meant"
        ),
        (
            "strategy.yaml line 6, column 24: activities[handle].pool: names 'servce', "
            "which no entry of pools has as its id; did you mean 'service'?"
        ),
        (
            "strategy.yaml line 6, column 54: activities[handle].time_equation.base: is the number -3, "
            "expected a number of 0 or more"
        ),
        (
            "strategy.yaml line 7, column 10: activities[handle].id: the id 'handle' stands twice, first on line 6; "
            "give each entry an id of its own"
        ),
        "strategy.yaml line 7, column 66: activities[handle].today: is the number 1, expected true or false",
        (
            "strategy.yaml line 9, column 5: pools[service].practical_capacity: is missing; "
            "add it: what the pool can do in one period, in its unit: 80% of paid time is usual"
        ),
        (
            "strategy.yaml line 9, column 25: pools[service].cost: is the range 12000..8000, "
            "whose low end is above its high end; write 8000..12000"
        ),
        (
            "strategy.yaml line 10, column 34: costs_of_action.retain.cost: is not a number (NaN), "
            "expected a number of 0 or more; write a number, or take the key out"
        ),
        (
            "strategy.yaml line 11, column 1: the key 'costs_of_action' stands twice, first on line 10; "
            "keep one of the two"
        ),
        (
            "strategy.yaml line 13, column 21: segments[big].rule: cannot be read: "
            "expected a name, a number or a text at character 10 of 'revenue >'"
        ),
        (
            "strategy.yaml line 14, column 1: bets: is a section of a later release; "
            "take it out; this one reads company, sources, identity, pools, activities, links, budgets, "
            "costs_of_action, segments, needs, offers, value_drivers, capabilities, actors, "
            "exchanges"
        ),
        "strategy.yaml line 15, column 1: segmnts: is not a known section; did you mean 'segments'?",
    ]


def test_a_section_that_is_no_list_is_one_fault(faults_below_company):
    assert faults_below_company("pools: {id: a}\n") == [
        (
            "strategy.yaml line 2, column 8: pools: is a group of keys, "
            "expected a list, one entry per line that starts with -"
        )
    ]


def test_an_unknown_reference_is_one_fault_and_no_missing_value_beside_it(faults_below_company):
    assert faults_below_company("pools: [{id: a, cost: *x, practical_capacity: 1}]\n") == [
        (
            "strategy.yaml line 2, column 23: the reference '*x' has no complete mark of that name above it; "
            "write the value out"
        )
    ]


def test_beyond_a_thousand_faults_the_rest_is_counted(faults_below_company):
    told = faults_below_company("segments:\n" + "- 1\n" * 1200)
    assert len(told) == 1001
    assert told[-1] == "and further down: 200 more faults of this file; mend these first"


def test_an_empty_section_is_an_absent_one():
    found = strategy_from_text(COMPANY + "pools:\nactivities: ~\nsegments: []\n")
    assert (found.pools, found.activities) == (None, None)
    assert list(found.parts()) == ["company", "segments"]


def test_no_section_is_both_read_and_left_to_a_later_release():
    assert LATER_SECTIONS.isdisjoint(section.name for section in SECTIONS)


# Digests


def test_comments_layout_and_the_order_of_keys_leave_the_digests_alone():
    other = (
        "# a remark\nsegments:\n  - rule: all   # everyone\n    id: all_of_them\n"
        "activities:\n  - {time_equation: {base: 8.0}, pool: service, id: a, owner: }\n"
        "pools: [{practical_capacity: 7, cost: 5, id: service}]\ncompany:\n  currency: USD\n  name: 'Acme'\nsources:\n"
    )
    assert strategy_from_text(other).digest == strategy_from_text(WHOLE).digest
    assert strategy_from_text(other).section_digests == strategy_from_text(WHOLE).section_digests


def test_a_change_of_one_section_changes_its_digest_and_the_whole_alone():
    before, after = strategy_from_text(WHOLE), strategy_from_text(WHOLE.replace("cost: 5", "cost: 6"))
    changed = {name for name in before.section_digests if before.section_digests[name] != after.section_digests[name]}
    assert changed == {"pools"}
    assert before.digest != after.digest


def test_a_number_and_its_text_have_different_digests():
    one = strategy_from_text("company: {name: Acme, currency: USD, gross_margin: 0.5}")
    other = strategy_from_text("company: {name: Acme, currency: USD, gross_margin: 0.4..0.6}")
    assert one.digest != other.digest


def test_a_strategy_survives_pickling():
    found = strategy_from_text(WHOLE)
    assert pickle.loads(pickle.dumps(found)) == found


# Files


def test_a_file_is_loaded_with_its_path(tmp_path: Path):
    path = tmp_path / "strategy.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").replace("Acme", "Größe").encode())
    found = load_strategy(path)
    assert (found.path, found.company.name) == (path, "Größe")
    assert found.activities is not None
    assert found.activities.activities[0].line == 3


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(StrategyError) as refusal:
        load_strategy(tmp_path / "strategy.yaml")
    assert str(refusal.value) == (
        f"{tmp_path / 'strategy.yaml'}: there is no such file; "
        "give the folder that holds it, or write one with patronage init"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows refuses to open a folder in words of its own")
def test_a_folder_is_refused(tmp_path: Path):
    with pytest.raises(StrategyError) as refusal:
        load_strategy(tmp_path)
    assert str(refusal.value) == f"{tmp_path}: is a folder, expected a file; give the file inside"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"",
            (
                "strategy.yaml: is empty; begin with company: {name: ..., currency: ...}, "
                "or let patronage init write a starting file"
            ),
        ),
        (
            "company:\n  name: Größe".encode("latin-1"),
            ("strategy.yaml line 2, column 11: holds the byte 0xF6, which is no UTF-8; save the file as UTF-8"),
        ),
        ("company:".encode("utf-16"), "strategy.yaml: is written in UTF-16, expected UTF-8; save it as UTF-8"),
        (b"PK\x03\x04\x00\x00", "strategy.yaml line 1, column 3: holds the invisible character U+0003; delete it"),
    ],
)
def test_a_file_in_another_encoding_is_refused(tmp_path: Path, data: bytes, message: str):
    path = tmp_path / "strategy.yaml"
    path.write_bytes(data)
    with pytest.raises(StrategyError) as refusal:
        load_strategy(path)
    assert str(refusal.value) == message


# Anything at all


values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["all", "a > 1", "1..2", "9..1", "service", "10%", "USD", "order", "orders", "2011-01-01", "us"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "name",
                    "cost",
                    "pool",
                    "per",
                    "base",
                    "time_equation",
                    "rule",
                    "from",
                    "columns",
                    "x",
                    "to",
                    "kind",
                    "amount",
                    "activities",
                    "levels",
                    "needs",
                    "elements",
                    "owner",
                    "offer",
                    "reference",
                    "benefit",
                    "depends_on",
                    "exchange",
                    "fraction",
                    "price",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
sections = st.sampled_from([*(section.name for section in SECTIONS), "actors", "orders", ""])


@given(st.text() | st.text(alphabet="company:{}[]-, \n#&*!'\"01."))
def test_any_text_is_a_strategy_or_a_strategy_error(text: str):
    with suppress(StrategyError):
        assert strategy_from_text(text).company.name


@given(st.dictionaries(sections, values | st.lists(values, max_size=3), max_size=4))
def test_any_values_are_a_strategy_or_a_strategy_error_in_plain_words(value: dict[str, object]):
    said = ""
    try:
        strategy_from_text(json.dumps(value).replace("NaN", ".nan").replace("Infinity", ".inf"))
    except StrategyError as error:
        said = str(error).lower()
    assert not any(word in said for word in ("pydantic", "validation", "input should", "none", "dict", "nonetype"))


# Speed


def test_five_hundred_rows_load_and_are_checked_within_three_seconds():
    # 5,000 rows may take 8 s and take about 2 s here; the small size leaves room for a busy machine.
    rows = ["company: {name: Acme, currency: USD}", "pools: [{id: p, cost: 1, practical_capacity: 1}]", "activities:"]
    rows += [
        f"- {{id: a{n}, pool: p, category: sales, time_equation: {{base: 1..2, per: {{lines: 6.5}}}}, volume: {n}}}"
        for n in range(250)
    ]
    rows += ["segments:", *(f"- {{id: s{n}, rule: \"place = 'UK' and revenue > {n}\", size: 12}}" for n in range(250))]
    start = perf_counter()
    found = strategy_from_text("\n".join(rows))
    assert found.segments is not None
    assert len(found.segments.segments) == 250
    assert perf_counter() - start < 3

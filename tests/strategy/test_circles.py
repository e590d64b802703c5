from hypothesis import given
from hypothesis import strategies as st

from patronage.strategy.circles import circles, told_circle

names = st.sampled_from("abcdefg")


def test_a_circle_is_told_in_the_order_in_which_it_leads_on():
    assert circles({"a": ["b"], "b": ["c", "d"], "c": ["b"], "d": []}) == [("b", "c")]
    assert circles({"a": ["a"]}) == [("a",)]
    assert circles({"a": ["b"]}) == []
    assert told_circle(("b", "c"), "requires") == "b requires c, c requires b"


def test_a_long_circle_is_cut_in_words():
    told = told_circle(tuple("abcdefgh"), "needs")
    assert told == "a needs b, b needs c, c needs d, d needs e, e needs f, ... and h needs a"


@given(st.dictionaries(names, st.lists(names, max_size=4), max_size=7))
def test_circles_are_found_exactly_where_something_leads_back_and_each_leads_on(steps: dict[str, list[str]]):
    found = circles(steps)
    graph = {(one, other) for one, others in steps.items() for other in others}
    for circle in found:
        assert set(zip(circle, (*circle[1:], circle[0]), strict=True)) <= graph
    assert len([each for circle in found for each in circle]) == len({each for circle in found for each in circle})
    assert bool(found) == _leads_back(graph)


def _leads_back(graph: set[tuple[str, str]]) -> bool:
    """Whether ids remain once those that lead nowhere are taken away again and again."""
    while leading := {one for one, _ in graph}:
        left = {(one, other) for one, other in graph if other in leading}
        if left == graph:
            return True
        graph = left
    return False


def test_a_chain_of_thousands_is_walked():
    steps = {str(n): [str(n + 1)] for n in range(20_000)}
    assert circles(steps) == []
    assert len(circles(steps | {"20000": ["0"]})[0]) == 20_001

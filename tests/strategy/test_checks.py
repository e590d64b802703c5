from time import perf_counter

from patronage.strategy.checks import ids_of, known_ids, unique_ids
from patronage.strategy.yaml_reader import read_document


def test_ids_are_found_in_faulty_rows_too():
    document = read_document("pools:\n- {id: a, cost: wrong}\n- 7\n- {cost: 1}\n- {id: b}\n- {id: a}\n", "f")
    assert ids_of(document, "pools") == {"a": 2, "b": 5}
    assert ids_of(document, "absent") == {}


def test_an_id_that_stands_twice_is_told_each_time_after_the_first():
    document = read_document("pools:\n- {id: a}\n- {id: b}\n- {id: a}\n- {id: a}\n", "f")
    assert [str(flaw.fault) for flaw in unique_ids("pools")(document)] == [
        "f line 4, column 8: pools[a].id: the id 'a' stands twice, first on line 2; give each entry an id of its own",
        "f line 5, column 8: pools[a].id: the id 'a' stands twice, first on line 2; give each entry an id of its own",
    ]


def test_reserved_ids_need_no_declaration():
    document = read_document("offers: [{id: x, owner: us}, {id: y, owner: uss}]\nactors: [{id: a}]\n", "f")
    check = known_ids("offers", "owner", "actors", reserved=("us", "none"))
    assert [str(flaw.fault) for flaw in check(document)] == [
        "f line 1, column 45: offers[y].owner: names 'uss', which no entry of actors has as its id; did you mean 'us'?"
    ]


def test_a_section_that_is_no_list_gives_no_faults_of_what_names_it():
    document = read_document("pools: {a: 1}\nactivities: [{id: x, pool: a}]\n", "f")
    assert list(known_ids("activities", "pool", "pools")(document)) == []


def test_thousands_of_unknown_ids_are_told_in_seconds():
    rows = "".join(f"- {{id: a{n}, pool: pool_{n}}}\n" for n in range(600))
    pools = "".join(f"- {{id: pol_{n}}}\n" for n in range(600))
    document = read_document(f"activities:\n{rows}pools:\n{pools}", "f")
    start = perf_counter()
    found = list(known_ids("activities", "pool", "pools")(document))
    assert len(found) == 600
    assert found[0].fault.next_step.startswith("did you mean 'pol_0'")
    assert perf_counter() - start < 5

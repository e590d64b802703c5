"""How customers repeat and leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from patronage.analyses.worth.repeat_buying import fitted, repeat_buying
from patronage.evidence.engine import Engine
from patronage.evidence.tables import Orders
from patronage.findings.who import BuyingType, TypeSize
from patronage.kernels.repeat_buying import expected_transactions
from patronage.vocabulary.errors import EstimationError
from patronage.vocabulary.grade import Grade
from patronage.vocabulary.horizon import TimeUnit
from patronage.vocabulary.terms import Terms

Build = Callable[..., Orders]
MakeTerms = Callable[..., Terms]
AT = date(1997, 9, 30)


def test_published_fits_of_cdnow_come_out(cdnow_orders: Build, make_terms: MakeTerms) -> None:
    # Fader, Hardie & Lee (2005), table 2, for BG/NBD and Pareto/NBD; three packages agree on MBG/NBD.
    found = repeat_buying(cdnow_orders(AT), None, make_terms(AT))
    assert (found.customers, found.repeat_customers, found.unit, found.grade) == (2357, 946, "week", Grade.BEHAVIOUR)
    published = {
        "bg_nbd": ({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, -9582.43),
        "pareto_nbd": ({"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, -9594.98),
        "mbg_nbd": ({"r": 0.5248, "alpha": 6.1831, "a": 0.8914, "b": 1.6140}, -9582.14),
    }
    for name, (parameters, log_likelihood) in published.items():
        model = found.models[name]
        assert dict(model.parameters) == pytest.approx(parameters, abs=6e-4), name
        assert model.log_likelihood == pytest.approx(log_likelihood, abs=0.01), name
        assert model.identified
        assert not model.prior_used


def test_the_model_with_the_best_last_third_is_chosen_and_says_why(cdnow_orders: Build, make_terms: MakeTerms) -> None:
    found = repeat_buying(cdnow_orders(AT), None, make_terms(AT))
    scores = {name: model.holdout_log_likelihood or -np.inf for name, model in found.models.items()}
    assert found.chosen == max(scores, key=lambda name: scores[name]) == "mbg_nbd"
    assert found.split == date(1997, 7, 2)
    assert found.why.startswith("MBG/NBD has the highest log-likelihood of the last third (-2,866.2")
    assert "BG/NBD" in found.why.split("above", 1)[1]


def test_a_history_is_counted_in_purchase_days(make_orders: Build, make_terms: MakeTerms) -> None:
    lines = [
        {"customer_id": "a", "ordered_at": "2024-01-01T09:00:00", "amount": 10.0},
        {"customer_id": "a", "ordered_at": "2024-01-01T18:00:00", "amount": 5.0},
        {"customer_id": "a", "ordered_at": "2024-01-11", "amount": 20.0},
        {"customer_id": "a", "ordered_at": "2024-01-21", "amount": 0.0},
        {"customer_id": "a", "ordered_at": "2024-01-25", "amount": -3.0},
    ]
    found = repeat_buying(make_orders(lines + repeaters(12), date(2024, 1, 31)), None, make_terms(date(2024, 1, 31)))
    row = next(row for row in found.table.records() if row["customer_id"] == "a")
    assert (row["x"], row["t_x"], row["age"]) == (2, 20, 30)
    assert (row["valued"], row["mean_value"], row["occasions_value"]) == (1, 20.0, 35.0)
    assert (row["first_day"], row["last_day"]) == (date(2024, 1, 1), date(2024, 1, 21))
    assert (row["fitted"], row["buying_type"]) == (True, None)


def test_rows_in_any_order_give_the_same_finding(make_orders: Build, make_terms: MakeTerms, company: Any) -> None:
    lines = company.lines(1)[:1500]
    terms = make_terms(date(2021, 6, 1))
    straight = repeat_buying(make_orders(lines, terms.as_of), None, terms)
    turned = repeat_buying(make_orders(lines[::-1], terms.as_of), None, terms)
    assert straight.models["bg_nbd"].parameters == turned.models["bg_nbd"].parameters
    assert straight.table.records() == turned.table.records()


def test_the_parameters_of_a_simulated_company_are_found_again(
    make_orders: Build, make_terms: MakeTerms, company: Any
) -> None:
    terms = make_terms(date(2022, 12, 31), time_unit=TimeUnit.DAY)
    found = repeat_buying(make_orders(company.lines(2), terms.as_of), None, terms)
    model = found.models["bg_nbd"]
    for number, name in enumerate(("r", "alpha", "a", "b")):
        sd = float(np.sqrt(model.covariance[number, number]))
        assert abs(np.log(model.parameters[name] / getattr(company, name))) < 3 * sd, name


def test_contract_like_customers_are_left_out_of_the_fit(
    make_orders: Build, make_terms: MakeTerms, engine: Engine, company: Any
) -> None:
    lines = company.lines(3)
    terms = make_terms(date(2022, 6, 30))
    who = sorted({line["customer_id"] for line in lines if line["ordered_at"].year < 2022})[:5]
    table = engine.write("types", [types(who, told=[True, True, True, False, True])])
    kinds = BuyingType(Grade.BEHAVIOUR, {"contract_like": TypeSize(5, 0.0)}, 1.0, table)
    without = repeat_buying(make_orders(lines, terms.as_of), None, terms)
    with_types = repeat_buying(make_orders(lines, terms.as_of), kinds, terms)
    assert with_types.contract_like == 4
    assert with_types.customers == without.customers - 4
    assert with_types.why.endswith(" 4 customers who renew like under a contract are left out of the fit.")
    rows = {row["customer_id"]: row for row in with_types.table.records()}
    assert [rows[each]["fitted"] for each in who] == [False, False, False, True, False]
    assert rows[who[0]]["gap_days"] == 30.0


def test_cdnow_buying_is_not_regular_and_k_of_one_is_no_model_of_its_own(
    cdnow_orders: Build, make_terms: MakeTerms
) -> None:
    # Log-likelihoods at k = 1, 2 and 3: -9582.1, -9853.3 and -10394.4.
    found = repeat_buying(cdnow_orders(AT), None, make_terms(AT))
    regular, mbg = found.models["mbg_cnbd_k"], found.models["mbg_nbd"]
    assert regular.k == 1
    assert (regular.parameters, regular.log_likelihood) == (mbg.parameters, mbg.log_likelihood)
    assert regular.holdout_log_likelihood == mbg.holdout_log_likelihood
    assert found.why.endswith(
        "Buying is not more regular than random: MBG/CNBD-k is best at k = 1, where it is MBG/NBD and no model of its "
        "own (log-likelihood 271.12 above k = 2)."
    )
    assert "above MBG/CNBD-k" not in found.why


def test_a_cohort_cut_after_five_weeks_is_not_identified_and_says_what_the_prior_did(
    cdnow_orders: Build, make_terms: MakeTerms
) -> None:
    early = date(1997, 2, 4)
    found = repeat_buying(cdnow_orders(early), None, make_terms(early))
    assert (found.customers, found.grade) == (912, Grade.ASSUMPTION)
    for name in ("bg_nbd", "mbg_nbd", "pareto_nbd"):
        model = found.models[name]
        assert (model.identified, model.prior_used) == (False, True), name
        assert "only their ratio is told" in model.why_not, name
        assert model.prior.startswith("each parameter log-normal with median r 0.5"), name
        assert 0 < model.prior_cost < 1, name
        assert model.without_prior.keys() == model.parameters.keys(), name
    chosen = found.models[found.chosen]
    assert " No model is identified by these data alone (the likelihood is flat where a and b rise" in found.why
    assert f"a weak prior holds the chosen one, {chosen.prior}; it gives up {chosen.prior_cost:.2f} of" in found.why
    assert " where the data alone led to " in found.why


def test_models_that_eight_weeks_do_not_tell_are_set_aside_by_name(cdnow_orders: Build, make_terms: MakeTerms) -> None:
    early = date(1997, 2, 25)
    found = repeat_buying(cdnow_orders(early), None, make_terms(early))
    known = {name: model.identified for name, model in found.models.items()}
    assert known == {"bg_nbd": False, "mbg_nbd": True, "pareto_nbd": False, "mbg_cnbd_k": True}
    assert (found.chosen, found.grade) == ("mbg_nbd", Grade.BEHAVIOUR)
    assert "BG/NBD is set aside: a and b run to 0; the likelihood is flat where a and b rise together" in found.why
    assert "Pareto/NBD is set aside: the likelihood is flat where s and beta rise together" in found.why
    assert found.models["bg_nbd"].prior_cost == pytest.approx(1.71, abs=0.01)
    assert not found.models["mbg_nbd"].without_prior


def test_regular_buyers_get_the_regular_model_and_are_foreseen_by_it(make_orders: Build, make_terms: MakeTerms) -> None:
    lines, later = regular_buyers(seed=4)
    terms = make_terms(date(2022, 6, 30))
    found = repeat_buying(make_orders(lines, terms.as_of), None, terms)
    model = found.models["mbg_cnbd_k"]
    assert (found.chosen, model.k) == ("mbg_cnbd_k", 3)
    for number, (name, truth) in enumerate(REGULAR.items()):
        sd = float(np.sqrt(model.covariance[number, number]))
        assert abs(np.log(model.parameters[name] / truth)) < 3 * sd, name
    assert "Buying is more regular than random: MBG/CNBD-k is best at k = 3" in found.why
    rows: list[Any] = found.table.records()
    told = sorted(rows, key=lambda row: row["customer_id"])
    x, t_x, age = (np.array([float(row[name]) for row in told]) for name in ("x", "t_x", "age"))
    actual = np.array([later.get(row["customer_id"], 0) for row in told])
    off = {}
    for name in ("mbg_cnbd_k", "mbg_nbd"):
        expected = expected_transactions(fitted(found, name), x, t_x / 7, age / 7, 26.0)
        off[name] = float(np.abs(expected - actual).mean())
        assert expected.sum() == pytest.approx(actual.sum(), rel=0.1)
    assert off["mbg_cnbd_k"] < 0.95 * off["mbg_nbd"]


def test_the_fit_as_a_kernel_takes_it_is_the_chosen_one(cdnow_orders: Build, make_terms: MakeTerms) -> None:
    found = repeat_buying(cdnow_orders(AT), None, make_terms(AT))
    assert fitted(found).parameters == dict(found.models["mbg_nbd"].parameters)
    assert fitted(found, "pareto_nbd").values.tolist() == list(found.models["pareto_nbd"].parameters.values())


def test_one_purchase_each_is_refused_and_says_what_can_be_had(make_orders: Build, make_terms: MakeTerms) -> None:
    lines = [{"customer_id": f"c{i}", "ordered_at": "2024-01-05", "amount": 9.0} for i in range(30)]
    with pytest.raises(EstimationError) as refusal:
        repeat_buying(make_orders(lines), None, make_terms(date(2024, 1, 31)))
    assert str(refusal.value) == (
        "repeat_buying: 0 of 30 customers bought on two days or more, expected 10 or more; lifetime_value, "
        "customer_equity, calendar and backtests wait for a longer history; order_summary, change_bridge, "
        "customer_profit, whale_curve and cohorts do not need one"
    )


def test_returns_alone_are_refused(make_orders: Build, make_terms: MakeTerms) -> None:
    lines = [{"customer_id": "a", "ordered_at": "2024-01-05", "amount": -9.0, "quantity": -1.0}]
    with pytest.raises(EstimationError) as refusal:
        repeat_buying(make_orders(lines), None, make_terms(date(2024, 1, 31)))
    expected = (
        "repeat_buying: none of the 1 customer named kept a purchase: all their lines are returns or no product; look "
        "whether amounts and quantities have the right sign, and what sources.orders sets apart as no product"
    )
    assert str(refusal.value) == expected


REGULAR = {"r": 1.5, "alpha": 2.5, "a": 0.6, "b": 4.0}
"""Weeks, with times between purchases that are sums of three random steps."""


def regular_buyers(seed: int) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Order lines of 800 customers until 2022-06-30, who came from 2021, and their orders in the 26 weeks after."""
    random = np.random.default_rng(seed)
    start, until = date(2021, 1, 4), date(2022, 6, 30)
    rows: list[dict[str, Any]] = []
    later: dict[str, int] = {}
    for number in range(800):
        day = float(random.integers(0, 300))
        rate = random.gamma(REGULAR["r"], 1 / REGULAR["alpha"]) / 7
        leaves, known = random.beta(REGULAR["a"], REGULAR["b"]), (until - start).days
        while day < known + 183:
            name = f"c{number:04d}"
            if day < known + 1:
                rows.append({"customer_id": name, "ordered_at": f"{start + timedelta(days=int(day))}", "amount": 10.0})
            else:
                later[name] = later.get(name, 0) + 1
            if random.random() < leaves:
                break
            day += random.gamma(3) / max(rate, 1e-9)
    return rows, later


def repeaters(number: int) -> list[dict[str, Any]]:
    days = ("2024-01-02", "2024-01-12", "2024-01-19")
    return [
        {"customer_id": f"r{i}", "ordered_at": day, "amount": 10.0 + i}
        for i in range(number)
        for day in days[: 1 + i % 3]
    ] + [{"customer_id": f"s{i}", "ordered_at": day, "amount": 5.0} for i in range(number) for day in days[1:]]


def types(who: list[str], told: list[bool]) -> dict[str, Any]:
    size = len(who)
    return {
        "customer_id": who,
        "buying_type": ["contract_like"] * size,
        "told": told,
        "occasions": [9] * size,
        "median_gap_days": [30.0] * size,
        "gap_cv": [0.05] * size,
        "period": ["month"] * size,
        "last_day": [date(2022, 6, 1)] * size,
    }

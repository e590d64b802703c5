"""The peers' side of each job: run by the peers' interpreter as `python theirs.py PEER JOB FILE`; prints JSON.

It imports nothing of ours. What is timed is the peer's own work on data in memory, never its import.
"""

# pyright: basic
# pyright: reportMissingImports=false
# ruff: noqa: ICN001  the peers live in an environment of their own, and their names stand in full

from __future__ import annotations

import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from timing import told

warnings.filterwarnings("ignore")
END = "2023-12-29"
YEAR = 365.25 / 7
RATE = 1.1 ** (1 / 12) - 1


def read_lines(path):
    import pandas

    return pandas.read_parquet(path, columns=["customer_id", "ordered_at", "amount"])


def read_customers(path):
    import pandas

    table = pandas.read_parquet(path)
    return table.rename(columns={"x": "frequency", "t_x": "recency", "mean": "monetary_value"})


def pandas_value(bg, gg, table):
    """Twelve months, month by month, discounted."""
    spend = gg.conditional_expected_average_profit(table["frequency"], table["monetary_value"])
    total, before = 0.0, 0.0
    for month in range(1, 13):
        ahead = bg.conditional_expected_number_of_purchases_up_to_time(
            month * YEAR / 12, table["frequency"], table["recency"], table["T"]
        )
        total, before = total + ((ahead - before) * spend).sum() / (1 + RATE) ** month, ahead
    return float(total)


def lifetimes(job, path):
    from lifetimes import BetaGeoFitter, GammaGammaFitter
    from lifetimes.utils import summary_data_from_transaction_data

    def fit_bg(table):
        return BetaGeoFitter().fit(table["frequency"], table["recency"], table["T"])

    def fit_gg(table):
        bought = table[table["frequency"] > 0]
        return GammaGammaFitter().fit(bought["frequency"], bought["monetary_value"])

    def summary(lines):
        return summary_data_from_transaction_data(
            lines, "customer_id", "ordered_at", "amount", observation_period_end=END
        )

    if job == "summary":
        lines = read_lines(path)
        return told(lambda: sums(summary(lines), "frequency", "recency"))
    if job == "ranked":
        return told(lambda: {"total": from_lines(summary(read_lines(path)), fit_bg, fit_gg)})
    table = read_customers(path)
    if job == "fit_bg":
        return told(lambda: {name: float(value) for name, value in fit_bg(table).params_.items()})
    if job == "fit_gg":
        return told(lambda: {name: float(value) for name, value in fit_gg(table).params_.items()})
    return told(lambda: {"total": pandas_value(fit_bg(table), fit_gg(table), table)})


def from_lines(table, fit_bg, fit_gg):
    table = table.assign(recency=table["recency"] / 7, T=table["T"] / 7)
    bought = table[table["monetary_value"] > 0]
    return pandas_value(
        fit_bg(table), fit_gg(bought), table.assign(monetary_value=table["monetary_value"].clip(lower=0))
    )


def sums(table, x, t_x):
    return {"customers": len(table)} | {name: float(table[name].sum()) for name in (x, t_x, "T")}


def pymc_marketing(job, path):
    from pymc_marketing.clv import BetaGeoModel, GammaGammaModel, rfm_summary

    if job == "summary":
        lines = read_lines(path)
        named = ("customer_id", "ordered_at", "amount")
        return told(lambda: sums(rfm_summary(lines, *named, observation_period_end=END), "frequency", "recency"))
    table = read_customers(path).reset_index(names="customer_id")

    def fitted(model, rows):
        made = model(data=rows)
        made.fit(method="map", progressbar=False)
        return made

    def bg():
        return fitted(BetaGeoModel, table[["customer_id", "frequency", "recency", "T"]])

    def gg():
        return fitted(GammaGammaModel, table[table["frequency"] > 0][["customer_id", "frequency", "monetary_value"]])

    if job == "fit_bg":
        return told(lambda: point(bg()))
    if job == "fit_gg":
        return told(lambda: point(gg()))

    def value():
        spend = table.assign(monetary_value=table["monetary_value"].clip(lower=1e-9))
        found = gg().expected_customer_lifetime_value(bg(), spend, future_t=12, discount_rate=RATE, time_unit="W")
        return {"total": float(found.mean(("chain", "draw")).sum())}

    return told(value)


def point(model):
    posterior = model.idata.posterior
    return {name: float(posterior[name].mean()) for name in posterior.data_vars if posterior[name].ndim == 2}


def clvkit(_, path):
    import pandas
    from clvkit import CustomerBase

    lines = read_lines(path)

    def summary():
        base = CustomerBase.from_transactions(
            lines, customer_id_col="customer_id", datetime_col="ordered_at", amount_col="amount", time_unit="D",
            observation_period_end=pandas.Timestamp(END) + pandas.Timedelta(days=1), on_negative="net",
        )  # fmt: skip
        table = base.to_pandas()
        return {"customers": len(table)}

    return told(summary)


def duckdb(_, path):
    import duckdb as db

    query = f"""
        with days as (
            select customer_id, ordered_at::date as day, sum(amount) as spend
            from read_parquet('{path}') group by all
        ), firsts as (select *, min(day) over (partition by customer_id) as first from days)
        select customer_id, count(*) - 1 as x, max(day) - min(day) as t_x, date '{END}' - min(day) as age,
            avg(spend) filter (day > first) as mean
        from firsts group by customer_id
    """
    names = ("customers", "x", "t_x", "T")

    def summary():
        # Kept as a table: asked for sums alone, it would leave out the means and the days before them.
        db.sql(f"create temp table summary as {query}")
        found = db.sql("select count(*), sum(x), sum(t_x), sum(age) from summary").fetchall()
        return dict(zip(names, map(float, found[0]), strict=True))

    return told(summary)


if __name__ == "__main__":
    {"lifetimes": lifetimes, "pymc-marketing": pymc_marketing, "clvkit": clvkit, "duckdb": duckdb}[sys.argv[1]](
        sys.argv[2], sys.argv[3]
    )

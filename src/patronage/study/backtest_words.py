"""What a backtest says, in sentences that a manager reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patronage.findings.trust import Backtest


def told(found: Backtest) -> tuple[str, ...]:
    """Three sentences: how near the total came, how near single customers came, and what ranking them was worth."""
    return _total(found), _customers(found), _ranking(found)


def _total(found: Backtest) -> str:
    low, high, actual = found.calendar.p05, found.calendar.p95, found.orders.actual
    where = "inside" if low <= actual <= high else "above" if actual > high else "below"
    met = f"{actual:,.0f} happened, {where} that range"
    return (
        f"On {found.as_of} the {found.customers:,} customers known by then were expected to buy on "
        f"{found.calendar.predicted:,.0f} days until {found.until} ({low:,.0f} to {high:,.0f}); {met}."
    )


def _customers(found: Backtest) -> str:
    rate, last = found.baselines["rate"].mae, found.baselines["last_period"].mae
    mae = found.orders.mae
    naive = {
        f"going on at the past rate (off by {rate:.2f})": rate,
        f"repeating the last period (off by {last:.2f})": last,
    }
    beaten = [words for words, error in naive.items() if mae < error]
    unbeaten = [words for words in naive if words not in beaten]
    parts = [f"nearer than {' or '.join(beaten)}"] if beaten else []
    parts += [f"no nearer than {' or '.join(unbeaten)}"] if unbeaten else []
    beside = ", and ".join(parts)
    return (
        f"For a single customer the forecast was off by {mae:.2f} orders on average, {beside}; "
        f"{found.orders.coverage_90:.0%} of customers bought as often as their own 90% range said."
    )


def _ranking(found: Backtest) -> str:
    value = found.value
    where = "inside" if value.p05 <= value.actual <= value.p95 else "outside"
    money = (
        f"They were expected to bring {value.predicted:,.0f} ({value.p05:,.0f} to {value.p95:,.0f} {found.unit}) "
        f"and brought {value.actual:,.0f}, {where} that range"
    )
    best, most = found.top_tenth_share.by_prediction, found.top_tenth_share.by_actual
    if best is None or most is None:
        return f"{money}."
    rank = f"the tenth ranked highest brought {best:.0%} of it, where perfect foresight would have found {most:.0%}"
    return f"{money}; {rank}."

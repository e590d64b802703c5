"""Which arm of an experiment is today's treatment, by its name."""

from __future__ import annotations

import re
from collections.abc import Sequence

ACTS = (
    "action", "ad", "ads", "call", "calls", "campaign", "change", "contact", "coupon", "discount", "e mail", "e mails",
    "email", "emails", "intervention", "letter", "letters", "mail", "mailing", "mails", "message", "messages", "offer",
    "phone call", "promotion", "reminder", "sms", "treatment", "visit", "visits", "voucher",
)  # fmt: skip
"""What a company does to customers, so that "no" before it means that they are left alone."""

USUAL = frozenset(
    {
        "none", "nothing", "untreated", "control", "controls", "control arm", "control group", "baseline", "bau",
        "business as usual", "as usual", "holdout", "hold out", "holdout group", "hold out group", "today", "as today",
        "status quo",
    }
    | {f"no {act}" for act in ACTS}
)  # fmt: skip
"""Whole names of the arm that is left as it is; a name that only starts so, such as no-fee account, is none of them."""


def todays_arms(arms: Sequence[str]) -> list[int]:
    """Places of the arms that are named as today's treatment, whatever stands between the words of a name."""
    return [place for place, arm in enumerate(arms) if " ".join(re.split(r"[\s_-]+", arm.strip().lower())) in USUAL]

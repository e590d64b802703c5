"""The command that tells which customer ids are one customer: identity."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from patronage.faces.cli.choices import AsJson, Folder
from patronage.faces.cli.screen import err, out, printable, progress, table, tell_json
from patronage.faces.tables import write_csv
from patronage.faces.words import numbered
from patronage.study.study import open_study


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command("identity")(identity)


def identity(
    folder: Folder,
    review: Annotated[
        Path | None, typer.Option("--review", metavar="FILE", help="Write the pairs in doubt as CSV.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell which customer ids were merged, and write the pairs that a person should look at."""
    # The engine is needed here, which takes a second to import.
    from patronage.study.identities import identities_of

    with progress(silent=as_json) as say:
        found = identities_of(open_study(folder).project, say)
    if review is not None:
        write_csv(found.doubtful, review)
    if as_json:
        tell_json(
            {
                "ids": found.ids,
                "customers": found.customers,
                "rules": [
                    {"rule": one.rule, "merged": one.merged, "kept_apart": one.kept_apart} for one in found.rules
                ],
                "shared_values": [
                    {"rule": one.rule, "value": one.value, "ids": one.ids} for one in found.widely_shared
                ],
                "doubtful": found.doubtful.rows,
                "review": None if review is None else str(review),
            }
        )
        return
    out.print(f"{numbered(found.ids, 'customer id')}, {numbered(found.customers, 'customer')}")
    rows = [[one.rule, f"{one.merged:,}", f"{one.kept_apart:,}"] for one in found.rules]
    table("Merged", ["rule", "ids merged", "kept apart by review"], rows, frozenset({1, 2}))
    if found.widely_shared:
        rows = [[one.rule, printable(one.value), f"{one.ids:,}"] for one in found.widely_shared]
        table("Shared by too many ids, so that they merge none", ["rule", "value", "ids"], rows, frozenset({2}))
    out.print(f"{numbered(found.doubtful.rows, 'pair')} in doubt")
    if review is not None:
        err.print(f"wrote {numbered(found.doubtful.rows, 'pair')}")

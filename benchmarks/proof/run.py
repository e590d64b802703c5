"""The proof: 200 simulated companies and the real ones, and the page of the documents that tells what came out.

    python -m benchmarks.proof.run [--companies 200] [--page docs/proof.md]

Every company's figures are appended to benchmarks/proof/companies.jsonl as they come, so a run that was broken off goes
on where it stood; --afresh begins again, and so does another commit.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.proof.commit import commit
from benchmarks.proof.companies import broken, held
from benchmarks.proof.measure import shown
from benchmarks.proof.page import page
from benchmarks.proof.real import real_origins

HERE = Path(__file__).parent
RESULTS = HERE / "companies.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--companies", type=int, default=200, help="half of them built to break the models")
    parser.add_argument("--page", type=Path, default=HERE.parents[1] / "docs" / "proof.md")
    parser.add_argument("--afresh", action="store_true", help="forget what earlier runs found")
    asked = parser.parse_args()
    made_by = commit()
    if asked.afresh:
        RESULTS.unlink(missing_ok=True)
    known = found_by(RESULTS, made_by)
    done = {(row["seed"], row["name"] == "model holds") for row in known}
    for seed in range(asked.companies // 2):
        for world in (held(seed), broken(seed)):
            if (seed, world.name == "model holds") in done:
                continue
            started = time.perf_counter()
            row = shown(world) | {"commit": made_by}
            known.append(row)
            with RESULTS.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            print(f"{world.name:<20} {seed:>4} {time.perf_counter() - started:6.1f} s", flush=True)
    chosen = [row for row in known if row["seed"] < asked.companies // 2]
    asked.page.write_text(
        page(chosen, real_origins(), f"{datetime.now(UTC).date()} at commit {made_by}"), encoding="utf-8"
    )
    print(asked.page)


def found_by(results: Path, made_by: str) -> list[dict[str, object]]:
    """The companies that earlier runs of this commit found; what another commit found is forgotten."""
    if not results.exists():
        return []
    rows = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    if all(row.get("commit") == made_by for row in rows):
        return rows
    results.unlink()
    return []


if __name__ == "__main__":
    main()

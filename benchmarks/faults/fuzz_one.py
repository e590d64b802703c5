"""Fuzzes one target with atheris for a while and writes what it did.

Usage: python -m benchmarks.faults.fuzz_one TARGET CPU_SECONDS FOLDER SEED. Every finding is kept once, by the kind of
the error and the line of the package that it left, and the fuzzing goes on.
"""
# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportAttributeAccessIssue=false
# pyright: reportMissingModuleSource=false
# atheris is in the environment of the fuzzing alone.

from __future__ import annotations

import json
import os
import sys
import time
import traceback
import warnings
from pathlib import Path
from typing import Any, NoReturn

import atheris

MOST_BYTES = 4096
"""Longest input."""


def main() -> None:
    """One target, until its CPU time is spent."""
    name, seconds, folder, seed = sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    folder.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=["patronage", "ruamel"]):
        from benchmarks.faults.targets import BY_NAME, scratch
    target = BY_NAME[name]
    corpus = scratch() / "corpus"
    corpus.mkdir()
    for number, content in enumerate(target.seeds):
        (corpus / str(number)).write_bytes(content)
    work = Work(folder, seconds)

    def one(data: bytes) -> None:
        work.executions += 1
        if work.executions % 4096 == 0:
            work.tell()
        if work.executions % 64 == 0 and work.spent >= seconds:
            work.end()
        try:
            target.run(data)
        except (OSError, MemoryError):
            return
        except Exception as error:  # noqa: BLE001  whatever it is, it is what is looked for
            work.keep(data, error)

    warnings.simplefilter("ignore")
    options = [f"-seed={seed}", f"-max_len={MOST_BYTES}", "-timeout=600", "-rss_limit_mb=4096", "-print_final_stats=0"]
    if target.tokens:
        words = scratch() / "words"
        lines = ['"' + "".join(f"\\x{byte:02x}" for byte in word.encode()) + '"' for word in target.tokens]
        words.write_text("\n".join(lines) + "\n", encoding="ascii")
        options.append(f"-dict={words}")
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={folder}/", str(corpus)], one)
    atheris.Fuzz()


class Work:
    """What one target did so far; kept in a file, so that it is known however the process ends."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder = folder
        self.seconds = seconds
        self.executions = 0
        self.began = time.process_time()
        self.findings: dict[str, str] = {}

    @property
    def spent(self) -> float:
        """CPU seconds of the fuzzing."""
        return time.process_time() - self.began

    def keep(self, data: bytes, error: Exception) -> None:
        """Keeps the first input of each kind of finding."""
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "patronage" in frame.filename]
        last = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
        kind = f"{type(error).__name__} at {Path(last.filename).name}:{last.name}"
        if kind in self.findings:
            return
        self.findings[kind] = f"{error}"[:300]
        place = self.folder / f"finding-{len(self.findings)}"
        place.write_bytes(data)
        place.with_suffix(".txt").write_text(f"{kind}\n{traceback.format_exc()}", encoding="utf-8", errors="replace")
        self.tell()

    def tell(self) -> None:
        """Writes what was done so far."""
        told: dict[str, Any] = {"executions": self.executions, "cpu_seconds": self.spent, "findings": self.findings}
        (self.folder / "result.json").write_text(json.dumps(told), encoding="utf-8")

    def end(self) -> NoReturn:
        """Leaves without the fuzzer's own last words."""
        self.tell()
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    main()

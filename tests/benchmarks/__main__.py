"""The command: measure, then write tables, figures and the block of the README.

``uv run --group dev python -m tests.benchmarks`` measures (half an hour; on a machine that has nothing else to do) and
writes ``measurements.csv``, ``goals.csv``, two figures with their data, and ``made_with.json`` into
``results/benchmarks/``, and the table of goals into the README.  ``--from FILE`` takes measurements made before.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from simulation.results import provenance
from simulation.results.text import csv_text, write_whole
from tests.benchmarks import figures, report

FOLDER = Path("results/benchmarks")
COMMAND = "uv run --group dev python -m tests.benchmarks"


def measured(options: Sequence[str]) -> dict[str, Any]:
    """What pytest-benchmark wrote about the files of this folder."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "benchmarks.json"
        code = pytest.main([
            str(Path(__file__).parent), "-o", "addopts=", "-o", "norecursedirs=", "-q", "--benchmark-only",
            "--benchmark-columns=median,min,rounds", "--benchmark-json", str(file), *options,
        ])  # fmt: skip
        if code != 0:
            raise SystemExit(int(code))
        return json.loads(file.read_text(encoding="utf-8"))


def write(document: dict[str, Any], folder: Path, readme: Path | None) -> list[Path]:
    """Write everything that the measurements tell; returns the files."""
    rows = report.rows_of(document)
    found, told = report.goals(rows), report.machine(document)
    versions = {"program_version": provenance.program_version(), "model_version": provenance.MODEL_VERSION}
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "measurements.csv": csv_text([{name: row[name] for name in report.COLUMNS} for row in rows]),
        "goals.csv": csv_text([goal.row() for goal in found]),
        "made_with.json": json.dumps({"made_with": COMMAND, "machine": told, **versions}, indent=2) + "\n",
    }
    files = [folder / name for name in tables]
    for file, text in zip(files, tables.values(), strict=True):
        write_whole(file, text)
    note = f"aiplan {versions['program_version']}, model {versions['model_version']}; {told}; {COMMAND}"
    for sheet in figures.sheets(rows, note):
        files += sheet.save(folder, svg=False)
    if readme is not None:
        before = readme.read_text(encoding="utf-8")
        after = report.replaced(before, report.block(found, told, COMMAND))
        if after != before:
            write_whole(readme, after)
            files.append(readme)
    return files


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="source", type=Path, help="a file of pytest-benchmark instead of measuring")
    parser.add_argument("--keep", type=Path, help="where to keep what pytest-benchmark measured")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see whether it works; not for the README")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write into")
    chosen, others = parser.parse_known_args(arguments)
    if chosen.source:
        document = json.loads(chosen.source.read_text(encoding="utf-8"))
    else:
        document = measured([*others, *["--quick"] * chosen.quick])
    if chosen.keep:
        write_whole(chosen.keep, json.dumps(document))
    readme = Path("README.md") if chosen.out == FOLDER and not chosen.quick else None
    for file in write(document, chosen.out, readme):
        sys.stdout.write(f"written: {file}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

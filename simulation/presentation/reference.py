"""Reference figures, scoreboards and the verdict in the README, refreshed from stored results.

Three commands make what is committed under ``results/reference/``::

    uv run aiplan run plan_baseline --out results/runs/reference
    uv run aiplan run historical_actual --out results/runs/historical
    uv run python -m simulation.presentation.reference results/runs/reference results/runs/historical

The last draws the figures named in ``FIGURES`` with their data, copies the target table, sets the scoreboard against
the published rows, writes ``made_with.json`` (the commands and versions) and replaces the block between the two markers
of the README by the verdict of the first result.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

from simulation.analysis.scoreboard import scoreboard
from simulation.analysis.targets import WEAKNESS, targets_table
from simulation.errors import UsageError
from simulation.presentation.figures import plot_result
from simulation.presentation.wording import share_text
from simulation.results.result import Result
from simulation.results.text import csv_text

FIGURES = ("overview", "core")
START = "<!-- verdict: written by simulation.presentation.reference, do not edit -->"
END = "<!-- end of verdict -->"
KEPT = ("command", "program_version", "model_version", "data_version", "seed", "scale", "until", "replicates")


def refresh(folders: list[Path], root: Path) -> list[Path]:
    """Write the reference files of results, and the README's block from the first.

    Parameters
    ----------
    folders : list of Path
        Result folders; the first scenario of each names its reference.
    root : Path
        Top of the repository: holds ``README.md`` and ``results/reference/``.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    UsageError
        When the README has no markers.
    """
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8")
    if START not in text or END not in text:
        raise UsageError(f"{readme.name} has no block between {START!r} and {END!r}")
    results = [Result(folder) for folder in folders]
    paths = [path for result in results for path in _keep(result, root)]
    block = verdict_block(results[0], targets_table(results[0].dataset), paths[0].relative_to(root).as_posix())
    before, after = text.split(START)[0], text.split(END)[1]
    readme.write_text(f"{before}{START}\n{block}{END}{after}", encoding="utf-8", newline="\n")
    return [*paths, readme]


def _keep(result: Result, root: Path) -> list[Path]:
    target = root / "results" / "reference" / result.scenarios[0].replace(":", "_")
    paths = plot_result(result, target, FIGURES)
    for name, content in (
        ("targets.csv", csv_text(targets_table(result.dataset))),
        ("scoreboard.csv", csv_text(scoreboard(result.dataset))),
        ("made_with.json", json.dumps(_made_with(result), indent=2, ensure_ascii=False) + "\n"),
    ):
        paths.append(target / name)
        paths[-1].write_text(content, encoding="utf-8", newline="\n")
    return paths


def verdict_block(result: Result, rows: list[dict[str, Any]], figure: str) -> str:
    """The README's figure and table: a row for each target, a column for each scope."""
    first = result.scenarios[0]
    rows = [row for row in rows if row["scenario"] == first]
    runs = max(int(row["runs"]) for row in rows)
    title = result.manifest["scenario_titles"][first]["en"]
    lines = [
        f"![{title}: six panels and the share of runs above each target]({figure})",
        "",
        f"{title}, {runs} runs: share of runs above the target (90 % interval of that share). "
        f"Version {result.manifest['program_version']}, model {result.manifest['model_version']}, "
        f"scale {result.manifest['scale']:g}, seed {result.manifest['seed']}.",
        "",
    ]
    for indicator, scopes in (("core", ("A", "B", "I", "N")), ("related", ("R1", "R2", "R3", "I"))):
        lines += [f"| {indicator} industry | " + " | ".join(f"scope {scope}" for scope in scopes) + " |"]
        lines += ["| --- |" + " ---: |" * len(scopes)]
        for year in sorted({row["year"] for row in rows}):
            cells = {row["scope"]: row for row in rows if (row["indicator"], row["year"]) == (indicator, year)}
            threshold = next(iter(cells.values()))["threshold"]
            shown = (_cell(cells[scope]) if scope in cells else "" for scope in scopes)
            lines.append(f"| {year}: more than {threshold:,.0f} bn CNY | " + " | ".join(shown) + " |")
        lines.append("")
    lines += [f"Related industry is {WEAKNESS}.", ""]
    return "\n".join(lines)


def _cell(row: dict[str, Any]) -> str:
    if math.isnan(row["probability"]):
        return ""
    low, high = (round(100 * row[bound]) for bound in ("low", "high"))
    return f"{share_text(row['probability'], 'en')} ({low}–{high})"


def _made_with(result: Result) -> dict[str, Any]:
    second = f"uv run python -m simulation.presentation.reference {result.folder.as_posix()}"
    return {"made_with": ["uv run " + str(result.manifest["command"]), second]} | {
        name: result.manifest[name] for name in KEPT if name != "command"
    }


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit("usage: python -m simulation.presentation.reference RESULT [RESULT...]")
    refresh([Path(argument) for argument in sys.argv[1:]], Path.cwd())

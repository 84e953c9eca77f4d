"""The verb ``milestones``: impulse tests, one-off shocks and patterns, each as a check with its result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli.output import Json, message, progress_bar, show_json, show_table
from simulation.cli.running import FAILED_RUNS, Jobs, warn_of_posterior

if TYPE_CHECKING:
    from simulation.analysis.milestones.study import Milestones

FOLDER = Path("results/milestones")
TABLE, MADE_WITH = "checks.csv", "made_with.json"
SHOWN = ("id", "value", "q05", "q95", "low", "high", "unit", "share", "result")
TITLES = {
    "impulse": "Episodes that were seen",
    "response": "One-off shocks of single drivers in a neutral world",
    "pattern": "Patterns",
}


def milestones(
    runs: Annotated[int, typer.Option(min=1, help="Runs of each world.")] = 100,
    scale: Annotated[float, typer.Option(help="Share of small firms and people simulated, up to 1.")] = 0.1,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the ensemble.")] = 1,
    jobs: Jobs = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where table and figures go.")] = FOLDER,
    store: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep the runs there, and continue those found.", show_default="nowhere"),
    ] = None,
    figures: Annotated[bool, typer.Option(help="Draw the figures.")] = True,
    json: Json = False,
) -> None:
    """Check episodes and patterns that were seen against the model, each with its bound, result and caveat."""
    from simulation.analysis.milestones.study import run_milestones
    from simulation.results.text import csv_text, json_text, write_whole

    warn_of_posterior()
    try:
        with progress_bar("runs") as progress:
            found = run_milestones(runs, scale, seed, jobs, progress, store)
    except KeyboardInterrupt:
        message("stopped; with --store the runs that are finished are kept, and the same command continues")
        raise typer.Exit(1) from None
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / TABLE, csv_text(found.rows))
    write_whole(out / MADE_WITH, json_text(found.made_with) + "\n")
    files = [out / TABLE, out / MADE_WITH, *(_draw(found, out) if figures else [])]
    _tell(found, files, json)
    if found.made_with["failed"]:
        raise typer.Exit(FAILED_RUNS)


def _draw(found: Milestones, out: Path) -> list[Path]:
    from simulation.presentation.milestones import figures

    message("drawing figures")
    return [path for sheet in figures(found) for path in sheet.save(out, svg=False)]


def _tell(found: Milestones, files: list[Path], json: bool) -> None:
    if json:
        show_json(
            {
                "checks": found.rows,
                "counts": found.counts(),
                "made_with": found.made_with,
                "files": [path.as_posix() for path in files],
            }
        )
        return
    for kind, counts in found.counts().items():
        rows = [_short(row) for row in found.rows if row["kind"] == kind]
        show_table(rows, SHOWN, title=TITLES[kind])
        typer.echo(", ".join(f"{result}: {count}" for result, count in counts.items()) + "\n")
    for row in found.rows:
        if row["result"] != "agrees":
            why = f" ({row['caveat']})" if row["caveat"] else ""
            typer.echo(f"{row['result']}: {row['id']}: {row['seen']}{why}")
    typer.echo(f"Files: {_listed(files)}")


def _listed(files: list[Path]) -> str:
    """Folder of the files and how many they are."""
    return f"{files[0].parent} ({', '.join(path.name for path in files if path.suffix in ('.csv', '.png'))})"


def _short(row: dict[str, Any]) -> dict[str, Any]:
    """Numbers to three digits, whole ones from 100 on; shares in percent."""
    numbers = {name: row[name] for name in ("value", "q05", "q95", "low", "high") if row[name] == row[name]}
    texts = {name: f"{value:.0f}" if abs(value) >= 99.5 else f"{value:.3g}" for name, value in numbers.items()}
    share = "-" if row["share"] != row["share"] else f"{100 * row['share']:.0f}%"
    return {**row, **texts, "share": share}

"""The verb ``calibrate``: design, emulator, identifiability, posterior."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli.output import Json, message, progress_bar, show_json, show_table
from simulation.cli.running import Jobs
from simulation.cli.sweeping import Cluster, executor
from simulation.errors import UsageError

if TYPE_CHECKING:
    from simulation.calibration.calibrate import Calibration
    from simulation.calibration.design import Design, Specification

RUNS = Path("results/runs/calibration")
TABLES = Path("results/calibration")


def calibrate(
    points: Annotated[int, typer.Option(help="Points of the conditional design, a power of two.")] = 4096,
    unconditional: Annotated[
        int, typer.Option(help="Points of the unconditional design of each origin; 0 leaves them out.")
    ] = 2048,
    repeated: Annotated[int, typer.Option(min=0, help="Points that are run again, for the variance of chance.")] = 256,
    repeats: Annotated[int, typer.Option(min=1, help="Further runs of each of them.")] = 4,
    scale: Annotated[float, typer.Option(help="Share of small firms and people simulated.")] = 0.05,
    jobs: Jobs = None,
    cluster: Cluster = None,
    runs: Annotated[Path, typer.Option(metavar="DIR", help="Simulated runs; those found there are kept.")] = RUNS,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Tables and figures for reading.")] = TABLES,
    package: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Posteriors and forecasts for the program.  [default: inputs/tables]",
            show_default=False,
        ),
    ] = None,
    only_simulate: Annotated[bool, typer.Option("--only-simulate", help="Simulate the designs and stop.")] = False,
    every_vintage: Annotated[
        bool, typer.Option("--every-vintage", help="Write the posterior of every origin, not the final one alone.")
    ] = False,
    freeze: Annotated[
        str, typer.Option(metavar="DATE", help="Write the forecast of this day to results/forecasts, once for all.")
    ] = "",
    figures: Annotated[bool, typer.Option(help="Draw the figures.")] = True,
    json: Json = False,
) -> None:
    """Fit the parameters to what was published: simulate one design, weigh it, write posterior, forecasts, tables."""
    from simulation.calibration.design import CONDITIONAL, KINDS, Specification

    day = _day(freeze)
    wanted = [Specification(CONDITIONAL, points, repeated, repeats if repeated else 0, scale)]
    if unconditional:
        wanted += [Specification(kind, unconditional, scale=scale) for kind in KINDS if kind != CONDITIONAL]
    designs = {}
    try:
        for each in wanted:
            message(f"design {each.kind}: {each.runs} runs")
            with executor(cluster, jobs) as chosen, progress_bar("runs") as progress:
                designs[each.kind] = _simulated(each, runs, jobs, progress, chosen)
    except KeyboardInterrupt:
        message("stopped; finished runs are kept, and the same command continues")
        raise typer.Exit(1) from None
    if only_simulate:
        typer.echo(f"Designs: {runs}")
        return
    told = _products(wanted, designs, out, package, every_vintage, figures, day)
    if json:
        show_json(told)
        return
    show_table(told["identifiability"], title="Identifiability on synthetic truths, parameters that stay")
    show_table(told["parameters"], title="Posterior: 90 % intervals, width relative to the prior")
    typer.echo(f"{told['fitted_parameters']} parameters fitted to {told['fitted_rows']} published rows")
    for file in told["files"]:
        typer.echo(file)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--freeze {text!r} is no date; a date reads 2026-01-31") from None


def _simulated(each: Any, runs: Path, jobs: int | None, progress: Any, chosen: Any) -> Design:
    from simulation.calibration.design import simulate_design

    return simulate_design(each, runs / each.kind, jobs, progress, executor=chosen, warn=message)


def _products(
    asked: list[Specification],
    held: dict[str, Design],
    out: Path,
    package: Path | None,
    every_vintage: bool,
    figures: bool,
    day: date | None,
) -> dict[str, Any]:
    """Emulate, settle the fitted set, write everything that rests on it; what the verb tells."""
    from simulation.calibration import calibrate as steps
    from simulation.calibration import freezing, products
    from simulation.calibration.design import CONDITIONAL, ORIGINS, Specification
    from simulation.calibration.report import design_rows, tables, write_package
    from simulation.inputs.reading import TABLES as SHIPPED

    if day is not None:
        freezing.refuse_existing(day)
    message("fitting the emulator and testing on synthetic truths")
    designs = products.Designs(held)
    emulated = designs.emulated(CONDITIONAL, ORIGINS[0])
    sampled = Specification(CONDITIONAL, 1).factors()
    made, recovery, rounds = steps.prepare(held[CONDITIONAL], sampled, emulated=emulated)
    message("weighing the vintages")
    found = tables(made, recovery, rounds)
    message("forecasting from every origin")
    found.rows["designs"] = design_rows(asked, held)
    found.rows["targets_by_vintage"] = products.target_rows(made, designs)
    files = found.write(out)
    if figures:
        files += _draw(found.rows, out)
    chosen = steps.vintages() if every_vintage else steps.vintages()[-1:]
    files += write_package(made, chosen, designs, found, package or SHIPPED)
    if day is not None:
        final = [row for row in found.rows["targets_by_vintage"] if row["vintage"] == steps.FINAL]
        frozen = products.frozen_rows(made, designs)
        files += freezing.freeze(day, frozen, final)
        if figures:
            files += _draw_frozen(frozen, final, found.rows["designs"], day, out)
    return _told(made, found.rows, files)


def _told(made: Calibration, rows: dict[str, list[dict[str, Any]]], files: list[Path]) -> dict[str, Any]:
    last = max(row["round"] for row in rows["identifiability"])
    final = rows["vintages"][-1]
    return {
        "fitted_parameters": final["fitted_parameters"],
        "fitted_rows": final["fitted_rows"],
        "identifiability": [row for row in rows["identifiability"] if row["round"] == last],
        "parameters": [
            {key: row[key] for key in ("parameter", "prior_low", "prior_high", "low", "median", "high", "width")}
            for row in rows["parameters"]
            if row["vintage"] == final["vintage"] and row["fitted"]
        ],
        "files": [file.as_posix() for file in files],
    }


def _draw(rows: dict[str, list[dict[str, Any]]], out: Path) -> list[Path]:
    from simulation.calibration.identifiability import WIDEST
    from simulation.presentation import fit, vintages
    from simulation.presentation.calibration import figure

    final = rows["vintages"][-1]
    parameters = [row for row in rows["parameters"] if row["vintage"] == final["vintage"]]
    files = figure(parameters, rows["identifiability"], final["fitted_rows"], WIDEST).save(out, svg=False)
    files += fit.fit_figure(rows["fit"], rows["designs"]).save(out, svg=False)
    files += fit.shares_figure(rows["uncertainty"], rows["designs"]).save(out, svg=False)
    if rows["targets_by_vintage"]:
        files += vintages.figure(rows["targets_by_vintage"], rows["designs"]).save(out, svg=False)
    return files


def _draw_frozen(
    frozen: list[dict[str, Any]], targets: list[dict[str, Any]], designs: list[dict[str, Any]], day: date, out: Path
) -> list[Path]:
    from simulation.presentation.frozen import figure

    return figure(frozen, targets, designs, day).save(out, svg=False)

"""Verbs on experiments: ``sweep``, ``status``, ``sensitivity`` and ``compare``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli.output import FigureLanguage, Json, Language, message, progress_bar, show_json, show_table
from simulation.cli.running import (
    FAILED_RUNS,
    Cluster,
    Jobs,
    Replicates,
    Scale,
    Seed,
    Set,
    Until,
    executor,
    tell_failures,
)

if TYPE_CHECKING:
    from simulation.analysis.swept import Swept
    from simulation.experiments.experiment import Experiment

DirectoryOut = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Result folder.  [default: results/runs/...]", show_default=False),
]


def sweep(
    context: typer.Context,
    experiment: Annotated[str, typer.Argument(help="An experiment file, or its id in scenarios/experiments.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell runs, time and disk; run nothing.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the result folder where it stopped.")] = False,
    jobs: Jobs = None,
    cluster: Cluster = None,
    out: DirectoryOut = None,
    point: Annotated[
        int | None, typer.Option(min=1, help="Run this design point alone, to repeat a failed run.", show_default=False)
    ] = None,
    first_replicate: Annotated[int, typer.Option(min=0, help="Replicate of that point.")] = 0,
    json: Json = False,
) -> None:
    """Run every point of an experiment; what is stored survives any interruption."""
    from simulation.experiments.experiment import load_experiment
    from simulation.experiments.sweep import run_sweep
    from simulation.results.provenance import command_line

    loaded = load_experiment(experiment)
    if dry_run:
        _forecast(loaded, jobs, json)
        return
    try:
        with executor(cluster, jobs) as chosen, progress_bar("runs") as progress:
            result = run_sweep(
                loaded, jobs, out, resume, progress, point=point, first_replicate=first_replicate,
                command=command_line(context.obj), executor=chosen,
            )  # fmt: skip
    except KeyboardInterrupt:
        message("stopped; finished runs are kept, and the same command with --resume and the folder as --out continues")
        raise typer.Exit(1) from None
    for failure in result.failures[:5]:
        message(f"failed: point {failure['parameter_set']}: {failure['error']}\n  repeat: {failure['repeat']}")
    told = {"result": result.folder.as_posix(), **result.manifest["status"], "runs": loaded.size}
    if json:
        show_json(told)
    else:
        typer.echo(f"Result: {result.folder} ({told['done']} of {loaded.size} runs, {told['failed']} failed)")
    if result.failures:
        raise typer.Exit(FAILED_RUNS)


def _forecast(experiment: Experiment, jobs: int | None, json: bool) -> None:
    """Runs, time and disk, from one run of the first point."""
    from simulation.experiments.executors import cores
    from simulation.experiments.factors import applied
    from simulation.experiments.sweep import bytes_a_run, make_sweep
    from simulation.experiments.work import simulate

    plan = make_sweep(experiment)
    message("timing one run of the first point")
    inputs = applied(plan.effective[plan.scenarios[0].id, 0], plan.factors, plan.points[1])
    simulate(inputs, plan.seed, 0, plan.scale)  # the first run compiles
    started = time.perf_counter()
    simulate(inputs, plan.seed, 0, plan.scale)
    seconds = time.perf_counter() - started
    workers = jobs or cores()
    told: dict[str, Any] = {
        "scenarios": len(plan.scenarios), "factors": len(plan.factors), "points": len(plan.points),
        "replicates": experiment.replicates, "runs": experiment.size, "seconds_a_run": round(seconds, 3),
        "workers": workers, "minutes": round(experiment.size * seconds / workers / 60.0, 2),
        "megabytes": round(2.0 * experiment.size * bytes_a_run(len(plan.quarters)) / 1e6, 1),
    }  # fmt: skip
    if json:
        show_json(told)
    else:
        show_table([{"what": name.replace("_", " "), "value": value} for name, value in told.items()])


def status(
    folder: Annotated[Path, typer.Argument(help="Result folder of a sweep or a run, finished or not.")],
    json: Json = False,
) -> None:
    """How many runs of a result folder are done, failed and pending, and why they failed."""
    from simulation.experiments.sweep import status as status_of
    from simulation.results.result import Result

    told = status_of(folder)
    if json:
        show_json(told)
        return
    show_table([told])
    for failure in Result(folder).failures[:5]:
        typer.echo(f"failed: {failure['error']}\n  repeat: {failure['repeat']}")


def sensitivity(
    folder: Annotated[Path, typer.Argument(help="Result folder of a sweep.")],
    outcome: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Outcome of the experiment; all by default.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Factors shown in the table; the files hold all.")] = 20,
    figures: Annotated[bool, typer.Option(help="Draw the figures.")] = True,
    language: FigureLanguage = Language.EN,
    json: Json = False,
) -> None:
    """Which factors drive the outcomes of a sweep, and how much is chance; for a grid or table its responses."""
    from simulation.analysis.chance import told
    from simulation.analysis.swept import Swept

    swept = Swept(folder)
    if not swept.is_sample:
        _show_response(swept, tuple(outcome or ()), json)
        return
    tables = {chosen.name: swept.sensitivity(chosen) for chosen in swept.outcomes(tuple(outcome or ()))}
    facts = [swept.summary(chosen) for chosen in swept.outcomes(tuple(outcome or ()))]
    files = _sensitivity_files(swept, tables, figures, language)
    if json:
        rows = [{"outcome": name, **row} for name, table in tables.items() for row in table]
        show_json({"result": Path(folder).as_posix(), "outcomes": facts, "sensitivity": rows, "files": files})
        return
    for fact, (name, table) in zip(facts, tables.items(), strict=True):
        title = f"{name}: {fact['points']} points x {fact['replicates']} runs; {told(fact)}"
        show_table(table[:top], title=title)
        typer.echo("")
    if swept.experiment.pairing == "common":
        typer.echo("All points use the same seeds: indices hold for these seeds.")
    for reason, names in _by_reason(swept.experiment.not_applicable).items():
        typer.echo(f"not applicable ({reason}): {', '.join(names)}")
    for file in files:
        typer.echo(file)


def _show_response(swept: Swept, names: tuple[str, ...], json: bool) -> None:
    """The outcomes at every point of a grid or table with their paired differences to the base point."""
    from simulation.results.text import csv_text, write_whole

    tables = {chosen.name: swept.response(chosen) for chosen in swept.outcomes(names)}
    rows = [{"outcome": name, **row} for name, table in tables.items() for row in table]
    path = swept.result.folder / "response.csv"
    write_whole(path, csv_text(rows))
    if json:
        show_json({"result": swept.result.folder.as_posix(), "response": rows, "files": [path.as_posix()]})
        return
    paired = "on the same seeds" if swept.experiment.pairing == "common" else "on seeds of their own"
    for name, table in tables.items():
        title = f"{name}: differences to point {table[0]['base']}, {paired}, with 90 % intervals"
        show_table([{key: value for key, value in row.items() if key != "base"} for row in table], title=title)
        typer.echo("")
    typer.echo(path.as_posix())


def _by_reason(reasons: dict[str, str]) -> dict[str, list[str]]:
    """Names by why they are not varied."""
    found: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        found.setdefault(reason, []).append(name)
    return found


def _sensitivity_files(swept: Any, tables: dict[str, Any], figures: bool, language: str) -> list[str]:
    """Write the tables beside the result, with its size and what does not apply, and its figures."""
    from simulation.results.store import FIGURES
    from simulation.results.text import csv_text, write_whole

    size = {"points": len(swept.experiment.points()), "replicates": swept.experiment.replicates}
    size["scale"] = swept.result.manifest["scale"]
    rows: list[dict[str, Any]] = []
    for name, table in tables.items():
        rows += [{"outcome": name, **row, **size, "note": ""} for row in table]
        empty = dict.fromkeys(table[0], "")
        rows += [
            {"outcome": name, **empty, "factor": factor, **size, "note": f"not applicable: {reason}"}
            for factor, reason in swept.experiment.not_applicable.items()
        ]
    path = swept.result.folder / "sensitivity.csv"
    write_whole(path, csv_text(rows))
    files = [path]
    if figures:
        from simulation.presentation.sensitivity import plot_sensitivity

        message("drawing figures")
        files += plot_sensitivity(swept, swept.result.folder / FIGURES, list(tables), language)
    return [file.as_posix() for file in files]


def compare(
    context: typer.Context,
    scenario: Annotated[list[str], typer.Argument(metavar="BASE OTHER...", help="Scenario ids or files.")],
    outcome: Annotated[
        list[str] | None,
        typer.Option(metavar="VARIABLE:YEAR[:SCOPE]", help="What is compared; repeatable.", show_default=False),
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            help="Run until known to this half-width: 2.5, 1% or 2pp (of target probabilities).", show_default=False
        ),
    ] = None,
    most: Annotated[int, typer.Option(min=2, help="Runs of each scenario at most, with --precision.")] = 2000,
    override: Set = None,
    replicates: Replicates = None,
    seed: Seed = None,
    scale: Scale = None,
    until: Until = None,
    jobs: Jobs = None,
    out: DirectoryOut = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the result folder where it stopped.")] = False,
    json: Json = False,
) -> None:
    """Differences between scenarios, run by run on common random numbers, with the variance that this saves."""
    from simulation import study
    from simulation.analysis.comparison import comparison_table
    from simulation.analysis.precision import Precision, run_until
    from simulation.cli.comparing import outcomes_of, show_comparison
    from simulation.experiments import run_ensemble
    from simulation.results.provenance import command_line
    from simulation.results.text import csv_text, write_whole

    loaded = study.load(*scenario, overrides=override)
    wanted = outcomes_of(outcome, loaded.scenario.effective(until).quarters[-1], loaded.scenarios)
    settings: dict[str, Any] = {
        "replicates": replicates, "seed": seed, "scale": scale, "until": until, "jobs": jobs, "out": out,
        "resume": resume, "level": "core", "parameter_sets": None, "command": command_line(context.obj),
    }  # fmt: skip
    reached = None
    with progress_bar("runs") as progress:
        if precision is None:
            result = run_ensemble(loaded.scenarios, progress=progress, **settings)
        else:
            asked = Precision.parse(precision)
            result, reached = run_until(loaded.scenarios, asked, wanted, most, _tell, progress=progress, **settings)
    rows = comparison_table(result.dataset, wanted)
    write_whole(result.folder / "comparison.csv", csv_text(rows))
    if json:
        show_json({"result": result.folder.as_posix(), "comparison": rows, "reached": reached})
    else:
        show_comparison(rows, reached)
        typer.echo(f"Result: {result.folder}")
    if result.failures:
        tell_failures(result.failures)
        raise typer.Exit(FAILED_RUNS)


def _tell(runs: int, needed: int) -> None:
    message(f"{runs} runs of each scenario; about {needed} are needed")

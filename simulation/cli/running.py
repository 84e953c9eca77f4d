"""The verb ``run``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli.output import FigureLanguage, Json, Language, message, progress_bar, show_json, show_table

if TYPE_CHECKING:
    from simulation.experiments.executors import Executor
    from simulation.study import Study, StudyResult

FAILED_RUNS = 4
PROFILE = "profile.csv"
Scenarios = Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Scenario ids or files.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a value; may be repeated.")]
Replicates = Annotated[int | None, typer.Option(help="Runs of each scenario.  [default: 20]", show_default=False)]
Seed = Annotated[int | None, typer.Option(help="Seed of the ensemble.  [default: 1]", show_default=False)]
Scale = Annotated[
    float | None,
    typer.Option(help="Share of small firms and people simulated, up to 1.  [default: 0.1]", show_default=False),
]
Until = Annotated[
    str | None, typer.Option(metavar="YEAR", help="Last year or quarter.  [default: 2030]", show_default=False)
]
Jobs = Annotated[int | None, typer.Option(min=1, help="Worker processes.  [default: all cores]", show_default=False)]

Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster", metavar="ADDRESS", help="Dask scheduler, tcp://host:8786, or 'local'.", show_default=False
    ),
]


def run(
    context: typer.Context,
    scenario: Scenarios,
    override: Set = None,
    replicates: Replicates = None,
    seed: Seed = None,
    scale: Scale = None,
    until: Until = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Result folder.  [default: results/runs/...]", show_default=False)
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the result folder where it stopped.")] = False,
    profile: Annotated[bool, typer.Option("--profile", help="Print the time of each call and each quarter.")] = False,
    figures: Annotated[bool, typer.Option(help="Draw the figures of the result.")] = True,
    language: FigureLanguage = Language.EN,
    first_replicate: Annotated[
        int, typer.Option(min=0, help="Number of the first run, to repeat one of an ensemble.")
    ] = 0,
    parameter_set: Annotated[
        list[int] | None,
        typer.Option(
            min=0, help="Parameter set, 0 for the central; repeatable.", show_default="one of the posterior a run"
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Run scenarios, store the result and print the target table by scope."""
    from simulation import study
    from simulation.results.provenance import command_line

    loaded = study.load(*scenario, overrides=override)
    for warning in dict.fromkeys(str(text) for each in loaded.scenarios for text in each.warnings):
        message(f"warning: {warning}")
    warn_of_posterior()
    settings: dict[str, Any] = {
        "replicates": replicates,
        "seed": seed,
        "scale": scale,
        "until": until,
        "jobs": jobs,
        "out": out,
        "resume": resume,
        "profile": profile,
        "first_replicate": first_replicate,
        "parameter_sets": tuple(parameter_set) if parameter_set else None,
        "command": command_line(context.obj),
    }
    try:
        with executor(cluster, jobs) as chosen, progress_bar("runs") as progress:
            result = loaded.run(progress=progress, executor=chosen, **settings)
    except KeyboardInterrupt:
        message("stopped; finished runs are kept, and the same command with --resume and the folder as --out continues")
        raise typer.Exit(1) from None
    files = _draw(result, language) if figures else []
    _report(result, files, json)
    if profile:
        _profile(result, loaded)
    if result.failures:
        raise typer.Exit(FAILED_RUNS)


def warn_of_posterior() -> None:
    """Say when the posterior was made for another model or other data."""
    from simulation.inputs.posterior import posterior
    from simulation.results.provenance import posterior_digest

    held = posterior()
    if not held.matches(posterior_digest()):
        message(
            f"warning: posterior {held.vintage} was made for another model or other data; aiplan calibrate renews it"
        )


@contextmanager
def executor(cluster: str | None, jobs: int | None) -> Iterator[Executor | None]:
    """The executor that an option asks for; ``None`` leaves the choice to the number of runs."""
    if cluster is None:
        yield None
        return
    from simulation.experiments.cluster import Cluster as Dask

    with Dask(cluster, jobs) as chosen:
        yield chosen


def _draw(result: StudyResult, language: str) -> list[Path]:
    message("drawing figures")
    return result.plot(language=language)


def _report(result: StudyResult, files: list[Path], json: bool) -> None:
    from simulation.cli.verdict import show_differences, show_verdict

    failures = result.failures
    tell_failures(failures)
    pictures = [path.as_posix() for path in files if path.suffix == ".png"]
    if json:
        show_json(
            {
                "result": result.folder.as_posix(),
                "targets": result.targets(),
                "differences": result.differences(),
                "figures": pictures,
                "failed": len(failures),
            }
        )
        return
    show_verdict(result.targets(), len(failures))
    show_differences(result.differences())
    typer.echo(f"Result: {result.folder}")
    if pictures:
        typer.echo(f"Figures: {Path(pictures[0]).parent} ({len(pictures)} PNG, each with its data as CSV)")


def tell_failures(failures: list[dict[str, Any]]) -> None:
    """Say which runs failed, why, and how to repeat them."""
    for failure in failures:
        name = f"{failure['scenario']}, replicate {failure['replicate']}"
        message(f"failed: {name}: {failure['error']}\n  repeat: {failure['repeat']}")


def _profile(result: StudyResult, loaded: Study) -> None:
    """Times by call and quarter, on standard error: they are about this machine, not about the result."""
    from contextlib import redirect_stdout
    from sys import stderr

    from simulation.analysis.profile import profile
    from simulation.results.text import csv_text, write_whole

    told = [run["profile"] for run in result.runs if run.get("profile")]
    if not told:
        message("no run was made, so there are no times")
        return
    found = profile(told, loaded.scenario.effective(until=result.manifest["until"]))
    write_whole(result.folder / PROFILE, csv_text(found.cells()))
    with redirect_stdout(stderr):
        for title, rows in (("Time by call", found.by_call()), ("Time by quarter", found.by_quarter())):
            show_table([_rounded(row) for row in rows], title=f"{title}, mean of {found.runs} runs")
    message(f"{found.note()}\nEach call in each quarter: {result.folder / PROFILE}")


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    """Times to a hundredth, shares in percent."""
    texts = {key: f"{value:.2f}" for key, value in row.items() if isinstance(value, float) and value == value}
    return {**row, **texts, "share": f"{100 * row['share']:.1f}%"}

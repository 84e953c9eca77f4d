"""Verbs on experiments: ``sweep``, ``status``, ``sensitivity`` and ``compare``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli.output import Json, message, progress_bar, show_json, show_table
from simulation.cli.running import FAILED_RUNS, Jobs

if TYPE_CHECKING:
    from simulation.experiments.executors import Executor
    from simulation.experiments.experiment import Experiment

Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster", metavar="ADDRESS", help="Dask scheduler, tcp://host:8786, or 'local'.", show_default=False
    ),
]
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


@contextmanager
def executor(cluster: str | None, jobs: int | None) -> Iterator[Executor | None]:
    """The executor that an option asks for; ``None`` leaves the choice to the number of runs."""
    if cluster is None:
        yield None
        return
    from simulation.experiments.cluster import Cluster as Dask

    with Dask(cluster, jobs) as chosen:
        yield chosen


def _forecast(experiment: Experiment, jobs: int | None, json: bool) -> None:
    """Runs, time and disk, from one run of the first point."""
    from simulation.experiments.executors import cores
    from simulation.experiments.factors import applied
    from simulation.experiments.sweep import bytes_a_run, make_sweep
    from simulation.experiments.work import simulate

    plan = make_sweep(experiment)
    message("timing one run of the first point")
    inputs = applied(plan.effective[plan.scenarios[0].id, 0], plan.factors, plan.points[1])
    simulate(inputs, plan.seed, 0, plan.scale, level=plan.level)  # the first run compiles
    started = time.perf_counter()
    simulate(inputs, plan.seed, 0, plan.scale, level=plan.level)
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

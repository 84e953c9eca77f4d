"""Verbs on stored results: ``targets`` and ``plot``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli.output import FigureLanguage, Json, Language, message, progress_bar, show_json
from simulation.cli.running import FAILED_RUNS, Jobs, Replicates, Scale, Seed, Set, Until, tell_failures

if TYPE_CHECKING:
    from simulation.study import StudyResult

ALL = "all"


def targets(
    source: Annotated[list[str], typer.Argument(metavar="RESULT|SCENARIO...", help="A result folder, or scenarios.")],
    scope: Annotated[str, typer.Option(help="A, B, I, N, R1, R2, R3; several with commas.")] = ALL,
    override: Set = None,
    replicates: Replicates = None,
    seed: Seed = None,
    scale: Scale = None,
    until: Until = None,
    jobs: Jobs = None,
    json: Json = False,
) -> None:
    """How likely each target of the plan is, by scope.

    Scenarios are run first, unless the same runs are stored already.
    """
    settings: dict[str, Any] = {
        "replicates": replicates,
        "seed": seed,
        "scale": scale,
        "until": until,
        "jobs": jobs,
    }
    from simulation.cli.verdict import show_verdict
    from simulation.errors import UsageError
    from simulation.results.store import MANIFEST

    if len(source) == 1 and (Path(source[0]) / MANIFEST).exists():
        from simulation.study import open_result

        ignored = ["--set"] * bool(override) + [f"--{name}" for name, value in settings.items() if value is not None]
        if ignored:
            raise UsageError(f"{', '.join(ignored)}: {source[0]} is a stored result, of which nothing is run anew")
        result = open_result(source[0])
    else:
        result = _run(source, override, **settings)
    rows = result.targets()
    wanted = {name.strip() for name in scope.split(",")}
    valid = {row["scope"] for row in rows}
    if wanted != {ALL}:
        if not wanted <= valid:
            raise UsageError(
                f"no such scope: {', '.join(sorted(wanted - valid))}; there are {', '.join(sorted(valid))}"
            )
        rows = [row for row in rows if row["scope"] in wanted]
    if json:
        show_json({"result": result.folder.as_posix(), "targets": rows})
    else:
        show_verdict(rows, len(result.failures))
        typer.echo(f"Result: {result.folder}")
    if result.failures:
        tell_failures(result.failures)
        raise typer.Exit(FAILED_RUNS)


def _run(references: list[str], overrides: list[str] | None, **settings: Any) -> StudyResult:
    from simulation.study import load

    study = load(*references, overrides=overrides)
    with progress_bar("runs") as progress:
        return study.run(resume=True, progress=progress, **settings)


def plot(
    result: Annotated[Path, typer.Argument(help="A result folder.")],
    kinds: Annotated[list[str] | None, typer.Argument(metavar="[KIND...]", help="Figures; all by default.")] = None,
    folder: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where the figures go.")] = None,
    language: FigureLanguage = Language.EN,
    svg: Annotated[bool, typer.Option("--svg", help="Write an SVG beside each PNG.")] = False,
    json: Json = False,
) -> None:
    """Draw figures of a stored result, each with its data as CSV."""
    from simulation.study import open_result

    opened = open_result(result)
    message("drawing figures")
    files = opened.plot(*(kinds or ()), folder=folder, language=language, svg=svg)
    if json:
        show_json({"result": opened.folder.as_posix(), "files": [path.as_posix() for path in files]})
        return
    for path in files:
        typer.echo(path.as_posix())

"""The verb ``facts``: stylised facts of firms, funding and diffusion against watched runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli.output import Json, message, progress_bar, show_json, show_table
from simulation.cli.running import FAILED_RUNS, Jobs, warn_of_posterior

if TYPE_CHECKING:
    from simulation.analysis.facts.ensemble import Values
    from simulation.inputs.evidence import Fact
    from simulation.scenario import Scenario

SHOWN = ("id", "group", "certainty", "status", "unit", "low", "high", "value", "q05", "q95", "seeds_passed", "passed",
         "distance")  # fmt: skip


def facts(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Option(
            "--facts",
            metavar="FILE",
            help="Facts in the format of evidence/facts.csv.  [default: the shipped ones]",
            show_default=False,
        ),
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="Number of runs.")] = 200,
    scenario: Annotated[str, typer.Option(help="Scenario id or file.")] = "historical_actual",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the ensemble.")] = 1,
    scale: Annotated[float, typer.Option(help="Share of small firms and people simulated, up to 1.")] = 1.0,
    posterior: Annotated[
        bool, typer.Option("--posterior", help="A parameter set of the posterior for each run, not the central one.")
    ] = False,
    jobs: Jobs = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for table and figure, written anew.", show_default=False),
    ] = None,
    statistics: Annotated[bool, typer.Option("--statistics", help="List the known statistics and stop.")] = False,
    json: Json = False,
) -> None:
    """Compute what studies have found on firms, deals and adopters on simulated data, as the studies did."""
    if statistics:
        _list_statistics(json)
        return
    from simulation.analysis.facts.score import scoreboard, summary, wanted
    from simulation.inputs import evidence
    from simulation.inputs.facts import read_facts
    from simulation.results.provenance import command_line
    from simulation.scenario.draws import CENTRAL_SET
    from simulation.study import load

    chosen = read_facts(file) if file is not None else evidence.facts()
    study = load(scenario)
    for warning in dict.fromkeys(str(text) for text in study.scenario.warnings):
        message(f"warning: {warning}")
    warn_of_posterior()
    if out is not None:
        _make(out)
    sets = None if posterior else (CENTRAL_SET,)
    values = _measured(study.scenario, wanted(chosen), chosen, runs=runs, seed=seed, scale=scale, sets=sets, jobs=jobs)
    rows = scoreboard(chosen, values)
    told = summary(rows)
    settings = {"scenario": study.scenario.id, "runs": values.runs, "scale": scale, "seed": seed}
    settings["parameters"] = "a posterior set each" if posterior else "the central set"
    files = _write(rows, told, settings, out, command_line(context.obj)) if out is not None else []
    if json:
        show_json(rows)
    else:
        _show(rows, told, files)
    if values.failed:
        raise typer.Exit(FAILED_RUNS)


def _make(out: Path) -> None:
    """Make the folder, so that a place that cannot be written is told before the runs and not after them."""
    from simulation.errors import StoreConflict

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreConflict(f"cannot write into {out}: {error.strerror}") from error


def _measured(scenario: Scenario, names: tuple[str, ...], chosen: tuple[Fact, ...], **settings: Any) -> Values:
    from simulation.analysis.facts.ensemble import Values, measure

    if not names:
        message(f"no statistic is known for any of {len(chosen)} facts: nothing is run")
        return Values({}, {}, 0, 0)
    try:
        with progress_bar("runs") as progress:
            return measure(scenario, names, progress=progress, warn=message, **settings)
    except KeyboardInterrupt:
        message("stopped; nothing is written")
        raise typer.Exit(1) from None


def _write(
    rows: list[dict[str, Any]], told: dict[str, Any], settings: dict[str, Any], out: Path, command: str
) -> list[Path]:
    from simulation.presentation.facts import write
    from simulation.results import provenance

    made_with = {
        "made_with": f"uv run {command}",
        "program_version": provenance.program_version(),
        "model_version": provenance.MODEL_VERSION,
        "data_version": provenance.data_version(),
        **settings,
    }
    return write(rows, told, {**settings, "model": provenance.MODEL_VERSION}, out, made_with)


def _show(rows: list[dict[str, Any]], told: dict[str, Any], files: list[Path]) -> None:
    computed = [row for row in rows if row["value"] is not None]
    if computed:
        show_table(computed, SHOWN, title="Stylised facts: interval of the source, median and 90 % of the runs")
    for row in rows:
        if row["value"] is None:
            typer.echo(f"{row['id']}: {row['status']} ({row['how_measured']}): {row['statistic']}")
    typer.echo(
        f"Grade A, not fitted: {told['grade_a_passed']} of {told['grade_a']} passed"
        + (f" ({100.0 * told['grade_a_share']:.0f} %)" if told["grade_a"] else "")
        + f"; {told['grade_a_informed']} of them stand among the sources of a parameter, of which "
        f"{told['grade_a_informed_passed']} passed"
    )
    typer.echo(
        f"Grade B: median of {told['grade_b_inside']} of {told['grade_b']} inside; grade C: sign right for "
        f"{told['grade_c_right']} of {told['grade_c']}; fitted and not counted: {told['fitted']}"
    )
    for path in files:
        typer.echo(path.as_posix())


def _list_statistics(json: bool) -> None:
    from simulation.analysis.facts.catalogue import known

    rows = [{"name": each.name, "fact": each.fact, "unit": each.unit, "how": each.how} for each in known()]
    if json:
        show_json(rows)
    else:
        show_table(rows, title="Known statistics; a file of facts names one in its column 'statistic'")

"""The verb ``hindcast``: forecasts from earlier origins against what was published later."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from simulation.cli.output import FigureLanguage, Json, Language, message, show_json, show_table

OUT = Path("results/hindcast")
SHOWN = (
    "series", "scope", "information", "drivers", "model", "crps", "crps_relative", "coverage_50", "coverage_80",
    "coverage_90", "bias_log", "error_log", "rank", "cases", "distinct_observations",
)  # fmt: skip
DIGITS = 3


def hindcast(
    observations: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Score these later figures (evidence format) in place of the package's."),
    ] = None,
    origin: Annotated[
        list[int] | None,
        typer.Option(help="Forecasts are made at its end; repeatable.  [default: 2019 to 2022]"),
    ] = None,
    series: Annotated[list[str] | None, typer.Option(help="Series; repeatable.  [default: all]")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Tables and figures.")] = OUT,
    figures: Annotated[bool, typer.Option(help="Draw the figures.")] = True,
    language: FigureLanguage = Language.EN,
    json: Json = False,
) -> None:
    """How good were forecasts from earlier years: the model against simple rivals, scored by later figures.

    Nothing is simulated or fitted to what is scored. Rivals see only what their origin knew.
    """
    from simulation.analysis.hindcast.cases import hindcast as cases_of
    from simulation.analysis.hindcast.claims import claims_table
    from simulation.analysis.hindcast.summary import summary
    from simulation.errors import UsageError
    from simulation.inputs.forecasts import forecasts

    origins, names = _chosen(origin, series)
    if not forecasts():
        message("no forecasts of the model are stored: rivals alone are shown")
    later = _later(observations)
    cases = cases_of(origins, names, later)
    if not cases:
        raise UsageError("there is no figure to score after these origins")
    averages = summary(cases)
    # Claims are by the whole hindcast: a part of it, or later figures, decides none.
    whole = observations is None and origin is None and series is None
    claims = claims_table(cases) if whole else []
    files = _write(out, cases, averages, claims)
    if figures:
        files += _draw(out, averages, later, origins, language)
    if json:
        show_json(cases)
        return
    shown = [row for row in averages if row["cases"]]
    show_table(_rounded(shown), SHOWN, "Scores; crps relative: above 1 the model was better on shared cases")
    _tell_rest(cases, averages)
    if claims:
        show_table(claims, ("indicator", "scope", "claim", "reason"), "What may be claimed")
    for file in files:
        typer.echo(file.as_posix())


def _chosen(origins: list[int] | None, series: list[str] | None) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Origins and series as asked for; ``UsageError`` for those that there are not."""
    from simulation.analysis.hindcast.information import ORIGINS
    from simulation.calibration.design import ORIGINS as POSSIBLE
    from simulation.errors import UsageError
    from simulation.inputs.forecasts import UNITS

    wrong = [str(year) for year in origins or () if year not in POSSIBLE]
    if wrong:
        raise UsageError(f"no such origin: {', '.join(wrong)}; there are {', '.join(map(str, POSSIBLE))}")
    unknown = [name for name in series or () if name not in UNITS]
    if unknown:
        raise UsageError(f"no such series: {', '.join(unknown)}; there are {', '.join(UNITS)}")
    return tuple(dict.fromkeys(origins or ORIGINS)), tuple(dict.fromkeys(series or UNITS))


def _later(path: Path | None) -> Any:
    """Figures of a file, with a message for each row that is compared with nothing; ``None`` without a file."""
    if path is None:
        return None
    from simulation.inputs.observation_files import read_later_figures

    found = read_later_figures(path)
    for text in found.left_out:
        message(f"left out {text}")
    message(f"{len(found.rows)} figures of {path} are scored; no forecast is changed by them")
    return found.rows


def _rounded(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {key: float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value for key, value in row.items()}
        for row in rows
    ]


def _tell_rest(cases: list[dict[str, Any]], averages: list[dict[str, Any]]) -> None:
    """Rivals that could not be estimated, and floors, which are shown and not scored."""
    none: dict[tuple[str, str, str, str], str] = {}
    for row in averages:
        if not row["cases"] and row["not_estimable"]:
            none.setdefault((row["series"], row["scope"], row["information"], row["model"]), row["reason"])
    if none:
        names = ("series", "scope", "information", "model")
        rows = [
            {**dict(zip(names, key, strict=True)), "status": "not estimable", "reason": reason}
            for key, reason in none.items()
        ]
        show_table(rows, title="Without any forecast (first reason)")
    floors = sorted({f"{row['series']} {row['scope']} {row['date']}" for row in cases if row["status"] == "floor"})
    if floors:
        typer.echo(f"Lower bounds, shown in cases.csv and not scored: {'; '.join(floors)}")


def _write(
    out: Path, cases: list[dict[str, Any]], averages: list[dict[str, Any]], claims: list[dict[str, Any]]
) -> list[Path]:
    from simulation.analysis.hindcast.cases import SCORED
    from simulation.analysis.hindcast.summary import by_horizon
    from simulation.errors import StoreConflict
    from simulation.results.text import csv_text, write_whole

    scored = [case for case in cases if case["status"] == SCORED]
    tables = {"cases": cases, "scores": scored, "summary": averages, "horizons": by_horizon(cases)}
    tables |= {"claims": claims} if claims else {}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, rows in tables.items():
            write_whole(out / f"{name}.csv", csv_text(rows))
    except OSError as error:
        raise StoreConflict(f"cannot write tables into {out}: {error.strerror}") from error
    return [out / f"{name}.csv" for name in tables]


def _draw(out: Path, averages: list[dict[str, Any]], later: Any, origins: tuple[int, ...], language: str) -> list[Path]:
    from simulation.inputs.evidence import calibration_rows
    from simulation.presentation.hindcast import sheets

    figures = (*calibration_rows(), *(later or ()))
    return [file for sheet in sheets(averages, figures, language, origins) for file in sheet.save(out, svg=False)]

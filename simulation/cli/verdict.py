"""The target table as people read it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import typer

from simulation.cli.output import Row, show_table
from simulation.inputs.claims import PROJECTION
from simulation.inputs.shares import PARTS

NOTE_EXTRAPOLATED = "x"
NOTE_WEAK = "w"
NOTE_PROJECTION = "p"


def show_verdict(rows: Sequence[Row], failed: int = 0) -> None:
    """Print the target table with its notes.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of :func:`simulation.analysis.targets.targets_table`.
    failed : int
        Runs that are missing from it.
    """
    several = len({row["scenario"] for row in rows}) > 1
    shown = [_line(row, several) for row in rows]
    show_table(shown, title=_title(rows))
    typer.echo("Above: bn CNY a year at current prices. Share of the runs that get there, with its 90 % interval;")
    typer.echo("median of the runs, its margin over the target, and the first year half of the runs are above it.")
    for note, text in (
        (NOTE_EXTRAPOLATED, "scope extrapolated: its publisher has not reported so far"),
        (NOTE_WEAK, "weakly identified: one published observation (iResearch 2020), otherwise targets and forecasts"),
        (
            NOTE_PROJECTION,
            "projection: the hindcast of this scope allows it, to three years ahead (aiplan hindcast)",
        ),
    ):
        if any(note in line["scope"].partition(" ")[2] for line in shown):
            typer.echo(f"{note}: {text}.")
    if any("spread" in line for line in shown):
        typer.echo("spread: percent of the variance over runs from chance / fitted parameters / priors of the others /")
        typer.echo("scope factor, as the calibration found it on historical_actual.")
    marked = "Without p exploratory" if any(row.get("claim") == PROJECTION for row in rows) else "Exploratory"
    typer.echo(f"{marked}: model results under the scenario's assumptions, no forecast (see the model description).")
    if failed:
        typer.echo(f"{failed} runs failed and are left out.")


def show_differences(rows: Sequence[Row]) -> None:
    """Print how the further scenarios differ from the first; nothing where there is one alone.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of :func:`simulation.analysis.differences.differences_table`.
    """
    if not rows:
        return
    typer.echo("")
    shown = [
        {
            "scenario": str(row["scenario"]),
            "variable": str(row["variable"]),
            "year": str(row["year"]),
            "unit": str(row["unit"]),
            "base": _amount(row["base_median"]),
            "difference": _amount(row["difference"], sign="+"),
            "error": _amount(row["error"]),
            "relative": "-" if _missing(row["relative"]) else f"{100 * row['relative']:+.1f}%",
        }
        for row in rows
    ]
    show_table(shown, title=f"Differences to {rows[0]['base']}, run by run on the same random numbers")
    typer.echo(
        "base: median of its runs; difference: mean over the pairs of runs; error: Monte Carlo standard error of"
    )
    typer.echo("that mean; relative: difference over base. Flows (bn_cny) a year, the rest at year end.")


def _amount(value: float | None, sign: str = "") -> str:
    """A number with about three figures; an error of a few units needs its decimals."""
    if value is None or _missing(value):
        return "-"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2
    return f"{value:{sign},.{digits}f}"


def _title(rows: Sequence[Row]) -> str:
    names = ", ".join(dict.fromkeys(str(row["scenario"]) for row in rows))
    return f"Targets of the plan: {names}"


def _line(row: Row, several: bool) -> dict[str, str]:
    line = {"scenario": str(row["scenario"])} if several else {}
    notes = NOTE_EXTRAPOLATED * bool(row["extrapolated"]) + NOTE_WEAK * bool(row.get("flag"))
    notes += NOTE_PROJECTION * (row.get("claim") == PROJECTION)
    line |= {
        "target": f"{row['indicator']} {row['year']}",
        "scope": f"{row['scope']} {notes}".rstrip(),
        "above": f"{row['threshold']:,.0f}",
        "runs": str(row["runs"]),
        "share": _percent(row["probability"]),
        "interval": "-" if _missing(row["low"]) else f"{_percent(row['low'])} to {_percent(row['high'])}",
        "median": "-" if _missing(row["median"]) else f"{row['median']:,.0f}",
        "margin": "-" if _missing(row["margin"]) else f"{100 * row['margin']:+.0f}%",
        "reached": "-" if _missing(row["year_reached"]) else f"{row['year_reached']:.0f}",
    }
    shares = [row.get(f"share_{part}") for part in PARTS]
    return line if all(map(_missing, shares)) else line | {"spread": " / ".join(map(_percent_alone, shares))}


def _percent_alone(value: float | None) -> str:
    return _percent(value).removesuffix("%")


def _percent(value: float | None) -> str:
    return "-" if _missing(value) else f"{100 * (value or 0.0):.0f}%"


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))

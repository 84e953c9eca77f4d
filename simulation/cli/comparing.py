"""What the verb ``compare`` reads and prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulation.analysis.pairing import YEARS_AFTER, parting_year
from simulation.cli.output import message, show_table
from simulation.errors import InvalidInput, Problem
from simulation.experiments.outcomes import Outcome, read_outcomes
from simulation.scenario import Scenario
from simulation.scenario.tree import Mark, from_python

VARIABLE = "core_revenue"
SHOWN = ("scenario", "outcome", "runs", "base_mean", "difference", "error", "low", "high", "unit", "variance_ratio")


def outcomes_of(texts: Sequence[str] | None, until: str, scenarios: Sequence[Scenario]) -> tuple[Outcome, ...]:
    """Outcomes of texts ``variable:year[:scope]``.

    Without any, core revenue three years after the scenarios part, in 2025 and in the last whole year; ``until`` is the
    last quarter.
    """
    problems: list[Problem] = []
    last = int(until[:4]) - (not until.endswith("Q4"))
    if texts:
        given: list[dict[str, object]] = []
        for text in texts:
            variable, _, rest = text.partition(":")
            year, _, scope = rest.partition(":")
            whole = int(year) if year.isdigit() else year
            given.append({"variable": variable, "year": whole, **({"scope": scope} if scope else {})})
    else:
        years = {parting_year(scenarios[0], scenarios[1:]) + YEARS_AFTER, 2025, last}
        given = [{"variable": VARIABLE, "year": year} for year in sorted(years) if year <= last]
    found = read_outcomes(from_python(given, Mark("--outcome")), until, problems)
    if problems:
        raise InvalidInput(problems)
    return found


def show_comparison(rows: Sequence[dict[str, Any]], reached: bool | None) -> None:
    """Print the comparison and how to read it."""
    if not rows:
        message("one scenario alone: there is nothing to compare")
        return
    show_table(rows, SHOWN, title="Paired differences to the base, mean over runs; low and high: 90 % interval")
    message(
        "error: Monte Carlo standard error; variance_ratio: variance of a difference of independent runs over that of "
        "these pairs"
    )
    if reached is False:
        message("the precision asked for was not reached; --most allows more runs")

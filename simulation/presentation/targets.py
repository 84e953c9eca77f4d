"""The plan's targets as figures need them: goals by scope, and yearly values as a scope sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.analysis.bands import annual
from simulation.inputs import operators, plan
from simulation.presentation.view import View

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Goal:
    """One target: more than ``threshold`` bn CNY in ``year``."""

    indicator: str
    year: int
    threshold: float


def scopes(indicator: str) -> tuple[str, ...]:
    """Scopes of ``core`` or ``related`` in the order of the operator table."""
    return operators.scopes(indicator)


def goals(indicator: str, scope: str, last: int = 9999) -> list[Goal]:
    """Targets that are judged in a scope up to a year, by year."""
    judged = operators.operator(indicator, scope).judged
    found = [
        Goal(target.indicator, target.year, target.threshold)
        for target in plan.targets()
        if target.indicator == indicator and target.year in judged and target.year <= last
    ]
    return sorted(found, key=lambda goal: goal.year)


def scope_series(view: View, indicator: str, scope: str) -> xr.DataArray | None:
    """Yearly values per member as a scope sees them, in the shown unit; None where the result lacks the variable.

    Each member has its own draw of the scope factor, the same in every year and scenario. A scope whose publication
    ended with its last judged year is not shown beyond it, as in the target table.
    """
    if scope not in scopes(indicator):
        return None
    operator = operators.operator(indicator, scope)
    if not view.has(operator.variable):
        return None
    values = view.annual(operator.variable)
    shape = [-1 if dim == "member" else 1 for dim in values.dims]
    seen = values.copy(data=values.values * operator.factors(view.members).reshape(shape))
    if operator.judged and operator.last_published == max(operator.judged):
        seen = seen.sel(year=seen["year"] <= operator.last_published)
    return seen.rename(operator.variable)


def listed_firms(view: View) -> xr.DataArray:
    """Firms as the published lists count them, at year end: a share of the recognised, with the widening of 2021-22."""
    operator = operators.operator("firms", "wide list")
    latent = view.dataset[operator.variable].transpose("scenario", "member", "time")
    times = latent["time"].dt
    over = [f"{year}Q{quarter}" for year, quarter in zip(times.year.values, times.quarter.values, strict=True)]
    counted = latent.copy(data=operator.series(latent.values, over))
    return annual(counted, view.variable(operator.variable).kind)


def share_above(view: View, scenario: str, goal: Goal, scope: str) -> float:
    """Share of runs above a target in its year, as the target table says; NaN outside the run."""
    return float(view.verdicts[scenario, goal.indicator, goal.year, scope]["probability"])

"""Simulated against published figures: every calibration row, seen through its own operator.

Distances are in standard deviations of the logarithm that the calibration table gives.  Held-out rows are shown and
flagged; nothing here or elsewhere fits them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.bands import annual
from simulation.analysis.frames import Table, format_table, members, scenarios
from simulation.inputs import units
from simulation.inputs.evidence import CalibrationRow, calibration_rows
from simulation.inputs.operators import Operator, log_distance, operator
from simulation.inputs.registry import registry
from simulation.inputs.variables import variables

if TYPE_CHECKING:
    import xarray as xr

COLUMNS = (
    "scenario", "series", "date", "scope", "unit", "observed", "sigma_log", "kind", "role", "holdout", "simulated",
    "low", "high", "runs", "distance", "passed", "operator", "basis",
)  # fmt: skip
LIMIT = 2.0
# Scope N is fitted by growth only: its rows are compared relative to this year's row.
REFERENCE_YEAR = 2017

Values = Mapping[str, float] | None


@dataclass(frozen=True)
class Reading:
    """What a row reads from a result: central and per-member values in the row's unit, and how it was done."""

    central: np.ndarray
    spread: np.ndarray
    text: str


def scoreboard(dataset: xr.Dataset, values: Values = None) -> Table:
    """Every calibration row against a result.

    Parameters
    ----------
    dataset : xarray.Dataset
        Result with dims ``scenario, member, time`` and further dims of its variables.
    values : mapping, optional
        Observation parameters in force by registry id, where they differ from the defaults; these are then certain.

    Returns
    -------
    list of dict
        One row per scenario and calibration row.  ``simulated`` is the median over members at the central scope factor,
        ``low`` and ``high`` the 5 and 95 percent quantiles with the factor's uncertainty, in ``unit``; ``distance`` in
        sigmas of the log, 0 above a floor; ``passed`` within two sigmas, ``None`` where the result has no such date or
        variable, or the row is the reference of a growth comparison.
    """
    found: Table = []
    for scenario in scenarios(dataset):
        runs = dataset.sel(scenario=scenario)
        found.extend(_row(runs, scenario, row, values) for row in calibration_rows())
    return found


def _row(runs: xr.Dataset, scenario: str, row: CalibrationRow, values: Values) -> dict[str, Any]:
    reading = _read(runs, row, values)
    central = reading.central[np.isfinite(reading.central)]
    spread = reading.spread[np.isfinite(reading.spread)]
    observed, kind = row.value, "floor" if row.is_floor else "point"
    if row.scope == "N":
        observed, kind = _relative(row)
    simulated = float(np.median(central)) if central.size else math.nan
    distance = math.nan if kind == "reference" else log_distance(simulated, observed, row.sigma_log, row.is_floor)
    return {
        "scenario": scenario, "series": row.series, "date": row.day.isoformat(), "scope": row.scope, "unit":
        "ratio" if row.scope == "N" else row.unit, "observed": observed, "sigma_log": row.sigma_log, "kind": kind,
        "role": row.role, "holdout": not row.fitted, "simulated": simulated,
        "low": float(np.quantile(spread, 0.05)) if spread.size else math.nan,
        "high": float(np.quantile(spread, 0.95)) if spread.size else math.nan, "runs": int(central.size),
        "distance": distance, "passed": None if math.isnan(distance) else bool(abs(distance) <= LIMIT),
        "operator": reading.text, "basis": row.basis,
    }  # fmt: skip


def _relative(row: CalibrationRow) -> tuple[float, str]:
    reference = next(r for r in calibration_rows() if r.scope == "N" and r.day.year == REFERENCE_YEAR)
    return row.value / reference.value, "reference" if row == reference else "growth"


def _read(runs: xr.Dataset, row: CalibrationRow, values: Values) -> Reading:
    nothing = np.full(int(runs.sizes["member"]), math.nan)
    reader = _READERS.get(row.series)
    if reader is None:
        return Reading(nothing, nothing, "no operator")
    try:
        return reader(runs, row, values)
    except KeyError as missing:
        return Reading(nothing, nothing, f"not in the result: {missing.args[0]}")


def _by_member(runs: xr.Dataset, name: str) -> xr.DataArray:
    if name not in runs:
        raise KeyError(name)
    return runs[name]


def _year(runs: xr.Dataset, name: str, year: int, kind: str) -> np.ndarray:
    yearly = annual(_by_member(runs, name).transpose("member", "time"), kind)
    if year not in yearly["year"].values:
        return np.full(int(runs.sizes["member"]), math.nan)
    return np.asarray(yearly.sel(year=year).values, dtype=float)


def _at(series: xr.DataArray, day: date) -> np.ndarray:
    """Stock on a day, linear between quarter ends; NaN outside the run."""
    times = series["time"].values.astype("datetime64[D]").astype(float)
    point = np.datetime64(day, "D").astype(float)
    data = series.transpose("member", "time").values
    if not times[0] <= point <= times[-1]:
        return np.full(data.shape[0], math.nan)
    return np.array([np.interp(point, times, member) for member in data])


def _seen(latent: np.ndarray, how: Operator, runs: xr.Dataset, values: Values, text: str) -> Reading:
    factor = " x ".join((how.variable, *how.parameters))
    return Reading(latent * how.factor(values), latent * how.factors(members(runs), values), f"{factor}, {text}")


def _revenue(indicator: str) -> Callable[[xr.Dataset, CalibrationRow, Values], Reading]:
    def read(runs: xr.Dataset, row: CalibrationRow, values: Values) -> Reading:
        how = operator(indicator, row.scope)
        latent = _year(runs, how.variable, row.day.year, "flow")
        if row.scope == "N":
            # The level of the narrow series is not compared: its factor cancels in growth.
            with np.errstate(divide="ignore", invalid="ignore"):
                growth = latent / _year(runs, how.variable, REFERENCE_YEAR, "flow")
            return Reading(growth, growth, f"{how.variable} relative to {REFERENCE_YEAR}")
        return _seen(latent, how, runs, values, "sum of the year")

    return read


def _firms(runs: xr.Dataset, row: CalibrationRow, values: Values) -> Reading:
    how = operator("firms", row.scope)
    return _seen(_at(_by_member(runs, how.variable), row.day), how, runs, values, "on the day")


def _funding(runs: xr.Dataset, row: CalibrationRow, values: Values) -> Reading:
    how = operator("equity", row.scope)
    return _seen(_year(runs, how.variable, row.day.year, "flow"), how, runs, values, "sum of the year")


def _year_end(name: str) -> Callable[[xr.Dataset, CalibrationRow, Values], Reading]:
    def read(runs: xr.Dataset, row: CalibrationRow, values: Values) -> Reading:
        stock = units.convert(1.0, variables()[name].unit, row.unit) * _at(_by_member(runs, name), row.day)
        return Reading(stock, stock, f"{name} at year end")

    return read


def _tier(tier: str, share: str = "") -> Callable[[xr.Dataset, CalibrationRow, Values], Reading]:
    def read(runs: xr.Dataset, row: CalibrationRow, values: Values) -> Reading:
        stock = _at(_by_member(runs, "talent_by_tier").sel(tier=tier), row.day)
        if not share:
            return Reading(stock, stock, f"talent_by_tier[{tier}]; top-venue authors stand for this tier")
        keys = members(runs)
        how = Operator(share, "talent", "", "talent_by_tier", (share,), None, None, (), "", "", "", "", "")
        text = f"talent_by_tier[{tier}] x {share}"
        return Reading(stock * how.factor(values), stock * how.factors(keys, values), text)

    return read


def _wage(runs: xr.Dataset, row: CalibrationRow, values: Values) -> Reading:
    mean = _year(runs, "wage_it_sector", row.day.year, "flow") / 4.0
    unit = variables()["wage_it_sector"].unit
    # A wage is recorded as a yearly rate in every quarter: its annual figure is the mean over the quarters.
    wage = mean * units.convert(1.0, unit, "cny/year" if units.convertible(unit, "cny/year") else "cny/person/year")
    return Reading(wage, wage, "wage_it_sector, mean of the year")


_READERS: dict[str, Callable[[xr.Dataset, CalibrationRow, Values], Reading]] = {
    "core_revenue": _revenue("core"),
    "related_revenue": _revenue("related"),
    "core_firms": _firms,
    "equity_funding": _funding,
    **{
        name: _year_end(name)
        for name in (
            "top5_province_share_firms",
            "gross_margin_listed",
            "rd_intensity_listed",
            "cr4_speech_language",
            "cr5_platform",
        )
    },
    "researchers": _tier("researcher"),
    "ai2000_scholars": _tier("top", "ai2000_share"),
    "wage_it_sector": _wage,
}


def observation_parameters() -> tuple[str, ...]:
    """Registry ids that only the operators read."""
    return tuple(parameter.id for parameter in registry().by_rule("observation"))


def format_scoreboard(rows: Table) -> str:
    """The scoreboard as text."""
    columns = ("series", "date", "scope", "observed", "simulated", "low", "high", "distance", "passed", "kind", "role")
    shown = [{**row, "passed": {True: "yes", False: "NO", None: "-"}[row["passed"]]} for row in rows]
    return format_table(shown, columns, {"observed": 1, "simulated": 1, "low": 1, "high": 1})

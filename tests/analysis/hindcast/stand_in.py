"""Forecasts in the format of the package, made up: log-normal about a growing path, of every series, scope and date."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from statistics import NormalDist

import numpy as np

from simulation.inputs.evidence import calibration_rows
from simulation.inputs.forecasts import COLUMNS, DRIVERS, INFORMATION, LEVELS, SCOPES, UNITS, Forecast

ORIGINS = (2017, 2019, 2020, 2021, 2022, 2023)
LEVEL = {"core_revenue": 280.0, "related_revenue": 1500.0, "core_firms": 1400.0, "equity_funding": 100.0,
         "researchers": 15000.0, "ai2000_scholars": 170.0}  # fmt: skip
FACTOR = {"N": 0.2, "I": 0.37, "B": 1.25, "wide list": 1.9}
NORMAL = np.array([NormalDist().inv_cdf(level) for level in LEVELS])


def made_up(origins: tuple[int, ...] = ORIGINS, growth: float = 0.2, sd: float = 0.2) -> tuple[Forecast, ...]:
    """Forecasts of every year to 2030 and of the dated days of the evidence."""
    dated = {(row.series, row.scope, row.day) for row in calibration_rows() if row.series in UNITS}
    days = {
        (series, scope): sorted(
            {date(year, 12, 31) for year in range(2017, 2031)}
            | {day for name, of, day in dated if (name, of) == (series, scope)}
        )
        for series, scopes in SCOPES.items()
        for scope in scopes
    }
    return tuple(
        Forecast("aiplan", information, drivers, origin, series, scope, day, UNITS[series],
                 _quantiles(series, scope, day, origin, growth, sd))
        for information in INFORMATION for drivers in DRIVERS for origin in origins
        for (series, scope), wanted in days.items() for day in wanted if day.year >= origin
    )  # fmt: skip


def _quantiles(series: str, scope: str, day: date, origin: int, growth: float, sd: float) -> tuple[float, ...]:
    years = day.year + day.timetuple().tm_yday / 366.0 - 2021.0
    middle = np.log(LEVEL[series] * FACTOR.get(scope, 1.0)) + growth * years
    spread = sd * np.sqrt(1.0 + max(day.year - origin, 0))
    return tuple(float(f"{value:.6g}") for value in np.exp(middle + spread * NORMAL))


def write(path: Path, rows: tuple[Forecast, ...]) -> Path:
    """File in the package's format."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow(["0" * 16, row.model, row.information, row.drivers, row.origin, row.series, row.scope,
                             row.day.isoformat(), row.unit, *row.quantiles])  # fmt: skip
    return path

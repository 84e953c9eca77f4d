"""Forecasts as quantiles: of the model, stored with the package, and of whatever it is compared with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from simulation.errors import InvalidInput, Problem
from simulation.inputs import dates
from simulation.inputs.reading import TABLES, Row, read_table

FILE = TABLES / "hindcast" / "forecasts.csv"
REAL_TIME, PSEUDO = "real_time", "pseudo_real_time"
INFORMATION = (REAL_TIME, PSEUDO)
CONDITIONAL, UNCONDITIONAL, NO_DRIVERS = "conditional", "unconditional", ""
DRIVERS = (CONDITIONAL, UNCONDITIONAL)
LEVELS = tuple(round(0.01 * step, 2) for step in range(1, 100))
IDENTITY = ("model", "information", "drivers", "origin", "series", "scope", "date", "unit")
QUANTILES = tuple(f"q{round(100 * level):02d}" for level in LEVELS)
COLUMNS = ("digest", *IDENTITY, *QUANTILES)  # the digest names model and tables that the forecasts were made with
UNITS = {
    "core_revenue": "bn CNY a year",
    "related_revenue": "bn CNY a year",
    "core_firms": "firms",
    "equity_funding": "bn CNY a year",
    "researchers": "persons",
    "ai2000_scholars": "persons",
}
SCOPES = {
    "core_revenue": ("A", "N", "I", "B"),
    "related_revenue": ("I",),
    "core_firms": ("list", "wide list"),
    "equity_funding": ("broad",),
    "researchers": ("top-venue authors",),
    "ai2000_scholars": ("AI 2000 list",),
}
# Statistics that the model tells and nobody prints: they stand in the file and are never scored.
UNPUBLISHED = {
    ("related_revenue", "R1"), ("related_revenue", "R2"), ("related_revenue", "R3"), ("equity_funding", "zero2ipo"),
    ("equity_funding", "narrow"), ("talent_total", "latent"),
}  # fmt: skip
FLOWS = ("core_revenue", "related_revenue", "equity_funding")
Key = tuple[str, str, int, str, str]


@dataclass(frozen=True)
class Forecast:
    """What a model expects a publisher to print for a day.

    Parameters
    ----------
    model : str
        ``aiplan`` or a rival.
    information : {'real_time', 'pseudo_real_time'}
        Whether figures counted from their publication or from the date they are for.
    drivers : {'conditional', 'unconditional', ''}
        Whether outside drivers after the origin were known; empty for models without drivers.
    origin : int
        Year at whose end the forecast is made.
    series, scope : str
        What is forecast, under which definition; as in the calibration table.
    day : date
        End of the year, or day of a dated stock.
    unit : str
        That of ``UNITS``.
    quantiles : tuple of float
        At ``LEVELS``, in ``unit``, positive and never falling; the publisher's noise included.
    """

    model: str
    information: str
    drivers: str
    origin: int
    series: str
    scope: str
    day: date
    unit: str
    quantiles: tuple[float, ...]

    def at(self, level: float) -> float:
        """Quantile at one of ``LEVELS``."""
        return self.quantiles[LEVELS.index(level)]


def read_forecasts(path: Path | str) -> tuple[Forecast, ...]:
    """Forecasts of a file in the package's format, in its order, without what nobody publishes.

    Raises
    ------
    InvalidInput
        For a wrong header, unknown words, series, scopes or units, dates that are none, and quantiles that are not
        positive or that fall; every problem with file and line.
    """
    problems: list[Problem] = []
    rows = read_table(path, COLUMNS, key=IDENTITY[:-1])
    found = [_forecast(row, problems) for row in rows if (row["series"], row["scope"]) not in UNPUBLISHED]
    if problems:
        raise InvalidInput(problems)
    return tuple(each for each in found if each is not None)


def _forecast(row: Row, problems: list[Problem]) -> Forecast | None:
    before = len(problems)
    for column, valid in (("information", INFORMATION), ("drivers", DRIVERS), ("series", tuple(UNITS))):
        if row[column] not in valid:
            problems.append(row.problem(column, f"unknown {column} {row[column]!r}", (), ", ".join(valid)))
    scopes, unit = SCOPES.get(row["series"], (row["scope"],)), UNITS.get(row["series"], row["unit"])
    if row["scope"] not in scopes:
        problems.append(row.problem("scope", f"unknown scope {row['scope']!r}", (), ", ".join(scopes)))
    if row["unit"] != unit:
        problems.append(row.problem("unit", f"the unit is {row['unit']!r}", (), unit))
    days = dates.span(row["date"])
    if days is None:
        problems.append(row.problem("date", f"{row['date']!r} is not a date"))
    origin = row.number("origin", problems)
    quantiles = tuple(row.number(column, problems) for column in QUANTILES)
    if not all(math.isnan(value) or (value > 0.0 and math.isfinite(value)) for value in quantiles):
        problems.append(row.problem("q01", "a quantile is not positive and finite"))
    if any(later < earlier for earlier, later in pairwise(quantiles)):
        problems.append(row.problem("q01", "the quantiles fall"))
    if len(problems) > before or days is None:
        return None
    return Forecast(row["model"], row["information"], row["drivers"], int(origin), row["series"], row["scope"],
                    days[1], row["unit"], quantiles)  # fmt: skip


@lru_cache(maxsize=2)
def forecasts(path: Path = FILE) -> tuple[Forecast, ...]:
    """The model's own forecasts shipped with the package; empty when none are."""
    return read_forecasts(path) if path.is_file() else ()

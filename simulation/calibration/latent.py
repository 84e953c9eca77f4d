"""What is kept of a run: annual and dated values of the series that operators and forecasts read.

A flow is kept as the sum of each year, a stock as its value at each year's end, recognised firms at every quarter's end
because lists are dated by the month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from simulation.inputs import dimensions, quarters
from simulation.inputs.variables import variables

QUARTERLY = ("firms_recognised",)
YEARLY = (
    "core_revenue", "related_revenue_r1", "related_revenue_r2", "related_revenue_r3", "equity_funding_broad",
    "firms_alive", "talent_total", "adoption_rate_by_value", "adoption_depth", "top5_province_share_firms",
    "gross_margin_listed", "rd_intensity_listed", "cr4_speech_language", "cr5_platform", "wage_it_sector",
    "talent_by_tier.researcher", "talent_by_tier.top",
)  # fmt: skip
# Recorded as a yearly rate in every quarter: its annual figure is the mean over the quarters.
MEANS = ("wage_it_sector",)
LEAST = 1e-6  # a series that is zero keeps a finite logarithm


@dataclass(frozen=True)
class Layout:
    """Columns of the stored values.

    Parameters
    ----------
    quarters : tuple of str
        Time axis of the runs; it starts with a first quarter and ends with a fourth.
    """

    quarters: tuple[str, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years covered."""
        return tuple(range(int(self.quarters[0][:4]), int(self.quarters[-1][:4]) + 1))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names such as ``core_revenue@2020`` and ``firms_recognised@2020Q4``, in the order of the stored array."""
        yearly = [f"{name}@{year}" for name in YEARLY for year in self.years]
        return (*yearly, *(f"{name}@{quarter}" for name in QUARTERLY for quarter in self.quarters))

    def read(self, records: Mapping[str, np.ndarray]) -> np.ndarray:
        """Values of one run, shape ``(columns,)``, float32, in the units of the variable table."""
        yearly = [_yearly(records, name, len(self.years)) for name in YEARLY]
        dated = [np.asarray(records[name], dtype=float) for name in QUARTERLY]
        return np.concatenate([*yearly, *dated]).astype(np.float32)


def _yearly(records: Mapping[str, np.ndarray], name: str, years: int) -> np.ndarray:
    variable, _, element = name.partition(".")
    values = np.asarray(records[variable], dtype=float)
    if element:
        values = values[:, dimensions.index(variables()[variable].dims[0], element)]
    by_year = values.reshape(years, 4)
    if variables()[variable].kind == "flow":
        return by_year.sum(axis=1)
    return by_year.mean(axis=1) if variable in MEANS else by_year[:, -1]


def logarithms(values: np.ndarray) -> np.ndarray:
    """Natural logarithms of stored values, finite also where a series is zero; shape kept."""
    return np.log(np.maximum(np.asarray(values, dtype=float), LEAST))


def parts_of(name: str, day: date) -> tuple[tuple[str, float], ...]:
    """Columns, and their weights, that make the logarithm of a series on a date.

    Parameters
    ----------
    name : str
        Entry of ``YEARLY`` or ``QUARTERLY``.
    day : date
        Its year counts for the yearly series; the others are interpolated between the logarithms of quarter ends.

    Returns
    -------
    tuple of (str, float)
        One or two columns; the weights add up to 1.
    """
    if name not in QUARTERLY:
        return ((f"{name}@{day.year}", 1.0),)
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1).toordinal()
    number = day.year * 4 + (day.month - 1) // 3
    following = date((number + 1) // 4, 3 * ((number + 1) % 4) + 1, 1).toordinal()
    share = (day.toordinal() - first + 1) / (following - first)
    now, before = (f"{name}@{quarters.text(count)}" for count in (number, number - 1))
    return ((now, 1.0),) if share == 1.0 else ((before, 1.0 - share), (now, share))


def combined(logs: np.ndarray, columns: Sequence[str], parts: Sequence[tuple[str, float]]) -> np.ndarray:
    """Weighted sum of columns (last axis) by name; ``KeyError`` when the runs do not cover the date."""
    places = {column: place for place, column in enumerate(columns)}
    return sum((weight * logs[..., places[column]] for column, weight in parts), np.zeros(logs.shape[:-1]))

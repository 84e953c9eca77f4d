"""What was known at an origin: the figures of one series in one scope, as a univariate forecaster has them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from simulation.calibration.calibrate import Vintage
from simulation.inputs import dates
from simulation.inputs.evidence import CalibrationRow
from simulation.inputs.forecasts import REAL_TIME

ORIGINS = (2019, 2020, 2021, 2022)
DRAWS = 4000


@dataclass(frozen=True)
class Known:
    """Figures of one series and scope that an origin may use, oldest first; floors are left out.

    Parameters
    ----------
    origin : int
        Year at whose end the information set is closed.
    information : {'real_time', 'pseudo_real_time'}
    series, scope : str
    times : ndarray, shape (n,)
        Dates in years; the end of 2020 is 2021.0.
    logs : ndarray, shape (n,)
        Logarithms of the figures in their unit.
    sigma : ndarray, shape (n,)
        Standard deviations of the publishers' noise in those logarithms.
    """

    origin: int
    information: str
    series: str
    scope: str
    times: np.ndarray
    logs: np.ndarray
    sigma: np.ndarray

    def __len__(self) -> int:
        return len(self.times)

    def generator(self, model: str) -> np.random.Generator:
        """Random numbers that are a function of what is forecast and by what, never of an order."""
        text = "|".join((model, str(self.origin), self.information, self.series, self.scope))
        return np.random.default_rng(np.frombuffer(hashlib.blake2b(text.encode(), digest_size=16).digest(), np.uint32))


def years(day: date) -> float:
    """Day as a number of years: the last day of 2020 is 2021.0, the first one close to 2020."""
    start, end = date(day.year, 1, 1).toordinal(), date(day.year + 1, 1, 1).toordinal()
    return day.year + (day.toordinal() + 1 - start) / (end - start)


def vintage(origin: int, information: str) -> Vintage:
    """Information set of the end of a year."""
    return Vintage(f"{origin}-{information}", date(origin, 12, 31), information == REAL_TIME)


def usable(row: CalibrationRow, origin: int, information: str) -> bool:
    """Whether an origin may use a row: fitted rows alone, from their publication or from their date on."""
    known = dates.known_from(row.published) if information == REAL_TIME else row.day
    return row.fitted and known is not None and known <= date(origin, 12, 31)


def known_figures(rows: Sequence[CalibrationRow], origin: int, information: str, series: str, scope: str) -> Known:
    """Figures of a series and scope in an information set; those before the plan's years too, where there are any."""
    found = sorted(
        (row for row in rows
         if (row.series, row.scope) == (series, scope) and not row.is_floor and usable(row, origin, information)),
        key=lambda row: row.day,
    )  # fmt: skip
    return Known(
        origin, information, series, scope,
        np.array([years(row.day) for row in found], dtype=float),
        np.log(np.array([row.value for row in found], dtype=float)),
        np.array([row.sigma_log for row in found], dtype=float),
    )  # fmt: skip

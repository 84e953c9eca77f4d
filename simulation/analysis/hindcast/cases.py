"""Every forecast beside the figure that it was for: one case per series, scope, origin, date, information and model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from simulation.analysis.hindcast.information import ORIGINS, years
from simulation.analysis.hindcast.rivals import RIVALS, Rivals
from simulation.analysis.hindcast.rivals.base import NotEstimable, forecast
from simulation.analysis.hindcast.scores import EMPTY, score, shown_only
from simulation.inputs.evidence import CalibrationRow, calibration_rows
from simulation.inputs.forecasts import DRIVERS, FLOWS, INFORMATION, NO_DRIVERS, UNITS, Forecast, forecasts

OWN = "aiplan"
AHEAD = 3  # years of the package's own figures; later figures of a file are scored at any distance
SCORED, FLOOR, NOT_ESTIMABLE = "scored", "floor", "not estimable"
Case = dict[str, Any]


def hindcast(
    origins: Sequence[int] = ORIGINS,
    series: Sequence[str] = tuple(UNITS),
    later: Sequence[CalibrationRow] | None = None,
    own: Iterable[Forecast] | None = None,
    evidence: Sequence[CalibrationRow] | None = None,
) -> list[Case]:
    """Forecasts and scores of the model and of its rivals.

    Parameters
    ----------
    origins : sequence of int
        Years at whose ends forecasts are made.
    series : sequence of str
        Series that are scored.
    later : sequence of CalibrationRow, optional
        Figures to be scored in place of those of the package, at any distance. They are compared with forecasts and
        never reach a rival: nothing is fitted to them.
    own : iterable of Forecast, optional
        The model's forecasts; those of the package by default.
    evidence : sequence of CalibrationRow, optional
        What rivals are fitted to and, without ``later``, scored by; that of the package by default.

    Returns
    -------
    list of dict
        One per series, scope, origin, date, information and model. ``status`` is ``scored``; ``floor`` where the
        figure is a lower bound: shown, and not scored; or ``not estimable``, with a ``reason``.
    """
    rows = calibration_rows() if evidence is None else tuple(evidence)
    stored = Stored(forecasts() if own is None else own)
    rivals = Rivals(rows)
    targets = [row for row in (rows if later is None else later) if row.series in series and row.series in UNITS]
    return [
        case
        for information in INFORMATION
        for origin in origins
        for row in targets
        if row.day > date(origin, 12, 31) and (later is not None or row.day.year - origin <= AHEAD)
        for case in _of_row(row, origin, information, stored, rivals)
    ]


def _of_row(row: CalibrationRow, origin: int, information: str, stored: Stored, rivals: Rivals) -> Iterable[Case]:
    for drivers in DRIVERS:
        made = stored.at(information, drivers, origin, row.series, row.scope, row.day)
        yield _case(row, origin, information, drivers, OWN, made)
    known = rivals.known(origin, information, row.series, row.scope)
    for model in RIVALS:
        made = forecast(model, known, rivals.fitted(model, known), row.day)
        yield _case(row, origin, information, NO_DRIVERS, model, made)


def _case(
    row: CalibrationRow, origin: int, information: str, drivers: str, model: str, made: Forecast | NotEstimable
) -> Case:
    status, reason, scores = SCORED, "", dict(EMPTY)
    if isinstance(made, NotEstimable):
        status, reason = NOT_ESTIMABLE, made.reason
    elif row.is_floor:
        status, reason, scores = FLOOR, "the figure is a lower bound", shown_only(made)
    else:
        scores = score(made, row.value)
    return {
        "series": row.series, "scope": row.scope, "origin": origin, "year": row.day.year, "date": row.day.isoformat(),
        "horizon": row.day.year - origin, "information": information, "drivers": drivers, "model": model,
        "observed": row.value, "unit": row.unit, "role": row.role, "status": status, "reason": reason, **scores,
    }  # fmt: skip


class Stored:
    """The model's forecasts, by what they are of; a stock between two stored dates is interpolated in logarithms."""

    def __init__(self, rows: Iterable[Forecast]) -> None:
        self.rows: dict[tuple[str, str, int, str, str], dict[date, Forecast]] = {}
        for row in rows:
            key = (row.information, row.drivers, row.origin, row.series, row.scope)
            self.rows.setdefault(key, {})[row.day] = row

    def at(
        self, information: str, drivers: str, origin: int, series: str, scope: str, day: date
    ) -> Forecast | NotEstimable:
        """Forecast for a day."""
        dated = self.rows.get((information, drivers, origin, series, scope))
        if not dated:
            return NotEstimable("no forecast of the model is stored")
        if day in dated:
            return dated[day]
        before = max((each for each in dated if each < day), default=None)
        after = min((each for each in dated if each > day), default=None)
        if before is None or after is None or series in FLOWS:
            return NotEstimable("no forecast of the model is stored for this date")
        share = (years(day) - years(before)) / (years(after) - years(before))
        low, high = (np.log(dated[each].quantiles) for each in (before, after))
        between = np.exp((1.0 - share) * low + share * high)
        return replace(dated[before], day=day, quantiles=tuple(between.tolist()))

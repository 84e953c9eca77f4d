"""Forecasts year by year from every origin, for figures: what cases are, without the figures they are scored by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from simulation.analysis.hindcast.cases import AHEAD, OWN, Stored
from simulation.analysis.hindcast.information import ORIGINS
from simulation.analysis.hindcast.rivals import RIVALS, Rivals
from simulation.analysis.hindcast.rivals.base import NotEstimable, forecast
from simulation.analysis.hindcast.scores import shown_only
from simulation.inputs.evidence import CalibrationRow, calibration_rows
from simulation.inputs.forecasts import REAL_TIME, UNCONDITIONAL, Forecast, forecasts

Scope = tuple[str, str]


def paths(
    chosen: Sequence[Scope],
    origins: Sequence[int] = ORIGINS,
    information: str = REAL_TIME,
    drivers: str = UNCONDITIONAL,
    own: Iterable[Forecast] | None = None,
    evidence: Sequence[CalibrationRow] | None = None,
) -> list[dict[str, Any]]:
    """Quantiles at the ends of the origin's year and of the three that follow it.

    Parameters
    ----------
    chosen : sequence of (series, scope)
    origins, information, drivers, own, evidence
        As of :func:`simulation.analysis.hindcast.cases.hindcast`; ``drivers`` are the model's.

    Returns
    -------
    list of dict
        ``series``, ``scope``, ``origin``, ``year``, ``model`` and ``q05`` to ``q95`` in the series' unit; what cannot
        be estimated is left out.
    """
    stored = Stored(forecasts() if own is None else own)
    rivals = Rivals(calibration_rows() if evidence is None else evidence)
    rows = []
    for series, scope in chosen:
        for origin in origins:
            known = rivals.known(origin, information, series, scope)
            for year in range(origin, origin + AHEAD + 1):
                day = date(year, 12, 31)
                made: dict[str, Forecast | NotEstimable] = {
                    OWN: stored.at(information, drivers, origin, series, scope, day),
                    **{model: forecast(model, known, rivals.fitted(model, known), day) for model in RIVALS},
                }
                what = {"series": series, "scope": scope, "origin": origin, "year": year}
                rows += [
                    {**what, "model": model, **shown_only(each)}
                    for model, each in made.items()
                    if isinstance(each, Forecast)
                ]
    return rows

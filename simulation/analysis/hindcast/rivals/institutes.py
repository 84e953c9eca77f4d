"""Forecasts that institutes had published by the origin, in the scope that is forecast."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from simulation.analysis.hindcast.information import Known
from simulation.analysis.hindcast.rivals.base import Fitted, NotEstimable, Predictive
from simulation.inputs.evidence import Observation, observations
from simulation.inputs.observation_files import published_scopes


def institutes(known: Known, rows: Sequence[Observation] | None = None) -> Fitted:
    """Latest forecast that names the very year, published by the origin and for the same scope: a point, no interval.

    Forecasts for other years are not interpolated and those in other scopes not converted: either would be ours. Where
    several are of the same day their geometric mean counts. A forecast of "more than" counts as its figure.
    """
    limit = date(known.origin, 12, 31)
    found: dict[date, list[tuple[date, float]]] = {}
    for row in observations() if rows is None else rows:
        named = published_scopes().get((row.indicator, row.scope))
        if row.kind != "forecast" or row.value is None or named != (known.series, known.scope, row.unit):
            continue
        if row.known_from is None or row.known_from > limit or row.period_end is None:
            continue
        found.setdefault(row.period_end, []).append((row.known_from, row.value))
    if not found:
        return NotEstimable(f"no forecast in scope {known.scope} published by the end of {known.origin}")

    def draw(day: date) -> np.ndarray:
        dated = found.get(day, [])
        latest = max((published for published, _ in dated), default=None)
        values = [value for published, value in dated if published == latest]
        return np.array([np.mean(np.log(values))]) if values else np.array([np.nan])

    return Predictive(draw)

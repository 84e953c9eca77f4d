"""Forecasts that institutes had published by the origin, in the scope that is forecast."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from simulation.analysis.hindcast.information import Known
from simulation.analysis.hindcast.rivals.base import Fitted, NotEstimable, Predictive
from simulation.inputs.evidence import Observation, observations
from simulation.inputs.observation_files import published_scopes

GROWTH = re.compile(r"CAGR (20\d\d)-(\d\d) (\d+(?:\.\d+)?)\s?%")


def path(end: date, value: float, note: str) -> Iterator[tuple[date, float]]:
    """Days and figures that a forecast states: its own, and those of the years after the first of its growth."""
    yield end, value
    stated = GROWTH.search(note)
    if stated is None or int(stated[2]) != end.year % 100:
        return
    for year in range(int(stated[1]) + 1, end.year):
        yield date(year, end.month, end.day), value / (1.0 + float(stated[3]) / 100.0) ** (end.year - year)


def institutes(known: Known, rows: Sequence[Observation] | None = None) -> Fitted:
    """Latest forecast for the very year, published by the origin and for the same scope: a point, no interval.

    A forecast that states its yearly growth and the years of it, such as ``CAGR 2021-25 24%``, is one for each of them.
    Others are not interpolated, and those in other scopes not converted: either would be ours. Where several are of the
    same day their geometric mean counts. A forecast of "more than" counts as its figure. Publication counts in
    pseudo-real time too.
    """
    limit = date(known.origin, 12, 31)
    found: dict[date, list[tuple[date, float]]] = {}
    for row in observations() if rows is None else rows:
        named = published_scopes().get((row.indicator, row.scope))
        if row.kind != "forecast" or row.value is None or named != (known.series, known.scope, row.unit):
            continue
        if row.known_from is None or row.known_from > limit or row.period_end is None:
            continue
        for day, value in path(row.period_end, row.value, row.note):
            found.setdefault(day, []).append((row.known_from, value))
    if not found:
        return NotEstimable(f"no forecast in scope {known.scope} published by the end of {known.origin}")

    def draw(day: date) -> np.ndarray:
        dated = found.get(day, [])
        latest = max((published for published, _ in dated), default=None)
        values = [value for published, value in dated if published == latest]
        return np.array([np.mean(np.log(values))]) if values else np.array([np.nan])

    return Predictive(draw)

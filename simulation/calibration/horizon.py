"""What is forecast: the series, scopes and days after an origin, and the targets of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from simulation.calibration.likelihood import INDICATORS, Figure, figure
from simulation.inputs.evidence import CalibrationRow, calibration_rows
from simulation.inputs.operators import judged_targets, operators

LAST_YEAR = 2030
MONEY, FIRMS, PERSONS = "bn CNY a year", "firms", "persons"
UNITS = {"core_revenue": MONEY, "related_revenue": MONEY, "equity_funding": MONEY, "core_firms": FIRMS}
TALENT = {"researchers": "top-venue authors", "ai2000_scholars": "AI 2000 list", "talent_total": "latent"}
NOISE = 0.15  # log-sigma of a publisher of whom no figure is known


@dataclass(frozen=True)
class Wanted:
    """A figure to be forecast: series, scope, day and unit as the evidence names them."""

    series: str
    scope: str
    day: date
    unit: str

    def figure(self, known: Sequence[Figure] = ()) -> Figure:
        """The figure as the likelihood sees it, with the noise that its publisher's known figures have."""
        row = CalibrationRow(
            self.series, self.day, 1.0, None, None, _noise(self, known), self.unit, self.scope, "", "", "", "", "", ""
        )
        found = figure(row)
        if found is None:
            raise KeyError(f"no operator sees {self.series} in scope {self.scope!r} on {self.day}")
        return found


def _noise(wanted: Wanted, known: Sequence[Figure]) -> float:
    """Log-sigma of the known figures in the same scope, else of the same series, else a default."""
    for start in (f"{wanted.series}/{wanted.scope}/", f"{wanted.series}/"):
        sigmas = [each.sigma for each in known if each.key.startswith(start)]
        if sigmas:
            return float(np.median(sigmas))
    return NOISE


def statistics() -> tuple[tuple[str, str, str], ...]:
    """Series, scope and unit of every statistic that is forecast."""
    series = {indicator: name for name, indicator in INDICATORS.items()}
    seen = [(series[each.indicator], each.scope) for each in operators().values() if each.indicator in series]
    return (*((name, scope, UNITS[name]) for name, scope in seen), *((n, s, PERSONS) for n, s in TALENT.items()))


def wanted_after(origin: int, until: int = LAST_YEAR) -> tuple[Wanted, ...]:
    """Every statistic at the end of each year after the origin, and on the days that lists of firms are dated.

    A scope that came to an end is forecast up to its last year.
    """
    ends = [date(year, 12, 31) for year in range(origin + 1, until + 1)]
    dated = sorted({row.day for row in calibration_rows() if row.series == "core_firms"})
    found = []
    for series, scope, unit in statistics():
        others = [day for day in dated if day.year > origin and day not in ends] if series == "core_firms" else []
        last = _ends(series, scope)
        found += [Wanted(series, scope, day, unit) for day in sorted([*ends, *others]) if day.year <= last]
    return tuple(found)


def _ends(series: str, scope: str) -> int:
    how = operators().get((INDICATORS.get(series, ""), scope))
    return how.ends if how is not None and how.ends is not None else LAST_YEAR


@dataclass(frozen=True)
class Judged:
    """A target of the plan in one scope, and what the evidence says of it.

    ``reached`` is ``None`` as long as no figure in the package decides it: a floor decides only when it lies above the
    threshold. ``decided_by`` is the figure's day of publication.
    """

    indicator: str
    year: int
    scope: str
    threshold: float
    wanted: Wanted
    reached: bool | None
    published: str


def judged() -> tuple[Judged, ...]:
    """Every target in every scope it is judged in, in the order of the target table."""
    series = {indicator: name for name, indicator in INDICATORS.items()}
    found = []
    for target, how in judged_targets():
        wanted = Wanted(series[target.indicator], how.scope, date(target.year, 12, 31), MONEY)
        told: dict[str, Any] = {"reached": None, "published": ""}
        for row in calibration_rows():
            if (row.series, row.scope, row.day) != (wanted.series, wanted.scope, wanted.day):
                continue
            if not row.is_floor or row.value > target.threshold:
                told = {"reached": row.value > target.threshold, "published": row.published}
        found.append(Judged(target.indicator, target.year, how.scope, target.threshold, wanted, **told))
    return tuple(found)


OUTCOMES = (
    ("core_revenue", "A", MONEY), ("related_revenue", "R2", MONEY), ("core_firms", "wide list", FIRMS),
    ("equity_funding", "broad", MONEY), ("talent_total", "latent", PERSONS),
)  # fmt: skip
OUTCOME_YEARS = (2020, 2022, 2025, 2030)


def outcomes() -> tuple[Wanted, ...]:
    """What the uncertainty of a run is told of: every judged target, and a few statistics over the years."""
    told = [Wanted(name, scope, date(year, 12, 31), unit) for name, scope, unit in OUTCOMES for year in OUTCOME_YEARS]
    return tuple(dict.fromkeys((*(each.wanted for each in judged()), *told)))

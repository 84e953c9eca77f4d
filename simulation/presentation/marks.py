"""Published values as figures show them: where on the time axis, by whom, in which scope, and how firm.

A value stands at the end of its period on an axis on which ``2020`` is the year 2020 for flows and its end for
stocks; a count of June 2017 therefore stands at 2016.5. Forecasts and targets of publishers are never shown as
observations.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from simulation.inputs import dates, evidence
from simulation.presentation import style

# Data set of the observation table that holds a scope of an indicator.
SCOPE_DATASETS = {
    ("core", "A"): "core_revenue_scope_a",
    ("core", "N"): "core_revenue_scope_n",
    ("core", "I"): "revenue_scope_i",
    ("related", "I"): "revenue_scope_i",
}
INDICATORS = {"core": "core_industry_revenue", "related": "related_industry_revenue"}
# Short names under which publishers are drawn; the table beside a figure keeps the full text.
PUBLISHERS = (
    "CAICT",
    "MIIT",
    "NDRC",
    "iResearch",
    "Tsinghua",
    "CNNIC",
    "Beijing white paper",
    "Nankai",
    "IT Juzi",
    "Shenzhen AI Industry Association",
    "China Daily",
    "NBS",
)


@dataclass(frozen=True)
class Mark:
    """One published value on a figure.

    Parameters
    ----------
    when : float
        Place on the time axis.
    value, low, high : float
        Value and its range in the published unit; NaN where no range is given.
    period, scope, published, note : str
        Period as written, scope, date of publication, remark.
    kind : {'observed', 'derived', 'floor', 'judgement'}
        Floors are "more than"; derived values are arithmetic on published ones.
    publisher, source : str
        Short name and the full text of the evidence.
    """

    when: float
    value: float
    low: float
    high: float
    period: str
    scope: str
    published: str
    note: str
    kind: str
    publisher: str
    source: str


def short_name(text: str) -> str:
    """Publisher as figures name it: the known name that comes first in the text, else its first words."""
    known = [(text.find(name), name) for name in PUBLISHERS if name in text]
    if known:
        return min(known)[1]
    for separator in (" (", " via ", ";", ",", "/"):
        text = text.split(separator)[0]
    return text.strip()


def position(day: date) -> float:
    """Place of a day on the time axis; the last day of a year stands at that year."""
    length = date(day.year, 12, 31).toordinal() - date(day.year, 1, 1).toordinal() + 1
    return day.year - 1 + (day.toordinal() - date(day.year, 1, 1).toordinal() + 1) / length


def shape(publisher: str) -> str:
    """Marker of a publisher, the same in every figure."""
    known = PUBLISHERS.index(publisher) if publisher in PUBLISHERS else len(PUBLISHERS)
    return style.marker(known)


@cache
def published(indicator: str, scope: str) -> tuple[Mark, ...]:
    """Published yearly values of core or related revenue in one scope, in bn CNY, repeats left out."""
    dataset = SCOPE_DATASETS.get((indicator, scope))
    marks: dict[tuple[str, float], Mark] = {}
    for row in evidence.observations(INDICATORS[indicator]) if dataset else ():
        days = dates.span(row.period)
        usable = row.dataset == dataset and row.kind in ("observed", "derived") and row.unit == "bn_cny"
        if not usable or row.value is None or days is None or (days[1] - days[0]).days < 364:
            continue
        marks.setdefault((row.period, row.value), _observation(row, row.value, days[1], scope))
    return tuple(marks.values())


@cache
def firm_lists() -> tuple[Mark, ...]:
    """Published counts of AI firms by list makers (not research samples)."""
    marks = []
    for row in evidence.observations("core_firms"):
        days = dates.span(row.period)
        if row.dataset == "firm_lists" and row.kind in ("observed", "derived") and row.value is not None and days:
            marks.append(_observation(row, row.value, days[1], row.scope))
    return tuple(marks)


@cache
def equity_estimates() -> tuple[Mark, ...]:
    """Yearly equity funding in the broad scope, low to high, in bn CNY."""
    kinds = {"E": "observed", "D": "derived", "J": "judgement"}
    rows = [row for row in evidence.channel_estimates() if row.channel == "equity_total" and row.tag in kinds]
    return tuple(
        Mark(row.year, row.central, row.low, row.high, str(row.year), "broad", "", row.basis, kinds[row.tag], "", "")
        for row in rows
    )


@cache
def series_marks(series: str) -> tuple[Mark, ...]:
    """Rows of the calibration table for a series, fitted and held out alike."""
    nan = float("nan")
    marks = []
    for row in evidence.calibration_rows():
        if row.series != series:
            continue
        kind = "floor" if row.is_floor else "derived" if "derived" in f"{row.publisher} {row.basis}" else "observed"
        interval = (nan, nan) if row.lower is None or row.upper is None else (row.lower, row.upper)
        when, name = position(row.day), short_name(row.publisher)
        period = row.day.isoformat()
        marks.append(
            Mark(when, row.value, *interval, period, row.scope, row.published, row.basis, kind, name, row.publisher)
        )
    return tuple(marks)


def _observation(row: evidence.Observation, value: float, end: date, scope: str) -> Mark:
    kind = "floor" if "> bound" in row.note else row.kind
    nan = float("nan")
    name = short_name(row.publisher)
    return Mark(position(end), value, nan, nan, row.period, scope, row.published, row.note, kind, name, row.publisher)

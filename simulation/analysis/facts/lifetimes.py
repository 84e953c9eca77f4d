"""Facts of firms: age, exit, listing."""

from __future__ import annotations

import math

import numpy as np

from simulation.analysis.facts.estimators import (
    hazard_by_year,
    share_where,
    survival_median,
)
from simulation.analysis.facts.history import FIRST_YEAR, History
from simulation.analysis.facts.known import statistic
from simulation.analysis.facts.panels import ABOVE_SCALE, FROM, TO, mean_over_years, pairs
from simulation.inputs.dimensions import index
from simulation.model.state import INCUMBENT, START_UP

HARDWARE = [index("product", name) for name in ("compute", "robots", "vehicles", "vr_ar", "terminals", "iot")]


def _lives(history: History) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Age when first seen, age at the end, whether it left, weight: start-ups."""
    lives = history.lives
    chosen = lives.kind == START_UP
    left = lives.left[chosen] >= 0
    last = np.where(left, lives.left[chosen], len(history.years) * 4 - 1)
    founded = lives.founded[chosen]
    return (lives.entered[chosen] - founded) / 4.0, (last - founded) / 4.0, left, lives.weight[chosen]


@statistic(
    "F13",
    "years",
    "year of life with the highest exit hazard (exits over firm-years lived), start-ups from 2016 on, years 1-12",
)
def worst_age(history: History) -> float:
    hazard = hazard_by_year(*_lives(history))
    return 1.0 + float(np.nanargmax(hazard)) if np.isfinite(hazard).any() else math.nan


@statistic(
    "F15",
    "years",
    "Kaplan-Meier median of start-ups from 2016 on, those of the start from the age they have then (left "
    "truncation); acquisition counts as exit",
)
def median_lifetime(history: History) -> float:
    return survival_median(*_lives(history))


@statistic(
    "F16",
    "percent",
    "start-ups that make hardware, at least 5 m CNY a year: share gone or below that a year later, mean of 2017-23",
)
def exit_above_scale(history: History) -> float:
    value = {}
    for before, old, after, new in pairs(history, FROM, TO):
        maker = np.isin(before.firms["product"], HARDWARE) & (before.firms["kind"] == START_UP)
        listed = maker & (before.revenue >= ABOVE_SCALE)
        stays = np.zeros(len(listed), dtype=bool)
        stays[old] = after.revenue[new] >= ABOVE_SCALE
        value[after.year] = share_where(~stays[listed], before.weight[listed])
    return mean_over_years(history, value)


@statistic(
    "F18",
    "percent",
    "all living firms at end 2018 (boom of registrations): share founded in the last 5 years",
)
def young_share(history: History) -> float:
    panel = history.panels.get(2018)
    return share_where(panel.age() <= 5.0, panel.weight) if panel else math.nan


@statistic(
    "F19",
    "sign",
    "linear model of exit within a year on ln(revenue), R&D over revenue (at most 1.5) and its square, start-ups "
    "with revenue, 2017-23: half a point if larger firms stay, half if the effect of R&D is an inverted U",
)
def survival_signs(history: History) -> float:
    rows, gone = [], []
    for before, old, _, _ in pairs(history, FROM, TO):
        kept = (before.firms["kind"] == START_UP) & (before.revenue > 0.1)
        stays = np.zeros(len(kept), dtype=bool)
        stays[old] = True
        intensity = np.minimum(before.firms["research"][kept] / before.revenue[kept], 1.5)
        rows.append(np.column_stack([np.ones(kept.sum()), np.log(before.revenue[kept]), intensity, intensity**2]))
        gone.append(~stays[kept])
    if not rows or not np.concatenate(gone).any():
        return math.nan
    effect = np.linalg.lstsq(np.concatenate(rows), np.concatenate(gone).astype(float), rcond=None)[0]
    return 0.5 * float(effect[1] < 0.0) + 0.5 * float(effect[2] < 0.0 < effect[3])


@statistic("", "percent", "start-ups of the start and entrants alive five years after founding (Kaplan-Meier)")
def five_year_survival(history: History) -> float:
    hazard = hazard_by_year(*_lives(history), years=5)
    return 100.0 * math.exp(-float(np.nansum(hazard)))


@statistic("", "percent", "exits of start-ups in a year over those alive at its beginning, mean of 2017-23")
def annual_exit_rate(history: History) -> float:
    value = {}
    for before, old, after, _ in pairs(history, FROM, TO):
        there = before.firms["kind"] == START_UP
        stays = np.zeros(len(there), dtype=bool)
        stays[old] = True
        value[after.year] = share_where(~stays[there], before.weight[there])
    return mean_over_years(history, value)


@statistic("", "years", "median years from founding to listing, start-ups that list in the run")
def founding_to_listing(history: History) -> float:
    ages = []
    for before, old, after, new in pairs(history, FIRST_YEAR + 1, max(history.panels)):
        lists = after.firms["listed"][new] & ~before.firms["listed"][old] & (after.firms["kind"][new] != INCUMBENT)
        ages.append(after.age()[new][lists])
    all_ages = np.concatenate(ages) if ages else np.zeros(0)
    return float(np.median(all_ages)) if len(all_ages) else math.nan

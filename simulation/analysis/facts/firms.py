"""Facts of firms: size and growth."""

from __future__ import annotations

import math

import numpy as np

from simulation.analysis.facts.estimators import (
    fitted_tail_exponent,
    rank_size_exponent,
    share_where,
    size_scaling,
    subbotin_shape,
    tail_exponent,
    top_share,
)
from simulation.analysis.facts.history import History, Panel
from simulation.analysis.facts.known import statistic
from simulation.analysis.facts.panels import ABOVE_SCALE, FROM, TO, mean_over_years, pairs
from simulation.inputs.dimensions import index, size

FIRMS_OF_A_PROVINCE = 200.0  # firms below which a tail cannot be told from the body


def _growth(history: History) -> tuple[np.ndarray, np.ndarray]:
    """Size (million CNY) before and log growth less the median of the year, of firms above scale in both years."""
    sizes, rates = [], []
    for before, old, after, new in pairs(history, FROM, TO):
        first, second = before.revenue[old], after.revenue[new]
        kept = (first >= ABOVE_SCALE) & (second >= ABOVE_SCALE)
        rate = np.log(second[kept] / first[kept])
        sizes.append(first[kept])
        rates.append(rate - np.median(rate) if len(rate) else rate)
    return (np.concatenate(sizes), np.concatenate(rates)) if sizes else (np.zeros(0), np.zeros(0))


@statistic(
    "F01",
    "exponent",
    "slope of ln(rank - 1/2) on ln(AI revenue of the year), 500 largest firms, mean of 2017-23",
)
def rank_size_top500(history: History) -> float:
    value = {
        year: rank_size_exponent(panel.revenue, 500.0, panel.weight)
        for year, panel in history.panels.items()
        if FROM <= year <= TO
    }
    return mean_over_years(history, value)


@statistic(
    "F02",
    "exponent",
    "AI staff of firms with at least 5 m CNY a year, by province with at least 200 of them: tail above the best "
    "threshold by maximum likelihood, mean over provinces and 2017-23",
)
def staff_tail_by_province(history: History) -> float:
    found = []
    for year, panel in history.panels.items():
        large = panel.revenue >= ABOVE_SCALE
        for region in range(size("region")) if FROM <= year <= TO else ():
            chosen = large & (panel.firms["region"] == region)
            if panel.weight[chosen].sum() >= FIRMS_OF_A_PROVINCE:
                found.append(fitted_tail_exponent(panel.firms["staff"][chosen]))
    known = [value for value in found if value == value]
    return float(np.mean(known)) if known else math.nan


def _funded(panel: Panel | None) -> tuple[np.ndarray, np.ndarray]:
    """Cumulative funding (million CNY) and weight of the funded firms that lists know."""
    if panel is None:
        return np.zeros(0), np.zeros(0)
    kept = panel.firms["recognised"] & (panel.firms["cumulative_funding"] > 0.0)
    return panel.firms["cumulative_funding"][kept], panel.weight[kept]


@statistic(
    "F03",
    "percent",
    "firms on lists with private funding: share with less than 0.1 bn CNY raised by end 2020",
)
def funding_below_100m(history: History) -> float:
    raised, weight = _funded(history.panels.get(2020))
    return share_where(raised < 100.0, weight)


@statistic("F04", "sigma (ln)", "standard deviation of ln(funding raised by end 2020), funded firms on lists")
def funding_dispersion(history: History) -> float:
    raised, weight = _funded(history.panels.get(2020))
    if len(raised) < 2:
        return math.nan
    logs = np.log(raised)
    mean = np.average(logs, weights=weight)
    return float(np.sqrt(np.average((logs - mean) ** 2, weights=weight)))


@statistic(
    "F06",
    "shape",
    "Subbotin shape by maximum likelihood, log growth of yearly AI revenue less the year's median, firms with at "
    "least 5 m CNY in both years, 2017-23",
)
def growth_shape(history: History) -> float:
    return subbotin_shape(_growth(history)[1])


@statistic(
    "F07",
    "beta",
    "minus the slope of ln(spread of growth) on mean ln(revenue before) over 15 classes of equally many firms, "
    "growth as for the shape",
)
def growth_spread_scaling(history: History) -> float:
    return size_scaling(*_growth(history))


def _listed_growth(history: History, year: int, quarters: slice) -> tuple[np.ndarray, np.ndarray]:
    """Growth of AI revenue over the same quarters a year before, firms listed at both times; and their weights."""
    for before, old, after, new in pairs(history, year, year):
        kept = before.firms["listed"][old] & after.firms["listed"][new]
        first = before.firms["quarters"][old][kept][:, quarters].sum(axis=1)
        second = after.firms["quarters"][new][kept][:, quarters].sum(axis=1)
        good = first > 0.0
        return second[good] / first[good] - 1.0, after.weight[new][kept][good]
    return np.zeros(0), np.zeros(0)


FIRST_HALF = slice(0, 2)


@statistic(
    "F09",
    "percent",
    "listed firms (AI units of listed groups among them) with higher AI revenue in the first half of 2024 than a "
    "year before; other sales of groups are exogenous",
)
def listed_growing(history: History) -> float:
    growth, weight = _listed_growth(history, 2024, FIRST_HALF)
    return share_where(growth > 0.0, weight)


@statistic("F10", "percent", "as F09, share with AI revenue up by more than 20 %")
def listed_growing_fast(history: History) -> float:
    growth, weight = _listed_growth(history, 2024, FIRST_HALF)
    return share_where(growth > 0.2, weight)


@statistic(
    "F12",
    "percent",
    "lowest yearly growth of a software market in 2018-24: application software by technology of the maker "
    "(vision, speech and language, ...) and platforms",
)
def worst_market_year(history: History) -> float:
    fields, worst = range(size("field")), math.nan
    sales: dict[int, np.ndarray] = {}
    for year, panel in history.panels.items():
        product, field, sold = panel.firms["product"], panel.firms["specialty"], panel.revenue * panel.weight
        software = product == index("product", "application")
        parts = [sold[software & (field == each)].sum() for each in fields]
        sales[year] = np.array([*parts, sold[product == index("product", "platform")].sum()])
    for year in range(2018, 2025):
        if year - 1 in sales and year in sales:
            there = sales[year - 1] > 0.01 * sales[year - 1].sum()
            change = 100.0 * (sales[year][there] / sales[year - 1][there] - 1.0)
            worst = min(worst, float(change.min())) if worst == worst else float(change.min())
    return worst


@statistic("", "exponent", "CCDF exponent of funding raised between 1 and 5 bn CNY, funded firms on lists, end 2020")
def funding_tail(history: History) -> float:
    raised, _ = _funded(history.panels.get(2020))
    kept = raised[raised >= 1000.0]
    if len(kept) < 10 or not (kept >= 5000.0).any():
        return tail_exponent(kept, 1000.0)
    return math.log(len(kept) / float((kept >= 5000.0).sum())) / math.log(5.0)


@statistic("", "percent", "revenue share of the 300 largest firms, AI revenue of 2020")
def top300_revenue_share(history: History) -> float:
    panel = history.panels.get(2020)
    return top_share(panel.revenue, 300) if panel else math.nan

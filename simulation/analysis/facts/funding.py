"""Facts of funding: returns of deals, rounds, cycles."""

from __future__ import annotations

import math

import numpy as np

from simulation.analysis.facts.estimators import (
    peak_year,
    share_where,
    tail_exponent,
)
from simulation.analysis.facts.history import FIRST_YEAR, History
from simulation.analysis.facts.known import statistic


def multiples(history: History) -> tuple[np.ndarray, np.ndarray]:
    """Realised multiple of cost, by deal of 2016-20 whose firm the funds have left by the end; and weights.

    Funds get back their stake at the listing, cost at a buy-back, and what deposits cover at a failure; a firm's
    multiple is that of all its deals.
    """
    returns, deals = history.returns, history.deals
    firms, place = np.unique(returns.uid, return_inverse=True)
    if not len(firms) or not len(deals.uid):
        return np.zeros(0), np.zeros(0)
    multiple = np.bincount(place, returns.proceeds) / np.bincount(place, returns.cost)
    kept = np.isin(deals.uid, firms) & (deals.quarter < 20)
    return multiple[np.searchsorted(firms, deals.uid[kept])], deals.weight[kept]


@statistic(
    "F43",
    "percent",
    "deals of 2016-20 whose funds have left the firm by the end of the run: share that returned less than cost",
)
def deals_below_cost(history: History) -> float:
    multiple, weight = multiples(history)
    return share_where(multiple < 1.0 - 1e-9, weight)


@statistic("F44", "percent", "as F43, share that returned more than ten times cost")
def deals_above_ten(history: History) -> float:
    multiple, weight = multiples(history)
    return share_where(multiple > 10.0, weight)


@statistic("F45", "exponent", "as F43, CCDF exponent of multiples above five by maximum likelihood")
def multiple_tail(history: History) -> float:
    multiple, _ = multiples(history)
    return tail_exponent(multiple, 5.0)


def _deals_by_quarter(history: History) -> np.ndarray:
    deals = history.deals
    length = 4 * len(history.years)
    return np.bincount(deals.quarter.astype(int), deals.weight, length)[:length]


@statistic("F48", "percent", "first rounds among all deals of 2025Q3, the quarter of the source, in an upswing")
def early_share_in_boom(history: History) -> float:
    deals = history.deals
    boom = deals.quarter == 4 * (2025 - FIRST_YEAR) + 2
    return share_where(deals.first[boom] > 0, deals.weight[boom])


@statistic(
    "F49",
    "years",
    "year with most foundings (firms on lists and alive at end 2020, founded 2010-19) less the year of most "
    "equity funding in 2016-19",
)
def founding_before_funding(history: History) -> float:
    panel = history.panels.get(2020)
    if panel is None:
        return math.nan
    listed = panel.firms["recognised"]
    years = FIRST_YEAR + panel.firms["founded"][listed] // 4
    counts = {year: float(panel.weight[listed][years == year].sum()) for year in range(2010, 2020)}
    return float(peak_year(counts, 2010, 2019) - peak_year(history.annual("equity_funding_broad"), 2016, 2019))


def _change(series: dict[int, float], year: int) -> float:
    """Change on the year before, percent."""
    return 100.0 * (series[year] / series[year - 1] - 1.0) if year in series and year - 1 in series else math.nan


@statistic("F51", "percent", "change of equity funding (broad scope) in 2019 on 2018")
def funding_change_2019(history: History) -> float:
    return _change(history.annual("equity_funding_broad"), 2019)


@statistic("F52", "percent", "change of equity funding (broad scope) in 2023 on 2022")
def funding_change_2023(history: History) -> float:
    return _change(history.annual("equity_funding_broad"), 2023)


@statistic("", "years", "year with most deals less the year of most equity funding, 2016-19")
def deals_before_amount(history: History) -> float:
    deals = _deals_by_quarter(history).reshape(-1, 4).sum(axis=1)
    count = dict(zip(history.years, deals.tolist(), strict=True))
    return float(peak_year(count, 2016, 2019) - peak_year(history.annual("equity_funding_broad"), 2016, 2019))


@statistic("", "percent", "change of equity funding (broad scope) in 2022 on 2021")
def funding_change_2022(history: History) -> float:
    return _change(history.annual("equity_funding_broad"), 2022)

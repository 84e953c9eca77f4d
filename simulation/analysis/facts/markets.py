"""Facts of funding, diffusion, cost, space and demand."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from simulation.analysis.facts.estimators import (
    bass,
    herfindahl,
    logistic_rate,
    mean_of,
    peak_year,
    share_where,
    tail_exponent,
    top_share,
)
from simulation.analysis.facts.known import statistic
from simulation.analysis.facts.observer import FIRST_YEAR, History
from simulation.inputs.dimensions import index, members, size
from simulation.model.state import HOUSEHOLD_SECTORS

COMPUTE, PLATFORM = index("product", "compute"), index("product", "platform")
APPLICATION, IOT = index("product", "application"), index("product", "iot")
SMALL, LARGE = index("size_class", "small"), index("size_class", "large")
NATIONAL_TARGET_2020 = 150.0  # bn CNY, core industry (plan, targets of the first step)
LAUNCH = 2015  # year from which the fits in the table of facts let AI spread
VEHICLES = 0  # first of the products that carry AI
ORDER_2023 = ("commerce", "information", "health", "manufacturing")


# -- funding ----------------------------------------------------------------------------------------------------------


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


# -- diffusion --------------------------------------------------------------------------------------------------------


def _adoption(history: History, first: int, last: int) -> dict[int, float]:
    """Share of organisations that use AI at year ends."""
    return {year: float(share) for year, share in history.year_end("adoption_rate").items() if first <= year <= last}


@statistic(
    "F54",
    "per_year",
    "imitation q of a Bass curve with ceiling 1 from nothing in 2015 (as the fits of F56 and F57) to the shares "
    "of organisations using AI at the ends of 2016-25",
)
def bass_imitation(history: History) -> float:
    return bass(_adoption(history, 2016, 2025), LAUNCH)[1]


@statistic("F55", "per_year", "as F54: innovation p")
def bass_innovation(history: History) -> float:
    return bass(_adoption(history, 2016, 2025), LAUNCH)[0]


@statistic(
    "F56",
    "per_year",
    "logistic rate of the share of new vehicles that carry AI, ends of 2020-24: mean of the fits with ceilings 1 "
    "and 0.9, as the source",
)
def vehicle_logistic_rate(history: History) -> float:
    shares = {year: float(panel.carrying[VEHICLES]) for year, panel in history.panels.items() if 2020 <= year <= 2024}
    return 0.5 * (logistic_rate(shares) + logistic_rate(shares, 0.9))


@statistic("F57", "per_year", "logistic rate of the share of organisations using AI, year ends 2023-25, ceiling 1")
def adoption_logistic_rate(history: History) -> float:
    return logistic_rate(_adoption(history, 2023, 2025))


@statistic("F60", "ratio", "share of large organisations using AI over that of small ones, end 2025")
def large_over_small(history: History) -> float:
    rates = history.year_end("adoption_rate_by_size").get(2025)
    return float(rates[LARGE] / rates[SMALL]) if rates is not None else math.nan


def in_order_2023(history: History) -> bool:
    """Whether sectors use AI in the order retail, telecom, health, manufacturing at the end of 2023."""
    rates = history.year_end("adoption_rate_by_sector").get(2023)
    if rates is None:
        return False
    shares = [rates[index("sector", name)] for name in ORDER_2023]
    return all(first > second for first, second in pairwise(shares))


@statistic(
    "F62",
    "percent",
    "share of manufacturers using AI at end 2023 (all AI, not generative AI alone); the sign is the order "
    "commerce > information > health > manufacturing",
    in_order_2023,
)
def manufacturing_adoption(history: History) -> float:
    rates = history.year_end("adoption_rate_by_sector").get(2023)
    return 100.0 * float(rates[index("sector", "manufacturing")]) if rates is not None else math.nan


@statistic(
    "F63",
    "percent",
    "large organisations using AI at end 2025: share past the pilot for as long as gains take (productivity_lag)",
)
def realised_value_share(history: History) -> float:
    lag = round(float(history.values.get("productivity_lag", 3.0)))
    now, then = history.panels.get(2025), history.panels.get(2025 - lag)
    if now is None or then is None:
        return math.nan
    users = (now.adopters["adopted"] >= 0) & (now.adopters["size_class"] == LARGE)
    return share_where(then.adopters["scaled"][users], now.adopters["count"][users])


@statistic(
    "F65",
    "ratio",
    "mean depth of use of large over small organisations using AI, end 2020: the model's gain is one elasticity "
    "times depth",
)
def depth_gradient(history: History) -> float:
    panel = history.panels.get(2020)
    if panel is None:
        return math.nan
    table = panel.adopters
    depth = []
    for each in (LARGE, SMALL):
        users = (table["adopted"] >= 0) & (table["size_class"] == each)
        depth.append(mean_of(table["depth"][users], table["count"][users]))
    return depth[0] / depth[1]


# -- cost -------------------------------------------------------------------------------------------------------------


def _price(history: History, product: int) -> dict[int, float]:
    return {year: float(price[product]) for year, price in history.year_end("price_index_by_product").items()}


@statistic(
    "F66",
    "years",
    "years in which the quality-adjusted price of chips and compute halves: slope of its logarithm, year ends 2016-21",
)
def compute_halving_time(history: History) -> float:
    price = {year: value for year, value in _price(history, COMPUTE).items() if year <= 2021}
    if len(price) < 2:
        return math.nan
    slope = float(np.polyfit(list(price), np.log(list(price.values())), 1)[0])
    return math.log(2.0) / -slope if slope < 0.0 else math.inf


@statistic("F67", "x_per_year", "quality-adjusted price of models and platforms, end 2022 over end 2024, per year")
def model_price_fall(history: History) -> float:
    price = _price(history, PLATFORM)
    return math.sqrt(price[2022] / price[2024]) if 2024 in price else math.nan


# -- space and demand -------------------------------------------------------------------------------------------------


def listed_by_province(history: History, year: int) -> np.ndarray | None:
    """Firms on lists by province at a year end."""
    panel = history.panels.get(year)
    if panel is None:
        return None
    return np.bincount(panel.firms["region"], panel.weight * panel.firms["recognised"], size("region"))


@statistic("F71", "percent", "five provinces with most firms on lists, end 2020: their share")
def top5_provinces(history: History) -> float:
    firms = listed_by_province(history, 2020)
    return top_share(firms, 5) if firms is not None else math.nan


@statistic("F72", "index", "sum of squared shares of provinces in firms on lists, end 2020")
def province_hhi(history: History) -> float:
    firms = listed_by_province(history, 2020)
    return herfindahl(firms) if firms is not None else math.nan


@statistic("F76", "ratio", "sum of provincial targets at end 2018 over the national target for 2020")
def local_targets(history: History) -> float:
    return float(history.year_end("local_targets_sum").get(2018, math.nan)) / NATIONAL_TARGET_2020


@statistic(
    "F80",
    "percent",
    "firm-to-sector sales relations of firms on lists at end 2020, households left out: share of the tertiary sector",
)
def tertiary_links(history: History) -> float:
    panel = history.panels.get(2020)
    if panel is None:
        return math.nan
    links = panel.links[: size("sector")] * ~HOUSEHOLD_SECTORS
    goods = links[[index("sector", "manufacturing"), index("sector", "agriculture")]].sum()
    return 100.0 * float(1.0 - goods / links.sum()) if links.sum() > 0.0 else math.nan


@statistic(
    "F82",
    "percent",
    "chips, compute and IoT devices among domestic orders of these and of software, end 2022, imports included",
)
def hardware_share(history: History) -> float:
    panel = history.panels.get(2022)
    if panel is None:
        return math.nan
    orders = panel.orders[: size("sector")].sum(axis=0)
    hardware = float(orders[[COMPUTE, IOT]].sum())
    return 100.0 * hardware / (hardware + float(orders[[PLATFORM, APPLICATION]].sum()))


# -- further statistics, for files of facts ---------------------------------------------------------------------------


@statistic("", "years", "year with most deals less the year of most equity funding, 2016-19")
def deals_before_amount(history: History) -> float:
    deals = _deals_by_quarter(history).reshape(-1, 4).sum(axis=1)
    count = dict(zip(history.years, deals.tolist(), strict=True))
    return float(peak_year(count, 2016, 2019) - peak_year(history.annual("equity_funding_broad"), 2016, 2019))


@statistic("", "percent", "change of equity funding (broad scope) in 2022 on 2021")
def funding_change_2022(history: History) -> float:
    return _change(history.annual("equity_funding_broad"), 2022)


@statistic("", "percent", "five provinces with most equity funding in 2016-20: their share")
def funding_top5_provinces(history: History) -> float:
    funding = history.annual("funding_by_region")
    return top_share(np.sum([funding[year] for year in funding if year <= 2020], axis=0), 5)


@statistic("", "percent", "five provinces with most AI-skilled people at end 2020: their share")
def talent_top5_provinces(history: History) -> float:
    talent = history.year_end("talent_by_region").get(2020)
    return top_share(talent, 5) if talent is not None else math.nan


@statistic("", "percent", "Beijing among firms on lists, end 2020")
def beijing_share(history: History) -> float:
    firms = listed_by_province(history, 2020)
    return 100.0 * float(firms[members("region").index("beijing")] / firms.sum()) if firms is not None else math.nan


@statistic("", "per_year", "logistic rate of value-weighted adoption, year ends 2018-25, ceiling 1")
def adoption_value_logistic_rate(history: History) -> float:
    rates = history.year_end("adoption_rate_by_value")
    return logistic_rate({year: float(share) for year, share in rates.items() if 2018 <= year <= 2025})

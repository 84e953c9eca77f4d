"""Facts of diffusion and of its cost."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from simulation.analysis.facts.estimators import (
    bass,
    logistic_rate,
    mean_of,
    share_where,
)
from simulation.analysis.facts.history import History
from simulation.analysis.facts.known import statistic
from simulation.inputs.dimensions import index

COMPUTE, PLATFORM = index("product", "compute"), index("product", "platform")
SMALL, LARGE = index("size_class", "small"), index("size_class", "large")
LAUNCH = 2015  # year from which the fits in the table of facts let AI spread
VEHICLES = 0  # first of the products that carry AI
ORDER_2023 = ("commerce", "information", "health", "manufacturing")


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


@statistic("", "per_year", "logistic rate of value-weighted adoption, year ends 2018-25, ceiling 1")
def adoption_value_logistic_rate(history: History) -> float:
    rates = history.year_end("adoption_rate_by_value")
    return logistic_rate({year: float(share) for year, share in rates.items() if 2018 <= year <= 2025})

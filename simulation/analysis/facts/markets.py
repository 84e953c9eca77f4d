"""Facts of space and demand."""

from __future__ import annotations

import math

import numpy as np

from simulation.analysis.facts.estimators import (
    herfindahl,
    top_share,
)
from simulation.analysis.facts.history import History
from simulation.analysis.facts.known import statistic
from simulation.inputs.dimensions import index, members, size
from simulation.model.state import HOUSEHOLD_SECTORS

COMPUTE, PLATFORM = index("product", "compute"), index("product", "platform")
APPLICATION, IOT = index("product", "application"), index("product", "iot")
NATIONAL_TARGET_2020 = 150.0  # bn CNY, core industry (plan, targets of the first step)


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

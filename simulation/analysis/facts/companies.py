"""Facts of companies: research, margins, revenue, concentration."""

from __future__ import annotations

import math

import numpy as np

from simulation.analysis.facts.estimators import herfindahl, mean_of, share_where, top_share
from simulation.analysis.facts.history import FIRST_YEAR, History, Panel
from simulation.analysis.facts.known import statistic
from simulation.inputs import quarters
from simulation.inputs.dimensions import index, members
from simulation.inputs.operators import operator
from simulation.model.initial.attributes import CONVERSION
from simulation.model.state import START_UP

APPLICATION, PLATFORM = index("product", "application"), index("product", "platform")
DEVICES = [index("product", name) for name in ("robots", "vehicles", "vr_ar", "terminals", "iot")]
PURE_PLAYS, LABS = 10, 5  # firms that reports are known of: vision and voice companies, laboratories of large models
MOST_INTENSE = 1.5  # research over revenue above which list makers leave a listed firm out


def group_intensity(panel: Panel) -> np.ndarray:
    """Research over revenue with the group around a firm, at most 1.5, shape (firm,)."""
    firms = panel.firms
    spent = firms["group_research_intensity"] * firms["group_revenue"] + firms["research"]
    return np.asarray(np.minimum(spent / np.maximum(firms["group_revenue"] + panel.revenue, 1e-9), MOST_INTENSE))


def _listed_intensity(history: History) -> tuple[np.ndarray, np.ndarray]:
    """Research over revenue in 2022, percent, and weight of listed firms."""
    panel = history.panels.get(2022)
    if panel is None:
        return np.zeros(0), np.zeros(0)
    listed = panel.firms["listed"]
    return 100.0 * group_intensity(panel)[listed], panel.weight[listed]


@statistic("F20", "percent", "mean R&D over revenue of listed firms, with the groups around them, 2022")
def listed_research_intensity(history: History) -> float:
    return mean_of(*_listed_intensity(history))


@statistic("F21", "percent", "as F20, share of listed firms with 5-10 %")
def listed_research_middle(history: History) -> float:
    intensity, weight = _listed_intensity(history)
    return share_where((intensity >= 5.0) & (intensity <= 10.0), weight)


@statistic("F22", "percent", "as F20, share of listed firms with more than 10 %")
def listed_research_high(history: History) -> float:
    intensity, weight = _listed_intensity(history)
    return share_where(intensity > 10.0, weight)


def most_funded(panel: Panel, products: list[int], number: int, founded_from: int = -10_000) -> np.ndarray:
    """Rows of the start-ups of some products with revenue that have raised most; ``founded_from`` a year.

    Software and hardware firms that have turned to AI are left out: the reports are of firms founded for AI.
    """
    firms = panel.firms
    founded = FIRST_YEAR + firms["founded"] // 4
    chosen = (firms["kind"] == START_UP) & (firms["entry_door"] != CONVERSION)
    chosen &= np.isin(firms["product"], products) & (panel.revenue > 0.0)
    rows = np.flatnonzero(chosen & (founded >= founded_from))
    return rows[np.argsort(-firms["cumulative_funding"][rows], kind="stable")[:number]]


def _median_of_years(history: History, years: range, value: dict[int, np.ndarray]) -> float:
    found = [value[year] for year in years if year in value and len(value[year])]
    return float(np.median(np.concatenate(found))) if found else math.nan


@statistic(
    "F23",
    "percent",
    "median R&D over AI revenue of the 10 most funded software start-ups, listed or not, 2021-24",
)
def pure_play_research(history: History) -> float:
    value = {}
    for year, panel in history.panels.items():
        rows = most_funded(panel, [APPLICATION, PLATFORM], PURE_PLAYS)
        value[year] = 100.0 * panel.firms["research"][rows] / panel.revenue[rows]
    return _median_of_years(history, range(2021, 2025), value)


def _labs(history: History, year: int) -> tuple[Panel | None, np.ndarray]:
    """The five most funded model-layer start-ups founded from 2019 on."""
    panel = history.panels.get(year)
    return panel, most_funded(panel, [PLATFORM], LABS, 2019) if panel else np.zeros(0, dtype=int)


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if len(values) else math.nan


@statistic(
    "F24",
    "percent",
    "median R&D over revenue in 2024, five most funded model-layer start-ups founded from 2019",
)
def lab_research(history: History) -> float:
    panel, rows = _labs(history, 2024)
    return _median(100.0 * panel.firms["research"][rows] / panel.revenue[rows]) if panel else math.nan


@statistic("F26", "percent", "mean gross margin of listed firms (AI business), 2022")
def listed_gross_margin(history: History) -> float:
    panel = history.panels.get(2022)
    if panel is None:
        return math.nan
    listed = panel.firms["listed"]
    return 100.0 * mean_of(panel.firms["margin"][listed], panel.weight[listed])


@statistic("F27", "percent", "profit after tax over revenue of all listed firms together (AI business), 2022")
def listed_net_margin(history: History) -> float:
    panel = history.panels.get(2022)
    if panel is None:
        return math.nan
    listed = panel.firms["listed"]
    weight, profit = panel.weight[listed], panel.firms["profits"][listed].sum(axis=1)
    return 100.0 * float((weight * profit).sum() / (weight * panel.revenue[listed]).sum())


@statistic("F28", "percent", "listed firms with a loss (AI business) in the first half of 2023")
def listed_losses(history: History) -> float:
    panel = history.panels.get(2023)
    if panel is None:
        return math.nan
    listed = panel.firms["listed"]
    return share_where(panel.firms["profits"][listed][:, :2].sum(axis=1) < 0.0, panel.weight[listed])


@statistic(
    "F29",
    "percent",
    "gross margin of start-ups that make devices (robots, vehicles, terminals, IoT), 2021, by revenue",
)
def device_margin(history: History) -> float:
    panel = history.panels.get(2021)
    if panel is None:
        return math.nan
    rows = np.isin(panel.firms["product"], DEVICES) & (panel.firms["kind"] == START_UP)
    return 100.0 * mean_of(panel.firms["margin"][rows], panel.weight[rows] * panel.revenue[rows])


@statistic("F30", "percent", "median gross margin in 2025, five most funded model-layer start-ups founded from 2019")
def lab_margin(history: History) -> float:
    panel, rows = _labs(history, 2025)
    return _median(100.0 * panel.firms["margin"][rows]) if panel else math.nan


@statistic(
    "F32",
    "ratio",
    "median loss over revenue in 2024, five most funded model-layer start-ups founded from 2019",
)
def lab_loss(history: History) -> float:
    panel, rows = _labs(history, 2024)
    return _median(-panel.firms["profits"][rows].sum(axis=1) / panel.revenue[rows]) if panel else math.nan


@statistic(
    "F33",
    "mn_cny",
    "core revenue of the year (scope A) over firms as the lists count them at its end, mean of 2022 and 2023",
)
def revenue_per_listed_firm(history: History) -> float:
    latent = history.records["firms_recognised"]
    span = quarters.span(quarters.FIRST, f"{max(history.years)}Q4")
    counted = operator("firms", "wide list").series(latent[: len(span)], span)
    revenue = history.annual("core_revenue")
    found = [1000.0 * revenue[year] / counted[4 * (year - FIRST_YEAR) + 3] for year in (2022, 2023) if year in revenue]
    return float(np.mean(found)) if found else math.nan


@statistic(
    "F34",
    "mn_cny",
    "median AI revenue per AI-skilled employee of the 10 most funded software start-ups, 2021-24; the model has "
    "no other staff",
)
def revenue_per_employee(history: History) -> float:
    value = {}
    for year, panel in history.panels.items():
        rows = most_funded(panel, [APPLICATION, PLATFORM], PURE_PLAYS)
        value[year] = panel.revenue[rows] / np.maximum(panel.firms["staff"][rows], 1.0)
    return _median_of_years(history, range(2021, 2025), value)


@statistic("F35", "mn_cny", "core revenue of Shanghai in 2023 over AI-skilled people there at its end")
def revenue_per_worker_shanghai(history: History) -> float:
    if 2023 not in history.years:
        return math.nan
    place = members("region").index("shanghai")
    revenue = history.annual("core_revenue_by_region")[2023][place]
    return float(1000.0 * revenue / history.year_end("talent_by_region")[2023][place])


@statistic("F36", "percent", "mean share of AI staff in research, the 10 most funded software start-ups, 2021-24")
def research_staff_share(history: History) -> float:
    found = []
    for year in range(2021, 2025):
        if year in history.panels:
            panel = history.panels[year]
            found.append(panel.firms["research_share"][most_funded(panel, [APPLICATION, PLATFORM], PURE_PLAYS)])
    return 100.0 * float(np.concatenate(found).mean()) if found else math.nan


@statistic("F38", "percent", "share of the four largest application firms in speech and language, AI revenue of 2022")
def speech_language_cr4(history: History) -> float:
    return float(history.year_end("cr4_speech_language").get(2022, math.nan))


@statistic("F39", "percent", "share of the five largest firms in models and platforms, AI revenue of 2022")
def platform_cr5(history: History) -> float:
    return float(history.year_end("cr5_platform").get(2022, math.nan))


@statistic(
    "F40",
    "percent",
    "share of the three largest firms in sales of models and platforms to public buyers, 2024",
)
def public_model_cr3(history: History) -> float:
    panel = history.panels.get(2024)
    return top_share(panel.firms["public_model_sales"] * panel.weight, 3) if panel else math.nan


# -- further statistics, for files of facts ---------------------------------------------------------------------------


@statistic("", "index", "Herfindahl index of application firms in speech and language, AI revenue of 2022, scale 1")
def speech_language_hhi(history: History) -> float:
    panel = history.panels.get(2022)
    if panel is None:
        return math.nan
    rows = (panel.firms["product"] == APPLICATION) & (panel.firms["specialty"] == index("field", "nlp"))
    return herfindahl(panel.revenue[rows] * panel.weight[rows])


@statistic("", "percent", "revenue share of the largest firm, AI revenue of 2020")
def largest_firm_share(history: History) -> float:
    return 100.0 * float(history.year_end("largest_firm_share").get(2020, math.nan))

"""The quick runs whose values are kept: exact ones for one seed, those set by timelines, and outcomes over seeds."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from simulation.model import Economy
from simulation.results.provenance import MODEL_VERSION
from simulation.scenario import load

FILE = Path(__file__).parent / "quick_demo.json"
SEEDS = 4
# Set by timelines and drivers alone: no draw and no sum over agents enters.
FIXED = (
    "ai_bachelor_places", "training_places", "grants_paid", "guidance_fund_paid_in", "public_compute_capex",
    "demonstrations", "pilot_regions_active", "wage_software", "local_plans_announced",
)  # fmt: skip
# Outcomes: annual flows or year-end stocks, compared with the spread over seeds.
SPREAD = (
    "core_revenue", "firms_alive", "equity_funding_broad", "talent_total", "adoption_depth", "tech_gap_index",
    "related_revenue_r2", "largest_firm_share",
)  # fmt: skip
YEARS = (2017, 2020, 2023, 2026, 2030)
# One short run with one seed, into the plan so that its levers count: what every call leaves behind, to a millionth.
EXACT = (
    "core_revenue", "core_final_sales", "core_to_core_sales", "core_exports", "related_revenue_r1",
    "related_revenue_r2", "firms_alive", "firms_recognised", "firm_entries", "firm_exits", "firm_conversions",
    "equity_funding_broad", "equity_funding_core", "funding_by_channel", "talent_total", "talent_by_tier",
    "talent_in_academia", "talent_seeking", "talent_converted", "talent_returned", "wage_by_tier",
    "posted_wage_by_tier", "vacancies_by_tier", "adoption_rate", "adoption_depth", "adopter_spending_by_sector",
    "tech_gap_index", "tech_level_by_field", "frontier_by_field", "research_spending", "knowledge_produced",
    "price_index_by_product", "compute_capacity", "compute_utilisation", "domestic_chip_share", "largest_firm_share",
    "gross_margin_listed", "loss_share_listed", "capacity_utilisation", "unserved_imports", "backlog",
    "public_spending", "idle_capacity", "social_risk", "credit_lines_granted", "profit_tax_assessed",
    "foreign_knowledge_absorbed", "exports_ordered", "programme_money_delivered", "venture_commitments",
)  # fmt: skip
EXACT_UNTIL = "2018Q4"
EXACT_TOLERANCE = 1e-6


def exact() -> dict[str, list[float]]:
    """Paths of the exact run, quarter by quarter; a variable with dimensions counts as its sum."""
    economy = Economy(load("quick_demo").effective(until=EXACT_UNTIL), seed=1, scale=0.02)
    records = economy.run()
    economy.close()
    return {name: records[name].reshape(len(records[name]), -1).sum(axis=1).tolist() for name in EXACT}


def changed(expected: dict[str, list[float]], found: dict[str, list[float]]) -> list[str]:
    """Names whose exact values differ by more than the tolerance, or that only one side has."""
    return [
        name
        for name in sorted({*expected, *found})
        if not np.allclose(found.get(name, np.nan), expected.get(name, np.nan), rtol=EXACT_TOLERANCE, atol=1e-12)
    ]


def runs() -> list[dict[str, np.ndarray]]:
    """Records of the quick demonstration, one run a seed."""
    effective = load("quick_demo").effective()
    records = []
    for replicate in range(SEEDS):
        economy = Economy(effective, seed=1, replicate=replicate, scale=0.02)
        records.append(economy.run())
        economy.close()
    return records


def values() -> dict[str, dict[str, list[float]]]:
    """What is kept: fixed quantities of the first run, mean and standard deviation of the others at chosen years."""
    records = runs()
    ends = [4 * (year - 2016) + 3 for year in YEARS]
    kept: dict[str, dict[str, list[float]]] = {"fixed": {}, "mean": {}, "deviation": {}, "exact": exact()}
    # Without adjustment by evaluation, programme money follows its timetable alone.
    timed = Economy(load("quick_demo", {"variants.governance": "open_loop"}).effective(), seed=1, scale=0.01).run()
    for name in FIXED:
        kept["fixed"][name] = [float(timed[name][end]) for end in ends]
    for name in SPREAD:
        table = np.array([[record[name][end] for end in ends] for record in records])
        kept["mean"][name] = table.mean(axis=0).tolist()
        kept["deviation"][name] = table.std(axis=0, ddof=1).tolist()
    return kept


def refusal(stored: dict, fresh: dict, neutral: bool = False) -> str:
    """Why fresh values may not replace the stored ones; empty when they may.

    A change of the exact values is a change of the model, so the model version must have risen, unless the change is
    declared neutral (another order of draws, say) and explained in the changelog.
    """
    moved = changed(stored.get("exact", {}), fresh["exact"]) if "exact" in stored else []
    if not moved or neutral or int(MODEL_VERSION) > int(stored["model_version"]):
        return ""
    return (
        f"{len(moved)} exact values changed ({', '.join(moved[:5])} ...) and MODEL_VERSION is still {MODEL_VERSION}: "
        "raise it, or pass --neutral, and explain the change in the changelog"
    )

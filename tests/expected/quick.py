"""The quick runs whose values are kept: what is the same on any machine, and what is known up to the spread."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from simulation.model import Economy
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
    kept: dict[str, dict[str, list[float]]] = {"fixed": {}, "mean": {}, "deviation": {}}
    # Without adjustment by evaluation, programme money follows its timetable alone.
    timed = Economy(load("quick_demo", {"variants.governance": "open_loop"}).effective(), seed=1, scale=0.01).run()
    for name in FIXED:
        kept["fixed"][name] = [float(timed[name][end]) for end in ends]
    for name in SPREAD:
        table = np.array([[record[name][end] for end in ends] for record in records])
        kept["mean"][name] = table.mean(axis=0).tolist()
        kept["deviation"][name] = table.std(axis=0, ddof=1).tolist()
    return kept

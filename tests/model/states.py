"""What must hold at the end of every quarter: books closed, heads counted, every state finite and within bounds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simulation.inputs.dimensions import size
from simulation.inputs.variables import variables
from simulation.model import Economy
from simulation.model.state import CELLS, LISTED, OVERSEAS
from tests.model.drawing import random_scenario

# Random scenarios in all and how many of them live to the end of the plan.
RANDOM_SCENARIOS, LONG_LIVED, BATCH = 200, 60, 10
CLOSED = 1e-9
# Units whose records cannot leave an interval.
WITHIN = {"share": (-CLOSED, 1.0 + CLOSED), "persons": (0.0, np.inf), "firms": (0.0, np.inf), "count": (0.0, np.inf)}
# Shares that are not shares of a whole: an elasticity times a depth may have either sign, intensity may fall.
ANY_SIGN = {"employment_effect"}
UNBOUNDED = {"adjustment_ordered"}


def quarters_of(economy: Economy) -> Iterator[tuple[float, Economy]]:
    """Each quarter of an economy, with the head count it began with."""
    while economy.quarter < len(economy.quarters):
        before = economy.people.alive.sum() * economy.person_weight
        economy.step()
        yield before, economy


def counted_gap(before: float, economy: Economy) -> float:
    """Head count now less what the counted flows say, relative to the head count."""
    flows = economy.people_flows
    expected = before + flows["graduates"] + flows["conversion"] + flows["overseas"] - flows["exits"]
    return abs(economy.people.alive.sum() * economy.person_weight - expected) / max(expected, 1.0)


def outside(name: str, values: np.ndarray, low: float = -np.inf, high: float = np.inf) -> list[str]:
    """What is wrong with an array that must be finite and between two bounds."""
    values = np.asarray(values, dtype=float)
    if values.size == 0:
        return []
    if not np.isfinite(values).all():
        return [f"{name} is not finite"]
    if values.min() < low or values.max() > high:
        return [f"{name} spans {values.min():g} to {values.max():g}, outside {low:g} to {high:g}"]
    return []


def firm_problems(economy: Economy) -> list[str]:
    firms = economy.firms
    rows = firms.rows()
    found = []
    for name in firms.fields:
        found += outside(f"firm {name}", getattr(firms, name)[rows])
    for name in (
        "weight", "knowledge", "data", "compute", "debt", "backlog", "orders", "expected_orders", "capacity", "revenue",
        "revenue_quarters", "turnover", "research_intensity", "research_spending", "research_budget", "equity",
        "cumulative_funding", "wage_bill", "headcount", "desired", "vacancies", "group_revenue",
    ):  # fmt: skip
        # Balances that are run down by subtraction may end a rounding error below zero.
        least = -1e-9 * max(1.0, float(np.abs(getattr(firms, name)[rows]).max(initial=0.0)))
        found += outside(f"firm {name}", getattr(firms, name)[rows], least)
    for name, high in (
        ("margin", 1.0),
        ("research_share", 1.0),
        ("export_share", 1.0),
        ("group_research_intensity", 1.0),
    ):
        found += outside(f"firm {name}", getattr(firms, name)[rows], 0.0, high + CLOSED)
    found += outside("firm stage", firms.stage[rows], 0, LISTED)
    found += outside("firm region", firms.region[rows], 0, size("region") - 1)
    found += outside("firm product", firms.product[rows], 0, size("product") - 1)
    if len(np.unique(firms.uid[rows])) != len(rows):
        found.append("two living firms share an id")
    return found


def people_problems(economy: Economy) -> list[str]:
    people, firms = economy.people, economy.firms
    rows = people.rows()
    found = outside("person tier", people.tier[rows], 0, size("tier") - 1)
    found += outside("person region", people.region[rows], 0, size("region") - 1)
    found += outside("person employer", people.employer[rows], OVERSEAS, firms.length - 1)
    found += outside("person wage", people.wage[rows], 1e-9)
    found += outside("person skill", people.skill[rows], 1e-9)
    employers = people.employer[rows][people.employer[rows] >= 0]
    if not firms.alive[employers].all():
        found.append("somebody works for a firm that is gone")
    if len(np.unique(people.uid[rows])) != len(rows):
        found.append("two living people share an id")
    return found


def market_problems(economy: Economy) -> list[str]:
    positions, market = economy.positions, economy.market
    found = outside("market share", positions.share, 0.0, 1.0 + CLOSED)
    served = np.bincount(positions.cell, minlength=CELLS) > 0
    total = np.bincount(positions.cell, positions.share, CELLS)[served]
    # What firms held that left in the quarter is awarded in the next one.
    if np.any(total > 1.0 + CLOSED):
        found.append("shares of a cell sum to more than one")
    for name in ("orders", "sales", "sales_by_cell", "imports", "cumulative_output"):
        found += outside(f"market {name}", getattr(market, name), 0.0)
    # At the bounds of the registry the frontier, and quality with it, jumps by up to three log points a year.
    found += outside("market price", market.log_price, -4.0 - economy.quarter, 20.0)
    ledger, sold = economy.ledger, float(market.sales.sum())
    paid = sum(ledger.flow(flow, payee="firms") for flow in ("final_sales", "core_to_core_sales", "export_sales"))
    if abs(sold - paid) > CLOSED * max(sold, 1.0):
        found.append(f"sales of {sold:g} million CNY, paid {paid:g}")
    return found


def other_problems(economy: Economy) -> list[str]:
    adopters, labour, government = economy.adopters, economy.labour, economy.government
    rows = adopters.rows()
    found = outside("adoption depth", adopters.depth[rows], 0.0, 1.0 + CLOSED)
    found += outside("adopter value", adopters.value_total[rows], 0.0)
    found += outside("posted wage", labour.wage, 1e-6, 1e6)
    found += outside("tightness", labour.tightness, 0.0)
    found += outside("pilot exposure", government.exposure, 0.0, 1.0 + CLOSED)
    found += outside("regulation", [government.regulation, government.social_risk], 0.0, 1e3)
    found += outside("adjustment", [government.adjustment], -1.0, 1.0)
    found += outside("public levels", [*economy.research.public_level, *economy.research.pool, *economy.research.best])
    found += outside("frontier", economy.world.frontier)
    found += outside("domestic share of compute", [economy.compute.domestic_share], 0.0, 1.0)
    found += outside("compute", [economy.compute.capacity, economy.compute.utilisation], 0.0)
    found += outside("venture", [economy.venture.log_flow, economy.venture.slow_flow])
    found += outside("promises", [economy.venture.uncalled], -1e-6)
    for channel in economy.channels:
        found += outside(f"funds of {channel.name}", [channel.uncalled, channel.powder], -1e-6)
    found += outside("carrying share", economy.carrying, 0.0, 1.0)
    found += outside("targets", [p.target for p in economy.provinces], 0.0)
    return found


def record_problems(economy: Economy) -> list[str]:
    """Recorded variables of the quarter that are not finite or leave the interval of their unit."""
    found = []
    for variable in variables().values():
        value = economy.records[variable.name][economy.quarter - 1]
        low, high = WITHIN.get(variable.unit, (-np.inf, np.inf))
        if variable.name in ANY_SIGN:
            low = -np.inf
        if variable.name in UNBOUNDED:
            high = np.inf
        found += outside(f"variable {variable.name}", value, low, high)
    return found


def problems_of(before: float, economy: Economy) -> list[str]:
    """Everything that does not hold at the end of a quarter."""
    errors = economy.ledger.closure_errors(economy.firms)
    found = [f"books do not close: {name} {value:.1e}" for name, value in errors.items() if not value < CLOSED]
    gap = counted_gap(before, economy)
    if not gap < CLOSED:
        found.append(f"people are not counted: {gap:.1e}")
    found += firm_problems(economy) + people_problems(economy) + market_problems(economy) + other_problems(economy)
    return found + record_problems(economy)


def first_problem(number: int, until: str, scale: float = 0.01) -> str:
    """What goes wrong first in random scenario ``number``; empty when nothing does."""
    economy = Economy(random_scenario(number, until), seed=number, scale=scale)
    for before, _ in quarters_of(economy):
        found = problems_of(before, economy)
        if found:
            return f"scenario {number}, {economy.quarters[economy.quarter - 1]}: {found}"
    economy.close()
    return ""

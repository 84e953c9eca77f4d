"""Call 8, ``compute``: platform and public investment, imported and domestic supply, utilisation.

Rule: Investment in compute and its split
    Formula: capex = platform + public a quarter; goods share g of it is chips and servers; domestic share d of the
        goods; imports m = (1 - d) * (1 - restriction); of what is refused the part d * level is bought at home, the
        rest not at all
    Symbols: level that of domestic chips against the frontier, at most one; platform platform_capex * (1 -
        capex_shock_response * platform_regulation_shock); public public_compute_investment; g capex_goods_share; d
        domestic_capex_share moving with substitution; restriction compute_import_restriction
    Unit: million CNY a quarter (orders for the next quarter)
    Source: funding_channels_estimate.csv; model.md section 4 (domestic share 0.25-0.75)
    Clause: P007;P069;P085

Rule: Substitution
    Formula: d d/dt = speed * (restriction + drift) * (1 - d) * level of domestic chips, a year
    Symbols: speed substitution_speed; level relative level of AI chips; drift substitution_drift
    Unit: share a year
    Source: plan_map P085 0.05-0.4 a year; domestic 41 % of the 2025 chip market (P007, secondary)
    Clause: P007;P085

Rule: Capacity and utilisation
    Formula: C(t) = (1 - retirement/4) * C(t-1) + goods bought / (price * norm); price = (1 - chip_price_decline)^years
        * (1 + restriction_price * restriction); utilisation = demand / (demand + C); demand = demand0 * depth / depth0
        * (1 + compute_intensity_growth)^years * weak modifier; access = (C / demand)^a, relative to the first quarter,
        between 0.3 and 2
    Symbols: norm the first quarter's purchase over retirement/4, so that C starts in balance; goods bought at home in
        place of refused imports count by domestic_chip_efficiency; demand0 initial_compute_demand; depth value-weighted
        depth of adopters; a compute_access_elasticity; incumbents reach incumbent_compute times the access; retirement
        compute_retirement
    Unit: index (2016Q1 = 1)
    Source: F66; P069: utilisation 0.2-0.7
    Clause: P069;P085;P086
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import index
from simulation.model.rules.modifiers import modifier
from simulation.model.state import INCUMBENT

if TYPE_CHECKING:
    from simulation.model.economy import Economy

CHIPS = index("field", "ai_chips")


def substitution_step(share: float, speed: float, pressure: float, level: float) -> float:
    """Rise of the domestic share of compute goods in a quarter."""
    return speed / 4.0 * pressure * (1.0 - share) * level


def utilisation(demand: float, capacity: float) -> float:
    """Share of installed compute in use: near one when demand is large against capacity."""
    return demand / (demand + capacity)


def run(economy: Economy) -> None:
    """Plan the next quarter's investment, put the last one into service, and tell firms what compute they can reach."""
    p, levers, compute = economy.parameters, economy.levers, economy.compute
    restriction = levers.effective("compute_import_restriction")
    shock = 1.0 - p["capex_shock_response"] * levers.effective("platform_regulation_shock")
    platform = 250.0 * float(p.driver("platform_capex")) * shock
    public = 250.0 * levers.effective("public_compute_investment")
    recorded = 250.0 * levers.delivered("public_compute_investment")
    economy.record("public_compute_capex", recorded / 1000.0)
    level = math.exp(min(economy.research.best[CHIPS] - economy.world.frontier[CHIPS], 0.0))
    compute.domestic_share += substitution_step(
        compute.domestic_share, p["substitution_speed"], restriction + p["substitution_drift"], level
    )
    goods = p["capex_goods_share"]
    share = compute.domestic_share
    refused = (1.0 - share) * restriction
    # Home supply can step in only as far as its chips reach the level asked for.
    replaced = refused * share * level
    imported = (1.0 - share) * (1.0 - restriction)
    imported_recorded = (1.0 - share) * (1.0 - levers.delivered("compute_import_restriction"))
    compute.domestic_platform = platform * goods * (share + replaced)
    compute.domestic_public = public * goods * (share + replaced)
    compute.imports = {"parents": platform * goods * imported, "local_government": public * goods * imported}
    compute.buildings = {"parents": platform * (1.0 - goods), "local_government": public * (1.0 - goods)}
    compute.public_idle = recorded - public
    economy.record("chips_imported", (platform + public) * goods * imported_recorded / 1000.0)
    bought = (platform + public) * goods * (share + replaced * p["domestic_chip_efficiency"] + imported)
    years = economy.quarter / 4.0
    price = (1.0 - p.driver("chip_price_decline")) ** years * (1.0 + p["restriction_price"] * restriction)
    real = bought / price
    if compute.reference is None:
        compute.reference = real / (p["compute_retirement"] / 4.0)
    compute.capacity += real / compute.reference - p["compute_retirement"] / 4.0 * compute.capacity
    demand = _demand(economy) * modifier(economy, "power_price_relief")
    compute.utilisation = utilisation(demand, compute.capacity)
    access = (compute.capacity / max(demand, 1e-9)) ** p["compute_access_elasticity"]
    compute.relative_access = relative = min(max(access / compute.initial_access(access), 0.3), 2.0)
    groups = economy.firms.kind == INCUMBENT
    economy.firms.compute[:] = np.where(groups, relative * p["incumbent_compute"], relative)
    economy.record("compute_capacity", compute.capacity)
    economy.record("compute_utilisation", compute.utilisation)
    economy.record("domestic_chip_share", (share + replaced) / max(share + replaced + imported, 1e-9))


def _demand(economy: Economy) -> float:
    """Demand for compute relative to the start: depth of adoption and research, scaled by model growth."""
    p = economy.parameters
    depth = float(economy.adoption.uses.depth.sum()) / max(economy.compute.initial_depth, 1e-9)
    growth = (1.0 + p["compute_intensity_growth"]) ** (economy.quarter / 4.0)
    return p["initial_compute_demand"] * depth * growth

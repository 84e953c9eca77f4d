"""Call 8, plain: investment in compute, home supply in place of imports, capacity, and what firms can reach."""

from __future__ import annotations

import math

from simulation.inputs.dimensions import index
from tests.reference.agents import PlainEconomy
from tests.reference.names import INCUMBENT

CHIPS = index("field", "ai_chips")


def run(plain: PlainEconomy) -> None:
    """Plan the next quarter's investment, put the last one into service, and tell firms what they can reach."""
    platform, public = platform_investment(plain), 250.0 * plain.effective("public_compute_investment")
    substitute(plain)
    split_investment(plain, platform, public)
    add_capacity(plain, platform + public)
    share_access(plain)


# -- Investment in compute and its split ------------------------------------------------------------------------------


def platform_investment(plain: PlainEconomy) -> float:
    """What platform groups invest in a quarter, less in a clamp-down."""
    shock = plain.value("capex_shock_response") * plain.effective("platform_regulation_shock")
    return 250.0 * plain.driver("platform_capex") * (1.0 - shock)


def replaced_share(plain: PlainEconomy) -> float:
    """Part of the goods that home supply takes over from refused imports, as far as its chips reach the level."""
    share = plain.compute.domestic_share
    return (1.0 - share) * plain.effective("compute_import_restriction") * share * chip_level(plain)


def imported_share(plain: PlainEconomy, restriction: float) -> float:
    """Part of the goods that comes from abroad under a restriction."""
    return (1.0 - plain.compute.domestic_share) * (1.0 - restriction)


def split_investment(plain: PlainEconomy, platform: float, public: float) -> None:
    """Orders of the next quarter: goods from home and abroad, buildings; and public money that stays idle."""
    compute, goods = plain.compute, plain.value("capex_goods_share")
    home = compute.domestic_share + replaced_share(plain)
    abroad = imported_share(plain, plain.effective("compute_import_restriction"))
    compute.domestic_platform = platform * goods * home
    compute.domestic_public = public * goods * home
    compute.imports = {"parents": platform * goods * abroad, "local_government": public * goods * abroad}
    compute.buildings = {"parents": platform * (1.0 - goods), "local_government": public * (1.0 - goods)}
    delivered = 250.0 * plain.delivered("public_compute_investment")
    compute.public_idle = delivered - public
    plain.record("public_compute_capex", delivered / 1000.0)
    allowed = imported_share(plain, plain.delivered("compute_import_restriction"))
    plain.record("chips_imported", (platform + public) * goods * allowed / 1000.0)
    plain.record("domestic_chip_share", home / max(home + abroad, 1e-9))


# -- Substitution -----------------------------------------------------------------------------------------------------


def chip_level(plain: PlainEconomy) -> float:
    """Level of domestic chips against the frontier, at most one."""
    return min(math.exp(plain.research.best[CHIPS] - plain.world.frontier[CHIPS]), 1.0)


def substitute(plain: PlainEconomy) -> None:
    """The domestic share of compute goods rises under pressure, as far as domestic chips are good."""
    share = plain.compute.domestic_share
    pressure = plain.effective("compute_import_restriction") + plain.value("substitution_drift")
    plain.compute.domestic_share += (
        plain.value("substitution_speed") / 4.0 * pressure * (1.0 - share) * chip_level(plain)
    )


# -- Capacity and utilisation -----------------------------------------------------------------------------------------


def add_capacity(plain: PlainEconomy, investment: float) -> None:
    """Old machines retire, what was bought comes into service; the first quarter sets the norm of what is bought."""
    compute, retired = plain.compute, plain.value("compute_retirement") / 4.0
    bought = real_purchase(plain, investment)
    if compute.reference is None:
        compute.reference = bought / retired
    compute.capacity = (1.0 - retired) * compute.capacity + bought / compute.reference


def real_purchase(plain: PlainEconomy, investment: float) -> float:
    """Compute bought for the money: home goods that replace refused imports count by their efficiency."""
    restriction = plain.effective("compute_import_restriction")
    replaced = replaced_share(plain) * plain.value("domestic_chip_efficiency")
    useful = plain.compute.domestic_share + replaced + imported_share(plain, restriction)
    decline = (1.0 - plain.driver("chip_price_decline")) ** (plain.quarter / 4.0)
    price = decline * (1.0 + plain.value("restriction_price") * restriction)
    return investment * plain.value("capex_goods_share") * useful / price


def demand_for_compute(plain: PlainEconomy) -> float:
    """Demand against the start: use of AI by adopters, and models that need more each year."""
    depth = sum(adopter.value_share * adopter.depth for adopter in plain.adopters)
    relative = depth / max(plain.compute.initial_depth, 1e-9)
    growth = (1.0 + plain.value("compute_intensity_growth")) ** (plain.quarter / 4.0)
    return plain.value("initial_compute_demand") * relative * growth * plain.modifier("power_price_relief")


def share_access(plain: PlainEconomy) -> None:
    """Use of the capacity, and the compute each firm can reach against the first quarter."""
    compute = plain.compute
    demand = demand_for_compute(plain)
    compute.utilisation = demand / (demand + compute.capacity)
    access = (compute.capacity / max(demand, 1e-9)) ** plain.value("compute_access_elasticity")
    if compute.access_reference is None:
        compute.access_reference = access
    compute.relative_access = min(max(access / compute.access_reference, 0.3), 2.0)
    for firm in plain.firms:
        reach = plain.value("incumbent_compute") if firm.kind == INCUMBENT else 1.0
        firm.compute = compute.relative_access * reach
    plain.record("compute_capacity", compute.capacity)
    plain.record("compute_utilisation", compute.utilisation)

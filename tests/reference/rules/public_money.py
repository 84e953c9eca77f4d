"""Call 9, plain, part one: public money - research, grants, missions, provinces in a race, review of projects."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace

from simulation.inputs.dimensions import index, members
from tests.reference.agents import Firm, PlainEconomy
from tests.reference.names import PRODUCTS, REGIONS

FISCAL = index("channel", "fiscal_grants")
USES = members("public_use")
# Quarters before which the national targets of 2020, 2025 and 2030 are the next ones.
TARGET_ENDS = (20, 40, 60)
CHAMPIONS = 3
LASTING = 0.95


def pay_public_money(plain: PlainEconomy) -> None:
    """Pay public money out for the quarter."""
    grant_to_firms(plain, fund_research(plain))
    race_of_provinces(plain)
    pay_programmes(plain)
    support_exporters(plain)
    if plain.quarter % 4 == 3:
        review_projects(plain)


# -- Split of fiscal research money -----------------------------------------------------------------------------------


def split_by_use(basic_share: float, balance: list[float]) -> dict[str, float]:
    """Shares of the uses of public research money: basic research first, the rest by the balance of the others."""
    others = {use: balance[place] for place, use in enumerate(USES) if use != "basic"}
    scale = (1.0 - basic_share) / max(sum(others.values()), 1e-12)
    return {"basic": basic_share, **{use: weight * scale for use, weight in others.items()}}


def fund_research(plain: PlainEconomy) -> float:
    """Pay universities for basic research and common technology; returns what is left for firms, million CNY."""
    delivered = 250.0 * plain.delivered("fiscal_rd_grants")
    used = plain.value("grant_use_share") * 250.0 * plain.effective("fiscal_rd_grants")
    shares = split_by_use(plain.effective("basic_research_share"), plain.effective("portfolio_balance"))
    plain.public_funds["basic"] = used * shares["basic"]
    plain.public_funds["common"] = used * shares["common_technology"]
    research = plain.public_funds["basic"] + plain.public_funds["common"]
    plain.ledger.post("public_research", "central_government", "universities", research)
    plain.ledger.post("diverted_grants", "central_government", "rest_domestic", max(delivered - used, 0.0))
    planned = split_by_use(plain.delivered("basic_research_share"), plain.delivered("portfolio_balance"))
    plain.record("grants_paid", delivered / 1000.0)
    plain.record("basic_research_paid", planned["basic"] * delivered / 1000.0)
    plain.record("public_research_by_use", [planned[use] * delivered / 1000.0 for use in USES])
    return used - research


# -- Grants to firms --------------------------------------------------------------------------------------------------


def grant_to_firms(plain: PlainEconomy, budget: float) -> None:
    """Draw the winners of grants; each ticket is the same, and together they are the budget."""
    record_grants(plain, budget)
    firms = plain.firms
    scores = grant_scores(plain, plain.effective("region_allocation_rule"))
    draws = plain.uniforms("firm_selection", firms, index=9)
    tickets = [
        math.floor(budget * score / plain.value("grant_ticket") + draw)
        for score, draw in zip(scores, draws, strict=True)
    ]
    won = sum(number * firm.weight for firm, number in zip(firms, tickets, strict=True))
    if won <= 0.0:
        plain.ledger.post("public_research", "central_government", "universities", budget)
        plain.record_channel(FISCAL, 0.0)
        return
    plain.public_by_region = [0.0 for _ in REGIONS]
    for firm, number in zip(firms, tickets, strict=True):
        amount = number * budget / won
        receive_grant(plain, "grants", "central_government", firm, amount)
        plain.public_by_region[firm.region] += amount * firm.weight
    plain.record_channel(FISCAL, budget)


def record_grants(plain: PlainEconomy, budget: float) -> None:
    """Where the money goes as planned, and how much of it by which criterion."""
    by_region = [0.0 for _ in REGIONS]
    scores = grant_scores(plain, plain.delivered("region_allocation_rule"))
    for firm, score in zip(plain.firms, scores, strict=True):
        by_region[firm.region] += score * firm.weight * budget / 1000.0
    plain.record("public_money_by_region", by_region)
    plain.record("champion_support_paid", plain.delivered("champion_support") * budget / 1000.0)
    plain.record("public_funds_by_market_signal", plain.delivered("market_allocation_weight") * budget / 1000.0)


def receive_grant(plain: PlainEconomy, flow: str, payer: str, firm: Firm, amount: float) -> None:
    """A firm gets public money and adds it, with what it induces, to the research of the next quarter."""
    plain.ledger.firm_receives(flow, payer, firm, amount)
    firm.research_induced += amount * (1.0 + plain.value("fiscal_additionality"))


def grant_scores(plain: PlainEconomy, tilt: list[float]) -> list[float]:
    """Share of the budget each living firm can expect (per firm of a row), given the tilt to provinces."""
    market, kept = plain.effective("market_allocation_weight"), plain.effective("champion_support")
    by_signal = normalised(plain, market_score)
    by_file = normalised(plain, lambda firm: file_score(firm) * math.exp(tilt[firm.region]))
    scores = [market * signal + (1.0 - market) * file for signal, file in zip(by_signal, by_file, strict=True)]
    chosen = champions(plain)
    if not chosen:
        return scores
    by_rank = normalised(plain, lambda firm: float(firm in chosen))
    return [(1.0 - kept) * score + kept * rank for score, rank in zip(scores, by_rank, strict=True)]


def normalised(plain: PlainEconomy, score: Callable[[Firm], float]) -> list[float]:
    """A score of every living firm over the national sum of scores."""
    total = max(plain.national(score), 1e-9)
    return [score(firm) / total for firm in plain.firms]


def market_score(firm: Firm) -> float:
    """What the market says of a firm: its size and the growth it expects."""
    revenue = firm.revenue_year()
    growth = min(max(4.0 * firm.expected_orders / max(revenue, 1.0), 0.25), 4.0)
    return math.sqrt(max(revenue, 0.0)) * growth


def file_score(firm: Firm) -> float:
    """What the file says of a firm: its size, and above all its certificate."""
    return (0.2 + firm.certified) * math.sqrt(max(firm.revenue_year(), 0.0))


def champions(plain: PlainEconomy) -> set[Firm]:
    """The three largest firms of each product."""
    chosen: set[Firm] = set()
    for product in PRODUCTS:
        makers = [firm for firm in plain.firms if firm.product == product]
        chosen.update(sorted(makers, key=Firm.revenue_year)[-CHAMPIONS:])
    return chosen


# -- Race of provinces ------------------------------------------------------------------------------------------------


def race_of_provinces(plain: PlainEconomy) -> None:
    """Provinces set targets in a race with their peers, and money follows within their means."""
    national = national_target(plain)
    targets = sum(province.target for province in plain.provinces)
    announced = sum(province.announced for province in plain.provinces)
    for province, share in zip(plain.provinces, province_shares(plain), strict=True):
        ambition = ambition_of(plain, plain.effective("local_target_multiplier"))
        province.target = local_target(plain, national * share * ambition, targets * share)
        ambition = ambition_of(plain, plain.delivered("local_target_multiplier"))
        province.announced = local_target(plain, national * share * ambition, announced * share)
        province.spending = programme_money(plain, province, province.target)
    recorded = sum(programme_money(plain, province, province.announced) for province in plain.provinces)
    spend_locally(plain, idle_part(plain, targets, national), recorded)
    plain.record("local_programme_spending", recorded / 1000.0)
    plain.record("idle_capacity", sum(province.idle_capacity for province in plain.provinces) / 1000.0)
    plain.record("local_targets_sum", sum(province.target for province in plain.provinces))


def national_target(plain: PlainEconomy) -> float:
    """The next national target of core revenue, bn CNY; the last one stays."""
    return plain.value("target_core_revenue")[next_target(plain.quarter)]


def next_target(quarter: int) -> int:
    """Place of the next national target: the first whose year is not over."""
    for place, end in enumerate(TARGET_ENDS):
        if quarter < end:
            return place
    return len(TARGET_ENDS) - 1


def gdp_share(plain: PlainEconomy, province: SimpleNamespace) -> float:
    """Share of a province in GDP."""
    return plain.value("gdp_share")[province.position] / sum(plain.value("gdp_share"))


def province_shares(plain: PlainEconomy) -> list[float]:
    """Mean of the provinces' shares of core revenue and of GDP."""
    revenue = [0.0 for _ in REGIONS]
    for firm in plain.firms:
        revenue[firm.region] += firm.revenue * firm.weight
    total = max(sum(revenue), 1e-9)
    return [0.5 * revenue[p.position] / total + 0.5 * gdp_share(plain, p) for p in plain.provinces]


def ambition_of(plain: PlainEconomy, multiplier: float) -> float:
    """What provinces make of their share of the national target under the signal of the plan."""
    return multiplier * (1.0 + plain.value("race_signal") * plain.government.signal[0])


def local_target(plain: PlainEconomy, own: float, peers: float) -> float:
    """Target of a province, bn CNY: its own, drawn up towards what its peers' last targets would ask of it."""
    imitation = plain.value("race_imitation")
    return (1.0 - imitation) * own + imitation * max(own, peers)


def programme_money(plain: PlainEconomy, province: SimpleNamespace, target: float) -> float:
    """Programme money of a province in a quarter: follows its target within its fiscal space, million CNY."""
    growth = (1.0 + plain.value("local_fiscal_growth")) ** (plain.quarter / 4.0)
    space = 250.0 * plain.value("local_fiscal_space") * growth * gdp_share(plain, province)
    return min(1000.0 * target * plain.value("local_money_per_target") / 4.0, space)


def idle_part(plain: PlainEconomy, targets: float, national: float) -> float:
    """Part of local money that builds ahead of demand: more, the further targets run ahead of the national one."""
    ahead = targets / national if national else 0.0
    return min(0.8, plain.value("idle_share") * max(ahead, 1.0))


def spend_locally(plain: PlainEconomy, idle: float, recorded: float) -> None:
    """Local money reaches firms by their files; the rest is idle capacity, and what missed its purpose is spent too."""
    spending = reached = 0.0
    for province in plain.provinces:
        local = [firm for firm in plain.firms if firm.region == province.position]
        claims = sum(file_score(firm) * firm.weight for firm in local)
        reaching = (1.0 - idle) * province.spending if claims > 0.0 else 0.0
        for firm in local:
            amount = reaching / max(claims, 1e-9) * file_score(firm)
            receive_grant(plain, "local_programmes", "local_government", firm, amount)
            reached += amount * firm.weight
        province.idle_capacity = LASTING * province.idle_capacity + province.spending - reaching
        spending += province.spending
    astray = max(recorded - spending, 0.0)
    missed = max(spending - reached, 0.0)
    plain.ledger.post("local_programmes", "local_government", "rest_domestic", missed + astray)
    plain.fiscal_squeeze = plain.value("fiscal_displacement") * spending


# -- Programmes: missions, related industries, teams, exporters -------------------------------------------------------


def pay_programmes(plain: PlainEconomy) -> None:
    """Money of missions, related programmes and teams goes to universities; what has effect is noted apart."""
    for lever, purpose, flow, variable in (
        ("major_project_budget", "mission", "public_research", "major_project_paid"),
        ("related_programme_budget", "related", "public_research", "related_programme_paid"),
        ("team_grant_rate", "teams", "team_grants", "team_grants_paid"),
    ):
        delivered = 250.0 * plain.delivered(lever)
        plain.public_funds[purpose] = 250.0 * plain.effective(lever)
        plain.ledger.post(flow, "central_government", "universities", delivered)
        plain.record(variable, delivered / 1000.0)
    under_review = plain.public_funds["mission"] + plain.public_funds["basic"]
    plain.record("project_money_moved", plain.delivered("project_reallocation_rate") * under_review / 1000.0)


def support_exporters(plain: PlainEconomy) -> None:
    """Exporters are supported in proportion to exports; what misses its purpose stays in the domestic economy."""
    delivered = 250.0 * plain.delivered("outward_fdi_support")
    effective = 250.0 * plain.effective("outward_fdi_support")
    exports = plain.national(lambda firm: firm.export_share * firm.revenue)
    reaching = min(effective, delivered) if exports > 0.0 else 0.0
    for firm in plain.firms:
        amount = firm.export_share * firm.revenue * (reaching / max(exports, 1e-9))
        plain.ledger.firm_receives("export_support", "central_government", firm, amount)
    plain.ledger.post("export_support", "central_government", "rest_domestic", delivered - reaching)
    plain.record("export_support_paid", delivered / 1000.0)


# -- Review of projects -----------------------------------------------------------------------------------------------


def review_projects(plain: PlainEconomy) -> None:
    """Project money moves from theory fields with slow progress to those with fast progress."""
    bases, rate = plain.research_bases, plain.effective("project_reallocation_rate")
    progress = [base.breakthroughs + base.hazard / base.threshold for base in bases]
    mean = sum(progress) / len(progress)
    largest = max(max(abs(value - mean) for value in progress), 1e-9)
    for base, value in zip(bases, progress, strict=True):
        base.weight = min(max(base.weight * (1.0 + rate * (value - mean) / largest), 0.2), 5.0)

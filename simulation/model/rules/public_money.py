"""Call 9, ``finance``, part one: public money - grants, research, missions, provinces in a race, guidance funds.

Rule: Split of fiscal research money
    Formula: E = u * min(effective, delivered); basic = b * E; the rest by portfolio weights over common technology,
        industrialisation and application; universities get basic and common technology, firms the others; diverted =
        delivered - E
    Symbols: effective and delivered levels of fiscal_rd_grants; u grant_use_share, the part that is put to its purpose;
        b basic_research_share; portfolio weights portfolio_balance
    Unit: million CNY a quarter
    Source: CSET (2019) for the level; Boeing and Peters (2022) for diversion
    Clause: P010;P011;P073

Rule: Grants to firms
    Formula: chance of firm i = budget * score(i) / (ticket * sum of scores); each winner gets the same ticket, scaled
        so that the budget is spent; score = market weight * sqrt(revenue) * growth + (1 - market weight) * (0.2 +
        [certified]) * sqrt(revenue) * tilt, each part normalised, and a champion share for the three largest firms of
        each product
    Symbols: market weight market_allocation_weight; growth expected over past orders, 0.25 to 4; tilt
        exp(region_allocation_rule); champion share champion_support; ticket grant_ticket
    Unit: million CNY
    Source: Boeing (2016); Wang, Li and Furman (2017); Tianjin mean grant 3.2 m
    Clause: P012;P053;P056;P073;P074

Rule: Race of provinces
    Formula: own(r) = national target * share(r) * multiplier * (1 + race_signal * signal); target(r) = (1 - i) * own(r)
        + i * max(own(r), last sum of targets * share(r)); spending(r) = min(money per target * target / 4, fiscal
        space(r)); a share is idle capacity, the rest reaches local firms; procurement of the next quarter shrinks by
        displacement * spending
    Symbols: share(r) mean of the province's shares of core revenue and of GDP; multiplier local_target_multiplier; i
        race_imitation; local_money_per_target; local_fiscal_space by GDP, growing local_fiscal_growth a year; idle
        share idle_share *
        max(1, sum of targets / national target), at most 0.8; displacement fiscal_displacement; GDP shares gdp_share
    Unit: million CNY a quarter
    Source: F76 (2.4-2.9 times for 2020); plan_map note 4
    Clause: P056;P099

Rule: Review of projects
    Formula: at the end of a year weight(b) = weight(b) * (1 + rate * (progress(b) - mean) / largest deviation), 0.2 to
        5
    Symbols: b theory field; rate project_reallocation_rate; progress breakthroughs plus the hazard run up over its
        threshold; weights share basic research money out
    Unit: ratio
    Source: plan_map P072 (judgement)
    Clause: P072

Rule: Guidance funds
    Formula: uncalled' = announced * committed * AI share / 4 - paid; paid = paid-in rate / 4 * uncalled;
        powder' = paid - disbursed; disbursed = disbursement_ratio / 4 * powder
    Symbols: announced guidance_fund_commitments; committed guidance_commit_ratio; AI share guidance_ai_share; paid-in
        rate guidance_paid_in_rate
    Unit: million CNY a quarter
    Source: funding.md 2.2 and section 3: 0.41-0.60, 0.45-0.70, 0.05-0.23 (E)
    Clause: P075
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import index, size
from simulation.model.columns import inner

if TYPE_CHECKING:
    from simulation.model.economy import Economy

FISCAL = index("channel", "fiscal_grants")
BASIC, COMMON = index("public_use", "basic"), index("public_use", "common_technology")
TARGET_ENDS = (20, 40, 60)


def portfolio(basic_share: float, balance: np.ndarray) -> np.ndarray:
    """Shares of the four uses, summing to one: the basic share first, the rest by the balance of the other uses."""
    rest = balance.copy()
    rest[BASIC] = 0.0
    shares = (1.0 - basic_share) * rest / max(rest.sum(), 1e-12)
    shares[BASIC] = basic_share
    return shares


def national_target(targets: np.ndarray, quarter: int) -> tuple[int, float]:
    """The next national core target: (first quarter after its year, bn CNY); the last one stays."""
    place = next((place for place, end in enumerate(TARGET_ENDS) if quarter < end), len(TARGET_ENDS) - 1)
    return TARGET_ENDS[place], float(targets[place])


def local_target(national: float, share: float, multiplier: float, peers: float, imitation: float) -> float:
    """Target of a province, bn CNY: its share of the national one times its ambition, drawn towards its peers' sum."""
    own = national * share * multiplier
    return (1.0 - imitation) * own + imitation * max(own, peers * share)


def programme_money(target: float, money_per_target: float, fiscal_space: float) -> float:
    """Programme money of a province in a quarter, million CNY: follows its target within its fiscal space."""
    return min(1000.0 * target * money_per_target / 4.0, fiscal_space)


def run(economy: Economy) -> None:
    """Pay public money out for the quarter."""
    firm_budget = _research_money(economy)
    _grant(economy, firm_budget)
    _provinces(economy)
    _other_programmes(economy)


def _research_money(economy: Economy) -> float:
    levers, ledger = economy.levers, economy.ledger
    delivered = 250.0 * levers.delivered("fiscal_rd_grants")
    effective = 250.0 * levers.effective("fiscal_rd_grants")
    useful = effective * economy.parameters["grant_use_share"]
    basic, balance = levers.effective("basic_research_share"), levers.effective("portfolio_balance")
    shares = portfolio(basic, balance)
    economy.public_funds.update(basic=useful * shares[BASIC], common=useful * shares[COMMON])
    research = economy.public_funds["basic"] + economy.public_funds["common"]
    ledger.post("public_research", "central_government", "universities", research)
    ledger.post("diverted_grants", "central_government", "rest_domestic", max(delivered - useful, 0.0))
    economy.record("grants_paid", delivered / 1000.0)
    economy.record("basic_research_paid", delivered * levers.delivered("basic_research_share") / 1000.0)
    uses = portfolio(levers.delivered("basic_research_share"), levers.delivered("portfolio_balance"))
    economy.record("public_research_by_use", uses * delivered / 1000.0)
    return useful - research


def _grant(economy: Economy, budget: float) -> None:
    p, firms, levers, t = economy.parameters, economy.firms, economy.levers, economy.quarter
    score = _grant_score(economy, levers.effective("region_allocation_rule"))
    planned = _grant_score(economy, levers.delivered("region_allocation_rule")) * firms.alive * firms.weight
    economy.record("public_money_by_region", np.bincount(firms.region, planned, size("region")) * budget / 1000.0)
    economy.record("champion_support_paid", levers.delivered("champion_support") * budget / 1000.0)
    economy.record("public_funds_by_market_signal", levers.delivered("market_allocation_weight") * budget / 1000.0)
    expected = budget * score / p["grant_ticket"]
    tickets = np.floor(expected + economy.streams.uniform("firm_selection", firms.uid, t, 9)) * firms.alive
    won = inner(tickets, firms.weight)
    if won <= 0.0:
        economy.ledger.post("public_research", "central_government", "universities", budget)
        economy.record_channel(FISCAL, 0.0)
        return
    amounts = tickets * budget / won
    economy.ledger.firms_receive("grants", "central_government", firms, amounts)
    firms.research_induced += amounts * (1.0 + p["fiscal_additionality"])
    economy.record_channel(FISCAL, budget)
    economy.public_by_region = np.bincount(firms.region, amounts * firms.weight, size("region")).astype(float)


def _grant_score(economy: Economy, tilt: np.ndarray) -> np.ndarray:
    """Share of the budget that each firm can expect (per firm of a row), given the log tilt of the provinces."""
    firms, levers = economy.firms, economy.levers
    market, kept = levers.effective("market_allocation_weight"), levers.effective("champion_support")
    revenue = firms.revenue_year()
    growth = np.clip(firms.expected_orders * 4.0 / np.maximum(revenue, 1.0), 0.25, 4.0)
    by_signal = np.sqrt(np.maximum(revenue, 0.0)) * growth
    by_file = (0.2 + firms.certified) * np.sqrt(np.maximum(revenue, 0.0)) * np.exp(tilt)[firms.region]
    own = firms.alive * firms.weight
    score = market * by_signal / max(inner(by_signal, own), 1e-9)
    score = score + (1.0 - market) * by_file / max(inner(by_file, own), 1e-9)
    champions = np.zeros(firms.length)
    for product in range(size("product")):
        rows = np.flatnonzero(firms.alive & (firms.product == product))
        champions[rows[np.argsort(revenue[rows], kind="stable")[-3:]]] = 1.0
    if inner(champions, own) > 0.0:
        score = (1.0 - kept) * score + kept * champions / inner(champions, own)
    return score


def _provinces(economy: Economy) -> None:
    p, firms, levers, ledger, t = economy.parameters, economy.firms, economy.levers, economy.ledger, economy.quarter
    _, national = national_target(p["target_core_revenue"], t)
    gdp = p["gdp_share"] / p["gdp_share"].sum()
    signal = economy.government.signal[0]
    multiplier = levers.effective("local_target_multiplier") * (1.0 + p["race_signal"] * signal)
    recorded = levers.delivered("local_target_multiplier") * (1.0 + p["race_signal"] * signal)
    space = 250.0 * p["local_fiscal_space"] * (1.0 + p["local_fiscal_growth"]) ** (t / 4.0)
    mean = sum(province.target for province in economy.provinces)
    announced = sum(province.announced for province in economy.provinces)
    recorded_money = 0.0
    weight = np.bincount(firms.region, firms.revenue * firms.weight * firms.alive, size("region"))
    weight = 0.5 * weight / max(weight.sum(), 1e-9) + 0.5 * gdp
    for province in economy.provinces:
        place = province.position
        province.target = local_target(national, weight[place], multiplier, mean, p["race_imitation"])
        province.announced = local_target(national, weight[place], recorded, announced, p["race_imitation"])
        province.spending = programme_money(province.target, p["local_money_per_target"], space * gdp[place])
        recorded_money += programme_money(province.announced, p["local_money_per_target"], space * gdp[place])
    ratio = mean / national if national else 0.0
    idle = min(0.8, p["idle_share"] * max(ratio, 1.0))
    spending = np.array([province.spending for province in economy.provinces])
    score = (0.2 + firms.certified) * np.sqrt(np.maximum(firms.revenue_year(), 0.0)) * firms.alive
    claims = np.bincount(firms.region, firms.weight * score, size("region"))
    reaching = np.where(claims > 0.0, (1.0 - idle) * spending, 0.0)
    per_firm = (reaching / np.maximum(claims, 1e-9))[firms.region] * score
    ledger.firms_receive("local_programmes", "local_government", firms, per_firm)
    firms.research_induced += per_firm * (1.0 + p["fiscal_additionality"])
    # What is spent without reaching its purpose (lever_effect below one) goes where idle capacity goes.
    astray = max(recorded_money - float(spending.sum()), 0.0)
    missed = float(spending.sum()) - inner(per_firm, firms.weight)
    ledger.post("local_programmes", "local_government", "rest_domestic", max(missed, 0.0) + astray)
    for province, money in zip(economy.provinces, spending - reaching, strict=True):
        province.idle_capacity = 0.95 * province.idle_capacity + money
    economy.fiscal_squeeze = p["fiscal_displacement"] * float(spending.sum())
    economy.record("local_programme_spending", recorded_money / 1000.0)
    economy.record("idle_capacity", sum(province.idle_capacity for province in economy.provinces) / 1000.0)
    economy.record("local_targets_sum", sum(province.target for province in economy.provinces))


def _other_programmes(economy: Economy) -> None:
    levers, ledger, funds = economy.levers, economy.ledger, economy.public_funds
    for lever, key, flow, variable in (
        ("major_project_budget", "mission", "public_research", "major_project_paid"),
        ("related_programme_budget", "related", "public_research", "related_programme_paid"),
        ("team_grant_rate", "teams", "team_grants", "team_grants_paid"),
    ):
        delivered = 250.0 * levers.delivered(lever)
        funds[key] = 250.0 * levers.effective(lever)
        ledger.post(flow, "central_government", "universities", delivered)
        economy.record(variable, delivered / 1000.0)
    moved = levers.delivered("project_reallocation_rate") * delivered_project(economy)
    economy.record("project_money_moved", moved / 1000.0)
    _support_exporters(economy)
    review(economy)


def _support_exporters(economy: Economy) -> None:
    """Pay exporters in proportion to their exports; what misses its purpose stays in the domestic economy."""
    firms, ledger = economy.firms, economy.ledger
    delivered = 250.0 * economy.levers.delivered("outward_fdi_support")
    exports = firms.export_share * firms.revenue * firms.alive
    total = inner(exports, firms.weight)
    reaching = min(250.0 * economy.levers.effective("outward_fdi_support"), delivered) if total > 0.0 else 0.0
    ledger.firms_receive("export_support", "central_government", firms, exports * (reaching / max(total, 1e-9)))
    ledger.post("export_support", "central_government", "rest_domestic", delivered - reaching)
    economy.record("export_support_paid", delivered / 1000.0)


def delivered_project(economy: Economy) -> float:
    """Mission and basic money under review in the quarter, million CNY."""
    return economy.public_funds["mission"] + economy.public_funds["basic"]


def review(economy: Economy) -> None:
    """At the end of each year move project money from theory fields with slow progress to those with fast progress."""
    if economy.quarter % 4 != 3:
        return
    rate = economy.levers.effective("project_reallocation_rate")
    progress = np.array([base.hazard / base.threshold + base.breakthroughs for base in economy.research_bases])
    shift = rate * (progress - progress.mean()) / max(float(np.abs(progress - progress.mean()).max()), 1e-9)
    for base, change in zip(economy.research_bases, shift, strict=True):
        base.weight = float(np.clip(base.weight * (1.0 + change), 0.2, 5.0))

"""Call 9, ``finance``, part three: who gets a ticket from private and guidance funds.

Rule: Who is funded
    Formula: applicants (start-ups with less than a year of burn in cash, and others with hazard application_rate / 4;
        no round in the last three quarters) are ranked by score within angel, early and late money; ticket =
        mean(stage) * (S / S_ref)^e * log-normal of mean one, at least 1; the best are served until the next ticket
        exceeds the money left
    Symbols: score of the variant: ``signal`` ln growth + visible_quality * efficiency + progress of the field over the
        mean of fields + selection_noise * noise; ``merit`` efficiency; ``random`` noise; e ticket_flow_elasticity;
        S_ref reference_flow; mean ticket_mean, spread ticket_dispersion; an early firm asks for late money from
        late_threshold on
    Unit: million CNY
    Source: funding.md sections 2.3-2.5 and 3 (tickets 15 / 100 / 300 m)
    Clause: P012;P077

Rule: Return of fund money
    Formula: what funds get back by listing, redemption and liquidation goes to those who committed the money, in
        proportion to cumulated commitments; liquidation serves funds before founders, at most at cost
    Symbols: commitments of limited partners at home and abroad, parent groups and local government
    Unit: million CNY
    Source: model.md section 5
    Clause: P075;P077

Rule: Where guidance money goes
    Formula: score = m * market score + (1 - m) * (certified / 2 + regional tilt - d * ln firm share + noise); tickets
        log-normal; private partners add leverage * additionality per public yuan
    Symbols: m market_allocation_weight; d guidance_dispersion; leverage fund_leverage; additionality
        co_investment_additionality, which may be
        negative (then no partner comes); tickets of mean guidance_ticket and spread guidance_ticket_dispersion; tilt
        region_allocation_rule
    Unit: million CNY
    Source: Beraja et al. and Colonnelli et al. (SCCEI brief): weaker ex-ante signals, dispersed regions; SSRN 3221997
    Clause: P012;P074;P075
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import index, size
from simulation.model.columns import inner
from simulation.model.state import ANGEL, EARLY, LATE, START_UP, UNFUNDED

if TYPE_CHECKING:
    from simulation.model.economy import Economy

CHANNEL = {name: index("channel", name) for name in (
    "guidance_funds", "angel", "venture", "growth", "bank_credit", "capital_market", "corporate", "ppp", "foreign",
)}  # fmt: skip
STAGE_MONEY = ("angel", "venture", "growth")
FUND_CHANNELS = [CHANNEL[name] for name in ("guidance_funds", "angel", "venture", "growth", "foreign", "corporate")]


def ranked_within_budget(score: np.ndarray, cost: np.ndarray, budget: float) -> np.ndarray:
    """Who is served: the highest scores whose cumulative cost (ticket times weight) stays within the budget; bool."""
    order = np.argsort(-score, kind="stable")
    served = np.zeros(len(score), dtype=bool)
    served[order] = np.cumsum(cost[order]) <= budget
    return served


def _score(economy: Economy, rows: np.ndarray, index_: int) -> np.ndarray:
    p, firms = economy.parameters, economy.firms
    noise = economy.streams.normal("firm_selection", firms.uid[rows], economy.quarter, index_)
    variant = economy.variants["selection"]
    if variant == "random":
        return noise
    if variant == "merit":
        return firms.efficiency[rows] + 0.01 * noise
    revenue = np.maximum(firms.revenue_year()[rows], 0.5)
    growth = np.log(np.clip(4.0 * firms.expected_orders[rows] / revenue, 0.25, 4.0))
    fashion = economy.world.frontier - economy.research.initial_frontier
    hot = fashion[firms.specialty[rows]] - fashion.mean()
    return growth + p["visible_quality"] * firms.efficiency[rows] + hot + p["selection_noise"] * noise


def fund_stage(economy: Economy, stage: int, channel: str) -> None:
    """Serve the applicants of a stage (0 angel, 1 early, 2 late) from its money, best score first."""
    p, firms, t = economy.parameters, economy.firms, economy.quarter
    money = economy.channels[CHANNEL[channel]]
    rows = np.flatnonzero(_applies(economy, stage))
    if not len(rows) or money.powder <= 0.0:
        return
    dispersion = p["ticket_dispersion"][stage]
    draws = economy.streams.normal("firm_ticket", firms.uid[rows], t, stage)
    level = (np.exp(economy.venture.log_flow) / p["reference_flow"]) ** p["ticket_flow_elasticity"]
    tickets = np.maximum(p["ticket_mean"][stage] * level * np.exp(dispersion * draws - dispersion**2 / 2.0), 1.0)
    served = ranked_within_budget(_score(economy, rows, stage), tickets * firms.weight[rows], money.powder)
    chosen, amounts = rows[served], tickets[served]
    origin = economy.venture.origin
    total = sum(origin.values())
    parts = {"foreign": origin["foreign"], "corporate": origin["corporate"], channel: origin["domestic"]}
    money.powder -= _issue(economy, chosen, {name: amounts * share / total for name, share in parts.items()})
    firms.stage[chosen] = np.maximum(firms.stage[chosen], (ANGEL, EARLY, LATE)[stage])


def _applies(economy: Economy, stage: int) -> np.ndarray:
    """Start-ups that ask for a ticket of the stage: short of cash, or growing and asking anyway; bool per row."""
    p, firms, t = economy.parameters, economy.firms, economy.quarter
    grown = firms.cumulative_funding >= p["late_threshold"]
    stages = (
        (firms.stage == UNFUNDED) & (t - firms.founded < 16),
        (firms.stage == ANGEL) | ((firms.stage == EARLY) & ~grown),
        (firms.stage == LATE) | ((firms.stage == EARLY) & grown),
    )
    burn = np.maximum(firms.research_budget + firms.wage_bill / 4.0 * 1.5 - firms.margin * firms.revenue, 0.1)
    asks = economy.streams.uniform("firm_application", firms.uid, t, stage) < p["application_rate"] / 4.0
    open_ = firms.alive & (firms.kind == START_UP) & ~firms.listed & (t - firms.last_round >= 3)
    return open_ & stages[stage] & ((firms.cash < 4.0 * burn) | asks)


def _issue(economy: Economy, rows: np.ndarray, parts: dict[str, np.ndarray]) -> float:
    """Pay tickets (per firm, by origin of the money) from the funds and book the equity at cost; returns the total."""
    firms, ledger = economy.firms, economy.ledger
    amounts = sum(parts.values(), np.zeros(len(rows)))
    ledger.firms_receive("equity_issued", "venture_funds", firms, amounts, rows)
    for name, part in parts.items():
        national = inner(part, firms.weight[rows])
        firms.equity[rows, CHANNEL[name]] += part
        ledger.equity[CHANNEL[name]] += national
        economy.record_channel(CHANNEL[name], national)
        economy.channels[CHANNEL[name]].invested += national
    firms.cumulative_funding[rows] += amounts
    firms.first_round[rows] = np.where(
        firms.cumulative_funding[rows] > amounts, firms.first_round[rows], economy.quarter
    )
    firms.last_round[rows] = economy.quarter
    economy.funding_by_region += np.bincount(firms.region[rows], amounts * firms.weight[rows], size("region"))
    return inner(amounts, firms.weight[rows])


def distribute(economy: Economy, amount: float) -> None:
    """Pay what funds got back (million CNY, national) to those who committed the money, in proportion."""
    committed = economy.venture.committed
    total = sum(committed.values())
    for account, share in committed.items():
        economy.ledger.post("distributions", "venture_funds", account, amount * share / total)


def commit(economy: Economy, account: str, amount: float) -> None:
    """Limited partners or government pay into the funds (million CNY)."""
    economy.ledger.post("commitments", account, "venture_funds", amount)
    economy.venture.committed[account] += amount


def invest_guidance(economy: Economy) -> None:
    """Pay announced guidance money in and invest what falls due, with private partners where they come."""
    p, levers, firms, t = economy.parameters, economy.levers, economy.firms, economy.quarter
    fund, venture = economy.channels[CHANNEL["guidance_funds"]], economy.venture
    _pay_in(economy)
    budget = levers.effective("disbursement_ratio") / 4.0 * fund.powder
    economy.record("guidance_fund_disbursed", levers.delivered("disbursement_ratio") / 4.0 * fund.powder / 1000.0)
    economy.record("private_co_investment", levers.delivered("fund_leverage") * budget / 1000.0)
    local = firms.alive & (firms.kind == START_UP) & ~firms.listed
    rows = np.flatnonzero(local & (t - firms.last_round >= 2) & (t - firms.founded >= 4))
    dispersion = p["guidance_ticket_dispersion"]
    draws = economy.streams.normal("firm_ticket", firms.uid[rows], t, 5)
    tickets = p["guidance_ticket"] * np.exp(dispersion * draws - dispersion**2 / 2.0)
    available = min(budget + venture.guidance_carry, fund.powder)
    served = ranked_within_budget(_guidance_score(economy, rows), tickets * firms.weight[rows], available)
    chosen, amounts = rows[served], tickets[served]
    spent = inner(amounts, firms.weight[chosen])
    venture.guidance_carry = available - spent
    fund.powder -= spent
    # Partners draw on the same promises of limited partners as every other private deal.
    partners = amounts * max(levers.effective("fund_leverage") * p["co_investment_additionality"], 0.0)
    asked = inner(partners, firms.weight[chosen])
    partners *= min(1.0, venture.uncalled / max(asked, 1e-9))
    venture.uncalled -= min(asked, venture.uncalled)
    commit(economy, "rest_domestic", inner(partners, firms.weight[chosen]))
    venture.guidance_invested = _issue(economy, chosen, {"guidance_funds": amounts, "venture": partners})
    firms.stage[chosen] = np.maximum(firms.stage[chosen], ANGEL)


def _pay_in(economy: Economy) -> None:
    """Announced capital becomes commitments and is paid in; what is announced without effect is paid and stays idle."""
    p, levers, venture = economy.parameters, economy.levers, economy.venture
    fund = economy.channels[CHANNEL["guidance_funds"]]
    chain = p["guidance_commit_ratio"] * p["guidance_ai_share"] * 250.0
    fund.uncalled += levers.effective("guidance_fund_commitments") * chain
    venture.guidance_recorded += levers.delivered("guidance_fund_commitments") * chain
    rate = p["guidance_paid_in_rate"] / 4.0
    paid, recorded = rate * fund.uncalled, rate * venture.guidance_recorded
    fund.uncalled -= paid
    venture.guidance_recorded -= recorded
    fund.powder += paid
    commit(economy, "local_government", max(paid, recorded))
    economy.record("guidance_fund_paid_in", recorded / 1000.0)


def _guidance_score(economy: Economy, rows: np.ndarray) -> np.ndarray:
    """State money looks for certified local firms in provinces with few, and weighs market signals only in part."""
    firms, levers = economy.firms, economy.levers
    market = levers.effective("market_allocation_weight")
    tilt = levers.effective("region_allocation_rule") - economy.parameters["guidance_dispersion"] * np.log(
        economy.region_firm_share + 0.005
    )
    noise = economy.streams.normal("firm_selection", firms.uid[rows], economy.quarter, 5)
    by_file = 0.5 * firms.certified[rows] + tilt[firms.region[rows]] + noise
    return market * _score(economy, rows, 6) + (1.0 - market) * by_file

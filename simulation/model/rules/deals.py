"""Call 9, ``finance``, part three: money of funds - what guidance funds have, who pays in, who gets it back.

Who gets a ticket is in ``tickets``.

Rule: Guidance funds
    Formula: uncalled' = announced * committed * AI share / 4 - paid; paid = paid-in rate / 4 * uncalled;
        powder' = paid - disbursed; disbursed = disbursement_ratio / 4 * powder
    Symbols: announced guidance_fund_commitments; committed guidance_commit_ratio; AI share guidance_ai_share; paid-in
        rate guidance_paid_in_rate
    Unit: million CNY a quarter
    Source: funding.md 2.2 and section 3: 0.41-0.60, 0.45-0.70, 0.05-0.23 (E)
    Clause: P075

Rule: Return of fund money
    Formula: what funds get back by listing, redemption and liquidation goes to those who committed the money, in
        proportion to cumulated commitments; liquidation serves funds before founders, at most at cost
    Symbols: commitments of limited partners at home and abroad, parent groups and local government
    Unit: million CNY
    Source: model.md section 5
    Clause: P075;P077
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import index, size
from simulation.model.compiled import inlined
from simulation.model.rules.tickets import (
    BUDGET,
    DIRECTION,
    DRAWS,
    ENTRIES,
    GUIDANCE,
    LEAST,
    MEAN,
    SELECTION,
    SPENT,
    SPREAD,
    VENTURE,
    Applicants,
    DealTerms,
    make_deals,
)  # fmt: skip
from simulation.model.streams import QUANTILE_TABLE

if TYPE_CHECKING:
    from simulation.model.economy import Economy

CHANNEL = {name: index("channel", name) for name in (
    "guidance_funds", "angel", "venture", "growth", "bank_credit", "capital_market", "corporate", "ppp", "foreign",
)}  # fmt: skip
STAGE_MONEY = ("angel", "venture", "growth")
FUND_CHANNELS = [CHANNEL[name] for name in ("guidance_funds", "angel", "venture", "growth", "foreign", "corporate")]
# Which channels are funds, 1 or 0, shape (channel,).
IS_FUND = np.isin(np.arange(size("channel")), FUND_CHANNELS).astype(float)


@inlined
def held_by_funds(equity: np.ndarray, row: int) -> float:
    """Equity of a firm that funds hold, at cost, million CNY; ``equity`` is (firm, channel)."""
    held = 0.0
    for channel in range(equity.shape[1]):
        held += IS_FUND[channel] * equity[row, channel]
    return held


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


def invest(economy: Economy) -> None:
    """Serve applicants from the money of their stage, then from guidance money, with partners where they come."""
    firms, venture, ledger = economy.firms, economy.venture, economy.ledger
    money = [economy.channels[CHANNEL[name]] for name in (*STAGE_MONEY, "guidance_funds")]
    available, terms = _guidance_budget(economy), _terms(economy)
    deals, by_channel, split = np.zeros((2, len(money))), np.zeros(size("channel")), _split(economy)
    deals[BUDGET] = *(channel.powder for channel in money[:GUIDANCE]), available
    books, queue = ledger.books(firms, DIRECTION), np.empty((3, firms.length))
    order = np.empty((2, firms.length), dtype=np.int64)
    by_region = economy.funding_by_region
    make_deals(firms.pick(Applicants), books, terms, deals, split, by_channel, by_region, queue, order)
    ledger.enter(ENTRIES, books.totals)
    spent = deals[SPENT].tolist()
    for channel, cost in zip(money, spent, strict=True):
        channel.powder -= cost
    venture.guidance_carry = available - spent[GUIDANCE]
    venture.uncalled -= min(terms.leverage * spent[GUIDANCE], venture.uncalled)
    partners = float(split[GUIDANCE, VENTURE]) * spent[GUIDANCE]
    commit(economy, "rest_domestic", partners)
    venture.guidance_invested = spent[GUIDANCE] + partners
    for number in FUND_CHANNELS:
        economy.channels[number].invested += by_channel[number]
    ledger.equity += by_channel
    economy.now["funding_by_channel"] += by_channel / 1000.0


def _split(economy: Economy) -> np.ndarray:
    """What each channel pays of a ticket, shape (money, channel); who joins guidance funds is not known yet."""
    origin, split = economy.venture.origin, np.zeros((GUIDANCE + 1, size("channel")))
    total = sum(origin.values())
    split[:GUIDANCE, CHANNEL["foreign"]] = origin["foreign"] / total
    split[:GUIDANCE, CHANNEL["corporate"]] = origin["corporate"] / total
    for money, name in enumerate(STAGE_MONEY):
        split[money, CHANNEL[name]] = origin["domestic"] / total
    split[GUIDANCE, CHANNEL["guidance_funds"]] = 1.0
    return split


def _terms(economy: Economy) -> DealTerms:
    p, levers, streams, t = economy.parameters, economy.levers, economy.streams, economy.quarter
    tickets = np.zeros((3, GUIDANCE + 1))
    level = (math.exp(economy.venture.log_flow) / p["reference_flow"]) ** p["ticket_flow_elasticity"]
    tickets[MEAN, :GUIDANCE], tickets[MEAN, GUIDANCE] = level * p["ticket_mean"], p["guidance_ticket"]
    tickets[SPREAD, :GUIDANCE], tickets[SPREAD, GUIDANCE] = p["ticket_dispersion"], p["guidance_ticket_dispersion"]
    tickets[LEAST, :GUIDANCE] = 1.0
    fashion = economy.world.frontier - economy.research.initial_frontier
    few = np.log(economy.region_firm_share + 0.005)
    return p.terms(
        DealTerms, quarter=t, word=streams.word(t), bases=streams.bases(DRAWS), quantiles=QUANTILE_TABLE,
        selection=SELECTION[economy.variants["selection"]], tickets=tickets, hot=fashion - fashion.sum() / len(fashion),
        market_allocation_weight=levers.effective("market_allocation_weight"),
        tilt=levers.effective("region_allocation_rule") - p["guidance_dispersion"] * few,
        leverage=max(levers.effective("fund_leverage") * p["co_investment_additionality"], 0.0),
        uncalled=economy.venture.uncalled,
    )  # fmt: skip


def _guidance_budget(economy: Economy) -> float:
    """What guidance funds may invest in the quarter, million CNY.

    Announced capital becomes commitments and is paid in; what is announced without effect is paid and stays idle.
    """
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
    budget = levers.effective("disbursement_ratio") / 4.0 * fund.powder
    economy.record("guidance_fund_paid_in", recorded / 1000.0)
    economy.record("guidance_fund_disbursed", levers.delivered("disbursement_ratio") / 4.0 * fund.powder / 1000.0)
    economy.record("private_co_investment", levers.delivered("fund_leverage") * budget / 1000.0)
    return min(budget + venture.guidance_carry, fund.powder)

"""Call 9, ``finance``: budgets, applications, selection, tickets, listing, redemption, returns.

Public money is in ``public_money``, who gets a ticket in ``deals``; this page holds the supply of private equity,
credit, listing and redemption.

Rule: Supply of private equity (variant ``endogenous``)
    Formula: ln S* = c + g * years + w1 * onshore + w2 * (offshore - 1) + w3 * signal - w4 * platform - w5 * tight +
        w6 * exits;
        d ln S = (k (ln S* - ln S) + m * (ln S - ln S one year ago)) / 4; calls = min(S / 4, call rate * uncalled)
    Symbols: S desired private flow a year in the broad scope; exits a decaying mean of secondary sales over the flow;
        uncalled promises of limited partners, fed by commitment_ratio / 4 times a slow mean of S times
        private_equity_supply; core firms get core_share_of_funding of what is called, split over stages by stage_split;
        its origin is foreign (foreign_share * foreign_capital_access), corporate (corporate_venture, less the platform
        shock) and domestic, the rest; c venture_constant; g venture_trend; w venture_weights; k venture_speed; m
        venture_momentum; onshore ipo_window; offshore offshore_window; tight liquidity_tightness; platform
        platform_regulation_shock, which corporate money feels by corporate_shock_response; slow mean with
        commitment_smoothing; call rate call_rate a quarter
    Unit: bn CNY a year
    Source: model.md section 4 (k 0.9, m 0.75, w1 1.4, w2 0.4, w3 0.9, w4 0.6, w5 0.6)
    Clause: P076;P077;P078;P086;P099

Rule: Supply of private equity (variant ``imposed``)
    Formula: S = observed path; calls = S / 4, whatever was promised
    Symbols: observed path imposed_venture_path
    Unit: bn CNY a year
    Source: funding_channels_estimate.csv
    Clause: P077

Rule: Listing and return
    Formula: hazard = listing_rate * window / 4 for firms three years old and above the size test (listing_loss_factor
        of it for those with a loss); proceeds = float * value; value = multiple * revenue of four quarters * (0.5 +
        window); fund stakes are sold and distributed to limited partners
    Symbols: window ipo_window; size test listing_revenue; float listing_float; multiple listing_multiple; stakes
        fund_stake of the value
    Unit: million CNY
    Source: funding.md 2.7; founding to listing 4.0-5.5 years
    Clause: P078

Rule: Redemption
    Formula: hazard = clause * (open + (shut - open) * (1 - window)) / 4 for firms funded more than redemption_years
        ago; pays min(equity of funds at cost, half the cash)
    Symbols: clause redemption_clause, share of deals with the right; open redemption_open; shut redemption_shut
    Unit: per year
    Source: funding.md section 3
    Clause: P077;P078

Rule: Bank credit
    Formula: a firm has a line when its fixed draw is below access (certified:
        certified_credit_multiple times that, at most certified_credit_access); debt moves
        towards collateral_ratio * revenue at a quarter of the gap; the rest repays a sixteenth
    Symbols: access bank_credit_access
    Unit: million CNY
    Source: funding.md 2.6
    Clause: P079
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.model.columns import inner
from simulation.model.rules import public_money
from simulation.model.rules.deals import (
    CHANNEL,
    FUND_CHANNELS,
    STAGE_MONEY,
    commit,
    distribute,
    fund_stage,
    invest_guidance,
)  # fmt: skip
from simulation.model.state import INCUMBENT, LISTED, START_UP

if TYPE_CHECKING:
    from simulation.model.economy import Economy


def desired_flow(years: float, constant: float, trend: float, weights: np.ndarray, drivers: np.ndarray) -> float:
    """Log of the desired private equity flow (bn CNY a year): constant, trend and weighted drivers."""
    return constant + trend * years + float(weights @ drivers)


def flow_step(log_flow: float, log_desired: float, log_year_ago: float, speed: float, momentum: float) -> float:
    """Change of the log flow in a quarter: towards the desired flow, plus momentum of the last four quarters."""
    return (speed * (log_desired - log_flow) + momentum * (log_flow - log_year_ago)) / 4.0


def run(economy: Economy) -> None:
    """Move money for the quarter: public, private equity, guidance funds, credit, listing and redemption."""
    public_money.run(economy)
    _call_private_money(economy)
    for stage, channel in enumerate(STAGE_MONEY):
        fund_stage(economy, stage, channel)
    invest_guidance(economy)
    _credit(economy)
    _list(economy)
    _redeem(economy)


def _call_private_money(economy: Economy) -> None:
    p, levers, venture, t = economy.parameters, economy.levers, economy.venture, economy.quarter
    window, shock = levers.effective("ipo_window"), levers.effective("platform_regulation_shock")
    drivers = np.array([
        window, p.driver("offshore_window") - 1.0, economy.government.signal[0], -shock,
        -p.driver("liquidity_tightness"), venture.exit_rate,
    ])  # fmt: skip
    desired = desired_flow((t - 6) / 4.0, p["venture_constant"], p["venture_trend"], p["venture_weights"], drivers)
    supply, recorded = levers.effective("private_equity_supply"), levers.delivered("private_equity_supply")
    if economy.variants["venture_supply"] == "imposed":
        log_flow = float(np.log(p.driver("imposed_venture_path")))
    else:
        past = venture.history[-4] if len(venture.history) >= 4 else venture.history[0]
        log_flow = venture.log_flow + flow_step(
            venture.log_flow, desired, past, p["venture_speed"], p["venture_momentum"]
        )
    venture.history.append(venture.log_flow)
    venture.log_flow = log_flow
    flow = 1000.0 * np.exp(log_flow)
    venture.slow_flow += 0.25 * p["commitment_smoothing"] * (flow - venture.slow_flow)
    promised = p["commitment_ratio"] * venture.slow_flow / 4.0
    economy.record("venture_commitments", recorded * promised / 1000.0)
    venture.uncalled += supply * promised
    called = min(flow / 4.0, p["call_rate"] * venture.uncalled)
    if economy.variants["venture_supply"] == "imposed":
        called = flow / 4.0
        venture.uncalled = max(venture.uncalled, called)
    venture.uncalled -= called
    core = p["core_share_of_funding"] * called
    foreign = p["foreign_share"] * p.driver("foreign_capital_access")
    corporate = levers.effective("corporate_venture") * (1.0 - p["corporate_shock_response"] * shock)
    offered = levers.delivered("corporate_venture") * (
        1.0 - p["corporate_shock_response"] * levers.delivered("platform_regulation_shock")
    )
    economy.record("corporate_venture_flow", offered * core / 1000.0)
    venture.origin = {"foreign": foreign, "corporate": corporate, "domestic": max(0.0, 1.0 - foreign - corporate)}
    commit(economy, "rest_world", core * foreign)
    commit(economy, "parents", core * corporate)
    commit(economy, "rest_domestic", core * venture.origin["domestic"])
    split = p["stage_split"] / p["stage_split"].sum()
    total = foreign + corporate + venture.origin["domestic"]
    for stage, channel in enumerate(STAGE_MONEY):
        economy.channels[CHANNEL[channel]].powder += core * total * split[stage]
    # Money that finds no firm of its stage for more than a year looks for younger ones.
    for stage in (2, 1):
        money, younger = (economy.channels[CHANNEL[STAGE_MONEY[k]]] for k in (stage, stage - 1))
        idle = 0.5 * max(money.powder - 4.0 * core * total * split[stage], 0.0)
        money.powder -= idle
        younger.powder += idle
    venture.called = called


def _credit(economy: Economy) -> None:
    p, levers, firms = economy.parameters, economy.levers, economy.firms
    draws = economy.streams.uniform("firm_loan", firms.uid, 0)

    def lines(access: float) -> np.ndarray:
        certified = max(access, min(p["certified_credit_multiple"] * access, p["certified_credit_access"]))
        chance = np.where(firms.certified, certified, access)
        return (draws < chance) & firms.alive & (firms.kind == START_UP) & (firms.revenue > 0.0)

    limit = p["collateral_ratio"] * firms.revenue_year()
    granted = lines(levers.effective("bank_credit_access"))
    recorded = lines(levers.delivered("bank_credit_access"))
    economy.record("credit_lines_granted", firms.total(limit * recorded) / 1000.0)
    new = np.where(granted, np.maximum(limit - firms.debt, 0.0) * 0.25, 0.0)
    economy.ledger.firms_receive("loans", "banks", firms, new)
    firms.debt += new
    able = np.maximum(firms.cash, 0.0) * firms.alive
    repaid = np.minimum(np.where(granted, np.maximum(firms.debt - limit, 0.0) * 0.25, firms.debt / 16.0), able)
    economy.ledger.firms_pay("repayment", "banks", firms, repaid)
    firms.debt -= repaid
    economy.ledger.loans += firms.total(new) - firms.total(repaid)
    economy.record_channel(CHANNEL["bank_credit"], firms.total(new) - firms.total(repaid))


def _list(economy: Economy) -> None:
    p, levers, firms, t = economy.parameters, economy.levers, economy.firms, economy.quarter
    window = levers.effective("ipo_window")
    revenue = firms.revenue_year()
    ready = firms.alive & ~firms.listed & (revenue > p["listing_revenue"]) & (t - firms.founded >= 12)
    economy.record(
        "listings_approved", levers.delivered("ipo_window") * p["listing_rate"] / 4.0 * firms.total(ready.astype(float))
    )
    chance = np.where(firms.profit > 0.0, 1.0, p["listing_loss_factor"]) * p["listing_rate"] * window / 4.0
    hit = ready & (economy.streams.uniform("firm_listing", firms.uid, t) < chance)
    rows = np.flatnonzero(hit)
    economy.venture.exit_rate *= 0.8
    if not len(rows):
        return
    value = p["listing_multiple"] * revenue[rows] * (0.5 + window)
    proceeds = p["listing_float"] * value
    economy.ledger.firms_receive("equity_issued", "capital_market", firms, proceeds, rows)
    stake = np.where(firms.equity[rows][:, FUND_CHANNELS].sum(axis=1) > 0.0, p["fund_stake"], 0.0)
    sold = inner(stake * value, firms.weight[rows])
    economy.ledger.post("secondary_sales", "capital_market", "venture_funds", sold)
    distribute(economy, sold)
    for channel in FUND_CHANNELS:
        cost = firms.equity[rows, channel]
        economy.ledger.equity[channel] -= inner(cost, firms.weight[rows])
        economy.ledger.equity[CHANNEL["capital_market"]] += inner(cost, firms.weight[rows])
        firms.equity[rows, CHANNEL["capital_market"]] += cost
        firms.equity[rows, channel] = 0.0
    firms.equity[rows, CHANNEL["capital_market"]] += proceeds
    national = inner(proceeds, firms.weight[rows])
    economy.ledger.equity[CHANNEL["capital_market"]] += national
    economy.record_channel(CHANNEL["capital_market"], national)
    firms.listed[rows] = True
    firms.stage[rows] = LISTED
    firms.recognised[rows] = True
    economy.venture.exit_rate += 0.2 * min(sold / max(1000.0 * np.exp(economy.venture.log_flow), 1.0), 2.0)


def _redeem(economy: Economy) -> None:
    p, firms, t = economy.parameters, economy.firms, economy.quarter
    window = economy.levers.effective("ipo_window")
    held = firms.equity[:, FUND_CHANNELS].sum(axis=1)
    due = firms.alive & (firms.kind != INCUMBENT) & (held > 0.0) & (t - firms.first_round > 4.0 * p["redemption_years"])
    hazard = p["redemption_clause"] * (
        p["redemption_open"] + (p["redemption_shut"] - p["redemption_open"]) * (1.0 - window)
    )
    hit = due & (economy.streams.uniform("firm_redemption", firms.uid, t) < hazard / 4.0)
    rows = np.flatnonzero(hit & (firms.cash > 0.0))
    if not len(rows):
        return
    paid = np.minimum(0.5 * firms.cash[rows], held[rows])
    economy.ledger.firms_pay("redemptions", "venture_funds", firms, paid, rows)
    share = paid / held[rows]
    for channel in FUND_CHANNELS:
        back = firms.equity[rows, channel] * share
        firms.equity[rows, channel] -= back
        economy.ledger.equity[channel] -= inner(back, firms.weight[rows])
    national = inner(paid, firms.weight[rows])
    distribute(economy, national)
    economy.record("redemptions", national / 1000.0)

"""Call 9, ``finance``: budgets, applications, selection, tickets, listing, redemption, returns.

Public money is in ``public_money``, who gets a ticket in ``deals``; this page holds the supply of private equity,
credit, listing and redemption.

Rule: Supply of private equity (variant ``endogenous``)
    Formula: ln S* = c + g * years + w1 * onshore + w2 * (offshore - 1) + w3 * signal - w4 * platform - w5 * tight +
        w6 * exits;
        d ln S = (k (ln S* - ln S) + m * (ln S - ln S one year ago)) / 4; calls = min(S / 4, call rate * uncalled)
    Symbols: S desired private flow a year in the broad scope; exits a decaying mean of secondary sales over the
        flow; uncalled promises of limited partners, fed by commitment_ratio / 4 times a slow mean of S times
        exp(-w5 * tight) times private_equity_supply, as tight money reaches them before the funds; core firms get
        core_share_of_funding of what is called, split over stages by stage_split; its origin is foreign
        (foreign_share * foreign_capital_access), corporate (corporate_venture, less the platform shock) and
        domestic, the rest; c venture_constant; g venture_trend; w venture_weights; k venture_speed; m
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
    Formula: a start-up with revenue has a line when its fixed draw is below access (certified:
        certified_credit_multiple times that, at most certified_credit_access); debt moves
        towards collateral_ratio * revenue at a quarter of the gap; the rest repays a sixteenth
    Symbols: access bank_credit_access
    Unit: million CNY
    Source: funding.md 2.6
    Clause: P079
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import index, size
from simulation.model.compiled import compiled
from simulation.model.ledger import Books, direction, transact
from simulation.model.rules import public_money
from simulation.model.rules.deals import CHANNEL, IS_FUND, STAGE_MONEY, commit, distribute, held_by_funds, invest
from simulation.model.state import INCUMBENT, LISTED, START_UP
from simulation.model.streams import uniform_of

if TYPE_CHECKING:
    from simulation.model.economy import Economy

ENTRIES = (
    ("loans", "banks", "firms"), ("repayment", "firms", "banks"), ("equity_issued", "capital_market", "firms"),
    ("redemptions", "firms", "venture_funds"),
)  # fmt: skip
LOANS, REPAYMENT, PROCEEDS, REDEMPTIONS = range(len(ENTRIES))
DIRECTION = direction(ENTRIES)
CAPITAL_MARKET = CHANNEL["capital_market"]
LIQUIDITY = index("venture_driver", "tight_liquidity")


class Financed(NamedTuple):
    """Columns that credit, listing and redemption rest on and that they set, shape (firm,)."""

    alive: np.ndarray
    uid: np.ndarray
    kind: np.ndarray
    founded: np.ndarray
    first_round: np.ndarray
    certified: np.ndarray
    revenue: np.ndarray
    revenue_quarters: np.ndarray
    profit: np.ndarray
    debt: np.ndarray
    equity: np.ndarray
    listed: np.ndarray
    recognised: np.ndarray
    stage: np.ndarray


class FinanceTerms(NamedTuple):
    """What credit, listing and redemption depend on; hazards are a quarter."""

    quarter: int
    loan_draws: np.uint64
    listing_draws: np.uint64
    redemption_draws: np.uint64
    access: float
    certified_access: float
    announced_access: float
    announced_certified_access: float
    collateral_ratio: float
    listing_revenue: float
    listing_hazard: float
    listing_loss_factor: float
    listing_multiple: float
    listing_float: float
    fund_stake: float
    window: float
    redemption_years: float
    redemption_hazard: float


class Sums(NamedTuple):
    """National sums of the quarter, million CNY and firms: credit lines granted, firms ready to list, stakes sold."""

    lines: float
    ready: float
    sold: float


def desired_flow(
    years: float, constant: float, trend: float, weights: Iterable[float], drivers: Iterable[float]
) -> float:
    """Log of the desired private equity flow (bn CNY a year): constant, trend and weighted drivers."""
    return constant + trend * years + sum(weight * driver for weight, driver in zip(weights, drivers, strict=True))


def flow_step(log_flow: float, log_desired: float, log_year_ago: float, speed: float, momentum: float) -> float:
    """Change of the log flow in a quarter: towards the desired flow, plus momentum of the last four quarters."""
    return (speed * (log_desired - log_flow) + momentum * (log_flow - log_year_ago)) / 4.0


@compiled
def raise_and_return(firms: Financed, books: Books, by_channel: np.ndarray, terms: FinanceTerms) -> Sums:
    """Credit, listing and redemption of every firm in turn; equity at cost changes by ``by_channel`` (channel,)."""
    lines = ready = sold = 0.0
    amounts, quarters = books.amounts, firms.revenue_quarters
    for row in range(len(firms.alive)):
        if not firms.alive[row]:
            continue
        weight, uid = books.weight[row], firms.uid[row]
        year = quarters[row, 0] + quarters[row, 1] + quarters[row, 2] + quarters[row, 3]
        # Bank credit: towards the line of a firm that has one, else down.
        limit, certified, draw = terms.collateral_ratio * year, firms.certified[row], uniform_of(terms.loan_draws, uid)
        borrows = firms.kind[row] == START_UP and firms.revenue[row] > 0.0
        if borrows and draw < (terms.announced_certified_access if certified else terms.announced_access):
            lines += weight * limit
        granted = borrows and draw < (terms.certified_access if certified else terms.access)
        amounts[LOANS] = max(limit - firms.debt[row], 0.0) * 0.25 if granted else 0.0
        debt, cash = firms.debt[row] + amounts[LOANS], books.cash[row] + amounts[LOANS]
        due = max(debt - limit, 0.0) * 0.25 if granted else debt / 16.0
        amounts[REPAYMENT] = min(due, max(cash, 0.0))
        firms.debt[row], cash = debt - amounts[REPAYMENT], cash - amounts[REPAYMENT]
        # Listing: the public buys new shares, and those of the funds.
        held, value = held_by_funds(firms.equity, row), 0.0
        if not firms.listed[row] and year > terms.listing_revenue and terms.quarter - firms.founded[row] >= 12:
            ready += weight
            hazard = terms.listing_hazard * (1.0 if firms.profit[row] > 0.0 else terms.listing_loss_factor)
            if uniform_of(terms.listing_draws, uid) < hazard:
                value = terms.listing_multiple * year * (0.5 + terms.window)
                firms.listed[row] = firms.recognised[row] = True
                firms.stage[row] = LISTED
                sold += weight * terms.fund_stake * value if held > 0.0 else 0.0
        amounts[PROCEEDS] = terms.listing_float * value
        leaving = held if value > 0.0 else 0.0
        # Redemption: funds take back what they paid in, at most half of the cash.
        amounts[REDEMPTIONS] = 0.0
        since = terms.quarter - firms.first_round[row]
        asked = since > 4.0 * terms.redemption_years and firms.kind[row] != INCUMBENT and held > 0.0 and cash > 0.0
        if asked and value == 0.0 and uniform_of(terms.redemption_draws, uid) < terms.redemption_hazard:
            leaving = amounts[REDEMPTIONS] = min(0.5 * cash, held)
        if leaving > 0.0 or value > 0.0:
            share = leaving / max(held, 1e-300)
            for channel in range(len(by_channel)):
                change = -IS_FUND[channel] * firms.equity[row, channel] * share
                if channel == CAPITAL_MARKET:
                    change = amounts[PROCEEDS] + (leaving if value > 0.0 else 0.0)
                firms.equity[row, channel] += change
                by_channel[channel] += weight * change
        transact(books, row)
    return Sums(lines, ready, sold)


def run(economy: Economy) -> None:
    """Move money for the quarter: public, private equity, guidance funds, credit, listing and redemption."""
    public_money.run(economy)
    _call_private_money(economy)
    invest(economy)
    _raise_and_return(economy)


def _call_private_money(economy: Economy) -> None:
    p, levers, venture, t = economy.parameters, economy.levers, economy.venture, economy.quarter
    window, shock = levers.effective("ipo_window"), levers.effective("platform_regulation_shock")
    drivers = (
        window, p.driver("offshore_window") - 1.0, economy.government.signal[0], -shock,
        -p.driver("liquidity_tightness"), venture.exit_rate,
    )  # fmt: skip
    weights = p["venture_weights"].tolist()
    desired = desired_flow((t - 6) / 4.0, p["venture_constant"], p["venture_trend"], weights, drivers)
    supply, recorded = levers.effective("private_equity_supply"), levers.delivered("private_equity_supply")
    imposed = economy.variants["venture_supply"] == "imposed"
    if imposed:
        log_flow = math.log(p.driver("imposed_venture_path"))
    else:
        past = venture.history[-4] if len(venture.history) >= 4 else venture.history[0]
        step = flow_step(venture.log_flow, desired, past, p["venture_speed"], p["venture_momentum"])
        log_flow = float(venture.log_flow + step)
    venture.history.append(venture.log_flow)
    venture.log_flow = log_flow
    flow = 1000.0 * math.exp(log_flow)
    venture.slow_flow += 0.25 * p["commitment_smoothing"] * (flow - venture.slow_flow)
    tight = math.exp(-p["venture_weights"][LIQUIDITY] * p.driver("liquidity_tightness"))
    promised = p["commitment_ratio"] * venture.slow_flow * tight / 4.0
    economy.record("venture_commitments", recorded * promised / 1000.0)
    venture.uncalled += supply * promised
    called = flow / 4.0 if imposed else min(flow / 4.0, p["call_rate"] * venture.uncalled)
    venture.uncalled = max(venture.uncalled, called) - called
    venture.called = called
    _pay_into_funds(economy, p["core_share_of_funding"] * called, shock)


def _pay_into_funds(economy: Economy, core: float, shock: float) -> None:
    """Limited partners pay ``core`` million CNY for core firms; it is split over the stages."""
    p, levers, venture = economy.parameters, economy.levers, economy.venture
    response = p["corporate_shock_response"]
    foreign = p["foreign_share"] * p.driver("foreign_capital_access")
    corporate = levers.effective("corporate_venture") * (1.0 - response * shock)
    offered = levers.delivered("corporate_venture") * (1.0 - response * levers.delivered("platform_regulation_shock"))
    economy.record("corporate_venture_flow", offered * core / 1000.0)
    venture.origin = {"foreign": foreign, "corporate": corporate, "domestic": max(0.0, 1.0 - foreign - corporate)}
    commit(economy, "rest_world", core * foreign)
    commit(economy, "parents", core * corporate)
    commit(economy, "rest_domestic", core * venture.origin["domestic"])
    split = p["stage_split"].tolist()
    new = core * (foreign + corporate + venture.origin["domestic"]) / sum(split)
    money = [economy.channels[CHANNEL[name]] for name in STAGE_MONEY]
    for channel, share in zip(money, split, strict=True):
        channel.powder += new * share
    # Money that finds no firm of its stage for more than a year looks for younger ones.
    for stage in (2, 1):
        idle = 0.5 * max(money[stage].powder - 4.0 * new * split[stage], 0.0)
        money[stage].powder -= idle
        money[stage - 1].powder += idle


def _finance_terms(economy: Economy) -> FinanceTerms:
    p, levers, streams, t = economy.parameters, economy.levers, economy.streams, economy.quarter
    window = levers.effective("ipo_window")
    access, announced = levers.effective("bank_credit_access"), levers.delivered("bank_credit_access")
    multiple, most = p["certified_credit_multiple"], p["certified_credit_access"]
    clause = p["redemption_open"] + (p["redemption_shut"] - p["redemption_open"]) * (1.0 - window)
    return p.terms(
        FinanceTerms, quarter=t, loan_draws=streams.key("firm_loan", 0), listing_draws=streams.key("firm_listing", t),
        redemption_draws=streams.key("firm_redemption", t),
        access=access, certified_access=max(access, min(multiple * access, most)), announced_access=announced,
        announced_certified_access=max(announced, min(multiple * announced, most)),
        listing_hazard=p["listing_rate"] * window / 4.0, window=window,
        redemption_hazard=p["redemption_clause"] * clause / 4.0,
    )  # fmt: skip


def _raise_and_return(economy: Economy) -> None:
    """Credit, listing and redemption; what funds get back goes to those who committed it."""
    p, ledger, venture, firms = economy.parameters, economy.ledger, economy.venture, economy.firms
    books, by_channel = ledger.books(firms, DIRECTION), np.zeros(size("channel"))
    lines, ready, sold = raise_and_return(firms.pick(Financed), books, by_channel, _finance_terms(economy))
    ledger.enter(ENTRIES, books.totals)
    loans, repaid, proceeds, redeemed = books.totals.tolist()
    ledger.loans += loans - repaid
    ledger.equity += by_channel
    economy.record_channel(CHANNEL["bank_credit"], loans - repaid)
    economy.record_channel(CAPITAL_MARKET, proceeds)
    economy.record("credit_lines_granted", lines / 1000.0)
    economy.record("listings_approved", economy.levers.delivered("ipo_window") * p["listing_rate"] / 4.0 * ready)
    if redeemed > 0.0:
        economy.record("redemptions", redeemed / 1000.0)
    ledger.post("secondary_sales", "capital_market", "venture_funds", sold)
    distribute(economy, sold + redeemed)
    venture.exit_rate = 0.8 * venture.exit_rate
    if sold > 0.0:
        venture.exit_rate += 0.2 * min(sold / max(1000.0 * math.exp(venture.log_flow), 1.0), 2.0)

"""Call 9, plain: public money, supply of private equity, tickets, guidance funds, credit, listing, redemption."""

from __future__ import annotations

import math

from simulation.inputs.dimensions import members
from tests.reference.agents import Firm, PlainEconomy
from tests.reference.names import INCUMBENT, LISTED, START_UP
from tests.reference.rules.deals import (
    CHANNEL,
    FUND_CHANNELS,
    STAGE_MONEY,
    commit,
    distribute,
    fund_equity,
    fund_stage,
    invest_guidance,
    pay_in_guidance,
)
from tests.reference.rules.public_money import pay_public_money


def run(plain: PlainEconomy) -> None:
    """Move money for the quarter."""
    pay_public_money(plain)
    supply_private_equity(plain)
    for stage in range(len(STAGE_MONEY)):
        fund_stage(plain, stage)
    pay_in_guidance(plain)
    invest_guidance(plain)
    lend_and_repay(plain)
    list_firms(plain)
    redeem(plain)


# -- Supply of private equity -----------------------------------------------------------------------------------------


def supply_private_equity(plain: PlainEconomy) -> None:
    """Limited partners promise, funds call, and what they call for core firms is split over the stages."""
    venture, imposed = plain.venture, plain.variants["venture_supply"] == "imposed"
    log_flow = math.log(plain.driver("imposed_venture_path")) if imposed else next_log_flow(plain)
    venture.history.append(venture.log_flow)
    venture.log_flow = log_flow
    promise(plain)
    quarter_flow = 1000.0 * math.exp(log_flow) / 4.0
    if imposed:
        venture.called = quarter_flow
        venture.uncalled = max(venture.uncalled, quarter_flow)
    else:
        venture.called = min(quarter_flow, plain.value("call_rate") * venture.uncalled)
    venture.uncalled -= venture.called
    fill_stages(plain, plain.value("core_share_of_funding") * venture.called)


def desired_log_flow(plain: PlainEconomy) -> float:
    """Log of the private flow a year that investors want, bn CNY: a trend and the climate of the quarter."""
    climate = (
        plain.effective("ipo_window"),
        plain.driver("offshore_window") - 1.0,
        plain.government.signal[0],
        -plain.effective("platform_regulation_shock"),
        -plain.driver("liquidity_tightness"),
        plain.venture.exit_rate,
    )
    years = (plain.quarter - 6) / 4.0
    weighted = sum(weight * value for weight, value in zip(plain.value("venture_weights"), climate, strict=True))
    return plain.value("venture_constant") + plain.value("venture_trend") * years + weighted


def next_log_flow(plain: PlainEconomy) -> float:
    """The flow moves towards the desired one and keeps part of its course of the last year."""
    now, history = plain.venture.log_flow, plain.venture.history
    year_ago = history[-4] if len(history) >= 4 else history[0]
    towards = plain.value("venture_speed") * (desired_log_flow(plain) - now)
    return now + (towards + plain.value("venture_momentum") * (now - year_ago)) / 4.0


def promise(plain: PlainEconomy) -> None:
    """Limited partners promise money by a slow mean of the flow."""
    venture = plain.venture
    flow = 1000.0 * math.exp(venture.log_flow)
    venture.slow_flow += plain.value("commitment_smoothing") / 4.0 * (flow - venture.slow_flow)
    weights = dict(zip(members("venture_driver"), plain.value("venture_weights"), strict=True))
    shy = math.exp(-weights["tight_liquidity"] * plain.driver("liquidity_tightness"))
    promised = plain.value("commitment_ratio") / 4.0 * venture.slow_flow * shy
    venture.uncalled += plain.effective("private_equity_supply") * promised
    plain.record("venture_commitments", plain.delivered("private_equity_supply") * promised / 1000.0)


def corporate_share(plain: PlainEconomy, corporate: float, shock: float) -> float:
    """Part of the money that comes from corporate investors, less in a clamp-down on platforms."""
    return corporate * (1.0 - plain.value("corporate_shock_response") * shock)


def fill_stages(plain: PlainEconomy, core: float) -> None:
    """Money called for core firms is paid in by origin and split over the stages of deals."""
    foreign = plain.value("foreign_share") * plain.driver("foreign_capital_access")
    corporate = corporate_share(
        plain, plain.effective("corporate_venture"), plain.effective("platform_regulation_shock")
    )
    domestic = max(0.0, 1.0 - foreign - corporate)
    plain.venture.origin = {"foreign": foreign, "corporate": corporate, "domestic": domestic}
    commit(plain, "rest_world", core * foreign)
    commit(plain, "parents", core * corporate)
    commit(plain, "rest_domestic", core * domestic)
    offered = corporate_share(plain, plain.delivered("corporate_venture"), plain.delivered("platform_regulation_shock"))
    plain.record("corporate_venture_flow", offered * core / 1000.0)
    split, paid = plain.value("stage_split"), core * (foreign + corporate + domestic)
    arriving = [paid * part / sum(split) for part in split]
    for channel, money in zip(STAGE_MONEY, arriving, strict=True):
        plain.channels[CHANNEL[channel]].powder += money
    pass_idle_money_down(plain, arriving)


def pass_idle_money_down(plain: PlainEconomy, arriving: list[float]) -> None:
    """Half of what would last a stage for more than a year looks for younger firms, from late to early to angel."""
    angel, early, late = (plain.channels[CHANNEL[channel]] for channel in STAGE_MONEY)
    for money, younger, a_quarter in ((late, early, arriving[2]), (early, angel, arriving[1])):
        idle = 0.5 * max(money.powder - 4.0 * a_quarter, 0.0)
        money.powder -= idle
        younger.powder += idle


# -- Bank credit ------------------------------------------------------------------------------------------------------


def lend_and_repay(plain: PlainEconomy) -> None:
    """Firms with a line borrow up to their revenue; the others, and those above it, repay what they can."""
    draws = plain.uniforms("firm_loan", plain.firms, quarter=0)
    lent = repaid = granted = 0.0
    for firm, draw in zip(plain.firms, draws, strict=True):
        limit = plain.value("collateral_ratio") * firm.revenue_year()
        granted += limit * firm.weight * has_line(plain, firm, draw, plain.delivered("bank_credit_access"))
        served = has_line(plain, firm, draw, plain.effective("bank_credit_access"))
        lent += firm.weight * borrow(plain, firm, limit if served else 0.0)
        repaid += firm.weight * repay(plain, firm, limit if served else None)
    plain.ledger.loans += lent - repaid
    plain.record("credit_lines_granted", granted / 1000.0)
    plain.record_channel(CHANNEL["bank_credit"], lent - repaid)


def has_line(plain: PlainEconomy, firm: Firm, draw: float, access: float) -> bool:
    """Whether a start-up with revenue has a line of credit; certified firms get one more easily."""
    if firm.certified:
        widened = min(plain.value("certified_credit_multiple") * access, plain.value("certified_credit_access"))
        access = max(access, widened)
    return firm.kind == START_UP and firm.revenue > 0.0 and draw < access


def borrow(plain: PlainEconomy, firm: Firm, limit: float) -> float:
    """A firm draws a quarter of what its line still allows."""
    amount = 0.25 * max(limit - firm.debt, 0.0)
    plain.ledger.firm_receives("loans", "banks", firm, amount)
    firm.debt += amount
    return amount


def repay(plain: PlainEconomy, firm: Firm, limit: float | None) -> float:
    """A firm pays back what is above its line, or slowly without one, as far as its cash allows."""
    due = firm.debt / 16.0 if limit is None else 0.25 * max(firm.debt - limit, 0.0)
    amount = min(due, max(firm.cash, 0.0))
    plain.ledger.firm_pays("repayment", "banks", firm, amount)
    firm.debt -= amount
    return amount


# -- Listing and return -----------------------------------------------------------------------------------------------


def list_firms(plain: PlainEconomy) -> None:
    """Firms that draw a listing sell new shares; funds sell theirs, and a wave of exits draws money in."""
    ready = [firm for firm in plain.firms if may_list(plain, firm)]
    yearly = plain.value("listing_rate")
    number = sum(firm.weight for firm in ready)
    plain.record("listings_approved", plain.delivered("ipo_window") * yearly / 4.0 * number)
    window, sold = plain.effective("ipo_window"), 0.0
    for firm, draw in zip(ready, plain.uniforms("firm_listing", ready), strict=True):
        ease = 1.0 if firm.profit > 0.0 else plain.value("listing_loss_factor")
        if draw < ease * yearly * window / 4.0:
            sold += go_public(plain, firm, window)
    distribute(plain, sold)
    flow = max(1000.0 * math.exp(plain.venture.log_flow), 1.0)
    plain.venture.exit_rate = 0.8 * plain.venture.exit_rate + 0.2 * min(sold / flow, 2.0)


def may_list(plain: PlainEconomy, firm: Firm) -> bool:
    """Whether a firm is three years old, large enough and not yet listed."""
    old = plain.quarter - firm.founded >= 12
    return not firm.listed and old and firm.revenue_year() > plain.value("listing_revenue")


def go_public(plain: PlainEconomy, firm: Firm, window: float) -> float:
    """A firm is listed; returns what its funds sold, million CNY, national."""
    market, ledger = CHANNEL["capital_market"], plain.ledger
    value = plain.value("listing_multiple") * firm.revenue_year() * (0.5 + window)
    sold = plain.value("fund_stake") * value * firm.weight if fund_equity(firm) > 0.0 else 0.0
    ledger.post("secondary_sales", "capital_market", "venture_funds", sold)
    for channel in FUND_CHANNELS:
        write_off(plain, firm, channel, firm.equity[channel], to=market)
    proceeds = plain.value("listing_float") * value
    ledger.firm_receives("equity_issued", "capital_market", firm, proceeds)
    firm.equity[market] += proceeds
    ledger.equity[market] += proceeds * firm.weight
    plain.record_channel(market, proceeds * firm.weight)
    firm.listed, firm.recognised, firm.stage = True, True, LISTED
    return sold


def write_off(plain: PlainEconomy, firm: Firm, channel: int, cost: float, to: int | None = None) -> None:
    """Equity at cost leaves a channel, for another one or for good."""
    firm.equity[channel] -= cost
    plain.ledger.equity[channel] -= cost * firm.weight
    if to is not None:
        firm.equity[to] += cost
        plain.ledger.equity[to] += cost * firm.weight


# -- Redemption -------------------------------------------------------------------------------------------------------


def redeem(plain: PlainEconomy) -> None:
    """Funds that waited too long ask for their money back and get up to half the cash."""
    due = [firm for firm in plain.firms if redemption_is_due(plain, firm)]
    national = 0.0
    for firm, draw in zip(due, plain.uniforms("firm_redemption", due), strict=True):
        if draw < redemption_hazard(plain) / 4.0 and firm.cash > 0.0:
            held = fund_equity(firm)
            paid = min(held, 0.5 * firm.cash)
            plain.ledger.firm_pays("redemptions", "venture_funds", firm, paid)
            for channel in FUND_CHANNELS:
                write_off(plain, firm, channel, firm.equity[channel] * paid / held)
            national += paid * firm.weight
    if national > 0.0:
        distribute(plain, national)
        plain.record("redemptions", national / 1000.0)


def redemption_is_due(plain: PlainEconomy, firm: Firm) -> bool:
    """Whether a firm holds fund money for longer than the redemption years."""
    waited = plain.quarter - firm.first_round > 4.0 * plain.value("redemption_years")
    return firm.kind != INCUMBENT and fund_equity(firm) > 0.0 and waited


def redemption_hazard(plain: PlainEconomy) -> float:
    """Redemptions a year: more while the window for listings is shut."""
    open_, shut = plain.value("redemption_open"), plain.value("redemption_shut")
    return plain.value("redemption_clause") * (open_ + (shut - open_) * (1.0 - plain.effective("ipo_window")))

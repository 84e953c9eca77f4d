"""Call 11, plain: failure, acquisition, entry, recognition by list makers and certification."""

from __future__ import annotations

import math

from tests.reference.agents import Firm, PlainEconomy
from tests.reference.names import INCUMBENT, SEEKING, START_UP, UNFUNDED
from tests.reference.rules.deals import distribute, fund_equity
from tests.reference.rules.entry import enter, keyed_choice


def run(plain: PlainEconomy) -> None:
    """Exit first, then entry by its three doors, then recognition and certification."""
    leaving = failing_firms(plain)
    plain.record("firm_exits", sum(firm.weight for firm in leaving))
    acquire(plain, firms_for_sale(plain, leaving))
    close_firms(plain, leaving)
    enter(plain)
    recognise_and_certify(plain)
    plain.record("firm_entries", plain.entries)


# -- Exit -------------------------------------------------------------------------------------------------------------


def failing_firms(plain: PlainEconomy) -> list[Firm]:
    """Start-ups that fail in the quarter."""
    start_ups = [firm for firm in plain.firms if firm.kind == START_UP]
    draws = plain.uniforms("firm_exit", start_ups)
    return [
        firm
        for firm, draw in zip(start_ups, draws, strict=True)
        if is_insolvent(firm) or draw < exit_hazard(plain, firm) / 4.0
    ]


def is_insolvent(firm: Firm) -> bool:
    """Whether a firm owes more than a quarter's cost."""
    return firm.cash < -max(firm.revenue - firm.profit, 0.2)


def exit_hazard(plain: PlainEconomy, firm: Firm) -> float:
    """Exits a year: a hump over age, less for larger firms, more in distress."""
    age = max(age_of(plain, firm), 0.1)
    peak = plain.value("exit_peak_age")
    hump = (age / peak) * math.exp(1.0 - age / peak)
    size = (1.0 + firm.revenue_year() / 10.0) ** -plain.value("exit_size_elasticity")
    distress = plain.value("exit_distress") if firm.cash < 0.0 else 1.0
    return plain.value("exit_rate") * (plain.value("exit_floor") + hump) * size * distress


def firms_for_sale(plain: PlainEconomy, leaving: list[Firm]) -> list[Firm]:
    """Of those that leave, the better ones that a group would take over."""
    share = plain.value("acquisition_share")
    draws = plain.uniforms("firm_acquired", leaving)
    chosen = [f for f, draw in zip(leaving, draws, strict=True) if draw < share and f.efficiency > 0.0]
    plain.record("firm_acquisitions", sum(firm.weight for firm in chosen))
    return chosen


def acquire(plain: PlainEconomy, for_sale: list[Firm]) -> None:
    """A group of the same product buys a firm, if there is one."""
    groups = [firm for firm in plain.firms if firm.kind == INCUMBENT]
    for firm in for_sale:
        buyer = keyed_choice(plain, [group for group in groups if group.product == firm.product], firm)
        if buyer is not None:
            take_over(plain, firm, buyer)


def take_over(plain: PlainEconomy, firm: Firm, buyer: Firm) -> None:
    """The owners are paid; staff, customers and part of the technology pass to the group."""
    value, worth = firm.revenue_year() * firm.weight, buyer.revenue_year() * buyer.weight
    price = plain.value("acquisition_multiple") * value
    to_funds = plain.value("fund_stake") * price if fund_equity(firm) > 0.0 else 0.0
    plain.ledger.post("acquisitions", "parents", "households", price - to_funds)
    plain.ledger.post("acquisitions", "parents", "venture_funds", to_funds)
    distribute(plain, to_funds)
    part = value / max(value + worth, 1e-9)
    for field, level in enumerate(firm.capability):
        buyer.capability[field] += part * max(level - buyer.capability[field], 0.0)
    for person in plain.people:
        if person.employer == firm.row:
            person.employer = buyer.row
    cells = {position.cell: position for position in plain.positions if position.firm == buyer.row}
    for position in plain.positions:
        if position.firm == firm.row:
            cells[position.cell].share += position.share
            position.share = 0.0


def close_firms(plain: PlainEconomy, leaving: list[Firm]) -> None:
    """Staff seek work, deposits go to funds and founders or creditors bear the loss, claims are written off."""
    rows = {firm.row for firm in leaving}
    for person in plain.people:
        if person.employer in rows:
            person.employer = SEEKING
    for firm in leaving:
        liquidate(plain, firm)
        plain.remove_firm(firm)
    plain.keep_positions(lambda position: position.firm not in rows)


def liquidate(plain: PlainEconomy, firm: Firm) -> None:
    """Funds are served before founders, at most what they paid in; debt and equity are written off."""
    ledger, cash = plain.ledger, firm.cash
    to_funds = min(max(cash, 0.0), fund_equity(firm))
    ledger.firm_pays("liquidation", "venture_funds", firm, to_funds)
    distribute(plain, to_funds * firm.weight)
    ledger.firm_pays("liquidation", "households", firm, max(cash, 0.0) - to_funds)
    ledger.firm_receives("creditor_losses", "rest_domestic", firm, max(-cash, 0.0))
    ledger.loans -= firm.debt * firm.weight
    firm.debt = 0.0
    for channel, cost in enumerate(firm.equity):
        ledger.equity[channel] -= cost * firm.weight
        firm.equity[channel] = 0.0


# -- Recognition ------------------------------------------------------------------------------------------------------


def recognise_and_certify(plain: PlainEconomy) -> None:
    """List makers notice firms; firms with a record are certified."""
    firms = plain.firms
    noticed, examined = plain.uniforms("firm_recognised", firms), plain.uniforms("firm_certified", firms)
    for firm, notice, examination in zip(firms, noticed, examined, strict=True):
        if notice < recognition_hazard(plain, firm) / 4.0:
            firm.recognised = True
        if examination < certification_hazard(plain, firm) / 4.0:
            firm.certified = True


def age_of(plain: PlainEconomy, firm: Firm) -> float:
    """Age of a firm in years."""
    return (plain.quarter - firm.founded) / 4.0


def recognition_hazard(plain: PlainEconomy, firm: Firm) -> float:
    """How often list makers notice a firm a year: twice as often with funding, and with revenue."""
    if age_of(plain, firm) < 1.0:
        return 0.0
    funded = firm.stage > UNFUNDED
    sells = firm.revenue_year() > plain.value("recognition_revenue")
    return plain.value("recognition_rate") * (1.0 + funded) * (1.0 + sells)


def certification_hazard(plain: PlainEconomy, firm: Firm) -> float:
    """How often a firm is certified a year: from age two, with revenue."""
    if age_of(plain, firm) < 2.0 or firm.revenue_year() <= plain.value("certification_revenue"):
        return 0.0
    return plain.value("certification_rate")

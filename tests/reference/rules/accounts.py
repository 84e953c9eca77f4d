"""Call 10, plain: who pays for what was sold; inputs, wages, research, taxes, interest, dividends; public money."""

from __future__ import annotations

from collections import defaultdict

from simulation.inputs.dimensions import index
from tests.reference.agents import Firm, PlainEconomy
from tests.reference.names import (
    ABROAD_BUYER,
    ACADEMIA,
    CELLS,
    CORE_BUYER,
    IS_BUDGET_SECTOR,
    IS_HOUSEHOLD_SECTOR,
    buyer_of,
    cell_of,
)
from tests.reference.rules.deals import fund_equity

CENTRAL_SECTORS = (index("sector", "government"), index("sector", "courts"))
PLATFORM_CELL = cell_of(index("sector", "information"), index("product", "compute"))
FINAL_PAYERS = ("adopters", "households", "local_government", "central_government", "parents")
BUILDERS = ("parents", "local_government")


def run(plain: PlainEconomy) -> None:
    """Settle the quarter."""
    settle_sales(plain)
    settle_imports(plain)
    core_paid = settle_core(plain)
    for firm in plain.firms:
        pay_inputs(plain, firm, core_paid[firm.uid])
        pay_running_cost(plain, firm)
    compliance = plain.value("compliance_cost") * plain.regulation_recorded * plain.national(lambda firm: firm.revenue)
    plain.record("compliance_cost_paid", compliance / 1000.0)
    record_tax(plain)
    for firm in plain.firms:
        pay_tax(plain, firm)
        settle_with_owners(plain, firm)
    settle_investment(plain)
    settle_public(plain)


# -- Who pays for what is sold ----------------------------------------------------------------------------------------


def payers(plain: PlainEconomy, cell: int) -> dict[str, float]:
    """Who pays for the orders of a cell: shares by sector of the books, summing to one."""
    buyer = buyer_of(cell)
    if buyer == CORE_BUYER:
        return {"firms": 1.0}
    if buyer == ABROAD_BUYER:
        return {"rest_world": 1.0}
    if cell == PLATFORM_CELL:
        return payers_of_platforms(plain)
    if IS_HOUSEHOLD_SECTOR[buyer]:
        return {"households": 1.0}
    if IS_BUDGET_SECTOR[buyer]:
        return {"central_government" if buyer in CENTRAL_SECTORS else "local_government": 1.0}
    return {"adopters": 1.0}


def payers_of_platforms(plain: PlainEconomy) -> dict[str, float]:
    """Platform groups pay for the compute they ordered as investment, adopters for the rest of its cell."""
    part = 0.0
    if plain.compute.platform_ordered:
        part = min(plain.compute.platform_ordered / max(plain.market.orders_placed[PLATFORM_CELL], 1e-300), 1.0)
    return {"parents": part, "adopters": 1.0 - part}


def settle_sales(plain: PlainEconomy) -> None:
    """Buyers other than core firms pay the firms that served them."""
    shares = [payers(plain, cell) for cell in CELLS]
    for position in plain.positions:
        firm = plain.firm_at(position.firm)
        for payer, share in shares[position.cell].items():
            if payer != "firms":
                flow = "export_sales" if payer == "rest_world" else "final_sales"
                plain.ledger.firm_receives(flow, payer, firm, position.sales * share / firm.weight)


def settle_imports(plain: PlainEconomy) -> None:
    """What nobody served at home is bought abroad; imports of core firms are inputs and only noted here."""
    plain.market.core_imports = 0.0
    for cell, imports in enumerate(plain.market.imports):
        for payer, share in payers(plain, cell).items():
            if payer == "firms":
                plain.market.core_imports += imports * share
            elif payer != "rest_world":
                plain.ledger.post("imported_ai_goods", payer, "rest_world", imports * share)


def settle_core(plain: PlainEconomy) -> dict[int, float]:
    """Core firms pay core firms, in proportion to revenue; what each paid (per firm) by stable id."""
    received: dict[int, float] = defaultdict(float)
    for position in plain.positions:
        if buyer_of(position.cell) == CORE_BUYER:
            firm = plain.firm_at(position.firm)
            received[firm.uid] += position.sales / firm.weight
    sold = plain.national(lambda firm: received[firm.uid])
    revenue = plain.national(lambda firm: firm.revenue)
    if sold <= 0.0 or revenue <= 0.0:
        return {firm.uid: 0.0 for firm in plain.firms}
    paid = {firm.uid: firm.revenue * sold / revenue for firm in plain.firms}
    for firm in plain.firms:
        plain.ledger.firm_pays_firms("core_to_core_sales", firm, paid[firm.uid])
        plain.ledger.firm_is_paid_by_firms(firm, received[firm.uid])
    plain.record("core_to_core_sales", sold / 1000.0)
    return paid


# -- Purchased inputs -------------------------------------------------------------------------------------------------


def pay_inputs(plain: PlainEconomy, firm: Firm, core_paid: float) -> None:
    """A firm pays for its inputs: what core firms did not supply is imported in part, the rest domestic."""
    inputs = max((1.0 - firm.margin) * firm.revenue - core_paid, 0.0)
    imported = plain.value("imported_input_share")[firm.layer]
    plain.ledger.firm_pays("imported_inputs", "rest_world", firm, inputs * imported)
    plain.ledger.firm_pays("purchased_inputs", "rest_domestic", firm, inputs * (1.0 - imported))
    firm.profit = firm.revenue - inputs - core_paid


# -- Running cost -----------------------------------------------------------------------------------------------------


def pay_running_cost(plain: PlainEconomy, firm: Firm) -> None:
    """A firm pays people, overheads, research services, interest and what regulation asks."""
    wages = firm.wage_bill / 4.0
    for flow, payee, amount in (
        ("wages", "households", wages),
        ("overheads", "rest_domestic", plain.value("overhead_ratio") * wages),
        ("compute_services", "parents", research_services(plain, firm)),
        ("interest", "banks", plain.value("loan_rate") * firm.debt / 4.0),
        ("compliance", "rest_domestic", plain.value("compliance_cost") * plain.government.regulation * firm.revenue),
    ):
        plain.ledger.firm_pays(flow, payee, firm, amount)
        firm.profit -= amount
    firm.research_spending = research_services(plain, firm) + research_pay(plain, firm)


def research_pay(plain: PlainEconomy, firm: Firm) -> float:
    """Pay and overheads of the staff who do research, as far as the budget has room for them."""
    staff = firm.research_share * firm.wage_bill / 4.0 * (1.0 + plain.value("overhead_ratio"))
    return min(plain.value("research_wage_share") * firm.research_budget, staff)


def research_services(plain: PlainEconomy, firm: Firm) -> float:
    """Part of the research budget that buys compute and other services; the rest is pay of staff."""
    return (1.0 - plain.value("research_wage_share")) * firm.research_budget


# -- Profit tax -------------------------------------------------------------------------------------------------------


def profit_tax(plain: PlainEconomy, firm: Firm, rate: float) -> float:
    """Tax on the profit of a quarter after the deduction of research; a loss gives nothing back."""
    deduction = plain.effective("rd_super_deduction") * firm.research_spending
    return rate * max(0.0, firm.profit - deduction)


def pay_tax(plain: PlainEconomy, firm: Firm) -> None:
    """A firm pays the tax on its profit."""
    rate = plain.effective("hnte_tax_rate") if firm.certified else plain.value("profit_tax_rate")
    tax = profit_tax(plain, firm, rate)
    plain.ledger.firm_pays("taxes", "central_government", firm, tax)
    firm.profit -= tax


def record_tax(plain: PlainEconomy) -> None:
    """Tax of certified firms at the rate in force and research deducted, before tax is paid."""
    rate = plain.delivered("hnte_tax_rate")
    assessed = plain.national(lambda firm: profit_tax(plain, firm, rate) if firm.certified else 0.0)
    plain.record("profit_tax_assessed", assessed / 1000.0)
    research = plain.national(lambda firm: firm.research_spending)
    plain.record("tax_deductions_granted", plain.delivered("rd_super_deduction") * research / 1000.0)


# -- Parent groups ----------------------------------------------------------------------------------------------------


def settle_with_owners(plain: PlainEconomy, firm: Firm) -> None:
    """Parents cover their units and take out what is idle; firms without funds among their owners pay dividends."""
    cost, cash = firm.revenue - firm.profit, firm.cash
    if firm.group_revenue > 0.0:
        cover = min(max(cost - cash, 0.0), plain.value("parent_cover") / 4.0 * firm.group_revenue)
        plain.ledger.firm_receives("parent_transfers", "parents", firm, cover)
        idle = max(cash - 2.0 * max(cost, 0.0), 0.0)
        plain.ledger.firm_pays("parent_transfers", "parents", firm, idle)
    elif fund_equity(firm) <= 0.0:
        idle = max(cash - 6.0 * max(cost, 0.0), 0.0)
        plain.ledger.firm_pays("dividends", "households", firm, plain.value("dividend_rate") / 4.0 * idle)


def settle_investment(plain: PlainEconomy) -> None:
    """Compute ordered a quarter ago is paid for; parent groups pay from what they sell elsewhere."""
    compute, ledger = plain.compute, plain.ledger
    for payer in BUILDERS:
        ledger.post("capex_imports", payer, "rest_world", compute.imports_due[payer])
        ledger.post("capex_buildings", payer, "rest_domestic", compute.buildings_due[payer])
    ledger.post("capex_buildings", "local_government", "rest_domestic", max(compute.public_idle_due, 0.0))
    needed = ledger.paid_by("parents") - ledger.paid_to("parents")
    ledger.post("group_sales", "rest_domestic", "parents", max(needed, 0.0))


# -- Public settlement ------------------------------------------------------------------------------------------------


def settle_public(plain: PlainEconomy) -> None:
    """Support of adopters, displaced purchases, consumption, public-private projects and academics."""
    plain.ledger.post("subsidies", "central_government", "adopters", plain.support["subsidies"])
    plain.ledger.post("vouchers", "local_government", "adopters", plain.support["vouchers"])
    for buyer in ("adopters", "households"):
        displace_purchases(plain, buyer)
    consume(plain)
    finance_projects(plain)
    pay_academics(plain)


def displace_purchases(plain: PlainEconomy, buyer: str) -> None:
    """What a sector spends on AI, less public support, it does not spend elsewhere at home."""
    ledger = plain.ledger
    spent = ledger.flow("final_sales", payer=buyer) + ledger.flow("imported_ai_goods", payer=buyer)
    support = ledger.flow("subsidies", payee=buyer) + ledger.flow("vouchers", payee=buyer)
    ledger.post("displaced_purchases", "rest_domestic", buyer, max(spent - support, 0.0))


def consume(plain: PlainEconomy) -> None:
    """Households spend what they do not save of pay and dividends."""
    income = sum(plain.ledger.flow(flow, payee="households") for flow in ("wages", "academic_wages", "dividends"))
    spent = (1.0 - plain.value("household_saving")) * income
    plain.ledger.post("consumption", "households", "rest_domestic", spent)


def finance_projects(plain: PlainEconomy) -> None:
    """Private partners finance projects, and local government repays over the years."""
    projects = 250.0 * plain.delivered("ppp_projects")
    plain.ledger.post("ppp_finance", "rest_domestic", "local_government", projects)
    plain.ppp_stock += projects
    repaid = plain.ppp_stock / (4.0 * plain.value("ppp_years"))
    plain.ledger.post("ppp_repayment", "local_government", "rest_domestic", repaid)
    plain.ppp_stock -= repaid
    plain.record_channel(index("channel", "ppp"), projects)
    plain.record("ppp_paid", projects / 1000.0)


def pay_academics(plain: PlainEconomy) -> None:
    """Government pays the people in academia through their universities."""
    yearly = sum(person.wage for person in plain.people if person.employer == ACADEMIA) * plain.person_weight
    plain.ledger.post("public_research", "central_government", "universities", yearly / 4.0)
    plain.ledger.post("academic_wages", "universities", "households", yearly / 4.0)

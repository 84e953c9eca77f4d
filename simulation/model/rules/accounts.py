"""Call 10, ``accounts``: who pays for what was sold, inputs, wages, research, taxes, interest, dividends; books close.

Rule: Purchased inputs
    Formula: inputs = (1 - margin) * revenue; of these core purchases go to core firms, a share by layer is imported,
        the rest is domestic
    Symbols: margin gross margin of the firm; imported_input_share by layer
    Unit: million CNY a quarter
    Source: F26, F29, F30 (gross margins); P007 for import dependence
    Clause: P007;P039

Rule: Running cost
    Formula: wages / 4 + overhead_ratio * wages / 4 + (1 - research_wage_share) * research budget + interest * debt / 4
        + compliance_cost * regulation * revenue
    Symbols: wages sum of the pay of the firm's people a year; interest loan_rate; regulation index in force
    Unit: million CNY a quarter
    Source: model.md section 2 (overheads 0.4-0.6 of wages); talent.md section 5
    Clause: P025

Rule: Profit tax
    Formula: tax = rate * max(0, profit - deduction * research); rate hnte_tax_rate for certified firms, profit_tax_rate
        for others
    Symbols: profit before tax of the quarter; deduction rd_super_deduction
    Unit: million CNY a quarter
    Source: levers.csv rd_super_deduction; P088
    Clause: P088

Rule: Parent groups
    Formula: the parent covers an incumbent's deposits up to a quarter's cost within parent_cover / 4 of group revenue
        and takes out what is above half a year of cost; other firms pay dividends of dividend_rate / 4 on what is above
        six quarters of cost
    Symbols: parent_cover share of group revenue a year
    Unit: million CNY a quarter
    Source: model.md section 2
    Clause: P076

Rule: Consumption of households
    Formula: consumption = (1 - saving) * (wages + academic wages + dividends), paid to the rest of the domestic economy
    Symbols: saving household_saving
    Unit: million CNY a quarter
    Source: judgement: urban households save about a third of income
    Clause: P009

Rule: Displaced purchases
    Formula: adopters' AI spending less public support is withdrawn, yuan for yuan, from the rest of the domestic
        economy
    Symbols: -
    Unit: million CNY a quarter
    Source: model.md section 4
    Clause: P009

Rule: Public-private projects
    Formula: the partners pay ppp_projects / 4; local government repays stock / (4 * ppp_years) a quarter
    Symbols: stock what has been financed and not repaid
    Unit: million CNY a quarter
    Source: plan_map P080 (0-50 bn a year; judgement)
    Clause: P080
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import index, size
from simulation.model.columns import inner
from simulation.model.rules.deals import FUND_CHANNELS
from simulation.model.state import (
    ABROAD_BUYER,
    ACADEMIA,
    BUDGET_SECTORS,
    CELLS,
    CORE_BUYER,
    HOUSEHOLD_SECTORS,
    INCUMBENT,
)  # fmt: skip

if TYPE_CHECKING:
    from simulation.model.economy import Economy

PAYERS = ("adopters", "households", "local_government", "central_government", "parents", "firms", "rest_world")
COMPUTE = index("product", "compute")
CENTRAL_SECTORS = [index("sector", "government"), index("sector", "courts")]


def payer_shares(orders: np.ndarray, platform_orders: float) -> np.ndarray:
    """Who pays for each cell, shape (payer, cell), columns summing to one.

    ``platform_orders`` is the part of the cell (information, compute) that platform groups order as investment.
    """
    buyers = np.repeat(np.arange(CELLS // size("product")), size("product"))
    shares = np.zeros((len(PAYERS), CELLS))
    sector = np.minimum(buyers, size("sector") - 1)
    public = (buyers < CORE_BUYER) & BUDGET_SECTORS[sector]
    central = np.isin(buyers, CENTRAL_SECTORS)
    household = (buyers < CORE_BUYER) & HOUSEHOLD_SECTORS[sector]
    shares[PAYERS.index("households"), household] = 1.0
    shares[PAYERS.index("central_government"), public & central] = 1.0
    shares[PAYERS.index("local_government"), public & ~central] = 1.0
    shares[PAYERS.index("firms"), buyers == CORE_BUYER] = 1.0
    shares[PAYERS.index("rest_world"), buyers == ABROAD_BUYER] = 1.0
    shares[PAYERS.index("adopters"), shares[1:].sum(axis=0) == 0.0] = 1.0
    cell = index("sector", "information") * size("product") + COMPUTE
    part = platform_orders / max(orders[cell], 1e-300) if platform_orders else 0.0
    shares[PAYERS.index("parents"), cell] = min(part, 1.0)
    shares[PAYERS.index("adopters"), cell] = 1.0 - min(part, 1.0)
    return shares


def profit_tax(profit: np.ndarray, research: np.ndarray, rate: np.ndarray, deduction: float) -> np.ndarray:
    """Profit tax of a quarter, million CNY, never below zero (a loss gives nothing back)."""
    return rate * np.maximum(profit - deduction * research, 0.0)


def run(economy: Economy) -> None:
    """Settle the quarter."""
    _settle_sales(economy)
    core_paid = _settle_core(economy)
    _pay_inputs(economy, core_paid)
    _pay_running_cost(economy)
    _pay_tax(economy)
    _settle_capital(economy)
    _settle_public(economy)


def _settle_sales(economy: Economy) -> None:
    ledger, firms, positions, market = economy.ledger, economy.firms, economy.positions, economy.market
    shares = payer_shares(market.orders_placed, economy.compute.platform_ordered)
    flows = {"firms": None, "rest_world": "export_sales"}
    weight = np.maximum(firms.weight, 1e-300)
    for number, payer in enumerate(PAYERS):
        flow = flows.get(payer, "final_sales")
        if flow is None:
            continue
        per_firm = np.bincount(positions.firm, market.sales * shares[number][positions.cell], firms.length) / weight
        ledger.firms_receive(flow, payer, firms, per_firm)
        imported = float(market.imports @ shares[number])
        if payer != "rest_world":
            ledger.post("imported_ai_goods", payer, "rest_world", imported)
    core_imports = float(market.imports @ shares[PAYERS.index("firms")])
    market.core_imports = core_imports


def _settle_core(economy: Economy) -> np.ndarray:
    """Core firms pay core firms, in proportion to revenue; returns what each paid (per firm)."""
    ledger, firms, positions, market = economy.ledger, economy.firms, economy.positions, economy.market
    core = positions.cell // size("product") == CORE_BUYER
    received = np.bincount(positions.firm[core], market.sales[core], firms.length) / np.maximum(firms.weight, 1e-300)
    total = inner(received, firms.weight)
    base = firms.revenue * firms.alive
    national = inner(base, firms.weight)
    if total <= 0.0 or national <= 0.0:
        return np.zeros(firms.length)
    paid = base * (total / national)
    ledger.between_firms("core_to_core_sales", firms, paid, received)
    economy.record("core_to_core_sales", total / 1000.0)
    return paid


def _pay_inputs(economy: Economy, core_paid: np.ndarray) -> None:
    p, firms, ledger = economy.parameters, economy.firms, economy.ledger
    inputs = np.maximum((1.0 - firms.margin) * firms.revenue - core_paid, 0.0) * firms.alive
    imported = p["imported_input_share"][firms.layer]
    ledger.firms_pay("imported_inputs", "rest_world", firms, inputs * imported)
    ledger.firms_pay("purchased_inputs", "rest_domestic", firms, inputs * (1.0 - imported))
    firms.profit[:] = firms.revenue - inputs - core_paid


def _pay_running_cost(economy: Economy) -> None:
    p, firms, ledger = economy.parameters, economy.firms, economy.ledger
    wages = firms.wage_bill / 4.0 * firms.alive
    overheads = p["overhead_ratio"] * wages
    services = (1.0 - p["research_wage_share"]) * firms.research_budget * firms.alive
    interest = p["loan_rate"] / 4.0 * firms.debt * firms.alive
    regulation = economy.government.regulation
    compliance = p["compliance_cost"] * regulation * firms.revenue * firms.alive
    ledger.firms_pay("wages", "households", firms, wages)
    ledger.firms_pay("overheads", "rest_domestic", firms, overheads)
    ledger.firms_pay("compute_services", "parents", firms, services)
    ledger.firms_pay("interest", "banks", firms, interest)
    ledger.firms_pay("compliance", "rest_domestic", firms, compliance)
    recorded = p["compliance_cost"] * economy.regulation_recorded * firms.total(firms.revenue)
    economy.record("compliance_cost_paid", recorded / 1000.0)
    firms.profit -= wages + overheads + services + interest + compliance
    firms.research_spending[:] = services + p["research_wage_share"] * firms.research_budget


def _pay_tax(economy: Economy) -> None:
    p, firms, levers = economy.parameters, economy.firms, economy.levers
    research = firms.research_spending
    rate = np.where(firms.certified, levers.effective("hnte_tax_rate"), p["profit_tax_rate"])
    deduction = levers.effective("rd_super_deduction")
    tax = profit_tax(firms.profit, research, rate, deduction) * firms.alive
    assessed = profit_tax(firms.profit, research, levers.delivered("hnte_tax_rate"), deduction) * firms.certified
    economy.record("profit_tax_assessed", firms.total(assessed) / 1000.0)
    economy.ledger.firms_pay("taxes", "central_government", firms, tax)
    firms.profit -= tax
    granted = levers.delivered("rd_super_deduction") * firms.total(research)
    economy.record("tax_deductions_granted", granted / 1000.0)


def _settle_capital(economy: Economy) -> None:
    """Parents cover or take out; rich start-ups pay dividends; platform capex is paid from other cash flow."""
    p, firms, ledger = economy.parameters, economy.firms, economy.ledger
    cost = firms.revenue - firms.profit
    unit = firms.alive & (firms.group_revenue > 0.0)
    wanted = np.where(unit, np.maximum(cost - firms.cash, 0.0), 0.0)
    cover = np.minimum(wanted, p["parent_cover"] * firms.group_revenue / 4.0)
    taken = np.where(unit, np.maximum(firms.cash - 2.0 * np.maximum(cost, 0.0), 0.0), 0.0)
    rich = firms.alive & ~unit & (firms.equity[:, FUND_CHANNELS].sum(axis=1) <= 0.0)
    dividend = np.where(rich, p["dividend_rate"] / 4.0 * np.maximum(firms.cash - 6.0 * np.maximum(cost, 0.0), 0.0), 0.0)
    ledger.firms_receive("parent_transfers", "parents", firms, cover)
    ledger.firms_pay("parent_transfers", "parents", firms, taken)
    ledger.firms_pay("dividends", "households", firms, dividend)
    compute = economy.compute
    for payer in ("parents", "local_government"):
        ledger.post("capex_imports", payer, "rest_world", compute.imports_due[payer])
        ledger.post("capex_buildings", payer, "rest_domestic", compute.buildings_due[payer])
    ledger.post("capex_buildings", "local_government", "rest_domestic", max(compute.public_idle_due, 0.0))
    outlays = ledger.flows[:, ledger_account("parents"), :].sum() - ledger.flows[:, :, ledger_account("parents")].sum()
    ledger.post("group_sales", "rest_domestic", "parents", max(float(outlays), 0.0))


def ledger_account(name: str) -> int:
    """Position of an account in the flow matrix."""
    from simulation.model.ledger import ACCOUNT

    return ACCOUNT[name]


def _settle_public(economy: Economy) -> None:
    ledger, p, people = economy.ledger, economy.parameters, economy.people
    support = economy.support
    ledger.post("subsidies", "central_government", "adopters", support["subsidies"])
    ledger.post("vouchers", "local_government", "adopters", support["vouchers"])
    for payer in ("adopters", "households"):
        spent = sum(ledger.flow(flow, payer) for flow in ("final_sales", "imported_ai_goods"))
        aid = ledger.flow("subsidies", payee=payer) + ledger.flow("vouchers", payee=payer)
        ledger.post("displaced_purchases", "rest_domestic", payer, max(spent - aid, 0.0))
    income = sum(ledger.flow(flow, payee="households") for flow in ("wages", "academic_wages", "dividends"))
    ledger.post("consumption", "households", "rest_domestic", (1.0 - p["household_saving"]) * income)
    projects = 250.0 * economy.levers.delivered("ppp_projects")
    ledger.post("ppp_finance", "rest_domestic", "local_government", projects)
    economy.ppp_stock += projects
    repaid = economy.ppp_stock / (4.0 * p["ppp_years"])
    economy.ppp_stock -= repaid
    ledger.post("ppp_repayment", "local_government", "rest_domestic", repaid)
    economy.record_channel(index("channel", "ppp"), projects)
    economy.record("ppp_paid", projects / 1000.0)
    rows = people.rows()
    academics = rows[people.employer[rows] == ACADEMIA]
    pay = float(people.wage[academics].sum()) * economy.person_weight / 4.0
    ledger.post("public_research", "central_government", "universities", pay)
    ledger.post("academic_wages", "universities", "households", pay)


def incumbents(economy: Economy) -> np.ndarray:
    """Rows of the living incumbents."""
    return np.flatnonzero(economy.firms.alive & (economy.firms.kind == INCUMBENT))

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
        for others; research = services + min(research_wage_share * budget, share * wages * (1 + overhead_ratio))
    Symbols: profit before tax of the quarter; deduction rd_super_deduction; research that was done: a budget that finds
        no staff is not spent; services the rest of the budget, paid for compute; share of staff in research
    Unit: million CNY a quarter
    Source: levers.csv rd_super_deduction; P088
    Clause: P088

Rule: Parent groups
    Formula: the parent covers an incumbent's deposits up to a quarter's cost within parent_cover / 4 of group revenue
        and takes out what is above half a year of cost; other firms without funds among their owners pay dividends of
        dividend_rate / 4 on what is above six quarters of cost
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

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import index, size
from simulation.model.compiled import compiled, inlined
from simulation.model.ledger import Books, direction, transact
from simulation.model.rules.deals import held_by_funds
from simulation.model.state import ABROAD_BUYER, BUDGET_SECTORS, CELLS, CORE_BUYER, HOUSEHOLD_SECTORS

if TYPE_CHECKING:
    from simulation.model.economy import Economy

PAYERS = ("adopters", "households", "local_government", "central_government", "parents", "firms", "rest_world")
ADOPTERS, HOUSEHOLDS, LOCAL, CENTRAL, PARENTS, FIRMS, ABROAD = range(len(PAYERS))
SALES = tuple(
    ({"firms": "core_to_core_sales", "rest_world": "export_sales"}.get(payer, "final_sales"), payer, "firms")
    for payer in PAYERS
)
# What firms pay and receive besides; then their receipts of all sales and what they buy of each other.
ENTRIES = (
    ("imported_inputs", "firms", "rest_world"), ("purchased_inputs", "firms", "rest_domestic"),
    ("wages", "firms", "households"), ("overheads", "firms", "rest_domestic"), ("compute_services", "firms", "parents"),
    ("interest", "firms", "banks"), ("compliance", "firms", "rest_domestic"), ("taxes", "firms", "central_government"),
    ("parent_transfers", "parents", "firms"), ("parent_transfers", "firms", "parents"),
    ("dividends", "firms", "households"),
)  # fmt: skip
(
    IMPORTED, PURCHASED, WAGES, OVERHEADS, SERVICES, INTEREST, COMPLIANCE, TAXES, COVERED, TAKEN, DIVIDENDS,
    RECEIPTS, CORE,
) = range(len(ENTRIES) + 2)  # fmt: skip
DIRECTION = np.append(direction(ENTRIES), [1.0, -1.0])


def _payer_of_cells() -> np.ndarray:
    """Number of the payer of each cell, shape (cell,)."""
    payer = np.full((CELLS // size("product"), size("product")), ADOPTERS)
    payer[:CORE_BUYER][BUDGET_SECTORS] = LOCAL
    payer[[index("sector", "government"), index("sector", "courts")]] = CENTRAL
    payer[:CORE_BUYER][HOUSEHOLD_SECTORS] = HOUSEHOLDS
    payer[CORE_BUYER], payer[ABROAD_BUYER] = FIRMS, ABROAD
    return payer.ravel()


PAYER_OF_CELL = _payer_of_cells()
# The cell (information, compute) in which platform groups order part of what adopters otherwise do.
PLATFORM_CELL = index("sector", "information") * size("product") + index("product", "compute")


class Settled(NamedTuple):
    """Columns that the accounts of firms rest on and that they set, shape (firm,)."""

    alive: np.ndarray
    layer: np.ndarray
    certified: np.ndarray
    revenue: np.ndarray
    margin: np.ndarray
    wage_bill: np.ndarray
    research_budget: np.ndarray
    research_share: np.ndarray
    debt: np.ndarray
    group_revenue: np.ndarray
    equity: np.ndarray
    profit: np.ndarray
    research_spending: np.ndarray


class AccountTerms(NamedTuple):
    """What cost, tax and transfers depend on; ``core_sales`` is what core firms buy of each other, million CNY."""

    core_sales: float
    imported_input_share: np.ndarray
    overhead_ratio: float
    research_wage_share: float
    loan_rate: float
    compliance: float
    profit_tax_rate: float
    certified_rate: float
    announced_rate: float
    deduction: float
    parent_cover: float
    dividend_rate: float


class Assessment(NamedTuple):
    """National sums of the quarter, million CNY: revenue, research and the tax that certified firms are assessed at."""

    revenue: float
    research: float
    tax: float


def bills(by_cell: np.ndarray, platform_share: float) -> np.ndarray:
    """What each payer is billed for amounts by cell, shape (payer,), million CNY.

    ``platform_share`` is the part of the cell (information, compute) that platform groups order as investment.
    """
    found = np.bincount(PAYER_OF_CELL, by_cell, len(PAYERS))
    part = platform_share * by_cell[PLATFORM_CELL]
    found[PARENTS] += part
    found[ADOPTERS] -= part
    return found


@inlined
def taxable(profit: float, research: float, deduction: float) -> float:
    """Profit of a quarter that is taxed, million CNY, never below zero (a loss gives nothing back)."""
    return max(profit - deduction * research, 0.0)


@compiled
def settle(firms: Settled, books: Books, terms: AccountTerms) -> Assessment:
    """Settle the quarter of every firm: sales, inputs, running cost, tax and transfers.

    Core firms pay core firms in proportion to revenue.
    """
    national = research_spending = assessed = 0.0
    for row in range(len(firms.alive)):
        if firms.alive[row]:
            national += books.weight[row] * firms.revenue[row]
    core_rate, amounts = terms.core_sales / national if national > 0.0 else 0.0, books.amounts
    for row in range(len(firms.alive)):
        if not firms.alive[row]:
            continue
        weight, revenue, budget = books.weight[row], firms.revenue[row], firms.research_budget[row]
        amounts[RECEIPTS], amounts[CORE] = revenue, core_rate * revenue
        inputs = max((1.0 - firms.margin[row]) * revenue - amounts[CORE], 0.0)
        amounts[IMPORTED] = inputs * terms.imported_input_share[firms.layer[row]]
        amounts[PURCHASED] = inputs - amounts[IMPORTED]
        amounts[WAGES] = firms.wage_bill[row] / 4.0
        amounts[OVERHEADS] = terms.overhead_ratio * amounts[WAGES]
        amounts[SERVICES] = (1.0 - terms.research_wage_share) * budget
        amounts[INTEREST] = terms.loan_rate / 4.0 * firms.debt[row]
        amounts[COMPLIANCE] = terms.compliance * revenue
        cost = amounts[CORE] + inputs
        for entry in range(WAGES, TAXES):
            cost += amounts[entry]
        research_pay = firms.research_share[row] * (amounts[WAGES] + amounts[OVERHEADS])
        research = amounts[SERVICES] + min(terms.research_wage_share * budget, research_pay)
        base = taxable(revenue - cost, research, terms.deduction)
        if firms.certified[row]:
            amounts[TAXES] = terms.certified_rate * base
            assessed += weight * terms.announced_rate * base
        else:
            amounts[TAXES] = terms.profit_tax_rate * base
        cost += amounts[TAXES]
        cash = books.cash[row] + revenue - cost
        amounts[COVERED] = amounts[TAKEN] = amounts[DIVIDENDS] = 0.0
        if firms.group_revenue[row] > 0.0:
            amounts[COVERED] = min(max(cost - cash, 0.0), terms.parent_cover * firms.group_revenue[row] / 4.0)
            amounts[TAKEN] = max(cash - 2.0 * max(cost, 0.0), 0.0)
        elif held_by_funds(firms.equity, row) <= 0.0:
            amounts[DIVIDENDS] = terms.dividend_rate / 4.0 * max(cash - 6.0 * max(cost, 0.0), 0.0)
        transact(books, row)
        firms.profit[row], firms.research_spending[row] = revenue - cost, research
        research_spending += weight * research
    return Assessment(national, research_spending, assessed)


def run(economy: Economy) -> None:
    """Settle the quarter."""
    _settle_firms(economy)
    _settle_capital(economy)
    _settle_public(economy)


def _settle_firms(economy: Economy) -> None:
    p, levers, ledger, market = economy.parameters, economy.levers, economy.ledger, economy.market
    ordered, wanted = economy.compute.platform_ordered, market.orders_placed[PLATFORM_CELL]
    platform_share = min(ordered / max(wanted, 1e-300), 1.0) if ordered else 0.0
    sold, imported = bills(market.sales_by_cell, platform_share), bills(market.imports, platform_share)
    terms = p.terms(
        AccountTerms, core_sales=sold[FIRMS], compliance=p["compliance_cost"] * economy.government.regulation,
        certified_rate=levers.effective("hnte_tax_rate"), announced_rate=levers.delivered("hnte_tax_rate"),
        deduction=levers.effective("rd_super_deduction"),
    )  # fmt: skip
    books = ledger.books(economy.firms, DIRECTION)
    assessment = settle(economy.firms.pick(Settled), books, terms)
    ledger.enter(SALES, sold, other_side=float(books.totals[RECEIPTS]))
    ledger.agree("core_to_core_sales", float(books.totals[CORE]), terms.core_sales)
    ledger.enter(ENTRIES, books.totals[: len(ENTRIES)])
    # What core firms import is among their inputs.
    market.core_imports = float(imported[FIRMS])
    for payer in (ADOPTERS, HOUSEHOLDS, LOCAL, CENTRAL, PARENTS):
        ledger.post("imported_ai_goods", PAYERS[payer], "rest_world", imported[payer])
    economy.record("core_to_core_sales", terms.core_sales / 1000.0)
    recorded = p["compliance_cost"] * economy.regulation_recorded * assessment.revenue
    economy.record("compliance_cost_paid", recorded / 1000.0)
    economy.record("profit_tax_assessed", assessment.tax / 1000.0)
    economy.record("tax_deductions_granted", levers.delivered("rd_super_deduction") * assessment.research / 1000.0)


def _settle_capital(economy: Economy) -> None:
    """Capital goods ordered a quarter ago are paid; what platform groups lay out comes from their other sales."""
    ledger, compute = economy.ledger, economy.compute
    for payer in ("parents", "local_government"):
        ledger.post("capex_imports", payer, "rest_world", compute.imports_due[payer])
        ledger.post("capex_buildings", payer, "rest_domestic", compute.buildings_due[payer])
    ledger.post("capex_buildings", "local_government", "rest_domestic", max(compute.public_idle_due, 0.0))
    ledger.post("group_sales", "rest_domestic", "parents", max(ledger.drawn("parents"), 0.0))


def _settle_public(economy: Economy) -> None:
    ledger, p = economy.ledger, economy.parameters
    ledger.post("subsidies", "central_government", "adopters", economy.support["subsidies"])
    ledger.post("vouchers", "local_government", "adopters", economy.support["vouchers"])
    for payer in ("adopters", "households"):
        spent = ledger.flow("final_sales", payer, "firms") + ledger.flow("imported_ai_goods", payer, "rest_world")
        aid = ledger.flow("subsidies", "central_government", payer) + ledger.flow("vouchers", "local_government", payer)
        ledger.post("displaced_purchases", "rest_domestic", payer, max(spent - aid, 0.0))
    income = ledger.flow("wages", "firms", "households") + ledger.flow("dividends", "firms", "households")
    income += ledger.flow("academic_wages", "universities", "households")
    ledger.post("consumption", "households", "rest_domestic", (1.0 - p["household_saving"]) * income)
    projects = 250.0 * economy.levers.delivered("ppp_projects")
    ledger.post("ppp_finance", "rest_domestic", "local_government", projects)
    economy.ppp_stock += projects
    repaid = economy.ppp_stock / (4.0 * p["ppp_years"])
    economy.ppp_stock -= repaid
    ledger.post("ppp_repayment", "local_government", "rest_domestic", repaid)
    economy.record_channel(index("channel", "ppp"), projects)
    economy.record("ppp_paid", projects / 1000.0)
    pay_ = economy.labour.academic_pay / 4.0
    ledger.post("public_research", "central_government", "universities", pay_)
    ledger.post("academic_wages", "universities", "households", pay_)

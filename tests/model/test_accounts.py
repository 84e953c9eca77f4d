"""The books hold the right amounts: each flow is recomputed from the people, debts, sales and budgets behind it."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from simulation.model import Economy
from simulation.model.ledger import ACCOUNT, FLOW
from simulation.model.rules.deals import FUND_CHANNELS
from simulation.scenario import load
from tests.model import stepping
from tests.model.drawing import with_values

FIRST, QUARTERS = "2019Q1", 6
RECEIPTS = ("final_sales", "core_to_core_sales", "export_sales")
COSTS = (
    "purchased_inputs", "imported_inputs", "core_to_core_sales", "wages", "overheads", "compute_services", "interest",
    "compliance", "taxes",
)  # fmt: skip
FIELDS = (
    "weight", "cash", "debt", "revenue", "margin", "research_budget", "profit", "group_revenue", "equity",
    "research_induced", "research_share", "wage_bill", "export_share",
)  # fmt: skip


@dataclass
class Quarter:
    """One quarter: columns of the firms around the calls that move money, and what the accounts are made of.

    ``begin`` and ``end`` enclose the quarter, ``asked`` and ``financed`` the call finance, ``financed`` and ``settled``
    the call accounts.  ``wages`` are per firm, ``pay`` is that of all people employed, million CNY in the quarter.
    """

    begin: SimpleNamespace
    asked: SimpleNamespace
    financed: SimpleNamespace
    settled: SimpleNamespace
    end: SimpleNamespace
    flows: np.ndarray
    wages: np.ndarray
    pay: float
    regulation: float
    tax_rate: np.ndarray
    deduction: float
    export_support: float

    def flow(self, name: str, payer: str | None = None, payee: str | None = None) -> float:
        """Amount of a flow in the quarter from and to the named sectors, or all of it, million CNY."""
        source = slice(None) if payer is None else ACCOUNT[payer]
        target = slice(None) if payee is None else ACCOUNT[payee]
        return float(self.flows[FLOW[name], source, target].sum())


def columns_of(economy: Economy) -> SimpleNamespace:
    return SimpleNamespace(**{name: getattr(economy.firms, name).copy() for name in ("uid", "alive", *FIELDS)})


def lived(economy: Economy) -> Quarter:
    """Live through one quarter and keep what the accounts can be recomputed from."""
    begin = columns_of(economy)
    stepping.open_quarter(economy, "finance")
    asked = columns_of(economy)
    stepping.run_call(economy, "finance")
    financed, firms, people, levers = columns_of(economy), economy.firms, economy.people, economy.levers
    employed = people.alive & (people.employer >= 0)
    wages = economy.person_weight / 4.0 * np.bincount(people.employer[employed], people.wage[employed], firms.length)
    rate = np.where(firms.certified, levers.effective("hnte_tax_rate"), economy.parameters["profit_tax_rate"])
    rest = {
        "wages": wages / np.maximum(firms.weight, 1e-300),
        "pay": float(people.wage[employed].sum()) * economy.person_weight / 4.0,
        "regulation": economy.government.regulation,
        "tax_rate": rate,
        "deduction": float(levers.effective("rd_super_deduction")),
        "export_support": 250.0 * float(levers.effective("outward_fdi_support")),
    }
    stepping.run_call(economy, "accounts")
    settled = columns_of(economy)
    stepping.close_quarter(economy, "exit_and_entry")
    return Quarter(begin, asked, financed, settled, columns_of(economy), economy.ledger.flows.copy(), **rest)


@pytest.fixture(scope="module")
def economy() -> Economy:
    # Exporters are supported and funds ask for their money back early, so that there is something to be right about.
    inputs = load("plan_baseline", {"outward_fdi_support": {"2017Q3": 2.0}}).effective(until="2020Q4")
    inputs = with_values(inputs, redemption_years=0.5, redemption_open=0.5, redemption_shut=1.0)
    return stepping.until(Economy(inputs, seed=1, scale=0.02), FIRST)


@pytest.fixture(scope="module")
def quarters(economy: Economy) -> list[Quarter]:
    return [lived(economy) for _ in range(QUARTERS)]


def national(firms: SimpleNamespace, amount: np.ndarray) -> float:
    """Sum of a per-firm amount over all firms that the living rows stand for."""
    return float((amount * firms.weight)[firms.alive].sum())


def exactly(value: float) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-6)


def profit_before_tax(quarter: Quarter, economy: Economy) -> np.ndarray:
    """Profit of each firm before tax: its margin on sales less people, overheads, services, interest and compliance.

    What a firm buys from other core firms is part of its inputs, unless it is more than these.
    """
    p, firms = economy.parameters, quarter.settled
    core = quarter.flow("core_to_core_sales") / national(firms, firms.revenue) * firms.revenue
    inputs = np.maximum((1.0 - firms.margin) * firms.revenue, core)
    people = (1.0 + p["overhead_ratio"]) * quarter.wages
    services = (1.0 - p["research_wage_share"]) * firms.research_budget
    interest = p["loan_rate"] / 4.0 * quarter.financed.debt
    return firms.revenue - inputs - people - services - interest - compliance(quarter, economy)


def compliance(quarter: Quarter, economy: Economy) -> np.ndarray:
    return economy.parameters["compliance_cost"] * quarter.regulation * quarter.settled.revenue


def tax_due(quarter: Quarter, economy: Economy) -> np.ndarray:
    """Tax of each firm on what profit is left after the deduction for its research."""
    p, firms = economy.parameters, quarter.settled
    pay = firms.research_share * (1.0 + p["overhead_ratio"]) * firms.wage_bill / 4.0
    done = (1.0 - p["research_wage_share"]) * firms.research_budget
    done = done + np.minimum(p["research_wage_share"] * firms.research_budget, pay)
    base = profit_before_tax(quarter, economy) - quarter.deduction * done
    return quarter.tax_rate * np.maximum(base, 0.0)


def test_wages_are_the_pay_of_everybody_employed(quarters: list[Quarter]) -> None:
    for quarter in quarters:
        assert quarter.flow("wages") == exactly(quarter.pay)
        assert quarter.flow("wages", "firms", "households") == quarter.flow("wages") > 0.0


def test_running_cost_follows_wages_research_debt_and_regulation(quarters: list[Quarter], economy: Economy) -> None:
    p = economy.parameters
    for quarter in quarters:
        firms = quarter.financed
        assert quarter.flow("overheads") == exactly(p["overhead_ratio"] * quarter.pay)
        services = (1.0 - p["research_wage_share"]) * national(firms, firms.research_budget)
        assert quarter.flow("compute_services") == exactly(services)
        assert quarter.flow("interest") == exactly(p["loan_rate"] / 4.0 * national(firms, firms.debt))
        assert quarter.flow("compliance") == exactly(national(firms, compliance(quarter, economy)))
        assert min(quarter.flow(name) for name in ("overheads", "compute_services", "interest", "compliance")) > 0.0


def test_firms_are_paid_their_revenue_and_buy_inputs_up_to_their_margin(quarters: list[Quarter]) -> None:
    for quarter in quarters:
        firms = quarter.settled
        received = sum(quarter.flow(name, payee="firms") for name in RECEIPTS)
        assert received == exactly(national(firms, firms.revenue))
        core = quarter.flow("core_to_core_sales") / received * firms.revenue
        inputs = national(firms, np.maximum((1.0 - firms.margin) * firms.revenue, core))
        bought = ("purchased_inputs", "imported_inputs", "core_to_core_sales")
        assert sum(quarter.flow(name, payer="firms") for name in bought) == exactly(inputs)


def test_tax_is_due_on_profit_after_the_research_deduction(quarters: list[Quarter], economy: Economy) -> None:
    for quarter in quarters:
        due = tax_due(quarter, economy)
        assert due.sum() > 0.0
        assert quarter.flow("taxes", "firms", "central_government") == exactly(national(quarter.settled, due))
        alive = quarter.settled.alive
        kept = profit_before_tax(quarter, economy) - due
        np.testing.assert_allclose(quarter.settled.profit[alive], kept[alive], rtol=1e-9, atol=1e-6)


def test_profits_add_up_to_receipts_less_costs(quarters: list[Quarter]) -> None:
    for quarter in quarters:
        received = sum(quarter.flow(name, payee="firms") for name in RECEIPTS)
        paid = sum(quarter.flow(name, payer="firms") for name in COSTS)
        assert national(quarter.settled, quarter.settled.profit) == exactly(received - paid)


def public_money(quarter: Quarter, economy: Economy) -> np.ndarray:
    """Grants, local programmes and export support of each firm in the quarter, million CNY.

    Research money is told by the research it induces.
    """
    firms = quarter.financed
    induced = firms.research_induced - quarter.asked.research_induced
    research = induced / (1.0 + economy.parameters["fiscal_additionality"])
    exports = firms.export_share * firms.revenue
    return research + quarter.export_support * exports / national(firms, exports)


def test_public_money_of_firms_is_what_the_books_show(quarters: list[Quarter], economy: Economy) -> None:
    for quarter in quarters:
        paid = sum(quarter.flow(name, payee="firms") for name in ("grants", "local_programmes", "export_support"))
        assert paid > 0.0
        assert paid == exactly(national(quarter.financed, public_money(quarter, economy)))


def owners_money(quarter: Quarter, economy: Economy) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What parents put in, what they take out and the dividends of each firm, million CNY."""
    p, firms = economy.parameters, quarter.settled
    cash, cost = quarter.financed.cash + firms.profit, firms.revenue - firms.profit
    unit = firms.group_revenue > 0.0
    missing = np.clip(cost - cash, 0.0, p["parent_cover"] * firms.group_revenue / 4.0)
    spare = np.maximum(cash - 2.0 * np.maximum(cost, 0.0), 0.0)
    free = ~unit & (firms.equity[:, FUND_CHANNELS].sum(axis=1) <= 0.0)
    rich = np.maximum(cash - 6.0 * np.maximum(cost, 0.0), 0.0)
    return missing * unit, spare * unit, p["dividend_rate"] / 4.0 * rich * free


def test_owners_cover_and_take_what_they_should(quarters: list[Quarter], economy: Economy) -> None:
    for quarter in quarters:
        put_in, taken, dividends = (national(quarter.settled, amount) for amount in owners_money(quarter, economy))
        assert quarter.flow("parent_transfers", payee="firms") == exactly(put_in)
        assert quarter.flow("parent_transfers", payer="firms") == exactly(taken)
        assert quarter.flow("dividends", "firms", "households") == exactly(dividends)
    for sides in ({"payee": "firms"}, {"payer": "firms"}):
        assert any(quarter.flow("parent_transfers", **sides) > 0.0 for quarter in quarters)
    assert any(quarter.flow("dividends") > 0.0 for quarter in quarters)


def test_loans_and_equity_of_firms_are_what_the_books_show(quarters: list[Quarter]) -> None:
    for quarter in quarters:
        before, after = quarter.asked, quarter.financed
        borrowed = quarter.flow("loans", "banks", "firms") - quarter.flow("repayment", "firms", "banks")
        assert national(after, after.debt - before.debt) == exactly(borrowed)
        issued = quarter.flow("equity_issued", payee="firms") - quarter.flow("redemptions", payer="firms")
        assert national(after, (after.equity - before.equity).sum(axis=1)) == exactly(issued)
    for name in ("loans", "repayment", "equity_issued", "redemptions"):
        assert any(quarter.flow(name) > 0.0 for quarter in quarters)


def test_deposits_of_every_firm_change_by_profit_and_by_what_it_raises(
    quarters: list[Quarter], economy: Economy
) -> None:
    for quarter in quarters:
        begin, end = quarter.begin, quarter.end
        rows = np.flatnonzero(begin.alive & end.alive[: len(begin.alive)])
        rows = rows[begin.uid[rows] == end.uid[rows]]
        assert len(rows) > 100
        put_in, taken, dividends = owners_money(quarter, economy)
        raised = quarter.financed.debt - quarter.asked.debt
        raised = raised + (quarter.financed.equity - quarter.asked.equity).sum(axis=1)
        change = quarter.settled.profit + public_money(quarter, economy) + raised + put_in - taken - dividends
        scale = np.maximum(1.0, np.abs(end.cash[rows]) + quarter.settled.revenue[rows])
        gap = np.abs(end.cash[rows] - begin.cash[rows] - change[rows]) / scale
        assert gap.max() < 1e-9

"""The books hold the right amounts: every flow is recomputed from the people, debts, sales and budgets it stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from simulation.model import Economy
from simulation.model.ledger import FLOW
from tests.model import stepping
from tests.model.drawing import effective

FIRST, QUARTERS = "2017Q2", 5
CLOSE = 1e-9
RECEIPTS = ("final_sales", "core_to_core_sales", "export_sales")
COSTS = (
    "purchased_inputs", "imported_inputs", "core_to_core_sales", "wages", "overheads", "compute_services", "interest",
    "compliance", "taxes",
)  # fmt: skip
COLUMNS = (
    "uid", "alive", "weight", "cash", "debt", "revenue", "margin", "research_budget", "certified", "profit",
    "group_revenue", "equity", "cumulative_funding", "research_induced", "export_share",
)  # fmt: skip


@dataclass
class Quarter:
    """One quarter: the flow matrix (flow, payer, payee) and the firms around the calls that move their money.

    ``begin`` and ``end`` enclose the quarter, ``asked`` and ``financed`` the call finance, ``financed`` and ``settled``
    the call accounts.  Each is a dictionary of columns.
    """

    flows: dict[tuple[str, str, str], float]
    begin: dict[str, np.ndarray]
    asked: dict[str, np.ndarray]
    financed: dict[str, np.ndarray]
    settled: dict[str, np.ndarray]
    end: dict[str, np.ndarray]
    pay: float
    regulation: float
    hnte_rate: float
    deduction: float
    export_support: float

    def flow(self, name: str, payer: str = "", payee: str = "") -> float:
        """Amount of a flow from and to the named sectors, or all of it, million CNY."""
        return sum(
            amount
            for (flow, source, target), amount in self.flows.items()
            if flow == name and payer in ("", source) and payee in ("", target)
        )


def columns_of(economy: Economy) -> dict[str, np.ndarray]:
    return {name: getattr(economy.firms, name).copy() for name in COLUMNS}


def flows_of(economy: Economy) -> dict[tuple[str, str, str], float]:
    from simulation.model.ledger import ACCOUNTS

    return {
        (flow, payer, payee): float(economy.ledger.flows[FLOW[flow], source, target])
        for flow in FLOW
        for source, payer in enumerate(ACCOUNTS)
        for target, payee in enumerate(ACCOUNTS)
        if economy.ledger.flows[FLOW[flow], source, target]
    }


def lived(economy: Economy) -> Quarter:
    """Live through one quarter and keep what the accounts are recomputed from."""
    begin = columns_of(economy)
    stepping.open_quarter(economy, "finance")
    asked = columns_of(economy)
    stepping.run_call(economy, "finance")
    financed = columns_of(economy)
    people, levers = economy.people, economy.levers
    employed = people.alive & (people.employer >= 0)
    pay = float(people.wage[employed].sum()) * economy.person_weight / 4.0
    stepping.run_call(economy, "accounts")
    settled = columns_of(economy)
    found = Quarter(
        flows={}, begin=begin, asked=asked, financed=financed, settled=settled, end={}, pay=pay,
        regulation=economy.government.regulation, hnte_rate=float(levers.effective("hnte_tax_rate")),
        deduction=float(levers.effective("rd_super_deduction")),
        export_support=250.0 * float(levers.effective("outward_fdi_support")),
    )  # fmt: skip
    stepping.close_quarter(economy, "exit_and_entry")
    found.flows, found.end = flows_of(economy), columns_of(economy)
    return found


@pytest.fixture(scope="module")
def economy() -> Economy:
    # Exporters are supported, so that this flow has an amount to be right about.
    inputs = effective("plan_baseline", "2018Q4", outward_fdi_support={"2017Q3": 2.0})
    return stepping.until(Economy(inputs, seed=1, scale=0.02), FIRST)


@pytest.fixture(scope="module")
def quarters(economy: Economy) -> list[Quarter]:
    return [lived(economy) for _ in range(QUARTERS)]


def national(columns: dict[str, np.ndarray], amount: np.ndarray) -> float:
    return float((amount * columns["weight"])[columns["alive"]].sum())


def cost_before_tax(quarter: Quarter, economy: Economy) -> np.ndarray:
    """What each firm pays before tax: a purchase bill of its margin, its people, research bought, interest, rules."""
    p, firms = economy.parameters, quarter.settled
    core = quarter.flow("core_to_core_sales") / national(firms, firms["revenue"]) * firms["revenue"]
    inputs = np.maximum((1.0 - firms["margin"]) * firms["revenue"], core)
    return inputs + running_cost(quarter, economy) + p["compliance_cost"] * quarter.regulation * firms["revenue"]


def running_cost(quarter: Quarter, economy: Economy) -> np.ndarray:
    p, firms = economy.parameters, quarter.settled
    wages = economy_wages(quarter)
    services = (1.0 - p["research_wage_share"]) * firms["research_budget"]
    return (1.0 + p["overhead_ratio"]) * wages + services + p["loan_rate"] / 4.0 * firms["debt"]


def economy_wages(quarter: Quarter) -> np.ndarray:
    """Wages of each firm in the quarter, million CNY."""
    return quarter.settled["wage_quarter"]


def test_wages_are_the_pay_of_everybody_employed(quarters: list[Quarter]) -> None:
    for quarter in quarters:
        assert quarter.flow("wages", "firms", "households") == pytest.approx(quarter.pay, rel=CLOSE)
        assert quarter.flow("wages") == quarter.flow("wages", "firms", "households") > 0.0

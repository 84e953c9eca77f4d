"""Money and people are conserved: a broken posting is found, and public money can be followed to its use."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.model import Economy, ledger
from simulation.model.initial import attributes
from simulation.model.ledger import Books, Ledger
from simulation.model.rules import accounts, deals, exit_and_entry, finance, grants, market, public_money, tickets
from tests.model import stepping
from tests.model.drawing import effective, random_scenario, run
from tests.model.states import CLOSED, counted_gap


def closes_for(economy: Economy, quarters: int = 8) -> bool:
    for _ in range(quarters):
        economy.step()
        if not max(economy.ledger.closure_errors(economy.firms).values()) < CLOSED:
            return False
    return True


@pytest.fixture
def economy() -> Economy:
    return Economy(effective("plan_baseline", "2018Q4"), seed=1, scale=0.02)


def test_unbroken_books_close(economy: Economy) -> None:
    assert closes_for(economy)


# Kernels that move money of firms, the module whose payments they make and what they call on the way.
KERNELS = {
    "public_money": (public_money, grants, ("support_firms", "pay_claims")),
    "deals": (deals, tickets, ("make_deals",)),
    "finance": (finance, finance, ("raise_and_return",)),
    "accounts": (accounts, accounts, ("settle",)),
    "entry": (attributes, attributes, ("equip",)),
    "exit": (exit_and_entry, exit_and_entry, ("liquidate",)),
}
PAYMENTS = [
    ("public_money", grants.GRANTS), ("deals", 0), ("finance", finance.LOANS),
    ("finance", finance.REPAYMENT), ("accounts", accounts.RECEIPTS), ("accounts", accounts.CORE),
    ("accounts", accounts.IMPORTED), ("accounts", accounts.WAGES), ("accounts", accounts.TAXES),
    ("accounts", accounts.TAKEN), ("entry", attributes.BY_FOUNDERS), ("entry", attributes.BY_PARENTS),
]  # fmt: skip
SLIPS = [(kernel, entry, column) for kernel, entry in PAYMENTS for column in ("cash", "posted", "totals")]
# Nobody looks at the deposits of a firm that is gone.
SLIPS += [("exit", exit_and_entry.TO_OWNERS, "totals"), ("exit", exit_and_entry.LOSSES, "totals")]


@pytest.mark.parametrize(("kernel", "entry", "forgotten"), SLIPS)
def test_a_payment_that_a_kernel_books_in_part_opens_the_books(
    economy: Economy, monkeypatch: pytest.MonkeyPatch, kernel: str, entry: int, forgotten: str
) -> None:
    module, payments, calls = KERNELS[kernel]
    whole = payments.transact

    def transact(books: Books, row: int) -> None:
        total = books.totals[entry]
        whole(books, row)
        if forgotten == "totals":
            books.totals[entry] = total
        else:
            getattr(books, forgotten)[row] -= books.direction[entry] * books.amounts[entry]

    # The kernel runs as plain Python, with a slip in what it does to the books.
    monkeypatch.setattr(payments, "transact", transact)
    for name in calls:
        monkeypatch.setattr(module, name, getattr(module, name).py_func)
    try:
        assert not closes_for(economy)
    except ValueError as error:
        assert "paid" in str(error)


@pytest.mark.parametrize("amount", [-1.0, np.nan])
def test_a_kernel_that_pays_less_than_nothing_is_refused(economy: Economy, amount: float) -> None:
    books = economy.ledger.books(economy.firms, finance.DIRECTION)
    rows = economy.firms.rows()
    books.amounts[:] = 10.0
    for row in rows:
        ledger.transact(books, row)
    books.amounts[finance.REPAYMENT] = amount
    ledger.transact(books, rows[0])
    with pytest.raises(ValueError, match="not negative"):
        economy.ledger.enter(finance.ENTRIES, books.totals)


@pytest.mark.parametrize("flow", ["wages", "taxes", "imported_inputs", "repayment", "grants", "final_sales"])
def test_a_payment_that_skips_the_other_side_opens_the_books(
    economy: Economy, monkeypatch: pytest.MonkeyPatch, flow: str
) -> None:
    whole = Ledger._enter

    def one_sided(self: Ledger, name: str, payer: str, payee: str, amount: float) -> None:
        before = self.deposits[payee]
        whole(self, name, payer, payee, amount)
        if name == flow:
            self.deposits[payee] = before

    monkeypatch.setattr(Ledger, "_enter", one_sided)
    assert not closes_for(economy)


def test_a_loan_that_no_firm_owes_opens_the_books(economy: Economy) -> None:
    economy.step()
    economy.ledger.loans += 1e-3 * economy.ledger.gross
    assert not max(economy.ledger.closure_errors(economy.firms).values()) < CLOSED


def test_a_stake_that_no_firm_issued_opens_the_books(economy: Economy) -> None:
    economy.step()
    economy.firms.equity[economy.firms.rows()[0], 0] += 1e-3 * economy.ledger.gross
    assert not max(economy.ledger.closure_errors(economy.firms).values()) < CLOSED


def test_a_person_who_vanishes_is_missed(economy: Economy) -> None:
    before = economy.people.alive.sum() * economy.person_weight
    economy.step()
    assert counted_gap(before, economy) < CLOSED
    economy.people.remove(economy.people.rows()[:1])
    assert counted_gap(before, economy) > CLOSED


@pytest.mark.parametrize("amount", [-1.0, np.nan])
def test_a_payment_is_a_number_that_is_not_negative(economy: Economy, amount: float) -> None:
    with pytest.raises(ValueError, match="not negative"):
        economy.ledger.post("wages", "firms", "households", amount)
    with pytest.raises(ValueError, match="not negative"):
        economy.ledger.firms_receive("grants", "banks", economy.firms, np.full(economy.firms.length, amount))


def test_sales_need_a_buyer_for_every_seller(economy: Economy) -> None:
    with pytest.raises(ValueError, match="core_to_core_sales: paid"):
        economy.ledger.agree("core_to_core_sales", 100.0, 110.0)
    sales = np.arange(1.0, 1.0 + len(accounts.SALES))
    with pytest.raises(ValueError, match="received"):
        economy.ledger.enter(accounts.SALES, sales, other_side=1.1 * sales.sum())


def test_every_order_is_served_imported_or_kept_as_backlog(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, gaps = market.run, []

    def watch(economy: Economy) -> None:
        firms, sold = economy.firms, economy.market
        orders = float(sold.orders.sum()) + firms.total(firms.backlog)
        whole(economy)
        served = float(sold.sales.sum()) + float(sold.imports.sum()) + firms.total(firms.backlog)
        gaps.append(abs(orders - served) / max(orders, 1.0))

    monkeypatch.setattr(market, "run", watch)
    for inputs in (effective("plan_baseline", "2020Q4"), *(random_scenario(number, "2018Q4") for number in range(6))):
        run(inputs)
    assert len(gaps) == 20 + 6 * 12
    assert max(gaps) < CLOSED


def test_every_yuan_of_a_grant_reaches_firms() -> None:
    economy = Economy(effective("plan_baseline", "2020Q4"), seed=1, scale=0.02)
    share = 1.0 + economy.parameters["fiscal_additionality"]
    for _ in range(len(economy.quarters)):
        stepping.open_quarter(economy, "finance")
        before = economy.firms.research_induced.copy()
        stepping.run_call(economy, "finance")
        ledger, firms = economy.ledger, economy.firms
        # Grants and local programmes are what induces research of firms in this call.
        received = firms.total((firms.research_induced - before) / share)
        paid = ledger.flow("grants", "central_government", "firms")
        assert paid == ledger.flow("grants") > 0.0
        assert received == pytest.approx(paid + ledger.flow("local_programmes", payee="firms"), rel=1e-9)
        assert paid == pytest.approx(1000.0 * economy.now["funding_by_channel"][0], rel=1e-12)
        fields = ("grants", "public_research", "diverted_grants")
        spent = sum(ledger.flow(flow, "central_government") for flow in fields)
        assert 1000.0 * economy.now["grants_paid"] <= spent * (1.0 + 1e-12)
        stepping.close_quarter(economy, "accounts")

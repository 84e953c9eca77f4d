"""Money and people are conserved: a broken posting is found, and public money can be followed to its use."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.model import Economy
from simulation.model.ledger import ACCOUNT, Ledger
from simulation.model.rules import market
from simulation.model.state import Firms
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


@pytest.mark.parametrize("flow", ["grants", "equity_issued", "final_sales", "founders_equity", "loans"])
def test_a_receipt_that_skips_the_deposit_opens_the_books(
    economy: Economy, monkeypatch: pytest.MonkeyPatch, flow: str
) -> None:
    whole = Ledger.firms_receive

    def skip_the_deposit(
        self: Ledger, name: str, payer: str, firms: Firms, amounts: np.ndarray, rows: np.ndarray | None = None
    ) -> None:
        deposits = firms.cash.copy()
        whole(self, name, payer, firms, amounts, rows)
        if name == flow:
            firms.cash[:] = deposits

    monkeypatch.setattr(Ledger, "firms_receive", skip_the_deposit)
    assert not closes_for(economy)


@pytest.mark.parametrize("flow", ["wages", "taxes", "imported_inputs", "repayment"])
def test_a_payment_that_skips_the_other_side_opens_the_books(
    economy: Economy, monkeypatch: pytest.MonkeyPatch, flow: str
) -> None:
    whole = Ledger._enter

    def one_sided(self: Ledger, name: str, payer: str, payee: str, amount: float) -> None:
        balances = self.balances.copy()
        whole(self, name, payer, payee, amount)
        if name == flow:
            self.balances[ACCOUNT[payee]] = balances[ACCOUNT[payee]]

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


def test_sales_between_firms_need_a_buyer_for_every_seller(economy: Economy) -> None:
    paid = economy.firms.alive * 1.0
    with pytest.raises(ValueError, match="between firms"):
        economy.ledger.between_firms("core_to_core_sales", economy.firms, paid, 1.1 * paid)


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


def test_every_yuan_of_a_grant_reaches_firms(monkeypatch: pytest.MonkeyPatch) -> None:
    economy = Economy(effective("plan_baseline", "2020Q4"), seed=1, scale=0.02)
    whole, received = Ledger.firms_receive, []

    def watch(
        self: Ledger, name: str, payer: str, firms: Firms, amounts: np.ndarray, rows: np.ndarray | None = None
    ) -> None:
        where = slice(None) if rows is None else rows
        before = firms.cash[where].copy()
        whole(self, name, payer, firms, amounts, rows)
        if name == "grants":
            received.append((payer, float(((firms.cash[where] - before) * firms.weight[where]).sum())))

    monkeypatch.setattr(Ledger, "firms_receive", watch)
    for _ in range(len(economy.quarters)):
        received.clear()
        economy.step()
        ledger = economy.ledger
        assert {payer for payer, _ in received} == {"central_government"}
        paid = ledger.flow("grants", "central_government", "firms")
        assert paid == ledger.flow("grants") > 0.0
        # Deposits are read as differences of balances that are larger than the grant.
        assert paid == pytest.approx(sum(amount for _, amount in received), rel=1e-7)
        by_channel = economy.records["funding_by_channel"][economy.quarter - 1, 0]
        assert paid == pytest.approx(1000.0 * by_channel, rel=1e-12)
        spent = economy.records["grants_paid"][economy.quarter - 1]
        fields = ("grants", "public_research", "diverted_grants")
        assert 1000.0 * spent <= sum(ledger.flow(flow, "central_government") for flow in fields) * (1.0 + 1e-12)

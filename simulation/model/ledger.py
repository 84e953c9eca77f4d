"""The transaction ledger: every yuan has a payer, a payee and a named purpose.

Money moves only through :class:`Ledger`.  Firms keep their deposits in a column (``cash``, per firm); the other sectors
are accounts.  Each posting enters the flow matrix once with payer and payee, so the rows of the transaction matrix sum
to zero by construction; that the *stocks* follow the flows is checked independently, per firm and per sector, by
:meth:`Ledger.closure_errors`.  Claims (loans, equity at cost by funding channel) are stocks with their own flows.
Amounts in million CNY, national totals (per-firm amounts times the weight of the row).

References: Godley and Lavoie (2007) transaction-flow matrix; model.md section 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.model.columns import inner

if TYPE_CHECKING:
    from simulation.model.state import Firms

ACCOUNTS = (
    "firms", "parents", "adopters", "households", "central_government", "local_government", "universities",
    "venture_funds", "banks", "capital_market", "rest_domestic", "rest_world",
)  # fmt: skip
FLOWS = (
    "final_sales", "core_to_core_sales", "export_sales", "purchased_inputs", "imported_inputs", "overheads", "wages",
    "compute_services", "capex_imports", "capex_buildings", "taxes", "grants",
    "diverted_grants", "public_research", "team_grants", "local_programmes", "subsidies", "vouchers", "export_support",
    "compliance", "equity_issued", "secondary_sales", "dividends", "redemptions", "loans", "interest", "repayment",
    "parent_transfers", "commitments", "distributions", "displaced_purchases", "founders_equity",
    "conversion_equity", "liquidation", "creditor_losses", "acquisitions", "ppp_finance", "ppp_repayment",
    "group_sales", "academic_wages", "training", "imported_ai_goods", "consumption",
)  # fmt: skip
ACCOUNT = {name: position for position, name in enumerate(ACCOUNTS)}
FLOW = {name: position for position, name in enumerate(FLOWS)}


class Ledger:
    """Double-entry postings of one run.

    Attributes
    ----------
    flows : ndarray (flow, payer, payee)
        Postings of the current quarter, million CNY.
    balances : ndarray (account,)
        Deposits of each sector since the start, million CNY; a balance may be negative (the sector has drawn on
        deposits that existed before 2016, which are not modelled).
    loans, equity : float, ndarray (channel,)
        Claims on firms at cost.
    """

    def __init__(self, channels: int) -> None:
        shape = (len(FLOWS), len(ACCOUNTS), len(ACCOUNTS))
        self.flows = np.zeros(shape)
        self.balances = np.zeros(len(ACCOUNTS))
        self.loans = 0.0
        self.equity = np.zeros(channels)
        self.gross = 0.0

    def open_quarter(self) -> None:
        """Clear the matrix of the quarter; balances and claims go on."""
        self.flows[:] = 0.0

    def post(self, flow: str, payer: str, payee: str, amount: float) -> None:
        """Pay ``amount`` (million CNY, not negative) between two sectors other than firms."""
        if not amount >= 0.0:
            raise ValueError(f"{flow} from {payer} to {payee} of {amount}: a payment is a number that is not negative")
        self._enter(flow, payer, payee, float(amount))

    def _enter(self, flow: str, payer: str, payee: str, amount: float) -> None:
        source, target = ACCOUNT[payer], ACCOUNT[payee]
        self.flows[FLOW[flow], source, target] += amount
        self.balances[source] -= amount
        self.balances[target] += amount
        self.gross += amount

    def firms_pay(
        self, flow: str, payee: str, firms: Firms, amounts: np.ndarray, rows: np.ndarray | None = None
    ) -> None:
        """Firms pay ``amounts`` (per firm, shape of the columns or of ``rows``) to a sector."""
        self._firms(flow, "firms", payee, firms, amounts, rows, -1.0)

    def firms_receive(
        self, flow: str, payer: str, firms: Firms, amounts: np.ndarray, rows: np.ndarray | None = None
    ) -> None:
        """Firms receive ``amounts`` (per firm) from a sector."""
        self._firms(flow, payer, "firms", firms, amounts, rows, 1.0)

    def _firms(
        self, flow: str, payer: str, payee: str, firms: Firms, amounts: np.ndarray, rows: np.ndarray | None, sign: float
    ) -> None:
        where: Any = slice(None) if rows is None else rows
        if amounts.size and not amounts.min() >= 0.0:
            raise ValueError(f"{flow} from {payer} to {payee}: a payment is a number that is not negative")
        self._enter(flow, payer, payee, inner(amounts, firms.weight[where]))
        firms.cash[where] += sign * amounts
        firms.posted[where] += sign * amounts

    def between_firms(self, flow: str, firms: Firms, paid: np.ndarray, received: np.ndarray) -> None:
        """Firms pay each other: ``paid`` and ``received`` per firm; the national totals must agree."""
        total_paid, total_received = inner(paid, firms.weight), inner(received, firms.weight)
        if abs(total_paid - total_received) > 1e-9 * max(total_paid, 1.0):
            raise ValueError(f"{flow} between firms: paid {total_paid} but received {total_received}")
        self._enter(flow, "firms", "firms", total_paid)
        firms.cash += received - paid
        firms.posted += received - paid

    def flow(self, flow: str, payer: str | None = None, payee: str | None = None) -> float:
        """Amount of a flow in the quarter, in all or from and to the named sectors, million CNY."""
        block = self.flows[FLOW[flow]]
        source = slice(None) if payer is None else ACCOUNT[payer]
        target = slice(None) if payee is None else ACCOUNT[payee]
        return float(block[source, target].sum())

    def transaction_matrix(self) -> np.ndarray:
        """Transaction-flow matrix of the quarter (flow, account): received less paid, million CNY."""
        return self.flows.sum(axis=1) - self.flows.sum(axis=2)

    def closure_errors(self, firms: Firms) -> dict[str, float]:
        """Relative gaps between stocks and the sums of flows; each is below 1e-9 when the books close."""
        alive = firms.alive
        scale = max(self.gross, 1.0)
        cash = inner(firms.cash[alive], firms.weight[alive])
        per_firm = np.abs(firms.cash - firms.posted)[alive] / np.maximum(1.0, firms.turnover[alive])
        debt = inner(firms.debt[alive], firms.weight[alive])
        equity = np.einsum("i,ij->j", firms.weight[alive], firms.equity[alive])
        return {
            "rows": float(np.abs(self.transaction_matrix().sum(axis=1)).max()) / scale,
            "deposits": abs(float(self.balances.sum())) / scale,
            "firm deposits": abs(cash - self.balances[ACCOUNT["firms"]]) / scale,
            "each firm": float(per_firm.max()) if per_firm.size else 0.0,
            "loans": abs(debt - self.loans) / scale,
            "equity": float(np.abs(equity - self.equity).max()) / scale,
        }

"""The transaction ledger: every yuan has a payer, a payee and a named purpose.

Money moves only through :class:`Ledger` and, inside kernels, through :func:`transact`, whose national totals the ledger
enters afterwards.  Firms keep their deposits in a column (``cash``, per firm); the other sectors
are accounts.  Each posting enters the flow matrix once with payer and payee, so the rows of the transaction matrix sum
to zero by construction; that the *stocks* follow the flows is checked independently, per firm and per sector, by
:meth:`Ledger.closure_errors`.  Claims (loans, equity at cost by funding channel) are stocks with their own flows.
Amounts in million CNY, national totals (per-firm amounts times the weight of the row).

References: Godley and Lavoie (2007) transaction-flow matrix; model.md section 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simulation.model.columns import inner
from simulation.model.compiled import inlined

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
AGREEMENT = 1e-9  # relative gap within which both sides of a payment are the same

Entry = tuple[str, str, str]  # flow, payer, payee


class Books(NamedTuple):
    """What a kernel pays from and into.

    ``weight``, ``cash`` and ``posted`` are columns (firm,).  By entry (entry,): ``direction`` is 1 for what firms
    receive and -1 for what they pay; ``amounts`` are those of the firm under way, million CNY per firm of the row;
    ``totals`` are national.
    """

    weight: np.ndarray
    cash: np.ndarray
    posted: np.ndarray
    direction: np.ndarray
    amounts: np.ndarray
    totals: np.ndarray


def direction(entries: Sequence[Entry]) -> np.ndarray:
    """Direction of each entry: 1 where firms receive, -1 where they pay, shape (entry,)."""
    return np.array([1.0 if payee == "firms" else -1.0 for _, _, payee in entries])


@inlined
def transact(books: Books, row: int) -> None:
    """A firm receives and pays ``books.amounts``.

    An amount that is negative or no number makes its national total no number, which the ledger refuses.
    """
    weight, net = books.weight[row], 0.0
    for entry in range(len(books.amounts)):
        amount = books.amounts[entry]
        net += books.direction[entry] * amount
        books.totals[entry] += weight * amount if amount >= 0.0 else np.nan
    books.cash[row] += net
    books.posted[row] += net


class Ledger:
    """Double-entry postings of one run.

    Attributes
    ----------
    postings : dict of (flow, payer, payee) to float
        Amounts of the current quarter, million CNY.
    deposits : dict of account to float
        Deposits of each sector since the start, million CNY; they may be negative (the sector has drawn on what
        existed before 2016, which is not modelled).
    loans, equity : float, ndarray (channel,)
        Claims on firms at cost.
    """

    def __init__(self, channels: int) -> None:
        self.postings: dict[Entry, float] = {}
        self.deposits = dict.fromkeys(ACCOUNTS, 0.0)
        self._opening = dict(self.deposits)  # at the beginning of the quarter
        self.loans = 0.0
        self.equity = np.zeros(channels)
        self.gross = 0.0

    def open_quarter(self) -> None:
        """Clear the flows of the quarter; deposits and claims go on."""
        self.postings.clear()
        self._opening = dict(self.deposits)

    def post(self, flow: str, payer: str, payee: str, amount: float) -> None:
        """Pay ``amount`` (million CNY, not negative) between two sectors."""
        if not amount >= 0.0:
            raise ValueError(f"{flow} from {payer} to {payee} of {amount}: a payment is a number that is not negative")
        self._enter(flow, payer, payee, float(amount))

    def books(self, firms: Firms, direction: np.ndarray) -> Books:
        """Books for a kernel whose entries have the given directions."""
        return Books(firms.weight, firms.cash, firms.posted, direction, *np.zeros((2, len(direction))))

    def enter(self, entries: Sequence[Entry], totals: np.ndarray, other_side: float | None = None) -> None:
        """Enter what firms have paid and received inside a kernel: the national total of each entry, million CNY.

        Where the kernel adds up one side of the payments and ``totals`` are those of the other, ``other_side`` is the
        sum on the first.
        """
        amounts = totals.tolist()
        if other_side is not None:
            self.agree(entries[0][0], sum(amounts), other_side)
        for (flow, payer, payee), amount in zip(entries, amounts, strict=True):
            if not amount >= 0.0:
                raise ValueError(f"{flow} from {payer} to {payee}: a payment is a number that is not negative")
            self._enter(flow, payer, payee, amount)

    def agree(self, flow: str, paid: float, received: float) -> None:
        """``ValueError`` when what one side of a flow has paid is not what the other has received, million CNY."""
        if not abs(paid - received) <= AGREEMENT * max(paid, 1.0):
            raise ValueError(f"{flow}: paid {paid} but received {received}")

    def _enter(self, flow: str, payer: str, payee: str, amount: float) -> None:
        entry = (flow, payer, payee)
        if entry in self.postings:
            self.postings[entry] += amount
        else:
            _ = FLOW[flow], ACCOUNT[payer], ACCOUNT[payee]  # a flow and accounts that exist
            self.postings[entry] = amount
        self.deposits[payer] -= amount
        self.deposits[payee] += amount
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

    def flow(self, flow: str, payer: str | None = None, payee: str | None = None) -> float:
        """Amount of a flow in the quarter, in all or from and to the named sectors, million CNY."""
        if payer is not None and payee is not None:
            return self.postings.get((flow, payer, payee), 0.0)
        total = 0.0
        for (name, source, target), amount in self.postings.items():
            if name == flow and payer in (None, source) and payee in (None, target):
                total += amount
        return total

    def paid_by(self, *payers: str) -> float:
        """What the named sectors have paid in the quarter, million CNY."""
        return sum([amount for (_, payer, _), amount in self.postings.items() if payer in payers], 0.0)

    def drawn(self, account: str) -> float:
        """What a sector has paid in the quarter less what it has received, million CNY."""
        return self._opening[account] - self.deposits[account]

    def by_flow(self) -> np.ndarray:
        """National total of each flow in the quarter, shape (flow,), million CNY."""
        totals = [0.0] * len(FLOWS)
        for (flow, _, _), amount in self.postings.items():
            totals[FLOW[flow]] += amount
        return np.array(totals)

    @property
    def flows(self) -> np.ndarray:
        """Postings of the quarter as an array (flow, payer, payee), million CNY."""
        found = np.zeros((len(FLOWS), len(ACCOUNTS), len(ACCOUNTS)))
        for (flow, payer, payee), amount in self.postings.items():
            found[FLOW[flow], ACCOUNT[payer], ACCOUNT[payee]] = amount
        return found

    @property
    def balances(self) -> np.ndarray:
        """Deposits as an array (account,), million CNY."""
        return np.array(list(self.deposits.values()))

    def transaction_matrix(self) -> np.ndarray:
        """Transaction-flow matrix of the quarter (flow, account): received less paid, million CNY."""
        flows = self.flows
        return flows.sum(axis=1) - flows.sum(axis=2)

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
            "deposits": abs(sum(self.deposits.values())) / scale,
            "firm deposits": abs(cash - self.deposits["firms"]) / scale,
            "each firm": float(per_firm.max()) if per_firm.size else 0.0,
            "loans": abs(debt - self.loans) / scale,
            "equity": float(np.abs(equity - self.equity).max()) / scale,
        }

"""A plain ledger: every payment is one entry with payer, payee and purpose, kept in dictionaries.

Firms keep their deposits themselves (``cash``, per firm); the other sectors are balances here.  Amounts are in million
CNY and national: what one firm pays counts as many times as its row stands for firms (``weight``).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from simulation.inputs.dimensions import members

if TYPE_CHECKING:
    from tests.reference.agents import Firm


class PlainLedger:
    """Payments of the quarter, deposits since the start, and claims on firms at cost.

    Attributes
    ----------
    flows : dict (flow, payer, payee) -> float
        Payments of the current quarter, million CNY.
    balances : dict account -> float
        Deposits of each sector since the start, million CNY.
    loans : float
        Debt of firms to banks.
    equity : list of float
        Equity of firms at cost, by funding channel.
    gross : float
        All that was ever paid.
    """

    def __init__(self) -> None:
        self.flows: dict[tuple[str, str, str], float] = defaultdict(float)
        self.balances: dict[str, float] = dict.fromkeys(members("account"), 0.0)
        self.loans = 0.0
        self.equity = [0.0] * len(members("channel"))
        self.gross = 0.0

    def post(self, flow: str, payer: str, payee: str, amount: float) -> None:
        """One sector pays another ``amount`` (not negative)."""
        if not amount >= 0.0:
            raise ValueError(f"{flow} from {payer} to {payee} of {amount}: a payment is a number that is not negative")
        self.flows[flow, payer, payee] += amount
        self.balances[payer] -= amount
        self.balances[payee] += amount
        self.gross += amount

    def firm_pays(self, flow: str, payee: str, firm: Firm, amount: float) -> None:
        """A firm pays ``amount`` (per firm of its row) to a sector."""
        self.post(flow, "firms", payee, amount * firm.weight)
        firm.cash -= amount
        firm.posted -= amount

    def firm_receives(self, flow: str, payer: str, firm: Firm, amount: float) -> None:
        """A firm receives ``amount`` (per firm of its row) from a sector."""
        self.post(flow, payer, "firms", amount * firm.weight)
        firm.cash += amount
        firm.posted += amount

    def firm_pays_firms(self, flow: str, firm: Firm, amount: float) -> None:
        """A firm pays other firms, who take it with :meth:`firm_is_paid_by_firms`."""
        self.firm_pays(flow, "firms", firm, amount)

    def firm_is_paid_by_firms(self, firm: Firm, amount: float) -> None:
        """The receiving side of :meth:`firm_pays_firms`; the payment stands in the books already."""
        firm.cash += amount
        firm.posted += amount

    def flow(self, flow: str, payer: str | None = None, payee: str | None = None) -> float:
        """Amount of a flow in the quarter, in all or from and to the named sectors."""
        return sum(
            amount
            for (name, source, target), amount in self.flows.items()
            if name == flow and payer in (None, source) and payee in (None, target)
        )

    def paid_by(self, account: str) -> float:
        """All that a sector has paid in the quarter."""
        return sum(amount for (_, source, _), amount in self.flows.items() if source == account)

    def paid_to(self, account: str) -> float:
        """All that a sector has received in the quarter."""
        return sum(amount for (_, _, target), amount in self.flows.items() if target == account)

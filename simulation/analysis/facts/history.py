"""What is known of one run: panels of firms and adopters, lives, deals, returns of funds and the records."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

FIRST_YEAR = 2016
# Columns of firms that a panel of a year end takes as they stand.
AS_THEY_STAND = (
    "uid", "weight", "kind", "product", "specialty", "region", "founded", "entry_door", "stage", "listed",
    "recognised", "cumulative_funding", "margin", "research_share", "group_revenue", "group_research_intensity",
)  # fmt: skip
ADOPTER_COLUMNS = ("sector", "size_class", "count", "adopted", "scaled", "depth")


@dataclass(frozen=True)
class Panel:
    """Living firms and all adopters at the end of a year.

    Parameters
    ----------
    year : int
    firms : dict of str to ndarray
        Columns of the living firms, shape (firm, ...): those of ``AS_THEY_STAND`` and ``quarters`` (revenue of the four
        quarters, million CNY, shape (firm, 4)), ``profits`` (likewise), ``research`` (spending of the year, million
        CNY), ``staff`` (AI-skilled persons), ``public_model_sales`` (sales of models and platforms to public buyers in
        the year, million CNY).
    adopters : dict of str to ndarray
        Columns of ``ADOPTER_COLUMNS``, shape (adopter,).
    links : ndarray
        Number of firms that sell to each buyer, shape (buyer,): a recognised firm in several products counts once.
    orders : ndarray
        Orders of the fourth quarter by buyer and product, million CNY, shape (buyer, product).
    carrying : ndarray
        Share of vehicles, terminals and robots that carry AI, shape (carrier,).
    """

    year: int
    firms: dict[str, np.ndarray]
    adopters: dict[str, np.ndarray]
    links: np.ndarray
    orders: np.ndarray
    carrying: np.ndarray

    @property
    def weight(self) -> np.ndarray:
        """Firms that each row stands for."""
        return self.firms["weight"]

    @property
    def revenue(self) -> np.ndarray:
        """AI revenue of the year, million CNY, shape (firm,)."""
        return np.asarray(self.firms["quarters"].sum(axis=1))

    def age(self) -> np.ndarray:
        """Years since founding at the end of the year, shape (firm,)."""
        return np.asarray((4 * (self.year - FIRST_YEAR + 1) - self.firms["founded"]) / 4.0)


@dataclass(frozen=True)
class Lives:
    """One row for each firm that ever lived in the run, shape (firm,); quarters are counted from 2016Q1.

    ``entered`` is the quarter of its entry (-1 for those of the start), ``left`` that of its exit (-1: it lives).
    """

    uid: np.ndarray
    weight: np.ndarray
    kind: np.ndarray
    founded: np.ndarray
    entered: np.ndarray
    left: np.ndarray


@dataclass(frozen=True)
class Deals:
    """One row for each funding round, shape (deal,): quarter, firm, ticket (million CNY), weight, whether the first.

    The rounds of firms that leave in the same quarter are not seen.
    """

    quarter: np.ndarray
    uid: np.ndarray
    ticket: np.ndarray
    weight: np.ndarray
    first: np.ndarray


@dataclass(frozen=True)
class Returns:
    """One row for each firm whose funds have left it, shape (firm,): quarter, firm, paid in at cost, got back."""

    quarter: np.ndarray
    uid: np.ndarray
    cost: np.ndarray
    proceeds: np.ndarray


@dataclass(frozen=True)
class History:
    """All that is known of one run.

    Parameters
    ----------
    panels : dict of int to Panel
        By year.
    lives, deals, returns
        Firms, funding rounds and returns of funds.
    records : dict of str to ndarray
        Recorded variables, time first.
    values : dict
        Constants in force by registry id.
    """

    panels: dict[int, Panel]
    lives: Lives
    deals: Deals
    returns: Returns
    records: dict[str, np.ndarray]
    values: dict[str, Any]

    def annual(self, name: str) -> dict[int, Any]:
        """A recorded flow summed over each whole year."""
        values = self.records[name]
        return {year: values[4 * k : 4 * k + 4].sum(axis=0) for k, year in enumerate(self.years)}

    def year_end(self, name: str) -> dict[int, Any]:
        """A recorded stock or rate at the end of each year."""
        return {year: self.records[name][4 * k + 3] for k, year in enumerate(self.years)}

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Whole years of the run."""
        return tuple(self.panels)

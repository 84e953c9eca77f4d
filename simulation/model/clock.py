"""How long each call of the quarter took, and how many rows were in use: what ``aiplan run --profile`` tells."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

# Tables whose rows are counted at the end of each quarter.
TABLES = ("firms", "people", "adopters", "positions")


class Clock:
    """Times of one run.

    Parameters
    ----------
    calls : sequence of str
        Names of the calls of a quarter, in order.
    quarters : int
        Number of quarters.

    Attributes
    ----------
    seconds : ndarray
        Time of each call, shape (quarter, call).
    rows : ndarray
        Rows in use at the end of each quarter, shape (quarter, table).
    building : float
        Seconds from the making of the clock until the economy was built.
    """

    def __init__(self, calls: Sequence[str], quarters: int) -> None:
        self.calls = tuple(calls)
        self.seconds = np.zeros((quarters, len(self.calls)))
        self.rows = np.zeros((quarters, len(TABLES)), dtype=np.int64)
        self.building = 0.0
        self._started = time.perf_counter()

    def built(self) -> None:
        """Note that the economy has been built since the clock was made."""
        self.building = time.perf_counter() - self._started

    def count(self, quarter: int, *rows: int) -> None:
        """Note how many rows of each of ``TABLES`` are in use in a quarter."""
        self.rows[quarter] = rows

    def told(self) -> dict[str, Any]:
        """Times in seconds and rows in use by quarter, as ``runs.jsonl`` keeps them."""
        return {
            "building": round(self.building, 6),
            "calls": {name: self.seconds[:, k].round(7).tolist() for k, name in enumerate(self.calls)},
            "rows": {name: self.rows[:, k].tolist() for k, name in enumerate(TABLES)},
        }

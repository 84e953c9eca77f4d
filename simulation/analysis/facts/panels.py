"""What several statistics of firms start from."""

from __future__ import annotations

import math

import numpy as np

from simulation.analysis.facts.history import History, Panel

ABOVE_SCALE = 5.0  # revenue from which the database of industrial enterprises lists a firm, million CNY a year
FROM, TO = 2017, 2023  # years over which facts of other years and industries are taken
Pair = tuple[Panel, np.ndarray, Panel, np.ndarray]


def pairs(history: History, first: int, last: int) -> list[Pair]:
    """Consecutive year ends with the rows of the firms that live at both, in the same order."""
    found = []
    for year in range(first, last + 1):
        if year - 1 in history.panels and year in history.panels:
            before, after = history.panels[year - 1], history.panels[year]
            _, old, new = np.intersect1d(before.firms["uid"], after.firms["uid"], return_indices=True)
            found.append((before, old, after, new))
    return found


def mean_over_years(history: History, value: dict[int, float]) -> float:
    """Mean of the numbers of several years; NaN without any."""
    known = [number for number in value.values() if number == number]
    return float(np.mean(known)) if known else math.nan

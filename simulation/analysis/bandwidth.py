"""What this machine's memory can carry: a compiled triad over arrays far larger than any cache."""

from __future__ import annotations

import time

import numpy as np

from simulation.model.compiled import compiled

ELEMENTS = 1 << 24  # 128 MiB an array
REPETITIONS = 5


@compiled
def triad(target: np.ndarray, first: np.ndarray, second: np.ndarray, factor: float) -> None:
    """``target = first + factor * second``: two arrays are read and one is written."""
    for row in range(len(target)):
        target[row] = first[row] + factor * second[row]


def measured_bandwidth(elements: int = ELEMENTS) -> float:
    """Bytes a second that one core reads and writes, the best of some repetitions.

    Counted are 24 bytes an element, as the STREAM benchmark does; that lines are fetched before they are overwritten is
    not counted, neither here nor in the bytes that calls touch.
    """
    first, second, target = np.ones(elements), np.ones(elements), np.zeros(elements)
    triad(target[:8], first[:8], second[:8], 2.0)
    best = np.inf
    for _ in range(REPETITIONS):
        started = time.perf_counter()
        triad(target, first, second, 3.0)
        best = min(best, time.perf_counter() - started)
    return 24.0 * elements / best

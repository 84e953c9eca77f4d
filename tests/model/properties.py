"""Strategies and comparisons for tests that state a rule as a property."""

from __future__ import annotations

from collections.abc import Callable

import hypothesis
import numpy as np
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays


def given(*strategies: some.SearchStrategy) -> Callable:
    """Sixty examples, the same in every run."""
    repeatable = hypothesis.settings(max_examples=60, deadline=None, derandomize=True)
    return lambda test: repeatable(hypothesis.given(*strategies)(test))


def numbers(low: float, high: float) -> some.SearchStrategy[float]:
    return some.floats(low, high, allow_nan=False)


def columns(length: int, low: float, high: float) -> some.SearchStrategy[np.ndarray]:
    return arrays(np.float64, length, elements=numbers(low, high))


def close(value: object, expected: object, relative: float = 1e-9) -> bool:
    return np.allclose(value, expected, rtol=relative, atol=1e-12)

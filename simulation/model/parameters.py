"""What a rule may read: parameters, drivers of the outside world and the levers of policy, in force in the quarter.

Every read is noted with the call that made it, so that a test can hold the registry's column ``rules`` against what the
code really reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


class Reads:
    """Which registry ids each call of the quarter has read."""

    def __init__(self) -> None:
        self.current = "initial"
        self.by_rule: dict[str, set[str]] = defaultdict(set)

    @contextmanager
    def during(self, call: str) -> Iterator[None]:
        """Note reads as those of ``call`` for a while, as when the initial state borrows a rule."""
        before, self.current = self.current, call
        yield
        self.current = before

    def note(self, name: str) -> None:
        """Note that the call under way reads ``name``."""
        self.by_rule[self.current].add(name)


class Parameters:
    """Constants of section ``model`` and paths of section ``external`` at the current quarter."""

    def __init__(self, effective: Any, reads: Reads) -> None:
        self._values = effective.values
        self._paths = effective.paths
        self._reads = reads
        self.quarter = 0

    def __getitem__(self, name: str) -> Any:
        """Value of a model parameter (float or vector); ``KeyError`` for an id the registry does not hold."""
        self._reads.note(name)
        return self._values[name]

    def driver(self, name: str) -> Any:
        """Value of an outside driver in the current quarter."""
        self._reads.note(name)
        return self._paths[name][self.quarter]

    def path(self, name: str) -> np.ndarray:
        """Whole path of a driver or planned lever, shape (quarter,) or (quarter, element)."""
        self._reads.note(name)
        return self._paths[name]


class Levers:
    """Levers in force, set by the call ``policy`` and read by the others.

    ``delivered`` is the direct quantity government (or the outside world) puts in place; ``effective`` is the part that
    reaches its purpose: ``default + lever_effect * (delivered - default)``.  With the effect parameter at zero the
    quantity is still delivered, paid and counted, and nothing else in the economy moves.
    """

    def __init__(self, reads: Reads) -> None:
        self._delivered: dict[str, Any] = {}
        self._effective: dict[str, Any] = {}
        self._reads = reads

    def set(self, name: str, delivered: Any, effective: Any) -> None:
        """Put a lever in force for the quarter, as its planned path says."""
        self._reads.note(name)
        self._delivered[name] = delivered
        self._effective[name] = effective

    def delivered(self, name: str) -> Any:
        """Direct quantity of a lever in the quarter."""
        self._reads.note(name)
        return self._delivered[name]

    def effective(self, name: str) -> Any:
        """Part of the lever that reaches its purpose in the quarter."""
        self._reads.note(name)
        return self._effective[name]

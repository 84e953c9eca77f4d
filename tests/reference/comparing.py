"""Where a plain economy and a living one differ: whole numbers exactly, every float to ``RELATIVE``.

A float that is the small remainder of large sums carries their rounding error.  So a difference also passes when it is
below ``OF_LARGEST`` of the largest magnitude in the same column, or, for deposits, of the money that has passed through
them: a sum of n terms is off by about n roundings of 1e-16 of its largest partial sum.  ``ABSOLUTE`` forgives what is
left of nothing: in money a hundred-millionth of a yuan.
"""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import Any

import numpy as np

RELATIVE = 1e-12
OF_LARGEST = 1e-14
ABSOLUTE = 1e-14


def close(mine: np.ndarray, theirs: np.ndarray, scale: np.ndarray | float = 0.0) -> np.ndarray:
    """Which numbers agree; ``scale`` is the magnitude of the sums that they are remainders of."""
    with np.errstate(invalid="ignore"):
        near = np.abs(mine - theirs) <= RELATIVE * np.abs(theirs) + OF_LARGEST * scale + ABSOLUTE
    finite = np.isfinite(mine) & np.isfinite(theirs)
    return (near & finite) | (mine == theirs) | (np.isnan(mine) & np.isnan(theirs))


def arrays_differ(name: str, mine: Any, theirs: Any, scale: Any = None, labels: Any = None) -> list[str]:
    """Message for the first place in which two arrays of numbers differ; empty when there is none."""
    mine, theirs = np.asarray(mine), np.asarray(theirs)
    if mine.shape != theirs.shape:
        return [f"{name}: plain has shape {mine.shape}, economy {theirs.shape}"]
    if (mine == theirs).all():
        return []
    if theirs.dtype.kind in "iub" and mine.dtype.kind in "iub":
        wrong = mine != theirs
    else:
        mine, theirs = mine.astype(float), theirs.astype(float)
        if scale is None:
            scale = float(np.max(np.abs(theirs), initial=0.0, where=np.isfinite(theirs)))
        wrong = ~close(mine, theirs, scale)
        if not wrong.any():
            return []
    place = tuple(int(part[0]) for part in np.nonzero(np.atleast_1d(wrong)))
    at = f" {labels[place[0]]}" if labels is not None else ""
    first, second = np.atleast_1d(mine)[place], np.atleast_1d(theirs)[place]
    return [f"{name}{list(place) or ''}{at}: plain {first!r}, economy {second!r} ({int(np.sum(wrong))} differ)"]


def values_differ(name: str, mine: Any, theirs: Any, sums: dict[str, float] | None = None) -> list[str]:
    """Messages for two nested values: numbers, lists, dictionaries, namespaces.

    ``sums`` tells by full name the size of the sums that a quantity is the remainder of.
    """
    if type(mine) is type(theirs) and mine == theirs:
        return []
    if isinstance(theirs, SimpleNamespace):
        return values_differ(name, vars(mine), vars(theirs), sums)
    if isinstance(theirs, dict):
        found = [] if set(mine) == set(theirs) else [f"{name}: keys {sorted(map(str, set(mine) ^ set(theirs)))} differ"]
        for key in set(mine) & set(theirs):
            found += values_differ(f"{name}.{key}", mine[key], theirs[key], sums)
        return found
    if is_numbers(theirs) and is_numbers(mine):
        return arrays_differ(name, mine, theirs, (sums or {}).get(name))
    if isinstance(theirs, (list, tuple, deque)) and isinstance(mine, (list, tuple, deque)):
        if len(mine) != len(theirs):
            return [f"{name}: plain has length {len(mine)}, economy {len(theirs)}"]
        pairs = enumerate(zip(mine, theirs, strict=True))
        return [text for place, pair in pairs for text in values_differ(f"{name}[{place}]", *pair, sums)]
    return [] if mine == theirs else [f"{name}: plain {mine!r}, economy {theirs!r}"]


def is_numbers(value: Any) -> bool:
    """Whether a value is a number or a regular list of numbers."""
    if isinstance(value, (bool, int, float, np.generic, np.ndarray)):
        return True
    try:
        return isinstance(value, (list, tuple, deque)) and np.asarray(list(value)).dtype.kind in "iufb"
    except ValueError:
        return False

"""Keyed draws for single agents: the public functions of ``simulation.model.streams``, called for many ids at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from simulation.model import streams


def identities(numbers: Sequence[int]) -> np.ndarray:
    """Stable ids as the streams take them."""
    return np.array(numbers, dtype=np.uint64)


def hash_ids(*parts: int) -> int:
    """One stable id from several integers."""
    return int(streams.hash_ids(*(identities([part]) for part in parts))[0])


def hash_each(*parts: Sequence[int]) -> list[int]:
    """One stable id from several, for each place of equally long lists."""
    return streams.hash_ids(*(identities(part) for part in parts)).tolist()


def encode_id(origin: int, quarter: int, slot: int, group: int = 0) -> int:
    """Stable id of a candidate: slot of an origin, quarter and group (a province or tier)."""
    return int(streams.encode_ids(origin, quarter, np.array([slot]), group)[0])


def draw_each(source: Any, kind: str, stream: str, ids: Sequence[int], quarter: int, index: int) -> list[float]:
    """Draws of a ``kind`` (uniform or normal) from the streams of a run, one for each stable id."""
    return getattr(source, kind)(stream, identities(ids), quarter, index).tolist() if ids else []

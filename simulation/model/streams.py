"""Keyed random draws: a draw is a pure function of (seed, replicate, stream, stable id, quarter, index).

There is no generator state, so the order of calls, the number of workers and the presence of one more agent change no
other draw, and two scenarios with the same seed share their randomness (common random numbers).  The hash is the
finaliser of splitmix64 (Steele, Lea and Flood 2014), applied twice.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from statistics import NormalDist

import numpy as np

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
MASK = (1 << 64) - 1
QUANTILES = 4096

# One stream per decision. A stream's number depends on its name alone, so adding a stream disturbs no other.
STREAMS = (
    "frontier_jump", "theory_breakthrough", "graduate_count", "graduate_region", "person_skill", "person_exit",
    "person_promotion", "person_return", "person_emigration", "person_quit", "person_hired", "person_employer",
    "person_layoff", "person_initial", "adopter_initial", "adopter_adopts", "adopter_scales", "contract_award",
    "firm_initial", "firm_market", "firm_improvement", "firm_ticket", "firm_selection",
    "firm_application", "firm_listing", "firm_redemption", "firm_loan", "firm_exit", "firm_acquired", "acquirer",
    "firm_recognised", "firm_certified", "entry_founding", "entry_spin_off", "entry_conversion", "entrant",
    "founder", "platform_member", "alliance_member", "indicator_noise", "pilot_noise",
)  # fmt: skip


@lru_cache(maxsize=1)
def _normal_quantiles() -> np.ndarray:
    """Standard normal quantiles at the mid-points of ``QUANTILES`` equal classes, scaled to unit variance."""
    normal = NormalDist()
    table = np.array([normal.inv_cdf((position + 0.5) / QUANTILES) for position in range(QUANTILES)])
    return table / table.std()


def _mix(values: np.ndarray) -> np.ndarray:
    values = (values ^ (values >> np.uint64(30))) * FIRST
    values = (values ^ (values >> np.uint64(27))) * SECOND
    return values ^ (values >> np.uint64(31))


def _mix_integer(value: int) -> int:
    value = ((value ^ (value >> 30)) * int(FIRST)) & MASK
    value = ((value ^ (value >> 27)) * int(SECOND)) & MASK
    return value ^ (value >> 31)


def hash_ids(*parts: np.ndarray | int) -> np.ndarray:
    """One stable id from several: the hash of integer parts, broadcast against each other.  Shape of the broadcast."""
    result = np.zeros(1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            result = _mix(result * GOLDEN + np.asarray(part, dtype=np.uint64) + GOLDEN)
    return result


class Streams:
    """All randomness of one run.

    Parameters
    ----------
    seed, replicate : int
        Together they name the run; equal pairs give equal draws on every machine.
    """

    def __init__(self, seed: int, replicate: int = 0) -> None:
        self.seed = int(seed)
        self.replicate = int(replicate)
        root = _mix_integer((_mix_integer(self.seed & MASK) + self.replicate * int(GOLDEN)) & MASK)
        self._keys = {name: _mix_integer(root ^ zlib.crc32(name.encode())) for name in STREAMS}

    def _key(self, stream: str, quarter: int, index: int) -> np.uint64:
        return np.uint64(_mix_integer((self._keys[stream] + (quarter + 4096) * 0x100000001B3 + index * 0x1003F) & MASK))

    def uniform(self, stream: str, ids: np.ndarray, quarter: int, index: int = 0) -> np.ndarray:
        """Uniform draws in (0, 1), one per stable id; shape of ``ids`` (uint64)."""
        with np.errstate(over="ignore"):
            bits = _mix(_mix(ids * GOLDEN ^ self._key(stream, quarter, index)))
        return ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53

    def normal(self, stream: str, ids: np.ndarray, quarter: int, index: int = 0) -> np.ndarray:
        """Standard normal draws by quantile table (truncated near 3.7), one per stable id."""
        with np.errstate(over="ignore"):
            bits = _mix(_mix(ids * GOLDEN ^ self._key(stream, quarter, index)))
        return _normal_quantiles()[(bits >> np.uint64(52)).astype(np.int64)]

    def one(self, stream: str, quarter: int, identity: int = 0, index: int = 0) -> float:
        """One uniform draw for an institution or the world."""
        return float(self.uniform(stream, np.array([identity], dtype=np.uint64), quarter, index)[0])

    def one_normal(self, stream: str, quarter: int, identity: int = 0, index: int = 0) -> float:
        """One standard normal draw for an institution or the world."""
        return float(self.normal(stream, np.array([identity], dtype=np.uint64), quarter, index)[0])


def encode_ids(origin: int, quarter: int, slots: np.ndarray, region: int = 0) -> np.ndarray:
    """Stable ids of candidates: the same slot of the same origin, region and quarter is the same agent in any world."""
    head = np.uint64(((origin & 0xFF) << 56) | (((quarter + 1024) & 0xFFFF) << 40) | ((region & 0xFF) << 32))
    return head | np.asarray(slots, dtype=np.uint64)

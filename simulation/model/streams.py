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

from simulation.model.compiled import compiled

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
QUARTER_STEP, INDEX_STEP = 0x100000001B3, 0x1003F
MASK = (1 << 64) - 1
FIRST_FACTOR, SECOND_FACTOR = int(FIRST), int(SECOND)
QUANTILES = 4096
INDICES = 20  # draws for life that a stream may have

Draws = tuple[tuple[str, tuple[int, ...]], ...]  # streams, each with the indices of its draws

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


QUANTILE_TABLE = _normal_quantiles()


@compiled
def mix(value: np.uint64) -> np.uint64:
    """Finaliser of splitmix64: one 64-bit word from another."""
    value = (value ^ (value >> np.uint64(30))) * FIRST
    value = (value ^ (value >> np.uint64(27))) * SECOND
    return value ^ (value >> np.uint64(31))


@compiled
def bits_of(key: np.uint64, identity: np.uint64) -> np.uint64:
    """64 random bits of a stable id under a stream's key (:meth:`Streams.key`); for use inside kernels."""
    return mix(mix(identity * GOLDEN ^ key))


@compiled
def uniform_of(key: np.uint64, identity: np.uint64) -> float:
    """Uniform draw in (0, 1) of a stable id under a stream's key; for use inside kernels."""
    return (np.float64(bits_of(key, identity) >> np.uint64(11)) + 0.5) * 2.0**-53


@compiled
def normal_of(key: np.uint64, identity: np.uint64, quantiles: np.ndarray) -> float:
    """Standard normal draw of a stable id under a stream's key; ``quantiles`` is ``QUANTILE_TABLE``."""
    return quantiles[bits_of(key, identity) >> np.uint64(52)]


@compiled
def joined_id(first: np.uint64, second: np.uint64) -> np.uint64:
    """One stable id from two, as :func:`hash_ids` makes it; for use inside kernels."""
    return mix(mix(first + GOLDEN) * GOLDEN + second + GOLDEN)


@compiled
def candidate_id(origin: int, quarter: int, slot: int, region: int) -> np.uint64:
    """Stable id of one candidate, as :func:`encode_ids` makes it; for use inside kernels."""
    head = ((origin & 0xFF) << 56) | (((quarter + 1024) & 0xFFFF) << 40) | ((region & 0xFF) << 32)
    return np.uint64(head | slot)


@compiled
def note_low(key: np.uint64, ids: np.ndarray, ceiling: float, notes: np.ndarray) -> None:
    """Note whose uniform draw lies below ``ceiling``: where events are rare, a kernel looks at these alone.

    The loop has no branch, so that the processor draws for eight ids at once.
    """
    for place in range(len(ids)):
        notes[place] = uniform_of(key, ids[place]) < ceiling


@compiled
def largest(values: np.ndarray) -> float:
    """Largest of values that are not negative, as a ceiling."""
    ceiling = 0.0
    for value in values:
        ceiling = max(ceiling, value)
    return ceiling


@compiled
def uniforms_of(key: np.uint64, ids: np.ndarray, result: np.ndarray) -> None:
    """Uniform draws of many stable ids under a stream's key into ``result``; in a loop of its own a draw is cheap."""
    for row in range(min(len(ids), len(result))):
        result[row] = uniform_of(key, ids[row])


@compiled
def _normals(key: np.uint64, ids: np.ndarray, quantiles: np.ndarray, result: np.ndarray) -> None:
    for row in range(len(ids)):
        result[row] = normal_of(key, ids[row], quantiles)


@compiled
def pair_normals(
    key: np.uint64, uid: np.ndarray, rows: np.ndarray, others: np.ndarray, quantiles: np.ndarray, words: np.ndarray,
    result: np.ndarray,
) -> None:  # fmt: skip
    """Standard normal draws of pairs: the stable ids of ``rows`` joined with ``others``; ``words`` is room for bits.

    Three plain loops, so that the processor draws for eight pairs at once.
    """
    for place in range(len(rows)):
        words[place] = uid[rows[place]]
    for place in range(len(rows)):
        words[place] = bits_of(key, joined_id(words[place], np.uint64(others[place]))) >> np.uint64(52)
    for place in range(len(rows)):
        result[place] = quantiles[words[place]]


def _mix_integer(value: int) -> int:
    value = ((value ^ (value >> 30)) * FIRST_FACTOR) & MASK
    value = ((value ^ (value >> 27)) * SECOND_FACTOR) & MASK
    return value ^ (value >> 31)


def hash_ids(*parts: np.ndarray | int) -> np.ndarray:
    """One stable id from several: the hash of integer parts, broadcast against each other.  Shape of the broadcast."""
    result = np.zeros(1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            word = result * GOLDEN + np.asarray(part, dtype=np.uint64) + GOLDEN
            word = (word ^ (word >> np.uint64(30))) * FIRST
            word = (word ^ (word >> np.uint64(27))) * SECOND
            result = word ^ (word >> np.uint64(31))
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
        self._bases: dict[Draws, np.ndarray] = {}
        self._for_life: dict[str, np.ndarray] = {}
        self._words = np.array(list(self._keys.values()), dtype=np.uint64)
        self._of_quarter: dict[int, dict[str, np.uint64]] = {}

    def key(self, stream: str, quarter: int, index: int = 0) -> np.uint64:
        """Key of a stream in a quarter, for draws inside kernels (:func:`uniform_of`, :func:`normal_of`)."""
        if index == 0:
            return (self._of_quarter.get(quarter) or self._keys_in(quarter))[stream]
        word = self._keys[stream] + (quarter + 4096) * QUARTER_STEP + index * INDEX_STEP
        return np.uint64(_mix_integer(word & MASK))

    def _keys_in(self, quarter: int) -> dict[str, np.uint64]:
        """First key of every stream in a quarter, all in one go and once."""
        keys = mix.py_func(self._words + self.word(quarter))  # type: ignore[attr-defined]
        self._of_quarter[quarter] = found = dict(zip(self._keys, keys, strict=True))
        return found

    def bases(self, draws: Draws) -> np.ndarray:
        """What the keys of several draws have in common in all quarters, shape (draw, index); see :meth:`word`."""
        found = self._bases.get(draws)
        if found is None:
            words = [[(self._keys[name] + place * INDEX_STEP) & MASK for place in indices] for name, indices in draws]
            found = self._bases[draws] = np.array(words, dtype=np.uint64)
        return found

    def word(self, quarter: int) -> np.uint64:
        """Word of a quarter: inside kernels, the key of a draw is ``mix(base + word)``."""
        return np.uint64((quarter + 4096) * QUARTER_STEP)

    def keys_for_life(self, stream: str) -> np.ndarray:
        """Keys of a stream by index in quarter 0, for draws that an agent keeps for life; shape (index,)."""
        if stream not in self._for_life:
            self._for_life[stream] = np.array([self.key(stream, 0, index) for index in range(INDICES)])
        return self._for_life[stream]

    def uniform(self, stream: str, ids: np.ndarray, quarter: int, index: int = 0) -> np.ndarray:
        """Uniform draws in (0, 1), one per stable id; shape of ``ids`` (uint64, one-dimensional)."""
        result = np.empty(len(ids))
        uniforms_of(self.key(stream, quarter, index), ids, result)
        return result

    def normal(self, stream: str, ids: np.ndarray, quarter: int, index: int = 0) -> np.ndarray:
        """Standard normal draws by quantile table (truncated near 3.7), one per stable id."""
        result = np.empty(len(ids))
        _normals(self.key(stream, quarter, index), ids, QUANTILE_TABLE, result)
        return result

    def normal_pairs(
        self, stream: str, uid: np.ndarray, rows: np.ndarray, others: np.ndarray, quarter: int, index: int = 0
    ) -> np.ndarray:
        """Standard normal draws, one for each pair of the stable id of a row and another integer; shape of ``rows``."""
        words, result = np.empty(len(rows), dtype=np.uint64), np.empty(len(rows))
        pair_normals(self.key(stream, quarter, index), uid, rows, others, QUANTILE_TABLE, words, result)
        return result

    def _one_word(self, stream: str, quarter: int, identity: int, index: int) -> int:
        word = ((identity * int(GOLDEN)) & MASK) ^ int(self.key(stream, quarter, index))
        return _mix_integer(_mix_integer(word))

    def one(self, stream: str, quarter: int, identity: int = 0, index: int = 0) -> float:
        """One uniform draw for an institution or the world."""
        return ((self._one_word(stream, quarter, identity, index) >> 11) + 0.5) * 2.0**-53

    def one_normal(self, stream: str, quarter: int, identity: int = 0, index: int = 0) -> float:
        """One standard normal draw for an institution or the world."""
        return float(QUANTILE_TABLE[self._one_word(stream, quarter, identity, index) >> 52])


def encode_ids(origin: int, quarter: int, slots: np.ndarray, region: int = 0) -> np.ndarray:
    """Stable ids of candidates: the same slot of the same origin, region and quarter is the same agent in any world."""
    head = np.uint64(((origin & 0xFF) << 56) | (((quarter + 1024) & 0xFFFF) << 40) | ((region & 0xFF) << 32))
    return head | np.asarray(slots, dtype=np.uint64)

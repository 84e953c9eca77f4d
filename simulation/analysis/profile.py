"""Where the time of runs goes: by call and by quarter, beside what memory bandwidth alone would take.

The bytes that a call touches are explained in :mod:`simulation.analysis.footprint`, the bandwidth in
:mod:`simulation.analysis.bandwidth`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.bandwidth import measured_bandwidth
from simulation.analysis.footprint import bytes_touched, footprint

if TYPE_CHECKING:
    from simulation.scenario import Effective

BUILDING = "building the economy"
ALL = "all calls"
NOTE = (
    "megabytes: the columns that a call asks for, rows in use read once and changed rows written once; scratch arrays "
    "and second passes are not counted. times_bandwidth: time of the call over what these bytes take at the "
    "{rate:.1f} GB/s measured here by a compiled triad on one core."
)


@dataclass(frozen=True)
class Profile:
    """Mean times of some runs.

    Parameters
    ----------
    runs : int
        Number of runs.
    quarters, calls : tuple of str
    seconds, touched : ndarray
        Time and bytes touched, shape (quarter, call).
    building : float
        Seconds to build the economy.
    bandwidth : float
        Bytes a second.
    """

    runs: int
    quarters: tuple[str, ...]
    calls: tuple[str, ...]
    seconds: np.ndarray
    touched: np.ndarray
    building: float
    bandwidth: float

    def by_call(self) -> list[dict[str, Any]]:
        """A row for each call, the slowest first, then building and the sum of the calls."""
        quarters, total = len(self.quarters), self.seconds.sum() + self.building
        seconds, touched = self.seconds.sum(axis=0), self.touched.sum(axis=0)
        entries = [(name, seconds[k], touched[k]) for k, name in enumerate(self.calls)]
        entries.sort(key=lambda entry: -entry[1])
        entries += [(BUILDING, self.building, np.nan), (ALL, seconds.sum(), touched.sum())]
        return [
            {
                "call": name, "ms_a_run": 1e3 * time,
                "ms_a_quarter": np.nan if name == BUILDING else 1e3 * time / quarters, "share": time / total,
                "megabytes_a_quarter": size / quarters / 1e6,
                "times_bandwidth": self._ratio(time, size),
            }
            for name, time, size in entries
        ]  # fmt: skip

    def by_quarter(self) -> list[dict[str, Any]]:
        """A row for each quarter, with the call that took longest."""
        total = self.seconds.sum() + self.building
        return [
            {
                "quarter": quarter, "ms": 1e3 * times.sum(), "share": times.sum() / total,
                "megabytes": sizes.sum() / 1e6, "times_bandwidth": self._ratio(times.sum(), sizes.sum()),
                "longest_call": self.calls[int(times.argmax())], "its_ms": 1e3 * times.max(),
            }
            for quarter, times, sizes in zip(self.quarters, self.seconds, self.touched, strict=True)
        ]  # fmt: skip

    def cells(self) -> list[dict[str, Any]]:
        """A row for each quarter and call."""
        return [
            {
                "quarter": quarter, "call": call, "ms": 1e3 * self.seconds[t, k], "bytes": self.touched[t, k],
                "times_bandwidth": self._ratio(self.seconds[t, k], self.touched[t, k]),
            }
            for t, quarter in enumerate(self.quarters)
            for k, call in enumerate(self.calls)
        ]  # fmt: skip

    def note(self) -> str:
        """How bytes and ratio are to be read."""
        return NOTE.format(rate=self.bandwidth / 1e9)

    def _ratio(self, seconds: float, size: float) -> float:
        """Time over that of bandwidth alone; NaN for a call that touches no column."""
        return float(seconds * self.bandwidth / size) if size > 0.0 else float("nan")


def profile(told: Sequence[Mapping[str, Any]], effective: Effective, bandwidth: float | None = None) -> Profile:
    """Mean times of runs by call and quarter.

    Parameters
    ----------
    told : sequence of mapping
        What :meth:`simulation.model.clock.Clock.told` says of each run; at least one.
    effective : Effective
        Inputs of the runs, for the columns that their calls touch.
    bandwidth : float, optional
        Bytes a second; measured here by default.
    """
    calls = tuple(told[0]["calls"])
    touched = footprint(effective, calls)
    return Profile(
        runs=len(told),
        quarters=tuple(effective.quarters),
        calls=calls,
        seconds=np.mean([[run["calls"][name] for name in calls] for run in told], axis=0).T,
        touched=np.mean([bytes_touched(touched, run["rows"]) for run in told], axis=0),
        building=float(np.mean([run["building"] for run in told])),
        bandwidth=measured_bandwidth() if bandwidth is None else bandwidth,
    )

"""What is measured: sizes, ensembles, and the economy of a given number of firms and people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from simulation.model.economy import Economy
from simulation.scenario import Effective, load

SCENARIO = "plan_baseline"
# The calls that sweep or match a population; chained together they are what plain agents are compared on.
HEAVY = ("adoption", "market", "labour", "research", "finance", "exit_and_entry")
YARDSTICK = (6_000, 100_000)


@dataclass(frozen=True)
class Sizes:
    """One set of sizes.

    Parameters
    ----------
    scales : tuple of float
        Scales of whole runs.
    populations : tuple of (int, int)
        Firms and people of the quarters in which columns are compared with agents.
    quarters : tuple of str
        Last quarters of runs of different length.
    firms : tuple of int
        Start-ups that are added to runs of one scale.
    ensembles : tuple of (float, int)
        Scale and runs of the ensembles whose throughput is measured with one and two workers.
    lengths : tuple of int
        Runs of ensembles at scale 0.1 on two workers.
    whole : tuple of float
        Scale of the run whose time is compared with memory bandwidth.
    rounds : int
        Repetitions of a measurement.
    """

    scales: tuple[float, ...]
    populations: tuple[tuple[int, int], ...]
    quarters: tuple[str, ...]
    firms: tuple[int, ...]
    ensembles: tuple[tuple[float, int], ...]
    lengths: tuple[int, ...]
    whole: tuple[float, ...]
    rounds: int


FULL = Sizes(
    scales=(0.01, 0.02, 0.05, 0.1, 0.3, 1.0, 3.0),
    populations=((600, 10_000), (2_000, 33_000), YARDSTICK, (20_000, 330_000)),
    quarters=("2019Q3", "2023Q2", "2027Q1", "2030Q4"),
    firms=(0, 3_000, 9_000, 27_000),
    ensembles=((0.05, 400), (0.1, 200), (1.0, 16)),
    lengths=(50, 200, 1_000),
    whole=(1.0,),
    rounds=5,
)
QUICK = Sizes(
    scales=(0.01, 0.02),
    populations=((600, 10_000),),
    quarters=("2017Q4", "2019Q4"),
    firms=(0, 1_000),
    ensembles=((0.01, 8),),
    lengths=(4, 8),
    whole=(0.02,),
    rounds=1,
)


@cache
def inputs(until: str = "2030Q4") -> Effective:
    """Inputs of the measured runs."""
    return load(SCENARIO).effective(until=until)


def economy_of(firms: int, people: int) -> Economy:
    """An economy with so many rows of firms and people at the start (adopters as the scale has them)."""
    p = inputs().values
    scale = people / float(np.sum(p["initial_talent"]) + np.sum(p["initial_overseas"]))
    alone = Economy(inputs(), scale=scale)
    there = int(np.count_nonzero(alone.firms.alive))
    alone.close()
    return Economy(inputs(), scale=scale, extra_firms=max(0, firms - there))

"""Designs: which points of the unit cube of the factors are run.

Samplers are those of scipy and SALib; every design is a function of its size, its seed and the factors alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from simulation.experiments.factors import Factor, Value

GRID, TABLE, LATIN_HYPERCUBE, SOBOL, MORRIS = "grid", "table", "latin_hypercube", "sobol", "morris"
DESIGNS = (GRID, TABLE, LATIN_HYPERCUBE, SOBOL, MORRIS)
MORRIS_LEVELS = 4
# Morris' levels stand for the middles of quarters of a distribution: its ends, often hard bounds, are never run.
MORRIS_ENDS = (1.0 / 8.0, 7.0 / 8.0)


@dataclass(frozen=True)
class Design:
    """How the factors are sampled.

    Parameters
    ----------
    name : str
        ``grid`` (all combinations of levels), ``table`` (points written in the file), ``latin_hypercube`` (``n``
        points), ``sobol`` (Saltelli's scheme of ``n (k + 2)`` points, or ``n (2 k + 2)`` with second order), ``morris``
        (``n`` trajectories of ``k + 1`` points, distributions at the middles of their quarters, switches between pairs
        of levels) for ``k`` factors.
    n : int
        Size; a power of two for ``sobol``; unused by ``grid`` and ``table``.
    seed : int
        Seed of the sampler.
    second_order : bool
        Whether ``sobol`` takes the points that second-order indices need.
    points : tuple of tuple
        Rows of a ``table``, values in the order of the factors.
    """

    name: str
    n: int = 0
    seed: int = 1
    second_order: bool = False
    points: tuple[tuple[Value, ...], ...] = ()


def size_of(design: Design, factors: Sequence[Factor]) -> int:
    """Number of points, without sampling them."""
    k = len(factors)
    if design.name == GRID:
        return int(np.prod([len(factor.levels) for factor in factors]))
    if design.name == TABLE:
        return len(design.points)
    if design.name == SOBOL:
        return design.n * ((2 * k + 2) if design.second_order else (k + 2))
    return design.n * (k + 1) if design.name == MORRIS else design.n


def salib_problem(factors: Sequence[Factor]) -> dict[str, Any]:
    """The factors as SALib wants them, each on the unit interval."""
    return _unit_cube([factor.name for factor in factors])


def _unit_cube(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def unit_points(design: Design, factors: Sequence[Factor]) -> np.ndarray:
    """Points of a sampled design in the unit cube, shape (points, factors), read-only; not for ``grid`` and ``table``.

    They depend on the number of factors and of their levels alone, and every index and figure asks for them again.
    """
    if design.name == MORRIS:
        return _trajectories(design, tuple(len(factor.levels) for factor in factors))
    return _sampled(design, len(factors))


def moved_factors(design: Design, factors: Sequence[Factor]) -> np.ndarray:
    """Column of the factor that each step of a Morris design moves, shape (trajectory, step)."""
    blocks = _sampled(design, len(factors)).reshape(design.n, len(factors) + 1, len(factors))
    return np.abs(np.diff(blocks, axis=1)).argmax(axis=2)


@lru_cache(maxsize=4)
def _trajectories(design: Design, levels: tuple[int, ...]) -> np.ndarray:
    """Morris' trajectories with distributions between :data:`MORRIS_ENDS` and switches between pairs of levels.

    A switch with few levels has no step of two thirds: each trajectory takes it from one level to another, all ordered
    pairs of levels equally often as far as ``n`` allows, in an order of chance.
    """
    raw = _sampled(design, len(levels))
    low, high = MORRIS_ENDS
    points = low + (high - low) * raw
    rng = np.random.default_rng([design.seed, len(levels)])
    blocks, before = points.reshape(design.n, -1, len(levels)), raw.reshape(design.n, -1, len(levels))
    for place, count in enumerate(levels):
        if count:
            moved = np.abs(before[:, :, place] - before[:, :1, place]) > 1e-9
            pairs = _pairs(count, design.n, rng)
            blocks[:, :, place] = (np.where(moved, pairs[:, 1:], pairs[:, :1]) + 0.5) / count
    points.setflags(write=False)
    return points


def _pairs(count: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """Ordered pairs of different levels for ``n`` trajectories, shape (n, 2): round after round of all of them."""
    every = np.array(list(itertools.permutations(range(count), 2)) or [(0, 0)])
    rounds = [rng.permutation(every) for _ in range(-(-n // len(every)))]
    return np.concatenate(rounds)[:n]


@lru_cache(maxsize=4)
def _sampled(design: Design, dimensions: int) -> np.ndarray:
    problem = _unit_cube([f"x{place}" for place in range(dimensions)])
    if design.name == LATIN_HYPERCUBE:
        from scipy.stats import qmc

        points = qmc.LatinHypercube(dimensions, rng=np.random.default_rng(design.seed)).random(design.n)
    elif design.name == SOBOL:
        from SALib.sample import sobol

        points = sobol.sample(problem, design.n, calc_second_order=design.second_order, seed=design.seed)
    else:
        from SALib.sample import morris

        points = morris.sample(problem, design.n, num_levels=MORRIS_LEVELS, seed=design.seed)
    points.setflags(write=False)
    return points


def points_of(design: Design, factors: Sequence[Factor]) -> list[tuple[Value, ...]]:
    """Values of the factors at every point of the design, in its order."""
    if design.name == TABLE:
        return list(design.points)
    if design.name == GRID:
        return list(itertools.product(*(factor.levels for factor in factors)))
    cube = unit_points(design, factors)
    columns = [factor.values(cube[:, place]) for place, factor in enumerate(factors)]
    return list(zip(*columns, strict=True))

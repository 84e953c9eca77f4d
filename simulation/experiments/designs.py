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


@dataclass(frozen=True)
class Design:
    """How the factors are sampled.

    Parameters
    ----------
    name : str
        ``grid`` (all combinations of levels), ``table`` (points written in the file), ``latin_hypercube`` (``n``
        points), ``sobol`` (Saltelli's scheme of ``n (k + 2)`` points, or ``n (2 k + 2)`` with second order), ``morris``
        (``n`` trajectories of ``k + 1`` points) for ``k`` factors.
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

    They depend on the number of factors alone, and every index and figure asks for them again.
    """
    return _sampled(design, len(factors))


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

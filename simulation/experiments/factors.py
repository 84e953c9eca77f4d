"""Factors of an experiment: what is varied, over which distribution or levels, and how a value is applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from simulation.inputs.priors import Prior
from simulation.inputs.registry import Parameter
from simulation.scenario import VARIANTS, Effective
from simulation.scenario.settings import DATED_SECTIONS

SET, ADD, MULTIPLY, STRENGTH = "set", "add", "multiply", "strength"
ACTIONS = (SET, ADD, MULTIPLY, STRENGTH)
VARIANT_PREFIX = "variants."
Value = float | str


@dataclass(frozen=True)
class Factor:
    """One column of a design.

    Parameters
    ----------
    name : str
        ``id``, ``id.element`` or ``variants.rule``, as tables and the store call it.
    parameter : Parameter or None
        Row of the registry; ``None`` for a rule variant.
    element : str
        Element of a vector; empty for the whole of it.
    action : {'set', 'add', 'multiply', 'strength'}
        What a value does: it replaces the path, is added to it, multiplies it, or multiplies its distance from the
        registry's default path (0: as without the scenario, 1: as the scenario says).
    start : int
        Position of the first quarter in which a dated parameter changes; 0 for constants.
    prior : Prior or None
        Distribution of the value; ``None`` with levels.
    levels : tuple of float or str
        Values taken with equal weight; empty with a distribution.
    """

    name: str
    parameter: Parameter | None
    element: str = ""
    action: str = SET
    start: int = 0
    prior: Prior | None = None
    levels: tuple[Value, ...] = ()

    @property
    def unit(self) -> str:
        """Unit of the factor's values: the parameter's own, or none for ratios and variants."""
        return self.parameter.unit if self.parameter is not None and self.action in (SET, ADD) else ""

    @property
    def is_variant(self) -> bool:
        """Whether the factor chooses a rule."""
        return self.parameter is None

    def values(self, probabilities: np.ndarray) -> list[Value]:
        """Values at probabilities, 0 to 1, shape (n,): quantiles, or the levels that the probabilities fall on."""
        if self.levels:
            places = np.minimum((probabilities * len(self.levels)).astype(int), len(self.levels) - 1)
            return [self.levels[place] for place in places]
        assert self.prior is not None  # a factor has one or the other
        low, high = -np.inf, np.inf
        if self.action == SET and self.parameter is not None:
            low, high = self.parameter.low, self.parameter.high
        return self.prior.quantile(probabilities, low, high).tolist()

    def describe(self) -> str:
        """Distribution or levels as tables show them."""
        return str(self.prior) if self.prior is not None else ", ".join(map(str, self.levels))

    def apply(self, path: np.ndarray, default: np.ndarray, value: float) -> np.ndarray:
        """Path or value of the parameter under ``value``, clipped to its bounds; arguments as of :meth:`moved`."""
        assert self.parameter is not None  # variants are applied by :func:`applied`
        return np.clip(self.moved(path, default, value), self.parameter.low, self.parameter.high)

    def moved(self, path: np.ndarray, default: np.ndarray, value: float) -> np.ndarray:
        """Path or value of the parameter under ``value``, wherever that leads; shape of ``path``.

        Parameters
        ----------
        path, default : ndarray, shape (T,), (T, n), () or (n,)
            As the scenario says, and as the registry has it.
        value : float
            In the unit of :attr:`unit`.
        """
        assert self.parameter is not None  # variants are applied by :func:`applied`
        changed = np.array(path, dtype=float)
        where: list[Any] = []
        if self.parameter.section in DATED_SECTIONS:
            where.append(slice(self.start, None))
        if self.element:
            where = [*(where or [Ellipsis]), self.parameter.elements.index(self.element)]
        place = tuple(where) or Ellipsis
        if self.action == SET:
            changed[place] = value
        elif self.action == ADD:
            changed[place] += value
        elif self.action == MULTIPLY:
            changed[place] *= value
        else:
            changed[place] = default[place] + value * (changed[place] - default[place])
        return changed


def applied(effective: Effective, factors: Sequence[Factor], values: Sequence[Value]) -> Effective:
    """Inputs of one design point: those of the scenario with every factor at its value.

    Parameters
    ----------
    effective : Effective
        Central inputs of the scenario.
    factors, values : sequence
        Factors and their values, in the same order; a later factor of the same parameter acts on the earlier one.
    """
    paths, constants, variants = dict(effective.paths), dict(effective.values), dict(effective.variants)
    for factor, value in zip(factors, values, strict=True):
        if factor.parameter is None:
            variants[factor.name.removeprefix(VARIANT_PREFIX)] = str(value)
            continue
        name = factor.parameter.id
        if name in paths:
            default = np.asarray(factor.parameter.path(effective.quarters), dtype=float)
            paths[name] = factor.apply(paths[name], default, float(value))
        else:
            new = factor.apply(np.asarray(constants[name], dtype=float), factor.parameter.values, float(value))
            constants[name] = float(new) if new.ndim == 0 else new
    return replace(effective, paths=paths, values=constants, variants=variants)


def variant_levels(rule: str) -> tuple[str, ...]:
    """All variants of a rule, the default first."""
    return VARIANTS[rule]

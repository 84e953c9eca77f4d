"""Which point of a design leaves the scenario most nearly as it is: the base of differences."""

from __future__ import annotations

import numpy as np

from simulation.experiments.experiment import Experiment
from simulation.experiments.factors import ADD, MULTIPLY, STRENGTH, VARIANT_PREFIX, Factor, Value
from simulation.scenario import Effective

NEUTRAL = {MULTIPLY: 1.0, STRENGTH: 1.0, ADD: 0.0}


def base_point(experiment: Experiment, scenario: str) -> int:
    """Number of the point, from 0, at which the factors are nearest to the scenario's own values.

    Distances are shares of the range of each factor over the design, added up; the first point wins a tie.
    """
    found = next(each for each in experiment.scenarios if each.id == scenario)
    effective = found.effective(experiment.run["until"], 0, experiment.run["seed"])
    columns = list(zip(*experiment.points(), strict=True))
    away = [_distances(f, column, effective) for f, column in zip(experiment.factors, columns, strict=True)]
    return int(np.sum(away, axis=0).argmin())


def _distances(factor: Factor, column: tuple[Value, ...], effective: Effective) -> np.ndarray:
    if factor.is_variant:
        own = effective.variants[factor.name.removeprefix(VARIANT_PREFIX)]
        return np.array([float(value != own) for value in column])
    numbers = np.array(column, dtype=float)
    own_number = NEUTRAL.get(factor.action, _own(factor, effective))
    return np.abs(numbers - own_number) / (float(np.ptp(numbers)) or 1.0)


def _own(factor: Factor, effective: Effective) -> float:
    """Mean of what the scenario says of the factor, from its first quarter on."""
    assert factor.parameter is not None  # variants have no number
    name = factor.parameter.id
    values = np.asarray(effective.paths[name][factor.start :] if name in effective.paths else effective.values[name])
    if factor.element:
        values = values[..., factor.parameter.elements.index(factor.element)]
    return float(values.mean())

"""Random scenarios over the registry's whole bounds, and short runs of shipped ones, for the tests of the model."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from simulation.inputs.registry import Parameter, registry
from simulation.model import Economy
from simulation.scenario import VARIANTS, Effective, load
from simulation.scenario.draws import keyed_uniform

# Share of all values that are set to one of their bounds, where models break first.
AT_A_BOUND = 0.3


@lru_cache(maxsize=8)
def effective(reference: str = "plan_baseline", until: str = "2021Q4", **overrides: object) -> Effective:
    """Inputs of a shipped scenario up to a quarter."""
    return load(reference, dict(overrides) or None).effective(until=until)


def run(inputs: Effective, seed: int = 1, scale: float = 0.02, **settings: object) -> Economy:
    """An economy that has lived through all quarters of its inputs."""
    economy = Economy(inputs, seed=seed, scale=scale, **settings)
    economy.run()
    return economy


def with_paths(inputs: Effective, **paths: np.ndarray) -> Effective:
    """The same inputs with some dated paths replaced."""
    return replace(inputs, paths={**inputs.paths, **paths})


def with_values(inputs: Effective, **values: object) -> Effective:
    """The same inputs with some constants replaced."""
    return replace(inputs, values={**inputs.values, **values})


def random_scenario(number: int, until: str = "2021Q4", edges: float = AT_A_BOUND) -> Effective:
    """Scenario ``number``: every constant, driver and lever somewhere within its bounds, every rule variant drawn.

    Constants are uniform over their bounds or sit on one.  Drivers and levers step twice, at drawn quarters, between
    such values; levers of the plan hold their pre-plan value until the plan starts.
    """
    base = effective("plan_baseline", until)
    quarters = len(base.quarters)
    paths, values = {}, {}
    for parameter in registry().values():
        if parameter.section == "model":
            drawn = _level(parameter, number, 0, edges)
            values[parameter.id] = drawn if parameter.dim else float(drawn[0])
        else:
            paths[parameter.id] = _path(parameter, number, quarters, base, edges)
    variants = {rule: choices[int(keyed_uniform(number, 1, rule) * len(choices))] for rule, choices in VARIANTS.items()}
    return replace(base, values=values, paths=paths, variants=variants, scenario_id=f"random {number}")


def _level(parameter: Parameter, number: int, step: int, edges: float) -> np.ndarray:
    draws = np.array([keyed_uniform(number, step, f"{parameter.id}.{element}") for element in range(parameter.size)])
    inner = (draws - edges) / (1.0 - edges)
    share = np.where(draws < edges / 2.0, 0.0, np.where(draws < edges, 1.0, np.clip(inner, 0.0, 1.0)))
    return parameter.low + share * (parameter.high - parameter.low)


def _path(parameter: Parameter, number: int, quarters: int, base: Effective, edges: float) -> np.ndarray:
    path = np.array(parameter.path(base.quarters), dtype=float).reshape(quarters, -1)
    earliest = base.quarters.index(parameter.starts) if parameter.starts else 0
    for step in (1, 2):
        draw = keyed_uniform(number, step, f"{parameter.id} from")
        start = earliest + int(draw * (quarters - earliest)) if step == 2 else earliest
        path[start:] = _level(parameter, number, step, edges)
    return path if parameter.dim else path[:, 0]

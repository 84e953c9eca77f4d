"""What a run sees: every lever and driver in every quarter, every constant, the variants in force."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from simulation.errors import Problem
from simulation.inputs.registry import Parameter, Registry
from simulation.scenario import dates
from simulation.scenario.draws import CENTRAL_SET, drawer
from simulation.scenario.layers import Layer
from simulation.scenario.settings import DATED_SECTIONS, earliest_quarter
from simulation.scenario.shocks import Shock
from simulation.scenario.timelines import Array, Setting, evaluate_setting


@dataclass(frozen=True)
class Effective:
    """Effective inputs of one parameter set of a scenario.

    Parameters
    ----------
    quarters : tuple of str
        Time axis, ``2016Q1`` first; T entries.
    paths : dict of str to ndarray
        Every parameter of the sections ``policy`` and ``external``, shape (T,) or (T, n), in the registry's unit.
    values : dict of str to float or ndarray
        Every parameter of the section ``model``.
    variants : dict of str to str
        Rule variants in force.
    run : dict
        ``replicates``, ``seed``, ``scale``, ``until``: what the scenario asks for.
    scenario_id : str
        Id with the strength, if one was named.
    digest : str
        Hash of everything the model reads from here; equal inputs have equal digests.
    origin : dict of str to str
        By parameter id: ``file:line``, ``--set``, ``posterior`` or ``registry default``.
    parameter_set, seed : int
        Which draw of the uncertain values this is.
    warnings : tuple of Problem
        What deserves attention without being wrong.
    """

    quarters: tuple[str, ...]
    paths: dict[str, Array]
    values: dict[str, float | Array]
    variants: dict[str, str]
    run: dict[str, Any]
    scenario_id: str
    digest: str
    origin: dict[str, str]
    parameter_set: int
    seed: int
    warnings: tuple[Problem, ...]


@lru_cache(maxsize=4096)
def default_path(parameter: Parameter) -> Array:
    """Default path of a parameter over the whole time axis, shape (T,) or (T, n); read-only.

    A constant of the model has the same value in every quarter.
    """
    if parameter.section in DATED_SECTIONS:
        path = np.asarray(parameter.path(dates.AXIS), dtype=float).copy()
    else:
        path = np.broadcast_to(parameter.values, (len(dates.AXIS), *parameter.values.shape)).astype(float)
    path.setflags(write=False)
    return path


def path_of(
    parameter: Parameter,
    setting: Setting | None,
    shocks: tuple[Shock, ...] | None = (),
    parameter_set: int = CENTRAL_SET,
    seed: int = 1,
    default: Array | None = None,
) -> Array:
    """Value of one parameter in every quarter of the whole axis, shape (T,) or (T, n), shocks included."""
    draw = drawer(seed, parameter_set, parameter.low, parameter.high)
    base = default_path(parameter) if default is None else default
    earliest = earliest_quarter(parameter)
    path = evaluate_setting(parameter.id, parameter.elements, base, setting, earliest, draw)
    for shock in shocks or ():
        if shock.parameter.id == parameter.id:
            path = shock.apply(path, draw)
    return path


def posterior_defaults(registry: Registry, posterior: Mapping[str, Any] | None) -> dict[str, Array]:
    """Defaults that a posterior replaces, over the whole axis.

    Parameters
    ----------
    registry : Registry
        All parameters.
    posterior : mapping of str to float
        Calibrated values by id or ``id.element``; a dated path is scaled to have the value at its reference date.

    Raises
    ------
    KeyError
        For a name that is not in the registry.
    """
    defaults: dict[str, Array] = {}
    for name, value in (posterior or {}).items():
        parameter, column = registry.resolve(name)
        path = defaults.setdefault(parameter.id, default_path(parameter).copy())
        target = path if column is None else path[:, column]
        reference = parameter.values if column is None else parameter.values[column]
        scalable = parameter.section in DATED_SECTIONS and np.all(reference != 0)
        target[...] = target * (np.asarray(value) / reference) if scalable else value
    return defaults


def digest_of(paths: dict[str, Array], values: Mapping[str, Any], variants: dict[str, str], extra: str = "") -> str:
    """Hash (64 hexadecimal digits) of arrays, constants and variants in the order of their names."""
    digest = hashlib.sha256(json.dumps([sorted(variants.items()), extra]).encode())
    for table in (paths, values):
        for name in sorted(table):
            array = np.ascontiguousarray(table[name], dtype="<f8")
            # Adding zero turns -0.0 into 0.0: equal numbers, equal digests.
            digest.update(f"{name}{array.shape}".encode() + (array + 0.0).tobytes())
    return digest.hexdigest()


def bound_problems(registry: Registry, layer: Layer) -> list[Problem]:
    """Shocks that push a path of the scenario out of its bounds, at the central values."""
    problems = []
    for shock in layer.shocks or ():
        path = path_of(shock.parameter, layer.settings.get(shock.parameter.id), layer.shocks)
        problem = shock.bound_problem(path)
        if problem is not None:
            problems.append(problem)
    return list(dict.fromkeys(problems))

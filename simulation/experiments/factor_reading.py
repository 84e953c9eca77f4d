"""Reading the factors of an experiment file."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Set
from dataclasses import replace

from simulation.errors import Problem
from simulation.experiments.factors import ACTIONS, MULTIPLY, SET, STRENGTH, VARIANT_PREFIX, Factor, variant_levels
from simulation.inputs.priors import KINDS, Prior, parse_prior
from simulation.inputs.reading import nearest
from simulation.inputs.registry import Parameter, Registry
from simulation.scenario import VARIANTS, dates
from simulation.scenario.keys import find
from simulation.scenario.settings import DATED_SECTIONS, SettingReader, earliest_quarter, valid_range
from simulation.scenario.tree import Mapping, Mark, Node, Scalar, Sequence, plain

FACTOR_KEYS = ("distribution", "levels", "as", "from")
EVERY, EXCEPT, PRIOR, ALL = "every", "except", "prior", "all"
MEASURES = "read by observation alone, which outcomes hold at its central value"
LEFT_OUT = "left out by the experiment"
GROUPS = ("levers", "drivers", "parameters", "vectors", "initial", "variants")
EXAMPLE = "prior, {distribution: 'uniform(0,1)'} or {levels: [1, 2]}"


def read_factors(
    node: Node, registry: Registry, problems: list[Problem], zero: Set[str] = frozenset()
) -> tuple[Factor, ...]:
    """Factors in the order of the file, those of ``every`` after the ones that are named.

    Multiplying a path that is zero throughout (the ids in ``zero``) does nothing: ``every`` sets such a path instead,
    by the prior of its row, and naming it with ``as: multiply`` is a mistake.

    ``every`` makes a factor of each registry row of a group: ``levers``, ``drivers``, ``parameters`` (constants that
    are scalars), ``vectors`` (constants that are vectors, as a whole), ``initial`` (the state of 2016) and
    ``variants``; a row named by itself or under ``except`` is left out, and so is what :func:`not_applicable` names.
    """
    if not isinstance(node, Mapping) or not node.entries:
        problems.append(node.mark.problem("'factors' must be a mapping of names", valid=EXAMPLE))
        return ()
    found: dict[str, Factor] = {}
    for name, mark, item in node:
        if name == EVERY:
            continue
        factor = _factor(name, mark, item, registry, problems)
        if factor is not None:
            if factor.name in found:
                problems.append(mark.problem(f"'{factor.name}' is named twice"))
            if _idle(factor, zero):
                message = f"{factor.name} is zero throughout in every scenario: multiplying it changes nothing"
                problems.append(mark.problem(message, valid="as: set or as: add"))
            found[factor.name] = factor
    if EVERY in node.entries:
        for factor in _every(node.entries[EVERY], registry, problems):
            found.setdefault(factor.name, _moving(factor) if _idle(factor, zero) else factor)
    return tuple(found.values())


def _idle(factor: Factor, zero: Set[str]) -> bool:
    return factor.action == MULTIPLY and factor.parameter is not None and factor.parameter.id in zero


def _moving(factor: Factor) -> Factor:
    """The factor as one that sets its path: by the row's prior, else over the middle half of its bounds."""
    row = factor.parameter
    assert row is not None  # variants have no action
    quarter = (row.high - row.low) / 4.0
    middle = Prior("uniform", (row.low + quarter, row.high - quarter))
    return replace(factor, action=SET, prior=row.prior or middle, levels=())


def not_applicable(node: Node, registry: Registry, factors: Iterable[Factor]) -> dict[str, str]:
    """What ``every`` names and cannot or shall not vary, with the reason; the rest of a group is factors."""
    item = node.entries.get(EVERY) if isinstance(node, Mapping) else None
    if not isinstance(item, Mapping):
        return {}
    varied = {factor.parameter.id for factor in factors if factor.parameter is not None}
    varied |= {factor.name.removeprefix(VARIANT_PREFIX) for factor in factors if factor.is_variant}
    found = {name: LEFT_OUT for name in sorted(_left_out(item, registry, [])) if name not in varied}
    for parameter in registry.values():
        if _only_measures(parameter) and group_of(parameter) in item.entries and parameter.id not in varied:
            found[parameter.id] = MEASURES
    return found


def _only_measures(parameter: Parameter) -> bool:
    """Whether a row is read by nothing but the observation operators, which outcomes hold at their central factors."""
    return set(parameter.rules) == {"observation"}


def _factor(name: str, mark: Mark, node: Node, registry: Registry, problems: list[Problem]) -> Factor | None:
    if name.startswith(VARIANT_PREFIX):
        return _variant(name, mark, node, problems)
    target = find(registry, name, mark, problems)
    if target is None:
        return None
    parameter, element = target
    return _of_parameter(parameter, element or "", mark, node, problems)


def _variant(name: str, mark: Mark, node: Node, problems: list[Problem]) -> Factor | None:
    rule = name.removeprefix(VARIANT_PREFIX)
    if rule not in VARIANTS:
        problems.append(mark.problem(f"unknown rule '{rule}'", nearest(rule, VARIANTS), ", ".join(VARIANTS)))
        return None
    choices = variant_levels(rule)
    if plain(node) == ALL:
        return Factor(name, None, levels=choices)
    items = node.items if isinstance(node, Sequence) else (node,)
    for item in items:
        if plain(item) not in choices:
            message = f"rule '{rule}' has no variant '{plain(item)}'"
            problems.append(item.mark.problem(message, nearest(str(plain(item)), choices), ", ".join(choices)))
            return None
    return Factor(name, None, levels=tuple(str(plain(item)) for item in items))


def _of_parameter(parameter: Parameter, element: str, mark: Mark, node: Node, problems: list[Problem]) -> Factor | None:
    """Factor of a registry row from ``prior``, a distribution or levels."""
    name = f"{parameter.id}.{element}" if element else parameter.id
    start = earliest_quarter(parameter) if parameter.section in DATED_SECTIONS else 0
    if plain(node) == PRIOR:
        if parameter.prior is None:
            problems.append(mark.problem(f"{name} has no prior in the registry", valid=EXAMPLE))
            return None
        return Factor(name, parameter, element, SET, start, parameter.prior)
    if not isinstance(node, Mapping):
        problems.append(
            node.mark.problem(f"{name}: '{plain(node)}' is neither a distribution nor levels", valid=EXAMPLE)
        )
        return None
    return _from_mapping(name, parameter, element, start, node, problems)


def _from_mapping(
    name: str, parameter: Parameter, element: str, start: int, node: Mapping, problems: list[Problem]
) -> Factor | None:
    before = len(problems)
    for key, mark, _ in node:
        if key not in FACTOR_KEYS:
            message = f"unknown key '{key}' in factor '{name}'"
            problems.append(mark.problem(message, nearest(key, FACTOR_KEYS), ", ".join(FACTOR_KEYS)))
    if ("distribution" in node.entries) == ("levels" in node.entries):
        problems.append(node.mark.problem(f"{name} takes either a distribution or levels", valid=EXAMPLE))
    action = _action(name, parameter, node, problems)
    start = _start(name, parameter, start, node, problems)
    prior = _prior(name, parameter, action, node, problems)
    levels = _levels(name, parameter, action, node, problems)
    if len(problems) > before:
        return None
    return Factor(name, parameter, element, action, start, prior, levels)


def _action(name: str, parameter: Parameter, node: Mapping, problems: list[Problem]) -> str:
    action = str(plain(node.entries["as"])) if "as" in node.entries else SET
    if action not in ACTIONS:
        mark = node.entries["as"].mark
        problems.append(
            mark.problem(f"{name}: unknown action '{action}'", nearest(action, ACTIONS), ", ".join(ACTIONS))
        )
        return SET
    if action == STRENGTH and parameter.section not in DATED_SECTIONS:
        message = f"{name} is a constant: strength is the distance of a path from its default"
        problems.append(node.entries["as"].mark.problem(message, valid="set, add, multiply"))
    return action


def _start(name: str, parameter: Parameter, earliest: int, node: Mapping, problems: list[Problem]) -> int:
    if "from" not in node.entries:
        return earliest
    item = node.entries["from"]
    text = str(getattr(item, "text", plain(item)))
    position = dates.position(text)
    if parameter.section not in DATED_SECTIONS:
        problems.append(item.mark.problem(f"{name} is a constant of the model and takes no date"))
    elif position is None or not dates.inside(position):
        problems.append(item.mark.problem(f"{name}: '{text}' is not a date of the model", valid=dates.VALID))
    elif position < earliest:
        message = f"{name} may not be changed before {dates.name(earliest)}"
        problems.append(item.mark.problem(message, valid=f"{dates.name(earliest)} to {dates.LAST}"))
    return earliest if position is None else max(position, earliest)


def _prior(name: str, parameter: Parameter, action: str, node: Mapping, problems: list[Problem]) -> Prior | None:
    item = node.entries.get("distribution")
    if item is None:
        return None
    if action == SET:
        amount = SettingReader(parameter, problems).read_amount(
            Mapping(node.mark, {"distribution": item}, {"distribution": item.mark})
        )
        return amount if isinstance(amount, Prior) else None
    try:
        return parse_prior(str(plain(item)))
    except ValueError as error:
        kind = re.match(r"\s*([a-z]+)", str(plain(item)))
        near = nearest(kind[1], KINDS) if kind and kind[1] not in KINDS else ()
        problems.append(item.mark.problem(f"{name}: {str(error).partition(';')[0]}", near, ", ".join(KINDS)))
        return None


def _levels(name: str, parameter: Parameter, action: str, node: Mapping, problems: list[Problem]) -> tuple[float, ...]:
    item = node.entries.get("levels")
    if item is None:
        return ()
    if not isinstance(item, Sequence) or not item.items:
        problems.append(item.mark.problem(f"{name}: levels are a list of numbers", valid=valid_range(parameter)))
        return ()
    read = [read_level(name, parameter, action, level, problems) for level in item.items]
    numbers = [number for number in read if number is not None]
    if len(set(numbers)) < len(numbers):
        problems.append(item.mark.problem(f"{name}: a level is named twice"))
    return tuple(numbers)


def read_level(name: str, parameter: Parameter, action: str, node: Node, problems: list[Problem]) -> float | None:
    """One value of a factor in the registry's unit and within its bounds; ``None`` after noting a problem.

    Parameters
    ----------
    name : str
        Of the factor.
    parameter : Parameter
        Row of the registry.
    action : {'set', 'add', 'multiply', 'strength'}
        What the value does; one that replaces the path has a unit and bounds, any other is a plain number.
    node : Node
        The value as written.
    problems : list of Problem
        Receives the complaint.
    """
    before = len(problems)
    if action == SET:
        amount = SettingReader(parameter, problems).read_amount(node)
    else:
        amount = node.value if isinstance(node, Scalar) and not isinstance(node.value, (bool, str)) else None
    if isinstance(amount, (int, float)) and math.isfinite(amount):
        return float(amount)
    if len(problems) == before:
        problems.append(node.mark.problem(f"{name}: '{plain(node)}' is not a number"))
    return None


def _every(node: Node, registry: Registry, problems: list[Problem]) -> Iterable[Factor]:
    if not isinstance(node, Mapping):
        problems.append(node.mark.problem(f"'{EVERY}' must be a mapping of groups", valid=", ".join(GROUPS)))
        return
    left_out = _left_out(node, registry, problems)
    for group, mark, item in node:
        if group == EXCEPT:
            continue
        if group not in GROUPS:
            problems.append(mark.problem(f"unknown group '{group}'", nearest(group, GROUPS), ", ".join(GROUPS)))
        elif group == "variants":
            for rule in VARIANTS:
                factor = _variant(f"{VARIANT_PREFIX}{rule}", mark, item, problems) if rule not in left_out else None
                if factor is not None:
                    yield factor
        else:
            for parameter in registry.values():
                if group_of(parameter) == group and parameter.id not in left_out and not _only_measures(parameter):
                    factor = _of_parameter(parameter, "", mark, item, problems)
                    if factor is not None:
                        yield factor


def group_of(parameter: Parameter) -> str:
    """Group of ``every`` that a registry row belongs to; empty for what is only measured or off."""
    if parameter.plan_class == "O":
        return ""
    if parameter.is_lever:
        return "levers"
    if parameter.kind == "driver":
        return "drivers"
    if parameter.kind == "initial":
        return "initial"
    return "vectors" if parameter.elements else "parameters"


def _left_out(node: Mapping, registry: Registry, problems: list[Problem]) -> set[str]:
    item = node.entries.get(EXCEPT)
    if item is None:
        return set()
    names: set[str] = set()
    for each in item.items if isinstance(item, Sequence) else (item,):
        name = str(plain(each))
        if name in registry or name in VARIANTS:
            names.add(name)
        else:
            problems.append(each.mark.problem(f"unknown parameter '{name}'", registry.nearest(name)))
    return names

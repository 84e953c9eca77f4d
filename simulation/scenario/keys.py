"""Names of parameters as users write them: ``id``, ``section.id``, ``id.element``, ``section.id.element``."""

from __future__ import annotations

from simulation.errors import Problem
from simulation.inputs.reading import nearest
from simulation.inputs.registry import SECTIONS, Parameter, Registry
from simulation.scenario.tree import Mark

SHOWN_NAMES = 8


def find(
    registry: Registry, text: str, mark: Mark, problems: list[Problem], section: str = ""
) -> tuple[Parameter, str | None] | None:
    """Parameter and element (``None`` for the whole) of a name, or ``None`` after noting what is wrong with it.

    Parameters
    ----------
    registry : Registry
        All parameters.
    text : str
        Name as written.
    mark : Mark
        Its place.
    problems : list of Problem
        Receives an unknown name with the nearest valid ones.
    section : str, optional
        Section of the file the name stands in; a parameter of another section is a problem that says where it belongs.
    """
    parts = text.strip().split(".")
    named = parts.pop(0) if len(parts) > 1 and parts[0] in SECTIONS else ""
    name, rest = parts[0], parts[1:]
    place = f" in '{section}'" if section else ""
    if name not in registry:
        known = [parameter.id for parameter in registry.values() if not section or parameter.section == section]
        close = nearest(name, known) or nearest(name, registry)
        valid = ", ".join(known) if len(known) <= SHOWN_NAMES else f"{len(known)} names, see 'aiplan parameters'"
        problems.append(mark.problem(f"unknown parameter '{text}'{place}", close, valid))
        return None
    parameter = registry[name]
    if (section or named or parameter.section) != parameter.section or (section and named and section != named):
        wrong = section or named
        message = f"'{name}' belongs to section '{parameter.section}', not '{wrong}'"
        problems.append(mark.problem(message, (f"{parameter.section}.{name}",)))
        return None
    if not rest:
        return parameter, None
    element = ".".join(rest)
    if element not in parameter.elements:
        what = (
            f"'{name}' has no element '{element}'" if parameter.elements else f"'{name}' is a scalar without elements"
        )
        problems.append(mark.problem(what, nearest(element, parameter.elements), ", ".join(parameter.elements)))
        return None
    return parameter, element

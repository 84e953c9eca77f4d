"""The parts of a scenario file that are not parameters: texts, run settings, rule variants; checked by pydantic."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from simulation.errors import Problem
from simulation.inputs.reading import nearest
from simulation.scenario import dates
from simulation.scenario.tree import Mapping, Mark, Node, plain

SCHEMA_VERSION = 1
# The first variant of each rule is the default.
VARIANTS: dict[str, tuple[str, ...]] = {
    "market": ("awards", "replicator"),
    "adoption": ("threshold", "bass"),
    "selection": ("signal", "merit", "random"),
    "expectations": ("adaptive", "extrapolative"),
    "venture_supply": ("endogenous", "imposed"),
    "governance": ("adaptive", "open_loop"),
}


class Texts(BaseModel):
    """A text in English and, if there is one, Chinese."""

    model_config = ConfigDict(extra="forbid", strict=True)

    en: str = Field(min_length=1, description="English text")
    zh: str = Field(default="", description="Chinese text")


class RunSettings(BaseModel):
    """How a scenario is run when the command line says nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True)

    replicates: int = Field(default=20, ge=1, le=1_000_000, description="runs that differ in their random seed only")
    seed: int = Field(default=1, ge=0, le=2**63 - 1, description="seed of the whole ensemble")
    scale: float = Field(default=0.1, gt=0.0, le=1.0, description="share of small firms and people that is simulated")
    until: str = Field(default="2030Q4", description="last quarter, or a year")

    @field_validator("until", mode="before")
    @classmethod
    def _last_quarter(cls, value: Any) -> str:
        position = dates.position(str(value), end=True)
        if position is None or not dates.inside(position):
            raise ValueError(f"'{value}' is not a date of the model")
        return dates.name(position)


class ShockFields(BaseModel):
    """A shock as written: what it hits, from when to when, and how strongly."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    parameter: str = Field(description="id of a policy or external parameter, or id.element")
    start: str | int = Field(description="first quarter, or a year, which means its first quarter")
    end: str | int = Field(description="last quarter, or a year, which means its last quarter")
    add: Any = Field(default=None, description="amount added while the shock lasts")
    multiply: Any = Field(default=None, description="factor while the shock lasts")
    set: Any = Field(default=None, description="value while the shock lasts")
    ramp: int | dict[str, int] | None = Field(
        default=None, description="quarters over which it builds up, or {in: quarters, out: quarters}"
    )


Model = TypeVar("Model", bound=BaseModel)
_VALID = {
    "replicates": "a whole number from 1",
    "seed": "a whole number from 0",
    "scale": "above 0 up to 1",
    "until": dates.VALID,
    "start": dates.VALID,
    "end": dates.VALID,
    "ramp": "a number of quarters, or {in: quarters, out: quarters}",
    "en": "a text",
    "zh": "a text",
}


def checked(model: type[Model], what: str, node: Node, problems: list[Problem]) -> Model | None:
    """The node as an instance of a pydantic model, or ``None`` after noting every problem at its place.

    Parameters
    ----------
    model : type
        Model to build.
    what : str
        How messages name the node, for example ``run``.
    node : Node
        A mapping.
    problems : list of Problem
        Receives what is wrong.
    """
    names = list(model.model_fields)
    if not isinstance(node, Mapping):
        problems.append(node.mark.problem(f"'{what}' must be a mapping", valid=", ".join(names)))
        return None
    try:
        return model.model_validate(plain(node))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            problems.append(_problem(what, node, names, detail))
        return None


def _problem(what: str, node: Mapping, names: list[str], detail: Any) -> Problem:
    name = str(detail["loc"][0]) if detail["loc"] else what
    if detail["type"] == "extra_forbidden":
        message = f"unknown key '{name}' in '{what}'"
        return node.key_mark(name).problem(message, nearest(name, names), ", ".join(names))
    if detail["type"] == "missing":
        return node.mark.problem(f"'{what}' lacks '{name}'", valid=", ".join(names))
    place = node.entries[name].mark if name in node.entries else node.mark
    text = getattr(node.entries.get(name), "text", None)
    reason = str(detail["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    given = f" '{text}'" if text is not None and "'" not in reason else ""
    return place.problem(f"{what}.{name}{given}: {reason}", valid=_VALID.get(name, ""))


def read_variants(node: Node, problems: list[Problem]) -> dict[str, tuple[str | None, Mark]]:
    """Rule variants chosen in a file: rule to variant (``None`` restores the default) and its place."""
    found: dict[str, tuple[str | None, Mark]] = {}
    if not isinstance(node, Mapping):
        problems.append(node.mark.problem("'variants' must be a mapping of rules", valid=", ".join(VARIANTS)))
        return found
    for rule, mark, item in node:
        if rule not in VARIANTS:
            message = f"unknown rule '{rule}' in 'variants'"
            problems.append(mark.problem(message, nearest(rule, VARIANTS), ", ".join(VARIANTS)))
            continue
        choices = VARIANTS[rule]
        value = plain(item)
        if value is not None and value not in choices:
            message = f"rule '{rule}' has no variant '{getattr(item, 'text', value)}'"
            problems.append(item.mark.problem(message, nearest(str(value), choices), ", ".join(choices)))
            continue
        found[rule] = (None if value is None else str(value), mark)
    return found

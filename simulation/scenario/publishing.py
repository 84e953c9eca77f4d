"""The scenario format for other programs and for newcomers: JSON Schema and a commented starter file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from simulation.errors import StoreConflict
from simulation.inputs.registry import SECTIONS, Parameter, Registry
from simulation.inputs.registry import registry as shipped_registry
from simulation.scenario.header import SCHEMA_VERSION, VARIANTS, RunSettings, ShockFields, Texts
from simulation.scenario.settings import DATED_SECTIONS, valid_range

STARTER_NAME = "my_scenario.yaml"
STARTER = """\
# A scenario of your own. Check it with `aiplan validate {name}`, run it with `aiplan run {name}`,
# and see what it changes with `aiplan diff plan_baseline {name}`.
kind: scenario
schema_version: {version}

# Everything not said here is taken from plan_baseline; `aiplan list` names further scenarios.
extends: plan_baseline

title:
  en: My scenario
  zh: 我的情景
story:
  en: Fiscal grants rise faster than in the baseline and listing is harder for two years.
  zh: 财政资助比基准情景增长更快，两年内上市更难。

# `aiplan parameters` lists every name with its unit, bounds, source and plan clause.
policy:
  # A dated path: a step holds until the next date, a ramp moves in a straight line.
  # A bare number is in the registry's unit; '45000 mn_cny' is checked and converted.
  fiscal_rd_grants: {{2026: '45000 mn_cny', ramp: {{from: 2027Q1, to: 2029Q4, value: 90}}}}

# Chances outside the plan's reach go under `external:` in the same way, constants of the model under `model:`.
# An uncertain value is written {{distribution: 'uniform(0.1, 0.3)'}}; `~` puts a parameter back to its default.

# A shock has a start and an end and lies on top of the path: add, multiply or set.
shocks:
  - {{parameter: ipo_window, start: 2027Q1, end: 2028Q4, multiply: 0.5, ramp: 2}}

# Rules with rivals are chosen by name; the first of each list is the default.
variants:
  expectations: extrapolative  # {expectations}

# run: {{replicates: 50, scale: 0.05, until: 2030}}
"""


def json_schema(registry: Registry | None = None) -> dict[str, Any]:
    """JSON Schema (2020-12) of a scenario file, with every parameter, its unit, bounds and label.

    An editor that knows the schema completes names and marks mistakes; `aiplan validate` checks more (units, dates).
    """
    known = registry if registry is not None else shipped_registry()
    content: dict[str, Any] = {
        "title": _inlined(Texts),
        "story": _inlined(Texts),
        **{name: _section(known, name) for name in SECTIONS},
        "run": _run_schema(),
        "shocks": {"type": ["array", "null"], "items": _inlined(ShockFields)},
        "variants": _closed({rule: {"enum": [*choices, None]} for rule, choices in VARIANTS.items()}),
    }
    strengths = {"default": {"type": "string", "description": "the strength that the bare id means"}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "aiplan scenario",
        **_closed(
            {
                "kind": {"const": "scenario"},
                "schema_version": {"const": SCHEMA_VERSION},
                "extends": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
                **content,
                "strengths": {
                    "type": "object",
                    "properties": strengths,
                    "required": ["default"],
                    "additionalProperties": {"anyOf": [_closed(content), {"type": "null"}]},
                },
            }
        ),
        "required": ["kind", "schema_version"],
        "$defs": _definitions(),
    }


def write_starter(folder: str | os.PathLike[str]) -> Path:
    """Write a commented scenario to start from and return its path.

    Raises
    ------
    StoreConflict
        When the file exists already or the folder cannot be written.
    """
    target = Path(folder) / STARTER_NAME
    text = STARTER.format(
        name=target.as_posix(), version=SCHEMA_VERSION, expectations=" or ".join(VARIANTS["expectations"])
    )
    if target.exists():
        raise StoreConflict(f"{target} exists already; nothing was written")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise StoreConflict(f"{target} cannot be written: {error.strerror or error}") from error
    return target


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _inlined(model: type[Any]) -> dict[str, Any]:
    schema: dict[str, Any] = model.model_json_schema()
    return schema


def _run_schema() -> dict[str, Any]:
    schema = _inlined(RunSettings)
    schema["properties"]["until"]["type"] = ["string", "integer"]
    return schema


def _section(registry: Registry, name: str) -> dict[str, Any]:
    parameters = {parameter.id: _parameter_schema(parameter) for parameter in registry.section(name)}
    return {"anyOf": [{**_closed(parameters)}, {"type": "null"}]}


def _parameter_schema(parameter: Parameter) -> dict[str, Any]:
    value = {"$ref": "#/$defs/path" if parameter.section in DATED_SECTIONS else "#/$defs/amount"}
    choices: list[dict[str, Any]] = [value, {"type": "number", "minimum": parameter.low, "maximum": parameter.high}]
    if parameter.elements:
        choices.append(_closed(dict.fromkeys(parameter.elements, value)))
        if parameter.section in DATED_SECTIONS:
            choices.append({**_closed({"ramp": {}}), "patternProperties": {r"^\d{4}(Q[1-4])?$": {}}})
    starts = f" Not before {parameter.starts}." if parameter.starts else ""
    return {
        "title": parameter.label_en,
        "description": f"{parameter.description} Unit and bounds: {valid_range(parameter)}.{starts}",
        "anyOf": choices,
    }


def _definitions() -> dict[str, Any]:
    distribution = {**_closed({"distribution": {"type": "string"}}), "required": ["distribution"]}
    amount = {"anyOf": [{"type": ["number", "null"]}, {"type": "string", "description": "'30 bn_cny'"}, distribution]}
    date = {"type": ["string", "integer"], "pattern": r"^\d{4}(Q[1-4])?$"}
    ends = {"from": date, "to": date, "value": {"$ref": "#/$defs/amount"}}
    ramp = {**_closed(ends), "required": list(ends)}
    dated = {
        "type": "object",
        "patternProperties": {r"^\d{4}(Q[1-4])?$": {"$ref": "#/$defs/amount"}},
        "properties": {"ramp": {"anyOf": [ramp, {"type": "array", "items": ramp}]}},
        "additionalProperties": False,
    }
    return {"amount": amount, "path": {"anyOf": [{"$ref": "#/$defs/amount"}, dated]}}

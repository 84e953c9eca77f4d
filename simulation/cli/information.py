"""Verbs that show what the model is told: ``plan``, ``evidence`` and ``parameters``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli.output import Json, LabelLanguage, Language, show_json, show_table

if TYPE_CHECKING:
    from simulation.errors import UsageError
    from simulation.inputs.plan import Clause
    from simulation.inputs.registry import Parameter

WIDE = 60  # characters of a free text that a table shows; --json has all of it


def plan(
    section: Annotated[
        str | None, typer.Argument(metavar="[SECTION|CLAUSE|targets]", help="Part of the plan; everything by default.")
    ] = None,
    language: LabelLanguage = Language.EN,
    json: Json = False,
) -> None:
    """The plan's targets and clauses, and what models each of them."""
    from simulation.inputs.plan import clauses
    from simulation.inputs.plan import targets as scale_targets

    goals = [_fields(target) for target in scale_targets()]
    chosen = [] if section == "targets" else _clauses(clauses(), section)
    if json:
        show_json(goals if section == "targets" else [_clause(clause) for clause in chosen])
        return
    if section in (None, "targets"):
        columns = ("id", "clause", "indicator", "year", "threshold", "unit", "source")
        show_table(goals, columns, "Scale targets: the yearly value must be more than the threshold")
    if chosen:
        rows = [
            {
                "id": clause.id,
                "section": clause.section,
                "class": clause.plan_class,
                "clause": clause.label(language),
                "modelled_by": list(clause.ids),
            }
            for clause in chosen
        ]
        show_table(rows, title="Clauses")


def _clauses(clauses: Iterable[Clause], section: str | None) -> list[Clause]:
    listed = list(clauses)
    if section is None:
        return listed
    wanted = section.strip()
    found = [clause for clause in listed if clause.id == wanted.upper()]
    found = found or [clause for clause in listed if clause.section.startswith(wanted)]
    if not found:
        raise _unknown("part of the plan", section, dict.fromkeys(clause.section for clause in listed))
    return found


def _clause(clause: Clause) -> dict[str, Any]:
    return {**_fields(clause), "parameters": clause.parameters, "variables": clause.variables}


def evidence(
    indicator: Annotated[str | None, typer.Argument(help="An indicator; an overview of all by default.")] = None,
    json: Json = False,
) -> None:
    """Published observations by indicator, publisher and scope. Figures of different scopes are not comparable."""
    from simulation.inputs.evidence import indicators, observations

    if indicator is not None and indicator not in indicators():
        raise _unknown("indicator", indicator, indicators())
    found = observations(indicator)
    if json:
        show_json([_fields(observation) for observation in found])
        return
    if indicator is None:
        rows = []
        for name in indicators():
            own = [observation for observation in found if observation.indicator == name]
            rows.append(
                {
                    "indicator": name,
                    "rows": len(own),
                    "from": min(row.period for row in own),
                    "to": max(row.period for row in own),
                    "scopes": len({row.scope for row in own}),
                    "publishers": len({row.publisher for row in own}),
                }
            )
        show_table(rows, title="Indicators; `aiplan evidence INDICATOR` lists the observations of one")
        return
    columns = ("period", "value", "unit", "scope", "publisher", "published", "kind", "use", "quality", "url")
    show_table([_fields(observation) for observation in found], columns, f"Observations of {indicator}")


def parameters(
    name: Annotated[str | None, typer.Argument(help="An id, or part of one; the whole registry by default.")] = None,
    section: Annotated[str | None, typer.Option(help="policy, external or model.")] = None,
    language: LabelLanguage = Language.EN,
    json: Json = False,
) -> None:
    """The registry: every lever, driver and parameter with unit, bounds, prior, grade and source."""
    from simulation.inputs.registry import SECTIONS, registry

    if section is not None and section not in SECTIONS:
        raise _unknown("section", section, SECTIONS)
    known = registry()
    found = [parameter for parameter in known.values() if section in (None, parameter.section)]
    if name is not None:
        wanted = name.split(".")[-1] if name.split(".")[0] in SECTIONS else name.split(".")[0]
        exact = [parameter for parameter in found if parameter.id == wanted]
        found = exact or [parameter for parameter in found if wanted in parameter.id]
        if not found:
            raise _unknown("parameter", name, known)
    if json:
        show_json([_parameter(parameter) for parameter in found])
    elif name is not None and len(found) == 1:
        rows = [
            {"property": key, "value": value} for key, value in _parameter(found[0]).items() if value not in ("", [])
        ]
        show_table(rows, title=found[0].label(language))
    else:
        rows = [
            {
                "id": parameter.id,
                "section": parameter.section,
                "kind": parameter.kind,
                "default": _short(parameter.default),
                "low": parameter.low,
                "high": parameter.high,
                "unit": parameter.unit,
                "grade": parameter.grade,
                "class": parameter.plan_class,
                "label": parameter.label(language),
            }
            for parameter in found
        ]
        show_table(rows, title="Parameters; `aiplan parameters NAME` shows one of them in full")


def _parameter(parameter: Parameter) -> dict[str, Any]:
    row = _fields(parameter)
    row["prior"] = str(parameter.prior) if parameter.prior else ""
    return row


def _fields(record: Any) -> dict[str, Any]:
    """Fields of a frozen record by name; ``class`` as the tables call it, without the record's place in a file."""
    from dataclasses import fields

    row = {field.name: getattr(record, field.name) for field in fields(record) if field.name != "row"}
    row = {("class" if key == "plan_class" else key): value for key, value in row.items()}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in row.items()}


def _short(text: str) -> str:
    return text if len(text) <= WIDE // 2 else text[: WIDE // 2 - 3] + "..."


def _unknown(what: str, text: str, valid: Iterable[str]) -> UsageError:
    from simulation.errors import UsageError
    from simulation.inputs.reading import nearest

    names = list(valid)
    near = nearest(text, names)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names[:20])}"
    return UsageError(f"no such {what}: {text}; {hint}")

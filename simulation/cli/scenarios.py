"""Verbs on scenario files: ``list``, ``show``, ``diff``, ``validate``, ``schema`` and ``init``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli.output import Json, LabelLanguage, Language, message, show_json, show_table

if TYPE_CHECKING:
    from simulation.scenario import Scenario

Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a value; may be repeated.")]
Until = Annotated[str | None, typer.Option(metavar="YEAR", help="Last year or quarter shown.")]
NAME = "SCENARIO"


def list_scenarios(language: LabelLanguage = Language.EN, json: Json = False) -> None:
    """Scenarios that can be named by their id: those of the working folder first, then those of the program."""
    from simulation.scenario import discover

    found = discover()
    if json:
        show_json([each.as_dict() for each in found])
        return
    rows = [
        {
            "id": each.id,
            "strengths": [name + " (default)" * (name == each.default_strength) for name in each.strengths],
            "extends": list(each.extends),
            "title": each.problem or each.title.get(language) or each.title.get("en", ""),
        }
        for each in found
    ]
    show_table(rows)


def show(
    scenario: Annotated[str, typer.Argument(metavar=NAME, help="Scenario id or file.")],
    explain: Annotated[str | None, typer.Option(metavar="KEY", help="Everything about one parameter.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Parameters at their registry default too.")] = False,
    override: Set = None,
    until: Until = None,
    language: LabelLanguage = Language.EN,
    json: Json = False,
) -> None:
    """Effective values of a scenario with unit, source and origin (file:line)."""
    from simulation.scenario import load

    loaded = load(scenario, override)
    if explain is not None:
        _explain(loaded.explain(explain, until), language, json)
        return
    if json:
        show_json({**_header(loaded), "parameters": loaded.rows(until=until)})
        return
    typer.echo(f"{loaded.id}: {loaded.title[language if language in loaded.title else 'en']}")
    if loaded.story.get(language):
        typer.echo(loaded.story[language])
    typer.echo("variants: " + ", ".join(f"{rule} {choice}" for rule, choice in loaded.variants.items()))
    typer.echo("run: " + ", ".join(f"{name} {value}" for name, value in loaded.run_settings.items()))
    rows = loaded.rows(changed_only=not everything, until=until)
    if rows:
        show_table([_value_row(row) for row in rows], title="Effective values in the first and in the last quarter")
    if not everything:
        rest = len(loaded.registry) - len(rows)
        typer.echo(f"{rest} parameters are at their registry default; --all shows them, --explain KEY one in full.")


def _header(loaded: Scenario) -> dict[str, Any]:
    return {
        "id": loaded.id,
        "title": loaded.title,
        "story": loaded.story,
        "variants": loaded.variants,
        "run": loaded.run_settings,
        "digest": loaded.digest,
        "sources": list(loaded.sources),
        "warnings": [warning.as_dict() for warning in loaded.warnings],
    }


def _value_row(row: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "first", "last", "unit", "origin", "source")
    return {name: _span(row[name]) if name in ("first", "last") else row[name] for name in names}


def _span(value: Any) -> Any:
    """A vector by its extremes; a number as it is."""
    if not isinstance(value, list):
        return value
    low, high = min(value), max(value)
    return low if low == high else f"{low:.4g} to {high:.4g}"


def _explain(facts: dict[str, Any], language: str, json: bool) -> None:
    if json:
        show_json(facts)
        return
    name = facts["id"] + (f".{facts['element']}" if facts["element"] else "")
    typer.echo(f"{facts['section']}.{name}: {facts['label'].get(language) or facts['label']['en']}")
    skipped = {"id", "element", "section", "label", "quarters", "path", "elements", "layers", "value"}
    rows = [
        {"property": key, "value": value}
        for key, value in facts.items()
        if key not in skipped and value not in ("", [])
    ]
    show_table([{"property": "value", "value": _span(facts["value"])}, *rows])
    show_table(facts["layers"], title="Said by, the last one counts")
    if facts["path"]:
        show_table(_yearly(facts), title="In the last quarter of each year")


def _yearly(facts: dict[str, Any]) -> list[dict[str, Any]]:
    quarters = facts["quarters"]
    vector = isinstance(facts["path"][0], list)
    picked = [i for i, quarter in enumerate(quarters) if quarter.endswith("Q4")] or [len(quarters) - 1]
    if not vector:
        return [{"quarter": quarters[i], facts["unit"]: facts["path"][i]} for i in picked]
    ends = dict.fromkeys((picked[0], picked[len(picked) // 2], picked[-1]))
    return [
        {"element": element, **{quarters[i]: path[i] for i in ends}}
        for element, path in zip(facts["elements"], facts["path"], strict=True)
    ]


def difference(
    a: Annotated[str, typer.Argument(metavar="A", help="Scenario id or file.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Scenario id or file.")],
    until: Annotated[str, typer.Option(metavar="YEAR", help="Last year or quarter compared.")] = "2030",
    json: Json = False,
) -> None:
    """What differs between two scenarios: effective values, variants and run settings."""
    from simulation.scenario import diff

    rows = diff(a, b, until)
    if json:
        show_json(rows)
    elif rows:
        show_table(rows, ("key", "unit", "start", "a", "b", "a_last", "b_last", "origin_a", "origin_b"))
    else:
        typer.echo(f"{a} and {b} do not differ until {until}.")


def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario or experiment files, or ids.")],
    strict: Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")] = False,
    json: Json = False,
) -> None:
    """Check scenario and experiment files and list every mistake with file, line and column."""
    from simulation.errors import InvalidInput
    from simulation.experiments.experiment import validate as check

    try:
        warnings = check(files, strict)
    except InvalidInput as error:
        if not json:
            raise
        show_json({"valid": False, "problems": [problem.as_dict() for problem in error.problems], "warnings": []})
        raise typer.Exit(error.exit_code) from None
    if json:
        show_json({"valid": True, "problems": [], "warnings": [warning.as_dict() for warning in warnings]})
        return
    for warning in warnings:
        message(f"warning: {warning}")
    typer.echo(f"{len(files)} checked, nothing wrong" + (f", {len(warnings)} warnings" if warnings else ""))


def schema() -> None:
    """JSON Schema of scenario files, for editors."""
    from simulation.scenario import json_schema

    show_json(json_schema())


def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the new file.")] = Path()) -> None:
    """Write a commented scenario to start from."""
    from simulation.scenario import write_starter

    typer.echo(write_starter(folder).as_posix())

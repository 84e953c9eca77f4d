"""Writes ``description.md`` from its template, the rule docstrings and the tables of the package.

``python -m simulation.documentation.build`` writes it; ``--check`` writes nothing and ends with 1 when it is stale.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import inspect
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from ruamel.yaml import YAML

from simulation.inputs import dimensions, evidence, operators, plan
from simulation.inputs.registry import GRADES, KINDS, SECTIONS, Parameter, registry
from simulation.inputs.variables import Variable, variables
from simulation.model import blocks, economy, institutions, ledger, state, streams
from simulation.model.rulebook import RuleText, rules
from simulation.scenario import VARIANTS

FOLDER = Path(__file__).parent
DESCRIPTION = FOLDER / "description.md"
TEMPLATE = "description.md.jinja"
QUESTIONS = ("theory", "evidence", "information", "time_horizon", "learning", "heterogeneity", "uncertainty")
WIDTH = 110


def state_tables() -> list[dict[str, Any]]:
    """State columns of firms, people and adopters: name, dtype, shape, unit and meaning.

    Raises
    ------
    ValueError
        When the code has a column that ``columns.csv`` does not describe, or the other way round.
    """
    with open(FOLDER / "columns.csv", encoding="utf-8", newline="") as file:
        described = {(row["table"], row["column"]): row for row in csv.DictReader(file)}
    tables = []
    for table in (state.Firms, state.People, state.Adopters):
        columns = []
        for name, (dtype, shape) in table._all_fields().items():
            owner = table.__name__ if name in table.fields else "every"
            if (owner, name) not in described:
                raise ValueError(f"columns.csv says nothing about {table.__name__}.{name}")
            row = described[owner, name]
            kind = np.dtype(dtype).name + (f" × {'×'.join(map(str, shape))}" if shape else "")
            columns.append({"name": name, "dtype": kind, "unit": row["unit"], "meaning": row["meaning"]})
        known = {name for owner, name in described if owner == table.__name__}
        if surplus := sorted(known - set(table.fields)):
            raise ValueError(f"columns.csv describes columns that {table.__name__} does not have: {surplus}")
        tables.append({"name": table.__name__, "text": summary(table), "columns": columns})
    return tables


def summary(thing: object) -> str:
    """First paragraph of a docstring as one line."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def calls() -> list[dict[str, Any]]:
    """The thirteen calls of a quarter: number, name, what it does, its rules, what it records and reads."""
    found = []
    for number, (name, module) in enumerate(economy.CALLS, start=1):
        own = [rule for rule in rules() if rule.call == name]
        text = summary(module).split(":", 1)
        found.append({
            "number": number, "name": name, "text": text[1].strip() if len(text) > 1 else text[0],
            "rules": own, "files": sorted({f"{name}.py", *(rule.file for rule in own)}),
            "variables": [v.name for v in variables().values() if v.rule == name],
            "parameters": len(registry().by_rule(name)),
        })  # fmt: skip
    return found


def formula(text: str) -> str:
    """A formula for a code block: one statement a line, long ones wrapped with a hanging indent."""
    joined = " ".join(text.split())
    statements = re.split(r"(?<=;)\s+(?![^()]*\))", joined)
    return "\n".join(
        textwrap.fill(part, WIDTH, subsequent_indent="    ", break_on_hyphens=False) for part in statements
    )


def mentioned(rule: RuleText) -> list[str]:
    """Registry ids that the formula or the symbols of a rule name, in the order of the registry."""
    words = set(re.findall(r"[a-z][a-z_0-9]+", f"{rule.formula} {rule.symbols}"))
    return [name for name in registry() if name in words]


def clause_rows(plan_class: str) -> list[dict[str, Any]]:
    """Clauses of a class with the registry ids, the variables and the rules that model them."""
    return [
        {
            "clause": clause,
            "rules": [rule for rule in rules() if clause.id in rule.clauses],
        }
        for clause in plan.clauses()
        if clause.plan_class == plan_class
    ]


def parameter_counts() -> list[dict[str, Any]]:
    """Numbers of registry rows by section and kind, and their grades."""
    found = []
    for section in SECTIONS:
        for kind in KINDS:
            rows = [p for p in registry().section(section) if p.kind == kind]
            if rows:
                grades = Counter(p.grade for p in rows)
                found.append({"section": section, "kind": kind, "rows": len(rows), **{g: grades[g] for g in GRADES}})
    return found


def default(parameter: Parameter) -> str:
    """Default of a parameter as a reader wants it: a number, or the elements of a short vector."""
    if parameter.default.startswith("@"):
        return "path in paths.csv"
    values = parameter.values
    if values.ndim == 0:
        return f"{float(values):g}"
    return ", ".join(f"{value:g}" for value in values) if values.size <= 8 else f"vector of {values.size}"


def deciding_agents() -> list[dict[str, Any]]:
    """Agents that decide with their answers to the seven questions; ``ValueError`` for a missing answer."""
    found = YAML(typ="safe").load((FOLDER / "deciding_agents.yaml").read_text(encoding="utf-8"))
    for agent in found:
        missing = [question for question in QUESTIONS if not str(agent["answers"].get(question, "")).strip()]
        if missing:
            raise ValueError(f"deciding_agents.yaml: {agent['agent']} has no answer on {', '.join(missing)}")
    return list(found)


def render() -> str:
    """The model description as Markdown text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER), undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters.update(formula=formula, cell=_cell, flat=_flat)
    known: dict[str, Variable] = variables()
    text = environment.get_template(TEMPLATE).render(
        calls=calls(), shared=[rule for rule in rules() if not rule.call], mentioned=mentioned, rule_count=len(rules()),
        tables=state_tables(), blocks=_blocks(), accounts=ledger.ACCOUNTS, flows=ledger.FLOWS, streams=streams.STREAMS,
        institutions=institutions, positions=state.Positions, summary=summary, size=dimensions.size,
        cells=state.CELLS, buyers=len(state.BUYERS), variables=known, variants=VARIANTS, registry=registry(),
        value=lambda name: default(registry()[name]), default=default, counts=parameter_counts(), grades=GRADES,
        initial=[p for p in registry().values() if p.kind == "initial"],
        levers=[p for p in registry().values() if p.is_lever],
        drivers=[p for p in registry().values() if p.kind == "driver"],
        datasets=evidence.datasets(), operators=list(operators.operators().values()), targets=plan.targets(),
        essential=clause_rows("E"), standard=clause_rows("S"), clauses=Counter(c.plan_class for c in plan.clauses()),
        agents=deciding_agents(), questions=QUESTIONS,
    )  # fmt: skip
    return text.rstrip() + "\n"


def _flat(text: str) -> str:
    """Text of a docstring as one line of Markdown."""
    return " ".join(str(text).split()).replace("``", "`").replace("*", "\\*").replace("<", "&lt;")


def _cell(text: str) -> str:
    """Text that fits into a cell of a table."""
    return _flat(text).replace("|", "\\|")


def _blocks() -> list[dict[str, Any]]:
    found = []
    for name, block in vars(blocks).items():
        if inspect.isclass(block) and dataclasses.is_dataclass(block) and block.__module__ == blocks.__name__:
            fields = [field.name for field in dataclasses.fields(block)]
            found.append({"name": name, "text": summary(block), "fields": fields})
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the description; the exit code is 1 when ``--check`` finds it stale."""
    parser = argparse.ArgumentParser(prog="python -m simulation.documentation.build", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when description.md is stale")
    checking = parser.parse_args(arguments).check
    text = render()
    if checking:
        current = DESCRIPTION.read_text(encoding="utf-8") if DESCRIPTION.exists() else ""
        if current != text:
            sys.stderr.write("description.md is stale: run python -m simulation.documentation.build\n")
            return 1
        return 0
    DESCRIPTION.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

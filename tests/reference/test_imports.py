"""The reference is code of its own: it takes draws and tables from the project and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

FOLDER = Path(__file__).parent
ALLOWED = ("simulation.model.streams", "simulation.inputs.")
RULES = sorted((FOLDER / "rules").glob("*.py"))
STATE = [FOLDER / f"{name}.py" for name in ("agents", "names", "draws", "ledger", "bridge", "comparing")]


def imported(path: Path) -> set[str]:
    """Full names of everything a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def test_the_reference_imports_only_streams_and_inputs() -> None:
    project = {name for path in [*RULES, *STATE] for name in imported(path) if name.startswith("simulation")}
    assert sorted(name for name in project if not name.startswith(ALLOWED)) == []


def test_plain_rules_know_no_arrays() -> None:
    assert [path.name for path in RULES if any(name.startswith("numpy") for name in imported(path))] == []

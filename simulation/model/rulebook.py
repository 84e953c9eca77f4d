"""The rules of the economy as text: every ``Rule:`` block of the docstrings in ``rules/``, read from the source files.

The docstrings are the one place where a rule is described; the model description and the tests read them from here.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "rules"
FIELDS = ("formula", "symbols", "unit", "source", "clause")
REQUIRED = ("formula", "unit", "source", "clause")
_CALL = re.compile(r"[Cc]all(?: \d+)?,? ``(\w+)``")
_RULE = re.compile(r"^Rule: (.+)$")
_FIELD = re.compile(r"^    (Formula|Symbols|Unit|Source|Clause):\s?(.*)$")
_CLAUSE = re.compile(r"P\d{3}")


@dataclass(frozen=True)
class RuleText:
    """One rule as its docstring states it; a field that the block lacks is empty.

    Parameters
    ----------
    name : str
        Title of the block.
    call : str
        Call of the quarter it belongs to; empty for what several calls share.
    file : str
        Name of the file in ``simulation/model/rules``.
    formula, symbols, unit, source, clause : str
        The fields, line breaks kept.
    """

    name: str
    call: str
    file: str
    formula: str = ""
    symbols: str = ""
    unit: str = ""
    source: str = ""
    clause: str = ""

    @property
    def clauses(self) -> tuple[str, ...]:
        """Plan clauses of the rule, such as ``P073``."""
        return tuple(_CLAUSE.findall(self.clause))

    def lacking(self) -> list[str]:
        """Names of the required fields that are empty; a clause field must name at least one clause."""
        empty = [name for name in REQUIRED if not getattr(self, name).strip()]
        return empty + (["clause"] if "clause" not in empty and not self.clauses else [])


def parse(docstring: str, file: str) -> list[RuleText]:
    """Rules of a module docstring whose blocks begin with ``Rule:`` and hold indented fields.

    Raises
    ------
    ValueError
        For a line inside a block that is neither a field nor the continuation of one.
    """
    first = docstring.strip().splitlines()[0] if docstring.strip() else ""
    named = _CALL.search(first)
    call = named.group(1) if named else ""
    found: list[dict[str, str]] = []
    field = ""
    for number, line in enumerate(docstring.splitlines(), start=1):
        title, entry = _RULE.match(line), _FIELD.match(line)
        if title:
            found.append({"name": title.group(1).strip()})
            field = ""
        elif found and entry:
            field = entry.group(1).lower()
            if field in found[-1]:
                raise ValueError(f"{file}: rule {found[-1]['name']!r} has two fields {field!r} (line {number})")
            found[-1][field] = entry.group(2).strip()
        elif found and line.strip():
            if not (field and line.startswith("        ")):
                raise ValueError(f"{file}: line {number} of the docstring belongs to no field: {line.strip()!r}")
            found[-1][field] += "\n" + line.strip()
    return [RuleText(call=call, file=file, **block) for block in found]


@lru_cache(maxsize=1)
def rules() -> list[RuleText]:
    """All rules of the economy, in the order of the files' names and of the blocks in each."""
    found: list[RuleText] = []
    for path in sorted(FOLDER.glob("*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        found.extend(parse(docstring, path.name))
    return found

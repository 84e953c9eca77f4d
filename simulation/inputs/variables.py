"""The variable table: what the model records, with dimensions, units, scope, kind and labels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from simulation.errors import InvalidInput, Problem
from simulation.inputs import dimensions, units
from simulation.inputs.reading import nearest, read_table, split

COLUMNS = ("name", "dims", "unit", "scope", "kind", "level", "rule", "digits", "label_en", "label_zh", "description")
KINDS = ("flow", "stock", "index", "rate")
LEVELS = ("core", "detail")


@dataclass(frozen=True)
class Variable:
    """One recorded variable.

    Parameters
    ----------
    name : str
        Lower snake case.
    dims : tuple of str
        Dimensions besides time.
    unit : str
        Unit of the recorded value; flows are per quarter, so ``bn_cny`` of a flow means bn CNY in the quarter.
    scope : str
        Statistical scope, empty where none applies.
    kind : {'flow', 'stock', 'index', 'rate'}
        A year's value of a flow is the sum of its quarters, of the rest the value at the year's end.
    level : {'core', 'detail'}
        Sweeps store ``core`` only.
    rule : str
        Call of the quarter that writes it.
    digits : int
        Decimals shown.
    label_en, label_zh, description : str
        Labels in two languages and what is counted.
    """

    name: str
    dims: tuple[str, ...]
    unit: str
    scope: str
    kind: str
    level: str
    rule: str
    digits: int
    label_en: str
    label_zh: str
    description: str

    def label(self, language: str = "en") -> str:
        """Label in ``en`` or ``zh``."""
        return self.label_zh if language == "zh" else self.label_en

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the dimensions besides time."""
        return tuple(dimensions.size(dim) for dim in self.dims)


@lru_cache(maxsize=1)
def variables() -> dict[str, Variable]:
    """All recorded variables by name, in the order of the table.

    Raises
    ------
    InvalidInput
        For an unknown dimension, unit, kind or level, or a missing label; all problems with file and line.
    """
    problems: list[Problem] = []
    found: dict[str, Variable] = {}
    known = dimensions.names()
    for row in read_table("variables.csv", COLUMNS, key=("name",)):
        dims = split(row["dims"])
        for dim in dims:
            if dim not in known:
                problems.append(row.problem("dims", f"unknown dimension {dim!r}", nearest(dim, known)))
        for column, valid in (("kind", KINDS), ("level", LEVELS)):
            if row[column] not in valid:
                problems.append(row.problem(column, f"unknown {column} {row[column]!r}", (), ", ".join(valid)))
        if not units.known(row["unit"]):
            problems.append(row.problem("unit", f"unknown unit {row['unit']!r}"))
        for column in ("label_en", "label_zh"):
            if not row[column].strip():
                problems.append(row.problem(column, f"{column} is empty"))
        digits = row.number("digits", problems, default=2.0)
        found[row["name"]] = Variable(
            row["name"], dims, row["unit"], row["scope"], row["kind"], row["level"], row["rule"],
            int(digits) if digits == digits else 2, row["label_en"], row["label_zh"], row["description"],
        )  # fmt: skip
    if problems:
        raise InvalidInput(problems)
    return found


def parse_element(text: str) -> tuple[str, str | None]:
    """Name and element of ``name`` or ``name[element]``."""
    name, bracket, rest = text.partition("[")
    return name.strip(), rest.rstrip("]").strip() if bracket else None

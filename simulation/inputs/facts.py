"""Reading of a file of stylised facts in the format of ``evidence/facts.csv``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from simulation.errors import InvalidInput, Problem
from simulation.inputs.evidence import FACT_COLUMNS, USES, Fact
from simulation.inputs.reading import Row, read_table

GRADES = ("A", "B", "C")


def read_facts(path: Path) -> tuple[Fact, ...]:
    """Facts of a file, in its order.

    Parameters
    ----------
    path : Path
        Comma-separated, with the columns of ``FACT_COLUMNS``.

    Raises
    ------
    InvalidInput
        With every problem by line: another header, an empty or repeated id, bounds that are no numbers or out of order,
        an unknown grade or use; or when the file is missing or holds no facts.
    """
    try:
        return _read(path)
    except InvalidInput as error:
        raise InvalidInput(replace(problem, file=path.as_posix()) for problem in error.problems) from None


def _read(path: Path) -> tuple[Fact, ...]:
    rows = read_table(path.absolute(), FACT_COLUMNS, key=("id",))
    problems: list[Problem] = [] if rows else [Problem(path.as_posix(), 0, 0, "the file holds no facts")]
    found = [_fact(row, problems) for row in rows]
    if problems:
        raise InvalidInput(problems)
    return tuple(found)


def _fact(row: Row, problems: list[Problem]) -> Fact:
    numbers = {column: row.number(column, problems) for column in ("low", "central", "high")}
    low, central, high = numbers.values()
    if low > central or central > high:  # false where one of them is no number, which has been told
        problems.append(row.problem("central", f"{low:g}, {central:g}, {high:g} are not in ascending order"))
    for column, valid in (("certainty", GRADES), ("use", USES)):
        if row[column] not in valid:
            problems.append(row.problem(column, f"unknown {column} {row[column]!r}", (), ", ".join(valid)))
    if not row["statistic"].strip():
        problems.append(row.problem("statistic", "statistic is empty"))
    return Fact(**{**row, **numbers})  # type: ignore[arg-type]

"""All mutants of all rules against many hard states: ``python -m tests.reference.mutation_study [files]``.

Writes a table with one line for each file and function, and one for each mutant that no state tells from its original.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from simulation.model.rulebook import rules
from tests.reference.cases import Case, first_telling, hard_cases
from tests.reference.mutation import MODEL, Mutant, mutants_of
from tests.reference.states import NAMES

HEADER = ("file", "function", "fate", "mutants", "line", "change")
TOLD, SURVIVES, NOT_RUN = "told", "survive", "not run in the call"
# Calls in which files are at work that belong to none or to several.
CALLS_OF = {
    "rules/modifiers.py": ("adoption", "market", "research", "compute", "evaluation"),
    "rules/deals.py": ("finance", "exit_and_entry"),
    "initial/cells.py": ("exit_and_entry",),
    "initial/attributes.py": ("exit_and_entry",),
    "initial/firms.py": ("exit_and_entry",),
}


def study(file: str, cases: list[Case]) -> Iterator[tuple[Mutant, str]]:
    """What becomes of each mutant of a file: told, alive, or of a function that no case runs."""
    run = {name for one in cases for path, name in one.functions() if path == str(MODEL / file)}
    for mutant in mutants_of(file):
        if mutant.function not in run:
            yield mutant, NOT_RUN
            continue
        told = first_telling(mutant, cases)
        yield mutant, SURVIVES if told is None else TOLD
        if told:
            cases.insert(0, cases.pop(told))


def calls_of(file: str) -> tuple[str, ...]:
    """Calls in which a file's rules are at work."""
    if file in CALLS_OF:
        return CALLS_OF[file]
    named = {rule.call for rule in rules() if rule.file == Path(file).name}
    return tuple(name for name in NAMES if name in named)


def files_with_mutants() -> list[str]:
    """Files of the rules in the model's folder, and those that entrants share with the firms of the start."""
    names = [str(path.relative_to(MODEL)) for path in (MODEL / "rules").glob("*.py") if path.stem != "__init__"]
    return sorted(names + [name for name in CALLS_OF if name.startswith("initial/") and (MODEL / name).exists()])


def main() -> None:
    """Study the files named, or all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*")
    parser.add_argument("--call", help="call whose states are used; else the call named in the file's docstring")
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--table", type=Path, default=None)
    arguments = parser.parse_args()
    rows, ready = [], {}
    for file in arguments.files or files_with_mutants():
        calls = (arguments.call,) if arguments.call else calls_of(file)
        for call in calls:
            ready.setdefault(call, hard_cases(call, arguments.cases))
        cases = [one for call in calls for one in ready[call]]
        for one in cases:
            if found := one.disagreements(None):
                sys.exit(f"{file}: plain and uncompiled rules disagree before any change: {found[:5]}")
        fates = list(study(file, cases))
        rows += table_rows(fates)
        counted = Counter(fate for _, fate in fates)
        sys.stdout.write(f"{file}: " + ", ".join(f"{number} {fate}" for fate, number in counted.items()) + "\n")
        for mutant, fate in fates:
            if fate == SURVIVES:
                sys.stdout.write(f"    {mutant.function}, line {mutant.line}: {mutant.change}\n")
        sys.stdout.flush()
    if arguments.table:
        with open(arguments.table, "w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([HEADER, *rows])


def table_rows(fates: list[tuple[Mutant, str]]) -> list[tuple]:
    """One row for each function and fate with the number of mutants, and one for each survivor."""
    counted = Counter((mutant.file, mutant.function, fate) for mutant, fate in fates)
    rows = [(file, function, fate, number, "", "") for (file, function, fate), number in counted.items()]
    alive = [mutant for mutant, fate in fates if fate == SURVIVES]
    return rows + [(one.file, one.function, "survivor", 1, one.line, one.change) for one in alive]


if __name__ == "__main__":
    main()

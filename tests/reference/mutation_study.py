"""All mutants of all rules against many hard states: ``python -m tests.reference.mutation_study [files]``.

Writes a table with one line for each file and function, and one for each mutant that no state tells from its original.
"""

from __future__ import annotations

import argparse
import csv
import pickle
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.reference.hard_money import MONEY_HARMS
from tests.reference.mutation import MODEL, Case, Mutant, case, mutants_of
from tests.reference.states import HARMS, NAMES, RULES, small_economy

TABLE = Path(__file__).parent / "mutation_study.csv"
# Calls in which the rules of files that belong to no call are at work.
CALLS_OF = {"rules/modifiers.py": ("adoption", "market", "research", "compute", "evaluation")}
# Hard states that can come up within a quarter (not firms that are gone before their people notice).
EVERY_HARM = [harm for harm in dict.fromkeys([*HARMS, *MONEY_HARMS]) if harm.__name__ != "close_with_staff"]
HARMS_A_CASE = 6


def hard_cases(call: str, count: int, first: int = 0) -> list[Case]:
    """Cases of a call: random economies at random quarters, year ends often, each made hard in several ways."""
    cases: list[Case] = []
    number = first
    while len(cases) < count:
        cases += list(_cases_of_one(call, number))[: count - len(cases)]
        number += 1
    return cases


def _cases_of_one(call: str, number: int) -> Iterator[Case]:
    dice = random.Random(f"{call} {number}")
    economy = small_economy(number, "2030Q4" if number % 4 == 0 else "2020Q4")
    last = len(economy.quarters) - 1
    quarters = {dice.randrange(last), dice.randrange(3, last, 4), dice.randrange(3, 20, 4), 3 if number % 2 else 0}
    economy.firm_weight = dice.choice([8.0, 30.0, 100.0, economy.firm_weight])
    while economy.quarter <= max(quarters):
        if economy.quarter in quarters:
            copy = pickle.loads(pickle.dumps(economy))
            yield _before(copy, call, dice)
            copy.close()
        economy.step()
    economy.close()


def _before(economy: object, call: str, dice: random.Random) -> Case:
    economy._open_quarter()
    for name in NAMES[: NAMES.index(call)]:
        RULES[name].run(economy)
    for harm in dice.sample(EVERY_HARM, HARMS_A_CASE):
        harm(economy, dice)
    return case(economy, call)


def first_telling(mutant: Mutant, cases: list[Case]) -> int | None:
    """Place of the first case that tells a mutant from its original; ``None`` for a survivor."""
    return next((place for place, one in enumerate(cases) if one.disagreements(mutant)), None)


def survivors(file: str, cases: list[Case]) -> tuple[list[Mutant], Counter]:
    """Mutants of a file that no case tells from the original, and the number of mutants of each function."""
    alive, made = [], Counter()
    for mutant in mutants_of(file):
        made[mutant.function] += 1
        told = first_telling(mutant, cases)
        if told is None:
            alive.append(mutant)
        elif told > 3:
            cases.insert(0, cases.pop(told))
    return alive, made


def calls_of(file: str) -> tuple[str, ...]:
    """Calls in which a file's rules are at work."""
    from simulation.model.rulebook import rules

    if file in CALLS_OF:
        return CALLS_OF[file]
    named = {rule.call for rule in rules() if rule.file == Path(file).name}
    return tuple(name for name in NAMES if name in named)


def files_with_mutants() -> list[str]:
    """Files of the rules in the model's folder."""
    return sorted(str(path.relative_to(MODEL)) for path in (MODEL / "rules").glob("*.py") if path.stem != "__init__")


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
        cases = [one for call in calls for one in ready.setdefault(call, hard_cases(call, arguments.cases))]
        for one in cases:
            if found := one.disagreements(None):
                sys.exit(f"{file}: plain and uncompiled rules disagree before any change: {found[:5]}")
        alive, made = survivors(file, cases)
        rows += [(file, function, "", "", number, "mutants") for function, number in made.items()]
        rows += [(one.file, one.function, one.line, one.change, 1, "survives") for one in alive]
        sys.stdout.write(f"{file}: {sum(made.values())} mutants, {len(alive)} survive in {len(cases)} states\n")
        for one in alive:
            sys.stdout.write(f"    {one.function}, line {one.line}: {one.change}\n")
        sys.stdout.flush()
    if arguments.table:
        with open(arguments.table, "w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(
                [("file", "function", "line", "change", "number", "what"), *rows]
            )


if __name__ == "__main__":
    main()

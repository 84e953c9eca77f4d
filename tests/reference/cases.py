"""Cases for mutants: an economy before a call, hard in several ways, and what the plain rule makes of it."""

from __future__ import annotations

import pickle
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np

from tests.reference.agents import PlainEconomy
from tests.reference.bridge import differences, mirror
from tests.reference.mutation import Mutant, in_place, interpreted, limited
from tests.reference.states import HARMS, NAMES, RULES, plain_rule, small_economy

# How long a mutant may run (seconds).
PATIENCE = 20.0
# Hard states that can come up within a quarter (not firms that are gone before their people notice).
HARMS_WITHIN = [harm for harm in HARMS if harm.__name__ != "close_with_staff"]
HARMS_A_CASE = 6


@dataclass
class Case:
    """An economy before a call (pickled) and what the plain rule makes of it."""

    call: str
    before: bytes
    after: PlainEconomy

    def disagreements(self, mutant: Mutant | None) -> list[str]:
        """What the plain rule and a mutant disagree about; an error of the mutant is a disagreement."""
        economy = pickle.loads(self.before)
        try:
            with np.errstate(all="ignore"), interpreted(), in_place(mutant), limited(PATIENCE):
                RULES[self.call].run(economy)
                return differences(self.after, economy)
        except Exception as error:
            if mutant is None:
                raise
            return [f"{type(error).__name__}: {error}"]

    def functions(self) -> set[tuple[str, str]]:
        """Source file and name of every function that the call runs, kernels among them."""
        met = set()

        def note(frame: FrameType, event: str, _: Any) -> None:
            if event == "call":
                met.add((frame.f_code.co_filename, frame.f_code.co_qualname))

        economy = pickle.loads(self.before)
        with np.errstate(all="ignore"), interpreted():
            sys.setprofile(note)
            try:
                RULES[self.call].run(economy)
            finally:
                sys.setprofile(None)
        return met


def case(economy: Any, call: str) -> Case:
    """The economy as it is, as a case for a call; the economy stays as it is."""
    plain = mirror(economy)
    before = pickle.dumps(economy)
    plain_rule(call).run(plain)
    return Case(call, before, plain)


def copy_of(economy: Any) -> Any:
    """An economy of its own in the same state."""
    return pickle.loads(pickle.dumps(economy))


def harmed_case(economy: Any, call: str, dice: random.Random) -> Case:
    """A case for the next call of an economy, made hard in several ways; the economy stays as it is."""
    harmed = copy_of(economy)
    for harm in dice.sample(HARMS_WITHIN, HARMS_A_CASE):
        harm(harmed, dice)
    return case(harmed, call)


def cases_of_quarter(economy: Any, calls: list[str], dice: random.Random) -> Iterator[Case]:
    """One case for each call, in a quarter that the economy itself has not begun."""
    running = copy_of(economy)
    running._open_quarter()
    for name in NAMES[: 1 + max(NAMES.index(call) for call in calls)]:
        if name in calls:
            yield harmed_case(running, name, dice)
        running.reads.current = name
        RULES[name].run(running)
    running.close()


def cases_of_economy(number: int, calls: list[str], quarters: list[int]) -> Iterator[Case]:
    """Cases for each call at some quarters of random economy ``number``, in which many firms enter."""
    dice = random.Random(number)
    economy = small_economy(number, "2030Q4" if max(quarters) > 18 else "2020Q4")
    economy.firm_weight = dice.choice([8.0, 30.0, 100.0, economy.firm_weight])
    while economy.quarter <= max(quarters):
        if economy.quarter in quarters:
            yield from cases_of_quarter(economy, calls, dice)
        economy.step()
    economy.close()


def hard_cases(call: str, count: int) -> list[Case]:
    """Many cases of one call: random economies at random quarters, year ends often."""
    cases: list[Case] = []
    for number in range(count):
        dice = random.Random(f"{call} {number}")
        last = 58 if number % 4 == 0 else 18
        quarters = [dice.randrange(last), dice.randrange(3, last, 4), 3 if number % 2 else 0]
        cases += cases_of_economy(number, [call], quarters)
        if len(cases) >= count:
            break
    return cases[:count]


def first_telling(mutant: Mutant, cases: list[Case]) -> int | None:
    """Place of the first case that tells a mutant from its original; ``None`` for a survivor."""
    return next((place for place, one in enumerate(cases) if one.disagreements(mutant)), None)

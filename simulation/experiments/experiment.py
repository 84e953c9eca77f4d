"""Experiment files: which scenarios, factors, outcomes and design; checked whole before anything runs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulation.errors import InvalidInput, Problem
from simulation.experiments.designs import Design, points_of, size_of
from simulation.experiments.factors import Factor, Value
from simulation.experiments.outcomes import Outcome
from simulation.experiments.reading import is_experiment, read_experiment
from simulation.inputs.registry import Registry
from simulation.inputs.registry import registry as shipped_registry
from simulation.results.text import json_text
from simulation.scenario import Scenario
from simulation.scenario import validate as validate_scenarios


@dataclass(frozen=True)
class Experiment:
    """A loaded experiment.

    Parameters
    ----------
    id : str
        Name of the file without its ending.
    title, story : dict of str to str
        By language.
    scenarios : tuple of Scenario
        Each is run at every point.
    factors : tuple of Factor
    outcomes : tuple of Outcome
    design : Design
    replicates : int
        Runs at every point, which differ in their random numbers.
    pairing : {'common', 'independent'}
        Whether every point sees the same random numbers, or each its own.
    run : dict
        ``seed``, ``scale``, ``until``.
    source : str
        Path as messages show it.
    text : str
        The file as read.
    not_applicable : dict of str to str
        What ``every`` would name and does not vary, with the reason.
    """

    id: str
    title: dict[str, str]
    story: dict[str, str]
    scenarios: tuple[Scenario, ...]
    factors: tuple[Factor, ...]
    outcomes: tuple[Outcome, ...]
    design: Design
    replicates: int
    pairing: str
    run: dict[str, Any]
    source: str
    text: str = field(repr=False)
    warnings: tuple[Problem, ...] = ()
    not_applicable: dict[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Number of runs."""
        return size_of(self.design, self.factors) * len(self.scenarios) * self.replicates

    def points(self) -> list[tuple[Value, ...]]:
        """Values of the factors, point by point."""
        return points_of(self.design, self.factors)

    def digest(self, points: Sequence[tuple[Value, ...]]) -> str:
        """Hash of everything that decides what is run and stored, independent of names, titles and notation."""
        what = {
            "scenarios": [scenario.digest for scenario in self.scenarios],
            "factors": [(factor.name, factor.action, factor.start) for factor in self.factors],
            "points": [list(point) for point in points],
            "pairing": self.pairing,
            "run": self.run,
        }
        return hashlib.sha256(json_text(what, indent=None).encode()).hexdigest()


def load_experiment(reference: str | os.PathLike[str], registry: Registry | None = None) -> Experiment:
    """An experiment by path, or by id in ``scenarios/experiments``.

    Raises
    ------
    InvalidInput
        With everything that is wrong in the file and in the scenarios it names.
    """
    problems: list[Problem] = []
    known = registry if registry is not None else shipped_registry()
    content = read_experiment(os.fspath(reference), known, problems)
    if problems or content is None:
        raise InvalidInput(problems)
    return Experiment(**{**content, "id": Path(content["id"]).stem})


def validate(references: Sequence[str], strict: bool = False) -> list[Problem]:
    """Check scenario and experiment files, by path or id; returns the warnings.

    Raises
    ------
    InvalidInput
        With every mistake of all files; with their warnings too when ``strict``.
    """
    problems: list[Problem] = []
    warnings: list[Problem] = []
    for reference in references:
        try:
            if is_experiment(reference):
                load_experiment(reference)
            else:
                warnings += validate_scenarios(reference, strict)
        except InvalidInput as error:
            problems += error.problems
    if problems:
        raise InvalidInput(problems)
    return list(dict.fromkeys(warnings))

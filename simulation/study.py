"""The model in three lines: load a scenario, run it, look at the result.

>>> import simulation
>>> result = simulation.load("quick_demo").run()  # doctest: +SKIP
>>> result.plot()  # doctest: +SKIP
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.results.result import Result
from simulation.results.store import DIFFERENCES, FIGURES, TARGETS
from simulation.results.text import csv_text, write_whole

if TYPE_CHECKING:
    from simulation.analysis.swept import Swept
    from simulation.experiments.experiment import Experiment
    from simulation.scenario import Scenario

Reference = str | os.PathLike[str]
Overrides = Mapping[str, object] | Iterable[str] | None


class Study:
    """One or several scenarios to be run together.

    Parameters
    ----------
    scenarios : sequence of Scenario
        Run with the same random numbers, so that they can be compared run by run.
    """

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        self.scenarios = tuple(scenarios)

    def __repr__(self) -> str:
        return f"<Study of {', '.join(scenario.id for scenario in self.scenarios)}>"

    @property
    def scenario(self) -> Scenario:
        """The first scenario: its title, story, effective values and where each comes from."""
        return self.scenarios[0]

    def run(self, **settings: Any) -> StudyResult:
        """Run the scenarios and store the result with its target table and, for several, their differences.

        Parameters
        ----------
        **settings
            ``replicates``, ``seed``, ``scale``, ``until``, ``jobs``, ``out``, ``resume``, ``progress`` and the other
            arguments of :func:`simulation.experiments.run_ensemble`; each run has a parameter set of the posterior of
            its own unless ``parameter_sets`` says otherwise.

        Returns
        -------
        StudyResult
            The stored result.
        """
        from simulation.experiments import run_ensemble

        settings.setdefault("parameter_sets", None)
        result = StudyResult(run_ensemble(self.scenarios, **settings).folder)
        write_whole(result.folder / TARGETS, csv_text(result.targets()))
        if len(self.scenarios) > 1:
            write_whole(result.folder / DIFFERENCES, csv_text(result.differences()))
        return result


class StudyResult(Result):
    """A stored result with its verdict and its figures.

    Both treat members as runs of the same inputs: of a sweep, whose points differ, they are refused (``UsageError``).
    """

    def _refuse_points(self) -> None:
        from simulation.errors import UsageError

        if self.manifest.get("points", 1) > 1:
            raise UsageError(
                f"{self.folder} holds a sweep of {self.manifest['points']} points, which are no runs of one scenario: "
                f"use 'aiplan sensitivity {self.folder}'"
            )

    @cached_property
    def _targets(self) -> list[dict[str, Any]]:
        from simulation.analysis.targets import targets_table

        self._refuse_points()
        return targets_table(self.dataset)

    def targets(self) -> list[dict[str, Any]]:
        """The verdict on each target of the plan, one row per scenario, target and scope."""
        return [dict(row) for row in self._targets]

    def differences(self) -> list[dict[str, Any]]:
        """Mean paired differences of the further scenarios to the first, by variable and year; none for one alone."""
        from simulation.analysis.differences import differences_table

        self._refuse_points()
        return differences_table(self.dataset)

    def plot(self, *kinds: str, folder: Reference | None = None, **options: Any) -> list[Path]:
        """Draw figures, each with its data beside it.

        Parameters
        ----------
        *kinds : str
            Names of figures, ``core`` or ``funding`` for example; all by default.
        folder : path, optional
            Where they go; ``figures/`` of the result by default.
        **options
            ``language`` and the other arguments of :func:`simulation.presentation.figures.plot_result`.

        Returns
        -------
        list of Path
            The files.
        """
        from simulation.presentation.figures import plot_result

        self._refuse_points()
        return plot_result(self, Path(folder) if folder else self.folder / FIGURES, kinds or None, **options)


def load(*references: Reference, overrides: Overrides = None) -> Study:
    """Load scenarios by id or path, to be run together.

    Parameters
    ----------
    *references : str or path
        ``plan_baseline``, ``no_plan_counterfactual:strict`` or the path of a file.
    overrides : mapping or sequence of ``key=value`` texts, optional
        Values that stand above every file.

    Raises
    ------
    InvalidInput
        With everything that is wrong in any of the files.
    """
    from simulation.errors import InvalidInput, Problem
    from simulation.scenario import load as load_scenario

    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for reference in references or ("plan_baseline",):
        try:
            scenarios.append(load_scenario(reference, overrides))
        except InvalidInput as error:
            problems += error.problems
    if problems:
        raise InvalidInput(problems)
    return Study(scenarios)


def run(*references: Reference, overrides: Overrides = None, **settings: Any) -> StudyResult:
    """Load and run scenarios: ``load(*references).run(**settings)``."""
    return load(*references, overrides=overrides).run(**settings)


class Design:
    """An experiment to be run.

    Parameters
    ----------
    experiment : Experiment
        What :func:`simulation.experiments.experiment.load_experiment` gives.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment

    def __repr__(self) -> str:
        return f"<Experiment {self.experiment.id}: {self.experiment.size} runs>"

    def run(self, **settings: Any) -> Swept:
        """Run every point and store it; arguments as of :func:`simulation.experiments.sweep.run_sweep`.

        Returns
        -------
        Swept
            The stored sweep with its outcomes, indices and figures.
        """
        from simulation.analysis.swept import Swept
        from simulation.experiments.sweep import run_sweep

        return Swept(run_sweep(self.experiment, **settings).folder)


def experiment(reference: Reference) -> Design:
    """Load an experiment by path, or by id in ``scenarios/experiments``.

    Raises
    ------
    InvalidInput
        With everything that is wrong in the file.
    """
    from simulation.experiments.experiment import load_experiment

    return Design(load_experiment(reference))


def open_result(folder: Reference) -> StudyResult:
    """A stored result; ``StoreConflict`` when the folder is none."""
    return StudyResult(folder)

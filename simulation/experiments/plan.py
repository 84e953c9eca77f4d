"""What an ensemble is made of, decided and checked before its first run, and how its manifest tells it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from simulation.errors import UsageError
from simulation.experiments.factors import Factor, Value, applied
from simulation.inputs.posterior import posterior
from simulation.results import provenance
from simulation.results.dataset import Member
from simulation.results.store import SCENARIOS
from simulation.results.text import file_name, json_text
from simulation.scenario.draws import CENTRAL_SET

if TYPE_CHECKING:
    from simulation.scenario import Effective, Scenario

SETTINGS = ("replicates", "seed", "scale", "until")


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before the first run.

    Parameters
    ----------
    scenarios : tuple of Scenario
    effective : dict of (str, int) to Effective
        Inputs by scenario and parameter set.
    members : tuple of Member
        Runs of each scenario.
    quarters : tuple of str
        Time axis.
    seed : int
    scale : float
    level : {'core', 'detail'}
        What is stored.
    factors : tuple of Factor
        What the design points of an experiment change; empty for an ensemble.
    points : dict of int to tuple
        Values of the factors by parameter set, which is then the number of a design point, from 1.
    """

    scenarios: tuple[Scenario, ...]
    effective: dict[tuple[str, int], Effective]
    members: tuple[Member, ...]
    quarters: tuple[str, ...]
    seed: int
    scale: float
    level: str
    factors: tuple[Factor, ...] = ()
    points: dict[int, tuple[Value, ...]] = field(default_factory=dict)

    def inputs_of(self, scenario: str, parameter_set: int) -> Effective:
        """Inputs of a parameter set, or the central ones for a design point to change."""
        return self.effective[scenario, 0 if self.points else parameter_set]

    def rule_combinations(self) -> list[Effective]:
        """Inputs that hold every combination of rule variants of the plan: all the code that its runs call.

        A design in which rules are factors has as many combinations as differ between its points, in each scenario.
        """
        places = [place for place, factor in enumerate(self.factors) if factor.is_variant]
        rules = [self.factors[place] for place in places]
        choices = dict.fromkeys(tuple(point[place] for place in places) for point in self.points.values())
        inputs = list(self.effective.values())
        return [applied(effective, rules, choice) for choice in choices for effective in inputs] if rules else inputs

    def coordinates(self, members: Sequence[Member]) -> dict[str, Any]:
        """Values of the factors by member, as coordinates of the dataset: ``factor_<name>``; none for an ensemble."""
        return {
            f"factor_{factor.name}": ("member", [self.points[member.parameter_set][place] for member in members])
            for place, factor in enumerate(self.factors)
        }


def settings(scenarios: Scenario | Sequence[Scenario], *given: Any) -> dict[str, Any]:
    """Replicates, seed, scale and last quarter: as given, else as the first scenario's ``run:`` section says."""
    first = scenarios[0] if isinstance(scenarios, Sequence) and scenarios else scenarios
    asked: dict[str, Any] = dict(getattr(first, "run_settings", {}))
    asked.update({key: value for key, value in zip(SETTINGS, given, strict=True) if value is not None})
    if not asked:
        raise UsageError("there is no scenario to run")
    if asked["replicates"] < 1:
        raise UsageError(f"{asked['replicates']} replicates: there must be at least 1")
    if not 0.0 < asked["scale"] <= 1.0:
        raise UsageError(f"scale {asked['scale']}: it must lie above 0 and not above 1")
    if asked["seed"] < 0:
        raise UsageError(f"seed {asked['seed']}: it must not be negative")
    return {key: asked[key] for key in SETTINGS}


def distinct(scenarios: Scenario | Sequence[Scenario]) -> tuple[Scenario, ...]:
    """The scenarios as a tuple; ``UsageError`` when two share the file name under which their results are kept."""
    listed = tuple(scenarios) if isinstance(scenarios, Sequence) else (scenarios,)
    clash = clashing([scenario.id for scenario in listed])
    if clash:
        raise UsageError(f"{clash}; give one of the files another name")
    return listed


def clashing(identities: Sequence[str]) -> str:
    """What is wrong with ids of which two would share the files of their results; empty when none do."""
    seen: dict[str, str] = {}
    for identity in identities:
        other = seen.get(file_name(identity))
        if other == identity:
            return f"two scenarios are called {identity}"
        if other is not None:
            return f"the results of scenarios {other} and {identity} would be kept under one name"
        seen[file_name(identity)] = identity
    return ""


def make_plan(
    scenarios: tuple[Scenario, ...], chosen: dict[str, Any], level: str, sets: Sequence[int] | None, first: int
) -> Plan:
    """Effective inputs of everything that will be run; raises before anything is written."""
    if first < 0 or any(number < 0 for number in sets or ()):
        raise UsageError("runs and parameter sets are counted from 0: a negative one does not exist")
    members = members_of(sets, range(first, first + chosen["replicates"]))
    effective = {
        (scenario.id, number): scenario.effective(chosen["until"], number, chosen["seed"], calibrated(number))
        for scenario in scenarios
        for number in dict.fromkeys(member.parameter_set for member in members)
    }
    if not effective:
        raise UsageError("there is no parameter set to run")
    quarters = next(iter(effective.values())).quarters
    return Plan(scenarios, effective, members, quarters, chosen["seed"], chosen["scale"], level)


def members_of(sets: Sequence[int] | None, replicates: Sequence[int]) -> tuple[Member, ...]:
    """Runs of each scenario: every set with every replicate.

    Without a choice of sets, each replicate has a set of the posterior of its own, the same one however many runs there
    are, so that an ensemble varies by parameters and by chance together; the central set where nothing is calibrated.
    """
    if sets is not None:
        return tuple(Member(number, replicate) for number in sets for replicate in replicates)
    held = posterior()
    if held.is_hand_fitted:
        return tuple(Member(CENTRAL_SET, replicate) for replicate in replicates)
    return tuple(Member(1 + replicate % len(held), replicate) for replicate in replicates)


def calibrated(parameter_set: int) -> dict[str, float] | None:
    """Calibrated values of a parameter set: sets of the posterior are counted from 1 and start anew after the last.

    The central set, 0, has the registry's defaults.
    """
    held = posterior()
    if parameter_set == CENTRAL_SET or held.is_hand_fitted:
        return None
    return held.values((parameter_set - 1) % len(held))


def make_manifest(plan: Plan, chosen: dict[str, Any], command: str) -> dict[str, Any]:
    """Provenance of an ensemble, as ``manifest.json`` holds it."""
    return {
        "format": 1,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "program_version": provenance.program_version(),
        "model_version": provenance.MODEL_VERSION,
        "data_version": provenance.data_version(),
        "posterior": posterior().name,
        "scenarios": [
            {
                "id": scenario.id,
                "title": scenario.title,
                "digest": scenario.digest,
                "variants": scenario.variants,
                "file": f"{SCENARIOS}/{file_name(scenario.id)}.yaml",
                "warnings": [str(warning) for warning in scenario.warnings],
            }
            for scenario in plan.scenarios
        ],
        "scenario_titles": {scenario.id: scenario.title for scenario in plan.scenarios},
        "seed": plan.seed,
        "scale": plan.scale,
        "until": plan.quarters[-1],
        "level": plan.level,
        "replicates": chosen["replicates"],
        "members": [list(member) for member in plan.members],
        "dependencies": provenance.dependencies(),
    }


def manifest_digest(manifest: dict[str, Any]) -> str:
    """Hash of what determines the stored values."""
    what = {key: value for key, value in manifest.items() if key not in ("created", "command", "dependencies")}
    what["scenarios"] = [entry["digest"] for entry in manifest["scenarios"]]
    return hashlib.sha256(json_text(what, indent=None).encode()).hexdigest()


def folder_stem(scenarios: tuple[Scenario, ...]) -> str:
    """First part of the default folder's name."""
    first = file_name(scenarios[0].id)
    return first if len(scenarios) == 1 else f"{first}_and_{len(scenarios) - 1}_more"


def python_command(scenarios: tuple[Scenario, ...], chosen: dict[str, Any]) -> str:
    """The call that repeats an ensemble from Python."""
    names = ", ".join(repr(scenario.id) for scenario in scenarios)
    arguments = ", ".join(f"{key}={value!r}" for key, value in chosen.items())
    return f"simulation.load({names}).run({arguments})"

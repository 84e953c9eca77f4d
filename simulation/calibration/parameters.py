"""What is fitted, what keeps its prior, and what is unknown about the outside world after an origin: data, not code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from simulation.errors import InvalidInput, Problem
from simulation.experiments.factors import ACTIONS, SET, Factor
from simulation.inputs.priors import parse_prior
from simulation.inputs.reading import read_table
from simulation.inputs.registry import registry

COLUMNS = ("id", "role", "action", "distribution", "reason")
FITTED, UNCALIBRATED, DRIVER = "fitted", "uncalibrated", "driver"
ROLES = (FITTED, UNCALIBRATED, DRIVER)
MOST_FITTED = 10


@dataclass(frozen=True)
class Sampled:
    """One column of the design.

    Parameters
    ----------
    factor : Factor
        Id, distribution and what a value does; fitted and uncalibrated parameters have the registry's prior.
    role : {'fitted', 'uncalibrated', 'driver'}
        Fitted to data; keeps its prior; outside driver after the origin of an unconditional design; stays at its
        default, as every parameter that is not listed does, for a reason that has to be told.
    reason : str
        Why it has that role.
    """

    factor: Factor
    role: str
    reason: str

    @property
    def name(self) -> str:
        """Registry id, with its element for a vector."""
        return self.factor.name


@lru_cache(maxsize=1)
def sampled_parameters() -> tuple[Sampled, ...]:
    """All rows of ``tables/sampled_parameters.csv``, in its order.

    Raises
    ------
    InvalidInput
        For unknown ids, roles or distributions, or more than ten fitted parameters.
    """
    problems: list[Problem] = []
    found = []
    for row in read_table("sampled_parameters.csv", COLUMNS, key=("id",)):
        try:
            parameter, element = registry().resolve(row["id"])
            prior = parse_prior(row["distribution"]) if row["distribution"] else parameter.prior
        except (KeyError, ValueError) as error:
            problems.append(row.problem("id", str(error.args[0])))
            continue
        action = row["action"] or SET
        if row["role"] not in ROLES or action not in ACTIONS or prior is None:
            problems.append(row.problem("role", "a role, an action and a prior are needed", (), ", ".join(ROLES)))
        name = parameter.elements[element] if element is not None else ""
        found.append(Sampled(Factor(row["id"], parameter, name, action, prior=prior), row["role"], row["reason"]))
    count = sum(each.role == FITTED for each in found)
    if count > MOST_FITTED:
        problems.append(
            Problem("sampled_parameters.csv", 0, 0, f"{count} parameters are fitted; at most {MOST_FITTED}")
        )
    if problems:
        raise InvalidInput(problems)
    return tuple(found)


def names(role: str) -> tuple[str, ...]:
    """Ids of one role, in the order of the table."""
    return tuple(each.name for each in sampled_parameters() if each.role == role)


def factors(roles: Sequence[str], start: int = 0) -> tuple[Factor, ...]:
    """Factors of some roles; dated ones act from quarter number ``start`` of the time axis on."""
    return tuple(replace(each.factor, start=start) for each in sampled_parameters() if each.role in roles)

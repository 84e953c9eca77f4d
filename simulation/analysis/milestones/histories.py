"""What single firms go through: deals, who pays first, dates of founding, sizes.

A result holds national series only.  For what they cannot tell, the runs of one world are lived through once more,
with the same inputs and random numbers, and the firms are looked at after every quarter.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.milestones.arithmetic import rank_size_exponent
from simulation.errors import RunFailed
from simulation.experiments.executors import executor_for
from simulation.experiments.plan import calibrated
from simulation.inputs.dimensions import index, size

if TYPE_CHECKING:
    from simulation.model import Economy
    from simulation.results.dataset import Member
    from simulation.scenario import Effective, Scenario

logger = logging.getLogger("aiplan.milestones")
FOUNDING_YEARS = np.arange(2001, 2026)
CENSUS = 2020  # year at whose end the samples of firms behind the size and founding facts were drawn
SMALL = 100.0  # million CNY of funding, the first class of fact F03
GUIDANCE = index("channel", "guidance_funds")


@dataclass(frozen=True)
class Task:
    """One run to follow."""

    effective: Effective
    seed: int
    replicate: int
    scale: float


class Ledger:
    """Deals of a run as they happen: a firm has at most one a quarter, from state money or from private money."""

    def __init__(self, economy: Economy) -> None:
        quarters, regions = len(economy.quarters), size("region")
        self.deals = np.zeros((2, quarters))
        self.money_by_region = np.zeros((2, regions))
        self.held: dict[int, tuple[float, float]] = {}
        self.first: dict[int, tuple[int, int]] = {}
        self.weights: dict[int, float] = {}
        # Money from before the first quarter has no date: such firms have no order of funding.
        self.undated = set(self._look(economy, economy.firms.alive & (economy.firms.cumulative_funding > 0.0)))

    def _look(self, economy: Economy, rows: np.ndarray) -> list[int]:
        firms, seen = economy.firms, []
        for row in np.flatnonzero(rows):
            uid = int(firms.uid[row])
            self.held[uid] = (float(firms.equity[row, GUIDANCE]), float(firms.cumulative_funding[row]))
            seen.append(uid)
        return seen

    def note(self, economy: Economy, quarter: int) -> None:
        """Take down the deals of a quarter that has been lived through."""
        firms = economy.firms
        funded = firms.alive & (firms.last_round == quarter)
        before = {int(firms.uid[row]): self.held.get(int(firms.uid[row]), (0.0, 0.0)) for row in np.flatnonzero(funded)}
        self._look(economy, funded)
        for row in np.flatnonzero(funded):
            uid, weight = int(firms.uid[row]), float(firms.weight[row])
            by_state = self.held[uid][0] > before[uid][0] + 1e-9
            amount = max(self.held[uid][1] - before[uid][1], 0.0)
            self.deals[int(by_state), quarter] += weight
            self.money_by_region[int(by_state), firms.region[row]] += weight * amount
            private, state = self.first.get(uid, (-1, -1))
            self.first[uid] = (private, quarter if state < 0 else state) if by_state else (
                quarter if private < 0 else private, state)  # fmt: skip
            self.weights[uid] = weight

    def state_first(self) -> tuple[float, float]:
        """Among firms with dated money of both kinds: share in which the state came first, and how many they are."""
        both = [uid for uid, dates in self.first.items() if min(dates) >= 0 and uid not in self.undated]
        total = sum(self.weights[uid] for uid in both)
        first = sum(self.weights[uid] for uid in both if self.first[uid][1] < self.first[uid][0])
        return (first / total if total else np.nan), total


def follow(task: Task) -> dict[str, np.ndarray]:
    """Live through one run and look at its firms.

    Returns
    -------
    dict of str to ndarray
        ``private_deals`` and ``state_deals`` by quarter; ``private_money_by_region`` and ``state_money_by_region``
        (million CNY since the start); ``state_first`` (share) and ``funded_by_both`` (firms); ``founded`` (firms alive
        at the end of ``CENSUS`` by year of founding, firms that turned to AI left out); ``funding_sigma`` (of the log),
        ``funding_small`` (share of funded firms below 0.1 bn CNY) and ``revenue_exponent`` at that date.
    """
    from simulation.model import Economy

    economy = Economy(task.effective, seed=task.seed, replicate=task.replicate, scale=task.scale)
    try:
        ledger, census = Ledger(economy), {}
        for quarter, name in enumerate(economy.quarters):
            economy.step()
            ledger.note(economy, quarter)
            if name == f"{CENSUS}Q4":
                census = take_census(economy.firms)
        share, count = ledger.state_first()
        return {
            "private_deals": ledger.deals[0], "state_deals": ledger.deals[1],
            "private_money_by_region": ledger.money_by_region[0], "state_money_by_region": ledger.money_by_region[1],
            "state_first": np.array(share), "funded_by_both": np.array(count), **census,
        }  # fmt: skip
    finally:
        economy.close()


def take_census(firms: Any) -> dict[str, np.ndarray]:
    """Founding dates, funding and revenue of the living firms (see :func:`follow`)."""
    from simulation.model.initial.attributes import CONVERSION
    from simulation.model.state import START_UP

    founders = firms.alive & (firms.kind == START_UP) & (firms.entry_door != CONVERSION)
    year = 2016 + np.floor_divide(firms.founded[founders], 4)
    edges = np.append(FOUNDING_YEARS, FOUNDING_YEARS[-1] + 1) - 0.5
    founded, _ = np.histogram(year, edges, weights=firms.weight[founders])
    funded = firms.alive & (firms.kind == START_UP) & (firms.cumulative_funding > 0.0)
    logs, weight = np.log(firms.cumulative_funding[funded]), firms.weight[funded]
    mean = np.average(logs, weights=weight) if funded.any() else np.nan
    small = logs < np.log(SMALL)
    revenue = firms.revenue_year()
    sells = firms.alive & (revenue > 0.0)
    return {
        "founded": founded,
        "funding_sigma": np.array(np.sqrt(np.average((logs - mean) ** 2, weights=weight)) if funded.any() else np.nan),
        "funding_small": np.array(np.average(small, weights=weight) if funded.any() else np.nan),
        "revenue_exponent": np.array(rank_size_exponent(revenue[sells], firms.weight[sells])),
    }


def follow_all(
    scenario: Scenario, members: Sequence[Member], seed: int, scale: float, until: int, jobs: int | None
) -> dict[str, np.ndarray]:
    """Follow the runs of one world.

    Parameters
    ----------
    scenario : Scenario
    members : sequence of Member
        Parameter set and replicate of each run.
    seed : int
    scale : float
        Share of small firms and people simulated, 0-1.
    until : int
        Last year.
    jobs : int or None
        Worker processes; the outcome does not depend on it.

    Returns
    -------
    dict of str to ndarray
        What :func:`follow` gives, stacked: shape (member, ...); NaN for a run that failed.

    Raises
    ------
    RunFailed
        When not a single run finishes.
    """
    inputs = {
        number: scenario.effective(until, number, seed, calibrated(number))
        for number in dict.fromkeys(member.parameter_set for member in members)
    }
    tasks = [Task(inputs[member.parameter_set], seed, member.replicate, scale) for member in members]
    found: dict[int, dict[str, np.ndarray]] = {}
    place = {id(task): number for number, task in enumerate(tasks)}
    for task, outcome in executor_for(jobs, len(tasks)).map(_followed, tasks):
        if not isinstance(outcome, BaseException) and outcome:
            found[place[id(task)]] = outcome
    if not found:
        raise RunFailed(f"none of the {len(tasks)} runs of {scenario.id} could be followed")
    missing = {name: np.full_like(values, np.nan) for name, values in next(iter(found.values())).items()}
    ordered = [found.get(number, missing) for number in range(len(tasks))]
    return {name: np.stack([each[name] for each in ordered]) for name in missing}


def _followed(task: Task) -> dict[str, np.ndarray]:
    """A run followed; empty for one that fails, which the ensemble of its world records with its error."""
    try:
        return follow(task)
    except Exception:
        logger.debug("replicate %d could not be followed", task.replicate, exc_info=True)
        return {}

"""AI-skilled people of 2016Q1 by tier, state, employer and province."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.state import ACADEMIA, OVERSEAS, SEEKING, SKILL_PAY, People
from simulation.model.streams import encode_ids

if TYPE_CHECKING:
    from simulation.model.economy import Economy

STATES = ((ACADEMIA, "initial_academia"), (OVERSEAS, "initial_overseas"), (SEEKING, "initial_seeking"))
FIRM_STATE = 0


def build_people(economy: Economy, staff: np.ndarray) -> People:
    """People with stable ids.

    Parameters
    ----------
    staff : ndarray (firm row,)
        Staff each firm should hold, per firm; people are spread over firms in proportion by systematic sampling, tier
        by tier, so that firm sizes are met as closely as the weight of a person allows.
    """
    p, firms, labour = economy.parameters, economy.firms, economy.labour
    people = People(int(p["initial_talent"].sum() * 2.5 / economy.person_weight) + 4096)
    claim = (staff * firms.weight)[:, None] * labour.tier_mix[firms.layer]
    for tier in range(size("tier")):
        home = p["initial_talent"][tier]
        outside = 0.0
        for number, (state, name) in enumerate(STATES):
            persons = p[name][tier]
            outside += persons if state != OVERSEAS else 0.0
            _place(economy, people, tier, persons, state, number + 1, None)
        _place(economy, people, tier, max(home - outside, 0.0), FIRM_STATE, 0, claim[:, tier])
    return people


def _place(
    economy: Economy, people: People, tier: int, persons: float, state: int, number: int, claim: np.ndarray | None
) -> None:
    p, streams, firms = economy.parameters, economy.streams, economy.firms
    count = round(persons / economy.person_weight)
    if count == 0:
        return
    uid = encode_ids(20 + number, 0, np.arange(count), tier)
    share = p["initial_talent_region_share"] / p["initial_talent_region_share"].sum()
    draws = streams.uniform("person_initial", uid, 0, 1)
    region = np.minimum(np.searchsorted(np.cumsum(share), draws), size("region") - 1)
    employer = np.full(count, state, dtype=np.int64)
    if claim is not None:
        cumulative = np.cumsum(claim)
        cumulative /= cumulative[-1]
        points = (np.arange(count) + streams.one("person_initial", 0, tier, 2)) / count
        employer = np.minimum(np.searchsorted(cumulative, points), len(claim) - 1)
        region = firms.region[employer]
    skill = np.exp(p["skill_dispersion"] * streams.normal("person_skill", uid, 0))
    due = skill**SKILL_PAY
    people.add(
        uid, tier=tier, region=region, employer=employer, entered=-1, origin=20 + number, skill=skill, skill_pay=due,
        wage=economy.labour.wage[tier] * due,
    )  # fmt: skip

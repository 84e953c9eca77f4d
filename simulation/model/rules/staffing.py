"""Call 11, ``exit_and_entry``, part three: people follow their firm's fate, and found and join new ones.

Rule: First staff of entrants
    Formula: posts = max(1, round(staff * weight / weight of a person)) for each row; willing are researchers, engineers
        and applied staff at work or seeking with u < min(1, 20 * posts / pool); the posts of a province go to its
        willing with the smallest draws, in order; posts left over to the smallest draws of the rest of the country
    Symbols: staff founding_staff, conversion_staff of converted firms; pool all who could be willing; u one draw of
        each person a quarter; posts in order of province, door and row; who is hired moves to the firm's province
    Unit: persons
    Source: model.md section 4 (founders come from firms nearby and bring colleagues); judgement on the pool
    Clause: P033;P039
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.compiled import compiled
from simulation.model.initial.attributes import CONVERSION
from simulation.model.state import OVERSEAS, RESEARCHER, SEEKING
from simulation.model.streams import uniforms_of

if TYPE_CHECKING:
    from simulation.model.economy import Economy

REGIONS = size("region")
BLOCK = 1024  # people whose draws are made at a time
BREADTH = 20.0  # people who are willing for each post, where there are as many


class Workers(NamedTuple):
    """Columns of people who may change employer, shape (person,)."""

    alive: np.ndarray
    uid: np.ndarray
    tier: np.ndarray
    region: np.ndarray
    employer: np.ndarray


@compiled
def follow(people: Workers, goes_to: np.ndarray) -> int:
    """Move the staff of each firm to where it goes; returns the number of rows of people who may found firms.

    ``goes_to`` is the new employer for each old one, from ``OVERSEAS`` to the last firm.  Two plain loops without a
    branch: the second column of a computer's registers does eight people at once.
    """
    alive, tier, employer = people.alive, people.tier, people.employer
    for row in range(len(employer)):
        employer[row] = goes_to[np.uint64(employer[row] - OVERSEAS)]
    pool = 0
    for row in range(len(employer)):
        pool += alive[row] & (employer[row] >= SEEKING) & (tier[row] >= RESEARCHER)
    return pool


@compiled
def gather_willing(
    people: Workers, key: np.uint64, chance: float, rows: np.ndarray, draws: np.ndarray, block: np.ndarray
) -> int:  # fmt: skip
    """Rows and draws of the people who are willing to join an entrant; returns how many.

    ``rows`` and ``draws`` have room for all people, ``block`` for the draws that are made at a time.
    """
    size, found = len(block), 0
    for start in range(0, len(people.uid), size):
        uid = people.uid[start : start + size]
        uniforms_of(key, uid, block)
        last = found
        for place in range(len(uid)):
            rows[last] = place
            last += block[place] < chance
        for number in range(found, last):
            row = start + rows[number]
            draws[found] = block[rows[number]]
            rows[found] = row
            found += people.alive[row] & (people.employer[row] >= SEEKING) & (people.tier[row] >= RESEARCHER)
    return found


@compiled
def fill_posts(
    people: Workers, queue: np.ndarray, rows: np.ndarray, region: np.ndarray, posts: np.ndarray, following: np.ndarray
) -> None:  # fmt: skip
    """Fill the posts of each province from its own people, what is left over from all others.

    ``queue`` holds rows of willing people in order of their draws; ``rows``, ``region`` and open ``posts`` by entrant;
    ``following`` (region,), zero at first, is the entrant that fills its posts next.
    """
    waiting = 0
    for place in range(len(queue)):
        person = queue[place]
        province = people.region[person]
        entrant = following[province]
        while entrant < len(rows) and (region[entrant] != province or posts[entrant] == 0):
            entrant += 1
        following[province] = entrant
        if entrant < len(rows):
            people.employer[person] = rows[entrant]
            posts[entrant] -= 1
        else:
            queue[waiting] = person
            waiting += 1
    taken = 0
    for province in range(REGIONS):
        for entrant in range(following[province], len(rows)):
            while region[entrant] == province and posts[entrant] > 0 and taken < waiting:
                people.employer[queue[taken]] = rows[entrant]
                people.region[queue[taken]] = province
                posts[entrant] -= 1
                taken += 1


def take_staff(economy: Economy, rows: np.ndarray, region: np.ndarray, door: np.ndarray, pool: int) -> None:
    """Founders leave employers (or the seekers) of their province and take colleagues along; short provinces
    recruit elsewhere.
    """
    p, table = economy.parameters, economy.people
    people = table.pick(Workers)
    posts = np.where(door == CONVERSION, _posts(economy, p["conversion_staff"]), _posts(economy, p["founding_staff"]))
    chance = min(1.0, BREADTH * float(posts.sum()) / max(pool, 1))
    who, draws = table.room("willing", np.int64), table.room("draws", float)
    key = economy.streams.key("founder", economy.quarter)
    found = gather_willing(people, key, chance, who, draws, np.empty(BLOCK))
    queue = who[np.argsort(draws[:found])]
    fill_posts(people, queue, rows, region, posts, np.zeros(REGIONS, dtype=np.int64))


def _posts(economy: Economy, staff: float) -> int:
    """Rows of people that an entrant's row takes for ``staff`` people in each firm."""
    return max(1, round(staff * economy.firm_weight / economy.person_weight))

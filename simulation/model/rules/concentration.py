"""Call 13, ``observe``, part two: how much of the industry its largest firms have.

Rule: Concentration
    Formula: share of the n largest firms = sum of revenue of the largest firms whose weights add to n, over total
        revenue; revenue of firm i of a row = row's revenue * v(i) / sum of v; v(i) = sum over its cells of the row's
        orders there / firms of the row there
    Symbols: a row that stands for many firms is read as those firms, each in one to three of the row's cells (keyed
        draws), so that the measure is the same at every scale in expectation; revenue of four quarters; measured in the
        fourth quarter of a year (and in the first of all), the last value stands in between
    Unit: share
    Source: F38, F39
    Clause: P039;P100
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.inputs.dimensions import index
from simulation.model.compiled import compiled, inlined
from simulation.model.state import revenue_of_year
from simulation.model.streams import joined_id, uniform_of

if TYPE_CHECKING:
    from simulation.model.economy import Economy

NLP = index("field", "nlp")
APPLICATION, PLATFORM = index("product", "application"), index("product", "platform")
MOST_CELLS = 3


class Rows(NamedTuple):
    """Columns of the rows that are read as firms, shape (row,)."""

    alive: np.ndarray
    uid: np.ndarray
    weight: np.ndarray
    revenue_quarters: np.ndarray


class Slots(NamedTuple):
    """Places in the market of the firms of each row: slots of row r are ``first[r]`` to ``first[r + 1]`` (row + 1,).

    ``worth`` (slot,) is what a firm in the slot sells there, million CNY a quarter.
    """

    first: np.ndarray
    worth: np.ndarray


class Singles(NamedTuple):
    """Firms one by one, shape (firm,): revenue of four quarters (million CNY), weight (one, but for rounding), row."""

    revenue: np.ndarray
    weight: np.ndarray
    row: np.ndarray


@compiled
def lay_out_slots(firm: np.ndarray, count: np.ndarray, worth: np.ndarray, slots: Slots) -> None:
    """Give each position as many slots of its row as firms of the row serve it; columns by position, any order."""
    first = slots.first
    first[:] = 0
    for place in range(len(firm)):
        first[firm[place] + 1] += int(count[place])
    for row in range(len(first) - 1):
        first[row + 1] += first[row]
    for place in range(len(firm)):
        for _ in range(int(count[place])):
            slots.worth[first[firm[place]]] = worth[place]
            first[firm[place]] += 1
    for row in range(len(first) - 1, 0, -1):
        first[row] = first[row - 1]
    first[0] = 0


@inlined
def draw_value(uid: np.uint64, worth: np.ndarray, keys: np.ndarray) -> float:
    """What a firm of a row sells in its one to three slots, drawn from those of the row, million CNY a quarter."""
    number, more = len(worth), MOST_CELLS * uniform_of(keys[7], uid)
    value = worth[np.uint64(uniform_of(keys[8], uid) * number)]
    value += (more >= 1.0) * worth[np.uint64(uniform_of(keys[9], uid) * number)]
    value += (more >= 2.0) * worth[np.uint64(uniform_of(keys[10], uid) * number)]
    return value


@compiled
def read_as_firms(rows: Rows, slots: Slots, keys: np.ndarray, firms: Singles) -> int:
    """Read each row as the firms it stands for, into ``firms``; returns how many."""
    end = 0
    for row in range(len(rows.alive)):
        if not rows.alive[row]:
            continue
        weight, year, total = rows.weight[row], revenue_of_year(rows.revenue_quarters, row), 0.0
        number = max(int(np.rint(weight)), 1) if weight > 1.0 else 1
        value, worth = firms.revenue[end : end + number], slots.worth[slots.first[row] : slots.first[row + 1]]
        for member in range(number if weight > 1.0 and len(worth) > 0 else 0):
            value[member] = draw_value(np.uint64(joined_id(rows.uid[row], np.uint64(member))), worth, keys)
            total += value[member]
        for member in range(number):
            # A row none of whose draws has sold anything is shared equally.
            value[member] = year * number * value[member] / total if total > 0.0 else year
            firms.weight[end] = weight / number
            firms.row[end] = row
            end += 1
    return end


@compiled
def top_share(firms: Singles, chosen: np.ndarray, wanted: float, revenue: np.ndarray, weight: np.ndarray) -> float:
    """Share of the ``wanted`` largest firms of the chosen rows, shape (row,), in the revenue of all of these.

    ``revenue`` and ``weight`` (firm,) are room for the largest so far, in descending order.
    """
    number = 0
    held = total = 0.0
    for firm in range(len(firms.row)):
        if not chosen[firms.row[firm]]:
            continue
        new, its_weight = firms.revenue[firm], firms.weight[firm]
        total += new * its_weight
        if held >= wanted and new <= revenue[number - 1]:
            continue
        place = number
        while place > 0 and revenue[place - 1] < new:
            revenue[place] = revenue[place - 1]
            weight[place] = weight[place - 1]
            place -= 1
        revenue[place] = new
        weight[place] = its_weight
        number += 1
        held += its_weight
        while held - weight[number - 1] >= wanted:
            number -= 1
            held -= weight[number]
    top = before = 0.0
    for place in range(number):
        top += revenue[place] * min(max(wanted - before, 0.0), weight[place])
        before += weight[place]
    return top / total if total > 0.0 else 0.0


def as_firms(economy: Economy) -> Singles:
    """All living firms, those of a row that stands for many one by one."""
    firms, positions = economy.firms, economy.positions
    worth = positions.share * economy.market.orders[positions.cell] / positions.count
    slots = Slots(np.empty(firms.length + 1, dtype=np.int64), np.empty(int(positions.count.sum())))
    lay_out_slots(positions.firm, positions.count, worth, slots)
    most = int(firms.weight[firms.alive].sum()) + firms.length
    singles = Singles(np.empty(most), np.empty(most), np.empty(most, dtype=np.int64))
    found = read_as_firms(firms.pick(Rows), slots, economy.streams.keys_for_life("firm_market"), singles)
    return Singles(*(column[:found] for column in singles))


def run(economy: Economy) -> None:
    """Measure concentration once a year; between the measurements the last one stands."""
    if economy.quarter % 4 == 3 or not economy.concentration:
        economy.concentration = measure(economy)
    for name, value in economy.concentration.items():
        economy.record(name, value)


def measure(economy: Economy) -> dict[str, float]:
    """Shares of the largest firms in the industry and, in percent, in two markets of it."""
    firms, singles = economy.firms, as_firms(economy)
    room = np.empty_like(singles.revenue), np.empty_like(singles.weight)
    speech = (firms.product == APPLICATION) & (firms.specialty == NLP)
    return {
        "largest_firm_share": top_share(singles, firms.alive, 1.0, *room),
        "top300_share": top_share(singles, firms.alive, 300.0, *room),
        "cr4_speech_language": 100.0 * top_share(singles, speech, 4.0, *room),
        "cr5_platform": 100.0 * top_share(singles, firms.product == PLATFORM, 5.0, *room),
    }

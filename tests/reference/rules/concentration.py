"""Call 13, plain, part three: how much of the industry its largest firms hold, whatever the scale of the run."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

from simulation.inputs.dimensions import index
from tests.reference.agents import Firm, PlainEconomy, Position
from tests.reference.draws import hash_each

APPLICATION, PLATFORM, SPEECH = index("product", "application"), index("product", "platform"), index("field", "nlp")
MOST_CELLS = 3


@dataclass
class Seller:
    """One firm: revenue of four quarters, weight (one, but for rounding) and the row it comes from."""

    revenue: float
    weight: float
    row: Firm


def measure_concentration(plain: PlainEconomy) -> dict[str, float]:
    """Shares of the largest firms in the industry and in two markets of it."""
    sellers = single_sellers(plain)
    return {
        "largest_firm_share": top_share(sellers, 1),
        "top300_share": top_share(sellers, 300),
        "cr4_speech_language": 100.0 * top_share(chosen(sellers, makes_speech), 4),
        "cr5_platform": 100.0 * top_share(chosen(sellers, makes_platforms), 5),
    }


def makes_speech(firm: Firm) -> bool:
    """Whether a firm sells applications of speech and language."""
    return firm.product == APPLICATION and firm.specialty == SPEECH


def makes_platforms(firm: Firm) -> bool:
    """Whether a firm sells platforms."""
    return firm.product == PLATFORM


def chosen(sellers: list[Seller], condition: Callable[[Firm], bool]) -> list[Seller]:
    """Sellers whose row meets a condition."""
    return [seller for seller in sellers if condition(seller.row)]


def top_share(sellers: list[Seller], firms: float) -> float:
    """Revenue share of so many of the largest firms."""
    total = sum(seller.revenue * seller.weight for seller in sellers)
    if total <= 0.0:
        return 0.0
    taken, left = 0.0, float(firms)
    for seller in sorted(sellers, key=lambda seller: -seller.revenue):
        part = min(seller.weight, max(left, 0.0))
        taken += seller.revenue * part
        left -= seller.weight
    return taken / total


def single_sellers(plain: PlainEconomy) -> list[Seller]:
    """All living firms one by one; a row that stands for many is read as those firms."""
    places: dict[int, list[Position]] = {firm.row: [] for firm in plain.firms}
    for position in plain.positions:
        places[position.firm].append(position)
    sellers = []
    for firm in plain.firms:
        if firm.weight <= 1.0:
            sellers.append(Seller(firm.revenue_year(), firm.weight, firm))
        else:
            sellers += sellers_of_row(plain, firm, places[firm.row])
    return sellers


def sellers_of_row(plain: PlainEconomy, firm: Firm, places: list[Position]) -> list[Seller]:
    """The firms of a row: each serves one to three of its cells, and shares the row's revenue by their orders."""
    number = max(round(firm.weight), 1)
    worth = seller_worths(plain, firm, places, number)
    national, weight, total = firm.revenue_year() * firm.weight, firm.weight / number, sum(worth)
    if total > 0.0:
        return [Seller(national * value / total / weight, weight, firm) for value in worth]
    return [Seller(national / number / weight, weight, firm) for _ in worth]


def seller_worths(plain: PlainEconomy, firm: Firm, places: list[Position], number: int) -> list[float]:
    """What each firm of a row sells in the cells drawn for it, with chances in proportion to the firms in each."""
    ids = hash_each([firm.uid] * number, list(range(number)))
    sold = [0.0] * number
    if not places:
        return sold
    reached = list(accumulate(position.count for position in places))
    worth = [orders_of_one(plain, position) for position in places]
    cells = [1 + int(MOST_CELLS * draw) for draw in plain.uniforms("firm_market", ids, index=7, quarter=0)]
    for attempt in range(MOST_CELLS):
        draws = plain.uniforms("firm_market", ids, index=8 + attempt, quarter=0)
        for one, draw in enumerate(draws):
            if cells[one] > attempt:
                place = min(bisect_right(reached, draw * reached[-1]), len(places) - 1)
                sold[one] += worth[place]
    return sold


def orders_of_one(plain: PlainEconomy, position: Position) -> float:
    """Orders of a cell that one of the firms of a row holds."""
    return position.share * plain.market.orders[position.cell] / position.count

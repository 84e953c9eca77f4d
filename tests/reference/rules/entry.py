"""Call 11, plain, part two: three doors of entry, location, and founders with their colleagues."""

from __future__ import annotations

import math
from collections import defaultdict

from tests.reference.agents import Firm, Person, PlainEconomy
from tests.reference.draws import encode_id, hash_ids
from tests.reference.names import CONVERSION, FOUNDING, REGIONS, RESEARCHER, SEEKING, SPIN_OFF, START_UP
from tests.reference.rules.entrants import draw_entrant, join_market

STREAM = {FOUNDING: "entry_founding", SPIN_OFF: "entry_spin_off", CONVERSION: "entry_conversion"}
LARGE = 100.0


def enter(plain: PlainEconomy) -> None:
    """Let firms in by founding, spin-off and conversion; then all of them look for people."""
    location = location_weights(plain)
    plain.expected_entries = [0.0 for _ in REGIONS]
    posts = found(plain, location) + spin_off(plain) + convert(plain, location)
    take_staff(plain, posts)


def keyed_choice(plain: PlainEconomy, candidates: list[Firm], firm: Firm) -> Firm | None:
    """One of the candidates, drawn by the pair of stable ids; ``None`` when there is none."""
    if not candidates:
        return None
    draws = plain.uniforms("acquirer", [hash_ids(candidate.uid, firm.uid) for candidate in candidates])
    return candidates[draws.index(max(draws))]


# -- Location ---------------------------------------------------------------------------------------------------------


def shares_by_region(values: list[float]) -> list[float]:
    """Shares of the provinces in a total."""
    return [value / max(sum(values), 1e-9) for value in values]


def location_weights(plain: PlainEconomy) -> list[float]:
    """Where entrants settle: near other firms, where pilots run, where public money goes; weights sum to one."""
    firms, revenue = [0.0 for _ in REGIONS], [0.0 for _ in REGIONS]
    for firm in plain.firms:
        firms[firm.region] += firm.weight
        revenue[firm.region] += firm.revenue * firm.weight
    plain.region_firm_share = shares_by_region(firms)
    plain.local_strength = [share - 1.0 / len(REGIONS) for share in shares_by_region(revenue)]
    public = shares_by_region(plain.public_by_region)
    weights = [
        (share + 0.002) ** plain.value("agglomeration")
        * math.exp(
            plain.value("pilot_entry_effect") * plain.government.exposure[region]
            + plain.value("public_money_pull") * (public[region] - share)
        )
        for region, share in enumerate(plain.region_firm_share)
    ]
    return [weight / sum(weights) for weight in weights]


# -- Founding ---------------------------------------------------------------------------------------------------------


def found(plain: PlainEconomy, location: list[float]) -> list[Firm]:
    """Founders start firms; returns one entry for each post they fill."""
    yearly = plain.value("founding_rate") * founding_climate(plain) * founding_help(plain)
    expected = [yearly / 4.0 * weight for weight in location]
    plain.record("founders_incubated", plain.delivered("incubator_capacity") * sum(expected))
    start_ups = sum(firm.weight for firm in plain.firms if firm.kind == START_UP)
    plain.record("park_tenants", plain.delivered("park_support") * start_ups)
    firms = let_in(plain, FOUNDING, expected, plain.value("founding_capital"))
    return posts_of(plain, firms, plain.value("founding_staff"))


def founding_climate(plain: PlainEconomy) -> float:
    """How much money, the plan, demand and crowded niches move founding."""
    flow = math.exp(plain.venture.log_flow) / plain.value("reference_flow")
    number = sum(firm.weight for firm in plain.firms)
    at_the_start = plain.value("initial_firms") + plain.value("incumbent_count")
    return (
        flow ** plain.value("founding_funding_elasticity")
        * signal_factor(plain)
        * demand_growth(plain) ** plain.value("founding_demand_elasticity")
        * (number / at_the_start) ** -plain.value("founding_crowding")
    )


def signal_factor(plain: PlainEconomy) -> float:
    """What the plan as a signal adds to entry."""
    return 1.0 + plain.value("founding_signal") * plain.government.signal[0]


def demand_growth(plain: PlainEconomy) -> float:
    """Orders of the quarter over those of a year ago, between 0.5 and 2; 1.25 before a year has passed."""
    history = plain.market.order_history
    if len(history) < 5:
        return 1.25
    return min(max(history[-1] / max(history[0], 1e-9), 0.5), 2.0)


def founding_help(plain: PlainEconomy) -> float:
    """What open platforms, incubators and parks add to founding."""
    platforms = math.log1p(plain.effective("open_platforms") / 10.0)
    factor = 1.0 + plain.value("platform_entry_gain") * platforms
    for place in ("incubator_capacity", "park_support"):
        factor *= 1.0 + plain.value("place_modifier_weight") * plain.effective(place)
    return factor


# -- Spin-off and conversion ------------------------------------------------------------------------------------------


def spin_off(plain: PlainEconomy) -> list[Firm]:
    """People leave large firms and start their own nearby, with part of the parent's technology."""
    parents = [firm for firm in plain.firms if firm.staff() > LARGE]
    expected = [0.0 for _ in REGIONS]
    for parent in parents:
        staff = parent.staff() * parent.weight
        expected[parent.region] += plain.value("spin_off_rate") * staff / 1000.0 / 4.0
    firms = let_in(plain, SPIN_OFF, expected, 2.0 * plain.value("founding_capital"))
    for firm in firms:
        parent = keyed_choice(plain, [parent for parent in parents if parent.region == firm.region], firm)
        if parent is not None:
            for field, level in enumerate(parent.capability):
                firm.capability[field] = max(firm.capability[field], level + math.log(plain.value("inheritance")))
    return posts_of(plain, firms, plain.value("founding_staff"))


def convert(plain: PlainEconomy, location: list[float]) -> list[Firm]:
    """Software and hardware firms turn to AI as the industry grows."""
    revenue = max(plain.national(lambda firm: firm.revenue), 1e-9)
    pull = (revenue / plain.market.initial_revenue) ** plain.value("conversion_demand_elasticity")
    yearly = plain.value("conversion_entry_rate") * pull * signal_factor(plain)
    expected = [yearly / 4.0 * weight for weight in location]
    firms = let_in(plain, CONVERSION, expected, plain.value("conversion_capital"))
    plain.record("firm_conversions", sum(firm.weight for firm in firms))
    return posts_of(plain, firms, plain.value("conversion_staff"))


# -- Doors ------------------------------------------------------------------------------------------------------------


def let_in(plain: PlainEconomy, door: int, expected: list[float], capital: float) -> list[Firm]:
    """Entrants of a door, given the number each province expects in the quarter."""
    plain.expected_entries = [a + b for a, b in zip(plain.expected_entries, expected, strict=True)]
    firms = [add_entrant(plain, door, uid, region, capital) for uid, region in candidates(plain, door, expected)]
    plain.entries += sum(firm.weight for firm in firms)
    for firm in firms:
        join_market(plain, firm)
    return firms


def candidates(plain: PlainEconomy, door: int, expected: list[float]) -> list[tuple[int, int]]:
    """Stable id and province of the active candidates.

    Slot k of a province is active for certain below the whole part of the expected number of rows, and with the rest
    as probability at it.
    """
    found_ones = []
    for region in REGIONS:
        rows = expected[region] / plain.firm_weight
        for slot in range(math.ceil(rows)):
            uid = encode_id(door, plain.quarter, slot, region)
            if plain.uniform(STREAM[door], uid) < rows - slot:
                found_ones.append((uid, region))
    return found_ones


def add_entrant(plain: PlainEconomy, door: int, uid: int, region: int, capital: float) -> Firm:
    """A new firm with its money; one that converts has a year behind it and larger plans."""
    converts = door == CONVERSION
    firm = plain.add_firm(uid, **draw_entrant(plain, uid, region))
    firm.entry_door, firm.last_round = door, -8
    firm.founded = plain.quarter - 4 if converts else plain.quarter
    firm.expected_orders = plain.value("entrant_expected_revenue") / 4.0 * (2.0 if converts else 1.0)
    deposits = capital * math.exp(0.6 * plain.normal("entrant", uid, index=7))
    flow, payer = ("conversion_equity", "rest_domestic") if converts else ("founders_equity", "households")
    plain.ledger.firm_receives(flow, payer, firm, deposits)
    return firm


# -- First people -----------------------------------------------------------------------------------------------------


def posts_of(plain: PlainEconomy, firms: list[Firm], staff: float) -> list[Firm]:
    """The first posts of entrants, in people of the table: a firm stands in the list as often as it has posts."""
    return [firm for firm in firms for _ in range(max(1, round(staff * firm.weight / plain.person_weight)))]


def take_staff(plain: PlainEconomy, posts: list[Firm]) -> None:
    """Founders leave employers (or the seekers) of their province; provinces that run short recruit elsewhere."""
    willing = willing_founders(plain, len(posts))
    at_home: dict[int, list[Person]] = defaultdict(list)
    for person in willing:
        at_home[person.region].append(person)
    unfilled, hired = [], set()
    for post in sorted(posts, key=lambda firm: firm.region):
        if at_home[post.region]:
            hired.add(hire(at_home[post.region].pop(0), post))
        else:
            unfilled.append(post)
    others = [person for person in willing if person not in hired]
    for post, person in zip(unfilled, others, strict=False):
        hire(person, post)


def willing_founders(plain: PlainEconomy, posts: int) -> list[Person]:
    """People who would leave for a new firm, most willing first: twenty for each post, if there are so many."""
    able = [person for person in plain.people if person.employer >= SEEKING and person.tier >= RESEARCHER]
    draws = plain.uniforms("founder", able)
    limit = min(1.0, 20.0 * posts / max(len(able), 1))
    willing = [(draw, person) for draw, person in zip(draws, able, strict=True) if draw < limit]
    return [person for _, person in sorted(willing, key=lambda pair: pair[0])]


def hire(person: Person, firm: Firm) -> Person:
    """A person moves to a firm and its province."""
    person.employer, person.region = firm.row, firm.region
    return person

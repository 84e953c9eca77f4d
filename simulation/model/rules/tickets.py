"""Call 9, ``finance``, part four: who gets a ticket from private and guidance funds.

Private money of three stages and guidance money are served in turn: applicants are queued with scores and tickets,
ranked, and the best are served.

Rule: Who is funded
    Formula: applicants (start-ups with less than a year of burn in cash, and others with hazard application_rate / 4;
        no round in the last three quarters) are ranked by score within angel, early and late money; ticket =
        mean(stage) * (S / S_ref)^e * log-normal of mean one, at least 1; the best are served until the next ticket
        exceeds the money left
    Symbols: score of the variant: ``signal`` ln growth + visible_quality * efficiency + progress of the field over the
        mean of fields + selection_noise * noise; ``merit`` efficiency; ``random`` noise; e ticket_flow_elasticity;
        S_ref reference_flow; mean ticket_mean, spread ticket_dispersion; an early firm asks for late money from
        late_threshold on
    Unit: million CNY
    Source: funding.md sections 2.3-2.5 and 3 (tickets 15 / 100 / 300 m)
    Clause: P012;P077

Rule: Where guidance money goes
    Formula: score = m * market score + (1 - m) * (certified / 2 + regional tilt - d * ln firm share + noise); tickets
        log-normal; private partners add leverage * additionality per public yuan
    Symbols: m market_allocation_weight; d guidance_dispersion; leverage fund_leverage; additionality
        co_investment_additionality, which may be
        negative (then no partner comes); tickets of mean guidance_ticket and spread guidance_ticket_dispersion; tilt
        region_allocation_rule
    Unit: million CNY
    Source: Beraja et al. and Colonnelli et al. (SCCEI brief): weaker ex-ante signals, dispersed regions; SSRN 3221997
    Clause: P012;P074;P075
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from simulation.inputs.dimensions import index
from simulation.model.compiled import compiled, inlined
from simulation.model.ledger import Books, direction, transact
from simulation.model.state import ANGEL, EARLY, LATE, START_UP, UNFUNDED
from simulation.model.streams import mix, normal_of, uniform_of

# The money that is served in turn: that of the three stages, then guidance funds; and the stage that a ticket leads to.
SEED, ROUND, GROWTH, GUIDANCE = range(4)
NONE = -1
REACHED = (ANGEL, EARLY, LATE, ANGEL)
VENTURE = index("channel", "venture")
SIGNAL, MERIT, RANDOM = range(3)
SELECTION = {"signal": SIGNAL, "merit": MERIT, "random": RANDOM}
ENTRIES = (("equity_issued", "venture_funds", "firms"),)
DIRECTION = direction(ENTRIES)
# Draws of an applicant, one stream and index for each money.
APPLICATION, MARKET, FILE, TICKET = range(4)
DRAWS = (
    ("firm_application", (0, 1, 2, 3)), ("firm_selection", (0, 1, 2, 6)), ("firm_selection", (5, 5, 5, 5)),
    ("firm_ticket", (0, 1, 2, 5)),
)  # fmt: skip
# Numbers of an applicant in the queue, of tickets and of deals.
SCORE, SIZE, COST = range(3)
MEAN, SPREAD, LEAST = range(3)
BUDGET, SPENT = range(2)


class Applicants(NamedTuple):
    """Columns that deals rest on and that they set, shape (firm,)."""

    alive: np.ndarray
    uid: np.ndarray
    kind: np.ndarray
    region: np.ndarray
    specialty: np.ndarray
    founded: np.ndarray
    efficiency: np.ndarray
    certified: np.ndarray
    listed: np.ndarray
    revenue: np.ndarray
    revenue_quarters: np.ndarray
    expected_orders: np.ndarray
    margin: np.ndarray
    research_budget: np.ndarray
    wage_bill: np.ndarray
    stage: np.ndarray
    first_round: np.ndarray
    last_round: np.ndarray
    cumulative_funding: np.ndarray
    equity: np.ndarray


class DealTerms(NamedTuple):
    """What deals depend on: bases of the draws (draw, money), tickets (number, money), how hot a field is (field,) and
    the tilt of guidance money (region,).
    """

    quarter: int
    word: np.uint64
    bases: np.ndarray
    selection: int
    quantiles: np.ndarray
    application_rate: float
    late_threshold: float
    tickets: np.ndarray
    visible_quality: float
    selection_noise: float
    hot: np.ndarray
    market_allocation_weight: float
    tilt: np.ndarray
    leverage: float
    uncalled: float


@inlined
def market_score(
    selection: int, growth: float, efficiency: float, hot: float, noise: float, quality: float, spread: float
) -> float:
    """Score of an applicant on the market, by the variant of the rule; growth over the past year as a ratio."""
    score = noise
    if selection == MERIT:
        score = efficiency + 0.01 * noise
    elif selection == SIGNAL:
        score = math.log(min(max(growth, 0.25), 4.0)) + quality * efficiency + hot + spread * noise
    return score


@inlined
def ranked_within_budget(queue: np.ndarray, count: int, budget: float, ranked: np.ndarray) -> tuple[int, float]:
    """Who is served: the highest scores whose cumulative cost (ticket times weight) stays within the budget.

    Of the first ``count`` applicants of ``queue`` (number, applicant); the served stand at the end of
    ``ranked[:count]``, the best last.  Returns how many there are and their cost.  A heap is built and the best are
    taken from it while the money lasts; of equal scores the earlier applicant is the better one.
    """
    for place in range(count):
        ranked[place] = place
    start, left, spent = count // 2, count, 0.0
    while left > 0 and (start > 0 or spent + queue[COST, ranked[0]] <= budget):
        if start > 0:
            start -= 1
        else:
            spent += queue[COST, ranked[0]]
            left -= 1
            ranked[0], ranked[left] = ranked[left], ranked[0]
        place, child = start, 2 * start + 1
        while child < left:
            best, rival = ranked[child], ranked[min(child + 1, left - 1)]
            lead = queue[SCORE, rival] - queue[SCORE, best]
            if lead > 0.0 or (lead == 0.0 and rival < best):
                best, child = rival, child + 1
            lead = queue[SCORE, best] - queue[SCORE, ranked[place]]
            if lead < 0.0 or (lead == 0.0 and ranked[place] < best):
                break
            ranked[child], ranked[place] = ranked[place], best
            place, child = child, 2 * child + 1
    return count - left, spent


@inlined
def gather(firms: Applicants, books: Books, money: int, terms: DealTerms, queue: np.ndarray, who: np.ndarray) -> int:
    """Queue those who ask for a money, with score, ticket and its national cost; returns their number.

    Start-ups ask for the money of their stage, short of cash or growing; guidance funds look at all.
    """
    application = mix(terms.bases[APPLICATION, money] + terms.word)
    market = mix(terms.bases[MARKET, money] + terms.word)
    filed = mix(terms.bases[FILE, money] + terms.word)
    sized = mix(terms.bases[TICKET, money] + terms.word)
    count = 0
    for row in range(len(firms.alive)):
        rested, age, stage = terms.quarter - firms.last_round[row], terms.quarter - firms.founded[row], firms.stage[row]
        if not firms.alive[row] or firms.kind[row] != START_UP or firms.listed[row] or rested < 2:
            continue
        asked, uid = GROWTH, firms.uid[row]
        if stage == UNFUNDED:
            asked = SEED if age < 16 else NONE
        elif stage == ANGEL or (stage == EARLY and firms.cumulative_funding[row] < terms.late_threshold):
            asked = ROUND
        if money == GUIDANCE:
            if age < 4:
                continue
        elif asked != money or rested < 3:
            continue
        else:
            cost = firms.research_budget[row] + firms.wage_bill[row] / 4.0 * 1.5
            burn = max(cost - firms.margin[row] * firms.revenue[row], 0.1)
            grows = uniform_of(application, uid) < terms.application_rate / 4.0
            if books.cash[row] >= 4.0 * burn and not grows:
                continue
        year = firms.revenue_quarters[row, 0] + firms.revenue_quarters[row, 1]
        year = year + firms.revenue_quarters[row, 2] + firms.revenue_quarters[row, 3]
        growth, noise = 4.0 * firms.expected_orders[row] / max(year, 0.5), normal_of(market, uid, terms.quantiles)
        efficiency, hot = firms.efficiency[row], terms.hot[firms.specialty[row]]
        score = market_score(
            terms.selection, growth, efficiency, hot, noise, terms.visible_quality, terms.selection_noise
        )
        if money == GUIDANCE:
            # State money looks for certified local firms where there are few, and at the market only in part.
            file = 0.5 * firms.certified[row] + terms.tilt[firms.region[row]]
            file += normal_of(filed, uid, terms.quantiles)
            score = terms.market_allocation_weight * score + (1.0 - terms.market_allocation_weight) * file
        spread, draw = terms.tickets[SPREAD, money], normal_of(sized, uid, terms.quantiles)
        ticket = terms.tickets[MEAN, money] * math.exp(spread * draw - spread * spread / 2.0)
        queue[SIZE, count] = max(ticket, terms.tickets[LEAST, money])
        queue[SCORE, count], queue[COST, count] = score, queue[SIZE, count] * books.weight[row]
        who[count] = row
        count += 1
    return count


@compiled
def make_deals(
    firms: Applicants, books: Books, terms: DealTerms, deals: np.ndarray, split: np.ndarray, by_channel: np.ndarray,
    by_region: np.ndarray, queue: np.ndarray, order: np.ndarray,
) -> None:  # fmt: skip
    """Serve the applicants of each money in turn, best score first, and book the equity at cost by channel.

    ``deals`` (number, money) holds the budget and takes the cost of the tickets served; ``split`` (money, channel) says
    what each channel pays of a ticket.  Guidance money brings partners along, who draw on the same promises of limited
    partners as every other private deal.
    """
    for money in range(deals.shape[1]):
        count = gather(firms, books, money, terms, queue, order[0])
        if count == 0 or deals[BUDGET, money] <= 0.0:
            continue
        served, cost = ranked_within_budget(queue, count, deals[BUDGET, money], order[1])
        if money == GUIDANCE:
            split[money, VENTURE] = terms.leverage * min(1.0, terms.uncalled / max(terms.leverage * cost, 1e-9))
        deals[SPENT, money] = cost
        for place in range(count - served, count):
            row, ticket, amount = order[0, order[1, place]], queue[SIZE, order[1, place]], 0.0
            for channel in range(len(by_channel)):
                part = split[money, channel] * ticket
                firms.equity[row, channel] += part
                by_channel[channel] += part * books.weight[row]
                amount += part
            books.amounts[0] = amount
            transact(books, row)
            if firms.cumulative_funding[row] + amount <= amount:
                firms.first_round[row] = terms.quarter
            firms.cumulative_funding[row] += amount
            firms.last_round[row] = terms.quarter
            firms.stage[row] = max(firms.stage[row], REACHED[money])
            by_region[firms.region[row]] += amount * books.weight[row]

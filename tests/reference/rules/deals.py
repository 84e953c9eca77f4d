"""Call 9, plain, part three: who gets a ticket from private and guidance funds, and who gets the returns."""

from __future__ import annotations

import math
from itertools import accumulate

from simulation.inputs.dimensions import members
from tests.reference.agents import Firm, PlainEconomy
from tests.reference.names import ANGEL, EARLY, LATE, START_UP, UNFUNDED

CHANNEL = {name: place for place, name in enumerate(members("channel"))}
# The channel that holds the money of each stage of deals; the channels whose equity belongs to funds.
STAGE_MONEY = ("angel", "venture", "growth")
FUND_CHANNELS = [CHANNEL[name] for name in ("guidance_funds", "angel", "venture", "growth", "foreign", "corporate")]


def fund_equity(firm: Firm) -> float:
    """Equity that funds hold in a firm, at cost."""
    return sum(firm.equity[channel] for channel in FUND_CHANNELS)


# -- Who is funded ----------------------------------------------------------------------------------------------------


def fund_stage(plain: PlainEconomy, stage: int) -> None:
    """Serve the applicants of a stage (0 angel, 1 early, 2 late) from its money, best score first."""
    money = plain.channels[CHANNEL[STAGE_MONEY[stage]]]
    asking = applicants(plain, stage)
    if not asking or money.powder <= 0.0:
        return
    level = market_level(plain)
    tickets = {
        firm: max(plain.value("ticket_mean")[stage] * level * spread, 1.0)
        for firm, spread in log_normal(plain, asking, plain.value("ticket_dispersion")[stage], stage).items()
    }
    origin = plain.venture.origin
    total = sum(origin.values())
    spent = 0.0
    for firm in best_within(asking, deal_scores(plain, asking, stage), tickets, money.powder):
        for source, channel in (("foreign", "foreign"), ("corporate", "corporate"), ("domestic", STAGE_MONEY[stage])):
            issue(plain, firm, channel, tickets[firm] * origin[source] / total)
        spent += close_round(plain, firm, tickets[firm])
        firm.stage = max(firm.stage, (ANGEL, EARLY, LATE)[stage])
    money.powder -= spent


def applicants(plain: PlainEconomy, stage: int) -> list[Firm]:
    """Start-ups that ask for a ticket of the stage: short of cash, or growing and asking anyway."""
    able = [firm for firm in plain.firms if may_raise(plain, firm) and stage_of_deal(plain, firm) == stage]
    draws = plain.uniforms("firm_application", able, index=stage)
    hazard = plain.value("application_rate") / 4.0
    return [firm for firm, draw in zip(able, draws, strict=True) if firm.cash < 4.0 * burn(firm) or draw < hazard]


def may_raise(plain: PlainEconomy, firm: Firm) -> bool:
    """Whether a firm is a private start-up without a round in the last three quarters."""
    return firm.kind == START_UP and not firm.listed and plain.quarter - firm.last_round >= 3


def stage_of_deal(plain: PlainEconomy, firm: Firm) -> int | None:
    """The stage of the money a firm would ask for; none when it is too old for its first round."""
    if firm.stage == UNFUNDED:
        return 0 if plain.quarter - firm.founded < 16 else None
    if firm.stage == ANGEL:
        return 1
    if firm.stage == EARLY:
        return 2 if firm.cumulative_funding >= plain.value("late_threshold") else 1
    return 2 if firm.stage == LATE else None


def burn(firm: Firm) -> float:
    """Cash a firm uses up in a quarter, by its plans."""
    return max(firm.research_budget + 1.5 * firm.wage_bill / 4.0 - firm.margin * firm.revenue, 0.1)


def market_level(plain: PlainEconomy) -> float:
    """How large tickets are in the present market, against the reference flow."""
    flow = math.exp(plain.venture.log_flow) / plain.value("reference_flow")
    return flow ** plain.value("ticket_flow_elasticity")


def log_normal(plain: PlainEconomy, firms: list[Firm], dispersion: float, index: int) -> dict[Firm, float]:
    """Log-normal factor of mean one for the ticket of each firm."""
    draws = plain.normals("firm_ticket", firms, index=index)
    return {f: math.exp(dispersion * draw - dispersion**2 / 2.0) for f, draw in zip(firms, draws, strict=True)}


def deal_scores(plain: PlainEconomy, firms: list[Firm], index: int) -> dict[Firm, float]:
    """What investors think of each firm, by the variant of selection in force."""
    noise = plain.normals("firm_selection", firms, index=index)
    score = {"random": random_score, "merit": merit_score, "signal": signal_score}[plain.variants["selection"]]
    return {firm: score(plain, firm, drawn) for firm, drawn in zip(firms, noise, strict=True)}


def random_score(plain: PlainEconomy, firm: Firm, noise: float) -> float:
    """Investors throw dice."""
    return noise


def merit_score(plain: PlainEconomy, firm: Firm, noise: float) -> float:
    """Investors see how good the firm is (noise breaks ties)."""
    return firm.efficiency + 0.01 * noise


def signal_score(plain: PlainEconomy, firm: Firm, noise: float) -> float:
    """Investors see growth, part of the quality, and which field is in fashion."""
    revenue = max(firm.revenue_year(), 0.5)
    growth = min(max(4.0 * firm.expected_orders / revenue, 0.25), 4.0)
    progress = [now - then for now, then in zip(plain.world.frontier, plain.research.initial_frontier, strict=True)]
    hot = progress[firm.specialty] - sum(progress) / len(progress)
    quality = plain.value("visible_quality") * firm.efficiency
    return math.log(growth) + quality + hot + plain.value("selection_noise") * noise


def best_within(firms: list[Firm], scores: dict[Firm, float], tickets: dict[Firm, float], budget: float) -> list[Firm]:
    """The best firms, in the order of their scores, until the next ticket exceeds the money left."""
    ranked = sorted(firms, key=lambda firm: -scores[firm])
    spent = accumulate(tickets[firm] * firm.weight for firm in ranked)
    return [firm for firm, total in zip(ranked, spent, strict=True) if total <= budget]


# -- Issue of equity --------------------------------------------------------------------------------------------------


def issue(plain: PlainEconomy, firm: Firm, channel: str, amount: float) -> None:
    """A firm issues equity to one channel of the funds, at cost."""
    place, national = CHANNEL[channel], amount * firm.weight
    firm.equity[place] += amount
    plain.ledger.equity[place] += national
    plain.channels[place].invested += national
    plain.record_channel(place, national)


def close_round(plain: PlainEconomy, firm: Firm, amount: float) -> float:
    """A firm gets the money of its round; returns the national amount."""
    plain.ledger.firm_receives("equity_issued", "venture_funds", firm, amount)
    firm.cumulative_funding += amount
    if firm.cumulative_funding <= amount:
        firm.first_round = plain.quarter
    firm.last_round = plain.quarter
    plain.funding_by_region[firm.region] += amount * firm.weight
    return amount * firm.weight


# -- Return of fund money ---------------------------------------------------------------------------------------------


def distribute(plain: PlainEconomy, amount: float) -> None:
    """What funds got back goes to those who committed the money, in proportion to all they committed."""
    committed = plain.venture.committed
    total = sum(committed.values())
    for account, share in committed.items():
        plain.ledger.post("distributions", "venture_funds", account, amount * share / total)


def commit(plain: PlainEconomy, account: str, amount: float) -> None:
    """Limited partners or government pay into the funds."""
    plain.ledger.post("commitments", account, "venture_funds", amount)
    plain.venture.committed[account] += amount


# -- Where guidance money goes ----------------------------------------------------------------------------------------


def invest_guidance(plain: PlainEconomy) -> None:
    """Invest the guidance money that falls due, with private partners where they come.

    Partners draw on the same promises as every other private deal, as far as these reach.
    """
    fund, venture = plain.channels[CHANNEL["guidance_funds"]], plain.venture
    budget = plain.effective("disbursement_ratio") / 4.0 * fund.powder
    plain.record("guidance_fund_disbursed", plain.delivered("disbursement_ratio") / 4.0 * fund.powder / 1000.0)
    plain.record("private_co_investment", plain.delivered("fund_leverage") * budget / 1000.0)
    able = [firm for firm in plain.firms if may_get_guidance(plain, firm)]
    spread = log_normal(plain, able, plain.value("guidance_ticket_dispersion"), 5)
    tickets = {firm: plain.value("guidance_ticket") * factor for firm, factor in spread.items()}
    available = min(budget + venture.guidance_carry, fund.powder)
    chosen = best_within(able, guidance_scores(plain, able), tickets, available)
    spent = sum(tickets[firm] * firm.weight for firm in chosen)
    venture.guidance_carry = available - spent
    fund.powder -= spent
    wanted = max(plain.effective("fund_leverage") * plain.value("co_investment_additionality"), 0.0)
    per_yuan = wanted * min(1.0, venture.uncalled / max(wanted * spent, 1e-9))
    venture.uncalled -= min(wanted * spent, venture.uncalled)
    venture.guidance_invested = 0.0
    commit(plain, "rest_domestic", per_yuan * spent)
    for firm in chosen:
        issue(plain, firm, "guidance_funds", tickets[firm])
        issue(plain, firm, "venture", tickets[firm] * per_yuan)
        venture.guidance_invested += close_round(plain, firm, tickets[firm] * (1.0 + per_yuan))
        firm.stage = max(firm.stage, ANGEL)


def may_get_guidance(plain: PlainEconomy, firm: Firm) -> bool:
    """Whether a firm is a private start-up, a year old, without a round in the last two quarters."""
    young = plain.quarter - firm.founded < 4
    return firm.kind == START_UP and not firm.listed and not young and plain.quarter - firm.last_round >= 2


def guidance_scores(plain: PlainEconomy, firms: list[Firm]) -> dict[Firm, float]:
    """State money looks for certified local firms in provinces with few, and weighs market signals only in part."""
    market = plain.effective("market_allocation_weight")
    by_market = deal_scores(plain, firms, 6)
    noise = plain.normals("firm_selection", firms, index=5)
    scores = {}
    for firm, drawn in zip(firms, noise, strict=True):
        crowded = math.log(plain.region_firm_share[firm.region] + 0.005)
        tilt = plain.effective("region_allocation_rule")[firm.region] - plain.value("guidance_dispersion") * crowded
        scores[firm] = market * by_market[firm] + (1.0 - market) * (0.5 * firm.certified + tilt + drawn)
    return scores


# -- Guidance funds ---------------------------------------------------------------------------------------------------


def pay_in_guidance(plain: PlainEconomy) -> None:
    """Announced capital becomes commitments and is paid in; what is announced without effect is paid and stays idle."""
    fund, venture = plain.channels[CHANNEL["guidance_funds"]], plain.venture
    for_ai = 250.0 * plain.value("guidance_commit_ratio") * plain.value("guidance_ai_share")
    rate = plain.value("guidance_paid_in_rate") / 4.0
    fund.uncalled += plain.effective("guidance_fund_commitments") * for_ai
    venture.guidance_recorded += plain.delivered("guidance_fund_commitments") * for_ai
    paid, recorded = rate * fund.uncalled, rate * venture.guidance_recorded
    fund.uncalled -= paid
    fund.powder += paid
    venture.guidance_recorded -= recorded
    commit(plain, "local_government", max(paid, recorded))
    plain.record("guidance_fund_paid_in", recorded / 1000.0)

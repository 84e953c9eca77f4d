"""Call 12, plain: noisy, late indicators; annual and mid-term review; pilots judged and rolled out; regulation."""

from __future__ import annotations

import math
from collections.abc import Callable

from tests.reference.agents import PlainEconomy
from tests.reference.names import REGIONS
from tests.reference.rules.public_money import TARGET_ENDS, national_target, next_target

# Last quarters of 2020 and of 2025.
MID_TERM = (19, 39)


def run(plain: PlainEconomy) -> None:
    """Observe, review, adjust, judge pilots, and let regulation follow risk."""
    see_revenue(plain)
    review(plain)
    follow_order(plain)
    judge_pilots(plain)
    roll_out(plain)
    regulate(plain)


def within(value: float, low: float, high: float) -> float:
    """A value kept between two bounds."""
    return min(max(value, low), high)


def is_end_of(quarter: int, years: int) -> bool:
    """Whether a quarter is the last of so many years."""
    return quarter % (4 * years) == 4 * years - 1


# -- What government sees ---------------------------------------------------------------------------------------------


def see_revenue(plain: PlainEconomy) -> None:
    """Government sees the revenue of a year that ended a while ago, in its own scope and with noise."""
    history = plain.revenue_history
    history.append(plain.national(lambda firm: firm.revenue) / 1000.0)
    known = history[: max(0, len(history) - round(4.0 * plain.value("evaluation_lag")))]
    if len(known) < 4:
        return
    noise = plain.value("evaluation_noise") / plain.modifier("risk_monitoring_quality")
    drawn = plain.normal("indicator_noise", 0)
    seen = sum(known[-4:]) * plain.value("evaluation_scope_factor") * math.exp(noise * drawn)
    plain.government.indicators.append(seen)


# -- Adjustment (adaptive) and open loop ------------------------------------------------------------------------------


def review(plain: PlainEconomy) -> None:
    """At the end of a year government compares what it sees with the next target and orders more or less money."""
    interval = max(1, round(plain.effective("evaluation_interval")))
    announced = max(1, round(plain.delivered("evaluation_interval")))
    plain.reviews += is_end_of(plain.quarter, announced)
    plain.record("reviews_held", plain.reviews)
    if plain.quarter in MID_TERM:
        plain.government.adjustment_wanted = 0.0
    if can_judge(plain):
        if is_end_of(plain.quarter, announced):
            plain.adjustments_ordered += abs(order(plain, plain.delivered("adjustment_gain")))
        if is_end_of(plain.quarter, interval):
            cap = plain.value("adjustment_cap")
            wanted = plain.government.adjustment_wanted + order(plain, plain.effective("adjustment_gain"))
            plain.government.adjustment_wanted = within(wanted, -cap, cap)
    plain.record("adjustment_ordered", plain.adjustments_ordered)


def can_judge(plain: PlainEconomy) -> bool:
    """Whether government adapts at all and has seen more than a year; it always waits for the year's end."""
    return (
        plain.variants["governance"] == "adaptive"
        and is_end_of(plain.quarter, 1)
        and len(plain.government.indicators) > 4
    )


def projection(plain: PlainEconomy) -> float:
    """What is seen, carried to the end of the next target year at its growth of the last year."""
    seen = plain.government.indicators
    growth = within(seen[-1] / seen[-5], 0.8, 2.0)
    years = max(TARGET_ENDS[next_target(plain.quarter)] - plain.quarter, 0) / 4.0
    return seen[-1] * growth**years


def order(plain: PlainEconomy, gain: float) -> float:
    """Change of the intensity of programme money that a review orders."""
    gap = math.log(national_target(plain) / max(projection(plain), 1e-9))
    if abs(gap) <= plain.value("adjustment_band"):
        return 0.0
    response = 1.0 if gap > 0.0 else plain.value("overshoot_response")
    cap = plain.value("adjustment_cap")
    return within(gain * within(gap, -1.0, 1.0) * response, -cap, cap)


def follow_order(plain: PlainEconomy) -> None:
    """Programme money moves towards what was ordered, a quarter of the cap at a time."""
    government, step = plain.government, plain.value("adjustment_cap") / 4.0
    government.adjustment += within(government.adjustment_wanted - government.adjustment, -step, step)


# -- Pilots judged and rolled out -------------------------------------------------------------------------------------


def judge_pilots(plain: PlainEconomy) -> None:
    """Entries of two years against those before the first pilot; good reviews count up, bad ones down."""
    government, history = plain.government, plain.entry_history
    history.append([list(plain.expected_entries), firms_by_region(plain)])
    if not any(government.exposure):
        plain.entries_before_pilots = summed(history)
        return
    some = 0 < sum(is_pilot(plain, region) for region in REGIONS) < len(REGIONS)
    if not (is_end_of(plain.quarter, 1) and some and len(history) == history.maxlen):
        return
    effect = pilot_effect(plain) + plain.value("pilot_noise") * plain.normal("pilot_noise", 0)
    if effect > plain.value("rollout_threshold"):
        government.evaluations_passed += 1
    elif effect < 0.5 * plain.value("rollout_threshold"):
        government.evaluations_passed = max(0, government.evaluations_passed - 1)


def firms_by_region(plain: PlainEconomy) -> list[float]:
    """Living firms by province."""
    count = [0.0 for _ in REGIONS]
    for firm in plain.firms:
        count[firm.region] += firm.weight
    return count


def is_pilot(plain: PlainEconomy, region: int) -> bool:
    """Whether a province is fully exposed to pilots."""
    return plain.government.exposure[region] >= 0.999


def summed(quarters: list) -> list[list[float]]:
    """Entries and firms by province, summed over quarters."""
    return [[sum(quarter[kind][region] for quarter in quarters) for region in REGIONS] for kind in (0, 1)]


def pilot_effect(plain: PlainEconomy) -> float:
    """Change of the log entry rate in pilot provinces less that in the others."""
    gain = {}
    for pilot in (True, False):
        regions = [region for region in REGIONS if is_pilot(plain, region) == pilot]
        now = entry_rate(summed(plain.entry_history), regions)
        before = entry_rate(plain.entries_before_pilots, regions)
        gain[pilot] = math.log(max(now, 1e-9) / max(before, 1e-9))
    return gain[True] - gain[False]


def entry_rate(counted: list[list[float]], regions: list[int]) -> float:
    """Entries over firms in some provinces."""
    entries, firms = (sum(row[region] for region in regions) for row in counted)
    return entries / max(firms, 1.0)


def roll_out(plain: PlainEconomy) -> None:
    """After enough good reviews the other provinces get part of the exposure, phased in over a year."""
    government = plain.government
    enough = government.evaluations_passed >= plain.value("rollout_reviews")
    judged = enough and plain.variants["governance"] == "adaptive"
    reach = (1.0 - plain.value("rollout_loss")) * plain.effective("pilot_then_rollout") if judged else 0.0
    government.rolled_out = [share + within(reach - share, -0.25, 0.25) for share in government.rolled_out]
    others = sum(not is_pilot(plain, region) for region in REGIONS)
    plain.record("rollout_regions", plain.delivered("pilot_then_rollout") * others if judged else 0.0)


# -- Social risk and regulation ---------------------------------------------------------------------------------------


def regulate(plain: PlainEconomy) -> None:
    """Use of AI builds up risk, governance takes it down, and regulation follows."""
    government = plain.government
    value = sum(adopter.value_share for adopter in plain.adopters)
    depth = sum(adopter.value_share * adopter.depth for adopter in plain.adopters) / value
    decay = plain.value("social_risk_decay") * plain.modifier("governance_maturity")
    government.social_risk += (plain.value("social_risk_inflow") * depth - decay * government.social_risk) / 4.0
    government.regulation = next_regulation(plain, government.regulation, plain.effective)
    plain.regulation_recorded = next_regulation(plain, plain.regulation_recorded, plain.delivered)
    plain.record("regulation_in_force", plain.regulation_recorded)
    plain.record("social_risk", government.social_risk)


def next_regulation(plain: PlainEconomy, regulation: float, lever: Callable[[str], float]) -> float:
    """Regulation after a quarter, drawn to the intensity set and to what risk asks for."""
    wanted = lever("regulation_intensity") + plain.value("regulation_risk_response") * plain.government.social_risk
    return regulation + lever("regulation_response_speed") / 4.0 * (wanted - regulation)

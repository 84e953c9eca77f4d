"""Call 12, ``evaluation``: noisy, lagged indicators; annual and mid-term review; pilots judged and rolled out.

Rule: What government sees
    Formula: seen(t) = core revenue of the four quarters ended at t - lag, times evaluation_scope_factor, times
        exp(noise)
    Symbols: lag evaluation_lag; noise normal with standard deviation evaluation_noise, less risk monitoring; scope of
        the indicator fixed by the scenario
    Unit: bn CNY a year
    Source: plan_map P097 (noise 0.05-0.2, lag 0.5-1 year)
    Clause: P097

Rule: Adjustment (variant ``adaptive``)
    Formula: gap = ln(next target / projection); order = gain * gap outside the band, a part of it when overshooting;
        the order is bounded by the budget cap, ramps over four quarters, and starts again from zero at a mid-term
        review
    Symbols: projection of the seen level at its growth of the last year (0.8 to 2 times) to the end of the next target
        year; target target_core_revenue; gain adjustment_gain, applied every evaluation_interval years; band
        adjustment_band; part overshoot_response; cap adjustment_cap; mid-term reviews at the end of 2020 and of 2025
    Unit: share of programme money
    Source: plan 六(二); plan_map P097
    Clause: P014;P015;P016;P097

Rule: Open loop (variant ``open_loop``)
    Formula: order = 0 and no pilot is rolled out
    Symbols: -
    Unit: share of programme money
    Source: plan_map note 4
    Clause: P097

Rule: Pilots judged and rolled out
    Formula: effect = change of ln entry rate in pilot provinces less that in the others, two years against the two
        before the first pilot (difference in differences), plus noise; a review above the threshold counts up, one
        below half of it counts down; from n positive reviews on, the others get (1 - loss)
        * pilot_then_rollout of the exposure, phased in over four quarters
    Symbols: threshold rollout_threshold; n rollout_reviews; loss rollout_loss; noise pilot_noise
    Unit: share of exposure
    Source: plan 六(三); plan_map P098
    Clause: P098

Rule: Social risk and regulation
    Formula: risk' = inflow * depth - decay * governance * risk; regulation' = speed * (intensity + response * risk -
        regulation), a year
    Symbols: inflow social_risk_inflow; decay social_risk_decay; governance weak modifier governance_maturity; response
        regulation_risk_response; speed regulation_response_speed; intensity regulation_intensity
    Unit: index
    Source: plan_map P004, P025
    Clause: P004;P022;P025
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import size
from simulation.model.rules.modifiers import modifier
from simulation.model.rules.policy import PILOT_ORDER
from simulation.model.rules.public_money import national_target

if TYPE_CHECKING:
    from simulation.model.economy import Economy

MID_TERM = (19, 39)


def within(value: float, low: float, high: float) -> float:
    """A value kept between two bounds."""
    return min(max(value, low), high)


def adjustment_order(projection: float, target: float, gain: float, band: float, overshoot: float, cap: float) -> float:
    """Change of programme intensity that a review orders: gain times the log gap outside the band, within the cap."""
    gap = math.log(target / max(projection, 1e-9))
    if abs(gap) <= band:
        return 0.0
    gap = within(gap, -1.0, 1.0)
    return within(gain * gap * (1.0 if gap > 0.0 else overshoot), -cap, cap)


def pilot_effect(now: np.ndarray, before: np.ndarray, pilots: np.ndarray) -> float:
    """Difference in differences of log entry rates between pilot provinces and the others.

    ``now`` and ``before`` hold entries and firms by province, shape (2, region), each summed over a window of quarters.
    """
    gains = []
    for where in (pilots, ~pilots):
        rates = [window[0, where].sum() / max(window[1, where].sum(), 1.0) for window in (now, before)]
        gains.append(math.log(max(rates[0], 1e-9) / max(rates[1], 1e-9)))
    return gains[0] - gains[1]


def run(economy: Economy) -> None:
    """Observe, review, adjust, judge pilots, and let regulation follow risk."""
    _observe(economy)
    _review(economy)
    _judge_pilots(economy)
    _regulate(economy)


def _observe(economy: Economy) -> None:
    p, t = economy.parameters, economy.quarter
    noise = p["evaluation_noise"] / modifier(economy, "risk_monitoring_quality")
    history = economy.revenue_history
    history.append(economy.firms.total(economy.firms.revenue) / 1000.0)
    last = len(history) - round(4.0 * p["evaluation_lag"])
    if last >= 4:
        seen = sum(history[last - 4 : last]) * p["evaluation_scope_factor"]
        economy.government.indicators.append(seen * math.exp(noise * economy.streams.one_normal("indicator_noise", t)))


def _review(economy: Economy) -> None:
    p, levers, government, t = economy.parameters, economy.levers, economy.government, economy.quarter
    interval = max(1, round(levers.effective("evaluation_interval")))
    recorded = max(1, round(levers.delivered("evaluation_interval")))
    economy.reviews += t % (4 * recorded) == 4 * recorded - 1
    economy.record("reviews_held", economy.reviews)
    if t in MID_TERM:
        government.adjustment_wanted = 0.0
    seen = government.indicators
    ordered = 0.0
    adaptive = economy.variants["governance"] == "adaptive"
    if t % 4 == 3 and len(seen) > 4 and adaptive:
        end, target = national_target(p["target_core_revenue"], t)
        growth = within(seen[-1] / seen[-5], 0.8, 2.0)
        projection = seen[-1] * growth ** (max(end - t, 0) / 4.0)
        settings = (p["adjustment_band"], p["overshoot_response"], p["adjustment_cap"])
        if t % (4 * recorded) == 4 * recorded - 1:
            ordered = adjustment_order(projection, target, levers.delivered("adjustment_gain"), *settings)
        if t % (4 * interval) == 4 * interval - 1:
            order = adjustment_order(projection, target, levers.effective("adjustment_gain"), *settings)
            cap = p["adjustment_cap"]
            government.adjustment_wanted = within(government.adjustment_wanted + order, -cap, cap)
    economy.adjustments_ordered += abs(ordered)
    economy.record("adjustment_ordered", economy.adjustments_ordered)
    step = p["adjustment_cap"] / 4.0
    government.adjustment += within(government.adjustment_wanted - government.adjustment, -step, step)


def _judge_pilots(economy: Economy) -> None:
    p, government, t = economy.parameters, economy.government, economy.quarter
    firms = economy.firms
    count = np.bincount(firms.region, firms.weight * firms.alive, size("region"))
    history = economy.entry_history
    history.append(np.array([economy.expected_entries, count]))
    pilots = government.exposure >= 0.999
    if not government.exposure.any():
        economy.entries_before_pilots = sum(history, np.zeros((2, size("region"))))
    elif t % 4 == 3 and 0 < pilots.sum() < len(PILOT_ORDER) and len(history) == history.maxlen:
        effect = pilot_effect(sum(history, np.zeros((2, size("region")))), economy.entries_before_pilots, pilots)
        effect += p["pilot_noise"] * economy.streams.one_normal("pilot_noise", t)
        if effect > p["rollout_threshold"]:
            government.evaluations_passed += 1
        elif effect < 0.5 * p["rollout_threshold"]:
            government.evaluations_passed = max(0, government.evaluations_passed - 1)
    judged = government.evaluations_passed >= p["rollout_reviews"] and economy.variants["governance"] == "adaptive"
    reach = (1.0 - p["rollout_loss"]) * economy.levers.effective("pilot_then_rollout") if judged else 0.0
    government.rolled_out += np.minimum(np.maximum(reach - government.rolled_out, -0.25), 0.25)
    candidates = len(pilots) - np.count_nonzero(pilots)
    economy.record("rollout_regions", economy.levers.delivered("pilot_then_rollout") * candidates * judged)


def _regulate(economy: Economy) -> None:
    p, levers, government = economy.parameters, economy.levers, economy.government
    depth = economy.adoption.mean_depth()
    governance = p["social_risk_decay"] * modifier(economy, "governance_maturity")
    government.social_risk += (p["social_risk_inflow"] * depth - governance * government.social_risk) / 4.0
    pressure = p["regulation_risk_response"] * government.social_risk
    speed = levers.effective("regulation_response_speed")
    government.regulation += speed / 4.0 * (levers.effective("regulation_intensity") + pressure - government.regulation)
    recorded = levers.delivered("regulation_response_speed")
    economy.regulation_recorded += (
        recorded / 4.0 * (levers.delivered("regulation_intensity") + pressure - economy.regulation_recorded)
    )
    economy.record("regulation_in_force", economy.regulation_recorded)
    economy.record("social_risk", government.social_risk)

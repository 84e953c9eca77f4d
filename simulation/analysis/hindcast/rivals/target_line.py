"""The straight line to the plan's targets: what a reader of the plan alone would draw."""

from __future__ import annotations

from datetime import date

import numpy as np

from simulation.analysis.hindcast.information import DRAWS, Known, years
from simulation.analysis.hindcast.rivals.base import NOISE, PRIOR_SD, Fitted, NotEstimable, Predictive
from simulation.calibration.likelihood import INDICATORS
from simulation.inputs.plan import targets


def target_line(known: Known) -> Fitted:
    """Straight line, in bn CNY, from the last known figure through the targets that it has not passed.

    Core and related revenue only. Without a figure in the scope the line joins the targets themselves and begins in
    2020. Needs no figure; the deviation about the line is the prior of the residuals and grows with the root of time,
    and the publishers' usual noise is added. The plan states no scope: it is compared in every one.
    """
    aims = [target for target in targets() if target.indicator == INDICATORS.get(known.series)]
    if not aims:
        return NotEstimable("the plan has no target for this series")
    knots = [(target.year + 1.0, target.threshold) for target in aims]
    start = knots[0][0]
    if len(known):
        start, last = float(known.times[-1]), float(np.exp(known.logs[-1]))
        knots = [(start, last), *((year, aim) for year, aim in knots if year > start and aim > last)]
        if len(knots) == 1:
            return NotEstimable("every target is passed")
    generator = known.generator("target_line")
    spread, noise = PRIOR_SD * generator.normal(size=DRAWS), NOISE * generator.normal(size=DRAWS)
    places, heights = (np.array(part) for part in zip(*knots, strict=True))

    def draw(day: date) -> np.ndarray:
        now = years(day)
        if not places[0] <= now <= places[-1]:
            return np.array([np.nan])
        ahead = max(now - start, 1.0)
        return np.asarray(np.log(np.interp(now, places, heights)) + spread * np.sqrt(ahead) + noise)

    return Predictive(draw)

"""What every rival returns: a way to draw what a publisher would print for any day, or the reason why it cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from simulation.analysis.hindcast.information import Known
from simulation.inputs.forecasts import LEVELS, NO_DRIVERS, UNITS, Forecast

# Residuals of published figures hold the publishers' noise: it is not added to them once more, which would make every
# rival wider than a forecaster would have made it. Annual figures of a young industry scatter about a smooth curve by
# some 15 % (judgement). The same weak prior, worth three residuals, stands behind the residual deviation of every
# rival: with two figures nothing else would.
PRIOR_SD = 0.15
# Publishers' noise for rivals whose residuals do not hold it: the usual one of the evidence. That of the figure to be
# forecast is not looked at: it came with the figure.
NOISE = 0.15
PRIOR_WEIGHT = 3.0

Draw = Callable[[date], np.ndarray]


@dataclass(frozen=True)
class NotEstimable:
    """A rival that cannot forecast, and why."""

    reason: str


@dataclass(frozen=True)
class Predictive:
    """A fitted rival.

    Parameters
    ----------
    draw : callable
        Day to draws of the logarithm of the published figure, shape (draws,), or to ``nan`` where there is none. The
        same day gives the same draws whatever else is asked.
    """

    draw: Draw


Fitted = Predictive | NotEstimable


def forecast(model: str, known: Known, fitted: Fitted, day: date) -> Forecast | NotEstimable:
    """Quantiles of a fitted rival for a day."""
    if isinstance(fitted, NotEstimable):
        return fitted
    logs = np.atleast_1d(fitted.draw(day))
    if not np.all(np.isfinite(logs)):
        return NotEstimable("no forecast for this year")
    # Far tails of short series are beyond any figure; they are cut where they would overflow.
    values = np.exp(np.clip(np.quantile(logs, LEVELS), -50.0, 50.0))
    return Forecast(model, known.information, NO_DRIVERS, known.origin, known.series, known.scope, day,
                    UNITS[known.series], tuple(values.tolist()))  # fmt: skip


def residual_sd(squares: float, freedom: float) -> tuple[float, float]:
    """Standard deviation and degrees of freedom of residuals, with the weak prior.

    Parameters
    ----------
    squares : float
        Sum of squared residuals in logarithms.
    freedom : float
        Number of residuals less that of the parameters.
    """
    whole = PRIOR_WEIGHT + max(freedom, 0.0)
    return float(np.sqrt((PRIOR_WEIGHT * PRIOR_SD**2 + squares) / whole)), whole


def too_few(known: Known, least: int) -> NotEstimable | None:
    """Reason when there are fewer figures at different dates than a rival needs."""
    count = len(np.unique(known.times))
    if count >= least:
        return None
    return NotEstimable(f"needs {least} figures in scope {known.scope}, {count} known at the end of {known.origin}")

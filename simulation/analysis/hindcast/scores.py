"""Scores of one forecast against one figure: CRPS, intervals that hold it, and bias."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.errors import MissingExtra
from simulation.inputs.forecasts import LEVELS, Forecast

SHOWN = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
INTERVALS = {50: (0.25, 0.75), 80: (0.10, 0.90), 90: (0.05, 0.95)}
EMPTY: dict[str, Any] = {
    **{f"q{round(100 * level):02d}": None for level in SHOWN},
    **dict.fromkeys(("crps", "crps_log", "bias_log", "error_log")),
    **{f"inside_{width}": None for width in INTERVALS},
}  # fmt: skip


def crps(quantiles: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Continuous ranked probability score from quantiles at 1 to 99 percent, in the unit of the figure.

    Parameters
    ----------
    quantiles : ndarray, shape (..., 99)
        At :data:`simulation.inputs.forecasts.LEVELS`. A point forecast scores its absolute error.
    observed : ndarray, shape (...)

    Returns
    -------
    ndarray, shape (...)
        Smaller is better.

    Raises
    ------
    MissingExtra
        Without scoringrules.
    """
    try:
        import scoringrules
    except ImportError as error:
        raise MissingExtra("the hindcast needs scoringrules: install aiplan[calibrate]") from error
    levels = np.array(LEVELS)
    return np.asarray(scoringrules.crps_quantile(observed, quantiles, levels, backend="numpy"))


def score(forecast: Forecast, observed: float) -> dict[str, Any]:
    """Quantiles shown and scores of a forecast.

    Returns
    -------
    dict
        ``q05`` to ``q95``; ``crps`` in the unit and ``crps_log`` of the logarithm; ``bias_log``, the log of the median
        less that of the figure, and ``error_log``, its size; ``inside_50``, ``_80``, ``_90``.
    """
    quantiles = np.array(forecast.quantiles)
    bias = float(np.log(forecast.at(0.5) / observed))
    shown = {f"q{round(100 * level):02d}": forecast.at(level) for level in SHOWN}
    return {
        **shown,
        "crps": float(crps(quantiles, np.array(observed))),
        "crps_log": float(crps(np.log(quantiles), np.array(np.log(observed)))),
        "bias_log": bias,
        "error_log": abs(bias),
        **{
            f"inside_{width}": bool(forecast.at(low) <= observed <= forecast.at(high))
            for width, (low, high) in INTERVALS.items()
        },
    }


def shown_only(forecast: Forecast) -> dict[str, Any]:
    """Quantiles of a forecast that cannot be scored: a floor tells no distance."""
    return {**EMPTY, **{f"q{round(100 * level):02d}": forecast.at(level) for level in SHOWN}}

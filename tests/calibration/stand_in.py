"""A cheap economy with known answers: each series is an analytic function of parameters, times keyed chance."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.inputs.variables import variables
from simulation.scenario import Effective

CHANCE = 0.03  # standard deviation of the logarithm of every series, one draw a run
BROKEN = 7  # replicate in which ``Stumbling`` fails


class Analytic:
    """Series that depend on the fitted parameters in known ways, and a little on some uncalibrated ones."""

    def __init__(self, effective: Effective, seed: int = 1, replicate: int = 0, scale: float = 0.1) -> None:
        self.effective, self.keys = effective, (seed, replicate)
        self.records: dict[str, np.ndarray] = {}
        self.clock = Clock()

    def run(self) -> None:
        values: dict[str, Any] = self.effective.values
        t = np.arange(len(self.effective.quarters)) / 4.0
        window = 0.5 * values["venture_weights"][0] * np.where((t > 3.5) & (t < 6.0), 1.0, 0.0)
        trend = values["venture_trend"] * (t - 5.0)
        growth = 0.15 + 0.5 * (values["spend_share_growth"] + 0.045)
        logs = {
            "core_revenue": 3.0 + np.log(values["spend_share"] / 0.0239) + growth * (t - 3.0),
            "related_revenue_r2": 6.0 + 0.2 * t,
            "related_revenue_r1": 4.0 + 0.2 * t,
            "related_revenue_r3": 7.0 + 0.2 * t,
            "equity_funding_broad": values["venture_constant"] - 1.2 + window + trend,
            "firms_recognised": 6.3 + 4.0 * values["recognition_rate"] + 0.18 * t,
            "firms_alive": 8.0 + 0.1 * t,
            "talent_total": 11.0 + 0.1 * t,
            "adoption_rate_by_value": np.log(0.1) + 0.1 * t,
            "adoption_depth": np.log(0.1) + 0.1 * t,
            "top5_province_share_firms": np.log(85.6) + 0.5 * (values["agglomeration"] - 1.0) + 0.0 * t,
            "gross_margin_listed": np.log(35.4) + 0.0 * t,
            "rd_intensity_listed": np.log(9.98) + 0.0 * t,
            "cr4_speech_language": np.log(38.9) + (values["award_eta"] - 0.83) + 0.0 * t,
            "cr5_platform": np.log(69.9) + (values["award_eta"] - 0.83) + 0.0 * t,
            "wage_it_sector": np.log(133.15 * values["initial_software_wage"] / 113.0) + 0.1 * (t - 1.9),
            "talent_by_tier": np.log(10000.0) + 0.05 * (t - 2.0),
        }
        generator = np.random.default_rng(self.keys)
        for name, path in logs.items():
            series = np.exp(path + CHANCE * generator.normal())
            self.records[name] = np.multiply.outer(series, np.ones(variables()[name].shape))

    def close(self) -> None:
        self.records = {}


class Clock:
    """No times."""

    def told(self) -> dict[str, Any]:
        return {}


class Stumbling(Analytic):
    """Fails in one replicate."""

    def run(self) -> None:
        if self.keys[1] == BROKEN:
            raise FloatingPointError("cash is not finite in 2019Q2")
        super().run()

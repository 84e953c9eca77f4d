"""Diffusion-only twin: adoption spreads along an S-curve, and everything follows the spending of adopters.

    dA/dt = (p + q A)(1 - A);  core revenue = value added x spending at full use x depth x A

with p innovation, q imitation, A the adopting share. Firms, funding and talent follow revenue with constant
elasticities. No competition, no policy, no feedback from money or people to technology (Bass 1969).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulation.analysis.hindcast.rivals import twins


class Diffusion:
    """Parameters with the registry's priors where it has them; the others are judgement."""

    name = "diffusion_twin"
    priors: Mapping[str, str] = {
        "adoption_innovation": "registry",
        "adoption_imitation": "registry",
        "initial_adoption": "registry",
        "spend_share": "registry",
        "spend_share_growth": "registry",
        "depth": "lognormal(0.3, 0.5)",  # of use by the average adopter; pilots 0.15, full use 1
        "growth": "normal(0.08, 0.02)",  # of nominal value added, as trends of before 2016 had it
        "firms_elasticity": "uniform(0, 1.5)",
        "funding_elasticity": "uniform(0, 1.5)",
        "talent_elasticity": "uniform(0, 1.5)",
    }
    free: tuple[str, ...] = ("firms_recognised", "equity_funding_broad", *twins.TALENT)

    def paths(self, values: Mapping[str, np.ndarray], times: np.ndarray) -> dict[str, np.ndarray]:
        """Logarithms by latent series, shape (draws, quarters)."""
        adopted = adoption(
            values["adoption_innovation"], values["adoption_imitation"], values["initial_adoption"], times
        )
        spending = np.log(values["spend_share"] * values["depth"])[:, None] + values["spend_share_growth"][:, None] * (
            times - 1.5
        )
        revenue = twins.value_added(values["growth"], times) + spending + np.log(adopted)
        rise = revenue - revenue[:, :1]
        return {
            "core_revenue": revenue,
            "firms_recognised": values["firms_elasticity"][:, None] * rise,
            "equity_funding_broad": values["funding_elasticity"][:, None] * rise,
            **dict.fromkeys(twins.TALENT, values["talent_elasticity"][:, None] * rise),
        }


def adoption(innovation: np.ndarray, imitation: np.ndarray, start: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Adopting share, shape (draws, times): the closed form of the Bass equation from a given share at time 0."""
    p, q, first = innovation[:, None], imitation[:, None], start[:, None]
    ratio = (1.0 - first) / (p + q * first)
    fallen = ratio * np.exp(-(p + q) * times)
    return np.asarray((1.0 - p * fallen) / (1.0 + q * fallen))

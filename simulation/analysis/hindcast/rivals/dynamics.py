"""System-dynamics twin: five stocks of the same economy, in quarterly Euler steps.

    adoption   dA/dt = (p + q A)(1 - A) K^a
    knowledge  dln K/dt = (b ln R - ln K) / t_K
    talent     dln R/dt = r + w (dln S/dt)
    capital    dln F/dt = (e ln(S / S0) - ln F) / t_F
    firms      dln N/dt = g (F / N)^c - x

with revenue S = value added x spending at full use x depth x A K^m. Stocks other than adoption are relative to 2016;
firms, funding and talent have free levels. Money makes firms, revenue attracts money and people, people make knowledge,
knowledge speeds adoption: the loops of the model without its agents (Sterman 2000 for the form).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulation.analysis.hindcast.rivals import twins

LIMIT = 6.0  # of the logarithm of a relative stock: loops may not run away within a draw of the prior


class Dynamics:
    """Parameters with the registry's priors where it has them; the others are judgement."""

    name = "dynamics_twin"
    priors: Mapping[str, str] = {
        "adoption_innovation": "registry",
        "adoption_imitation": "registry",
        "initial_adoption": "registry",
        "spend_share": "registry",
        "spend_share_growth": "registry",
        "depth": "lognormal(0.3, 0.5)",
        "growth": "normal(0.08, 0.02)",
        "knowledge_on_adoption": "uniform(0, 0.5)",
        "knowledge_on_revenue": "uniform(0, 0.5)",
        "talent_on_knowledge": "uniform(0, 1)",
        "knowledge_lag": "lognormal(3, 0.4)",  # years
        "talent_growth": "normal(0.12, 0.08)",  # a year, without any pull of revenue
        "talent_pull": "uniform(0, 0.6)",
        "funding_elasticity": "uniform(0, 1.5)",
        "funding_lag": "lognormal(1.5, 0.5)",  # years
        "entry": "uniform(0.05, 0.6)",  # a year, relative to the firms there are
        "entry_elasticity": "uniform(0, 1)",
        "exit": "uniform(0.02, 0.15)",  # a year
    }
    free: tuple[str, ...] = ("firms_recognised", "equity_funding_broad", *twins.TALENT)

    def paths(self, values: Mapping[str, np.ndarray], times: np.ndarray) -> dict[str, np.ndarray]:
        """Logarithms by latent series, shape (draws, quarters)."""
        v = values
        zero = np.zeros(len(v["depth"]))
        adopted, knowledge, talent, capital, firms = v["initial_adoption"].copy(), zero, zero, zero, zero
        base = twins.value_added(v["growth"], times) + np.log(v["spend_share"] * v["depth"])[:, None]
        base = base + v["spend_share_growth"][:, None] * (times - 1.5)
        previous = first = base[:, 0] + np.log(adopted)
        found: dict[str, list[np.ndarray]] = {"revenue": [], "talent": [], "capital": [], "firms": []}
        for place in range(len(times)):
            speed = np.exp(np.clip(v["knowledge_on_adoption"] * knowledge, -1.0, 1.0))
            hazard = (v["adoption_innovation"] + v["adoption_imitation"] * adopted) * speed
            adopted = adopted + twins.STEP * hazard * (1.0 - adopted)
            revenue = base[:, place] + np.log(adopted) + v["knowledge_on_revenue"] * knowledge
            pull = v["talent_pull"] * (revenue - previous)
            lagged = (v["talent_on_knowledge"] * talent - knowledge) / v["knowledge_lag"]
            wanted = (v["funding_elasticity"] * (revenue - first) - capital) / v["funding_lag"]
            born = v["entry"] * np.exp(np.clip(v["entry_elasticity"] * (capital - firms), -LIMIT, LIMIT))
            talent = talent + twins.STEP * v["talent_growth"] + pull
            knowledge = knowledge + twins.STEP * lagged
            capital = capital + twins.STEP * wanted
            firms = np.clip(firms + twins.STEP * (born - v["exit"]), -LIMIT, LIMIT)
            previous = revenue
            for name, stock in (("revenue", revenue), ("talent", talent), ("capital", capital), ("firms", firms)):
                found[name].append(stock)
        stocks = {name: np.stack(steps, axis=1) for name, steps in found.items()}
        return {
            "core_revenue": stocks["revenue"],
            "firms_recognised": stocks["firms"],
            "equity_funding_broad": stocks["capital"],
            **dict.fromkeys(twins.TALENT, stocks["talent"]),
        }

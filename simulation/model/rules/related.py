"""Related revenue in three nested definitions; part of the call ``observe``.

Rule: Realised gains (R1)
    Formula: R1 = sum over sectors of e * scaled depth(t - lag) * gross output / 4
    Symbols: scaled depth value-weighted depth of the adopters past the scale step; e ai_productivity_elasticity (may be
        zero); lag productivity_lag years; gross output = output_ratio * value added
    Unit: million CNY a quarter
    Source: plan_map P002; F63 (one pilot in five scales), three-year lag (Back et al. 2022)
    Clause: P002;P009

Rule: Products that carry AI (R2)
    Formula: R2 = R1 + sum over products of sales * a; a' = speed * a * (1 - a / ceiling) * quality; quality =
        exp(g * relative level) * (1 + h * (legal clarity - 1/2)), between 0.2 and 2
    Symbols: sales of vehicles, terminals, robots and drones, exogenous and growing; a share that carries AI; relative
        level of the product's technologies against the frontier, change since 2016; g carrying_technology; h
        carrying_clarity; speed carrying_speed; ceiling carrying_ceiling; sales carrier_sales, growing by
        carrier_sales_growth
    Unit: million CNY a quarter
    Source: MIIT driver-assistance shares (sectors.csv l2_new_car_share); model.md section 4
    Clause: P009;P014;P040;P041;P043

Rule: Output of sectors past the scale step (R3)
    Formula: R3 = R2 + sum over sectors of exposure * scaled depth * gross output / 4
    Symbols: exposure share of a sector's output in tasks that AI touches; exposure related_exposure
    Unit: million CNY a quarter
    Source: model.md section 4; sanity: below 15 % of gross output
    Clause: P009
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.inputs.dimensions import index

if TYPE_CHECKING:
    from simulation.model.economy import Economy

CARRIERS = ("vehicles", "terminals", "robots")
PRODUCTS = [index("product", name) for name in CARRIERS]
SEGMENTS = [index("segment", name) for name in CARRIERS]


def carrying_share(share: np.ndarray, speed: float, ceiling: float, quality: np.ndarray) -> np.ndarray:
    """AI-carrying share of each product group after a quarter (logistic growth, faster with quality)."""
    return share + speed / 4.0 * share * (1.0 - share / ceiling) * quality


def run(economy: Economy) -> None:
    """Attribute related revenue of the quarter."""
    p, t = economy.parameters, economy.quarter
    value = (250.0 * (1.0 + p.driver("value_added_shock"))) * p.driver("value_added") * p["output_ratio"]
    depth, history = economy.adoption.uses.scaled_depth.copy(), economy.depth_history
    history.append(depth)
    lag = round(4.0 * p["productivity_lag"])
    gained = float(history[-1 - lag] @ value) if len(history) > lag else 0.0
    r1 = p["ai_productivity_elasticity"] * gained
    gap = economy.research.best - economy.world.frontier
    relative = economy.market.product_technology[PRODUCTS] @ gap - economy.initial_carrier_gap
    clarity = economy.levers.effective("legal_clarity")[SEGMENTS]
    quality = np.exp(p["carrying_technology"] * relative) * (1.0 + p["carrying_clarity"] * (clarity - 0.5))
    quality = np.minimum(np.maximum(quality, 0.2), 2.0)
    economy.carrying = carrying_share(economy.carrying, p["carrying_speed"], p["carrying_ceiling"], quality)
    growth = (1.0 + p["carrier_sales_growth"]) ** ((t - 18) / 4.0)
    r2 = r1 + 250.0 * growth * float(p["carrier_sales"] @ economy.carrying)
    r3 = r2 + float((p["related_exposure"] * depth) @ value)
    output = float(value.sum())
    economy.record("related_revenue_r1", r1 / 1000.0)
    economy.record("related_revenue_r2", r2 / 1000.0)
    economy.record("related_revenue_r3", r3 / 1000.0)
    economy.record("gross_output_share_r1", r1 / output)
    economy.record("gross_output_share_r3", (r3 - r2) / output)

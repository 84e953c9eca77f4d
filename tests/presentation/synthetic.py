"""A made-up result in the shape of a real one: smooth paths with spread, no economics.

The shapes are chosen so that figures show what they must cope with: S-curves, a hump in funding, a skewed distribution
over provinces, values around the targets. Nothing here is a result of the model.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from simulation.inputs import dimensions
from simulation.inputs.variables import Variable, variables

QUARTERS = 60
FIRST_YEAR = 2016


def _logistic(time: np.ndarray, middle: float, speed: float) -> np.ndarray:
    return np.asarray(1.0 / (1.0 + np.exp(-speed * (time - middle))))


def _paths(time: np.ndarray) -> dict[str, np.ndarray]:
    """National paths by variable; flows per quarter."""
    growth = 25 + 235 * _logistic(time, 2025.5, 0.32)
    wave = np.exp(-((time - 2021.2) ** 2) / 3.0)
    firms = 2300 + 5200 * _logistic(time, 2021, 0.45)
    return {
        "core_revenue": growth,
        "related_revenue_r1": 2 + 520 * _logistic(time, 2027, 0.5),
        "related_revenue_r2": 60 + 2600 * _logistic(time, 2026.5, 0.38),
        "related_revenue_r3": 30 + 9500 * _logistic(time, 2026.8, 0.6),
        "equity_funding_broad": 8 + 40 * wave + 1.1 * (time - 2016),
        "firms_alive": firms,
        "firms_recognised": firms * (0.2 + 0.5 * _logistic(time, 2021, 0.6)),
        "firm_entries": 300 - 100 * _logistic(time, 2024, 0.8),
        "firm_conversions": 20 + 140 * np.exp(-((time - 2021.5) ** 2) / 8),
        "firm_exits": 25 + 45 * _logistic(time, 2020, 0.6),
        "firm_acquisitions": 4 + 6 * _logistic(time, 2022, 0.6),
        "adoption_rate": 0.04 + 0.6 * _logistic(time, 2025, 0.35),
        "adoption_depth": 0.02 + 0.4 * _logistic(time, 2026, 0.35),
        "wage_software": 150 * 1.06 ** (time - 2016),
        "wage_it_sector": 122 * 1.085 ** (time - 2016),
    }


def _shares(size: int, rows: int) -> np.ndarray:
    """Falling shares over a dimension, concentrated in its first members."""
    weights = 0.72 ** np.arange(size) + 0.004
    return np.asarray(np.roll(weights, rows) / weights.sum())


def _base(variable: Variable, time: np.ndarray) -> np.ndarray:
    """Path of one variable, time first."""
    national = _paths(time)
    if variable.name in national:
        return national[variable.name]
    if variable.dims == ("tier",):
        levels = {"talent_by_tier": (900, 10000, 130000, 420000), "wage_by_tier": (1500, 600, 330, 190)}
        start = np.array(levels.get(variable.name, (2.6, 2.4, 2.2, 1.8)))
        rates = {"talent_by_tier": 0.14, "wage_by_tier": 0.065}.get(variable.name, -0.02)
        return np.asarray(start * (1 + rates) ** (time[:, None] - 2016))
    if variable.dims == ("sector",):
        middles = np.linspace(2020, 2031, dimensions.size("sector"))
        depth = 0.6 if "depth" in variable.name else 1.0
        return np.asarray(0.01 + 0.85 * depth * _logistic(time[:, None], middles, 0.4))
    if variable.dims == ("channel",):
        return np.asarray((10 + 30 * np.exp(-((time - 2021) ** 2) / 4))[:, None] * _shares(10, 3))
    if variable.dims == ("region",):
        order = [("guangdong", "beijing", "shanghai", "zhejiang", "jiangsu")]
        weights = 0.86 ** np.arange(31) + 0.01
        ranked = list(order[0]) + [name for name in dimensions.members("region") if name not in order[0]]
        shares = np.array([weights[ranked.index(name)] for name in dimensions.members("region")])
        tilt = (shares / shares.sum())[None, :] ** (1.35 - 0.012 * (time[:, None] - 2016))
        return np.asarray(3000 * tilt / tilt.sum(axis=1, keepdims=True))
    return np.ones((QUARTERS, *variable.shape))


def dataset(names: tuple[str, ...], scenarios: tuple[str, ...] = ("made_up",), members: int = 12) -> xr.Dataset:
    """A result that holds the named variables of the variable table."""
    time = FIRST_YEAR + (np.arange(QUARTERS) + 1) / 4
    ends = np.array([f"{FIRST_YEAR + q // 4}-{3 * (q % 4) + 3:02d}-{(31, 30, 30, 31)[q % 4]}" for q in range(QUARTERS)])
    random = np.random.default_rng(7)
    data = {}
    for name in names:
        variable = variables()[name]
        base = _base(variable, time - 0.25)
        shape = (members,) + (1,) * base.ndim
        spread = np.exp(0.1 * random.standard_normal(shape))
        drift = np.exp(
            0.012 * random.standard_normal(shape) * np.arange(QUARTERS).reshape(1, -1, *[1] * (base.ndim - 1))
        )
        runs = base[None] * spread * drift
        if variable.unit == "share":
            runs = np.minimum(runs, 0.99)
        stacked = np.stack([runs * 0.86**order for order in range(len(scenarios))])
        data[name] = (("scenario", "member", "time", *variable.dims), stacked)
    coords = {
        "scenario": list(scenarios),
        "member": np.arange(members),
        "parameter_set": ("member", np.zeros(members, dtype=int)),
        "replicate": ("member", np.arange(members)),
        "time": ends.astype("datetime64[ns]"),
        **{dim: list(dimensions.members(dim)) for name in names for dim in variables()[name].dims},
    }
    attributes = {"program_version": "0.0-synthetic", "scale": 0.1}
    return xr.Dataset(data, coords=coords, attrs=attributes)

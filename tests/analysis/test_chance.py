"""The share of chance recovers known variance components, with common seeds and with seeds of every point's own."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation.analysis.chance import seed_share, summary, told

POINTS, SEEDS = 4000, 400
FACTORS, SEED, INTERACTION = 4.0, 1.0, 0.5


def crossed(points: int, seeds: int, stream: int = 1) -> np.ndarray:
    """Outcome with known variances of point, seed and interaction, every point with the same seeds."""
    rng = np.random.default_rng(stream)
    by_point = np.sqrt(FACTORS) * rng.standard_normal((points, 1))
    by_seed = np.sqrt(SEED) * rng.standard_normal((1, seeds))
    return by_point + by_seed + np.sqrt(INTERACTION) * rng.standard_normal((points, seeds))


def nested(points: int, seeds: int, stream: int = 1) -> np.ndarray:
    """The same with other seeds at every point."""
    rng = np.random.default_rng(stream)
    chance = np.sqrt(SEED + INTERACTION) * rng.standard_normal((points, seeds))
    return np.sqrt(FACTORS) * rng.standard_normal((points, 1)) + chance


def test_components_with_common_seeds_are_recovered() -> None:
    found = seed_share(crossed(POINTS, SEEDS), "common")
    assert found["factors"] == pytest.approx(FACTORS, rel=0.08)
    assert found["seed"] == pytest.approx(SEED, rel=0.2)
    assert found["interaction"] == pytest.approx(INTERACTION, rel=0.01)
    assert found["share"] == pytest.approx(1.5 / 5.5, abs=0.03)


def test_components_with_own_seeds_are_recovered() -> None:
    found = seed_share(nested(POINTS, 8), "independent")
    assert found["factors"] == pytest.approx(FACTORS, rel=0.08)
    assert found["seed"] == pytest.approx(SEED + INTERACTION, rel=0.04)
    assert math.isnan(found["interaction"]) and found["share"] == pytest.approx(1.5 / 5.5, abs=0.02)


def test_few_common_seeds_give_the_right_components_on_average_only() -> None:
    found = [seed_share(crossed(200, 3, stream), "common") for stream in range(400)]
    assert np.mean([each["seed"] for each in found]) == pytest.approx(SEED, rel=0.15)
    assert np.std([each["seed"] for each in found]) > 0.5 * SEED  # two degrees of freedom
    assert np.mean([each["interaction"] for each in found]) == pytest.approx(INTERACTION, rel=0.02)


def test_seed_alone_and_factors_alone_are_told_apart() -> None:
    rows, columns = np.arange(6.0)[:, None], np.arange(5.0)[None, :]
    assert seed_share(rows + 0.0 * columns)["share"] == 0.0
    assert seed_share(0.0 * rows + columns)["share"] == 1.0
    assert math.isnan(seed_share(0.0 * rows + 0.0 * columns)["share"])
    assert math.isnan(seed_share(rows)["share"])


def test_sentence_says_how_many_seeds_and_how_little_few_of_them_tell() -> None:
    assert "3 seeds, the same at every point" in told(summary(crossed(20, 3)))
    assert "rests on 2 degrees of freedom" in told(summary(crossed(20, 3)))
    assert "freedom" not in told(summary(crossed(20, 5)))
    assert told(summary(crossed(20, 1))) == "1 seed, the same at every point; the share of chance is not known"
    own = summary(nested(20, 3), "independent")
    assert (own["seeds"], own["seed_freedom"]) == (60, 40) and "none used twice" in told(own)

"""Sensitivity indices recover what is known analytically, with a known share of chance added."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.analysis.chance import seed_share
from simulation.analysis.sensitivity import convergence, interactions, sensitivity_table
from simulation.errors import UsageError
from simulation.experiments.designs import Design, points_of, size_of
from simulation.experiments.factors import Factor
from simulation.inputs.priors import parse_prior

ANGLES = [Factor(name, None, prior=parse_prior("uniform(-3.141592653589793,3.141592653589793)")) for name in "abc"]
UNIT = [Factor(f"x{place}", None, prior=parse_prior("uniform(0,1)")) for place in range(6)]
WEIGHTS = np.array([0.0, 0.5, 3.0, 9.0, 99.0, 99.0])


def ishigami(points: np.ndarray) -> np.ndarray:
    return np.sin(points[:, 0]) + 7.0 * np.sin(points[:, 1]) ** 2 + 0.1 * points[:, 2] ** 4 * np.sin(points[:, 0])


def sobol_g(points: np.ndarray) -> np.ndarray:
    return np.prod((np.abs(4.0 * points - 2.0) + WEIGHTS) / (1.0 + WEIGHTS), axis=1)


def g_indices() -> tuple[np.ndarray, np.ndarray]:
    """Analytic first and total order of the G function (Saltelli and Sobol 1995)."""
    parts = 1.0 / (3.0 * (1.0 + WEIGHTS) ** 2)
    whole = np.prod(1.0 + parts) - 1.0
    return parts / whole, parts * (1.0 + whole) / (1.0 + parts) / whole


def noisy(values: np.ndarray, share: float, replicates: int) -> np.ndarray:
    """Values with seeded noise that makes up a share of the variance of a single run."""
    spread = np.sqrt(values.var() * share / (1.0 - share))
    return values[:, None] + spread * np.random.default_rng(5).standard_normal((len(values), replicates))


def by_name(rows: list[dict], column: str, factors: list[Factor]) -> np.ndarray:
    found = {row["factor"]: row[column] for row in rows}
    return np.array([found[factor.name] for factor in factors])


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_ishigami_is_recovered(share: float) -> None:
    design = Design("sobol", 4096, seed=3)
    values = noisy(ishigami(np.array(points_of(design, ANGLES), dtype=float)), share, 24)
    rows = sensitivity_table(values, design, ANGLES)
    np.testing.assert_allclose(by_name(rows, "first", ANGLES), [0.3139, 0.4424, 0.0], atol=0.04)
    np.testing.assert_allclose(by_name(rows, "total", ANGLES), [0.5576, 0.4424, 0.2437], atol=0.04)
    assert seed_share(values)["share"] == pytest.approx(share, abs=0.01)


def test_sobol_g_is_recovered_within_its_own_errors() -> None:
    design = Design("sobol", 2048, seed=1)
    values = sobol_g(np.array(points_of(design, UNIT), dtype=float))
    rows = sensitivity_table(values, design, UNIT)
    for column, truth in zip(("first", "total"), g_indices(), strict=True):
        found, error = by_name(rows, column, UNIT), by_name(rows, f"{column}_error", UNIT)
        assert np.all(np.abs(found - truth) <= 3.0 * error + 0.005)
    assert [row["factor"] for row in rows][:2] == ["x0", "x1"]


def test_interaction_of_the_first_and_third_angle_is_found() -> None:
    design = Design("sobol", 4096, seed=2, second_order=True)
    top = interactions(ishigami(np.array(points_of(design, ANGLES), dtype=float)), design, ANGLES)[0]
    assert {top["factor"], top["other"]} == {"a", "c"}
    assert top["second"] == pytest.approx(0.2437, abs=0.05)


def test_screening_tells_the_factors_that_matter_from_those_that_do_not() -> None:
    design = Design("morris", 40, seed=1)
    values = sobol_g(np.array(points_of(design, UNIT), dtype=float))
    rows = sensitivity_table(values, design, UNIT)
    assert {row["factor"] for row in rows[:2]} == {"x0", "x1"}
    assert {row["factor"] for row in rows[-2:]} == {"x4", "x5"}
    assert rows[0]["mu_star"] > 20.0 * rows[-1]["mu_star"]


def test_given_data_ranks_any_sample() -> None:
    design = Design("latin_hypercube", 1500, seed=1)
    rows = sensitivity_table(sobol_g(np.array(points_of(design, UNIT), dtype=float)), design, UNIT)
    assert rows[0]["factor"] == "x0"
    assert rows[0]["pawn_median"] > 3.0 * rows[-1]["pawn_median"]


def test_convergence_shows_growing_parts_and_ends_at_the_whole() -> None:
    design = Design("sobol", 256, seed=1)
    values = ishigami(np.array(points_of(design, ANGLES), dtype=float))
    rows = convergence(values, design, ANGLES)
    assert sorted({row["n"] for row in rows}) == [4, 8, 16, 32, 64, 128, 256]
    last = {row["factor"]: row["total"] for row in rows if row["n"] == 256}
    assert last == {row["factor"]: row["total"] for row in sensitivity_table(values, design, ANGLES)}


@pytest.mark.parametrize("spoil", [np.nan, np.inf])
def test_incomplete_design_is_refused(spoil: float) -> None:
    design = Design("sobol", 64)
    values = ishigami(np.array(points_of(design, ANGLES), dtype=float))
    values[17] = spoil
    with pytest.raises(UsageError, match=r"1 of 320 points have no finite value \(points 18\)"):
        sensitivity_table(values, design, ANGLES)
    with pytest.raises(UsageError, match="has 320 points, the outcome 319"):
        sensitivity_table(values[:-1], design, ANGLES)


def test_outcome_that_never_moves_has_no_driver() -> None:
    design = Design("sobol", 16)
    rows = sensitivity_table(np.ones(size_of(design, ANGLES)), design, ANGLES)
    assert all(row["total"] == 0.0 for row in rows)

"""Elementary effects recover analytic ones: of distributions over the stated range, of switches between levels."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from simulation.analysis.screening import elementary_effects, screening_table
from simulation.analysis.sensitivity import convergence, sensitivity_table
from simulation.experiments.designs import Design, moved_factors, points_of, size_of, unit_points
from simulation.experiments.factors import Factor
from simulation.inputs.priors import parse_prior

LINE = Factor("line", None, prior=parse_prior("uniform(0,1)"))
TAILS = Factor("tails", None, prior=parse_prior("normal(0,1)"))
TWO = Factor("two", None, levels=("off", "on"))
THREE = Factor("three", None, levels=("a", "b", "c"))
ONE = Factor("one", None, levels=("only",))
FACTORS = [LINE, TWO, TAILS, THREE, ONE]
HEIGHT = {"a": 0.0, "b": 1.0, "c": 5.0}


def outcome(points: list) -> np.ndarray:
    """Additive: 8 a unit of the line, 3 for the switch, the quantile itself, and the heights of three levels."""
    return np.array([8.0 * p[0] + 3.0 * (p[1] == "on") + p[2] + HEIGHT[p[3]] for p in points])


@pytest.fixture(scope="module")
def rows() -> dict[str, dict]:
    design = Design("morris", 60, seed=3)
    return {row["factor"]: row for row in sensitivity_table(outcome(points_of(design, FACTORS)), design, FACTORS)}


def test_line_moves_by_its_slope_over_the_middle_three_quarters(rows: dict[str, dict]) -> None:
    assert rows["line"]["mu"] == rows["line"]["mu_star"] == pytest.approx(0.75 * 8.0)
    assert rows["line"]["sigma"] == pytest.approx(0.0, abs=1e-9)


def test_switch_moves_by_its_change_and_not_more(rows: dict[str, dict]) -> None:
    assert rows["two"]["mu"] == rows["two"]["mu_star"] == pytest.approx(3.0)


def test_rule_of_three_is_the_mean_over_all_pairs(rows: dict[str, dict]) -> None:
    pairs = [abs(HEIGHT[x] - HEIGHT[y]) for x, y in itertools.combinations(HEIGHT, 2)]
    assert rows["three"]["mu_star"] == pytest.approx(np.mean(pairs))


def test_single_level_does_nothing(rows: dict[str, dict]) -> None:
    assert (rows["one"]["mu_star"], rows["one"]["sigma"]) == (0.0, 0.0)


def test_unbounded_distribution_is_never_run_at_its_ends(rows: dict[str, dict]) -> None:
    design = Design("morris", 60, seed=3)
    quantiles = {round(point[2], 9) for point in points_of(design, FACTORS)}
    assert quantiles == {round(x, 9) for x in TAILS.values(np.array([0.125, 0.375, 0.625, 0.875]))}
    steps = [1.5 * (quantile(0.625) - quantile(0.125)), 1.5 * (quantile(0.875) - quantile(0.375))]
    assert rows["tails"]["mu_star"] == pytest.approx(np.mean(steps), rel=1e-6)


def quantile(probability: float) -> float:
    return float(TAILS.values(np.array([probability]))[0])


@pytest.mark.parametrize("n", [2, 8, 16])
def test_each_step_moves_one_factor_and_each_trajectory_all(n: int) -> None:
    design = Design("morris", n, seed=1)
    several = [LINE, TWO, THREE, TAILS]
    blocks = unit_points(design, several).reshape(n, 5, 4)
    moves = np.abs(np.diff(blocks, axis=1)) > 1e-9
    assert np.all(moves.sum(axis=2) == 1)
    np.testing.assert_array_equal(moves.argmax(axis=2), moved_factors(design, several))
    assert len(points_of(design, several)) == size_of(design, several)


def test_pairs_of_levels_are_balanced() -> None:
    design = Design("morris", 12, seed=4)
    levels = unit_points(design, [LINE, THREE])[:, 1].reshape(12, 3)
    pairs = [(first, last) for first, *_, last in (levels * 3).astype(int).tolist()]
    assert sorted(pairs) == sorted(2 * list(itertools.permutations(range(3), 2)))


def test_distributions_alone_agree_with_salib() -> None:
    from SALib.analyze import morris

    factors = [Factor(name, None, prior=parse_prior("uniform(0,1)")) for name in "abc"]
    design = Design("morris", 20, seed=5)
    points = unit_points(design, factors)
    values = np.sin(3.0 * points[:, 0]) * points[:, 1] + points[:, 2] ** 2
    problem = {"num_vars": 3, "names": list("abc"), "bounds": [[0.0, 1.0]] * 3}
    theirs = morris.analyze(problem, (points - 0.125) / 0.75, values, num_levels=4)
    ours = screening_table(values, design, factors, 1, 500, 0.90)
    for column in ("mu_star", "mu", "sigma"):
        np.testing.assert_allclose([row[column] for row in ours], np.array(theirs[column], dtype=float))


def test_convergence_of_a_screening_ends_at_the_whole() -> None:
    design = Design("morris", 16, seed=2)
    values = outcome(points_of(design, FACTORS))
    table = convergence(values, design, FACTORS)
    assert sorted({row["n"] for row in table}) == [4, 8, 16]
    whole = {row["factor"]: row["mu_star"] for row in sensitivity_table(values, design, FACTORS)}
    assert {row["factor"]: row["mu_star"] for row in table if row["n"] == 16} == whole
    assert elementary_effects(values[:24], design, FACTORS).shape == (5, 4)

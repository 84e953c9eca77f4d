"""The likelihood: which figures enter and when, one-sided floors, shared scope factors, growth of the narrow scope."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from simulation.calibration.likelihood import factor_draws, factor_moments, figure, figures, likelihood
from simulation.inputs.evidence import calibration_rows, facts

NOTHING = np.zeros((1, 1))


def _row(series, year, scope=None):
    return next(
        row
        for row in calibration_rows()
        if row.series == series and row.day.year == year and scope in (None, row.scope)
    )


def test_what_is_held_out_never_enters():
    used = {each.key for each in figures()}
    for row in calibration_rows():
        key = f"{row.series}/{row.scope}/{row.day}"
        simulated = row.day >= date(2016, 1, 1)
        assert (key in used) == (row.fitted and simulated), key
    assert {row.role for row in calibration_rows()} == {"calibrate", "weak_prior", "holdout"}


def test_facts_of_calibration_are_rows_and_counted_once():
    listed = [row.fact for row in calibration_rows() if row.fact and row.fitted]
    assert sorted(listed) == sorted(fact.id for fact in facts() if fact.use == "calibration")


@pytest.mark.parametrize("published", ["2021", "2021-04"])
def test_a_figure_counts_from_its_publication(published):
    row = replace(_row("core_revenue", 2020), published=published)
    last = date(2021, 12, 31) if published == "2021" else date(2021, 4, 30)
    assert figures([row], date(2020, 12, 31)) == ()
    assert figures([row], last.replace(day=last.day - 1)) == ()
    assert len(figures([row], last)) == 1
    assert len(figures([row], date(2020, 12, 31), published=False)) == 1, "pseudo-real-time has no publication lag"
    assert figures([row], date(2020, 12, 30), published=False) == ()


def test_an_undated_figure_never_counts_as_known():
    row = replace(_row("core_revenue", 2020), published="not dated")
    assert figures([row], date(2030, 12, 31)) == ()


def test_at_the_end_of_2019_revenue_is_known_in_the_narrow_scope_alone():
    known = {each.key.rsplit("/", 1)[0] for each in figures(origin=date(2019, 12, 31))}
    assert "core_revenue/N" in known and "core_revenue/A" not in known


def test_a_floor_counts_against_values_below_it_alone():
    each = figure(_row("related_revenue", 2020))
    assert each.floor
    chosen = likelihood([each])
    steps = np.array([[-1.0], [-0.5], [0.0], [0.5], [3.0]]) + chosen.target
    density = chosen.log_density(steps, NOTHING)
    assert density[0] < density[1] < density[2] == density[3] == density[4] == 0.0


def test_a_point_counts_against_values_on_both_sides_by_its_log_sigma():
    chosen = likelihood([figure(_row("core_revenue", 2022, "A"))])
    density = chosen.log_density(np.array([[-0.16], [0.0], [0.16]]) + chosen.target, NOTHING)
    assert density == pytest.approx([-2.0, 0.0, -2.0])


def test_scope_factors_are_integrated_and_shared():
    first, second = figure(_row("core_firms", 2018)), figure(_row("core_firms", 2020))
    chosen = likelihood([first, second])
    mean, spread = factor_moments("list_share")
    assert chosen.noise[0, 1] == pytest.approx(spread**2)
    assert chosen.noise[0, 0] == pytest.approx(first.sigma**2 + spread**2)
    assert chosen.target[0] == pytest.approx(first.log_value - mean)
    # An error of the share moves both alike: less of a contradiction than an error of one of them.
    together = chosen.log_density(chosen.target + np.array([[0.15, 0.15]]), np.zeros((2, 2)))
    apart = chosen.log_density(chosen.target + np.array([[0.15, -0.15]]), np.zeros((2, 2)))
    assert together > apart


def test_the_widened_list_has_a_factor_of_its_own():
    powers = dict(figure(_row("core_firms", 2022)).factors)
    assert powers["list_share"] == 1.0 and 0.9 < powers["list_widening"] < 1.0


def test_the_narrow_scope_counts_by_growth_alone():
    chosen = likelihood([figure(_row("core_revenue", year, "N")) for year in (2016, 2017, 2019)])
    nothing = np.zeros((3, 3))
    at, higher = (chosen.log_density(chosen.target + shift + np.zeros((1, 3)), nothing) for shift in (0.0, 1.0))
    assert at == pytest.approx(higher, abs=0.01), "a level shift costs nothing"
    assert chosen.log_density(chosen.target + np.array([[0.0, 0.0, 2.0]]), nothing) < at - 3.0


def test_chance_of_one_run_lowers_the_weight_of_a_figure():
    chosen = likelihood([figure(_row("core_revenue", 2022, "A"))])
    away = chosen.target + np.array([[0.3]])
    assert chosen.log_density(away, np.array([[0.1]])) > chosen.log_density(away, NOTHING)


def test_no_figures_weigh_nothing():
    assert (likelihood([]).log_density(np.zeros((4, 0)), np.zeros((0, 0))) == 0.0).all()


def test_scope_factors_follow_the_figures_as_far_as_their_errors_allow():
    chosen = likelihood([figure(_row("core_firms", 2018)), figure(_row("core_firms", 2020))])
    mean, spread = factor_moments("list_share")
    nothing = np.zeros((2, 2))
    at = np.log(factor_draws(chosen, chosen.target + np.zeros((2000, 2)), nothing)["list_share"])
    assert at.mean() == pytest.approx(mean, abs=0.01) and at.std() < 0.7 * spread
    # Lists longer than the model's firms: the share is larger, but not by all of it.
    above = np.log(factor_draws(chosen, chosen.target - 0.2 + np.zeros((2000, 2)), nothing)["list_share"])
    assert 0.1 < above.mean() - at.mean() < 0.2

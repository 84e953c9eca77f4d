"""The study of scales: what is compared, how a bias is told from chance, and how many runs a probability needs."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from simulation.analysis import scale_study, scale_targets
from simulation.analysis.scale_study import MEASURES, Read, Study
from simulation.inputs.operators import judged_targets
from simulation.presentation import scale

RUNS = 60


def made(factor: float = 1.0, noise: float = 0.01) -> Study:
    """A study whose smaller scale differs from the larger by a factor and by chance."""
    draws = np.random.default_rng(3)
    whole = draws.normal(1.0, 0.1, (RUNS, len(MEASURES)))
    level = draws.normal(0.0, 0.1, RUNS)
    runs: dict[float, list[Read]] = {0.1: [], 1.0: []}
    for size, own in ((0.1, factor), (1.0, 1.0)):
        for row in range(RUNS):
            values = own * (whole[row] + noise * (size < 1.0) * draws.normal(size=len(MEASURES)))
            flows = {
                (operator.variable, target.year): own * target.threshold * math.exp(level[row])
                for target, operator in judged_targets()
            }
            named = {measure.name: float(value) for measure, value in zip(MEASURES, values, strict=True)}
            runs[size].append(Read(named, flows, seconds=3.0 * size))
    return Study(runs)


def test_a_difference_beyond_chance_is_named() -> None:
    same = [row for row in scale_study.bias_table(made()) if row["scale"] == 0.1]
    shifted = [row for row in scale_study.bias_table(made(1.05)) if row["scale"] == 0.1]
    assert len(same) == len(shifted) == len(MEASURES)
    assert all(row["within_error"] for row in same)
    assert not any(row["within_error"] for row in shifted)
    assert all(0.04 < row["relative_bias"] < 0.06 for row in shifted if not row["measure"].startswith("year "))
    assert all(math.isnan(row["relative_bias"]) for row in shifted if row["measure"].startswith("year "))


def test_the_largest_scale_is_what_the_others_are_compared_with() -> None:
    for row in scale_study.bias_table(made(1.05)):
        if row["scale"] == 1.0:
            assert (row["bias"], row["bias_error"], row["within_error"]) == (0.0, 0.0, True)


def test_runs_in_which_a_measure_is_not_defined_are_left_out() -> None:
    study = made()
    name = MEASURES[0].name
    study.runs[0.1][0].measures[name] = math.nan
    study.runs[1.0][1].measures[name] = math.nan
    rows = [row for row in scale_study.bias_table(study) if row["measure"] == name]
    assert [row["runs"] for row in rows] == [RUNS - 2, RUNS - 1]
    for read in study.runs[1.0]:
        read.measures[name] = math.nan
    assert name not in {row["measure"] for row in scale_study.bias_table(study)}


def test_flows_are_summed_over_the_last_year_and_stocks_are_its_end() -> None:
    records = {"core_revenue": np.arange(1.0, 9.0), "talent_total": np.arange(1.0, 9.0)}
    assert scale_study.last_value(records, "core_revenue") == 5 + 6 + 7 + 8
    assert scale_study.last_value(records, "talent_total") == 8


def test_adoption_is_dated_between_quarters() -> None:
    records = {"adoption_rate": np.array([0.1, 0.2, 0.3, 0.4, 0.45, 0.55])}
    assert scale_study.year_of_adoption(records, 0.25) == pytest.approx(2016 + 2.5 / 4)  # quarter ends
    assert scale_study.years_of_doubling(records) == pytest.approx((4.5 - 1.5) / 4)
    assert math.isnan(scale_study.year_of_adoption(records, 0.6))
    assert math.isnan(scale_study.year_of_adoption(records, 0.05))  # before the first quarter


@pytest.mark.parametrize("probability", [0.0, 0.05, 0.5, 0.93, 1.0])
def test_runs_needed_are_the_fewest_that_do(probability: float) -> None:
    runs = scale_targets.replicates_needed(probability)
    assert scale_targets.half_width(probability, runs) <= 0.02 < scale_targets.half_width(probability, runs - 1)


def test_runs_needed_are_those_of_the_textbook_in_the_middle() -> None:
    assert scale_targets.replicates_needed(0.5) == pytest.approx(0.25 * (1.645 / 0.02) ** 2, rel=0.01)


def test_half_width_is_that_of_the_interval_of_the_target_table() -> None:
    from simulation.analysis.targets import wilson_interval

    low, high = wilson_interval(30, 100)
    assert scale_targets.half_width(0.3, 100) == pytest.approx((high - low) / 2)


def test_a_fitted_probability_follows_the_share_of_runs() -> None:
    observed = np.exp(np.random.default_rng(1).normal(0.3, 0.2, 4000))
    assert scale_targets.above(observed, 1.5) == pytest.approx((observed > 1.5).mean(), abs=0.02)
    assert scale_targets.above(np.full(5, 2.0), 1.0) == 1.0 and scale_targets.above(np.full(5, 2.0), 3.0) == 0.0


def test_a_bias_of_a_probability_is_told_from_chance() -> None:
    rows = scale_targets.probability_table(made())
    assert {row["bias_within"] for row in rows} == {"yes"}
    assert len(rows) == 2 * len(judged_targets())
    shifted = [row for row in scale_targets.probability_table(made(1.1)) if row["scale"] == 0.1]
    assert "no" in {row["bias_within"] for row in shifted} and all(row["bias"] >= 0.0 for row in shifted)
    small, large = scale_targets.summary(scale_targets.probability_table(made(1.1)))
    assert small["largest_bias"] > 0.1 and large["largest_bias"] == 0.0
    assert small["biases_beyond"] > 0 and small["seconds_a_run"] == pytest.approx(0.3)
    assert small["core_minutes"] == pytest.approx(small["replicates"] * 0.3 / 60.0)


def test_the_command_writes_tables_and_figure(tmp_path: Path) -> None:
    settings = ["--scales", "0.005", "0.01", "--replicates", "2", "--until", "2020Q4", "--jobs", "1"]
    assert scale.main([*settings, "--out", str(tmp_path / "scale")]) == 0
    tables = {}
    for name in ("bias", "probabilities", "replicates", "scale"):
        with open(tmp_path / "scale" / f"{name}.csv", encoding="utf-8", newline="") as file:
            tables[name] = list(csv.DictReader(file))
    assert {row["scale"] for row in tables["bias"]} == {"0.005", "0.01"}
    assert {"core_revenue", "largest_firm_share", "adoption_rate"} <= {row["measure"] for row in tables["bias"]}
    assert {row["year"] for row in tables["probabilities"]} == {"2020"}
    drawn = [row for row in tables["scale"] if row["panel"] == "bias"]
    for row in drawn:
        told = next(bias for bias in tables["bias"] if (bias["measure"], bias["scale"]) == (row["period"], "0.005"))
        assert float(row["value"]) == pytest.approx(100.0 * float(told["relative_bias"]))
    assert (tmp_path / "scale" / "scale.png").stat().st_size > 20_000
    assert json.loads((tmp_path / "scale" / "made_with.json").read_text())["scales"] == [0.005, 0.01]

"""The variance ratio is what it says, and the table of the shipped scenarios tells it where it was asked for."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

import simulation.model
from simulation.analysis import pairing
from simulation.analysis.comparison import paired, variance_ratio
from simulation.scenario import load
from tests.experiments.stand_in import Steady


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.95])
def test_ratio_of_correlated_runs_is_the_one_that_theory_gives(correlation: float) -> None:
    first, own = np.random.default_rng(1).standard_normal((2, 40_000))
    second = 3.0 + correlation * first + math.sqrt(1.0 - correlation**2) * own
    assert variance_ratio(first, second) == pytest.approx(1.0 / (1.0 - correlation), rel=0.05)
    row = paired(first, second)
    assert row["low"] < 3.0 < row["high"] and row["runs"] == 40_000


@pytest.mark.parametrize(("scenario", "year"), [("signal_only", 2017), ("talent_exodus", 2022)])
def test_year_in_which_a_scenario_parts(scenario: str, year: int) -> None:
    assert pairing.parting_year(load("plan_baseline"), [load(scenario)]) == year


class Lumpy(Steady):
    """Core revenue is chance of its own as soon as grants differ from those of the plan."""

    def run(self) -> None:
        super().run()
        grants = round(float(self.effective.paths["fiscal_rd_grants"].sum()))
        chance = np.random.default_rng((*self.keys, grants)).normal(0.0, 1.0)
        self.records["core_revenue"] = self.records["core_revenue"] * math.exp(chance)


def test_table_tells_the_ratio_three_years_after_and_in_the_last_year_and_why_it_is_low(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation.model, "Economy", Lumpy)
    words = ["--scenarios", "signal_only", "--replicates", "12", "--jobs", "1", "--out", str(tmp_path / "out")]
    pairing.main(words)
    with open(tmp_path / "out" / "variance_ratios.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["when"], row["year"]) for row in rows[:2]] == [("three years after", "2020"), ("last year", "2030")]
    core, related = ([row for row in rows if row["variable"] == name] for name in pairing.VARIABLES[:2])
    assert float(core[0]["variance_ratio"]) < pairing.ENOUGH and core[0]["why"] == "not known" and not core[1]["why"]
    assert float(related[0]["variance_ratio"]) > pairing.ENOUGH and not related[0]["why"]
    assert {row["runs"] for row in rows} == {"12"}

"""The verb ``calibrate`` with a quick stand-in for the economy."""

import json

import pytest

import simulation.model
from simulation.inputs.posterior import posterior, vintages
from tests.calibration.stand_in import Analytic

SMALL = ("--points", "128", "--unconditional", "0", "--repeated", "8", "--repeats", "2", "--jobs", "1")
PLACES = ("--runs", "runs", "--out", "tables", "--package", "package")


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(simulation.model, "Economy", Analytic)
    monkeypatch.setattr("simulation.calibration.design.warm_up", lambda inputs: None)
    monkeypatch.setattr("simulation.calibration.calibrate.prepare.__kwdefaults__", {
        "truths": 4, "groups": 16, "sets": 256, "emulated": None,
    })  # fmt: skip


def test_one_command_makes_tables_figure_and_posterior(aiplan, folder, small):
    done = aiplan("calibrate", *SMALL, *PLACES, "--json", "--freeze", "2026-01-31")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["fitted_parameters"] <= 10 and told["fitted_rows"] == 29
    assert vintages(folder / "package/posterior") == ("final",)
    posterior.cache_clear()
    assert len(posterior(folder=folder / "package/posterior")) == 256
    posterior.cache_clear()
    written = {path.name for path in (folder / "tables").iterdir()}
    assert {"identifiability.csv", "parameters.csv", "fit.csv", "uncertainty.csv", "designs.csv"} <= written
    assert {"calibration.png", "target_probabilities.png", "frozen_forecast.png"} <= written
    first = (folder / "package/posterior/final.csv").read_bytes()
    # Simulates nothing again and finds the same.
    again = aiplan("calibrate", *SMALL, *PLACES, "--no-figures", "--every-vintage")
    assert again.code == 0 and "parameters fitted to 29 published rows" in again.out
    assert (folder / "package/posterior/final.csv").read_bytes() == first
    assert len(vintages(folder / "package/posterior")) == 13


def test_designs_of_origins_are_simulated_beside(aiplan, folder, small):
    done = aiplan("calibrate", "--points", "32", "--unconditional", "8", "--repeated", "0", "--jobs", "1", "--runs",
                  "runs", "--only-simulate")  # fmt: skip
    assert done.code == 0, done.err
    assert {path.name for path in (folder / "runs").iterdir()} >= {"conditional", "unconditional-2019"}

"""Compiling happens once, is said aloud, and never stands between a user and the runs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulation import model
from simulation.experiments import run_ensemble, warm_up, work
from simulation.experiments.experiment import load_experiment
from simulation.experiments.sweep import make_sweep, run_sweep
from simulation.model import cache
from simulation.model.economy import Economy
from simulation.scenario import VARIANTS, Effective, Scenario
from tests.experiments.stand_in import Steady, settings

SIMULATE = work.simulate


class Small:
    """Takes the place of a run of the small economy that compiles everything."""

    def __init__(self) -> None:
        self.variants: list[dict[str, str]] = []
        self.error: Exception | None = None

    def __call__(self, effective: Effective, **options: Any) -> None:
        assert options == {"scale": warm_up.SCALE, "economy": Economy}
        self.variants.append(effective.variants)
        if self.error is not None:
            raise self.error


@pytest.fixture
def small(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Small]:
    """An empty cache and a run that costs nothing."""
    small = Small()
    monkeypatch.setattr(work, "simulate", small)
    monkeypatch.setenv(cache.VARIABLE, str(folder / "cache"))
    cache.cache_folder.cache_clear()
    yield small
    cache.cache_folder.cache_clear()


def test_it_is_announced_and_done_once(plain: Scenario, small: Small, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "aiplan")
    inputs = plain.effective(until="2018Q4")
    assert warm_up.warm_up([inputs, inputs])
    assert "compiling the rules" in caplog.text and "compiled in" in caplog.text
    caplog.clear()
    assert not warm_up.warm_up([inputs]) and not warm_up.warm_up([plain.effective(until="2016Q2")])
    assert len(small.variants) == 1 and caplog.text == ""


def test_other_rules_are_compiled_when_they_are_first_wanted(plain: Scenario, small: Small) -> None:
    inputs = plain.effective(until="2018Q4")
    others = replace(inputs, variants={**inputs.variants, "market": "replicator"})
    assert warm_up.warm_up([inputs]) and warm_up.warm_up([inputs, others])
    assert small.variants == [inputs.variants, others.variants]


RULES = """kind: experiment
schema_version: 1
scenarios: [plain.yaml]
factors:
  variants.market: all
  award_beta: {levels: [0.3, 0.4, 0.5]}
  variants.adoption: all
design: {name: grid}
run: {scale: 0.05, until: 2018}
"""


def test_every_combination_of_rules_in_a_design_is_compiled_before_its_first_run(
    plain: Scenario, small: Small, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    experiment = load_experiment("rules.yaml")
    assert warm_up.warm_up(make_sweep(experiment).rule_combinations())
    chosen = [(variants["market"], variants["adoption"]) for variants in small.variants]
    assert sorted(chosen) == sorted((a, b) for a in VARIANTS["market"] for b in VARIANTS["adoption"])
    called: list[int] = []
    monkeypatch.setattr("simulation.experiments.runner.warm_up", lambda inputs: called.append(len(inputs)))
    monkeypatch.setattr(model, "Economy", Steady)
    monkeypatch.setattr(work, "simulate", SIMULATE)
    run_sweep(experiment, jobs=1, out="sweep")
    assert called == [4]


def test_damaged_code_is_compiled_again(plain: Scenario, small: Small, caplog: pytest.LogCaptureFixture) -> None:
    inputs = plain.effective(until="2018Q4")
    kept = cache.cache_folder()
    assert kept is not None
    (kept / "kernel.nbc").write_bytes(b"sound")
    warm_up.warm_up([inputs])
    (kept / "kernel.nbc").write_bytes(b"not sound")
    assert warm_up.warm_up([inputs])
    assert "damaged" in caplog.text and len(small.variants) == 2


def test_a_run_that_fails_stops_nothing_and_is_not_taken_for_compiled(plain: Scenario, small: Small) -> None:
    small.error = FloatingPointError("cash is not finite")
    inputs = plain.effective(until="2018Q4")
    assert warm_up.warm_up([inputs]) and warm_up.warm_up([inputs])
    assert len(small.variants) == 2


def test_only_the_real_economy_is_compiled_for(plain: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[int] = []
    monkeypatch.setattr("simulation.experiments.runner.warm_up", lambda inputs: called.append(len(inputs)))
    run_ensemble(plain, **settings(out="stand_in"))
    assert called == []
    monkeypatch.setattr(model, "Economy", Steady)
    run_ensemble(plain, **settings(out="economy", economy=None, parameter_sets=(0, 1)))
    assert called == [2]
    run_ensemble(plain, **settings(out="economy", economy=None, parameter_sets=(0, 1), resume=True))
    assert called == [2]

"""Each rival rule runs, changes what it should and nothing that comes before it; results name what was in force."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from simulation.experiments import run_ensemble
from simulation.inputs.dimensions import size
from simulation.model import Economy
from simulation.model.rules import deals, tickets
from simulation.scenario import VARIANTS, load
from tests.model.drawing import effective, run, with_paths

RIVALS = [(rule, choice) for rule, choices in VARIANTS.items() for choice in choices[1:]]
SCALE, LAST = 0.03, "2023Q4"


@cache
def outcome(rule: str = "", choice: str = "", seed: int = 1) -> Economy:
    inputs = effective("plan_baseline", LAST)
    return run(replace(inputs, variants={**inputs.variants, rule: choice}) if rule else inputs, seed=seed, scale=SCALE)


@pytest.mark.parametrize(("rule", "choice"), RIVALS)
def test_a_rival_rule_runs_and_makes_a_difference(rule: str, choice: str) -> None:
    usual, rival = outcome(), outcome(rule, choice)
    assert rival.variants[rule] == choice
    assert all(np.isfinite(record).all() for record in rival.records.values())
    assert max(rival.ledger.closure_errors(rival.firms).values()) < 1e-9
    assert not np.array_equal(usual.records["core_revenue"], rival.records["core_revenue"])
    # The world outside and the quarter before anything was decided are the same.
    assert np.array_equal(usual.records["frontier_by_field"], rival.records["frontier_by_field"])


def test_replicators_concentrate_what_awards_spread() -> None:
    leaders = []
    for economy in (outcome(), outcome("market", "replicator")):
        cells, shares = economy.positions.cell, economy.positions.share / economy.positions.count
        largest = np.zeros(int(cells.max()) + 1)
        np.maximum.at(largest, cells, shares)
        leaders.append(float(np.median(largest[np.unique(cells)])))
    assert leaders[1] > 1.5 * leaders[0]


def test_bass_diffusion_knows_no_difference_between_large_and_small() -> None:
    def lead(economy: Economy) -> float:
        start, end = (economy.records["adoption_rate_by_size"][quarter] for quarter in (0, -1))
        gained = (end - start) / (1.0 - start)
        return float(gained[2] / gained[0])

    assert lead(outcome()) > 1.5
    assert lead(outcome("adoption", "bass")) == pytest.approx(1.0, abs=0.15)


def test_bass_diffusion_is_deaf_to_a_subsidy() -> None:
    inputs = effective("plan_baseline", "2020Q4")
    path = np.where(np.arange(len(inputs.quarters)) >= 8, 0.4, inputs.paths["adoption_subsidy"])
    gains = []
    for choice in VARIANTS["adoption"]:
        case = replace(inputs, variants={**inputs.variants, "adoption": choice})
        more = with_paths(case, adoption_subsidy=path)
        rates = [run(each, scale=SCALE).records["adoption_rate"][-1] for each in (case, more)]
        gains.append(rates[1] - rates[0])
    assert gains[0] > 0.0
    assert gains[1] == 0.0


def selected(choice: str) -> tuple[np.ndarray, Economy]:
    economy = Economy(effective("plan_baseline", LAST), seed=1, scale=0.2)
    economy.variants["selection"] = choice
    economy.step()
    firms, rows, terms = economy.firms, economy.firms.rows(), deals._terms(economy)
    noise = economy.streams.normal("firm_selection", firms.uid[rows], economy.quarter, 0)
    growth = 4.0 * firms.expected_orders[rows] / np.maximum(firms.revenue_year()[rows], 0.5)
    hot, taste = terms.hot[firms.specialty[rows]], (terms.visible_quality, terms.selection_noise)
    columns = zip(growth, firms.efficiency[rows], hot, noise, strict=True)
    return np.array([tickets.market_score(terms.selection, *values, *taste) for values in columns]), economy


def test_merit_ranks_by_efficiency_signals_by_growth_and_chance_by_neither() -> None:
    found = {}
    for choice in VARIANTS["selection"]:
        score, economy = selected(choice)
        found[choice] = np.corrcoef(score, economy.firms.efficiency[economy.firms.rows()])[0, 1]
    assert found["merit"] > 0.99
    assert 0.1 < found["signal"] < found["merit"]
    assert abs(found["random"]) < 0.15


def test_an_extrapolating_firm_expects_a_trend_to_go_on() -> None:
    ratios = []
    for rule, choice in (("", ""), ("expectations", "extrapolative")):
        records = []
        inputs = effective("plan_baseline", "2019Q4")
        case = replace(inputs, variants={**inputs.variants, rule: choice}) if rule else inputs
        economy = Economy(case, seed=1, scale=SCALE)
        for _ in range(12):
            economy.step()
            firms = economy.firms
            records.append(firms.total(firms.expected_orders) / firms.total(firms.orders))
        ratios.append(np.mean(records[4:]))
    assert ratios[1] > ratios[0]


def test_imposed_venture_money_is_the_observed_path() -> None:
    inputs = effective("plan_baseline", LAST)
    economy = Economy(replace(inputs, variants={**inputs.variants, "venture_supply": "imposed"}), scale=0.01)
    flows = []
    for _ in inputs.quarters:
        economy.step()
        flows.append(economy.venture.log_flow)
    assert np.allclose(np.exp(flows), inputs.paths["imposed_venture_path"])


def test_an_open_loop_orders_no_adjustment_and_rolls_nothing_out() -> None:
    economy = outcome("governance", "open_loop")
    assert economy.government.adjustment == 0.0
    assert (economy.government.rolled_out == 0.0).all()
    assert economy.government.exposure.shape == (size("region"),)


def test_a_result_names_the_rules_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rivals = {rule: choices[-1] for rule, choices in VARIANTS.items()}
    scenario = load("quick_demo", {f"variants.{rule}": choice for rule, choice in rivals.items()})
    result = run_ensemble(scenario, replicates=1, scale=0.01, until="2016Q2", jobs=1, out=tmp_path / "out")
    assert result.manifest["scenarios"][0]["variants"] == rivals

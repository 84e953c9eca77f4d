"""What a run sees, and what provenance and explanations say of it."""

from __future__ import annotations

import pickle
import time

import numpy as np
import pytest

from simulation.errors import InvalidInput, UsageError
from simulation.scenario import VARIANTS, dates, diff, load
from simulation.scenario.draws import keyed_uniform


def at(quarter: str) -> int:
    return dates.AXIS.index(quarter)


def test_every_parameter_is_there_with_its_shape(folder):
    effective = folder.load("run: {until: 2026}").effective()
    assert effective.quarters[0] == "2016Q1"
    assert effective.quarters[-1] == "2026Q4"
    count = len(effective.quarters)
    assert {name: path.shape for name, path in effective.paths.items()} == {
        "grants": (count,),
        "subsidy": (count,),
        "tilt": (count, 3),
        "tax": (count,),
        "window": (count,),
        "wages": (count, 4),
    }
    assert effective.values["elasticity"] == 1.2
    assert effective.values["levels"].tolist() == [1.0, 2.0, 3.0]
    assert effective.variants == {rule: choices[0] for rule, choices in VARIANTS.items()}
    assert effective.run == {"replicates": 20, "seed": 1, "scale": 0.1, "until": "2026Q4"}


@pytest.mark.parametrize(("until", "last"), [("2030Q2", "2030Q2"), (2035, "2035Q4"), ("2018", "2018Q4")])
def test_until_is_a_quarter_or_a_year(folder, until, last):
    assert folder.load("title: {en: x}").effective(until).quarters[-1] == last


def test_until_outside_the_model_is_a_usage_error(folder):
    with pytest.raises(UsageError, match="'2040' is not a date of the model"):
        folder.load("title: {en: x}").effective(2040)


def test_a_longer_run_has_the_same_beginning(folder):
    scenario = folder.load("policy: {grants: {ramp: {from: 2020, to: 2034, value: 90}}}")
    short, long = scenario.effective(2025), scenario.effective(2035)
    assert all(np.array_equal(short.paths[name], long.paths[name][:40]) for name in short.paths)


def test_uncertain_values_are_drawn_by_parameter_set_and_shared_between_scenarios(folder):
    folder.write(
        "base", "policy: {grants: {distribution: 'uniform(10,20)'}, tilt: {model: {distribution: 'beta(2,3)'}}}"
    )
    base, heir = folder.load("base"), folder.load("extends: base\nexternal: {window: 0.8}")
    draws = [base.effective(parameter_set=number).paths["grants"][-1] for number in range(40)]
    assert draws[0] == 15.0
    assert len(set(draws)) == 40
    assert all(10 <= value <= 20 for value in draws)
    assert np.mean(draws) == pytest.approx(15, abs=1.5)
    for number in (0, 1, 7):
        assert np.array_equal(base.path("grants", number), heir.path("grants", number))
        assert np.array_equal(base.path("tilt", number), heir.path("tilt", number))
    assert base.effective(parameter_set=1, seed=2).paths["grants"][-1] != draws[1]
    assert base.path("grants", 3)[at("2017Q2")] == folder.load("title: {en: x}").path("grants")[at("2017Q2")]


def test_keyed_draws_are_fixed_for_all_time():
    # The value is that of the first eight bytes of BLAKE2b of "1|1|grants", most significant first, over 2^64.
    assert keyed_uniform(1, 1, "grants") == pytest.approx(0.19973292426131678, abs=1e-15)
    assert len({keyed_uniform(seed, number, "grants") for seed in (1, 2) for number in range(50)}) == 100


def test_unbounded_tails_are_cut_to_the_bounds(folder):
    scenario = folder.load("policy: {subsidy: {distribution: 'normal(0.2, 0.5)'}}\n")
    values = [scenario.effective(parameter_set=number).paths["subsidy"][-1] for number in range(1, 60)]
    assert 0 <= min(values) < 0.1
    assert 0.3 < max(values) <= 0.4


def test_shocks_act_only_between_their_dates(folder):
    text = (
        "shocks:\n"
        "- {parameter: window, start: 2020, end: 2021, multiply: 2}\n"
        "- {parameter: wages.top, start: 2020Q2, end: 2020Q2, add: '50 thousand_cny'}\n"
        "- {parameter: tax, start: 2020Q1, end: 2020Q4, set: 1.5, ramp: {in: 1, out: 1}}\n"
    )
    scenario, plain = folder.load(text), folder.load("title: {en: x}")
    window, base = scenario.path("window"), plain.path("window")
    inside = slice(at("2020Q1"), at("2021Q4") + 1)
    assert set(window[inside]) == {0.6}
    outside = np.ones(len(window), dtype=bool)
    outside[inside] = False
    assert np.array_equal(window[outside], base[outside])
    assert scenario.path("wages")[at("2020Q2")].tolist() == [250.0, 200.0, 200.0, 200.0]
    assert scenario.path("tax")[at("2019Q4") : at("2021Q1") + 1].tolist() == [0.5, 1.0, 1.5, 1.5, 1.0, 0.5]
    assert scenario.origins()["window"] == "case.yaml:4"


def test_digests_tell_inputs_apart_and_nothing_else(folder):
    one = folder.load("title: {en: One}\npolicy: {grants: {2020: 30}}")
    other = folder.load("title: {en: Other}\npolicy:\n  grants: {2020Q1: '30000 mn_cny'}")
    assert one.digest == other.digest
    assert one.effective().digest == other.effective().digest
    changed = [
        folder.load("policy: {grants: {2020: 30.000001}}"),
        folder.load("policy: {grants: {2020: 30}}\nvariants: {market: replicator}"),
        folder.load("policy: {grants: {2020: {distribution: 'uniform(20,40)'}}}"),
        folder.load("policy: {grants: {2020: {distribution: 'uniform(25,35)'}}}"),
        folder.load("policy: {grants: {2020: 30}}\nmodel: {elasticity: 1.3}"),
    ]
    assert len({scenario.digest for scenario in [one, *changed]}) == 6


RICH = """\
title: {en: "Rich: story", zh: 丰富}
story: {en: "Several lines, a 'quote'"}
policy:
  grants: {2018: 12.5, ramp: [{from: 2020, to: 2022, value: 20}, {from: 2023, to: 2024, value: 35}], 2026: ~}
  tilt: {2018: {model: 0.9}, 2020: 0.5}
  subsidy: {distribution: 'triangular(0, 0.1, 0.4)'}
external:
  wages: {top: {2020: 900}}
model: {elasticity: 1.1, levels: {model: 2.5}}
shocks:
- {parameter: window, start: 2020, end: 2021, multiply: 2, ramp: 2}
- {parameter: tilt.model, start: 2025, end: 2025, add: {distribution: 'uniform(0,0.1)'}}
variants: {adoption: bass}
run: {replicates: 7, scale: 0.05, until: 2028}
"""


def test_the_effective_scenario_reads_back_to_the_same_inputs(folder):
    scenario = folder.load(RICH)
    (folder.path / "kept.yaml").write_text(scenario.to_yaml(), encoding="utf-8")
    kept = load("kept.yaml", registry=folder.registry)
    assert kept.digest == scenario.digest
    assert diff(scenario, kept, 2035) == []
    assert (kept.title, kept.run_settings) == (scenario.title, scenario.run_settings)
    for number in (0, 1, 5):
        assert kept.effective(parameter_set=number).digest == scenario.effective(parameter_set=number).digest
    assert "# case.yaml:6" in scenario.to_yaml()


def test_effective_inputs_travel_between_processes(folder):
    effective = folder.load(RICH).effective(parameter_set=2)
    copy = pickle.loads(pickle.dumps(effective))
    assert copy.digest == effective.digest
    assert np.array_equal(copy.paths["tilt"], effective.paths["tilt"])


def test_explain_names_every_source(folder):
    folder.write("base", "policy:\n  grants: 20")
    scenario = folder.load("extends: base\npolicy:\n  grants: {2020: 30}", ["policy.grants={2021: 40}"])
    facts = scenario.explain("policy.grants")
    said = [(layer["origin"], layer["value"]) for layer in facts["layers"]]
    assert said == [
        ("registry default", "10"),
        ("base.yaml:4", "20"),
        ("case.yaml:5", "{2020Q1: 30}"),
        ("--set", "{2021Q1: 40}"),
    ]
    assert (facts["origin"], facts["unit"], facts["low"], facts["high"]) == ("--set", "bn_cny/year", 0.0, 100.0)
    assert facts["path"][facts["quarters"].index("2021Q1")] == 40.0
    assert scenario.explain("tilt.model")["path"][0] == 0.2
    with pytest.raises(InvalidInput, match="did you mean grants"):
        scenario.explain("grant")


def test_rows_can_be_limited_to_what_changed(folder):
    scenario = folder.load("policy: {grants: 30}\nmodel: {elasticity: 1.5}")
    changed = {row["id"]: row for row in scenario.rows(changed_only=True)}
    assert set(changed) == {"grants", "elasticity"}
    assert (changed["grants"]["last"], changed["grants"]["origin"]) == (30.0, "case.yaml:3")
    assert len(scenario.rows()) == len(folder.registry)


def test_differences_name_first_date_and_both_origins(folder):
    folder.write("other", "policy: {grants: {2020: 30}, tilt: {model: 0.9}}\nmodel: {elasticity: 1.5}\nrun: {seed: 3}")
    folder.write("base", "variants: {market: replicator}")
    rows = {row["key"]: row for row in diff(folder.load("base"), folder.load("other"))}
    assert set(rows) == {"grants", "tilt.model", "elasticity", "variants.market", "run.seed"}
    assert rows["grants"]["start"] == "2020Q1"
    assert (rows["grants"]["b"], rows["grants"]["origin_b"]) == (30.0, "other.yaml:3")
    assert (rows["elasticity"]["start"], rows["elasticity"]["a"], rows["elasticity"]["b"]) == ("", 1.2, 1.5)
    assert (rows["variants.market"]["a"], rows["variants.market"]["b"]) == ("replicator", "awards")
    assert diff(folder.load("other"), folder.load("other")) == []
    late = folder.load("policy: {grants: {2033: 99}}")
    assert diff(late, folder.load("title: {en: x}"), 2030) == []
    assert len(diff(late, folder.load("title: {en: x}"), 2035)) == 1


def test_loading_and_resolving_are_quick(folder):
    # Not a benchmark: a guard against work that grows by accident; the budget is ten times what it takes.
    folder.write("base", RICH)
    folder.write("case", "extends: base\npolicy: {tax: 0.9}")
    start = time.perf_counter()
    folder.load("case").effective()
    assert time.perf_counter() - start < 1.0

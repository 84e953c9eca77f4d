"""The scenarios that come with the program."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from simulation.inputs.registry import registry
from simulation.scenario import diff, discover, load, validate
from simulation.scenario.documents import packaged_folders

SHIPPED = (
    "plan_baseline",
    "historical_actual",
    "no_plan_counterfactual",
    "signal_only",
    "money_only",
    "funding_winter",
    "export_control_squeeze",
    "talent_exodus",
    "adoption_first_ai_plus",
    "quick_demo",
)
STRENGTHS = ("strict", "moderate", "weak")
BUDGETS = "bn_cny/year"


def plan_levers_moved(reference: str) -> set[str]:
    """Plan levers (registry ``starts``) that do not follow their pre-plan path."""
    scenario, rows = load(reference), registry()
    return {
        name
        for name, parameter in rows.items()
        if parameter.starts and not np.array_equal(scenario.path(name), default(name))
    }


def default(name: str) -> np.ndarray:
    from simulation.scenario.effective import default_path

    return default_path(registry()[name])


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_scenario_passes_strict_validation(name):
    assert validate(name, strict=True) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_titles_and_stories_in_both_languages(name):
    for reference in (name, *(f"{name}:{strength}" for strength in STRENGTHS if name == "no_plan_counterfactual")):
        scenario = load(reference)
        for texts in (scenario.layer.title, scenario.layer.story):
            assert texts["en"].isascii()
            assert re.search(r"[\u4e00-\u9fff]", texts["zh"])


def test_all_are_found_and_nothing_is_broken():
    found = {each.id: each for each in discover()}
    assert set(SHIPPED) <= set(found)
    assert [each.problem for each in found.values() if each.problem] == []
    strengths = found["no_plan_counterfactual"]
    assert (set(strengths.strengths), strengths.default_strength) == (set(STRENGTHS), "moderate")


def test_the_strict_counterfactual_moves_no_plan_lever():
    assert plan_levers_moved("no_plan_counterfactual:strict") == set()


def test_the_counterfactuals_are_ordered_and_share_outside_drivers_and_tax_law():
    strict, moderate, weak, actual = (
        load(reference)
        for reference in (*(f"no_plan_counterfactual:{strength}" for strength in STRENGTHS), "historical_actual")
    )
    moved = [plan_levers_moved(f"no_plan_counterfactual:{strength}") for strength in STRENGTHS]
    assert moved[0] < moved[1] < moved[2]
    outside = [name for name, parameter in registry().items() if parameter.section == "external"]
    for scenario in (strict, moderate, weak):
        for name in [
            *outside,
            "rd_super_deduction",
            "regulation_intensity",
            "bank_credit_access",
            "international_coop",
        ]:
            assert np.array_equal(scenario.path(name), actual.path(name)), name
    assert load("no_plan_counterfactual").digest == moderate.digest
    # AI Plus only in the weak version; nothing announced in 2017 in any.
    assert moderate.path("signal_strength").max() == 0.0
    assert weak.path("signal_strength")[: 4 * 9].max() == 0.0
    assert weak.path("signal_strength").max() > 0.0


def test_the_plan_spends_more_than_its_pre_plan_trend():
    scenario = load("plan_baseline")
    budgets = [row for row in registry().values() if row.section == "policy" and row.unit == BUDGETS and row.starts]
    total = sum(scenario.path(row.id)[16:60] for row in budgets)
    trend = sum(default(row.id)[16:60] for row in budgets)
    assert np.all(total > trend)
    assert len(plan_levers_moved("plan_baseline")) > 40


def test_signal_and_money_are_the_two_parts_of_the_plan():
    money = {row["key"] for row in diff("plan_baseline", "money_only")}
    assert money == {"signal_strength"}
    signal = {row["key"].split(".")[0] for row in diff("plan_baseline", "signal_only")}
    assert "signal_strength" not in signal
    rows = registry()
    left = [
        name
        for name in plan_levers_moved("signal_only")
        if rows[name].section == "policy" and rows[name].unit == BUDGETS
    ]
    assert left == []


def test_stories_move_what_they_say_and_nothing_before_they_say():
    for name, keys in {
        "funding_winter": {"private_equity_supply", "ipo_window", "corporate_venture"},
        "talent_exodus": {"talent_import_rate", "talent_outflow", "international_coop"},
    }.items():
        rows = diff("plan_baseline", name)
        assert {row["key"] for row in rows} == keys
        assert min(row["start"] for row in rows) == "2022Q1"
    winter, base = load("funding_winter"), load("plan_baseline")
    assert winter.path("private_equity_supply")[30] == pytest.approx(0.5 * base.path("private_equity_supply")[30])
    assert load("export_control_squeeze").path("compute_import_restriction")[43] == pytest.approx(0.9)
    ai_plus = diff("plan_baseline", "adoption_first_ai_plus")
    assert min(row["start"] for row in ai_plus if row["key"] == "signal_strength") == "2025Q3"


def test_the_demonstration_is_the_baseline_in_small():
    rows = diff("plan_baseline", "quick_demo")
    assert {row["key"] for row in rows} == {"run.scale", "run.replicates"}
    settings = load("quick_demo").run_settings
    assert (settings["scale"], settings["replicates"], settings["until"]) == (0.02, 4, "2030Q4")


def test_before_the_plan_every_scenario_has_the_same_plan_levers():
    start = 6  # 2017Q3
    for name in SHIPPED:
        scenario = load(name)
        for row in registry().values():
            if row.starts:
                assert np.array_equal(scenario.path(row.id)[:start], default(row.id)[:start]), (name, row.id)


def test_shipped_files_name_no_machine_and_stay_neutral():
    folder: Path = packaged_folders()[0]
    for path in folder.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/(home|work|root|tmp)/", text)
        assert not re.search(r"\b(brilliant|aggressive|impressive|alarming|predatory|superior)\b", text, re.IGNORECASE)

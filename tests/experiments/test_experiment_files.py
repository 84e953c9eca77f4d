"""Experiment files: what they say is what is run, and what is wrong in them is told at once, with its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulation.errors import InvalidInput
from simulation.experiments.experiment import Experiment, load_experiment
from simulation.experiments.factors import applied
from simulation.experiments.sweep import make_sweep
from simulation.inputs.registry import registry
from simulation.scenario import VARIANTS, dates

HEAD = "kind: experiment\nschema_version: 1\nscenarios: [plan_baseline]\n"
SHIPPED = sorted(path.stem for path in (Path(__file__).parents[2] / "scenarios" / "experiments").glob("*.yaml"))


def written(folder: Path, body: str, head: str = HEAD) -> Experiment:
    path = folder / "own.yaml"
    path.write_text(head + body, encoding="utf-8")
    return load_experiment(str(path))


def grid(factor: str) -> str:
    return f"factors:\n  {factor}\ndesign: {{name: grid}}\n"


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_experiments_load_and_stay_within_bounds(name: str) -> None:
    experiment = load_experiment(name)
    plan = make_sweep(experiment)
    assert len(plan.members) * len(plan.scenarios) == experiment.size
    assert experiment.title["zh"] and experiment.story["zh"]
    base = plan.effective[plan.scenarios[0].id, 0]
    known = registry()
    for number in (1, len(plan.points) // 2 + 1, len(plan.points)):
        inputs = applied(base, plan.factors, plan.points[number])
        for name_, value in (*inputs.paths.items(), *inputs.values.items()):
            row = known[name_]
            assert np.all(np.asarray(value) >= row.low - 1e-12) and np.all(np.asarray(value) <= row.high + 1e-12)


def test_screening_varies_every_lever_and_every_uncertain_constant() -> None:
    screening = load_experiment("screening")
    names = {factor.parameter.id if factor.parameter else factor.name for factor in screening.factors}
    assert not names & set(screening.not_applicable)
    names |= set(screening.not_applicable)
    wanted = {row.id for row in registry().values() if row.is_lever and row.plan_class != "O"}
    wanted |= {row.id for row in registry().values() if row.kind == "parameter" and row.plan_class != "O"}
    assert wanted <= names
    assert {f"variants.{rule}" for rule in VARIANTS if rule != "venture_supply"} <= names


def test_screening_moves_what_is_zero_in_the_baseline_and_names_what_cannot_matter() -> None:
    screening = load_experiment("screening")
    plan = make_sweep(screening)
    base = plan.effective["plan_baseline", 0]
    for factor in plan.factors:
        if factor.parameter is not None and factor.parameter.id in base.paths:
            level = factor.values(np.array([0.875]))[0]
            moved = applied(base, [factor], [level]).paths[factor.parameter.id]
            assert not np.array_equal(moved, base.paths[factor.parameter.id]), factor.name
    assert {"scope_factor_i", "list_widening", "imposed_venture_path"} <= set(screening.not_applicable)
    assert "carrying_speed" not in screening.not_applicable  # it moves related revenue


def test_every_sets_a_path_that_is_zero_throughout(folder: Path) -> None:
    body = "factors: {every: {levers: {distribution: 'uniform(0.5, 1.5)', as: multiply}}}\n"
    factors = {f.name: f for f in written(folder, body + "design: {name: morris, n: 2}\n").factors}
    assert factors["compute_import_restriction"].action == "set"
    assert factors["compute_import_restriction"].prior == registry()["compute_import_restriction"].prior
    assert factors["fiscal_rd_grants"].action == "multiply"


@pytest.mark.parametrize(("action", "level"), [("set", 30.0), ("add", 5.0), ("multiply", 1.5), ("strength", 0.0)])
def test_level_acts_as_said_and_only_from_its_date(folder: Path, action: str, level: float) -> None:
    experiment = written(folder, grid(f"fiscal_rd_grants: {{levels: [{level}], as: {action}, from: 2020Q1}}"))
    plan = make_sweep(experiment)
    base = plan.effective["plan_baseline", 0]
    changed = applied(base, plan.factors, plan.points[1])
    before, after = base.paths["fiscal_rd_grants"], changed.paths["fiscal_rd_grants"]
    start = dates.position("2020Q1")
    assert start is not None
    np.testing.assert_array_equal(after[:start], before[:start])
    default = registry()["fiscal_rd_grants"].path(base.quarters)
    wanted = {
        "set": np.full(len(before), level),
        "add": before + 5.0,
        "multiply": 1.5 * before,
        "strength": default,
    }[action]
    row = registry()["fiscal_rd_grants"]
    np.testing.assert_allclose(after[start:], np.clip(wanted, row.low, row.high)[start:], rtol=1e-12)
    for name in base.paths:
        if name != "fiscal_rd_grants":
            np.testing.assert_array_equal(base.paths[name], changed.paths[name])


def test_element_of_a_vector_moves_alone(folder: Path) -> None:
    plan = make_sweep(written(folder, grid("production_weight.applied: {levels: [0.9]}")))
    base = plan.effective["plan_baseline", 0]
    changed = applied(base, plan.factors, plan.points[1]).values["production_weight"]
    assert changed[-1] == 0.9
    np.testing.assert_array_equal(changed[:-1], base.values["production_weight"][:-1])


def test_variant_is_a_factor_like_any_other(folder: Path) -> None:
    plan = make_sweep(written(folder, grid("variants.adoption: all")))
    base = plan.effective["plan_baseline", 0]
    chosen = [applied(base, plan.factors, point).variants["adoption"] for point in plan.points.values()]
    assert chosen == list(VARIANTS["adoption"])


def test_pairing_says_whether_points_share_their_random_numbers(folder: Path) -> None:
    body = grid("award_beta: {levels: [0.3, 0.5]}") + "replicates: 2\n"
    common = make_sweep(written(folder, body)).members
    own = make_sweep(written(folder, body + "pairing: independent\n")).members
    assert [member.replicate for member in common] == [0, 1, 0, 1]
    assert [member.replicate for member in own] == [0, 1, 2, 3]


def test_uncertain_factor_follows_its_distribution_within_the_bounds(folder: Path) -> None:
    body = "factors: {award_beta: prior}\ndesign: {name: latin_hypercube, n: 400, seed: 2}\n"
    values = np.array([point[0] for point in written(folder, body).points()], dtype=float)
    row = registry()["award_beta"]
    assert row.low <= values.min() and values.max() <= row.high
    np.testing.assert_allclose(np.quantile(values, 0.5), row.quantile(0.5), rtol=0.02)


def test_table_of_points_is_run_as_written(folder: Path) -> None:
    body = (
        "factors:\n  award_beta: prior\n  variants.market: all\n"
        "design: {name: table, points: [{award_beta: 0.4, variants.market: replicator}]}\n"
    )
    assert written(folder, body).points() == [(0.4, "replicator")]


@pytest.mark.parametrize(
    ("body", "place", "words"),
    [
        ("factor: {}\n", "4:1", "unknown key 'factor'"),
        (grid("award_bet: prior"), "5:3", "did you mean award_beta"),
        (grid("award_beta: {levels: [99]}"), "5:25", "above the upper bound"),
        (grid("award_beta: {levels: [0.4], from: 2020Q1}"), "5:37", "takes no date"),
        (grid("award_beta: {levels: [0.4], as: strength}"), "5:35", "is a constant"),
        (grid("award_beta: {levels: [0.4], as: multipl}"), "5:35", "did you mean multiply"),
        (grid("migration_friction: {levels: [2], as: multiply}"), "5:3", "multiplying it changes nothing"),
        (grid("fiscal_rd_grants: {levels: [1, 3], as: multiply}"), "5:3", "level 3 takes fiscal_rd_grants to"),
        (grid("award_beta: prior"), "6:9", "a grid takes factors with levels"),
        (grid("award_beta: {distribution: 'unifrom(0,1)'}"), "5:30", "did you mean uniform"),
        (grid("fiscal_rd_grants: {levels: [20], from: 2016Q1}"), "5:42", "may not be changed before 2017Q3"),
        (grid("variants.market: [awards, replicatr]"), "5:29", "did you mean replicator"),
        (grid("variants.markt: all"), "5:3", "did you mean market"),
        ("factors: {award_beta: prior}\ndesign: {name: sobol, n: 100}\n", "5:26", "not a power of two"),
        (
            "factors: {variants.market: all}\ndesign: {name: sobol, n: 16}\n",
            "5:23",
            "too small for factors with levels",
        ),
        ("factors: {award_beta: prior}\ndesign: {name: morriss, n: 10}\n", "5:16", "did you mean morris"),
        ("factors: {award_beta: prior}\ndesign: {name: morris}\n", "5:9", "needs its size"),
        (
            grid("award_beta: {levels: [0.4]}") + "outcomes: [{variable: core_revenu, year: 2030}]\n",
            "7:23",
            "core_revenue",
        ),
        (
            grid("award_beta: {levels: [0.4]}") + "outcomes: [{variable: core_revenue, year: 2041}]\n",
            "7:43",
            "whole year",
        ),
        (
            grid("award_beta: {levels: [0.4]}") + "outcomes: [{variable: core_revenue, year: 2030, scope: Z}]\n",
            "7:56",
            "not observed in scope",
        ),
        (grid("award_beta: {levels: [0.4]}") + "pairing: comon\n", "7:10", "did you mean common"),
        (grid("award_beta: {levels: [0.4]}") + "replicates: none\n", "7:13", "not a whole number"),
        ("factors: {every: {lever: prior}}\ndesign: {name: morris, n: 2}\n", "4:19", "did you mean levers"),
    ],
)
def test_mistake_is_told_with_place_and_remedy(folder: Path, body: str, place: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        written(folder, body)
    text = str(caught.value)
    assert f"own.yaml:{place}:" in text and words in text, text


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("kind: scenario\nschema_version: 1\n", "kind is 'scenario', not 'experiment'"),
        ("kind: experiment\nschema_version: 2\nscenarios: [plan_baseline]\n", "schema_version: 1"),
        (HEAD.replace("plan_baseline", "plan_baselin"), "did you mean plan_baseline"),
    ],
)
def test_wrong_head_is_told(folder: Path, head: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        written(folder, grid("award_beta: {levels: [0.4]}"), head)


def test_unknown_experiment_names_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="did you mean screening"):
        load_experiment("screning")


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        written(folder, "factors: {award_bet: prior}\ndesign: {name: morriss}\nreplicates: 0\n")
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ("{name: table, points: [{award_beta: 99}]}", "above the upper bound"),
        ("{name: table, points: [{award_beta: 0.3 years}]}", "does not convert to ratio"),
        ("{name: table, points: [{award_beta: ~}]}", "is not a number"),
        ("{name: table}", "a table needs 'points'"),
        ("{name: sobol, n: 64, second_order: 'no'}", "neither true nor false"),
    ],
)
def test_design_is_read_under_the_same_contract_as_everything(folder: Path, design: str, words: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        written(folder, f"factors: {{award_beta: prior}}\ndesign: {design}\n")
    assert words in str(raised.value) and "own.yaml:5" in str(raised.value)


def test_point_of_a_table_may_be_written_in_another_unit(folder: Path) -> None:
    body = "factors: {award_beta: {levels: [20%]}}\ndesign: {name: table, points: [{award_beta: 30%}]}\n"
    assert written(folder, body).points() == [(0.3,)]


def test_scenarios_that_would_share_files_are_named(folder: Path) -> None:
    for name in ("one plan.yaml", "one_plan.yaml"):
        (folder / name).write_text("kind: scenario\nschema_version: 1\n", encoding="utf-8")
    head = HEAD.replace("[plan_baseline]", "[one plan.yaml, one_plan.yaml]")
    with pytest.raises(InvalidInput, match="one plan and one_plan"):
        written(folder, "factors: {award_beta: {levels: [0.3]}}\ndesign: {name: grid}\n", head)

"""The verbs on experiments and comparisons, as a user calls them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import simulation.model
from simulation.results import Result
from tests.cli.conftest import Command
from tests.experiments.stand_in import Fragile, Steady

EXPERIMENT = """kind: experiment
schema_version: 1
title: {en: Grants and awards}
scenarios: [plan_baseline]
factors:
  fiscal_rd_grants: {distribution: 'uniform(0.5, 1.5)', as: multiply, from: 2018Q1}
  award_beta: prior
outcomes:
  - {variable: core_revenue, year: 2018}
  - {variable: core_revenue, year: 2019, scope: A}
design: {name: morris, n: 4, seed: 1}
replicates: 3
run: {scale: 0.002, until: 2019}
"""
RUNS = 4 * 3 * 3
PAIR = ("plan_baseline", "signal_only", "--until", "2019", "--scale", "0.002", "--jobs", "1")


@pytest.fixture
def experiment(folder: Path) -> str:
    (folder / "own.yaml").write_text(EXPERIMENT, encoding="utf-8")
    return "own.yaml"


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_dry_run_tells_runs_time_and_disk_and_writes_nothing(aiplan: Command, experiment: str, folder: Path) -> None:
    done = aiplan("sweep", experiment, "--dry-run", "--jobs", "2", "--json")
    told = json.loads(done.out)
    assert (told["points"], told["replicates"], told["runs"], told["factors"]) == (12, 3, RUNS, 2)
    assert told["minutes"] >= 0.0 and told["megabytes"] > 0.0 and told["workers"] == 2
    assert [path.name for path in folder.iterdir()] == ["own.yaml"]
    assert str(RUNS) in aiplan("sweep", experiment, "--dry-run").out


def test_sweep_is_stored_counted_and_ranked(aiplan: Command, experiment: str) -> None:
    done = aiplan("sweep", experiment, "--jobs", "1", "--out", "out", "--json")
    assert done.code == 0
    assert json.loads(done.out) == {"result": "out", "done": RUNS, "failed": 0, "runs": RUNS}
    assert json.loads(aiplan("status", "out", "--json").out) == {"done": RUNS, "failed": 0, "pending": 0}
    data = Result("out").dataset
    assert data["factor_award_beta"].dims == ("member",) and data.sizes["member"] == RUNS
    assert len(rows(Path("out/points.csv"))) == 12
    document = json.loads(aiplan("sensitivity", "out", "--no-figures", "--json").out)
    first = [row for row in document["sensitivity"] if row["outcome"] == "core_revenue_2018"]
    assert [row["factor"] for row in first] == ["fiscal_rd_grants", "award_beta"]
    assert first[0]["mu_star"] > 0.0 == first[1]["mu_star"]  # the stand-in knows grants alone
    assert document["outcomes"][0]["replicates"] == 3 and 0.0 < document["outcomes"][0]["share_variance"] < 1.0
    stored = rows(Path("out/sensitivity.csv"))[0]
    assert stored["factor"] == "fiscal_rd_grants"
    assert (stored["points"], stored["replicates"], stored["scale"]) == ("12", "3", "0.002")
    assert "3 seeds, the same at every point" in aiplan("sensitivity", "out", "--no-figures").out
    for verb in ("targets", "plot"):
        refused = aiplan(verb, "out")
        assert (refused.code, refused.out) == (2, "") and "a sweep of 12 points" in refused.err


def test_grid_gives_paired_differences_to_the_level_as_planned(aiplan: Command, folder: Path) -> None:
    head, _, tail = EXPERIMENT.partition("  fiscal_rd_grants")
    levels = "  fiscal_rd_grants: {levels: [0, 1, 2], as: multiply, from: 2018Q1}\n"
    tail = tail.partition("award_beta: prior\n")[2].replace("{name: morris, n: 4, seed: 1}", "{name: grid}")
    (folder / "grid.yaml").write_text(head + levels + tail, encoding="utf-8")
    assert aiplan("sweep", "grid.yaml", "--jobs", "1", "--out", "out").code == 0
    document = json.loads(aiplan("sensitivity", "out", "--json").out)
    first = [row for row in document["response"] if row["outcome"] == "core_revenue_2018"]
    assert [row["base"] for row in first] == [2, 2, 2] and first[1]["difference"] is None
    for row in (first[0], first[2]):
        assert row["difference"] == pytest.approx(row["mean"] - first[1]["mean"])
        assert row["low"] < row["difference"] < row["high"] and row["difference_error"] > 0.0
    table = aiplan("sensitivity", "out", "--outcome", "core_revenue_2018").out
    assert "differences to point 2, on the same seeds" in table and "out/response.csv" in table


def test_what_does_not_apply_is_listed(aiplan: Command, folder: Path) -> None:
    every = "  every: {vectors: {distribution: 'uniform(0.9, 1.1)', as: multiply}, except: [carrier_sales]}\n"
    (folder / "own.yaml").write_text(EXPERIMENT.replace("outcomes:", every + "outcomes:"), encoding="utf-8")
    assert aiplan("sweep", "own.yaml", "--jobs", "2", "--out", "out").code == 0
    assert "left out by the experiment): carrier_sales" in aiplan("sensitivity", "out", "--no-figures").out
    notes = {row["factor"]: row["note"] for row in rows(Path("out/sensitivity.csv"))}
    assert notes["target_related_revenue"].startswith("not applicable: read by observation")
    assert notes["award_beta"] == ""


def test_existing_folder_is_refused_and_continued_on_request(aiplan: Command, experiment: str) -> None:
    assert aiplan("sweep", experiment, "--jobs", "1", "--out", "out").code == 0
    for path in list(Path("out/shards").iterdir())[:7]:
        path.unlink()
    assert json.loads(aiplan("status", "out", "--json").out) == {"done": RUNS - 7, "failed": 0, "pending": 7}
    refused = aiplan("sweep", experiment, "--jobs", "1", "--out", "out")
    assert (refused.code, refused.out) == (2, "") and "--resume" in refused.err
    again = aiplan("sweep", experiment, "--jobs", "1", "--out", "out", "--resume", "--json")
    assert again.code == 0 and json.loads(again.out)["done"] == RUNS


def test_failed_runs_are_told_with_a_command_that_repeats_them(
    aiplan: Command, experiment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation.model, "Economy", Fragile)
    done = aiplan("sweep", experiment, "--jobs", "1", "--out", "out", "--json")
    assert done.code == 4 and json.loads(done.out)["failed"] == 12
    assert "cash is not finite in 2019Q2" in done.err
    status = aiplan("status", "out")
    assert "cash is not finite" in status.out
    (command,) = {line.strip() for line in status.out.splitlines() if "--point 1 " in line}
    refused = aiplan("sensitivity", "out", "--no-figures")
    assert refused.code == 2 and "12 of 12 points have no finite value" in refused.err
    monkeypatch.setattr(simulation.model, "Economy", Steady)
    words = command.removeprefix("repeat: aiplan ").split()
    single = json.loads(aiplan(*words, "--out", "single", "--json").out)
    assert single["done"] == 1
    member = Result("single").dataset.isel(member=0)
    assert (int(member["parameter_set"]), int(member["replicate"])) == (1, 2)


def test_figures_of_a_sensitivity_have_their_data_beside_them(aiplan: Command, experiment: str) -> None:
    assert aiplan("sweep", experiment, "--jobs", "1", "--out", "out").code == 0
    done = aiplan("sensitivity", "out", "--outcome", "core_revenue_2018", "--json")
    files = [Path(path) for path in json.loads(done.out)["files"]]
    pictures = {path.stem for path in files if path.suffix == ".png"}
    # Four trajectories and one year leave nothing to compare over the sample or the years.
    assert pictures == {"morris-core_revenue_2018", "tornado-core_revenue_2018"}
    assert all(path.with_suffix(".csv").is_file() for path in files)


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        (("award_beta: prior", "award_bet: prior"), "own.yaml:7:3", "did you mean award_beta"),
        (("uniform(0.5, 1.5)", "uniform(1.5, 0.5)"), "own.yaml:6", "uniform"),
        (("name: morris", "name: moris"), "own.yaml:11", "did you mean morris"),
        (("core_revenue, year: 2018", "core_revenu, year: 2018"), "own.yaml:9", "did you mean core_revenue"),
        (("year: 2018}", "year: 2031}"), "own.yaml:9", "2031"),
        (("replicates: 3", "replicates: 0"), "own.yaml:12", "replicates"),
        (("[plan_baseline]", "[plan_baselin]"), "own.yaml:4", "did you mean plan_baseline"),
        (("run: {scale: 0.002", "run: {scale: 2"), "own.yaml:13", "scale"),
    ],
)
def test_mistake_in_an_experiment_is_told_with_its_place(
    aiplan: Command, experiment: str, folder: Path, change: tuple[str, str], place: str, words: str
) -> None:
    (folder / "own.yaml").write_text(EXPERIMENT.replace(*change), encoding="utf-8")
    for arguments in (("sweep", "own.yaml"), ("sweep", "own.yaml", "--dry-run"), ("validate", "own.yaml")):
        done = aiplan(*arguments)
        assert (done.code, done.out) == (3, "")
        assert place in done.err and words in done.err and "Traceback" not in done.err, done.err
    assert [path.name for path in folder.iterdir()] == ["own.yaml"]


def test_experiments_and_scenarios_are_validated_together(aiplan: Command, experiment: str, folder: Path) -> None:
    assert aiplan("validate", experiment, "grants_sweep", "plan_baseline", "--strict").code == 0
    (folder / "bad.yaml").write_text(EXPERIMENT.replace("morris", "moris"), encoding="utf-8")
    (folder / "story.yaml").write_text("kind: scenario\nschema_version: 1\npolicy: {grants: 1}\n", encoding="utf-8")
    done = aiplan("validate", "bad.yaml", "story.yaml")
    assert done.code == 3 and "bad.yaml:11" in done.err and "story.yaml:3" in done.err


def test_what_is_no_sweep_is_refused(aiplan: Command, experiment: str) -> None:
    assert aiplan("run", "plan_baseline", "--replicates", "2", "--until", "2019", "--out", "runs").code == 0
    for arguments in (("sensitivity", "runs"), ("sensitivity", "nowhere"), ("status", "nowhere")):
        done = aiplan(*arguments)
        assert done.code == 2 and done.out == "" and "Traceback" not in done.err
    assert aiplan("sweep", experiment, "--point", "13").code == 2
    unknown = aiplan("sweep", "screning", "--dry-run")
    assert unknown.code == 3 and "did you mean screening" in unknown.err


def test_comparison_tells_differences_their_error_and_what_pairing_saves(aiplan: Command) -> None:
    document = json.loads(aiplan("compare", *PAIR, "--replicates", "12", "--json").out)
    assert document["reached"] is None
    assert [row["outcome"] for row in document["comparison"]] == ["core_revenue_2019"]
    (row,) = document["comparison"]
    assert (row["scenario"], row["base"], row["runs"]) == ("signal_only", "plan_baseline", 12)
    assert row["low"] < row["difference"] < row["high"] < 0.0  # fewer grants, less of everything
    assert row["variance_ratio"] > 10.0 and row["error"] > 0.0
    stored = rows(Path(document["result"]) / "comparison.csv")
    assert float(stored[0]["difference"]) == row["difference"]


def test_comparison_of_named_outcomes(aiplan: Command) -> None:
    chosen = ("--outcome", "core_revenue:2018:A", "--outcome", "firms_alive:2019")
    document = json.loads(aiplan("compare", *PAIR, "--replicates", "3", *chosen, "--json").out)
    assert [row["outcome"] for row in document["comparison"]] == ["core_revenue_2018_A", "firms_alive_2019"]
    wrong = aiplan("compare", *PAIR, "--outcome", "core_revenu:2018", "--out", "wrong")
    assert wrong.code == 3 and "did you mean core_revenue" in wrong.err and not Path("wrong").exists()
    undated = aiplan("compare", *PAIR[:2], "--until", "soon")
    assert undated.code in (2, 3) and "soon" in undated.err and undated.out == ""


def test_precision_adds_runs_until_the_interval_is_as_narrow_as_asked(aiplan: Command) -> None:
    loose = json.loads(aiplan("compare", *PAIR, "--replicates", "4", "--precision", "50%", "--json").out)
    assert loose["reached"] and loose["comparison"][0]["runs"] == 4
    done = aiplan("compare", *PAIR, "--replicates", "4", "--precision", "0.02%", "--json")
    tight = json.loads(done.out)
    (row,) = tight["comparison"]
    assert tight["reached"] and row["runs"] > 4 and "are needed" in done.err
    assert (row["high"] - row["low"]) / 2.0 <= 0.0002 * abs(row["base_mean"])
    most = aiplan("compare", *PAIR, "--replicates", "4", "--precision", "0.0001%", "--most", "10", "--json")
    assert json.loads(most.out)["reached"] is False and json.loads(most.out)["comparison"][0]["runs"] == 10


def test_probability_of_targets_is_known_to_the_points_asked_for(aiplan: Command) -> None:
    words = ("plan_baseline", "--until", "2020", "--scale", "0.002", "--jobs", "1", "--replicates", "4")
    done = aiplan("compare", *words, "--precision", "20pp", "--json")
    assert json.loads(done.out)["reached"]
    runs = len(Result(json.loads(done.out)["result"]).runs)
    assert 4 < runs <= 25  # a Wilson interval of 20 points to either side takes at most 17 runs, and a tenth to spare


@pytest.mark.parametrize("text", ["much", "-1%", "0pp", "1.2.3"])
def test_precision_that_is_none_is_refused(aiplan: Command, folder: Path, text: str) -> None:
    done = aiplan("compare", *PAIR, f"--precision={text}")
    assert (done.code, done.out) == (2, "") and "is no precision" in done.err
    assert not (folder / "results").exists()


def test_cluster_that_does_not_answer_is_refused(
    aiplan: Command, experiment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("simulation.experiments.cluster.CONNECT_SECONDS", 0.5)
    for words in (("sweep", experiment), ("run", "plan_baseline", "--replicates", "2")):
        done = aiplan(*words, "--cluster", "tcp://127.0.0.1:9", "--out", "out")
        assert done.code == 2 and "no Dask scheduler answers" in done.err and not Path("out").exists()


def test_failed_runs_are_said_by_compare_and_targets_with_exit_code_four(
    aiplan: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation.model, "Economy", Fragile)
    compared = aiplan("compare", *PAIR, "--replicates", "4", "--json")
    assert compared.code == 4 and "cash is not finite" in compared.err and json.loads(compared.out)["comparison"]
    words = ("targets", "plan_baseline", *PAIR[2:], "--replicates", "4", "--json")
    first = aiplan(*words)
    assert first.code == 4 and "--first-replicate 2" in first.err
    stored = aiplan("targets", json.loads(first.out)["result"])
    assert stored.code == 4 and "1 runs failed" in stored.out


def test_precision_starts_with_runs_that_tell_a_spread(aiplan: Command) -> None:
    done = aiplan("compare", *PAIR, "--replicates", "1", "--precision", "50%", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["comparison"][0]["runs"] == 2


def test_precision_of_targets_that_lie_beyond_the_runs_is_refused(aiplan: Command, folder: Path) -> None:
    done = aiplan("compare", "plan_baseline", "--until", "2018", "--precision", "2pp")
    assert (done.code, done.out) == (2, "") and "2018Q4" in done.err and "2020" in done.err
    assert not (folder / "results").exists()


def test_precision_continues_a_folder_that_has_grown(aiplan: Command) -> None:
    words = ("compare", *PAIR, "--replicates", "4", "--precision", "0.02%", "--out", "out", "--json")
    grown = json.loads(aiplan(*words).out)["comparison"][0]["runs"]
    again = aiplan(*words, "--resume")
    assert again.code == 0 and json.loads(again.out)["comparison"][0]["runs"] == grown > 4

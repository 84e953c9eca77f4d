"""``aiplan run``, ``targets`` and ``plot``: what they print, where it goes, and how they end."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import simulation.model
from simulation import open_result
from tests.cli.conftest import Command
from tests.experiments.stand_in import Fragile, Hopeless

QUICK = ("--replicates", "3", "--until", "2020", "--jobs", "1", "--no-figures")
SHAPE = (
    "scenario", "indicator", "year", "scope", "threshold", "unit", "runs", "probability", "low", "high", "median",
    "margin", "year_reached", "extrapolated",
)  # fmt: skip


def test_json_is_the_only_thing_on_standard_output(aiplan: Command) -> None:
    done = aiplan("run", "plan_baseline", *QUICK, "--json")
    assert done.code == 0
    document = json.loads(done.out)
    assert Path(document["result"]).is_dir()
    assert len(document["targets"]) == 22
    assert set(SHAPE) <= set(document["targets"][0])
    assert document["targets"][-1]["probability"] is None  # 2030 lies outside this run: null, never NaN


def test_table_has_the_fixed_rows_and_says_where_the_result_is(aiplan: Command) -> None:
    done = aiplan("run", "plan_baseline", *QUICK)
    rows = [line for line in done.out.splitlines() if line.startswith(("core 20", "related 20"))]
    assert len(rows) == 22
    assert [line.split()[1:3] for line in rows[:4]] == [["2020", scope] for scope in "NABI"]
    folder = next(line for line in done.out.splitlines() if line.startswith("Result: ")).removeprefix("Result: ")
    assert open_result(folder).manifest["command"].startswith("aiplan run plan_baseline --replicates 3")


def test_stored_target_table_is_the_one_shown(aiplan: Command) -> None:
    document = json.loads(aiplan("run", "plan_baseline", *QUICK, "--json").out)
    with open(Path(document["result"]) / "targets.csv", encoding="utf-8", newline="") as file:
        stored = list(csv.DictReader(file))
    assert [row["scope"] for row in stored] == [row["scope"] for row in document["targets"]]
    assert [row["probability"] for row in stored if row["runs"] == "0"] == [""] * sum(
        row["runs"] == 0 for row in document["targets"]
    )


def test_several_scenarios_are_compared_with_a_scenario_column(aiplan: Command) -> None:
    done = aiplan("run", "plan_baseline", "signal_only", *QUICK)
    header = next(line for line in done.out.splitlines() if line.startswith("scenario"))
    assert header.split()[:4] == ["scenario", "target", "scope", "above"]
    verdict, _, differences = done.out.partition("Differences to plan_baseline")
    assert sum(line.startswith("signal_only") for line in verdict.splitlines()) == 22
    assert sum(line.startswith("signal_only") for line in differences.splitlines()) == 5  # the run ends in 2020


def test_differences_are_stored_and_given_as_json(aiplan: Command) -> None:
    document = json.loads(aiplan("run", "plan_baseline", "signal_only", *QUICK, "--json").out)
    with open(Path(document["result"]) / "differences.csv", encoding="utf-8", newline="") as file:
        stored = list(csv.DictReader(file))
    assert [(row["variable"], row["year"]) for row in stored] == [
        (row["variable"], str(row["year"])) for row in document["differences"]
    ]
    assert {row["base"] for row in document["differences"]} == {"plan_baseline"}
    alone = json.loads(aiplan("run", "plan_baseline", *QUICK, "--json").out)
    assert alone["differences"] == [] and not (Path(alone["result"]) / "differences.csv").exists()


def test_wrong_options_stop_before_anything_is_run_or_written(aiplan: Command) -> None:
    for wrong in (
        ("--language", "fr"),
        ("--jobs", "0"),
        ("--parameter-set", "-1"),
        ("--first-replicate", "-1"),
        ("--replicates", "0"),
    ):
        done = aiplan("run", "plan_baseline", *QUICK, "--out", "out", *wrong)
        assert (done.code, done.out) == (2, "") and wrong[0].strip("-")[:4] in done.err
        assert not Path("out").exists()


def test_options_that_a_stored_result_cannot_follow_are_refused(aiplan: Command) -> None:
    assert aiplan("run", "plan_baseline", *QUICK, "--out", "out").code == 0
    done = aiplan("targets", "out", "--replicates", "5", "--set", "adoption_subsidy=0.2")
    assert (done.code, done.out) == (2, "") and "--set, --replicates" in done.err


def test_figures_that_cannot_be_written_give_exit_code_two(aiplan: Command) -> None:
    assert aiplan("run", "plan_baseline", *QUICK, "--out", "out").code == 0
    Path("taken").write_text("a file where the folder should go")
    done = aiplan("plot", "out", "core", "--out", "taken/figures")
    assert (done.code, done.out) == (2, "") and "cannot write figures into taken/figures" in done.err


def test_override_reaches_the_run_and_its_record(aiplan: Command) -> None:
    plain = json.loads(aiplan("run", "plan_baseline", *QUICK, "--json").out)
    more = json.loads(aiplan("run", "plan_baseline", *QUICK, "--json", "--set", "fiscal_rd_grants=100").out)
    assert more["result"] != plain["result"]
    assert more["targets"][0]["median"] > plain["targets"][0]["median"]
    kept = (Path(more["result"]) / "scenarios" / "plan_baseline.yaml").read_text(encoding="utf-8")
    assert "fiscal_rd_grants: 100" in kept


def test_figures_are_drawn_into_the_result(aiplan: Command) -> None:
    done = aiplan("run", "plan_baseline", "--replicates", "2", "--jobs", "1", "--json")
    document = json.loads(done.out)
    assert document["figures"] and all(Path(path).stat().st_size > 5000 for path in document["figures"])
    assert {Path(path).parent for path in document["figures"]} == {Path(document["result"]) / "figures"}
    again = aiplan("plot", document["result"], "core", "--out", "elsewhere", "--json")
    assert {Path(path).suffix for path in json.loads(again.out)["files"]} == {".png", ".csv"}


def test_failed_runs_give_exit_code_four_and_the_repeating_command(
    aiplan: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation.model, "Economy", Fragile)
    done = aiplan("run", "plan_baseline", *QUICK, "--json")
    assert done.code == 4
    document = json.loads(done.out)
    assert document["failed"] == 1
    assert document["targets"][0]["runs"] == 2
    assert "cash is not finite in 2019Q2" in done.err and "--first-replicate 2" in done.err


def test_no_finished_run_gives_exit_code_one(aiplan: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation.model, "Economy", Hopeless)
    done = aiplan("run", "plan_baseline", *QUICK, "--json")
    assert (done.code, done.out) == (1, "")
    assert "nothing works" in done.err and "Traceback" not in done.err


def test_interrupted_run_says_how_to_go_on(aiplan: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*arguments: object, **options: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(simulation.model, "Economy", stopped)
    done = aiplan("run", "plan_baseline", *QUICK, "--out", "out")
    assert (done.code, done.out) == (1, "")
    assert "--resume" in done.err


def test_existing_folder_gives_exit_code_two_and_is_resumed_on_request(aiplan: Command) -> None:
    assert aiplan("run", "plan_baseline", *QUICK, "--out", "out").code == 0
    refused = aiplan("run", "plan_baseline", *QUICK, "--out", "out")
    assert (refused.code, refused.out) == (2, "")
    assert "--resume" in refused.err
    assert aiplan("run", "plan_baseline", *QUICK, "--out", "out", "--resume").code == 0


def test_profile_goes_to_standard_error(aiplan: Command) -> None:
    done = aiplan("run", "plan_baseline", *QUICK, "--profile", "--json")
    assert json.loads(done.out)["failed"] == 0
    assert "market" in done.err and "75.0%" in done.err and "2019Q3" in done.err
    with open(Path(json.loads(done.out)["result"]) / "profile.csv", encoding="utf-8", newline="") as file:
        cells = list(csv.DictReader(file))
    assert [(row["call"], float(row["ms"])) for row in cells] == 20 * [("world", 250.0), ("market", 750.0)]


def test_targets_of_a_result_and_of_its_scenario_are_the_same(aiplan: Command) -> None:
    settings = QUICK[:-1]
    first = json.loads(aiplan("targets", "plan_baseline", *settings, "--json").out)
    again = json.loads(aiplan("targets", "plan_baseline", *settings, "--json").out)
    stored = json.loads(aiplan("targets", first["result"], "--json").out)
    assert first == again == stored
    assert len(list(Path("results/runs").iterdir())) == 1


def test_targets_can_be_narrowed_to_scopes(aiplan: Command) -> None:
    document = json.loads(aiplan("targets", "plan_baseline", *QUICK[:-1], "--scope", "A,R2", "--json").out)
    assert {row["scope"] for row in document["targets"]} == {"A", "R2"}
    refused = aiplan("targets", document["result"], "--scope", "Z")
    assert refused.code == 2 and "no such scope: Z" in refused.err


def test_plot_refuses_an_unknown_figure_and_a_folder_without_result(aiplan: Command) -> None:
    document = json.loads(aiplan("run", "plan_baseline", *QUICK, "--json").out)
    unknown = aiplan("plot", document["result"], "sunset")
    assert unknown.code == 2 and "sunset" in unknown.err
    assert aiplan("plot", "nowhere").code == 2

"""The verb ``facts`` on a very small economy."""

import csv
import json

import pytest

import simulation.model
from simulation.inputs.evidence import FACT_COLUMNS
from simulation.model.economy import Economy

SMALL = ("--runs", "2", "--scale", "0.02", "--jobs", "1")
REST = "a study,https://example.org,{grade},,validation"


@pytest.fixture
def small(aiplan, monkeypatch):
    monkeypatch.setattr(simulation.model, "Economy", Economy)
    return aiplan


def write(folder, *lines):
    (folder / "mine.csv").write_text("\n".join([",".join(FACT_COLUMNS), *lines]) + "\n", encoding="utf-8")


def test_one_object_for_each_shipped_fact_and_files(small, folder):
    done = small("facts", *SMALL, "--json", "--out", "board")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert len(told) == 62 and all({"id", "value", "low", "high", "passed", "seeds_passed"} <= set(row) for row in told)
    assert {row["status"] for row in told} == {"fitted", "scored", "not in the model"}
    assert all((row["value"] is None) == (row["status"] == "not in the model") for row in told if row["id"] != "F45")
    assert {path.name for path in (folder / "board").iterdir()} == {
        "facts.csv", "scoreboard.png", "scoreboard.csv", "made_with.json",
    }  # fmt: skip
    with open(folder / "board/facts.csv", encoding="utf-8", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == [row["id"] for row in told]
    made = json.loads((folder / "board/made_with.json").read_text(encoding="utf-8"))
    assert made["made_with"].startswith("uv run aiplan facts --runs 2") and made["summary"]["grade_a"] == 27


def test_further_facts_and_those_without_a_statistic(small, folder):
    write(
        folder, "G1,Space,beijing_share,0,30,100,percent," + REST.format(grade="A"),
        "G2,Space,number of tea houses,0,1,2,count," + REST.format(grade="B"),
    )  # fmt: skip
    done = small("facts", "--facts", "mine.csv", *SMALL)
    assert done.code == 0 and "G2: no statistic" in done.out and "number of tea houses" in done.out
    assert "Grade A, not fitted: 1 of 1 passed (100 %)" in done.out
    told = json.loads(small("facts", "--facts", "mine.csv", *SMALL, "--json").out)
    assert [row["status"] for row in told] == ["scored", "no statistic"] and told[1]["passed"] is None


def test_nothing_is_run_for_unknown_facts_alone(small, folder):
    write(folder, "G2,Space,number of tea houses,0,1,2,count," + REST.format(grade="B"))
    done = small("facts", "--facts", "mine.csv", *SMALL, "--out", "board")
    assert done.code == 0 and "nothing is run" in done.err and "0 of 0 passed" in done.out
    assert {path.name for path in (folder / "board").iterdir()} == {"facts.csv", "made_with.json"}


def test_a_bad_file_ends_with_three(small, folder):
    write(folder, "G1,Space,beijing_share,0,30,many,percent," + REST.format(grade="E"))
    done = small("facts", "--facts", "mine.csv", *SMALL)
    assert done.code == 3 and "mine.csv:2:6: high is not a number" in done.err and "unknown certainty" in done.err
    assert small("facts", "--facts", "none.csv").code == 3
    assert small("facts", "--scale", "2").code == 2
    assert small("facts", "--runs", "0").code == 2
    done = small("facts", *SMALL, "--out", "mine.csv")
    assert done.code == 2 and "cannot write into mine.csv" in done.err and "run" not in done.err


def test_failed_runs_end_with_four(small, folder, monkeypatch):
    class Half(Economy):
        def run(self):
            raise AssertionError("not called: facts step the economy themselves")

        def step(self):
            if self.streams.replicate == 1:
                raise FloatingPointError("cash is not finite")
            super().step()

    monkeypatch.setattr(simulation.model, "Economy", Half)
    done = small("facts", *SMALL, "--json")
    assert done.code == 4 and "run 1 failed: FloatingPointError" in done.err
    assert {row["runs"] for row in json.loads(done.out)} == {1, None}


def test_known_statistics_are_listed(small):
    told = json.loads(small("facts", "--statistics", "--json").out)
    assert {"name", "fact", "unit", "how"} == set(told[0]) and "beijing_share" in {row["name"] for row in told}

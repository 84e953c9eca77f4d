"""Milestones of a very small ensemble: the same rows for any number of workers, table, JSON and figures."""

import csv
import json

import numpy as np
import pytest

from simulation.analysis.milestones import study
from simulation.analysis.milestones.checks import ABSENT, AGREES, COLUMNS, DISAGREES
from simulation.analysis.milestones.worlds import ACTUAL, WORLDS, World
from simulation.cli.main import main
from simulation.presentation.milestones import bound_text, figures, value_text
from simulation.results.provenance import MODEL_VERSION
from simulation.results.text import csv_text

SMALL = {"runs": 2, "scale": 0.02}


@pytest.fixture(scope="module")
def found():
    return study.run_milestones(**SMALL, jobs=1)


def test_rows_do_not_depend_on_the_number_of_workers(found):
    again = study.run_milestones(**SMALL, jobs=2)
    assert csv_text(again.rows) == csv_text(found.rows)


def test_every_check_is_judged(found):
    assert [row["id"] for row in found.rows] == [check.id for check in study.CHECKS]
    assert all(tuple(row) == COLUMNS for row in found.rows)
    assert {row["result"] for row in found.rows} <= {AGREES, DISAGREES, ABSENT}
    assert sum(sum(kind.values()) for kind in found.counts().values()) == len(found.rows)
    assert all(row["runs"] == 2 for row in found.rows if row["result"] != ABSENT)


def test_worlds_share_everything_until_they_part(found):
    funding = {world.id: found.runs.quarters("equity_funding_broad", "2016Q1", "2018Q2", world.id) for world in WORLDS}
    for world in WORLDS:
        if world.base == ACTUAL and world.id != "without_ai_majors":
            assert np.array_equal(funding[world.id], funding[ACTUAL])


def test_firms_followed_are_those_of_the_stored_runs(found):
    # New equity of the firms that were followed is that of the same run in the store, apart from firms gone at once.
    money = sum(found.runs.history(f"{kind}_money_by_region").sum(axis=1) for kind in ("state", "private")) / 1000.0
    stored = found.runs.years("equity_funding_core", 2016, study.FOLLOWED).sum(axis=1)
    assert money == pytest.approx(stored, rel=0.1)


def test_command_writes_table_figures_and_json(found, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(study, "run_milestones", lambda *settings, **more: found)
    call = ["milestones", "--runs", "2", "--scale", "0.02", "--out", str(tmp_path)]
    with pytest.raises(SystemExit) as ended:
        main([*call, "--json"])
    assert ended.value.code == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"checks", "counts", "made_with", "files"}
    assert set(told["checks"][0]) == set(COLUMNS)
    assert {path.name for path in tmp_path.iterdir()} == {
        "checks.csv", "made_with.json", "milestones.png", "milestones.csv", "milestones_shocks.png",
        "milestones_shocks.csv",
    }  # fmt: skip
    assert sorted(told["files"]) == sorted(path.as_posix() for path in tmp_path.iterdir())
    rows = list(csv.DictReader((tmp_path / "checks.csv").open(encoding="utf-8")))
    assert [row["id"] for row in rows] == [check.id for check in study.CHECKS] and set(rows[0]) == set(COLUMNS)
    with pytest.raises(SystemExit) as ended:
        main([*call, "--no-figures"])
    assert ended.value.code == 0
    assert "winter-funding" in capsys.readouterr().out


def test_figures_name_runs_scope_prices_and_version(found):
    for sheet in figures(found):
        texts = " ".join(text.get_text() for text in sheet.figure.texts)
        assert all(
            word in texts for word in ("2 runs", "broad scope", "nominal", f"model {MODEL_VERSION}", "scale 0.02")
        )
        assert sheet.rows


def test_bounds_and_values_in_words():
    row = {"low": -np.inf, "high": 0.0, "unit": "percent", "value": -20.123, "q05": -1234.5, "q95": 3.0}
    assert bound_text(row) == "below 0" and value_text(row) == "-20.1 % (-1,234 to 3)"
    assert bound_text({"low": 2017.0, "high": 2018.0, "unit": "year"}) == "2017 to 2018"
    assert bound_text({"low": 1e-9, "high": np.inf, "unit": "persons"}) == "above 0"


def test_a_world_is_a_scenario_of_its_own_name():
    assert World("other", ACTUAL).scenario().id == "other"

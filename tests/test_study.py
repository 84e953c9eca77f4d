"""The model in three lines of Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import simulation
from simulation.errors import InvalidInput, StoreConflict
from tests.experiments.stand_in import settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_load_run_plot(folder: Path) -> None:
    result = simulation.load("plan_baseline").run(**settings(until="2020"))
    (picture, data) = result.plot("core")
    assert picture.parent == result.folder / "figures" and picture.stat().st_size > 5000
    assert data.read_text(encoding="utf-8").count("\n") > 10
    assert [row["scope"] for row in result.targets()[:4]] == ["N", "A", "B", "I"]
    assert (result.folder / "targets.csv").read_text(encoding="utf-8").count("\n") == len(result.targets()) + 1


def test_stored_result_opens_again(folder: Path) -> None:
    made = simulation.run("plan_baseline", "signal_only", **settings())
    opened = simulation.open_result(made.folder)
    assert opened.scenarios == ("plan_baseline", "signal_only")
    assert str(opened.targets()) == str(made.targets())
    assert opened.data.sizes["scenario"] == 2
    with pytest.raises(StoreConflict):
        simulation.open_result("nowhere")


def test_overrides_stand_above_the_file(folder: Path) -> None:
    study = simulation.load("plan_baseline", overrides={"fiscal_rd_grants": 50})
    assert set(study.scenario.effective().paths["fiscal_rd_grants"][6:].tolist()) == {50.0}


def test_mistakes_of_all_scenarios_are_told_at_once(folder: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        simulation.load("plan_baselin", "signal_onl")
    assert "plan_baseline" in str(caught.value) and "signal_only" in str(caught.value)


def test_result_does_not_hand_out_its_own_rows(folder: Path) -> None:
    result = simulation.run("plan_baseline", **settings())
    result.targets()[0]["probability"] = 2.0
    assert result.targets()[0]["probability"] != 2.0


def test_importing_loads_nothing_and_names_are_there() -> None:
    script = (
        "import sys, simulation; print('numpy' in sys.modules, sorted(set(simulation.__all__) - set(dir(simulation))))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False []"
    assert simulation.__version__[0].isdigit()
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        simulation.lod  # noqa: B018

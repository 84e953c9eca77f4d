"""The quick demonstration still gives what was written down; a change must be made on purpose and explained."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from simulation.results.provenance import MODEL_VERSION
from tests.expected import quick, regenerate
from tests.expected.quick import EXACT, EXACT_TOLERANCE, FILE, FIXED, SEEDS, SPREAD, values


@pytest.fixture(scope="module")
def both() -> tuple[dict, dict]:
    return json.loads(FILE.read_text(encoding="utf-8")), values()


@pytest.mark.parametrize("name", FIXED)
def test_what_timelines_set_is_the_same_to_a_millionth(name: str, both: tuple[dict, dict]) -> None:
    expected, found = both
    np.testing.assert_allclose(found["fixed"][name], expected["fixed"][name], rtol=1e-6)


@pytest.mark.parametrize("name", SPREAD)
def test_outcomes_stay_within_the_spread_of_seeds(name: str, both: tuple[dict, dict]) -> None:
    expected, found = both
    error = np.array(expected["deviation"][name]) * np.sqrt(2.0 / SEEDS)
    difference = np.abs(np.array(found["mean"][name]) - np.array(expected["mean"][name]))
    assert np.all(difference <= 4.0 * error + 1e-6 * np.abs(expected["mean"][name])), (name, difference, error)


@pytest.mark.parametrize("name", EXACT)
def test_a_short_run_with_one_seed_is_the_same_to_a_millionth(name: str, both: tuple[dict, dict]) -> None:
    expected, found = both
    np.testing.assert_allclose(found["exact"][name], expected["exact"][name], rtol=EXACT_TOLERANCE, atol=1e-12)


def test_the_expected_values_are_of_the_present_model_version(both: tuple[dict, dict]) -> None:
    assert both[0]["model_version"] == MODEL_VERSION
    assert sorted(both[0]["exact"]) == sorted(EXACT)


def test_changed_exact_values_need_a_new_model_version_or_a_reason(
    both: tuple[dict, dict], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stored, _ = both
    moved = json.loads(json.dumps(stored))
    moved["exact"]["core_revenue"][-1] *= 1.0 + 10.0 * EXACT_TOLERANCE
    file = tmp_path / "quick_demo.json"
    file.write_text(json.dumps(stored), encoding="utf-8")
    monkeypatch.setattr(regenerate, "FILE", file)
    monkeypatch.setattr(regenerate, "values", lambda: moved)
    assert regenerate.main([]) == 1
    assert "core_revenue" in capsys.readouterr().err
    assert json.loads(file.read_text(encoding="utf-8")) == stored
    assert regenerate.main(["--neutral"]) == 0
    assert json.loads(file.read_text(encoding="utf-8"))["exact"] == moved["exact"]
    file.write_text(json.dumps(stored), encoding="utf-8")
    for module in (quick, regenerate):
        monkeypatch.setattr(module, "MODEL_VERSION", str(int(stored["model_version"]) + 1))
    assert regenerate.main([]) == 0
    assert json.loads(file.read_text(encoding="utf-8"))["model_version"] == str(int(stored["model_version"]) + 1)

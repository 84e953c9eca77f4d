"""Comparisons of scenarios: every line can be told apart, and what belongs to one scenario names it."""

from __future__ import annotations

import csv
import json
import logging
from pathlib import Path

import pytest
import xarray as xr

from simulation.inputs.variables import variables
from simulation.presentation import figures, plot_result, style
from simulation.presentation.comparison import fold, line_style
from simulation.presentation.view import View

from . import synthetic
from .test_sheets import boxes, covered

STRENGTHS = ("no_plan_counterfactual:strict", "no_plan_counterfactual:moderate", "no_plan_counterfactual:weak")
# What each figure says with one number: it must say of whom.
ONE_NUMBER = ("adoption", "provinces", "wages")


@pytest.fixture(scope="module")
def ten_scenarios() -> xr.Dataset:
    """Two runs of the plan, of three strengths that share a title, and of six more."""
    names = ("plan_baseline", *STRENGTHS, *(f"variation_{number}" for number in range(6)))
    dataset = synthetic.dataset(tuple(variables()), names, 2)
    titles = {name: {"en": "No plan", "zh": "无规划反事实"} for name in STRENGTHS}
    dataset.attrs["scenario_titles"] = json.dumps(titles)
    return dataset


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["No plan (strict)", "No plan (moderate)", "No plan (weak)"]),
        ("zh", ["无规划反事实（严格）", "无规划反事实（适中）", "无规划反事实（宽松）"]),
    ],
)
def test_strengths_of_one_scenario_carry_names_of_their_own(
    ten_scenarios: xr.Dataset, language: str, expected: list[str]
) -> None:
    view = View(ten_scenarios, language)
    assert [view.scenario_label(name) for name in STRENGTHS] == expected
    assert view.scenario_label("plan_baseline") == "Plan baseline"


def test_a_headline_with_one_number_names_its_scenario(ten_scenarios: xr.Dataset) -> None:
    several, one = View(ten_scenarios).first(3), View(ten_scenarios).first(1)
    with figures.drawing():
        for kind in ONE_NUMBER:
            for view, named in ((several, True), (one, False)):
                (sheet,) = figures.make(view, kind)
                title = next(text.get_text() for text in sheet.figure.texts if text.get_gid() == "title")
                assert ("scenario: Plan baseline" in title.replace("\n", " ")) == named, kind


def test_more_scenarios_than_colours_are_cut_and_the_figure_says_so(
    ten_scenarios: xr.Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="aiplan"):
        paths = plot_result(ten_scenarios, tmp_path, ["related", "target_years"])
    assert "the first 8 of 10 scenarios" in caplog.text
    with open(tmp_path / "related.csv", encoding="utf-8") as file:
        shown = {row["scenario"] for row in csv.DictReader(file)} - {""}
    assert len(shown) == figures.MOST
    assert sum(path.suffix == ".png" and path.stem.startswith("target_years-") for path in paths) == 10
    assert "The first 8 of 10 scenarios are shown" in View(ten_scenarios).first(figures.MOST).provenance()
    assert "are shown" not in View(ten_scenarios).first(10).provenance()
    assert len({style.scenario_colour(n) for n in range(figures.MOST)}) == figures.MOST
    assert len({str(line_style(n)) for n in range(figures.MOST)}) == figures.MOST


def test_the_overview_has_room_for_as_many_scenarios_as_are_shown(ten_scenarios: xr.Dataset) -> None:
    with figures.drawing():
        (sheet,) = figures.make(View(ten_scenarios).first(figures.MOST), "overview")
        sheet.settle()
        assert not covered(boxes(sheet))


def test_labels_are_folded_between_words_and_between_chinese_characters() -> None:
    assert fold("Export control squeeze", 16) == "Export control\nsqueeze"
    assert fold("无规划反事实的情景", 8) == "无规划反\n事实的情\n景"
    assert fold("short", 16) == "short"

"""Figures of the hindcast show what the tables hold; nothing is cut off or on top of other text, in both languages."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from simulation.analysis.hindcast.cases import OWN, hindcast
from simulation.analysis.hindcast.paths import paths
from simulation.analysis.hindcast.summary import summary
from simulation.inputs.evidence import calibration_rows
from simulation.presentation import hindcast as drawn
from simulation.presentation.figures import drawing
from tests.analysis.hindcast.stand_in import made_up
from tests.presentation.test_sheets import TEXTS, boxes, covered, texts_of

Table = list[dict[str, Any]]


@pytest.fixture(scope="module")
def averages() -> Table:
    return summary(hindcast(own=made_up()))


@pytest.fixture(scope="module")
def rows() -> Table:
    return paths(drawn.FANS, own=made_up())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_cut_off_or_covered(averages: Table, rows: Table, language: str) -> None:
    with warnings.catch_warnings(), drawing():
        warnings.filterwarnings("error", message="Glyph.*missing")
        made = [drawn.fans(rows, calibration_rows(), language), drawn.scores(averages, language)]
        for sheet in made:
            sheet.settle()
    for sheet in made:
        assert set(texts_of(sheet)) == set(TEXTS)
        width, height = sheet.figure.get_size_inches() * sheet.figure.dpi
        for text, box in boxes(sheet):
            assert box.x0 > 0 and box.y0 > 0 and box.x1 < width and box.y1 < height, f"{sheet.kind}: {text!r}"
        assert not covered(boxes(sheet)), sheet.kind


def test_figures_that_an_origin_knew_are_told_from_later_ones(rows: Table) -> None:
    sheet = drawn.fans(rows, calibration_rows())
    shown = {(row["panel"], row["period"]): row["statistic"] for row in sheet.rows if row["series"] == "published"}
    # The figure of 2020 was published in 2021: unknown at the end of 2020 although it is for 2020.
    assert shown["core_revenue A, origin 2020", "2020-12-31"] == "later"
    assert shown["core_revenue A, origin 2021", "2020-12-31"] == "known"
    assert shown["core_revenue A, origin 2022", "2023-12-31"] == "later"


def test_the_scores_that_are_drawn_are_those_of_the_table(averages: Table) -> None:
    sheet = drawn.scores(averages)
    ratios = {
        (row["series"], row["scope"], row["period"]): row["value"]
        for row in sheet.rows
        if row["panel"] == "crps core_revenue"
    }
    told = {
        (row["model"], row["scope"], row["information"]): row["crps_relative"]
        for row in averages
        if row["series"] == "core_revenue" and row["drivers"] == "unconditional" and row["shared_cases"]
    }
    assert ratios == {key: value for key, value in told.items() if key[0] != OWN}
    assert any(value < 1.0 for value in told.values()) and any(value > 1.0 for value in told.values())


def test_without_forecasts_of_the_model_the_scores_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from simulation.analysis.hindcast import paths as module

    monkeypatch.setattr(module, "forecasts", lambda: ())
    made = drawn.sheets(summary(hindcast(own=())), calibration_rows())
    assert [sheet.kind for sheet in made] == ["hindcast_fans"]

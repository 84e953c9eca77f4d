"""Figures of a fit: every published figure on its line, and shares of the variance that add up."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from simulation.presentation import fit
from simulation.presentation.sheet import Sheet
from tests.presentation.test_sheets import TEXTS, boxes, covered, texts_of
from tests.presentation.test_vintages import DESIGNS

FIGURES = (
    ("core_revenue/A/2022-12-31", True, True), ("core_revenue/A/2023-12-31", False, True),
    ("core_firms/list/2021-12-31", True, False), ("core_revenue/N/2019-12-31", True, True),
)  # fmt: skip


def fit_rows() -> list[dict[str, Any]]:
    return [
        {
            "figure": name, "role": "calibrate" if used else "holdout", "fitted": used, "floor": "2021" in name,
            "ratio": "/N/" in name, "value": 110.0, "low": 70.0 if inside else 120.0, "median": 130.0, "high": 160.0,
            "inside_90": inside,
        }
        for name, used, inside in FIGURES
    ]  # fmt: skip


def share_rows() -> list[dict[str, Any]]:
    shares = dict(zip((f"share_{part}" for part in fit.PARTS), (0.2, 0.4, 0.3, 0.1), strict=True))
    return [
        {"series": series, "scope": scope, "year": year, "median": 10.0, "low": 6.0, "high": 15.0,
         "spread_log": 10.0 if scope == "N" else 0.3, **shares}
        for series, scope, year in (
            ("core_revenue", "A", 2030), ("core_revenue", "N", 2020), ("core_firms", "list", 2020),
        )
    ]  # fmt: skip


def drawn(language: str) -> list[Sheet]:
    made = [fit.fit_figure(fit_rows(), DESIGNS, language), fit.shares_figure(share_rows(), DESIGNS, language)]
    for sheet in made:
        sheet.settle()
    return made


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_cut_off_or_covered(language: str) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph.*missing")
        sheets = drawn(language)
    for sheet in sheets:
        assert set(texts_of(sheet)) == set(TEXTS)
        width, height = sheet.figure.get_size_inches() * sheet.figure.dpi
        shown = boxes(sheet)
        for text, box in shown:
            assert box.x0 > 0 and box.y0 > 0 and box.x1 < width and box.y1 < height, f"{text!r} leaves the sheet"
        assert not covered(shown)


def test_counts_tell_fitted_from_held_out_and_misses_are_counted() -> None:
    texts = texts_of(fit.fit_figure(fit_rows(), DESIGNS))
    assert texts["title"].startswith("2 of 3 fitted") and "1 of 1 inside" in texts["subtitle"]


def test_shares_are_drawn_whole_and_an_unknown_scope_is_named_and_not_drawn() -> None:
    sheet = fit.shares_figure(share_rows(), DESIGNS)
    outcomes = {row["series"] for row in sheet.rows}
    assert outcomes == {"Core revenue, A, 2030", "Core firms, list, 2020"}
    for name in outcomes:
        assert sum(row["value"] for row in sheet.rows if row["series"] == name) == pytest.approx(100.0)
    assert "Core revenue, N, 2020" in texts_of(sheet)["notes"]

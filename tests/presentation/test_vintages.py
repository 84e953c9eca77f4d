"""Figures of target probabilities by vintage and of the frozen forecast: what they say, on tables made by hand."""

from __future__ import annotations

import warnings
from datetime import date
from typing import Any

import pytest

from simulation.calibration.calibrate import FINAL
from simulation.calibration.horizon import judged, wanted_after
from simulation.calibration.products import DRIVERS, FROZEN_LEVELS, TARGET_ORIGINS
from simulation.presentation import frozen, vintages
from simulation.presentation.draw import percent
from simulation.presentation.sheet import Sheet
from tests.presentation.test_sheets import TEXTS, boxes, covered, texts_of

DESIGNS = [
    {"design": "conditional", "points": 64, "runs": 96, "finished": 96, "scale": 0.05},
    {"design": "unconditional-2017", "points": 32, "runs": 32, "finished": 32, "scale": 0.05},
    {"design": "unconditional-2023", "points": 32, "runs": 32, "finished": 31, "scale": 0.05},
]
NAMES = (*(f"{year}-real_time" for year in TARGET_ORIGINS), FINAL)


def target_rows() -> list[dict[str, Any]]:
    """Probabilities that differ by scope and grow surer; in scope I of related industry nothing before the last."""
    rows = []
    for k, vintage in enumerate(NAMES):
        origin = TARGET_ORIGINS[min(k, len(TARGET_ORIGINS) - 1)]
        for drivers in DRIVERS:
            for each in judged():
                place = vintages.SCOPES[each.indicator].index(each.scope)
                share: float | None = min(0.12 + 0.22 * place + 0.04 * k + 0.03 * (drivers == "conditional"), 1.0)
                if (each.indicator, each.scope) == ("related", "I") and vintage != FINAL:
                    share = None
                over = each.year <= origin
                brier = None if share is None or each.reached is None or over else (share - each.reached) ** 2
                rows.append(
                    {
                        "vintage": vintage, "drivers": drivers, "indicator": each.indicator, "year": each.year,
                        "scope": each.scope, "threshold": each.threshold, "nowcast": over, "probability": share,
                        "low": None if share is None else 0.7 * share,
                        "high": None if share is None else min(1.2 * share, 1.0), "reached": each.reached,
                        "published": each.published, "brier": brier,
                    }
                )  # fmt: skip
    return rows


def quantile_rows() -> list[dict[str, Any]]:
    """Growth by a tenth a year from a level of its own for each series."""
    start = {"core_revenue": 700.0, "related_revenue": 3000.0, "core_firms": 4500.0, "equity_funding": 90.0}
    rows = []
    for drivers in DRIVERS:
        for each in wanted_after(2023):
            if (each.day.month, each.day.day) != (12, 31):
                continue
            middle = start.get(each.series, 900_000.0) * 1.1 ** (each.day.year - 2023)
            told = {percent(level): middle * (0.5 + level) for level in FROZEN_LEVELS}
            what = {"series": each.series, "scope": each.scope, "date": each.day.isoformat(), "unit": each.unit}
            rows.append({"drivers": drivers, **what, **told})
    return rows


def drawn(language: str) -> list[Sheet]:
    last = [row for row in target_rows() if row["vintage"] == FINAL]
    claims = [{"indicator": "core", "scope": "A", "claim": "projection"}] if language == "zh" else []
    made = [
        vintages.figure(target_rows(), DESIGNS, language),
        frozen.figure(quantile_rows(), last, DESIGNS, date(2026, 11, 23), claims, language),
    ]
    for sheet in made:
        sheet.settle()
    return made


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_cut_off_or_covered_and_everything_is_told(language: str) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph.*missing")
        sheets = drawn(language)
    for sheet in sheets:
        texts = texts_of(sheet)
        assert set(texts) == set(TEXTS), sheet.kind
        everything = " ".join(texts.values())
        assert "96" in everything and "64" in everything, "the runs of the designs"
        assert "iResearch 2020" in everything or "艾瑞2020年" in everything, "related revenue is weakly identified"
        assert "nominal" in everything or "名义值" in everything
        assert "aiplan" in texts["notes"]
        width, height = sheet.figure.get_size_inches() * sheet.figure.dpi
        shown = boxes(sheet)
        for text, box in shown:
            assert box.x0 > 0 and box.y0 > 0 and box.x1 < width and box.y1 < height, f"{text!r} leaves the sheet"
        assert not covered(shown), sheet.kind


def test_the_table_beside_holds_every_probability_and_the_scores_of_what_was_forecast() -> None:
    sheet = vintages.figure(target_rows(), DESIGNS)
    drawn_rows = [row for row in sheet.rows if row["statistic"] == "probability"]
    told = [row for row in target_rows() if row["probability"] is not None]
    assert len(drawn_rows) == len(told), "all scopes and vintages, and nothing for what cannot be estimated"
    scores = [row for row in sheet.rows if row["statistic"] == "Brier score"]
    assert {(row["panel"], row["scope"]) for row in scores} == {("core 2020", "A")}
    assert {row["period"] for row in scores} == {"2017-real_time", "2019-real_time"}, "nowcasts are not scored"


def test_nothing_published_after_2023_is_drawn_and_what_is_held_out_is_told_apart() -> None:
    last = [row for row in target_rows() if row["vintage"] == FINAL]
    sheet = frozen.figure(quantile_rows(), last, DESIGNS, "2026-11-23")
    points = [row for row in sheet.rows if row["series"] == "published"]
    assert points and max(str(row["period"]) for row in points) <= "2023-12-31"
    assert {row["statistic"] for row in points if str(row["period"]) >= "2023"} == {"held out"}
    floors = [row for row in points if row["statistic"] == "floor"]
    assert floors and all(row["low"] == "" for row in floors), "a floor has no interval"
    assert not any(row["period"] == 2020 for row in sheet.rows if row["statistic"] == "probability")


def test_a_forecast_that_is_missing_is_named_and_claims_are_the_hindcasts() -> None:
    bare = [row for row in quantile_rows() if row["drivers"] == "conditional"]
    sheet = frozen.figure(bare, [], DESIGNS, "2026-11-23")
    texts = " ".join(text.get_text() for axes in sheet.figure.axes for text in axes.texts)
    assert texts.count("not estimable") == len(frozen.PANELS)
    assert "hindcast decides" in texts_of(sheet)["notes"]
    claims = [{"indicator": "core", "scope": "A", "claim": "exploratory"}]
    assert "every scope is exploratory" in texts_of(frozen.figure(bare, [], [], "2026-11-23", claims))["notes"]

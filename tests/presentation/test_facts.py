"""The picture of the scoreboard: every fact with a number on its line, what was fitted in grey."""

import logging
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from simulation.analysis.facts.ensemble import Values
from simulation.analysis.facts.score import scoreboard, summary, wanted
from simulation.errors import StoreConflict
from simulation.inputs.evidence import facts
from simulation.presentation import facts as picture
from simulation.presentation import style
from simulation.presentation.figures import drawing

RUN = {"scenario": "historical_actual", "runs": 20, "scale": 1.0, "parameters": "the central set", "model": "2"}


@pytest.fixture(scope="module")
def rows():
    draws = np.random.default_rng(5)
    numbers = {name: draws.normal(1.0, 5.0, 20) for name in wanted(facts())}
    return scoreboard(facts(), Values(numbers, {}, 20, 0))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_fact_with_a_number_is_drawn(rows, language, tmp_path, caplog):
    with caplog.at_level(logging.WARNING), drawing():
        sheet = picture.figure(rows, summary(rows), RUN, language)
        sheet.save(tmp_path, svg=False)
    drawn = [row["series"] for row in sheet.rows if row["statistic"] == "median"]
    assert drawn == [row["id"] for row in rows if row["value"] is not None] and len(drawn) == 54
    assert not [record for record in caplog.records if "font" in record.message]
    texts = " ".join(text.get_text() for text in sheet.figure.texts)
    assert "historical_actual" in texts and "20" in texts and "F42" in texts


@given(some.floats(0.1, 10.0), some.floats(1.1, 5.0), some.booleans())
def test_the_interval_reaches_from_minus_one_to_one(low, ratio, positive):
    bounds = (low, low * ratio) if positive else (-low, low * ratio)
    row = {"low": bounds[0], "high": bounds[1]}
    assert picture.placed(row, bounds[0]) == pytest.approx(-1.0)
    assert picture.placed(row, bounds[1]) == pytest.approx(1.0)
    assert -1.0 < picture.placed(row, bounds[0] + 0.3 * (bounds[1] - bounds[0])) < 1.0
    if positive:
        assert picture.placed(row, -1.0) == -math.inf


def test_colours_tell_what_became_of_a_fact():
    fact = next(fact for fact in facts() if fact.id == "F01")

    def colour(numbers, **changes):
        return picture.colour_of(
            scoreboard([replace(fact, **changes)], Values({"rank_size_top500": np.array(numbers)}, {}, 20, 0))[0]
        )

    assert colour([1.0] * 20) == picture.PASSED
    assert colour([1.0] * 15 + [3.0] * 5) == picture.PART
    assert colour([3.0] * 20) == picture.FAILED
    assert colour([1.0] * 20, use="calibration") == style.GREY


def test_a_folder_that_cannot_be_written(rows, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(StoreConflict, match="cannot write"):
        picture.write(rows, summary(rows), RUN, tmp_path / "file", {})

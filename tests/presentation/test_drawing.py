"""Placing of labels, texts of numbers, published marks and annual values."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from simulation.analysis import bands
from simulation.presentation import draw, marks, wording


@given(st.lists(st.floats(0, 300), min_size=1, max_size=8))
def test_labels_are_moved_apart_in_order_and_inside(wanted: list[float]) -> None:
    gaps = [12.0] * len(wanted)
    placed = draw.spread(np.array(wanted), gaps, -20.0, 320.0)
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(placed[order]) >= 12.0 - 1e-6).all()
    assert placed.min() >= -20 + 6 - 1e-6 and placed.max() <= 320 - 6 + 1e-6


def test_labels_that_have_room_stay_where_they_are() -> None:
    np.testing.assert_allclose(draw.spread(np.array([200.0, 20.0, 100.0]), [10.0] * 3, 0, 300), [200.0, 20.0, 100.0])


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0 %"), (0.004, "<1 %"), (0.5, "50 %"), (0.996, ">99 %"), (1, "100 %")]
)
def test_a_share_never_rounds_to_certainty(share: float, text: str) -> None:
    assert wording.share_text(share, "en") == text


def test_every_phrase_has_both_languages_and_the_same_gaps() -> None:
    import re

    for key, (english, chinese) in wording._PHRASES.items():
        assert english and chinese, key
        assert set(re.findall(r"{(\w+)}", chinese)) <= set(re.findall(r"{(\w+)}", english)), key


def test_wording_is_neutral() -> None:
    words = " ".join(english for english, _ in wording._PHRASES.values()).lower()
    for judgement in ("success", "fail to", "lag behind", "impressive", "superior", "beats", "proves", "caused"):
        assert judgement not in words


def test_published_values_keep_their_scope_and_leave_forecasts_out() -> None:
    in_scope_a = {(mark.period, mark.value): mark for mark in marks.published("core", "A")}
    assert in_scope_a["2020", 303.1].publisher == "CAICT"
    assert in_scope_a["2019", 263.3].kind == "derived"
    assert in_scope_a["2021", 400].kind == "floor"
    assert all(mark.value < 120 for mark in marks.published("core", "N"))
    assert [mark.value for mark in marks.published("related", "I")] == [570]
    assert marks.published("related", "R2") == () and marks.published("core", "B") == ()
    shown = [mark for scope in "ANI" for mark in marks.published("core", scope)]
    assert not any(mark.note.startswith("forecast") for mark in shown)


def test_the_end_of_a_period_is_where_a_mark_stands() -> None:
    assert marks.position(date(2020, 12, 31)) == 2020
    assert marks.position(date(2017, 6, 30)) == pytest.approx(2016.5, abs=0.01)


def test_annual_values_follow_the_kind_and_leave_out_incomplete_years() -> None:
    days = np.array(["2020-03-31", "2020-06-30", "2020-09-30", "2020-12-31", "2021-03-31"], dtype="datetime64[ns]")
    values = xr.DataArray([[1.0, 2.0, 3.0, 4.0, 9.0]], dims=("member", "time"), coords={"time": days})
    assert bands.annual(values, "flow").values.tolist() == [[10.0]]
    assert bands.annual(values, "stock").values.tolist() == [[4.0]]
    assert bands.annual(values, "flow")["year"].values.tolist() == [2020]


def test_first_years_and_concentration() -> None:
    values = xr.DataArray(
        [[1.0, 5.0, 2.0], [1.0, 1.0, 1.0]], dims=("member", "year"), coords={"year": [2020, 2021, 2022]}
    )
    reached = bands.first_year(values, 4.0)
    assert reached.values[0] == 2021 and np.isnan(reached.values[1])
    by_year, never = bands.first_year_shares(reached, [2020, 2021, 2022])
    assert by_year.values.tolist() == [0.0, 0.5, 0.0] and float(never) == 0.5
    regions = xr.DataArray([[6.0, 3.0, 1.0]], dims=("member", "region"))
    assert bands.top_share(regions, "region", 2).values.tolist() == [0.9]

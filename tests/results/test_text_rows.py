"""Tables that were written are read back with the same values."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from simulation.results.text import csv_text, read_csv

WORDS = st.text(alphabet="abcxyz -_,口径\"'", min_size=1).filter(lambda text: text not in ("", "True", "False"))
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False), WORDS
)


@given(st.lists(st.fixed_dictionaries({"a": VALUES, "b": VALUES}), min_size=1, max_size=4))
def test_rows_survive_a_round_trip(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        path.write_text(csv_text(rows), encoding="utf-8")
        assert read_csv(path) == rows


def test_dates_and_scopes_stay_text_and_a_float_stays_one(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("day,scope,vintage,share\n2023-12-31,I,2019-real_time,1.0\n2021-04,R1,final,1e-05\n", "utf-8")
    assert read_csv(path)[1] == {"day": "2021-04", "scope": "R1", "vintage": "final", "share": 1e-05}
    assert isinstance(read_csv(path)[0]["share"], float)

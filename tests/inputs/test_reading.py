"""Reading of tables: bad ones raise errors that name file and line, all at once."""

import pytest

from simulation.errors import InvalidInput
from simulation.inputs import quarters
from simulation.inputs.reading import data_version, nearest, read_table, split

COLUMNS = ("id", "value", "note")


def _write(folder, text, encoding="utf-8"):
    path = folder / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def test_rows_know_the_line_they_begin_on_even_after_cells_with_line_breaks(tmp_path):
    path = _write(tmp_path, 'id,value,note\na,1,"two\nlines"\nb,2,x\n')
    rows = read_table(path, COLUMNS, key=("id",))
    assert [(row["id"], row.line) for row in rows] == [("a", 2), ("b", 4)]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 0, "header"),
        ("id,value\na,1\n", 1, "header"),
        ("id,value,note\na,1\n", 2, "3"),
        ("id,value,note\na,1,x\nb,2,x\na,3,x\n", 4, "twice, first in line 2"),
        ("id,value,note\n,1,x\n", 2, "empty"),
        (b"\x00\xff\xfe\x00", 1, "cannot be read"),
        ('id,value,note\na,1,"open\n', 2, "cannot be read"),
    ],
)
def test_a_bad_table_is_refused_with_file_and_line(tmp_path, text, line, message):
    path = _write(tmp_path, text)
    with pytest.raises(InvalidInput) as caught:
        read_table(path, COLUMNS, key=("id",))
    problem = caught.value.problems[0]
    assert problem.file.endswith("table.csv")
    assert problem.line == line
    assert message in problem.message


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="does not exist"):
        read_table(tmp_path / "none.csv", COLUMNS)


def test_all_problems_of_a_table_are_reported_at_once(tmp_path):
    path = _write(tmp_path, "id,value,note\na\na,1,x\nb,2\na,1,x\n")
    with pytest.raises(InvalidInput) as caught:
        read_table(path, COLUMNS, key=("id",))
    assert [problem.line for problem in caught.value.problems] == [2, 4, 5]


def test_numbers_that_are_none_are_collected_as_problems(tmp_path):
    row = read_table(_write(tmp_path, "id,value,note\na,many,x\n"), COLUMNS)[0]
    problems = []
    row.number("value", problems)
    assert problems[0].line == 2
    assert problems[0].column == 2
    assert "many" in problems[0].message


def test_nearest_names_come_best_first():
    assert nearest("adoption_speeed", ["adoption_speed", "adoption_subsidy", "wage"])[0] == "adoption_speed"
    assert nearest("zzz", ["adoption_speed"]) == ()


def test_cells_split_at_semicolons():
    assert split(" a; b ;;c") == ("a", "b", "c")


def test_the_data_version_is_a_short_hash():
    assert len(data_version()) == 16
    assert int(data_version(), 16) >= 0


def test_quarters_count_in_order():
    span = quarters.span()
    assert (span[0], span[-1], len(span)) == ("2016Q1", "2030Q4", 60)
    assert [quarters.text(quarters.number(quarter)) for quarter in span] == list(span)
    assert quarters.position("2019") == (quarters.number("2019Q2") + quarters.number("2019Q3")) / 2
    with pytest.raises(ValueError, match="quarter"):
        quarters.number("2019Q5")

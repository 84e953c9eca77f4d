"""Files of facts: what is read and what is refused, with line and column."""

import pytest

from simulation.errors import InvalidInput
from simulation.inputs.evidence import FACT_COLUMNS, facts
from simulation.inputs.facts import read_facts
from simulation.inputs.reading import TABLES

GOOD = "G1,Size,tail exponent,0.9,1.0,1.1,exponent,a study,https://example.org,A,,validation"


def write(path, *lines):
    path.write_text("\n".join([",".join(FACT_COLUMNS), *lines]) + "\n", encoding="utf-8")
    return path


def test_the_shipped_table_reads_alike(tmp_path):
    copy = tmp_path / "facts.csv"
    copy.write_bytes((TABLES / "evidence/facts.csv").read_bytes())
    assert read_facts(copy) == facts()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (GOOD.replace("0.9", "low"), "low is not a number"),
        (GOOD.replace("0.9", "1.05"), "not in ascending order"),
        (GOOD.replace(",A,", ",D,"), "unknown certainty 'D' (valid: A, B, C)"),
        (GOOD.replace("validation", "maybe"), "unknown use 'maybe'"),
        (GOOD.replace("tail exponent", " "), "statistic is empty"),
        (GOOD.replace("G1", ""), "id is empty"),
        (GOOD + ",more", "the row has 13 cells, the header 12"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tmp_path, monkeypatch, line, said):
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path / "mine.csv", GOOD.replace("G1", "G0"), line).relative_to(tmp_path)
    with pytest.raises(InvalidInput) as caught:
        read_facts(path)
    assert str(caught.value).startswith("mine.csv:3:") and said in str(caught.value)


def test_all_problems_at_once(tmp_path):
    path = write(tmp_path / "mine.csv", GOOD.replace(",A,", ",D,"), GOOD.replace("G1", "G2").replace("0.9", "x"))
    with pytest.raises(InvalidInput) as caught:
        read_facts(path)
    assert [problem.line for problem in caught.value.problems] == [2, 3]


def test_no_file_no_facts_and_a_strange_header(tmp_path):
    for path, said in (
        (tmp_path / "none.csv", "does not exist"),
        (write(tmp_path / "empty.csv"), "holds no facts"),
    ):
        with pytest.raises(InvalidInput, match=said):
            read_facts(path)
    strange = tmp_path / "strange.csv"
    strange.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="the header is"):
        read_facts(strange)

"""The documentation says what the code does: one source, nothing stale, nothing missing, links that lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from simulation.documentation import build
from simulation.inputs import plan
from simulation.inputs.registry import registry
from simulation.inputs.variables import variables
from simulation.model.economy import CALLS
from simulation.model.rulebook import RuleText, parse, rules

FOLDER = Path(build.__file__).parent
PAGES = sorted(FOLDER.glob("*.md"))
LINK = re.compile(r"(?<!`)\[[^\]]+\]\(([^)\s]+)\)")
ODD = (
    "1 Purpose and patterns", "2 Entities, state variables and scales", "3 Process overview and scheduling",
    "4 Design concepts", "5 Initialisation", "6 Input data", "7 Submodels",
)  # fmt: skip
DECIDING = ("Firm", "Person", "Adopter", "Province", "Investor", "Central government")
WHOLE = """Call 1, ``world``: a rule in its own file.

Rule: Growth
    Formula: x(t) = x(t-1) * (1 + g);
        never below zero
    Symbols: g growth
    Unit: index
    Source: judgement
    Clause: P001;P002
"""


@pytest.fixture(scope="module")
def description() -> str:
    return build.DESCRIPTION.read_text(encoding="utf-8")


def test_the_description_is_what_the_code_says_today(capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main(["--check"]) == 0, capsys.readouterr().err


def test_a_stale_description_is_found_and_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = tmp_path / "description.md"
    stale.write_text("older\n", encoding="utf-8")
    monkeypatch.setattr(build, "DESCRIPTION", stale)
    assert build.main(["--check"]) == 1
    assert stale.read_text(encoding="utf-8") == "older\n"
    assert build.main([]) == 0
    assert build.main(["--check"]) == 0


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rule.file}: {rule.name}")
def test_every_rule_has_formula_unit_source_and_clause(rule: RuleText) -> None:
    assert rule.lacking() == []
    known = {clause.id for clause in plan.clauses()}
    assert set(rule.clauses) <= known


def test_a_block_is_read_field_by_field() -> None:
    (rule,) = parse(WHOLE, "growth.py")
    assert (rule.name, rule.call, rule.unit, rule.clauses) == ("Growth", "world", "index", ("P001", "P002"))
    assert rule.formula == "x(t) = x(t-1) * (1 + g);\nnever below zero"


@pytest.mark.parametrize("field", ["Formula", "Unit", "Source", "Clause"])
def test_a_block_without_a_field_is_found(field: str) -> None:
    lines = [line for line in WHOLE.splitlines() if not line.startswith(f"    {field}") and "never below" not in line]
    (rule,) = parse("\n".join(lines), "growth.py")
    assert rule.lacking() == [field.lower()]


def test_a_clause_field_must_name_a_clause() -> None:
    (rule,) = parse(WHOLE.replace("P001;P002", "section 2"), "growth.py")
    assert rule.lacking() == ["clause"]


def test_text_that_belongs_to_no_field_is_refused() -> None:
    with pytest.raises(ValueError, match="belongs to no field"):
        parse(WHOLE + "\nand so on\n", "growth.py")
    with pytest.raises(ValueError, match="two fields"):
        parse(WHOLE + "    Unit: share\n", "growth.py")


def test_every_call_has_rules_and_a_section_in_the_order_of_the_quarter(description: str) -> None:
    places = []
    for number, (name, _) in enumerate(CALLS, start=1):
        assert any(rule.call == name for rule in rules()), name
        places.append(description.index(f"### 7.{number} `{name}`"))
    assert places == sorted(places)


def test_every_file_of_rules_holds_a_rule_of_a_known_call() -> None:
    folder = FOLDER.parent / "model" / "rules"
    files = {path.name for path in folder.glob("*.py") if path.name != "__init__.py"}
    assert {rule.file for rule in rules()} == files
    assert {rule.call for rule in rules()} - {""} == {name for name, _ in CALLS}


def test_every_parameter_that_a_call_reads_is_named_by_a_rule() -> None:
    named = {name for rule in rules() for name in build.mentioned(rule)}
    read = {row.id for name, _ in CALLS for row in registry().by_rule(name)}
    assert sorted(read - named) == []


def test_the_order_of_the_sections_is_that_of_the_protocol(description: str) -> None:
    assert tuple(re.findall(r"^## (.+)$", description, flags=re.MULTILINE)) == ODD


@pytest.mark.parametrize("kind", DECIDING)
def test_every_deciding_agent_has_all_answers(kind: str, description: str) -> None:
    found = YAML(typ="safe").load((FOLDER / "deciding_agents.yaml").read_text(encoding="utf-8"))
    (agent,) = [agent for agent in found if agent["agent"].startswith(kind)]
    assert set(agent["answers"]) == set(build.QUESTIONS)
    section = description.split(f"### Deciding agent: {agent['agent']}\n")[1].split("\n### ")[0]
    for question in build.QUESTIONS:
        (answer,) = re.findall(rf"^\| {question.replace('_', ' ').capitalize()} \| (.+) \|$", section, re.MULTILINE)
        assert len(answer) > 15


def test_a_missing_answer_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in FOLDER.glob("*.yaml"):
        text = path.read_text(encoding="utf-8").replace("    learning:", "    lessons:", 1)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(build, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="no answer on learning"):
        build.deciding_agents()


def test_every_essential_clause_is_traced_to_what_models_it(description: str) -> None:
    for row in build.clause_rows("E"):
        (line,) = re.findall(rf"^\| {row['clause'].id} \|.*$", description, flags=re.MULTILINE)
        for name in row["clause"].ids:
            assert f"`{name.removeprefix('variable:')}`" in line
        assert row["rules"], row["clause"].id


def test_counts_are_those_of_the_tables(description: str) -> None:
    assert f"{len(variables())} variables" in description
    assert f"{len(registry())} rows in [parameters]" in description
    assert sum(row["rows"] for row in build.parameter_counts()) == len(registry())


def test_state_columns_are_described_with_type_and_unit() -> None:
    for table in build.state_tables():
        assert all(column["dtype"] and column["unit"] and column["meaning"] for column in table["columns"])


def test_the_checklist_has_every_item_once_with_a_status() -> None:
    text = (FOLDER / "checklist.md").read_text(encoding="utf-8")
    items = re.findall(r"^\| (C\d\d)(?: ★)? \| .+? \| (done|partly|not yet) \|", text, flags=re.MULTILINE)
    assert [name for name, _ in items] == [f"C{number:02d}" for number in range(1, 45)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    headings = {_anchor(title) for title in re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)}
    for target in LINK.findall(text):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif not target.startswith("http"):
            assert (page.parent / target.split("#")[0]).exists(), target


@pytest.mark.parametrize("page", [*PAGES, FOLDER / "deciding_agents.yaml"], ids=lambda page: page.name)
def test_pages_name_no_machine_and_stay_neutral(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"/(home|work|root|tmp)/", text)
    assert not re.search(
        r"\b(brilliant|aggressive|impressive|alarming|predatory|superior|inferior)\b", text, re.IGNORECASE
    )


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")

"""The verbs that show inputs, and how every verb reports what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from simulation.model import cache
from tests.cli.conftest import Command

TABLES = (
    ("list",),
    ("show", "plan_baseline"),
    ("show", "plan_baseline", "--explain", "fiscal_rd_grants"),
    ("diff", "plan_baseline", "signal_only"),
    ("validate", "plan_baseline"),
    ("plan",),
    ("plan", "targets"),
    ("evidence",),
    ("evidence", "core_industry_revenue"),
    ("parameters",),
    ("parameters", "fiscal_rd_grants"),
    ("doctor",),
)


@pytest.mark.parametrize("arguments", TABLES, ids=" ".join)
def test_table_verb_prints_a_table_or_one_json_document(aiplan: Command, arguments: tuple[str, ...]) -> None:
    table, document = aiplan(*arguments), aiplan(*arguments, "--json")
    assert (table.code, document.code) == (0, 0), table.err
    assert len(table.out.splitlines()) > 1 or arguments[0] == "validate"
    assert json.loads(document.out) not in ([], {})
    assert document.err == ""


def test_plan_gives_one_object_for_each_clause(aiplan: Command) -> None:
    clauses = json.loads(aiplan("plan", "--json").out)
    assert [clause["id"] for clause in clauses] == [f"P{number:03d}" for number in range(1, 101)]
    (grants,) = json.loads(aiplan("plan", "P073", "--json").out)
    assert "fiscal_rd_grants" in grants["parameters"]


def test_evidence_keeps_publisher_scope_and_address(aiplan: Command) -> None:
    rows = json.loads(aiplan("evidence", "core_industry_revenue", "--json").out)
    assert all(row["publisher"] and row["scope"] and row["url"] for row in rows)


def test_parameters_are_found_by_part_of_their_name(aiplan: Command) -> None:
    rows = json.loads(aiplan("parameters", "rd_grants", "--json").out)
    assert "fiscal_rd_grants" in {row["id"] for row in rows}
    assert all({"unit", "low", "high", "prior", "grade", "source"} <= set(row) for row in rows)


def test_show_tells_the_origin_of_an_override(aiplan: Command) -> None:
    facts = json.loads(
        aiplan("show", "plan_baseline", "--set", "ipo_window=0.5", "--explain", "ipo_window", "--json").out
    )
    assert facts["origin"] == "--set" and set(facts["path"]) == {0.5}


def test_diff_finds_what_a_scenario_changes(aiplan: Command, folder: Path) -> None:
    header = "kind: scenario\nschema_version: 1\n"
    (folder / "base.yaml").write_text(header)
    (folder / "mine.yaml").write_text(header + "extends: ./base.yaml\nexternal:\n  ipo_window: {2027: 0.25}\n")
    (row,) = json.loads(aiplan("diff", "base.yaml", "mine.yaml", "--json").out)
    assert (row["key"], row["start"], row["b"]) == ("ipo_window", "2027Q1", 0.25)
    assert row["origin_b"].startswith("mine.yaml:5")


def test_schema_accepts_the_starter_and_validate_passes_it(aiplan: Command, folder: Path) -> None:
    assert json.loads(aiplan("schema").out)["title"] == "aiplan scenario"
    starter = aiplan("init", "mine").out.strip()
    assert aiplan("validate", starter, "--strict").code == 0
    again = aiplan("init", "mine")
    assert again.code == 2 and "exists already" in again.err


MISTAKES = {
    "key": "policy:\n  fiscal_rd_grant: 20\n",
    "unit": "policy:\n  fiscal_rd_grants: '30 persons'\n",
    "range": "policy:\n  fiscal_rd_grants: 100000\n",
    "dates": "policy:\n  fiscal_rd_grants: {ramp: {from: 2025, to: 2020, value: 30}}\n",
    "twice": "policy:\n  fiscal_rd_grants: 20\n  fiscal_rd_grants: 30\n",
    "cycle": "extends: ./wrong.yaml\n",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_invalid_scenario_gives_exit_code_three_with_its_place(aiplan: Command, folder: Path, mistake: str) -> None:
    path = folder / "wrong.yaml"
    path.write_text("kind: scenario\nschema_version: 1\n" + MISTAKES[mistake])
    for command in (("run",), ("validate",), ("show",)):
        done = aiplan(*command, "wrong.yaml")
        assert (done.code, done.out) == (3, "")
        assert "wrong.yaml:" in done.err and "Traceback" not in done.err
    assert [item.name for item in folder.iterdir()] == ["wrong.yaml"]


@pytest.mark.parametrize("content", [None, b"", b"\x00\xff\x01"], ids=["missing", "empty", "binary"])
def test_file_that_is_none_gives_exit_code_three(aiplan: Command, folder: Path, content: bytes | None) -> None:
    if content is not None:
        (folder / "bad.yaml").write_bytes(content)
    done = aiplan("run", "bad.yaml")
    assert (done.code, done.out) == (3, "")
    assert "bad.yaml" in done.err
    assert not (folder / "results").exists()


def test_mistakes_of_all_files_are_told_at_once(aiplan: Command, folder: Path) -> None:
    for name in ("one", "two"):
        (folder / f"{name}.yaml").write_text(f"kind: scenario\nschema_version: 1\npolicy: {{ {name}: 1 }}\n")
    for verb in ("run", "validate"):
        done = aiplan(verb, "one.yaml", "two.yaml")
        assert done.code == 3 and "one.yaml:3" in done.err and "two.yaml:3" in done.err
    problems = json.loads(aiplan("validate", "one.yaml", "two.yaml", "--json").out)["problems"]
    assert {(problem["file"], problem["line"]) for problem in problems} == {("one.yaml", 3), ("two.yaml", 3)}


def test_override_without_effect_is_a_warning_and_strictly_an_error(aiplan: Command, folder: Path) -> None:
    default = json.loads(aiplan("parameters", "scope_factor_b", "--json").out)[0]["default"]
    (folder / "idle.yaml").write_text(f"kind: scenario\nschema_version: 1\nmodel:\n  scope_factor_b: {default}\n")
    relaxed, strict = aiplan("validate", "idle.yaml"), aiplan("validate", "idle.yaml", "--strict")
    assert (relaxed.code, strict.code) == (0, 3)
    assert "idle.yaml:4" in relaxed.err and "idle.yaml:4" in strict.err


WRONG = (
    ("fly",),
    ("run",),
    ("run", "plan_baseline", "--seed", "x"),
    ("plan", "九"),
    ("evidence", "moon"),
    ("parameters", "moon"),
)


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_use_gives_exit_code_two(aiplan: Command, arguments: tuple[str, ...]) -> None:
    done = aiplan(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err and "Traceback" not in done.err


def test_unknown_name_brings_the_nearest(aiplan: Command) -> None:
    assert "fiscal_rd_grants" in aiplan("parameters", "fiscal_rd_grant_").err
    assert "plan_baseline" in aiplan("run", "plan_baselin").err


HEAVY = {"numpy", "scipy", "xarray", "mesa", "numba", "matplotlib", "pandas", "pydantic", "ruamel", "rich", "jinja2"}


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"]], ids=" ".join)
def test_help_is_quick_because_it_imports_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\n"
        "from simulation.cli.main import main\n"
        f"try:\n    main({arguments})\nexcept SystemExit as ended:\n    assert not ended.code\n"
        "print(*sorted(name for name in sys.modules if '.' not in name), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stderr.split()) == set()
    if arguments == ["--help"]:
        assert all(verb in done.stdout for verb in ("run", "targets", "validate", "doctor"))


def test_module_and_command_are_the_same() -> None:
    done = subprocess.run([sys.executable, "-m", "simulation", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("aiplan ")


def test_unexpected_error_is_one_line_unless_debugging(aiplan: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    import simulation.scenario

    def broken() -> None:
        raise ZeroDivisionError("the list is broken")

    monkeypatch.setattr(simulation.scenario, "discover", broken)
    done = aiplan("list")
    assert done.code == 1 and "the list is broken" in done.err and "Traceback" not in done.err
    from simulation.cli.main import main

    with pytest.raises(ZeroDivisionError):
        main(["list", "--debug"])


def test_doctor_judges_each_check(aiplan: Command) -> None:
    checks = {row["check"]: row for row in json.loads(aiplan("doctor", "--json").out)}
    assert checks["working folder"]["good"] and int(checks["cores"]["value"]) >= 1
    assert checks["compiled code"]["good"] and checks["compiled code"]["value"]


def test_doctor_tells_the_state_of_the_compiled_code(
    aiplan: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> dict[str, object]:
        cache.cache_folder.cache_clear()
        rows = json.loads(aiplan("doctor", "--json").out)
        return next(row for row in rows if row["check"] == "compiled code")

    monkeypatch.setenv(cache.VARIABLE, str(folder / "cache"))
    try:
        assert told()["good"] and "none yet" in str(told()["value"])
        code = cache.wanted_root() / cache.source_digest() / "kernel.nbc"
        code.write_bytes(bytes(range(100)))
        cache.note_warm("all", "2030Q4")
        assert told()["good"] and str(cache.wanted_root()) in str(told()["value"])
        code.write_bytes(bytes(range(99)))
        assert not told()["good"] and "damaged" in str(told()["value"])
        (folder / "file").touch()
        monkeypatch.setenv(cache.VARIABLE, str(folder / "file"))
        assert not told()["good"] and "cannot be written" in str(told()["value"])
    finally:
        monkeypatch.undo()
        cache.cache_folder.cache_clear()

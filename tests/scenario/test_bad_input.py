"""Every mistake has its own message with file, line, column and what would be valid, and nothing is written."""

from __future__ import annotations

import pickle

import pytest

from simulation.errors import AiplanError, InvalidInput, Problem, StoreConflict
from simulation.scenario import load, validate

DATES = "2016Q1 to 2035Q4, written 2017Q3 or 2017"
# text after the two header lines -> the one message, without the file name
CASES = {
    "wrong section key": ("polcy: {}", "3:1: unknown key 'polcy' (did you mean policy? valid: kind,"),
    "misspelt parameter": (
        "policy:\n  grant: 3",
        "4:3: unknown parameter 'grant' in 'policy' (did you mean grants? valid: grants, subsidy, tilt, tax)",
    ),
    "parameter of another section": (
        "policy:\n  window: 0.5",
        "4:3: 'window' belongs to section 'external', not 'policy' (did you mean external.window?)",
    ),
    "wrong unit": (
        "policy:\n  grants: '3 persons'",
        "4:11: grants: the unit 'persons' does not convert to bn_cny/year (valid: a number, 0 to 100 bn_cny/year)",
    ),
    "unknown unit": (
        "policy:\n  grants: '3 bn_cnyy'",
        "4:11: grants: unknown unit 'bn_cnyy'; did you mean bn_cny",
    ),
    "too low": ("policy:\n  grants: -5", "4:11: grants: -5 is below the lower bound 0 (valid: 0 to 100 bn_cny/year)"),
    "too high": (
        "policy:\n  grants: {2018: 5, 2020: 200}",
        "4:27: grants: 200 is above the upper bound 100 (valid: 0 to 100 bn_cny/year)",
    ),
    "bound after conversion": ("policy:\n  subsidy: 50%", "4:12: subsidy: 50% is above the upper bound 0.4"),
    "not a number": ("policy:\n  grants: many", "4:11: grants: 'many' is not a number (valid: a number, 0 to 100"),
    "truth value": ("policy:\n  grants: true", "4:11: grants: 'true' is not a number"),
    "infinite": ("policy:\n  grants: .inf", "4:11: grants: '.inf' is not a finite number"),
    "list": ("policy:\n  grants: [1, 2]", "4:11: a list is not a value here"),
    "not a date": ("policy:\n  grants: {2020Q5: 1}", f"4:12: grants: '2020Q5' is not a date (valid: {DATES})"),
    "outside time": (
        "policy:\n  grants: {2050: 1}",
        f"4:12: grants: 2050 is outside the model's time (valid: {DATES})",
    ),
    "unsorted dates": (
        "policy:\n  grants: {2020: 1, 2019Q2: 2}",
        "4:21: grants: 2019Q2 is written after 2020Q1: dates must rise",
    ),
    "reversed ramp": (
        "policy:\n  grants: {ramp: {from: 2020Q1, to: 2019Q1, value: 2}}",
        "4:33: grants: the ramp ends at 2019Q1, not after its start 2020Q1",
    ),
    "step inside a ramp": (
        "policy:\n  grants: {2021: 3, ramp: {from: 2020, to: 2022, value: 2}}",
        "4:12: grants: 2021Q1 falls inside the ramp that ends at 2022Q4",
    ),
    "overlapping ramps": (
        "policy:\n  grants: {ramp: [{from: 2020, to: 2022, value: 2}, {from: 2021, to: 2023, value: 3}]}",
        "4:53: grants: 2021Q1 falls inside the ramp that ends at 2022Q4",
    ),
    "misspelt ramp key": (
        "policy:\n  grants: {ramp: {from: 2020, too: 2022, value: 2}}",
        "4:31: grants: a ramp has no 'too' (did you mean to? valid: from, to, value)",
    ),
    "incomplete ramp": ("policy:\n  grants: {ramp: {from: 2020, value: 2}}", "4:18: grants: the ramp lacks to"),
    "ramp without a value": (
        "policy:\n  grants: {ramp: {from: 2020, to: 2021, value: ~}}",
        "4:48: grants: a ramp needs a value to reach",
    ),
    "plan lever before the plan": (
        "policy:\n  grants: {2017Q2: 12}",
        "4:12: grants holds its pre-plan value and may not be changed before 2017Q3 (valid: 2017Q3 to 2035Q4)",
    ),
    "plan lever shocked before the plan": (
        "shocks:\n- {parameter: grants, start: 2017, end: 2018, add: 1}",
        "4:30: grants holds its pre-plan value and may not be changed before 2017Q3",
    ),
    "unknown element": (
        "policy:\n  tilt: {modl: 0.5}",
        "4:10: tilt has no element 'modl' (did you mean model? valid: foundation, model, application; or dates,",
    ),
    "element of a scalar": ("policy:\n  grants.model: 5", "4:3: 'grants' is a scalar without elements"),
    "dated constant": ("model:\n  elasticity: {2020: 1}", "4:15: elasticity is a constant of the model and takes no"),
    "unknown distribution": (
        "policy:\n  grants: {distribution: 'unifrm(0,1)'}",
        "4:26: grants: 'unifrm(0,1)' is not a distribution (did you mean uniform or loguniform? valid: fixed, uniform,",
    ),
    "distribution beyond the bounds": (
        "policy:\n  subsidy: {distribution: 'uniform(0,1)'}",
        "4:27: subsidy: uniform(0,1) reaches beyond the bounds (valid: 0 to 0.4 share)",
    ),
    "reversed distribution": (
        "policy:\n  grants: {distribution: 'uniform(3,1)'}",
        "4:26: grants: the arguments of 'uniform(3,1)' make no distribution",
    ),
    "unknown rule": ("variants: {markt: awards}", "3:12: unknown rule 'markt' in 'variants' (did you mean market?"),
    "unknown variant": (
        "variants: {market: auction}",
        "3:20: rule 'market' has no variant 'auction' (valid: awards, replicator)",
    ),
    "run setting": ("run: {seeds: 3}", "3:7: unknown key 'seeds' in 'run' (did you mean seed?"),
    "run value": ("run: {scale: 2}", "3:14: run.scale '2': should be less than or equal to 1 (valid: above 0 up to 1)"),
    "run date": ("run: {until: 2099}", f"3:14: run.until: '2099' is not a date of the model (valid: {DATES})"),
    "duplicate key": (
        "policy:\n  grants: 3\n  grants: 4",
        "5:3: duplicate key 'grants', first written on line 4",
    ),
    "shock without end": (
        "shocks:\n- {parameter: window, start: 2020, multiply: 2}",
        "4:3: 'shocks' lacks 'end' (valid: parameter, start, end,",
    ),
    "reversed shock": (
        "shocks:\n- {parameter: window, start: 2021, end: 2020, multiply: 2}",
        "4:41: the shock ends at 2020Q4, before its start 2021Q1",
    ),
    "shock without size": (
        "shocks:\n- {parameter: window, start: 2020, end: 2021}",
        "4:3: a shock says nothing of its size",
    ),
    "shock with two sizes": (
        "shocks:\n- {parameter: window, start: 2020, end: 2021, add: 0.1, set: 1}",
        "4:3: a shock has add and set (valid: one of add, multiply, set)",
    ),
    "shock of an unknown parameter": (
        "shocks:\n- {parameter: windo, start: 2020, end: 2021, add: 0.1}",
        "4:15: unknown parameter 'windo' (did you mean window?",
    ),
    "shock of a constant": (
        "shocks:\n- {parameter: elasticity, start: 2020, end: 2021, add: 0.1}",
        "4:15: elasticity is a constant of the model: a shock needs a dated path",
    ),
    "shock out of bounds": (
        "shocks:\n- {parameter: window, start: 2020, end: 2021, add: 0.9}",
        "4:3: the shock moves window to 1.2 in 2020Q1, outside its bounds (valid: 0 to 1 index)",
    ),
    "unknown scenario": ("extends: casee", "3:10: unknown scenario 'casee' (did you mean case? valid: "),
    "missing file": ("extends: other/none.yaml", "3:10: the file 'other/none.yaml' does not exist"),
    "unknown strength": ("extends: case:strong", "3:10: cyclic extends: case -> case"),
    "strengths without default": (
        "strengths:\n  strict: {policy: {grants: 3}}",
        "4:3: 'strengths' does not state its default",
    ),
    "unknown default strength": (
        "strengths:\n  default: strong\n  strict: {policy: {grants: 3}}",
        "4:12: the default strength 'strong' does not exist (valid: strict)",
    ),
    "wrong key in a strength": (
        "strengths:\n  default: strict\n  strict: {polic: ~}",
        "5:12: unknown key 'polic' in strength 'strict' (did you mean policy?",
    ),
    "title without English": ("title: {zh: 规划}", "3:8: 'title' lacks 'en' (valid: en, zh)"),
    "section that is no mapping": ("policy: 3", "3:9: 'policy' must be a mapping of parameters to values"),
    "broken yaml": ("policy: {grants: 3", "4:1: not valid YAML: expected ',' or '}'"),
}


@pytest.mark.parametrize("case", CASES)
def test_one_mistake_one_message(folder, case):
    text, message = CASES[case]
    folder.write("case", text + "\n")
    with pytest.raises(InvalidInput) as caught:
        folder.load("case")
    assert len(caught.value.problems) == 1, str(caught.value)
    assert str(caught.value).startswith("case.yaml:" + message)
    assert caught.value.exit_code == 3
    assert [path.name for path in folder.path.iterdir()] == ["case.yaml"]


FILES = {
    "empty": (b"", "case.yaml: the file is empty (valid: a mapping that begins with 'kind: scenario')"),
    "comment only": (
        b"# nothing\n",
        "case.yaml: the file is empty (valid: a mapping that begins with 'kind: scenario')",
    ),
    "binary": (
        b"\x89PNG\r\n\x1a\n\x00\xff",
        "case.yaml: not a text file: byte 0 is not UTF-8 (valid: UTF-8 text in YAML)",
    ),
    "zero bytes": (
        b"kind\x00: scenario",
        "case.yaml: not a text file: byte 4 is a zero byte (valid: UTF-8 text in YAML)",
    ),
    "a list": (b"- 1\n", "case.yaml:1:1: a scenario file must be a mapping of keys to values (valid: kind: scenario)"),
    "no kind": (b"schema_version: 1\n", "case.yaml:1:1: the key 'kind' is missing (valid: kind: scenario)"),
    "other kind": (
        b"kind: experiment\nscenarios: [x]\n",
        "case.yaml:1:7: kind is 'experiment', not 'scenario' (valid: kind: scenario)",
    ),
    "no version": (
        b"kind: scenario\n",
        "case.yaml:1:1: the key 'schema_version' is missing (valid: schema_version: 1)",
    ),
    "other version": (
        b"kind: scenario\nschema_version: 2\n",
        "case.yaml:2:17: schema_version '2' is not supported (valid: schema_version: 1)",
    ),
    "nested without end": (
        b"a: " + b"[" * 5000,
        "case.yaml: not valid YAML: an alias contains itself or the nesting is too deep",
    ),
    "alias of itself": (
        b"a: &x [*x]",
        "case.yaml: not valid YAML: an alias contains itself or the nesting is too deep",
    ),
    "two documents": (
        b"kind: scenario\nschema_version: 1\n---\na: 1\n",
        "case.yaml:3:1: not valid YAML: but found another document",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_files_that_are_no_scenario(folder, case):
    content, message = FILES[case]
    (folder.path / "case.yaml").write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        load("case.yaml", registry=folder.registry)
    assert str(caught.value) == message


def test_missing_file_names_the_nearest(folder):
    folder.write("my_story", "title: {en: x}")
    with pytest.raises(InvalidInput) as caught:
        load("my_stor.yaml", registry=folder.registry)
    expected = "my_stor.yaml: the file does not exist (did you mean my_story.yaml? valid: an existing scenario file or"
    assert str(caught.value).startswith(expected)


def test_a_folder_is_not_a_file(folder):
    (folder.path / "inner.yaml").mkdir()
    with pytest.raises(InvalidInput, match=r"inner\.yaml: the file is a folder, not a file"):
        load("inner.yaml", registry=folder.registry)


def test_unknown_id_names_the_nearest(folder):
    folder.write("my_story", "title: {en: x}")
    with pytest.raises(
        InvalidInput, match=r"mystory: unknown scenario 'mystory' \(did you mean my_story\? valid: .*my_story"
    ):
        folder.load("mystory")


def test_cyclic_extends_names_the_chain(folder):
    folder.write("a", "extends: b")
    folder.write("b", "extends: [c]")
    folder.write("c", "extends: a")
    with pytest.raises(InvalidInput) as caught:
        folder.load("a")
    assert str(caught.value) == "c.yaml:3:10: cyclic extends: a -> b -> c -> a"


def test_unknown_strength(folder):
    folder.write("story", "strengths:\n  default: weak\n  weak: ~\n  strict: {policy: {grants: 5}}")
    with pytest.raises(InvalidInput) as caught:
        load("story:stric", search=folder.path, registry=folder.registry)
    message = "story:stric: scenario 'story' has no strength 'stric' (did you mean strict? valid: weak, strict)"
    assert str(caught.value) == message


def test_all_mistakes_at_once_in_reading_order(folder):
    folder.write("base", "policy:\n  grants: -1\n")
    folder.write(
        "case", "extends: base\ntitel: {en: x}\npolicy:\n  grants: {2020: 1, 2019: 2}\n  tax: 9\nrun: {seed: -1}"
    )
    with pytest.raises(InvalidInput) as caught:
        folder.load("case", ["grant=3", "tax"])
    places = [(problem.file, problem.line) for problem in caught.value.problems]
    expected = [("case.yaml", 4), ("case.yaml", 6), ("case.yaml", 7), ("case.yaml", 8), ("base.yaml", 4)]
    assert places == [*expected, ("--set", 1), ("--set", 2)]


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("grant=3", "--set:1:1: unknown parameter 'grant' (did you mean grants?"),
        ("grants=-3", "--set:1:8: grants: -3 is below the lower bound 0"),
        ("grants=3 persons", "--set:1:8: grants: the unit 'persons' does not convert to bn_cny/year"),
        ("grants={2020: 1, 2019: 2}", "--set:1:8: grants: 2019Q1 is written after 2020Q1"),
        ("grants={2020: 1", "--set:1:8: not valid YAML"),
        ("grants", "--set:1:1: 'grants' is not an override (valid: name=value)"),
        ("grants=", "--set:1:8: the value is empty (valid: a value, or ~ for the default)"),
        ("tilt.modl=0.1", "--set:1:1: 'tilt' has no element 'modl' (did you mean model?"),
        ("external.grants=3", "--set:1:1: 'grants' belongs to section 'policy', not 'external'"),
        ("variants.market=auction", "--set:1:17: rule 'market' has no variant 'auction'"),
        ("run.scale=0", "--set:1:11: run.scale '0': should be greater than 0"),
        ("scale=0.5", "--set:1:1: unknown parameter 'scale' (did you mean run.scale?)"),
    ],
)
def test_overrides_are_checked_like_files(folder, override, message):
    with pytest.raises(InvalidInput) as caught:
        folder.load("title: {en: x}", [override])
    assert str(caught.value).startswith(message)


def test_validate_reports_all_files_and_strict_turns_warnings_into_errors(folder):
    good = folder.write("good", "policy:\n  grants: 30")
    idle = folder.write("idle", "policy:\n  tax: 0.5")
    bad = folder.write("bad", "policy:\n  tax: 5\nexternal:\n  windo: 1")
    assert validate(good, strict=True, registry=folder.registry) == []
    warnings = validate([good, idle], registry=folder.registry)
    message = "idle.yaml:4:3: the override of 'tax' changes nothing: the value is the registry default"
    assert [str(warning) for warning in warnings] == [message]
    with pytest.raises(InvalidInput, match="changes nothing"):
        validate([good, idle], strict=True, registry=folder.registry)
    with pytest.raises(InvalidInput) as caught:
        validate([idle, bad, "none.yaml"], strict=True, registry=folder.registry)
    assert [problem.file for problem in caught.value.problems] == ["bad.yaml", "bad.yaml", "none.yaml", "idle.yaml"]


def test_validate_checks_every_strength(folder):
    text = "strengths:\n  default: weak\n  weak: {policy: {tax: 0.9}}\n  strict: {policy: {tax: 0.5}}"
    path = folder.write("story", text)
    warnings = validate(path, registry=folder.registry)
    assert [(warning.line, warning.column) for warning in warnings] == [(6, 21)]


def test_errors_keep_their_problems_between_processes():
    error = InvalidInput([Problem("a.yaml", 1, 2, "wrong", ("b",), "c"), Problem("a.yaml", 1, 2, "wrong", ("b",), "c")])
    copy = pickle.loads(pickle.dumps(error))
    assert copy.problems == error.problems
    assert str(copy) == "a.yaml:1:2: wrong (did you mean b? valid: c)"
    assert isinstance(copy, AiplanError)
    assert (copy.exit_code, StoreConflict("x").exit_code) == (3, 2)

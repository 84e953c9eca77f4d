"""JSON Schema, the starter file and the list of scenarios."""

from __future__ import annotations

import jsonschema
import pytest
from ruamel.yaml import YAML

from simulation.errors import StoreConflict
from simulation.scenario import discover, json_schema, load, write_starter
from tests.scenario.test_effective import RICH


def instance(text: str) -> object:
    """Plain data of a YAML text with text keys, as an editor hands it to a schema checker."""
    data = YAML(typ="safe", pure=True).load("kind: scenario\nschema_version: 1\n" + text)

    def textual(item):
        if isinstance(item, dict):
            return {str(key): textual(value) for key, value in item.items()}
        return [textual(value) for value in item] if isinstance(item, list) else item

    return textual(data)


def test_the_schema_accepts_what_the_loader_accepts(folder):
    schema = json_schema(folder.registry)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(instance(RICH), schema)
    strengths = "strengths: {default: weak, weak: ~, strict: {policy: {grants: 3}}}"
    jsonschema.validate(instance(strengths), schema)


@pytest.mark.parametrize(
    "text",
    [
        "polcy: {}",
        "policy: {grant: 3}",
        "policy: {grants: [1]}",
        "policy: {tilt: {modl: 1}}",
        "policy: {grants: {ramp: {from: 2020, value: 3}}}",
        "variants: {market: auction}",
        "run: {scale: 3}",
        "strengths: {weak: ~}",
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(folder, text):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(instance(text), json_schema(folder.registry))


def test_the_schema_carries_labels_units_and_bounds(folder):
    grants = json_schema(folder.registry)["properties"]["policy"]["anyOf"][0]["properties"]["grants"]
    assert "0 to 100 bn_cny/year" in grants["description"]
    assert "Not before 2017Q3" in grants["description"]


def test_the_starter_is_valid_and_never_overwrites(tmp_path):
    path = write_starter(tmp_path / "work")
    scenario = load(path)
    assert scenario.warnings == ()
    assert scenario.path("fiscal_rd_grants").max() == 90.0
    before = path.read_text(encoding="utf-8")
    with pytest.raises(StoreConflict, match="exists already"):
        write_starter(tmp_path / "work")
    assert path.read_text(encoding="utf-8") == before
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreConflict, match="cannot be written: File exists"):
        write_starter(tmp_path / "file")


def test_discover_lists_good_and_bad_files_and_leaves_out_other_kinds(folder):
    folder.write("good", "title: {en: Good, zh: 好}\nstrengths: {default: weak, weak: ~, strict: {policy: ~}}")
    folder.write("broken", "title: {en: [")
    folder.write("design", "kind: experiment", header=False)
    found = {each.id: each for each in discover(folder.path)}
    assert found["good"].title == {"en": "Good", "zh": "好"}
    assert (found["good"].strengths, found["good"].default_strength) == (("weak", "strict"), "weak")
    assert "not valid YAML" in found["broken"].problem
    assert "design" not in found
    assert found["good"].as_dict()["path"] == "good.yaml"

"""Order of layers: defaults < posterior < extends, left to right < file < strength < --set."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulation.errors import InvalidInput
from simulation.scenario import dates, diff
from simulation.scenario.layers import Layer, merge
from simulation.scenario.timelines import Event, Setting, Timeline, evaluate
from simulation.scenario.tree import Mark

PLACE = Mark("test.yaml", 1, 1)


def last(scenario, name):
    return scenario.path(name)[-1].tolist()


def test_layers_apply_in_the_stated_order(folder):
    folder.write("left", "policy: {grants: 20, tax: 0.7}\nexternal: {window: 0.6}")
    folder.write("right", "policy: {grants: 30, tax: 0.8}")
    folder.write("case", "extends: [left, right]\npolicy: {grants: 40}")
    scenario = folder.load("case", ["grants=50"])
    assert (last(scenario, "grants"), last(scenario, "tax"), last(scenario, "window")) == (50.0, 0.8, 0.6)
    assert last(folder.load("case"), "grants") == 40.0
    origins = scenario.origins()
    assert origins["grants"] == "--set"
    assert origins["tax"] == "right.yaml:3"
    assert origins["window"] == "left.yaml:4"
    assert origins["subsidy"] == "registry default"


def test_a_posterior_stands_above_the_registry_and_below_every_file(folder):
    folder.write("case", "model: {levels: {model: 4}}")
    scenario = folder.load("case")
    effective = scenario.effective(posterior={"elasticity": 1.4, "levels.foundation": 1.5, "levels.model": 2.5})
    assert effective.values["elasticity"] == 1.4
    assert effective.values["levels"].tolist() == [1.5, 4.0, 3.0]
    assert (effective.origin["elasticity"], effective.origin["levels"]) == ("posterior", "case.yaml:3")
    assert scenario.effective().values["elasticity"] == 1.2
    # A calibrated lever keeps its trend: 20 at the start of the plan instead of 10.
    grants = scenario.effective(posterior={"grants": 20.0}).paths["grants"]
    assert grants == pytest.approx(2 * scenario.effective().paths["grants"], rel=1e-12)
    with pytest.raises(InvalidInput, match="elasticity is outside its bounds"):
        scenario.effective(posterior={"elasticity": 3.0})


def test_a_shared_ancestor_applies_once_before_its_heirs(folder):
    folder.write("base", "policy: {grants: 20}")
    folder.write("left", "extends: base\npolicy: {grants: 30}")
    folder.write("right", "extends: base\npolicy: {tax: 0.8}")
    folder.write("case", "extends: [left, right]")
    scenario = folder.load("case")
    assert last(scenario, "grants") == 30.0
    assert scenario.sources == ("base.yaml", "left.yaml", "right.yaml", "case.yaml")


def test_maps_merge_deep_and_dated_paths_replace_whole(folder):
    folder.write(
        "base", "policy:\n  tilt: {model: 0.5, application: {2018: 0.6, 2020: 0.7}}\n  grants: {2018: 5, 2020: 6}"
    )
    folder.write("case", "extends: base\npolicy:\n  tilt: {application: {2025: 0.9}}\n  grants: {2025: 7}")
    scenario = folder.load("case")
    tilt = scenario.path("tilt")
    assert tilt[dates.AXIS.index("2024Q4")].tolist() == [0.1, 0.5, 0.3]
    assert tilt[-1].tolist() == [0.1, 0.5, 0.9]
    default = folder.load("title: {en: x}").path("grants")
    assert np.array_equal(scenario.path("grants")[:36], default[:36])


def test_a_whole_value_drops_elements_and_an_element_stands_on_a_whole_value(folder):
    folder.write("base", "policy: {tilt: {model: 0.5}}")
    assert last(folder.load("extends: base\npolicy: {tilt: 0.4}"), "tilt") == [0.4, 0.4, 0.4]
    folder.write("base", "policy: {tilt: 0.4}")
    assert last(folder.load("extends: base\npolicy: {tilt: {model: 0.5}}"), "tilt") == [0.4, 0.5, 0.4]
    assert last(folder.load("extends: base\npolicy: {tilt: {model: ~}}"), "tilt") == [0.4, 0.2, 0.4]
    assert last(folder.load("extends: base", ["tilt.model=0.9"]), "tilt") == [0.4, 0.9, 0.4]


def test_lists_replace_whole(folder):
    folder.write("base", "shocks:\n- {parameter: window, start: 2020, end: 2021, set: 0.9}")
    other = folder.load("extends: base\nshocks:\n- {parameter: window, start: 2025, end: 2026, set: 0.8}")
    window = other.path("window")
    assert window.max() == 0.8
    assert folder.load("extends: base\nshocks: ~").path("window").max() == 0.3


def test_null_restores_a_value_a_section_a_variant_and_a_run_setting(folder):
    folder.write("base", "policy: {grants: 20, tax: 0.8}\nvariants: {market: replicator}\nrun: {replicates: 5}")
    plain = folder.load("title: {en: x}")
    one = folder.load("extends: base\npolicy: {grants: ~}")
    assert np.array_equal(one.path("grants"), plain.path("grants"))
    assert last(one, "tax") == 0.8
    everything = folder.load("extends: base\npolicy: ~\nvariants: {market: ~}\nrun: {replicates: ~}")
    assert everything.warnings == ()
    assert everything.digest == plain.digest
    assert everything.origins()["tax"] == "registry default"
    assert (everything.variants["market"], everything.run_settings["replicates"]) == ("awards", 20)


def test_strengths_lie_above_the_file_and_the_bare_id_means_the_default(folder):
    folder.write("base", "policy: {grants: 20}")
    text = (
        "extends: base\ntitle: {en: Story, zh: 故事}\npolicy: {tax: 0.8}\n"
        "strengths:\n  default: weak\n  weak: {policy: {grants: 30}}\n"
        "  strict:\n    story: {en: Nothing}\n    policy: ~\n"
    )
    folder.write("story", text)
    weak, strict = folder.load("story"), folder.load("story:strict")
    assert (weak.id, weak.strength, last(weak, "grants"), last(weak, "tax")) == ("story", "weak", 30.0, 0.8)
    assert (strict.id, strict.strength, last(strict, "tax")) == ("story:strict", "strict", 0.5)
    assert (strict.story["en"], strict.title["zh"]) == ("Nothing", "故事")
    heir = folder.load("extends: 'story:strict'\nexternal: {window: 0.9}")
    assert np.array_equal(heir.path("grants"), strict.path("grants"))


def test_ids_are_found_in_the_working_folder_before_those_of_the_program(folder):
    from simulation.scenario import discover, load

    own = folder.path / "scenarios"
    own.mkdir()
    (own / "plan_baseline.yaml").write_text("kind: scenario\nschema_version: 1\npolicy: {grants: 77}\n")
    assert last(load("plan_baseline", registry=folder.registry), "grants") == 77.0
    found = {each.id: each for each in discover()}
    assert found["plan_baseline"].path.resolve() == (own / "plan_baseline.yaml").resolve()
    assert "historical_actual" in found


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("policy: {tax: 0.5}", 1),
        ("policy: {tax: ~}", 1),
        ("external: ~", 1),
        ("variants: {market: awards}", 1),
        ("run: {replicates: 20, seed: 2}", 1),
        ("shocks: []", 1),
        ("policy: {tax: {2020: 0.5, 2021: 0.6}}", 0),
        ("policy: {grants: {distribution: 'uniform(5,15)'}}", 0),
    ],
)
def test_an_override_that_changes_nothing_is_a_warning(folder, text, count):
    scenario = folder.load(text + "\n")
    assert len(scenario.warnings) == count
    assert all("changes nothing" in warning.message for warning in scenario.warnings)
    assert len(folder.load("title: {en: x}", ["tax=0.5"]).warnings) == 1


def test_a_lever_set_to_its_value_in_force_is_bitwise_the_same(folder):
    folder.write("base", "policy: {grants: {2020: 33}}")
    base = folder.load("base")
    same = folder.load("extends: base\npolicy: {grants: {2020: '33 bn_cny'}}")
    assert same.digest == base.digest
    assert "set in base.yaml:3" in same.warnings[0].message
    assert diff(base, same) == []


def timelines() -> st.SearchStrategy[Timeline | None]:
    def build(points: list[tuple[int, int, float | None]]) -> Timeline:
        events, free = [], 6
        for gap, length, amount in points:
            start = free + gap
            end = start + (length if amount is not None else 0)
            if end >= len(dates.AXIS):
                break
            events.append(Event(start, end, amount, PLACE))
            free = end + 1
        return Timeline(tuple(events))

    amount = st.one_of(st.none(), st.floats(0, 100))
    points = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), amount), max_size=4)
    return st.one_of(st.none(), points.map(build))


def layers_of(registry) -> st.SearchStrategy[Layer]:
    whole = st.builds(lambda timeline: Setting(PLACE, True, timeline), timelines())
    elements = st.dictionaries(st.sampled_from(("foundation", "model", "application")), timelines(), min_size=1)
    partial = st.builds(lambda items: Setting(PLACE, False, None, items), elements)
    scalar = st.dictionaries(st.sampled_from(("grants", "tax", "window")), whole)
    vector = st.dictionaries(st.just("tilt"), st.one_of(whole, partial))
    restored = st.sampled_from(({}, {"policy": PLACE}, {"external": PLACE}))
    return st.builds(lambda a, b, c: Layer(settings={**a, **b}, restored=c), scalar, vector, restored)


QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(data=st.data())
def test_merging_is_idempotent_and_associative(registry, data):
    a, b, c = (data.draw(layers_of(registry)) for _ in range(3))
    once = merge(a, b, registry)
    assert merge(once, b, registry).settings == once.settings
    left = merge(merge(a, b, registry), c, registry)
    right = merge(a, merge(b, c, registry), registry)
    assert left.settings == right.settings


@QUICK
@given(timeline=timelines(), default=st.floats(0, 100))
def test_paths_hold_keep_their_past_and_stay_between_what_is_written(timeline, default):
    base = np.full(len(dates.AXIS), default)
    path = evaluate(base, timeline, 0, lambda distribution: 0.0)
    events = timeline.events if timeline else ()
    written = [default] + [event.amount for event in events if event.amount is not None]
    assert min(written) <= path.min() + 1e-9
    assert path.max() <= max(written) + 1e-9
    first = min((event.start for event in events), default=len(dates.AXIS))
    assert np.array_equal(path[:first], base[:first])
    if events:
        expected = default if events[-1].amount is None else events[-1].amount
        assert path[events[-1].end :].tolist() == [expected] * (len(path) - events[-1].end)


@QUICK
@given(timeline=timelines())
def test_restoring_gives_the_default_whatever_was_written(registry, timeline):
    from simulation.scenario.effective import default_path, path_of

    lower = Layer(settings={"grants": Setting(PLACE, True, timeline)})
    restored = merge(lower, Layer(settings={"grants": Setting(PLACE, True, None)}), registry)
    parameter = registry["grants"]
    assert np.array_equal(path_of(parameter, restored.settings["grants"]), default_path(parameter))
    section = merge(lower, Layer(restored={"policy": PLACE}), registry)
    assert section.settings == {}


@QUICK
@given(timeline=timelines())
def test_what_is_written_out_reads_back_to_the_same_path(registry, timeline):
    from simulation.scenario.settings import SettingReader
    from simulation.scenario.tree import parse_text
    from simulation.scenario.writing import setting_text

    setting = Setting(PLACE, True, timeline if timeline and timeline.events else None)
    node, problems = parse_text(setting_text(registry["grants"], setting), "text")
    found: list = []
    again = SettingReader(registry["grants"], found).read(node, PLACE)
    assert (problems, found) == ((), [])
    assert again == setting

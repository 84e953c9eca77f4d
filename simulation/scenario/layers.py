"""Layers: what one file, one strength of it, or one ``--set`` says, and how layers merge.

Maps merge deep; lists and dated paths replace whole; ``~`` restores the default.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from simulation.errors import Problem
from simulation.inputs.reading import nearest
from simulation.inputs.registry import SECTIONS, Registry
from simulation.scenario.header import RunSettings, Texts, checked, read_variants
from simulation.scenario.keys import find
from simulation.scenario.settings import SettingReader
from simulation.scenario.shocks import Shock, read_shocks
from simulation.scenario.timelines import Setting, merge_settings
from simulation.scenario.tree import Mapping, Mark, Node, Scalar, plain

CONTENT_KEYS = ("title", "story", *SECTIONS, "run", "shocks", "variants")
Chosen = dict[str, tuple[Any, Mark]]


@dataclass(frozen=True)
class Layer:
    """Content of one source, or of several merged.

    Parameters
    ----------
    settings : dict of str to Setting
        By parameter id.
    restored : dict of str to Mark
        Sections that are put back to their defaults before ``settings`` apply.
    variants, run : dict
        Rule to variant and run setting to value, each with its place; ``None`` is the default.
    shocks : tuple of Shock or None
        ``None`` when the source does not mention shocks.
    title, story : dict of str to str
        By language; empty when not given.
    """

    settings: dict[str, Setting] = field(default_factory=dict)
    restored: dict[str, Mark] = field(default_factory=dict)
    variants: Chosen = field(default_factory=dict)
    run: Chosen = field(default_factory=dict)
    shocks: tuple[Shock, ...] | None = None
    shocks_mark: Mark | None = None
    title: dict[str, str] = field(default_factory=dict)
    story: dict[str, str] = field(default_factory=dict)


def merge(base: Layer, over: Layer, registry: Registry) -> Layer:
    """``over`` on top of ``base``; neither is changed."""
    kept = {name: setting for name, setting in base.settings.items() if registry[name].section not in over.restored}
    settings = {**kept, **{name: merge_settings(kept.get(name), new) for name, new in over.settings.items()}}
    return Layer(
        settings=settings,
        restored={**base.restored, **over.restored},
        variants={**base.variants, **over.variants},
        run={**base.run, **over.run},
        shocks=base.shocks if over.shocks is None else over.shocks,
        shocks_mark=base.shocks_mark if over.shocks is None else over.shocks_mark,
        title={**base.title, **over.title},
        story={**base.story, **over.story},
    )


def read_layer(node: Mapping, registry: Registry, problems: list[Problem]) -> Layer:
    """Content keys of a file or of one strength as a layer; problems are noted, other keys are passed over."""
    layer = Layer()
    for key, mark, item in node:
        if key not in CONTENT_KEYS:
            continue
        if isinstance(item, Scalar) and item.value is None and key not in (*SECTIONS, "shocks"):
            continue
        layer = replace(layer, **_content(key, mark, item, registry, problems))
    return _with_sections(node, layer, registry, problems)


def _content(key: str, mark: Mark, node: Node, registry: Registry, problems: list[Problem]) -> dict[str, Any]:
    if key in ("title", "story"):
        texts = checked(Texts, key, node, problems)
        return {key: {name: text for name, text in texts.model_dump().items() if text}} if texts else {}
    if key == "run":
        return {"run": read_run(node, problems)}
    if key == "variants":
        return {"variants": read_variants(node, problems)}
    if key == "shocks":
        return {"shocks": read_shocks(node, registry, problems), "shocks_mark": mark}
    return {}


def _with_sections(node: Mapping, layer: Layer, registry: Registry, problems: list[Problem]) -> Layer:
    settings: dict[str, Setting] = {}
    restored: dict[str, Mark] = {}
    for section in SECTIONS:
        item = node.entries.get(section)
        if item is None:
            continue
        if isinstance(item, Scalar) and item.value is None:
            restored[section] = node.key_mark(section)
        elif not isinstance(item, Mapping):
            problems.append(item.mark.problem(f"'{section}' must be a mapping of parameters to values"))
        else:
            for name, mark, value in item:
                add_setting(settings, name, mark, value, registry, problems, section)
    return replace(layer, settings=settings, restored=restored)


def add_setting(
    settings: dict[str, Setting],
    name: str,
    mark: Mark,
    value: Node,
    registry: Registry,
    problems: list[Problem],
    section: str = "",
) -> None:
    """Read one named value into ``settings``."""
    target = find(registry, name, mark, problems, section)
    if target is None:
        return
    parameter, element = target
    setting = SettingReader(parameter, problems).read(value, mark, element)
    if setting is not None:
        settings[parameter.id] = merge_settings(settings.get(parameter.id), setting)


def read_run(node: Node, problems: list[Problem]) -> Chosen:
    """Run settings with their places; ``~`` restores a default."""
    if isinstance(node, Mapping):
        given = {name: item for name, item in node.entries.items() if not _is_null(item)}
        checked_node: Node = Mapping(node.mark, given, {name: node.key_marks[name] for name in given})
    else:
        checked_node, given = node, {}
    settings = checked(RunSettings, "run", checked_node, problems)
    if settings is None or not isinstance(node, Mapping):
        return {}
    chosen: Chosen = {name: (getattr(settings, name), node.key_marks[name]) for name in given}
    for name, mark, _ in node:
        if name not in given:
            if name in RunSettings.model_fields:
                chosen[name] = (None, mark)
            else:
                names = list(RunSettings.model_fields)
                problems.append(mark.problem(f"unknown key '{name}' in 'run'", nearest(name, names), ", ".join(names)))
    return chosen


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and plain(node) is None

"""Settings as scenario text: for provenance, explanations and differences."""

from __future__ import annotations

import json

from simulation.inputs.priors import Prior
from simulation.inputs.registry import SECTIONS, Parameter, Registry
from simulation.scenario import dates
from simulation.scenario.header import SCHEMA_VERSION
from simulation.scenario.layers import Layer
from simulation.scenario.shocks import Shock
from simulation.scenario.timelines import Amount, Setting, Timeline


def number_text(value: float) -> str:
    """Shortest text that reads back as the same number; whole numbers without a point."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(float(value))


def amount_text(amount: Amount) -> str:
    """A number, ``~`` or a distribution."""
    if amount is None:
        return "~"
    if isinstance(amount, Prior):
        arguments = ", ".join(number_text(argument) for argument in amount.arguments)
        return f"{{distribution: '{amount.kind}({arguments})'}}"
    return number_text(amount)


def timeline_text(timeline: Timeline | None) -> str:
    """A timeline in one line of YAML."""
    if timeline is None:
        return "~"
    if len(timeline.events) == 1 and timeline.events[0].start is None:
        return amount_text(timeline.events[0].amount)
    parts, ramps = [], []
    for event in timeline.events:
        start, end = dates.name(event.start or 0), dates.name(event.end or 0)
        if event.is_ramp:
            ramps.append(f"{{from: {start}, to: {end}, value: {amount_text(event.amount)}}}")
        else:
            parts.append(f"{start}: {amount_text(event.amount)}")
    if ramps:
        parts.append(f"ramp: {ramps[0]}" if len(ramps) == 1 else f"ramp: [{', '.join(ramps)}]")
    return "{" + ", ".join(parts) + "}"


def setting_text(parameter: Parameter, setting: Setting) -> str:
    """A setting in one line of YAML that reads back as the same setting."""
    if not setting.elements:
        return timeline_text(setting.whole)
    listed = dict(setting.elements)
    if setting.given:
        # A value for all and some for elements: written out element by element.
        listed = {element: setting.elements.get(element, setting.whole) for element in parameter.elements}
    return "{" + ", ".join(f"{element}: {timeline_text(timeline)}" for element, timeline in listed.items()) + "}"


def shock_text(shock: Shock) -> str:
    """A shock in one line of YAML."""
    ramp = f", ramp: {{in: {shock.build_up}, out: {shock.fade}}}" if shock.build_up or shock.fade else ""
    span = f"start: {dates.name(shock.start)}, end: {dates.name(shock.end)}"
    return f"{{parameter: {shock.key}, {span}, {shock.operation}: {amount_text(shock.amount)}{ramp}}}"


def scenario_text(scenario_id: str, layer: Layer, registry: Registry, sources: tuple[str, ...]) -> str:
    """A merged scenario as one file without ``extends`` that loads to the same effective inputs."""
    lines = [f"# {scenario_id}, merged from {', '.join(sources)}"]
    lines += ["kind: scenario", f"schema_version: {SCHEMA_VERSION}"]
    for key, texts in (("title", layer.title), ("story", layer.story)):
        if texts:
            lines.append(f"{key}:")
            lines += [f"  {language}: {json.dumps(text, ensure_ascii=False)}" for language, text in texts.items()]
    for section in SECTIONS:
        names = [name for name in registry if name in layer.settings and registry[name].section == section]
        names = [name for name in names if not layer.settings[name].is_default]
        lines += [f"{section}:"] if names else []
        for name in names:
            setting = layer.settings[name]
            lines.append(f"  {name}: {setting_text(registry[name], setting)}  # {setting.mark.origin}")
    for key, chosen in (("run", layer.run), ("variants", layer.variants)):
        given = {name: value for name, (value, _) in chosen.items() if value is not None}
        lines += [f"{key}:"] if given else []
        lines += [f"  {name}: {value}" for name, value in given.items()]
    if layer.shocks:
        lines.append("shocks:")
        lines += [f"  - {shock_text(shock)}  # {shock.mark.origin}" for shock in layer.shocks]
    return "\n".join(lines) + "\n"

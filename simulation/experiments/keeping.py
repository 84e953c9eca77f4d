"""The experiment file that is kept beside a result: it names the scenarios stored there, and nothing outside."""

from __future__ import annotations

from ruamel.yaml import YAML
from ruamel.yaml.nodes import SequenceNode

from simulation.experiments.experiment import Experiment
from simulation.results.store import SCENARIOS
from simulation.results.text import file_name

KEY = "scenarios"


def kept_text(experiment: Experiment) -> str:
    """Text of an experiment whose ``scenarios`` are the merged files beside it; the rest stays as it was written."""
    files = [f"{SCENARIOS}/{file_name(scenario.id)}.yaml" for scenario in experiment.scenarios]
    for key, value in YAML().compose(experiment.text).value:
        if key.value == KEY:
            # A list in block style ends where the next key begins: comments after its last entry are left alone.
            block = isinstance(value, SequenceNode) and not value.flow_style
            end = value.value[-1].end_mark.index if block else value.end_mark.index
            return f"{experiment.text[: key.end_mark.index]}: [{', '.join(files)}]{experiment.text[end:]}"
    return experiment.text

"""One command makes everything again: each step is a command that exists."""

import importlib.util
import subprocess
import sys

from simulation.cli.main import app
from tests.regenerate import CALIBRATION, STEPS


def test_every_step_is_a_module_or_a_verb_that_exists():
    verbs = {command.name for command in app.registered_commands}
    for command in (each for commands in (STEPS | CALIBRATION).values() for each in commands):
        assert command[1] == "-m" and importlib.util.find_spec(command[2]) is not None, command
        if command[2] == "simulation":
            assert command[3] in verbs, command


def test_the_list_says_what_would_be_run():
    done = subprocess.run(
        [sys.executable, "-m", "tests.regenerate", "--list", "--calibrate"], capture_output=True, text=True, check=True
    )
    steps = dict.fromkeys(line.split(":")[0] for line in done.stdout.splitlines())
    assert list(steps) == ["calibration", *STEPS]

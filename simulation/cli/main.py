"""The command line: its verbs, its errors and its exit codes.

0 good, 1 failure, 2 usage, 3 invalid input, 4 finished with failed runs.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from simulation.cli import (
    calibrating,
    checking,
    hindcasting,
    information,
    milestones,
    running,
    scenarios,
    stored,
    sweeping,
)
from simulation.cli.output import LOG_FORMAT, message
from simulation.errors import AiplanError

DEBUG = "--debug"
# Runs are the unit of parallel work; threads inside linear algebra would only compete with them.
SINGLE_THREADED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

app = typer.Typer(
    name="aiplan",
    help="Are the targets of China's plan for a new generation of artificial intelligence reached, and why? "
    "An agent-based model: scenario file in, verdict by scope and figures out.",
    epilog="First step: aiplan run plan_baseline",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for name, verb in (
    ("run", running.run),
    ("list", scenarios.list_scenarios),
    ("show", scenarios.show),
    ("diff", scenarios.difference),
    ("validate", scenarios.validate),
    ("schema", scenarios.schema),
    ("init", scenarios.init),
    ("plan", information.plan),
    ("evidence", information.evidence),
    ("parameters", information.parameters),
    ("targets", stored.targets),
    ("plot", stored.plot),
    ("sweep", sweeping.sweep),
    ("status", sweeping.status),
    ("sensitivity", sweeping.sensitivity),
    ("compare", sweeping.compare),
    ("calibrate", calibrating.calibrate),
    ("hindcast", hindcasting.hindcast),
    ("milestones", milestones.milestones),
    ("doctor", checking.doctor),
):
    app.command(name)(verb)


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Show the version and leave.")] = False,
    debug: Annotated[bool, typer.Option(DEBUG, help="Show tracebacks; may stand after the verb too.")] = False,
) -> None:
    """Options that stand before the verb."""
    if version:
        from simulation.results.provenance import program_version

        typer.echo(f"aiplan {program_version()}")
        raise typer.Exit
    logging.basicConfig(stream=sys.stderr, format=LOG_FORMAT)
    logging.getLogger("aiplan").setLevel(logging.DEBUG if debug else logging.INFO)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Arguments after the program's name; those of the process by default.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = DEBUG in given
    # The option belongs before the verb, but is wanted when a command has just failed: at the end of the line.
    ordered = [DEBUG] * debug + [argument for argument in given if argument != DEBUG]
    for name in SINGLE_THREADED:
        os.environ.setdefault(name, "1")
    try:
        app(ordered, prog_name="aiplan", obj=given)
    except AiplanError as error:
        if debug:
            raise
        message(f"error: {error}")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain once more when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if debug:
            raise
        message(f"error: {type(error).__name__}: {error} (--debug shows where)")
        sys.exit(1)

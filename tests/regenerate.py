"""Everything that rests on the model, made again in order: ``python -m tests.regenerate``.

Expected values, description, scenario outcomes with the README's verdict, hindcast and claims, facts, milestones,
pairing, bias of small runs, benchmarks with the README's table.  ``--calibrate`` begins with the calibration, an hour
and a half on two cores, which a changed rule or table needs.  A frozen forecast is never made again.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time

PYTHON = (sys.executable, "-m")
AIPLAN = (*PYTHON, "simulation")
CALIBRATION = {"calibration": [(*AIPLAN, "calibrate", "--every-vintage")]}
RUNS = ("results/runs/reference", "results/runs/historical")
STEPS: dict[str, list[tuple[str, ...]]] = {
    "description": [(*PYTHON, "simulation.documentation.build")],
    "expected": [(*PYTHON, "tests.expected.regenerate")],
    "hindcast": [
        (*PYTHON, "simulation.analysis.hindcast.claims"),
        (*AIPLAN, "hindcast", "--out", "results/hindcast"),
    ],
    "scenarios": [
        (*AIPLAN, "run", "plan_baseline", "--out", RUNS[0]),
        (*AIPLAN, "run", "historical_actual", "--out", RUNS[1]),
        (*PYTHON, "simulation.presentation.reference", *RUNS),
    ],
    "facts": [(*AIPLAN, "facts", "--out", "results/facts")],
    "milestones": [(*AIPLAN, "milestones", "--out", "results/milestones")],
    "pairing": [(*PYTHON, "simulation.analysis.pairing")],
    "scale": [(*PYTHON, "simulation.presentation.scale")],
    "benchmarks": [(*PYTHON, "tests.benchmarks")],
}


def say(text: str) -> None:
    """Tell at once what is going on."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Run the steps in order; stop at the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", nargs="+", choices=list(STEPS), help="these steps alone")
    parser.add_argument("--calibrate", action="store_true", help="begin with the calibration")
    parser.add_argument("--list", action="store_true", help="say what would be run")
    chosen = parser.parse_args()
    steps = {name: commands for name, commands in STEPS.items() if not chosen.only or name in chosen.only}
    if chosen.calibrate:
        steps = CALIBRATION | steps
    for name, commands in steps.items():
        for folder in RUNS if name == "scenarios" and not chosen.list else ():
            shutil.rmtree(folder, ignore_errors=True)  # earlier runs, of the model as it was
        for command in commands:
            told = " ".join(["python", *command[1:]])
            say(f"{name}: {told}")
            if chosen.list:
                continue
            begun = time.perf_counter()
            if code := subprocess.run(command, check=False).returncode:
                sys.exit(f"{name} ended with {code}; the rest was not made")
            say(f"{name}: {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()

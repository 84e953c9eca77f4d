"""Write the expected values anew: ``python -m tests.expected.regenerate [--neutral]``.

Refuses when exact values changed and the model version did not rise, unless the change is declared neutral.  Either way
the change is explained in the changelog.
"""

from __future__ import annotations

import argparse
import json
import sys

from simulation.results.provenance import MODEL_VERSION
from tests.expected.quick import FILE, refusal, values


def main(arguments: list[str] | None = None) -> int:
    """Write the file, or say why not; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.expected.regenerate", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "--neutral", action="store_true", help="exact values may change without a new model version (see changelog)"
    )
    neutral = parser.parse_args(arguments).neutral
    stored, fresh = json.loads(FILE.read_text(encoding="utf-8")), {**values(), "model_version": MODEL_VERSION}
    problem = refusal(stored, fresh, neutral)
    if problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    FILE.write_text(json.dumps(fresh, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Compare some calls on a few random economies: ``python -m tests.reference.try_call labour --economies 10``.

Prints the first differences of each call; without a name all calls are compared.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from tests.reference.states import NAMES, step_and_compare, visits

SHOWN = 3


def main() -> None:
    """Visit the economies and print where the plain rules differ."""
    parser = argparse.ArgumentParser()
    parser.add_argument("calls", nargs="*", choices=[[], *NAMES], default=[])
    parser.add_argument("--economies", type=int, default=6)
    parser.add_argument("--first", type=int, default=0, help="number of the first economy")
    parser.add_argument("--visits", type=int, default=6, help="quarters of each economy")
    arguments = parser.parse_args()
    calls = arguments.calls or NAMES
    wrong: Counter[str] = Counter()
    for number in range(arguments.first, arguments.first + arguments.economies):
        for economy in visits(number, arguments.visits):
            quarter = economy.quarters[economy.quarter]
            for call, found in step_and_compare(economy, calls):
                wrong[call] += bool(found)
                if found and wrong[call] <= SHOWN:
                    print(f"{call} in economy {number}, {quarter}:", *found[:12], sep="\n    ")  # noqa: T201
    for call in calls:
        print(f"{call}: {wrong[call]} of {arguments.economies * arguments.visits} states differ")  # noqa: T201
    sys.exit(any(wrong.values()))


if __name__ == "__main__":
    main()

"""Compare one call, or all, on some quarters of a few random economies: ``python -m tests.reference.try_call labour``.

Arguments: names of calls (all when none is named), ``--economies N`` and ``--quarters N``.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time

from tests.reference.bridge import differences, mirror
from tests.reference.states import NAMES, RULES, small_economy


def main() -> None:
    """Print the first differences of each call and the time the plain rule takes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("calls", nargs="*")
    parser.add_argument("--economies", type=int, default=3)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--quarters", type=int, default=12)
    arguments = parser.parse_args()
    calls = arguments.calls or NAMES
    plain_rules = {name: importlib.import_module(f"tests.reference.rules.{name}") for name in calls}
    spent, copied, wrong = dict.fromkeys(calls, 0.0), dict.fromkeys(calls, 0.0), dict.fromkeys(calls, 0)
    for number in range(arguments.first, arguments.first + arguments.economies):
        economy = small_economy(number, "2025Q4")
        for _ in range(arguments.quarters):
            economy._open_quarter()
            for name in NAMES:
                if name not in calls:
                    RULES[name].run(economy)
                    continue
                started = time.perf_counter()
                plain = mirror(economy)
                middle = time.perf_counter()
                plain_rules[name].run(plain)
                ended = time.perf_counter()
                RULES[name].run(economy)
                again = time.perf_counter()
                found = differences(plain, economy)
                plain.close()
                spent[name] += ended - middle
                copied[name] += middle - started + time.perf_counter() - again
                wrong[name] += bool(found)
                if found and wrong[name] <= 3:
                    print(f"{name} in economy {number}, {economy.quarters[economy.quarter]}:", *found[:12], sep="\n    ")
            economy._close_quarter()
        economy.close()
    states = arguments.economies * arguments.quarters
    for name in calls:
        print(f"{name}: {wrong[name]} of {states} states differ; plain rule {1000 * spent[name] / states:.1f} ms, "
              f"copy and comparison {1000 * copied[name] / states:.1f} ms")
    sys.exit(any(wrong.values()))


if __name__ == "__main__":
    main()

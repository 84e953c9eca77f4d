"""Keyed draws of the uncertain values of scenario files.

A draw is a pure function of (seed, parameter set, parameter): the same parameter has the same quantile in every
scenario, so that scenarios compared under one parameter set differ only in what their files say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from simulation.inputs.priors import Prior

CENTRAL_SET = 0


def keyed_uniform(seed: int, parameter_set: int, key: str) -> float:
    """Number strictly between 0 and 1, the same on every machine for the same three keys."""
    digest = hashlib.blake2b(f"{seed}|{parameter_set}|{key}".encode(), digest_size=8).digest()
    return ((int.from_bytes(digest, "big") >> 11) + 0.5) / 2.0**53


def drawer(seed: int, parameter_set: int, low: float, high: float) -> Callable[..., float]:
    """Function from a distribution and a parameter's name to its value, truncated to ``low`` and ``high``.

    Parameter set 0 is the central one and takes the median; each further set takes a draw. All dates of one parameter
    share the quantile: a world in which a lever is strong is one in which it is strong throughout.
    """

    def draw(distribution: Prior, key: str) -> float:
        probability = 0.5 if parameter_set == CENTRAL_SET else keyed_uniform(seed, parameter_set, key)
        return float(distribution.quantile(probability, low, high))

    return draw

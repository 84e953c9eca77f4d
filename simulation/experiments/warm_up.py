"""Compiling once, before the runs start: said aloud, by one process, and not at all when the cache holds everything."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulation.scenario import Effective

logger = logging.getLogger("aiplan.compiled")
SCALE = 0.002  # a run of this size lasts no time and still calls every kernel


def warm_up(inputs: Iterable[Effective]) -> bool:
    """Have every kernel that the runs call compiled and kept; whether anything had to be compiled.

    What is compiled depends on the variants in force alone.  It is found out by living through all quarters of a very
    small economy, once for each combination of variants and version of the sources.

    Parameters
    ----------
    inputs : iterable of Effective
        Inputs of the runs to come.
    """
    from simulation.model import cache

    cold = _cold(inputs)
    if not cold:
        return False
    with cache.compiling_alone():
        cache.drop_damaged()
        cold = _cold(cold)
        if cold:
            _compile(cold)
    return bool(cold)


def _cold(inputs: Iterable[Effective]) -> list[Effective]:
    """The longest inputs of each combination of variants for which something may still have to be compiled."""
    from simulation.model import cache

    found: dict[str, Effective] = {}
    for effective in sorted(inputs, key=lambda each: each.quarters[-1]):
        found[_name(effective)] = effective
    return [effective for name, effective in found.items() if not cache.is_warm(name, effective.quarters[-1])]


def _name(effective: Effective) -> str:
    """Name of a combination of variants."""
    return hashlib.sha256(json.dumps(sorted(effective.variants.items())).encode()).hexdigest()[:8]


def _compile(cold: list[Effective]) -> None:
    """Live through a very small economy for each combination, said once for all of them."""
    from simulation.model import cache

    folder = cache.cache_folder()
    place = "for this command" if folder is None else f"once for this version of the model, kept in {folder}"
    many = f" in {len(cold)} combinations" if len(cold) > 1 else ""
    logger.info("compiling the rules%s (%s) ...", many, place)
    started = time.perf_counter()
    for effective in cold:
        _compile_one(effective)
    logger.info("compiled in %.1f s", time.perf_counter() - started)


def _compile_one(effective: Effective) -> None:
    from simulation.experiments.work import simulate
    from simulation.model import cache
    from simulation.model.economy import Economy

    try:
        simulate(effective, scale=SCALE, economy=Economy)
    except Exception:  # the run that stumbles over it will tell, and repeat it
        logger.debug("compiling stopped", exc_info=True)
        return
    cache.note_warm(_name(effective), effective.quarters[-1])

"""Dated paths, how they merge, and their value in every quarter.

A :class:`Setting` is what one scenario file says about one parameter. It holds at most one timeline for the whole
parameter and one for each element that is named. ``None`` in the place of a timeline or of an amount means the default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simulation.inputs.priors import Prior
from simulation.scenario.tree import Mark

Array = NDArray[np.float64]
Amount = float | Prior | None


class Draw(Protocol):
    """Value of a distribution for the parameter named ``key``."""

    def __call__(self, distribution: Prior, key: str) -> float: ...


@dataclass(frozen=True)
class Event:
    """A step (``start == end``) or a ramp that reaches ``amount`` at ``end``.

    ``start`` and ``end`` are quarter positions; ``None`` means the first quarter in which a scenario may act.
    An ``amount`` of ``None`` lets the default path resume.
    """

    start: int | None
    end: int | None
    amount: Amount
    mark: Mark = field(compare=False)

    @property
    def is_ramp(self) -> bool:
        """Whether the value moves gradually."""
        return self.start != self.end


@dataclass(frozen=True)
class Timeline:
    """Steps and ramps in the order of time; between them the last value holds."""

    events: tuple[Event, ...]


@dataclass(frozen=True)
class Setting:
    """What a file says about one parameter.

    Parameters
    ----------
    mark : Mark
        Place of the key.
    given : bool
        Whether the parameter as a whole is set; otherwise only the elements are.
    whole : Timeline or None
        For all elements; ``None`` is the default.
    elements : dict of str to Timeline or None
        Elements named one by one; they stand above ``whole``.
    """

    mark: Mark = field(compare=False)
    given: bool
    whole: Timeline | None = None
    elements: Mapping[str, Timeline | None] = field(default_factory=dict)
    element_marks: Mapping[str, Mark] = field(default_factory=dict, compare=False)

    @property
    def is_default(self) -> bool:
        """Whether nothing is left but the default."""
        return self.whole is None and all(timeline is None for timeline in self.elements.values())


def merge_settings(base: Setting | None, over: Setting) -> Setting:
    """``over`` on top of ``base``: a whole value replaces everything, elements are merged one by one."""
    if base is None or over.given:
        return over
    return replace(
        base,
        mark=over.mark,
        elements={**base.elements, **over.elements},
        element_marks={**base.element_marks, **over.element_marks},
    )


def evaluate(default: Array, timeline: Timeline | None, earliest: int, draw: Callable[[Prior], float]) -> Array:
    """Value in every quarter.

    Parameters
    ----------
    default : ndarray, shape (T,) or (T, n)
        Default path.
    timeline : Timeline or None
        Steps and ramps; ``None`` gives the default.
    earliest : int
        Quarter from which an undated value holds.
    draw : callable
        Value of a distribution.

    Returns
    -------
    ndarray
        Of the shape of ``default``. A ramp starts from the value in force at its first quarter and is linear in time.
    """
    path = default.copy()
    for event in timeline.events if timeline else ():
        start = earliest if event.start is None else event.start
        if event.amount is None:
            path[start:] = default[start:]
            continue
        amount = draw(event.amount) if isinstance(event.amount, Prior) else event.amount
        if event.end is None or event.end <= start:
            path[start:] = amount
            continue
        initial = path[start].copy()
        progress = np.clip((np.arange(start, len(path)) - start) / (event.end - start), 0.0, 1.0)
        weight = progress.reshape((-1,) + (1,) * (path.ndim - 1))
        # The end of a ramp is the written number itself, free of rounding.
        path[start:] = np.where(weight >= 1.0, amount, initial + weight * (amount - initial))
    return path


def evaluate_setting(
    key: str, members: tuple[str, ...], default: Array, setting: Setting | None, earliest: int, draw: Draw
) -> Array:
    """Value of one parameter in every quarter, shape (T,) or (T, n) like ``default``."""
    if setting is None:
        return default.copy()
    path = evaluate(default, setting.whole, earliest, partial(draw, key=key))
    for element, timeline in setting.elements.items():
        column = members.index(element)
        path[:, column] = evaluate(default[:, column], timeline, earliest, partial(draw, key=f"{key}.{element}"))
    return path

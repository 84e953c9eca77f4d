"""What a rule may read: parameters, drivers of the outside world and the levers of policy, in force in the quarter.

When an economy is asked to (:class:`Noted`), every read is noted with the call that made it, so that a test can hold
the registry's column ``rules`` against what the code really reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np

Terms = TypeVar("Terms", bound=tuple[Any, ...])
# Kernels are compiled for the types of their arguments: a number is always the type that its field is annotated with.
CONVERTERS = {"float": float, "int": int, "bool": bool}


class Reads:
    """Which registry ids each call of the quarter has read; ``names`` is the set of the call under way.

    Parameters
    ----------
    wanted : bool
        Whether anybody asks; noting what is read costs as much again as reading it.
    """

    def __init__(self, wanted: bool = False) -> None:
        self.wanted = wanted
        self.by_rule: dict[str, set[str]] = defaultdict(set)
        self.current = "initial"

    @property
    def current(self) -> str:
        """The call under way."""
        return self._current

    @current.setter
    def current(self, call: str) -> None:
        self._current = call
        self.names = self.by_rule[call]

    @contextmanager
    def during(self, call: str) -> Iterator[None]:
        """Note reads as those of ``call`` for a while, as when the initial state borrows a rule."""
        before, self.current = self.current, call
        yield
        self.current = before

    def kept(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The values themselves, or with a note of each read when that is wanted."""
        return Noted(values, self) if self.wanted else values


class Noted(dict[str, Any]):
    """Values by name that note each read with the call under way."""

    def __init__(self, values: Mapping[str, Any], reads: Reads) -> None:
        super().__init__(values)
        self._reads = reads

    def __getitem__(self, name: str) -> Any:
        self._reads.names.add(name)
        return super().__getitem__(name)


class Parameters:
    """Constants of section ``model`` and paths of section ``external`` at the current quarter."""

    def __init__(self, effective: Any, reads: Reads) -> None:
        self._values = reads.kept(effective.values)
        self._paths = reads.kept(effective.paths)
        self._prepared: dict[type | str, Any] = {}
        self.quarter = 0

    def __getitem__(self, name: str) -> Any:
        """Value of a model parameter (float or vector); ``KeyError`` for an id the registry does not hold."""
        return self._values[name]

    def shares(self, name: str) -> np.ndarray:
        """A vector parameter over its sum."""
        value, shares = self._values[name], self._prepared.get(name)
        if shares is None:
            shares = self._prepared[name] = value / value.sum()
        return shares

    def driver(self, name: str) -> Any:
        """Value of an outside driver in the current quarter."""
        return self._paths[name][self.quarter]

    def terms(self, kind: type[Terms], **given: Any) -> Terms:
        """What a kernel's formula needs: a named tuple of type ``kind``.

        Fields in ``given`` take the value given (levers, drivers, state); every other field is the id of a parameter
        and takes its value.  A kind belongs to one rule, and each call of it gives the same fields.
        """
        prepared = self._prepared.get(kind)
        if prepared is None:
            prepared = self._prepared[kind] = self._prepare(kind, set(given))
        values, places = prepared
        values = values.copy()
        for name, value in given.items():
            place, convert = places[name]
            values[place] = value if convert is None else convert(value)
        return kind._make(values)  # type: ignore[attr-defined]

    def _prepare(self, kind: type[Terms], given: set[str]) -> tuple[list[Any], dict[str, Any]]:
        fields = kind._fields  # type: ignore[attr-defined]
        unknown = given - set(fields)
        if unknown:
            raise TypeError(f"{kind.__name__} has no field {sorted(unknown)}; its fields are {list(fields)}")
        values: list[Any] = []
        places: dict[str, Any] = {}
        for place, name in enumerate(fields):
            annotation = kind.__annotations__[name]  # a type, or its name where annotations are postponed
            convert = CONVERTERS.get(getattr(annotation, "__forward_arg__", None) or annotation.__name__)
            if name in given:
                places[name] = (place, convert)
                values.append(None)
                continue
            value = self[name]
            values.append(np.ascontiguousarray(value, dtype=float) if convert is None else convert(value))
        return values, places

    def path(self, name: str) -> np.ndarray:
        """Whole path of a driver or planned lever, shape (quarter,) or (quarter, element)."""
        return self._paths[name]


class Levers:
    """Levers in force, set by the call ``policy`` and read by the others.

    ``delivered`` is the direct quantity government (or the outside world) puts in place; ``effective`` is the part that
    reaches its purpose: ``default + lever_effect * (delivered - default)``.  With the effect parameter at zero the
    quantity is still delivered, paid and counted, and nothing else in the economy moves.
    """

    def __init__(self, reads: Reads) -> None:
        self._delivered: Mapping[str, Any] = {}
        self._effective: Mapping[str, Any] = {}
        self._reads = reads

    def put(self, delivered: dict[str, Any], effective: dict[str, Any]) -> None:
        """Put all levers in force for the quarter: by name, what is delivered and what of it reaches its purpose."""
        if self._reads.wanted:
            self._reads.names.update(delivered)
        self._delivered, self._effective = self._reads.kept(delivered), self._reads.kept(effective)

    def delivered(self, name: str) -> Any:
        """Direct quantity of a lever in the quarter."""
        return self._delivered[name]

    def effective(self, name: str) -> Any:
        """Part of the lever that reaches its purpose in the quarter."""
        return self._effective[name]

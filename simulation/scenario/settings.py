"""What a file says about one parameter, read from its node: names, units, bounds and dates are checked here."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise

from simulation.inputs import units
from simulation.inputs.priors import KINDS, Prior, parse_prior
from simulation.inputs.reading import nearest
from simulation.inputs.registry import Parameter
from simulation.scenario import dates
from simulation.scenario.timelines import Amount, Event, Setting, Timeline
from simulation.scenario.tree import Mapping, Mark, Node, Scalar, Sequence

DATED_SECTIONS = ("policy", "external")
RAMP_KEYS = ("from", "to", "value")


class _Wrong(Exception):
    """The node at hand has been reported as a problem; reading goes on with the next one."""


def earliest_quarter(parameter: Parameter) -> int:
    """Position of the first quarter in which a scenario may change the parameter."""
    return (dates.position(parameter.starts) or 0) if parameter.starts else 0


def valid_range(parameter: Parameter) -> str:
    """Bounds and unit as messages show them."""
    return f"{parameter.low:g} to {parameter.high:g} {parameter.unit}"


@dataclass
class SettingReader:
    """Reads the nodes of one parameter and collects problems.

    Parameters
    ----------
    parameter : Parameter
        Row of the registry: bounds, unit, dimension, first quarter.
    problems : list
        Receives every problem found.
    """

    parameter: Parameter
    problems: list

    def read(self, node: Node, mark: Mark, element: str | None = None) -> Setting | None:
        """Setting of a node; ``None`` when it holds a problem.

        Parameters
        ----------
        node : Node
            A number, a text with a unit, ``~``, a distribution, a dated path, or a mapping of elements to any of them.
        mark : Mark
            Place of the key.
        element : str, optional
            Name of the element when the key itself names one.
        """
        try:
            if element is not None:
                return Setting(mark, False, None, {element: self._timeline(node)}, {element: mark})
            members = self.parameter.elements
            if not members or not isinstance(node, Mapping) or not node.entries:
                return Setting(mark, True, self._timeline(node))
            if "distribution" in node.entries:
                return Setting(mark, True, self._timeline(node))
            if any(dates.looks_dated(key) for key in node.entries):
                return self._dated_vector(node, mark)
            return self._by_element(node, mark)
        except _Wrong:
            return None

    def read_amount(self, node: Node, bounded: bool = True) -> Amount:
        """One number or distribution outside a timeline; ``None`` for ``~`` or after noting a problem."""
        try:
            return self.amount(node, bounded)
        except _Wrong:
            return None

    def amount(self, node: Node, bounded: bool = True) -> Amount:
        """Number in the registry's unit, a distribution, or ``None`` for the default; raises after noting a problem."""
        if isinstance(node, Mapping):
            return self._distribution(node)
        if isinstance(node, Sequence):
            raise self._wrong(node.mark, "a list is not a value here", valid=self._expected())
        if node.value is None:
            return None
        number = self._number(node)
        if bounded and not self.parameter.low <= number <= self.parameter.high:
            side = "below the lower" if number < self.parameter.low else "above the upper"
            bound = self.parameter.low if number < self.parameter.low else self.parameter.high
            message = f"{self.parameter.id}: {node.text} is {side} bound {bound:g}"
            raise self._wrong(node.mark, message, valid=valid_range(self.parameter))
        return number

    def _wrong(self, mark: Mark, message: str, near: tuple[str, ...] = (), valid: str = "") -> _Wrong:
        self.problems.append(mark.problem(message, near, valid))
        return _Wrong()

    def _expected(self) -> str:
        return f"a number, {valid_range(self.parameter)}"

    def _number(self, node: Scalar) -> float:
        value = node.value
        if isinstance(value, bool):
            raise self._wrong(node.mark, f"{self.parameter.id}: '{node.text}' is not a number", valid=self._expected())
        if isinstance(value, str):
            value = self._converted(node, value)
        if value is None or not math.isfinite(value):
            message = f"{self.parameter.id}: '{node.text}' is not a finite number"
            raise self._wrong(node.mark, message, valid=f"{valid_range(self.parameter)}")
        return float(value)

    def _converted(self, node: Scalar, text: str) -> float:
        name, unit = self.parameter.id, self.parameter.unit
        try:
            value, given = units.parse_quantity(text.replace("%", " percent"))
        except ValueError as error:
            message = str(error) if "unit" in str(error) and text[:1].isdigit() else f"'{text}' is not a number"
            raise self._wrong(node.mark, f"{name}: {message}", valid=self._expected()) from None
        if not given:
            return value
        # "Rates in scenario files are per year": an amount of money or people given for a flow is that of a year.
        targets = (unit, unit.removesuffix("/year").removesuffix("_a_year"))
        for target in targets:
            if units.convertible(given, target):
                return float(units.convert(value, given, target))
        raise self._wrong(node.mark, f"{name}: the unit '{given}' does not convert to {unit}", valid=self._expected())

    def _distribution(self, node: Mapping) -> Prior:
        name = self.parameter.id
        for key, mark, _ in node:
            if key != "distribution":
                valid = "{distribution: 'uniform(0,1)'} or " + self._expected()
                raise self._wrong(mark, f"{name}: '{key}' has no meaning here", nearest(key, ["distribution"]), valid)
        if not node.entries:
            raise self._wrong(node.mark, f"{name}: the value is empty", valid=self._expected())
        inner = node.entries["distribution"]
        if not isinstance(inner, Scalar) or not isinstance(inner.value, str):
            valid = f"a text such as 'uniform(0,1)'; kinds {', '.join(KINDS)}"
            raise self._wrong(inner.mark, f"{name}: a distribution is written as text", valid=valid)
        try:
            prior = parse_prior(inner.value)
            prior.median(self.parameter.low, self.parameter.high)
        except ValueError as error:
            kind = re.match(r"\s*([a-z]+)", inner.value)
            near = nearest(kind[1], KINDS) if kind and kind[1] not in KINDS else ()
            message = str(error).partition(";")[0].replace("a prior", "a distribution")
            raise self._wrong(inner.mark, f"{name}: {message}", near, f"{', '.join(KINDS)} with numbers") from None
        low, high = prior.support
        # Tails that only end at infinity are cut to the bounds; a stated end beyond them is a mistake.
        beyond_low = math.isfinite(low) and prior.kind != "lognormal" and low < self.parameter.low
        if beyond_low or (math.isfinite(high) and high > self.parameter.high):
            message = f"{name}: {inner.value} reaches beyond the bounds"
            raise self._wrong(inner.mark, message, valid=valid_range(self.parameter))
        return prior

    def _timeline(self, node: Node) -> Timeline | None:
        if not isinstance(node, Mapping) or "distribution" in node.entries or not node.entries:
            amount = self.amount(node)
            return None if amount is None else Timeline((Event(None, None, amount, node.mark),))
        self._refuse_dates_of_constants(node)
        steps, ramps = self._dated(node)
        return self._ordered([Event(start, end, self.amount(item), mark) for start, end, item, mark in steps + ramps])

    def _refuse_dates_of_constants(self, node: Mapping) -> None:
        if self.parameter.section not in DATED_SECTIONS and any(dates.looks_dated(key) for key in node.entries):
            message = f"{self.parameter.id} is a constant of the model and takes no dates"
            raise self._wrong(node.mark, message, valid=self._expected())

    def _dated_vector(self, node: Mapping, mark: Mark) -> Setting:
        """A dated path whose values may be mappings of elements; an element not named at a date keeps its value."""
        self._refuse_dates_of_constants(node)
        steps, ramps = self._dated(node)
        common: list[Event] = []
        by_element: dict[str, list[Event]] = {}
        for start, end, item, place in steps + ramps:
            if isinstance(item, Mapping) and "distribution" not in item.entries:
                for element, element_mark, inner in item:
                    self._check_element(element, element_mark)
                    event = Event(start, end, self.amount(inner), element_mark)
                    by_element.setdefault(element, list(common)).append(event)
            else:
                event = Event(start, end, self.amount(item), place)
                common.append(event)
                for events in by_element.values():
                    events.append(event)
        elements = {element: self._ordered(events) for element, events in by_element.items()}
        whole = self._ordered(common) if common else None
        return Setting(mark, True, whole, elements, dict.fromkeys(elements, mark))

    def _by_element(self, node: Mapping, mark: Mark) -> Setting | None:
        elements: dict[str, Timeline | None] = {}
        marks: dict[str, Mark] = {}
        for element, element_mark, inner in node:
            try:
                self._check_element(element, element_mark)
                elements[element], marks[element] = self._timeline(inner), element_mark
            except _Wrong:
                continue
        return Setting(mark, False, None, elements, marks) if len(elements) == len(node.entries) else None

    def _check_element(self, element: str, mark: Mark) -> None:
        members = self.parameter.elements
        if element not in members:
            message = f"{self.parameter.id} has no element '{element}'"
            valid = f"{', '.join(members)}; or dates, {dates.VALID}"
            raise self._wrong(mark, message, nearest(element, members), valid)

    def _dated(self, node: Mapping) -> tuple[list, list]:
        """Steps and ramps as (start, end, value node, mark); both must be written in the order of time."""
        steps: list[tuple[int, int, Node, Mark]] = []
        ramps: list[tuple[int, int, Node, Mark]] = []
        for key, mark, item in node:
            if key == "ramp":
                for ramp in item.items if isinstance(item, Sequence) else (item,):
                    ramps.append(self._ramp(ramp))
                continue
            start = self._date(key, mark)
            steps.append((start, start, item, mark))
        for listed in (steps, ramps):
            for before, after in pairwise(listed):
                if after[0] <= before[0]:
                    message = f"{dates.name(after[0])} is written after {dates.name(before[0])}: dates must rise"
                    raise self._wrong(after[3], f"{self.parameter.id}: {message}")
        return steps, ramps

    def _date(self, text: str, mark: Mark, end: bool = False) -> int:
        date = dates.position(text, end)
        if date is None:
            near = nearest(text, ["ramp", "distribution"])
            raise self._wrong(mark, f"{self.parameter.id}: '{text}' is not a date", near, dates.VALID)
        if not dates.inside(date):
            raise self._wrong(mark, f"{self.parameter.id}: {text} is outside the model's time", valid=dates.VALID)
        if date < earliest_quarter(self.parameter):
            starts = self.parameter.starts
            message = f"{self.parameter.id} holds its pre-plan value and may not be changed before {starts}"
            raise self._wrong(mark, message, valid=f"{starts} to {dates.LAST}")
        return date

    def _ramp(self, node: Node) -> tuple[int, int, Node, Mark]:
        valid = "{from: 2021Q1, to: 2025Q4, value: 3.0}"
        if not isinstance(node, Mapping):
            raise self._wrong(node.mark, f"{self.parameter.id}: a ramp has from, to and value", valid=valid)
        for key, mark, _ in node:
            if key not in RAMP_KEYS:
                message = f"{self.parameter.id}: a ramp has no '{key}'"
                raise self._wrong(mark, message, nearest(key, RAMP_KEYS), ", ".join(RAMP_KEYS))
        missing = [key for key in RAMP_KEYS if key not in node.entries]
        if missing:
            raise self._wrong(node.mark, f"{self.parameter.id}: the ramp lacks {', '.join(missing)}", valid=valid)
        ends = []
        for key in ("from", "to"):
            inner = node.entries[key]
            text = inner.text if isinstance(inner, Scalar) else ""
            ends.append(self._date(text, inner.mark, end=key == "to"))
        if ends[1] <= ends[0]:
            message = f"the ramp ends at {dates.name(ends[1])}, not after its start {dates.name(ends[0])}"
            raise self._wrong(node.key_mark("to"), f"{self.parameter.id}: {message}")
        value = node.entries["value"]
        if isinstance(value, Scalar) and value.value is None:
            raise self._wrong(value.mark, f"{self.parameter.id}: a ramp needs a value to reach", valid=self._expected())
        return ends[0], ends[1], value, node.mark

    def _ordered(self, events: list[Event]) -> Timeline:
        events = sorted(events, key=lambda event: (event.start or 0, event.is_ramp))
        for before, after in pairwise(events):
            if before.start is None or before.end is None or after.start is None:
                continue
            late = after.start < before.end or (before.is_ramp and not after.is_ramp and after.start == before.end)
            if late or (before.is_ramp and after.is_ramp and after.start == before.start):
                message = f"{dates.name(after.start)} falls inside the ramp that ends at {dates.name(before.end)}"
                raise self._wrong(after.mark, f"{self.parameter.id}: {message}")
        return Timeline(tuple(events))

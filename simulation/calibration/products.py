"""What a calibration is for: forecasts by origin, probabilities of the targets by vintage, and the frozen forecast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import NormalDist
from typing import Any

import numpy as np

from simulation.calibration.calibrate import FINAL, PSEUDO, REAL_TIME, Calibration, Vintage
from simulation.calibration.design import CONDITIONAL, ORIGINS, UNCONDITIONAL, Design, Specification
from simulation.calibration.emulator import Emulated, emulate
from simulation.calibration.forecasts import Forecast, forecast
from simulation.calibration.horizon import Judged, Wanted, judged, wanted_after

MODEL = "aiplan"
LEVELS = tuple(round(0.01 * step, 2) for step in range(1, 100))
DRIVERS = (CONDITIONAL, UNCONDITIONAL)
TARGET_ORIGINS = (2017, 2019, 2021, 2022, 2023)
DIGITS = 4  # significant digits of a forecast
Row = dict[str, Any]


@dataclass(frozen=True)
class Designs:
    """Simulated designs by kind, their emulators made when first needed."""

    held: Mapping[str, Design]
    made: dict[str, Emulated] = field(default_factory=dict)

    def emulated(self, drivers: str, origin: int) -> Emulated | None:
        """Emulator of all that was kept of the design of an origin; ``None`` without such a design."""
        kind = drivers if drivers == CONDITIONAL else f"{UNCONDITIONAL}-{origin}"
        if kind not in self.held:
            return None
        if kind not in self.made:
            # Every column, so that what has been published by now makes no difference to the emulator.
            design = self.held[kind]
            self.made[kind] = emulate(design, Specification(kind, 1).factors(), design.columns)
        return self.made[kind]


def forecast_rows(made: Calibration, designs: Designs) -> Iterator[Row]:
    """The package's table of forecasts: one row per origin, information, drivers and figure, with 99 quantiles."""
    for origin in ORIGINS:
        for information in (REAL_TIME, PSEUDO):
            for drivers in DRIVERS:
                emulated = designs.emulated(drivers, origin)
                if emulated is None:
                    continue
                vintage = Vintage(f"{origin}-{information}", date(origin, 12, 31), information == REAL_TIME)
                found, wanted = _forecast(made, vintage, emulated, wanted_after(origin))
                head = {"model": MODEL, "information": information, "drivers": drivers, "origin": origin}
                yield from _quantile_rows(head, found, wanted, LEVELS)


def _forecast(
    made: Calibration, vintage: Vintage, emulated: Emulated, wanted: Sequence[Wanted]
) -> tuple[Forecast, Sequence[Wanted]]:
    known = vintage.figures()
    return forecast(made, vintage, emulated, [each.figure(known) for each in wanted]), wanted


def _quantile_rows(head: Row, found: Forecast, wanted: Sequence[Wanted], levels: Sequence[float]) -> Iterator[Row]:
    values = found.quantiles(levels)
    for place, each in enumerate(wanted):
        if found.estimable[place]:
            told = {
                f"q{round(100 * level):02d}": _short(value)
                for level, value in zip(levels, values[:, place], strict=True)
            }
            what = {"series": each.series, "scope": each.scope, "date": each.day.isoformat(), "unit": each.unit}
            yield {**head, **what, **told}


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def target_rows(made: Calibration, designs: Designs) -> list[Row]:
    """Probability of each target by vintage, drivers and scope, with its interval over parameter sets and its parts.

    ``probability`` counts parameters, chance, scope and, without realised drivers, outside drivers; ``low`` and
    ``high`` are the 5 and 95 percent quantiles of the probability given a parameter set and its drivers, chance and
    scope left open; the probability itself is their mean and may lie outside. The shares are of the variance of the
    logarithm of the outcome. ``brier`` is given where the evidence of
    the package decides. A year that had ended at the vintage is a ``nowcast``.
    """
    rows = []
    for vintage, origin in _target_vintages():
        for drivers in DRIVERS:
            emulated = designs.emulated(drivers, origin)
            if emulated is None:
                continue
            asked = judged()
            found, _ = _forecast(made, vintage, emulated, [each.wanted for each in asked])
            rows += [
                _target_row({"vintage": vintage.name, "drivers": drivers}, found, place, each, origin)
                for place, each in enumerate(asked)
            ]
    return rows


def _target_vintages() -> Iterator[tuple[Vintage, int]]:
    for origin in TARGET_ORIGINS:
        yield Vintage(f"{origin}-{REAL_TIME}", date(origin, 12, 31)), origin
    yield Vintage(FINAL), ORIGINS[-1]


def _target_row(head: Row, found: Forecast, place: int, asked: Judged, origin: int) -> Row:
    told: Row = {
        **head, "indicator": asked.indicator, "year": asked.year, "scope": asked.scope, "threshold": asked.threshold,
        "nowcast": asked.year <= origin,
    }  # fmt: skip
    names = ("probability", "low", "high", "median", "margin", *(f"share_{name}" for name in found.shares))
    if not found.estimable[place]:
        return {**told, **dict.fromkeys(names), "reached": asked.reached, "published": asked.published, "brier": None}
    exact = np.exp(found.exact[:, place])
    probability = float(np.mean(exact > asked.threshold))
    sets = found.by_set[:, :, place]
    normal = NormalDist()
    gaps = (np.log(asked.threshold) - sets[:, 0]) / np.maximum(sets[:, 1], 1e-9)
    low, high = np.quantile([1.0 - normal.cdf(gap) for gap in gaps], (0.05, 0.95))
    median = float(np.median(exact))
    values = (probability, float(low), float(high), median, median / asked.threshold - 1.0)
    shares = tuple(float(part[place]) for part in found.shares.values())
    brier = None if asked.reached is None or told["nowcast"] else (probability - float(asked.reached)) ** 2
    return {
        **told, **dict(zip(names, (*values, *shares), strict=True)), "reached": asked.reached,
        "published": asked.published, "brier": brier,
    }  # fmt: skip


FROZEN_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def frozen_rows(made: Calibration, designs: Designs) -> list[Row]:
    """Forecast of the years after the last origin on everything that may be fitted: quantiles by year and scope."""
    origin, rows = ORIGINS[-1], []
    wanted = tuple(each for each in wanted_after(origin) if (each.day.month, each.day.day) == (12, 31))
    for drivers in (UNCONDITIONAL, CONDITIONAL):
        emulated = designs.emulated(drivers, origin)
        if emulated is not None:
            found, _ = _forecast(made, Vintage(FINAL), emulated, wanted)
            rows += list(_quantile_rows({"drivers": drivers}, found, wanted, FROZEN_LEVELS))
    return rows

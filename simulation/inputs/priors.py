"""Prior distributions of the registry: a text such as ``triangular(5,20,60)`` and quantiles truncated to the bounds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

# name: number of arguments
KINDS = {"fixed": 1, "uniform": 2, "loguniform": 2, "normal": 2, "lognormal": 2, "triangular": 3, "beta": 2}


@dataclass(frozen=True)
class Prior:
    """Distribution of an uncertain parameter.

    Parameters
    ----------
    kind : str
        One of ``fixed(value)``, ``uniform(low, high)``, ``loguniform(low, high)``, ``normal(mean, sd)``,
        ``lognormal(median, sd of the log)``, ``triangular(low, mode, high)``, ``beta(a, b)`` on 0-1.
    arguments : tuple of float
        Arguments in that order, in the parameter's unit.
    """

    kind: str
    arguments: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(f'{argument:g}' for argument in self.arguments)})"

    @property
    def support(self) -> tuple[float, float]:
        """Lowest and highest possible value before truncation."""
        a = self.arguments
        match self.kind:
            case "fixed":
                return a[0], a[0]
            case "uniform" | "loguniform":
                return a[0], a[1]
            case "triangular":
                return a[0], a[2]
            case "beta":
                return 0.0, 1.0
            case "lognormal":
                return 0.0, math.inf
        return -math.inf, math.inf

    def cdf(self, x: float) -> float:
        """Probability of a value of at most ``x``, before truncation."""
        low, high = self.support
        if x <= low or x >= high:
            return 0.0 if x < low or (x == low and self.kind != "fixed") else 1.0
        return _cumulative(self.kind)(x, *self.arguments)

    def quantile(self, u: Any, low: float = -math.inf, high: float = math.inf) -> Any:
        """Value at probability ``u`` of the distribution truncated to ``[low, high]``.

        Parameters
        ----------
        u : float or array
            Probabilities in 0-1.
        low, high : float, optional
            Bounds; the distribution is renormalised between them.

        Returns
        -------
        float or ndarray
            In the parameter's unit, never outside the bounds.

        Raises
        ------
        ValueError
            When a probability lies outside 0-1 or the bounds leave no probability.
        """
        u = np.asarray(u, dtype=float)
        if np.any((u < 0) | (u > 1)):
            raise ValueError("a probability lies outside 0-1")
        if self.kind == "fixed":
            value = np.full(u.shape, self.arguments[0])
        else:
            start, end = self.cdf(low), self.cdf(high)
            if end <= start:
                raise ValueError(f"{self} has no probability between {low:g} and {high:g}")
            value = _inverse(self.kind)(start + u * (end - start), *self.arguments)
        value = np.clip(value, max(low, self.support[0]), min(high, self.support[1]))
        return float(value) if value.ndim == 0 else value

    def median(self, low: float = -math.inf, high: float = math.inf) -> float:
        """Median of the truncated distribution."""
        return float(self.quantile(0.5, low, high))


def _cumulative(kind: str) -> Callable[..., float]:
    # scipy.special is loaded only by the kinds that need it: reading the registry must stay light.
    match kind:
        case "uniform":
            return lambda x, a, b: (x - a) / (b - a)
        case "loguniform":
            return lambda x, a, b: math.log(x / a) / math.log(b / a)
        case "triangular":
            return lambda x, a, m, b: (
                (x - a) ** 2 / ((b - a) * (m - a)) if x < m else 1.0 - (b - x) ** 2 / ((b - a) * (b - m))
            )
    from scipy import special

    match kind:
        case "normal":
            return lambda x, m, s: float(special.ndtr((x - m) / s))
        case "lognormal":
            return lambda x, m, s: float(special.ndtr(math.log(x / m) / s))
        case "beta":
            return lambda x, a, b: float(special.betainc(a, b, x))
    raise ValueError(f"no distribution {kind}")


def _inverse(kind: str) -> Callable[..., np.ndarray]:
    match kind:
        case "uniform":
            return lambda p, a, b: a + p * (b - a)
        case "loguniform":
            return lambda p, a, b: a * (b / a) ** p
        case "triangular":
            return lambda p, a, m, b: np.where(
                p < (m - a) / (b - a),
                a + np.sqrt(p * (b - a) * (m - a)),
                b - np.sqrt((1.0 - p) * (b - a) * (b - m)),
            )
    from scipy import special

    match kind:
        case "normal":
            return lambda p, m, s: m + s * special.ndtri(p)
        case "lognormal":
            return lambda p, m, s: m * np.exp(s * special.ndtri(p))
        case "beta":
            # The inverse fails for probabilities next to zero, where the quantile is zero to any accuracy.
            return lambda p, a, b: special.betaincinv(a, b, np.where(p < 1e-150, 0.0, p))
    raise ValueError(f"no distribution {kind}")


def parse_prior(text: str) -> Prior:
    """Prior of a text such as ``lognormal(1.25, 0.1)``.

    Raises
    ------
    ValueError
        For an unknown name, a wrong number of arguments or arguments that make no distribution.
    """
    match = re.fullmatch(r"\s*([a-z]+)\s*\(([^()]*)\)\s*", text)
    if match is None or match.group(1) not in KINDS:
        raise ValueError(f"{text!r} is not a prior; valid: {', '.join(KINDS)} with arguments in brackets")
    kind = match.group(1)
    try:
        arguments = tuple(float(part) for part in match.group(2).split(","))
    except ValueError:
        raise ValueError(f"the arguments of {text!r} are not numbers") from None
    if len(arguments) != KINDS[kind] or not all(map(math.isfinite, arguments)):
        raise ValueError(f"{kind} takes {KINDS[kind]} finite arguments, not {match.group(2)!r}")
    ordered: dict[str, Callable[..., bool]] = {
        "uniform": lambda a, b: a < b,
        "loguniform": lambda a, b: 0 < a < b,
        "normal": lambda m, s: s > 0,
        "lognormal": lambda m, s: m > 0 and s > 0,
        "triangular": lambda a, m, b: a <= m <= b and a < b,
        "beta": lambda a, b: a > 0 and b > 0,
        "fixed": lambda a: True,
    }
    if not ordered[kind](*arguments):
        raise ValueError(f"the arguments of {text!r} make no distribution")
    return Prior(kind, arguments)

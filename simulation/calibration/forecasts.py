"""Forecasts of published figures from a posterior: what a publisher would print on a day, given an information set.

A parameter set tells what to expect; chance, the emulator's error, scope factors and the publisher's noise are the
rest.  Of that rest the past is known: the figures of the information set condition it jointly with the parameters, so
that a forecast starts where the published series ended and not where a free run would be.  Nothing here simulates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulation.calibration.calibrate import Calibration, Vintage
from simulation.calibration.emulator import Emulated
from simulation.calibration.likelihood import FREE, Figure, latent_logs, likelihood, loadings
from simulation.calibration.uncertainty import expected, within_and_between

SETS = 16  # of each group of the bank
REPEATS = 4  # draws of chance, scope and noise for each set
UNKNOWN = 0.25 * FREE  # a scope factor less certain than this cannot be forecast


@dataclass(frozen=True)
class Forecast:
    """Draws of figures that are not yet published.

    Parameters
    ----------
    wanted : tuple of Figure
        What is forecast; their values and publication dates mean nothing.
    draws : ndarray, shape (draws, figures)
        Logarithms of what will be printed.
    exact : ndarray, shape (draws, figures)
        The same without the publisher's noise: what a target is judged on.
    estimable : ndarray of bool, shape (figures,)
        Whether the scope's factor is known at all.
    shares : dict of str to ndarray, shape (figures,)
        Parts of the variance of ``exact``: ``chance_and_emulator`` (what one run adds, the emulator's error included),
        ``fitted``, ``uncalibrated``, ``drivers``, ``scope``.
    by_set : ndarray, shape (sets, 2, figures)
        Mean and standard deviation of ``exact`` given a parameter set and the outside drivers.
    """

    wanted: tuple[Figure, ...]
    draws: np.ndarray
    exact: np.ndarray
    estimable: np.ndarray
    shares: dict[str, np.ndarray]
    by_set: np.ndarray

    def quantiles(self, at: Sequence[float]) -> np.ndarray:
        """Quantiles of what will be printed, in the units of the latent series, shape (levels, figures)."""
        return np.exp(np.quantile(self.draws, at, axis=0))


def forecast(made: Calibration, vintage: Vintage, emulated: Emulated, wanted: Sequence[Figure]) -> Forecast:
    """Forecast figures on an information set.

    Parameters
    ----------
    made : Calibration
        Whose bank is weighted by the figures of the information set.
    vintage : Vintage
    emulated : Emulated
        Emulator of the design to forecast with (conditional on outside drivers or not).
    wanted : sequence of Figure
        What to forecast; at least one.

    Returns
    -------
    Forecast
        The same for the same design and evidence.
    """
    known = [each for each in vintage.figures() if not each.floor]
    weight = made.weights(vintage)
    means, central = (expected(made.bank, weight, emulated, SETS, drivers_drawn=drawn) for drawn in (True, False))
    rest = _rest(emulated, known, wanted)
    seen = [latent_logs(values, emulated.columns, known) if known else values[..., :0] for values in (means, central)]
    future = [latent_logs(values, emulated.columns, wanted) for values in (means, central)]
    drawn, without_drivers = (
        late + rest.offset + (rest.target - early) @ rest.gain.T for early, late in zip(seen, future, strict=True)
    )
    generator = np.random.default_rng(8)
    flat = np.repeat(drawn.reshape(-1, len(wanted)), REPEATS, axis=0)
    chance = generator.multivariate_normal(np.zeros(len(wanted)), rest.spread, len(flat), method="eigh")
    exact = flat + chance
    noise = generator.normal(0.0, [each.sigma for each in wanted], exact.shape)
    deviation = np.broadcast_to(np.sqrt(np.diag(rest.spread)), (drawn.shape[0] * drawn.shape[1], len(wanted)))
    by_set = np.stack([drawn.reshape(-1, len(wanted)), deviation], axis=1)
    return Forecast(tuple(wanted), exact + noise, exact, rest.estimable, _shares(drawn, without_drivers, rest), by_set)


@dataclass(frozen=True)
class _Rest:
    """What parameters leave open, given the figures known: Gaussian, in logarithms.

    ``gain`` (wanted, known) carries the misfit of the known figures, whose mean-free logarithms are ``target``, to
    those wanted; ``offset`` (wanted,) are the mean logs of their scope factors; ``spread`` (wanted, wanted) is what
    stays open, ``scope`` (wanted,) the part of its diagonal that scope factors bring.
    """

    target: np.ndarray
    gain: np.ndarray
    offset: np.ndarray
    spread: np.ndarray
    scope: np.ndarray
    estimable: np.ndarray


def _rest(emulated: Emulated, known: Sequence[Figure], wanted: Sequence[Figure]) -> _Rest:
    everything = (*known, *wanted)
    count = len(known)
    residuals = emulated.emulator.observed - emulated.emulator.predicted
    gaps = latent_logs(residuals, emulated.columns, everything)
    runs = gaps.T @ gaps / len(gaps)
    _, powers, moments = loadings(everything)
    scopes = (powers * moments[:, 1] ** 2) @ powers.T
    offset = powers[count:] @ moments[:, 0]
    joint = runs + scopes
    inside = joint[:count, :count] + np.diag([each.sigma**2 for each in known])
    if count:
        gain = np.linalg.solve(inside, joint[:count, count:]).T
        target = likelihood(known).target
    else:
        gain, target = np.zeros((len(wanted), 0)), np.zeros(0)
    spread = joint[count:, count:] - gain @ joint[:count, count:]
    spread = (spread + spread.T) / 2.0
    left = _scope_left(powers, moments, inside, count)
    scope = np.minimum(left, np.diag(spread))
    return _Rest(target, gain, offset, spread, scope, np.sqrt(np.maximum(left, 0.0)) < UNKNOWN)


def _scope_left(powers: np.ndarray, moments: np.ndarray, inside: np.ndarray, count: int) -> np.ndarray:
    """Variance of the wanted figures' scope factors given the known figures, shape (wanted,)."""
    prior = np.diag(moments[:, 1] ** 2)
    seen = powers[:count] @ prior
    after = prior - seen.T @ np.linalg.solve(inside, seen) if count else prior
    return np.einsum("ij,jk,ik->i", powers[count:], after, powers[count:])


def _shares(drawn: np.ndarray, without_drivers: np.ndarray, rest: _Rest) -> dict[str, np.ndarray]:
    """Parts of the variance of the logarithm, adding up to 1; shape (figures,) each."""
    fitted, uncalibrated = within_and_between(without_drivers)
    drivers = (drawn - without_drivers).var(axis=(0, 1))
    chance = np.maximum(np.diag(rest.spread) - rest.scope, 0.0)
    parts = {
        "chance_and_emulator": chance, "fitted": fitted, "uncalibrated": uncalibrated, "drivers": drivers,
        "scope": rest.scope,
    }  # fmt: skip
    total = np.maximum(sum(parts.values()), 1e-12)
    return {name: part / total for name, part in parts.items()}

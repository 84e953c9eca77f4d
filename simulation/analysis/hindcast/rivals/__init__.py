"""All rivals by name, and what each forecasts at an origin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from simulation.analysis.hindcast.information import Known, known_figures
from simulation.analysis.hindcast.rivals import twins
from simulation.analysis.hindcast.rivals.base import Fitted, NotEstimable
from simulation.analysis.hindcast.rivals.curves import bass, gompertz, logistic
from simulation.analysis.hindcast.rivals.diffusion import Diffusion
from simulation.analysis.hindcast.rivals.dynamics import Dynamics
from simulation.analysis.hindcast.rivals.growth import autoregression, constant_growth
from simulation.analysis.hindcast.rivals.institutes import institutes
from simulation.analysis.hindcast.rivals.target_line import target_line
from simulation.inputs.evidence import CalibrationRow

# Those that read one series alone: the best of these is what the model has to beat.
NAIVE: dict[str, Callable[[Known], Fitted]] = {
    "constant_growth": constant_growth,
    "autoregression": autoregression,
    "logistic": logistic,
    "gompertz": gompertz,
    "bass": bass,
    "target_line": target_line,
}
TWINS: dict[str, twins.Twin] = {twin.name: twin for twin in (Diffusion(), Dynamics())}
INSTITUTES = "institutes"
RIVALS = (*NAIVE, *TWINS, INSTITUTES)


@dataclass
class Rivals:
    """Rivals fitted to rows of the evidence, each once for every information set.

    Parameters
    ----------
    rows : sequence of CalibrationRow
        Evidence; each origin sees its part of it.
    """

    rows: Sequence[CalibrationRow]
    _fitted: dict[tuple[str, ...], Fitted] = field(default_factory=dict)
    _twins: dict[tuple[str, int, str], twins.Estimated | NotEstimable] = field(default_factory=dict)

    def known(self, origin: int, information: str, series: str, scope: str) -> Known:
        """What an origin knows of a series in a scope."""
        return known_figures(self.rows, origin, information, series, scope)

    def fitted(self, model: str, known: Known) -> Fitted:
        """A rival, fitted."""
        key = (model, known.information, str(known.origin), known.series, known.scope)
        if key not in self._fitted:
            self._fitted[key] = self._fit(model, known)
        return self._fitted[key]

    def _fit(self, model: str, known: Known) -> Fitted:
        if model in NAIVE:
            return NAIVE[model](known)
        if model == INSTITUTES:
            return institutes(known)
        place = (model, known.origin, known.information)
        if place not in self._twins:
            self._twins[place] = twins.fit(TWINS[model], self.rows, known.origin, known.information)
        return twins.seen_as(self._twins[place], known, model)

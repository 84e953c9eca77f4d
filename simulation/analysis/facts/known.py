"""The list of known statistics, and what of the facts table the model cannot say, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulation.analysis.facts.history import History

Compute = Callable[[History], float]


@dataclass(frozen=True)
class Statistic:
    """A number that is computed on one run as a source computed it on published data.

    Parameters
    ----------
    name : str
        Name under which a file of facts may ask for it.
    fact : str
        Id of the shipped fact that it answers, empty for a further one.
    unit : str
        Unit of the number.
    how : str
        Population, period, definition and estimator on simulated data.
    compute : callable
        From the history of a run to the number, NaN where the run does not hold what is needed.
    direction : callable or None
        Whether sign, or order, is right, where that is not read off the number itself.
    """

    name: str
    fact: str
    unit: str
    how: str
    compute: Compute
    direction: Callable[[History], bool] | None = None


STATISTICS: dict[str, Statistic] = {}


def statistic(
    fact: str, unit: str, how: str, direction: Callable[[History], bool] | None = None
) -> Callable[[Compute], Compute]:
    """Enter a function into the list of known statistics under its own name."""

    def enter(compute: Compute) -> Compute:
        STATISTICS[compute.__name__] = Statistic(compute.__name__, fact, unit, how, compute, direction)
        return compute

    return enter


# Facts that the model has nothing to compare with. Failing a fact is no reason to stand here.
NOT_IN_THE_MODEL = {
    "F42": "unlisted firms have no valuation in the model",
    "F46": "returns are pooled over funds; there are no fund vintages",
    "F58": "cloud services are not an adopted technology of their own in the model; use of AI is scored by F57",
    "F68": "single firms have no list prices; the model has one quality-adjusted price for each product (F67)",
    "F69": "token volume is not modelled",
    "F70": "token volume is not modelled",
    "F77": "orders of a buyer are one amount for each product; single tenders have no size of their own",
    "F78": "orders of a buyer are one amount for each product; tenders are not counted",
}

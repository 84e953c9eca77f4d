"""Figures of a result: drawn from the statistics of :mod:`simulation.analysis`, with the data drawn beside each."""

from simulation.presentation.figures import KINDS, plot_result

__all__ = ["KINDS", "plot_result"]

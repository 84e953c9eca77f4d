"""Calibration: one design simulated once, an emulator of it, a likelihood through the operators, and the posterior.

Everything after :mod:`~simulation.calibration.design` only re-weights: vintages, synthetic truths and forecasts
simulate nothing.
"""

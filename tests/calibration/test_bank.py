"""The bank of parameter sets covers the priors, whichever sets are taken from it."""

import numpy as np

from simulation.calibration.posterior import resample
from simulation.calibration.uncertainty import within_groups


def test_sets_taken_from_unweighted_groups_cover_every_prior(prepared):
    bank = prepared[0].bank
    groups, sets, _ = bank.cube.shape
    weight = np.full((groups, sets), 1.0 / (groups * sets))
    taken = np.take_along_axis(bank.cube, within_groups(weight, 16)[:, :, None], axis=1).reshape(-1, len(bank.names))
    flat = bank.cube.reshape(-1, len(bank.names))[resample(weight, 256)]
    for cube in (taken, flat):
        fitted = cube[:, [bank.names.index(name) for name in bank.fitted]]
        assert np.all(np.abs(fitted.mean(axis=0) - 0.5) < 0.06)
        assert np.all(np.abs(fitted.std(axis=0) - 12**-0.5) < 0.04), "spread of a uniform distribution"

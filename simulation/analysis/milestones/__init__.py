"""Milestones: does the simulated economy go through the episodes and show the patterns that were seen?

Each is a check with a bound from its source.  ``episodes`` holds the impulse tests of the funding notes (section 4),
``responses`` one-off shocks of single outside drivers in a neutral world, ``patterns`` the list of patterns that the
model has to reproduce; ``study`` runs the worlds and judges.
"""

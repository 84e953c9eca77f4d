"""Prose that documents the model: purpose and claims, description (ODD), assumptions, checklist, changelog.

``description.md`` is written by :mod:`simulation.documentation.build` from a template, the docstrings of the rules and
the tables of the package.
"""

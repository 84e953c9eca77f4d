"""The command ``aiplan``: thin verbs over the packages.

Modules here import the rest of the program inside a verb only, so that help is instant.
"""

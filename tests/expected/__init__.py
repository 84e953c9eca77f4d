"""Expected values of quick runs.

Written only by ``python -m tests.expected.regenerate``; each change is explained in the changelog.
"""

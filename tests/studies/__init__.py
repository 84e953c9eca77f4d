"""Studies too slow for the test suite, each a command whose result is committed under ``results/studies/``."""

"""The plain rules, one module per call of the quarter, each with ``run(plain)``."""

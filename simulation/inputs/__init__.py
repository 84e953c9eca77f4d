"""What the model is told: the plan, the parameter registry, observations with their operators, and the posterior.

Everything here is data under ``tables/`` and readers of it; no behaviour of the economy and no value hidden in code.
Errors in a table name its file and line.
"""

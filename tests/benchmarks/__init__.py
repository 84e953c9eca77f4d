"""What runs cost: ``uv run --group dev python -m tests.benchmarks`` measures, and writes table and figures."""

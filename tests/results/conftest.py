from tests.experiments.conftest import folder, generous, plain

__all__ = ["folder", "generous", "plain"]

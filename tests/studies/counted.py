"""The economy of the model, with a mark left for every run that is begun."""

from __future__ import annotations

from typing import Any

from simulation.model.economy import Economy
from tests.experiments.stand_in import leave_mark


class CountedEconomy(Economy):
    """Leaves a mark, then runs."""

    def __init__(self, effective: Any, seed: int = 1, replicate: int = 0, scale: float = 0.1) -> None:
        super().__init__(effective, seed, replicate, scale)
        self.replicate = replicate

    def run(self) -> None:
        """Run all quarters."""
        leave_mark(self.effective, self.replicate)
        super().run()

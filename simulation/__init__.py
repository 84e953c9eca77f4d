"""China's plan for a new generation of artificial intelligence as an agent-based model.

>>> import simulation
>>> simulation.load("plan_baseline").run(replicates=50).plot()  # doctest: +SKIP

Names are loaded when they are first used; importing the package writes nothing and opens no connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulation.study import experiment, load, open_result, run

    __version__: str

__all__ = ["__version__", "experiment", "load", "open_result", "run"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from simulation.results.provenance import program_version

        return program_version()
    if name in ("experiment", "load", "open_result", "run"):
        from simulation import study

        return getattr(study, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

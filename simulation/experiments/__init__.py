"""Running: which runs an ensemble has, where they are executed, and keeping what they leave behind."""

from simulation.experiments.executors import Executor, InProcess, Processes, executor_for
from simulation.experiments.runner import run_ensemble
from simulation.experiments.work import simulate

__all__ = ["Executor", "InProcess", "Processes", "executor_for", "run_ensemble", "simulate"]

"""Errors of ``aiplan``: what went wrong, where, what would have been valid, and the exit code of the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or worth a warning, in an input.

    Parameters
    ----------
    file : str
        File as the user named it, or ``--set`` for an override of the command line.
    line, column : int
        Position counted from 1; 0 when the problem concerns the whole file.
    message : str
        What is wrong, in one sentence without a full stop.
    nearest : tuple of str
        Valid names closest to the one written, best first.
    valid : str
        The valid range, unit, dates or names.
    """

    file: str
    line: int
    column: int
    message: str
    nearest: tuple[str, ...] = ()
    valid: str = ""

    def __str__(self) -> str:
        hints = []
        if self.nearest:
            hints.append(f"did you mean {' or '.join(self.nearest)}?")
        if self.valid:
            hints.append(f"valid: {self.valid}")
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}" + (f" ({' '.join(hints)})" if hints else "")

    def as_dict(self) -> dict[str, object]:
        """The same as plain data, for ``--json``."""
        return asdict(self)


class AiplanError(Exception):
    """Base of every error that ``aiplan`` raises on purpose; ``exit_code`` is what the command line returns."""

    exit_code = 1


class RunFailed(AiplanError):
    """A simulation run, or a member of an ensemble, could not be finished."""

    exit_code = 1


class UsageError(AiplanError):
    """A command was called in a way that makes no sense, whatever the files say."""

    exit_code = 2


class MissingExtra(AiplanError):
    """An optional dependency is needed; the message names the extra to install."""

    exit_code = 2


class StoreConflict(AiplanError):
    """An output file or folder exists already or cannot be written."""

    exit_code = 2


class InvalidInput(AiplanError):
    """One or several inputs are wrong; all problems found are listed at once.

    Parameters
    ----------
    problems : iterable of Problem
        What is wrong, in reading order; repeated entries are kept once.
    """

    exit_code = 3

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: list[Problem] = list(dict.fromkeys(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[list[Problem]]]:
        # Exceptions are rebuilt from their text by default; worker processes must hand the problems back whole.
        return (type(self), (self.problems,))

"""Progress and messages share standard error."""

from __future__ import annotations

import io
import logging
import sys

import pytest

from simulation.cli import output
from simulation.cli.output import progress_bar


class Terminal(io.StringIO):
    """A standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_messages_are_printed_above_the_bar(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    caplog.set_level(logging.INFO, "aiplan")
    before = list(logging.getLogger("aiplan").handlers)
    with progress_bar("runs") as report:
        logging.getLogger("aiplan.compiled").info("compiling the rules [once]")
        report(1, 2, 0)
    assert "aiplan.compiled: compiling the rules [once]\n" in terminal.getvalue().replace("\r", "")
    assert logging.getLogger("aiplan").propagate
    assert logging.getLogger("aiplan").handlers == before


def test_lines_in_a_pipe_tell_rate_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([100.0, 110.0, 120.0])
    monkeypatch.setattr(output.time, "monotonic", lambda: next(clock))
    with progress_bar("runs") as report:
        report(40, 1000, 0)  # forty were stored before
        report(240, 1000, 1)
        report(1000, 1000, 1)
    lines = capsys.readouterr().err.splitlines()
    assert "240 of 1000 runs, 1 failed, 20 a second, 0.6 min left" in lines[0]
    assert lines[1].endswith("1000 of 1000 runs, 1 failed")

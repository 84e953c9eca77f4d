"""Progress and messages share standard error."""

from __future__ import annotations

import io
import logging
import sys

import pytest

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

"""Compiled code on disk: never older than its source, checked before it is used, and shared by processes."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from simulation.model import cache
from simulation.model.streams import Streams

# Compiles two kernels into the folder of the environment and tells draws, kernels found there, and where the code is.
DRAW = """
import logging, sys
import numpy as np
logging.basicConfig(stream=sys.stderr, format="%(message)s")
from simulation.model import cache, streams
print(streams.Streams(7).uniform("firm_exit", np.arange(1, 6, dtype=np.uint64), 3).tolist())
print(sum(streams._uniforms.stats.cache_hits.values()), cache.cache_folder())
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache, for this process alone."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    cache.cache_folder.cache_clear()
    yield tmp_path / "cache"
    cache.cache_folder.cache_clear()


@pytest.fixture
def kept(root: Path) -> Path:
    """A folder with the code and index of one kernel and the note that its compilation has finished."""
    folder = cache.cache_folder()
    assert folder is not None and folder.parent == root
    (folder / "sub").mkdir()
    (folder / "sub" / "kernel.nbc").write_bytes(bytes(range(200)))
    write_index(folder, b"one")
    cache.note_warm("plain", "2030Q4")
    return folder


def write_index(folder: Path, content: bytes) -> None:
    import pickle

    (folder / "sub" / "kernel.nbi").write_bytes(pickle.dumps("version") + pickle.dumps(content))


def draw(root: Path, **variables: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), cache.VARIABLE: str(root), **variables}
    return subprocess.Popen(
        [sys.executable, "-c", DRAW], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def outcome(process: subprocess.Popen[str]) -> tuple[list[float], int, Path, str]:
    """Draws, kernels that were found compiled, folder and messages of a process."""
    out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    draws, told = out.splitlines()
    hits, _, folder = told.partition(" ")
    return [float(text) for text in draws.strip("[]").split(",")], int(hits), Path(folder), error


def expected() -> list[float]:
    return Streams(7).uniform("firm_exit", np.arange(1, 6, dtype=np.uint64), 3).tolist()


def test_what_has_been_compiled_is_found_by_the_next_process(tmp_path: Path) -> None:
    draws, hits, folder, error = outcome(draw(tmp_path))
    assert (draws, hits, error) == (expected(), 0, "")
    assert folder == tmp_path / cache.source_digest()
    assert outcome(draw(tmp_path))[:2] == (expected(), 1)


def test_two_processes_may_be_the_first_at_once(tmp_path: Path) -> None:
    for draws, _, _, error in map(outcome, [draw(tmp_path), draw(tmp_path)]):
        assert (draws, error) == (expected(), "")
    assert outcome(draw(tmp_path))[1] == 1


def test_a_folder_that_cannot_be_made_is_told_and_replaced_for_the_time_being(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should go")
    draws, _, folder, error = outcome(draw(tmp_path / "taken", TMPDIR=str(tmp_path)))
    assert draws == expected()
    assert "cannot be kept" in error and cache.VARIABLE in error
    assert folder.parent.parent == tmp_path and not folder.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_where_nothing_can_be_written_it_works_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").touch()
    monkeypatch.setattr(cache.tempfile, "mkdtemp", lambda **options: os.mkdir(tmp_path / "taken" / "below"))
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "taken"))
    cache.cache_folder.cache_clear()
    try:
        assert cache.cache_folder() is None
        assert cache.environment() == {}
        assert not cache.is_warm("plain", "2016Q1") and not cache.drop_damaged()
        cache.note_warm("plain", "2016Q1")
        with cache.compiling_alone():
            assert cache.contents().folder is None
    finally:
        monkeypatch.undo()
        cache.cache_folder.cache_clear()


def test_a_read_only_folder_serves_what_it_holds(
    kept: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cache, "_write_problem", lambda folder: "Read-only file system")
    cache.cache_folder.cache_clear()
    folder = cache.cache_folder()
    assert folder is not None and folder != kept
    assert (folder / "sub" / "kernel.nbc").read_bytes() == (kept / "sub" / "kernel.nbc").read_bytes()
    assert cache.is_warm("plain", "2030Q4") and caplog.text == ""
    assert cache.environment() == {cache.VARIABLE: str(folder.parent)}


def test_a_changed_source_means_another_folder(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model" / "rules").mkdir(parents=True)
    source = tmp_path / "model" / "rules" / "market.py"
    source.write_text("beta = 0.45\n")
    monkeypatch.setattr(cache, "__file__", str(tmp_path / "model" / "cache.py"))
    first = cache.cache_folder()
    cache.note_warm("plain", "2030Q4")
    source.write_text("beta = 0.46\n")
    cache.cache_folder.cache_clear()
    assert cache.cache_folder() != first
    assert not cache.is_warm("plain", "2030Q4")


def test_folders_of_old_sources_are_dropped_beyond_a_few(root: Path) -> None:
    for age in range(6):
        folder = root / f"{age:016x}"
        folder.mkdir(parents=True)
        os.utime(folder, (1e9 - age, 1e9 - age))
    (root / "something else").mkdir()
    current = cache.cache_folder()
    left = {path.name for path in root.iterdir()}
    assert current is not None
    assert left == {current.name, "something else", *(f"{age:016x}" for age in range(cache.KEPT_VERSIONS))}


def test_what_was_compiled_for_a_long_run_serves_a_shorter_one(kept: Path) -> None:
    assert cache.is_warm("plain", "2030Q4") and cache.is_warm("plain", "2016Q4")
    assert not cache.is_warm("plain", "2035Q4")
    assert not cache.is_warm("other", "2016Q4")


def test_an_index_that_has_grown_is_sound(kept: Path) -> None:
    write_index(kept, b"one and two")
    assert cache.is_warm("plain", "2030Q4") and not cache.drop_damaged()


DAMAGES = {
    "changed code": lambda folder: (folder / "sub" / "kernel.nbc").write_bytes(bytes(200)),
    "short code": lambda folder: (folder / "sub" / "kernel.nbc").write_bytes(bytes(range(100))),
    "missing code": lambda folder: (folder / "sub" / "kernel.nbc").unlink(),
    "unreadable index": lambda folder: (folder / "sub" / "kernel.nbi").write_bytes(b"\x80\x05"),
    "unreadable note": lambda folder: next(folder.glob(f"{cache.NOTE}*")).write_text("{"),
    "another note": lambda folder: next(folder.glob(f"{cache.NOTE}*")).write_text("[]"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_code_is_dropped_with_a_warning(kept: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    DAMAGES[damage](kept)
    assert not cache.is_warm("plain", "2030Q4")
    assert cache.contents().damaged
    assert cache.drop_damaged()
    assert "damaged" in caplog.text
    assert list(kept.iterdir()) == []
    assert not cache.drop_damaged()


@pytest.mark.skipif(sys.platform == "win32", reason="locks of files are those of POSIX systems")
def test_a_second_process_waits_until_the_first_has_compiled(kept: Path, tmp_path: Path) -> None:
    order = tmp_path / "order"
    script = (
        "import logging, pathlib, sys\n"
        "from simulation.model import cache\n"
        "class Tell(logging.Handler):\n"
        "    def emit(self, record): print(record.getMessage(), flush=True)\n"
        "logging.getLogger('aiplan').addHandler(Tell()); logging.getLogger('aiplan').setLevel(logging.INFO)\n"
        "with cache.compiling_alone():\n    print(pathlib.Path(sys.argv[1]).read_text())\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    order.write_text("too early")
    with cache.compiling_alone():
        waiting = subprocess.Popen(
            [sys.executable, "-c", script, str(order)], env=environment, stdout=subprocess.PIPE, text=True
        )
        assert waiting.stdout is not None
        assert "waiting" in waiting.stdout.readline()
        order.write_text("compiled")
    assert waiting.communicate(timeout=60)[0].strip() == "compiled"
    assert waiting.returncode == 0


def test_messages_of_the_cache_are_warnings(caplog: pytest.LogCaptureFixture, kept: Path) -> None:
    (kept / "sub" / "kernel.nbc").unlink()
    cache.drop_damaged()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]

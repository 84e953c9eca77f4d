"""One program at a time fills a result folder."""

from __future__ import annotations

import errno
from pathlib import Path

from simulation.errors import StoreConflict


class FolderLock:
    """Lock of a result folder, held until it is released or the process ends, however it ends.

    Without effect where the file system or the system knows no locks.

    Parameters
    ----------
    path : Path
        File of the folder that carries the lock; it is made when it is missing and never replaced.

    Raises
    ------
    StoreConflict
        When another program holds it.
    """

    def __init__(self, path: Path) -> None:
        self._file = open(path, "ab")  # noqa: SIM115 - it stays open as long as the lock
        try:
            import fcntl
        except ImportError:  # Windows
            return
        try:
            fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES):
                self._file.close()
                raise StoreConflict(f"{path.parent} is being filled by another program") from None

    def release(self) -> None:
        """Let the next program in."""
        self._file.close()

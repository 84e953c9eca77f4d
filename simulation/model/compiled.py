"""Compiled kernels: plain loops over rows, compiled at first use and kept on disk.

A kernel is an ordinary function over scalars, arrays and named tuples of arrays, decorated with :func:`compiled`; what
it depends on reaches it as an argument.  The compiled code is kept in the folder that :mod:`simulation.model.cache`
names.  Parallelism is over runs, never inside a kernel, and sums run in row order, so the same bits come out for any
number of workers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

from simulation.model.cache import cache_folder

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile ``function`` at its first call, without the interpreter's lock, and keep the code on disk.

    Division by zero gives infinity or NaN as in NumPy.  ``function.py_func`` is the plain Python function.
    """
    folder = cache_folder()
    settings: Any = numba.config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = "" if folder is None else str(folder)
    try:
        kernel: Any = numba.njit(cache=folder is not None, nogil=True, error_model="numpy")(function)
        return kernel
    finally:
        settings.CACHE_DIR = before

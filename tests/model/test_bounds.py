"""No kernel reads or writes outside its arrays: compiled code does not look, so that it would go unseen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# Ten scenarios over the registry's whole bounds, among them one in which posts are lost in rounding.
PROGRAM = """
from tests.model.states import first_problem
assert [found for number in range(180, 190) if (found := first_problem(number, "2030Q4"))] == []
"""


def test_no_kernel_leaves_its_arrays(tmp_path: Path) -> None:
    settings = {"NUMBA_BOUNDSCHECK": "1", "AIPLAN_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", PROGRAM]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, env=os.environ | settings, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

"""Scripts that run in a process of their own: they may fork, and use up its file descriptors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent


def run_script(script, *words):
    """Return what a script prints; it imports dynclient and the tests' support."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(TESTS)])},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

"""The example diff, and a way for tests to say `from samples import …`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from report_samples import FOLDER, example


@pytest.fixture
def diff():
    """The example, as seen from the folder that tests run in."""
    return example(Path.cwd().as_uri() + "/" + FOLDER)

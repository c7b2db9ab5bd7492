"""A console on the sandbox of the orders."""

from __future__ import annotations

import pytest
from support.consoles import open_names


@pytest.fixture
def names():
    """The namespace of a console on the sandbox of the orders."""
    return open_names()

"""What tests of processes and signals stand on, wherever and however slowly they run."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

#: A child process that takes longer hangs: no machine is so slow.
MAX_RUN_S = 600


@contextlib.contextmanager
def default_sigint() -> Iterator[None]:
    """Give this process and its children the default action of SIGINT.

    A shell starts what runs in the background with SIGINT ignored, and children inherit that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

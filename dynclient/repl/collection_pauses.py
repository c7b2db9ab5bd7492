"""Pauses of the garbage collector, which a user of the console would wait for."""

from __future__ import annotations

import gc


def shorten_collection_pauses() -> None:
    """Leave out what is in memory now when the garbage collector looks at everything.

    That are the document and hundreds of modules, which a console keeps until it ends. To look at
    them takes 40 ms of CPU time, in the middle of a completion, and finds nothing.

    Source: Python documentation, `gc.freeze`.
    """
    gc.collect()
    gc.freeze()

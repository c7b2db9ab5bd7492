"""Locks around a fork: one that another thread holds is held for ever in the child process."""

from __future__ import annotations

import os
import sys
import threading
from functools import cached_property
from types import ModuleType

_PACKAGE = __name__.partition(".")[0]


def build_fork_safe_lock() -> threading.RLock:
    """Return a lock that a fork waits for, so that the child sees nothing half done behind it.

    It must be held for short work that waits for nothing else. One for each module, since it is
    never given up.
    """
    lock = threading.RLock()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release
        )
    return lock


def _renew_property_locks() -> None:
    """Give each cached property of this package a new lock: Python 3.11 has one for each of them.

    A property that a thread of the parent was computing has no value yet, and is computed again.
    """
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] != _PACKAGE or not isinstance(module, ModuleType):
            continue
        for kind in list(vars(module).values()):
            if isinstance(kind, type):
                _renew_locks_of_class(kind)


def _renew_locks_of_class(kind: type) -> None:
    for member in list(vars(kind).values()):
        if isinstance(member, cached_property) and hasattr(member, "lock"):
            member.lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_property_locks)

"""Packages, imported without those of their modules that few programs need, each for one name.

httpx imports its command line where click and rich are installed, for `httpx.main`: a third of its
time. httpcore imports HTTP/2 where h2 is installed, for the names of two classes: 10 ms. These
names are loaded when they are asked for; everything else is as ever.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from types import ModuleType
from typing import Any

#: Package → module that it imports for the sake of one name → that name.
_DEFERRED_NAMES: Mapping[str, Mapping[str, str]] = {
    "httpx": {"httpx._main": "main"},
    **{
        package: {
            f"{package}._sync.http2": "HTTP2Connection",
            f"{package}._async.http2": "AsyncHTTP2Connection",
        }
        for package in ("httpcore", "httpcore2")
    },
}


class _DeferredName:
    """Stands for a function or class that is not imported yet; it can be called.

    Args:
        home: the module that defines it.
        name: its name there.

    """

    def __init__(self, home: str, name: str) -> None:
        self._home = home
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.load()(*args, **kwargs)

    def load(self) -> Any:
        """Return what it stands for, as the package would have it."""
        value = getattr(importlib.import_module(self._home), self._name)
        if "__module__" in vars(self):  # The package gave it, as it does with each of its names.
            value.__module__ = self.__module__
        return value


def import_deferring(package: str) -> Any:
    """Return a package, whose deferred names are loaded when they are asked for.

    Where the program imported it before, it stays as it is.
    """
    if package in sys.modules:
        return importlib.import_module(package)  # It waits where another thread is at it.
    stand_ins = [_build_stand_in(*home) for home in _DEFERRED_NAMES.get(package, {}).items()]
    for stand_in in stand_ins:
        # A thread that imports it at the same time takes the same stand-in, or the real one.
        sys.modules.setdefault(stand_in.__name__, stand_in)
    try:
        module = importlib.import_module(package)
    finally:
        for stand_in in stand_ins:
            if sys.modules.get(stand_in.__name__) is stand_in:
                del sys.modules[stand_in.__name__]
    for holder in list(_list_modules(package)):
        _load_late(holder)
    return module


def _build_stand_in(home: str, name: str) -> ModuleType:
    """Return what a package is given in place of a module."""
    stand_in = ModuleType(home)
    vars(stand_in)[name] = _DeferredName(home, name)
    return stand_in


def _list_modules(package: str) -> Iterator[ModuleType]:
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == package:
            yield module


def _load_late(holder: ModuleType) -> None:
    """Take the deferred names out of a module, and have it load each that is asked for."""
    names = vars(holder)
    deferred = {name: value for name, value in names.items() if isinstance(value, _DeferredName)}
    if deferred:
        names["__getattr__"] = partial(_load_name, holder, deferred)
        for name in deferred:
            del names[name]


def _load_name(holder: ModuleType, deferred: Mapping[str, _DeferredName], name: str) -> Any:
    """Return an attribute that was not loaded with its module. Source: PEP 562."""
    if name not in deferred:
        raise AttributeError(f"module {holder.__name__!r} has no attribute {name!r}")
    value = vars(holder)[name] = deferred[name].load()
    return value

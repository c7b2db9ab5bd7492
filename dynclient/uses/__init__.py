"""Uses: which operations code calls, with which arguments, what it reads of results, and where it does not fit."""

from dynclient.uses.finding import find
from dynclient.uses.fitting import Misfit, misfits
from dynclient.uses.found import Argument, Found, Read, Unread, Use, Written
from dynclient.uses.recorded import Recorded, Recording, read_recorded, resolve_recorded
from dynclient.uses.resolving import Resolved, Used, resolve

__all__ = [
    "Argument",
    "Found",
    "Misfit",
    "Read",
    "Recorded",
    "Recording",
    "Resolved",
    "Unread",
    "Use",
    "Used",
    "Written",
    "find",
    "misfits",
    "read_recorded",
    "resolve",
    "resolve_recorded",
]

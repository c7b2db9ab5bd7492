"""A call on a worker: it makes a client of a recipe once, and keeps it with its connections."""

from __future__ import annotations

import hashlib
import pickle
import threading

from dynclient.bulk.outcomes import Outcome, drop_traceback, send_call
from dynclient.client.client import Client
from dynclient.errors import DynclientError, OutcomeUnknown
from dynclient.plan.call_document import Call

#: How many clients a worker keeps; another one takes the place of the oldest.
MAX_CLIENTS = 8

_clients: dict[str, Client] = {}
_lock = threading.Lock()


def send_remote_call(recipe: bytes, key: str, call: Call, claim: str = "") -> Outcome:
    """Send a call, on a worker.

    Args:
        recipe: the pickled `ClientRecipe`.
        key: of the operation.
        call: the call.
        claim: the name of a mark on the cluster that the call was begun; "" where it may be sent
            twice.

    """
    try:
        operation = _get_client(recipe)[key]
    except DynclientError as error:
        return drop_traceback(error)
    if claim and not _claim(claim):
        return build_unknown(key)
    return send_call(operation, call)


def build_unknown(key: str) -> OutcomeUnknown:
    """Return the error of a call that may have been carried out."""
    return OutcomeUnknown(
        f"{key}: its worker was lost after the call was begun: the outcome is unknown",
        hint="look whether the server carried it out before you send it again",
    )


def _get_client(recipe: bytes) -> Client:
    name = hashlib.sha256(recipe).hexdigest()
    with _lock:
        client = _clients.get(name)
        if client is None:
            client = pickle.loads(recipe).build()  # noqa: S301 (the program's own recipe, and no document)
            while len(_clients) >= MAX_CLIENTS:
                _clients.pop(next(iter(_clients)))
            _clients[name] = client
    return client


def _claim(name: str) -> bool:
    """Mark a call as begun; tell whether it was not marked before, by a worker that was lost."""
    from distributed import Event

    event = Event(name)
    if event.is_set():
        return False
    event.set()
    return True

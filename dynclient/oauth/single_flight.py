"""One token request at a time, however many threads and tasks want the token."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import NamedTuple

from dynclient.errors import DynclientError
from dynclient.fork_safety import build_fork_safe_lock
from dynclient.oauth.access_token import AccessToken

#: Held for a look-up only, never while something is sent.
_lock = build_fork_safe_lock()

#: What a token request ended in; None: it was given up, and somebody else may try.
Outcome = AccessToken | DynclientError | None


class Flight:
    """A token request that is under way.

    Args:
        scopes: what its token is asked for.

    """

    def __init__(self, scopes: tuple[str, ...]) -> None:
        self.scopes = scopes
        self._future: Future[Outcome] = Future()
        self._process = os.getpid()
        self._thread = threading.get_ident()

    @property
    def is_lost(self) -> bool:
        """Whether this process came from a fork, and its parent has the request."""
        return self._process != os.getpid()

    @property
    def is_of_this_thread(self) -> bool:
        """Whether a task of this thread leads it, which cannot go on while the thread waits."""
        return self._thread == threading.get_ident()

    def finish(self, outcome: Outcome) -> None:
        """Tell all who wait what the request ended in."""
        self._future.set_result(outcome)

    def wait(self, timeout_s: float | None) -> Outcome:
        """Wait until the request ends, and return what it ended in.

        Raises:
            TimeoutError: it did not end in time.

        """
        return self._future.result(timeout_s)

    async def wait_async(self) -> Outcome:
        """Wait in the event loop until the request ends, and return what it ended in."""
        import asyncio

        # Shielded: one task that gives up waiting must not end it for the others.
        return await asyncio.shield(asyncio.wrap_future(self._future))


class Ticket(NamedTuple):
    """What somebody who wants a token gets: the token, or the flight that brings it.

    Attributes:
        flight: what brings it; where there is a token, one that never was under way.
        token: there is one already.
        is_leader: whether whoever has the ticket sends the request.

    """

    flight: Flight
    token: AccessToken | None = None
    is_leader: bool = False


class TokenFlights:
    """The token requests of a provider that are under way, by what they are for."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, Flight] = {}

    def take_ticket(
        self,
        key: Hashable,
        scopes: tuple[str, ...],
        find_token: Callable[[], AccessToken | None],
        *,
        can_wait_here: bool,
    ) -> Ticket:
        """Return the token, or the flight that brings it; the first one who asks leads it.

        Args:
            key: what the token is for.
            scopes: what it is asked for.
            find_token: returns the token that is there already, or None.
            can_wait_here: whether to wait for a flight that a task of this thread leads.

        """
        with _lock:
            token = find_token()
            if token is not None:
                return Ticket(Flight(scopes), token)
            flight = self._flights.get(key)
            if flight is not None and not flight.is_lost:
                if can_wait_here or not flight.is_of_this_thread:
                    return Ticket(flight)
                return Ticket(Flight(scopes), is_leader=True)  # waiting would take for ever
            flight = self._flights[key] = Flight(scopes)
            return Ticket(flight, is_leader=True)

    def finish(
        self, key: Hashable, flight: Flight, outcome: Outcome, keep: Callable[[], None]
    ) -> None:
        """End a flight; whoever asks from now on finds the token, or leads another one.

        Args:
            key: what the token is for.
            flight: the flight.
            outcome: what it ended in.
            keep: keeps the token where `find_token` finds it.

        """
        with _lock:
            keep()
            if self._flights.get(key) is flight:
                del self._flights[key]
        flight.finish(outcome)

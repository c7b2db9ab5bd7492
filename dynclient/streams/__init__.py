"""Results that are read while they come: `operation.stream(…)`."""

from dynclient.streams.async_stream import AsyncStream
from dynclient.streams.stream import Stream

__all__ = ["AsyncStream", "Stream"]

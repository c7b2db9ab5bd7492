"""The exchanges of a session of the console."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from dynclient.client.operation import BoundOperation
from dynclient.client.options import Options
from dynclient.display_text import SourceText, escape_unprintable, format_count
from dynclient.errors import DynclientError
from dynclient.model import Document
from dynclient.plan.call_document import Call
from dynclient.plan.results import Result
from dynclient.plan.streamed_items import StreamFormat
from dynclient.repl.seen_values import SeenValues
from dynclient.wire.message import Request

#: How many exchanges are kept; the oldest are left out first.
MAX_EXCHANGES = 1_000
#: How many of the latest results are known when a value is printed.
MAX_LATEST = 20
MAX_SIZE_BYTES = 64 * 1024 * 1024


@dataclass
class ReadItems:
    """What was read of a stream so far; the items themselves are not kept.

    Attributes:
        count: how many items.
        is_whole: whether the stream was read to its end.
        stream_format: what it was read as; None: what its media type says.
        file: the file in which the body was saved, "" for none.
        kinds: the names of the types of the items.

    """

    count: int = 0
    is_whole: bool = False
    stream_format: StreamFormat | None = None
    file: str = ""
    kinds: set[str] = field(default_factory=set)

    def add(self, item: Any) -> None:
        """Note an item."""
        self.count += 1
        self.kinds.add(type(item).__name__)

    def __str__(self) -> str:
        return f"saved in {self.file}" if self.file else format_count(self.count, "item")


@dataclass(frozen=True)
class RecordedExchange:
    """A call that was sent, and what came of it.

    Attributes:
        operation: which was called.
        call: the call document; None where a `Request` was sent that no call makes.
        request: what was sent.
        result: what came back; None where no response came.
        error: the error that was raised, None for none.
        options: the options of the client, or of its view, that sent the call.
        size_bytes: about how large the data of the result are.
        read_items: of a stream, what was read of it; its result has no data.

    """

    operation: BoundOperation[Any]
    call: Call | None
    request: Request
    result: Result | None
    error: DynclientError | None
    options: Options
    size_bytes: int = 0
    read_items: ReadItems | None = None

    def __repr__(self) -> str:
        outcome = type(self.error).__name__ if self.error is not None else "no response"
        if self.result is not None:
            outcome = str(self.result.status)
        url = self.request.secret_names.mask_url(self.request.url)
        text = f"{outcome}  {self.operation.id}  {self.request.method} {url}"
        read = "" if self.read_items is None else f"  stream, {self.read_items}"
        return escape_unprintable(f"<{text}{read}>")


@dataclass(frozen=True)
class SessionSource:
    """How a script gets the client of a session.

    Attributes:
        spec: the document, as the session named it.
        server: the URL of the server; None for the sandbox, and for the document's own.
        is_sandbox: whether the calls went to a sandbox.
        overlays: the overlays of the document.

    """

    spec: str = ""
    server: str | None = None
    is_sandbox: bool = False
    overlays: tuple[str, ...] = ()


class History(Sequence[RecordedExchange]):
    """The exchanges of a session, the oldest first: `history[-1].request.curl()`.

    It observes the client of the console alone.
    """

    def __init__(self, source: SessionSource | None = None) -> None:
        self.source = source or SessionSource()
        #: The options of the client of the session; those of its views are compared with them.
        self.base_options = Options()
        #: The document of that client; calls of other documents are in no script.
        self.document: Document | None = None
        #: The dummy credentials of a session on the sandbox.
        self.dummy_credentials: dict[str, Any] = {}
        self._exchanges: deque[RecordedExchange] = deque()
        self._size_bytes = 0
        #: How many of the oldest exchanges are not kept any more.
        self.left_out = 0
        self.seen = SeenValues()

    def add(self, exchange: RecordedExchange) -> None:
        """Add an exchange, and remember the identities in it."""
        self._exchanges.append(exchange)
        self._size_bytes += exchange.size_bytes
        while len(self._exchanges) > MAX_EXCHANGES or self._size_bytes > MAX_SIZE_BYTES:
            self._size_bytes -= self._exchanges.popleft().size_bytes
            self.left_out += 1
        if exchange.error is None and exchange.call is not None:
            self.seen.add_path(exchange.operation, exchange.call.get("path", {}))
        if exchange.error is None and exchange.result is not None:
            self.seen.add_result(exchange.operation, exchange.result.data)

    @overload
    def __getitem__(self, index: int) -> RecordedExchange: ...

    @overload
    def __getitem__(self, index: slice) -> list[RecordedExchange]: ...

    def __getitem__(self, index: int | slice) -> RecordedExchange | list[RecordedExchange]:
        exchanges = list(self._exchanges)
        return exchanges[index]

    def __len__(self) -> int:
        return len(self._exchanges)

    def __iter__(self) -> Iterator[RecordedExchange]:
        return iter(list(self._exchanges))

    def count_all(self) -> int:
        """Return how many exchanges there were, with those that are not kept any more."""
        return self.left_out + len(self._exchanges)

    def is_data_of_result(self, value: Any) -> bool:
        """Tell whether a value is the data of one of the latest results."""
        latest = list(self._exchanges)[-MAX_LATEST:]
        return any(each.result is not None and each.result.data is value for each in latest)

    def __repr__(self) -> str:
        count = format_count(len(self._exchanges), "exchange")
        lines = [f"<history: {count}>"]
        lines += [f"  {index}  {exchange!r}" for index, exchange in enumerate(self._exchanges)]
        return "\n".join(lines)

    def to_python(self) -> SourceText:
        """Return the session as a script; values that came from results are variables in it."""
        from dynclient.repl.session_script import write_script

        return SourceText(write_script(self))

    def to_pytest(self) -> SourceText:
        """Return the session as a test, with asserts on what came."""
        from dynclient.repl.session_script import write_test

        return SourceText(write_test(self))

    def to_curl(self) -> SourceText:
        """Return the session as lines for a POSIX shell."""
        from dynclient.repl.session_curl import write_curl_session

        return SourceText(write_curl_session(self))

# What generated stubs are made of, as type checkers and editors see it. Nothing of it exists at run
# time: an operation is the `dynclient.Operation` that it always is.

import os
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from typing import IO, Any, Concatenate, Generic, Never, ParamSpec, TypeAlias, Unpack, overload

from typing_extensions import TypeVar

import dynclient
from dynclient import streams
from dynclient.client.client_options import ClientOptions
from dynclient.client.load import DocumentSource, Overlays
from dynclient.client.source_loader import AllowedReferences, Base
from dynclient.errors import DynclientError
from dynclient.pages import page
from dynclient.plan.streamed_items import StreamFormat
from dynclient.violations import Violation
from dynclient.wire.credential_provider import Credential
from dynclient.wire.message import Request

# The arguments of an operation: by keywords (_P), with its whole body (_Q); those of its pages by
# keywords (_R), with its whole body (_S).
_P = ParamSpec("_P")
_Q = ParamSpec("_Q")
_R = ParamSpec("_R")
_S = ParamSpec("_S")
# Its data, an item of its pages, an item of its stream.
_T = TypeVar("_T", default=Any)
_I = TypeVar("_I", default=Any)
_E = TypeVar("_E", default=Any)
_T_co = TypeVar("_T_co", default=Any, covariant=True)
_I_co = TypeVar("_I_co", default=Any, covariant=True)
_E_co = TypeVar("_E_co", default=Any, covariant=True)

BinaryContent: TypeAlias = (
    bytes
    | bytearray
    | memoryview
    | os.PathLike[str]
    | IO[bytes]
    | Iterator[bytes]
    | AsyncIterable[bytes]
)

#: A binary value, or a file for a part: (name, content[, content type[, headers]]).
Binary: TypeAlias = (
    BinaryContent
    | tuple[str, BinaryContent]
    | tuple[str, BinaryContent, str]
    | tuple[str, BinaryContent, str, Mapping[str, str]]
)

class Result(dynclient.Result, Generic[_T_co]):
    @property
    def data(self) -> _T_co: ...  # pyright: ignore[reportIncompatibleVariableOverride] # an attribute of a frozen dataclass

class Page(page.Page, Generic[_T_co, _I_co]):
    @property
    def data(self) -> _T_co: ...  # pyright: ignore[reportIncompatibleVariableOverride] # as above
    @property
    def items(self) -> list[_I_co]: ...  # pyright: ignore[reportIncompatibleVariableOverride] # as above

class Stream(streams.Stream, Generic[_E_co]):
    def __next__(self) -> _E_co: ...
    @overload
    def items(self, stream_format: None = None) -> Iterator[_E_co]: ...
    @overload
    def items(self, stream_format: StreamFormat | None = None) -> Iterator[Any]: ...

class AsyncStream(streams.AsyncStream, Generic[_E_co]):
    async def __anext__(self) -> _E_co: ...
    @overload
    def items(self, stream_format: None = None) -> AsyncIterator[_E_co]: ...
    @overload
    def items(self, stream_format: StreamFormat | None = None) -> AsyncIterator[Any]: ...

class MappedOperation(dynclient.Operation, Generic[_T]):
    def map(
        self,
        calls: Iterable[Mapping[str, Any]],
        /,
        *,
        concurrency: int = ...,
        in_order: bool = ...,
        executor: Executor | None = ...,
    ) -> Iterator[Result[_T] | DynclientError]: ...

class MappedAsyncOperation(dynclient.AsyncOperation, Generic[_T]):
    def map(
        self,
        calls: Iterable[Mapping[str, Any]] | AsyncIterable[Mapping[str, Any]],
        /,
        *,
        concurrency: int = ...,
        in_order: bool = ...,
    ) -> AsyncIterator[Result[_T] | DynclientError]: ...

class Operation(MappedOperation[_T], Generic[_P, _T, _E]):
    def __call__(self, /, *args: _P.args, **kwargs: _P.kwargs) -> _T: ...
    @overload
    def send(self, request: Request, /) -> Result[_T]: ...
    @overload
    def send(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Result[_T]: ...
    def validate(self, /, *args: _P.args, **kwargs: _P.kwargs) -> list[Violation]: ...
    def request(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Request: ...
    @overload
    def stream(self, request: Request, /) -> Stream[_E]: ...
    @overload
    def stream(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Stream[_E]: ...
    def wait_until(
        self, condition: Callable[[_T], Any], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> _T: ...

class AsyncOperation(MappedAsyncOperation[_T], Generic[_P, _T, _E]):
    async def __call__(self, /, *args: _P.args, **kwargs: _P.kwargs) -> _T: ...
    @overload
    async def send(self, request: Request, /) -> Result[_T]: ...
    @overload
    async def send(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Result[_T]: ...
    def validate(self, /, *args: _P.args, **kwargs: _P.kwargs) -> list[Violation]: ...
    def request(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Request: ...
    @overload
    def stream(self, request: Request, /) -> AsyncStream[_E]: ...
    @overload
    def stream(self, /, *args: _P.args, **kwargs: _P.kwargs) -> AsyncStream[_E]: ...
    async def wait_until(
        self, condition: Callable[[_T], Any], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> _T: ...

# An operation that is called by keywords (_P), with its whole body (_Q), or by a Call.

class OverloadedOperation(MappedOperation[_T], Generic[_P, _Q, _T, _E]):
    @overload
    def __call__(self, /, *args: _P.args, **kwargs: _P.kwargs) -> _T: ...
    @overload
    def __call__(self, /, *args: _Q.args, **kwargs: _Q.kwargs) -> _T: ...
    @overload
    def __call__(self, call: dynclient.Call, /) -> _T: ...
    @overload
    def send(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Result[_T]: ...
    @overload
    def send(self, /, *args: _Q.args, **kwargs: _Q.kwargs) -> Result[_T]: ...
    @overload
    def send(self, call: dynclient.Call | Request, /) -> Result[_T]: ...
    @overload
    def validate(self, /, *args: _P.args, **kwargs: _P.kwargs) -> list[Violation]: ...
    @overload
    def validate(self, /, *args: _Q.args, **kwargs: _Q.kwargs) -> list[Violation]: ...
    @overload
    def validate(self, call: dynclient.Call, /) -> list[Violation]: ...
    @overload
    def request(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Request: ...
    @overload
    def request(self, /, *args: _Q.args, **kwargs: _Q.kwargs) -> Request: ...
    @overload
    def request(self, call: dynclient.Call, /) -> Request: ...
    @overload
    def stream(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Stream[_E]: ...
    @overload
    def stream(self, /, *args: _Q.args, **kwargs: _Q.kwargs) -> Stream[_E]: ...
    @overload
    def stream(self, call: dynclient.Call | Request, /) -> Stream[_E]: ...
    @overload
    def wait_until(
        self, condition: Callable[[_T], Any], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> _T: ...
    @overload
    def wait_until(
        self, condition: Callable[[_T], Any], /, *args: _Q.args, **kwargs: _Q.kwargs
    ) -> _T: ...
    @overload
    def wait_until(
        self, condition: Callable[[_T], Any], call: dynclient.Call | Request, /
    ) -> _T: ...

class AsyncOverloadedOperation(MappedAsyncOperation[_T], Generic[_P, _Q, _T, _E]):
    @overload
    async def __call__(self, /, *args: _P.args, **kwargs: _P.kwargs) -> _T: ...
    @overload
    async def __call__(self, /, *args: _Q.args, **kwargs: _Q.kwargs) -> _T: ...
    @overload
    async def __call__(self, call: dynclient.Call, /) -> _T: ...
    @overload
    async def send(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Result[_T]: ...
    @overload
    async def send(self, /, *args: _Q.args, **kwargs: _Q.kwargs) -> Result[_T]: ...
    @overload
    async def send(self, call: dynclient.Call | Request, /) -> Result[_T]: ...
    @overload
    def validate(self, /, *args: _P.args, **kwargs: _P.kwargs) -> list[Violation]: ...
    @overload
    def validate(self, /, *args: _Q.args, **kwargs: _Q.kwargs) -> list[Violation]: ...
    @overload
    def validate(self, call: dynclient.Call, /) -> list[Violation]: ...
    @overload
    def request(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Request: ...
    @overload
    def request(self, /, *args: _Q.args, **kwargs: _Q.kwargs) -> Request: ...
    @overload
    def request(self, call: dynclient.Call, /) -> Request: ...
    @overload
    def stream(self, /, *args: _P.args, **kwargs: _P.kwargs) -> AsyncStream[_E]: ...
    @overload
    def stream(self, /, *args: _Q.args, **kwargs: _Q.kwargs) -> AsyncStream[_E]: ...
    @overload
    def stream(self, call: dynclient.Call | Request, /) -> AsyncStream[_E]: ...
    @overload
    async def wait_until(
        self, condition: Callable[[_T], Any], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> _T: ...
    @overload
    async def wait_until(
        self, condition: Callable[[_T], Any], /, *args: _Q.args, **kwargs: _Q.kwargs
    ) -> _T: ...
    @overload
    async def wait_until(
        self, condition: Callable[[_T], Any], call: dynclient.Call | Request, /
    ) -> _T: ...

# An operation that pages: its further keywords say how far, and from where.

class PagedOperation(Operation[_P, _T, _T], Generic[_P, _R, _T, _I]):
    def pages(self, /, *args: _R.args, **kwargs: _R.kwargs) -> Iterator[Page[_T, _I]]: ...
    def items(self, /, *args: _R.args, **kwargs: _R.kwargs) -> Iterator[_I]: ...

class OverloadedPagedOperation(
    OverloadedOperation[_P, _Q, _T, _T], Generic[_P, _Q, _R, _S, _T, _I]
):
    @overload
    def pages(self, /, *args: _R.args, **kwargs: _R.kwargs) -> Iterator[Page[_T, _I]]: ...
    @overload
    def pages(self, /, *args: _S.args, **kwargs: _S.kwargs) -> Iterator[Page[_T, _I]]: ...
    @overload
    def pages(
        self,
        call: dynclient.Call,
        /,
        *,
        limit: int | None = ...,
        max_items: int | None = ...,
        max_pages: int | None = ...,
        resume: Mapping[str, Any] | None = ...,
    ) -> Iterator[Page[_T, _I]]: ...
    @overload
    def items(self, /, *args: _R.args, **kwargs: _R.kwargs) -> Iterator[_I]: ...
    @overload
    def items(self, /, *args: _S.args, **kwargs: _S.kwargs) -> Iterator[_I]: ...
    @overload
    def items(
        self,
        call: dynclient.Call,
        /,
        *,
        limit: int | None = ...,
        max_items: int | None = ...,
        max_pages: int | None = ...,
        resume: Mapping[str, Any] | None = ...,
    ) -> Iterator[_I]: ...

class AsyncPagedOperation(AsyncOperation[_P, _T, _T], Generic[_P, _R, _T, _I]):
    def pages(self, /, *args: _R.args, **kwargs: _R.kwargs) -> AsyncIterator[Page[_T, _I]]: ...
    def items(self, /, *args: _R.args, **kwargs: _R.kwargs) -> AsyncIterator[_I]: ...

class AsyncOverloadedPagedOperation(
    AsyncOverloadedOperation[_P, _Q, _T, _T], Generic[_P, _Q, _R, _S, _T, _I]
):
    @overload
    def pages(self, /, *args: _R.args, **kwargs: _R.kwargs) -> AsyncIterator[Page[_T, _I]]: ...
    @overload
    def pages(self, /, *args: _S.args, **kwargs: _S.kwargs) -> AsyncIterator[Page[_T, _I]]: ...
    @overload
    def pages(
        self,
        call: dynclient.Call,
        /,
        *,
        limit: int | None = ...,
        max_items: int | None = ...,
        max_pages: int | None = ...,
        resume: Mapping[str, Any] | None = ...,
    ) -> AsyncIterator[Page[_T, _I]]: ...
    @overload
    def items(self, /, *args: _R.args, **kwargs: _R.kwargs) -> AsyncIterator[_I]: ...
    @overload
    def items(self, /, *args: _S.args, **kwargs: _S.kwargs) -> AsyncIterator[_I]: ...
    @overload
    def items(
        self,
        call: dynclient.Call,
        /,
        *,
        limit: int | None = ...,
        max_items: int | None = ...,
        max_pages: int | None = ...,
        resume: Mapping[str, Any] | None = ...,
    ) -> AsyncIterator[_I]: ...

# One declaration serves both clients: which operation it is depends on the client it is read from.

class OperationAttribute(Generic[_P, _T, _E]):
    @overload
    def __get__(self, client: dynclient.Client, owner: Any = ..., /) -> Operation[_P, _T, _E]: ...
    @overload
    def __get__(
        self, client: dynclient.AsyncClient, owner: Any = ..., /
    ) -> AsyncOperation[_P, _T, _E]: ...

class OverloadedOperationAttribute(Generic[_P, _Q, _T, _E]):
    @overload
    def __get__(
        self, client: dynclient.Client, owner: Any = ..., /
    ) -> OverloadedOperation[_P, _Q, _T, _E]: ...
    @overload
    def __get__(
        self, client: dynclient.AsyncClient, owner: Any = ..., /
    ) -> AsyncOverloadedOperation[_P, _Q, _T, _E]: ...

class PagedOperationAttribute(Generic[_P, _R, _T, _I]):
    @overload
    def __get__(
        self, client: dynclient.Client, owner: Any = ..., /
    ) -> PagedOperation[_P, _R, _T, _I]: ...
    @overload
    def __get__(
        self, client: dynclient.AsyncClient, owner: Any = ..., /
    ) -> AsyncPagedOperation[_P, _R, _T, _I]: ...

class OverloadedPagedOperationAttribute(Generic[_P, _Q, _R, _S, _T, _I]):
    @overload
    def __get__(
        self, client: dynclient.Client, owner: Any = ..., /
    ) -> OverloadedPagedOperation[_P, _Q, _R, _S, _T, _I]: ...
    @overload
    def __get__(
        self, client: dynclient.AsyncClient, owner: Any = ..., /
    ) -> AsyncOverloadedPagedOperation[_P, _Q, _R, _S, _T, _I]: ...

def operation(
    function: Callable[Concatenate[Any, _P], _T], /
) -> OperationAttribute[_P, _T, _T]: ...
def streamed_operation(
    item: Callable[[], _E], /
) -> Callable[[Callable[Concatenate[Any, _P], _T]], OperationAttribute[_P, _T, _E]]: ...
def paged_operation(
    pages: Callable[_R, _I], /
) -> Callable[[Callable[Concatenate[Any, _P], _T]], PagedOperationAttribute[_P, _R, _T, _I]]: ...
def overloaded_operation(
    with_whole_body: Callable[_Q, Any], /
) -> Callable[
    [Callable[Concatenate[Any, _P], _T]], OverloadedOperationAttribute[_P, _Q, _T, _T]
]: ...
def overloaded_streamed_operation(
    with_whole_body: Callable[_Q, Any], item: Callable[[], _E], /
) -> Callable[
    [Callable[Concatenate[Any, _P], _T]], OverloadedOperationAttribute[_P, _Q, _T, _E]
]: ...
def overloaded_paged_operation(
    with_whole_body: Callable[_Q, Any],
    pages: Callable[_R, _I],
    pages_with_whole_body: Callable[_S, Any],
    /,
) -> Callable[
    [Callable[Concatenate[Any, _P], _T]],
    OverloadedPagedOperationAttribute[_P, _Q, _R, _S, _T, _I],
]: ...

# What stands for the call with a whole body where an operation has none: nobody can call it.
def no_body(*, body: Never) -> None: ...

class BoundClient(dynclient.Client):
    # Only declared operations are attributes: a misspelt name is an error.
    __getattr__: None  # type: ignore[assignment, misc] # pyright: ignore[reportIncompatibleMethodOverride] # as above
    def __init__(
        self,
        source: DocumentSource = ...,
        *,
        credentials: Mapping[str, Credential] | None = None,
        transport: Any = None,
        max_connections: int | None = ...,
        base: Base = None,
        allow_references: AllowedReferences = False,
        overlay: Overlays = ...,
        **options: Unpack[ClientOptions],
    ) -> None: ...

class BoundAsyncClient(dynclient.AsyncClient):
    __getattr__: None  # type: ignore[assignment, misc] # pyright: ignore[reportIncompatibleMethodOverride] # as above
    def __init__(
        self,
        source: DocumentSource = ...,
        *,
        credentials: Mapping[str, Credential] | None = None,
        transport: Any = None,
        max_connections: int | None = ...,
        base: Base = None,
        allow_references: AllowedReferences = False,
        overlay: Overlays = ...,
        **options: Unpack[ClientOptions],
    ) -> None: ...

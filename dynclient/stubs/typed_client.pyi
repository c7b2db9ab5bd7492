# What generated stubs are made of, as type checkers and editors see it. Nothing of it exists at run
# time: an operation is the `dynclient.Operation` that it always is.

import os
from collections.abc import AsyncIterable, Callable, Iterator, Mapping
from typing import IO, Any, Concatenate, Generic, Never, ParamSpec, TypeAlias, Unpack, overload

from typing_extensions import TypeVar

import dynclient
from dynclient.client.client_options import ClientOptions
from dynclient.client.load import DocumentSource, Overlays
from dynclient.client.source_loader import AllowedReferences, Base
from dynclient.streams import AsyncStream, Stream
from dynclient.violations import Violation
from dynclient.wire.credential_provider import Credential
from dynclient.wire.message import Request

_P = ParamSpec("_P")
_Q = ParamSpec("_Q")
_T = TypeVar("_T", default=Any)
_T_co = TypeVar("_T_co", default=Any, covariant=True)

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

class Operation(dynclient.Operation, Generic[_P, _T]):
    def __call__(self, /, *args: _P.args, **kwargs: _P.kwargs) -> _T: ...
    @overload
    def send(self, request: Request, /) -> Result[_T]: ...
    @overload
    def send(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Result[_T]: ...
    def validate(self, /, *args: _P.args, **kwargs: _P.kwargs) -> list[Violation]: ...
    def request(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Request: ...
    @overload
    def stream(self, request: Request, /) -> Stream: ...
    @overload
    def stream(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Stream: ...
    def wait_until(
        self, condition: Callable[[_T], Any], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> _T: ...

class AsyncOperation(dynclient.AsyncOperation, Generic[_P, _T]):
    async def __call__(self, /, *args: _P.args, **kwargs: _P.kwargs) -> _T: ...
    @overload
    async def send(self, request: Request, /) -> Result[_T]: ...
    @overload
    async def send(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Result[_T]: ...
    def validate(self, /, *args: _P.args, **kwargs: _P.kwargs) -> list[Violation]: ...
    def request(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Request: ...
    @overload
    def stream(self, request: Request, /) -> AsyncStream: ...
    @overload
    def stream(self, /, *args: _P.args, **kwargs: _P.kwargs) -> AsyncStream: ...
    async def wait_until(
        self, condition: Callable[[_T], Any], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> _T: ...

# An operation that is called by keywords (_P), with its whole body (_Q), or by a Call.

class OverloadedOperation(dynclient.Operation, Generic[_P, _Q, _T]):
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
    def stream(self, /, *args: _P.args, **kwargs: _P.kwargs) -> Stream: ...
    @overload
    def stream(self, /, *args: _Q.args, **kwargs: _Q.kwargs) -> Stream: ...
    @overload
    def stream(self, call: dynclient.Call | Request, /) -> Stream: ...
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

class AsyncOverloadedOperation(dynclient.AsyncOperation, Generic[_P, _Q, _T]):
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
    def stream(self, /, *args: _P.args, **kwargs: _P.kwargs) -> AsyncStream: ...
    @overload
    def stream(self, /, *args: _Q.args, **kwargs: _Q.kwargs) -> AsyncStream: ...
    @overload
    def stream(self, call: dynclient.Call | Request, /) -> AsyncStream: ...
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

# One declaration serves both clients: which operation it is depends on the client it is read from.

class OperationAttribute(Generic[_P, _T]):
    @overload
    def __get__(self, client: dynclient.Client, owner: Any = ..., /) -> Operation[_P, _T]: ...
    @overload
    def __get__(
        self, client: dynclient.AsyncClient, owner: Any = ..., /
    ) -> AsyncOperation[_P, _T]: ...

class OverloadedOperationAttribute(Generic[_P, _Q, _T]):
    @overload
    def __get__(
        self, client: dynclient.Client, owner: Any = ..., /
    ) -> OverloadedOperation[_P, _Q, _T]: ...
    @overload
    def __get__(
        self, client: dynclient.AsyncClient, owner: Any = ..., /
    ) -> AsyncOverloadedOperation[_P, _Q, _T]: ...

def operation(function: Callable[Concatenate[Any, _P], _T], /) -> OperationAttribute[_P, _T]: ...
def overloaded_operation(
    with_whole_body: Callable[_Q, Any], /
) -> Callable[[Callable[Concatenate[Any, _P], _T]], OverloadedOperationAttribute[_P, _Q, _T]]: ...

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

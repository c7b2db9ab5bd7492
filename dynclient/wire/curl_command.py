"""A request as a curl command for a POSIX shell; each secret in it is a variable of the shell."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote_plus

from dynclient.masking import MASK, SecretNames
from dynclient.model import RequiredScheme, SecurityScheme
from dynclient.names import to_snake_case
from dynclient.wire.binary_values import StreamedBody
from dynclient.wire.form_fields import FormField, parse_form_fields, quote_form_value
from dynclient.wire.media import get_essence
from dynclient.wire.message import Headers, Request, build_credential_variable
from dynclient.wire.security import has_own_credentials, is_supported

#: Stand for a body that no command line can hold: bytes, and a file that has no path.
_UNSHOWN_BYTES = "@BODY"
_UNSHOWN_FILE = "@FILE"

#: The name of a body that is a secret itself.
_BODY = "body"

#: Stand for it, and for its members, where other secrets have the names of properties.
_WHOLE_BODY, _MEMBERS = "\0body", "\0members"

#: Variables that mean something to a shell already.
_RESERVED_VARIABLES = frozenset(
    {"ENV", "HOME", "HOSTNAME", "IFS", "LANG", "LOGNAME", "MAIL", "OLDPWD", "PATH", "PPID", "PWD"}
    | {"RANDOM", "SECONDS", "SHELL", "TERM", "TMPDIR", "UID", "USER"}
)

_JSON_LEXEME = re.compile(
    r'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|[\[\]{}:,]|\s+|[a-z]+|.', re.DOTALL
)
_PART_NAME = re.compile(r'(?i)^content-disposition:[^\r\n]*?[ ;]name="([^"]*)"', re.MULTILINE)


@dataclass(frozen=True)
class ShellVariable:
    """A variable of the shell, as a piece of a word."""

    name: str


#: A piece of a word of the command: text as it is, or a variable.
Piece = str | ShellVariable


#: Where a CI runner would read a command.
_RUNNER_COMMAND = re.compile(r"##(?=\w*\[)|(?<=\n) *(?=::[A-Za-z])")


def _quote_text(text: str) -> str:
    """Return a text as one word of a POSIX shell that shows no control character.

    `printf` makes those; an empty pair of quotes takes a command to a CI runner apart.
    """
    if text.isprintable() and "##" not in text:
        return shlex.quote(text)
    words: list[str] = []
    for is_shown, characters in itertools.groupby(text, _is_shown):
        part = "".join(characters)
        if is_shown:
            quoted = "'" + part.replace("'", "'\"'\"'") + "'"
            words.append(_RUNNER_COMMAND.sub(r"\g<0>''", quoted))
        else:
            octets = "".join(f"\\{octet:03o}" for octet in part.encode(errors="replace"))
            words.append(f"\"$(printf '{octets}')\"")
    return "".join(words)


def _is_shown(character: str) -> bool:
    return character.isprintable() or character in "\n\t"


def _quote_word(pieces: list[Piece]) -> str:
    """Return pieces as one word of a shell."""
    texts = [
        f'"${piece.name}"' if isinstance(piece, ShellVariable) else _quote_text(piece)
        for piece in _join_texts(pieces)
    ]
    return "".join(texts) or "''"


def _join_texts(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if isinstance(piece, str) and isinstance(last, str):
            joined[-1] = last + piece
        elif piece != "":
            joined.append(piece)
    return joined


def write_curl_command(request: Request) -> str:
    """Return a request as a curl command.

    A credential appears as `$DYNCLIENT_CREDENTIAL_<SCHEME>`; another secret as a variable of its
    own name, such as `$X_AUTH_TOKEN`.
    """
    return _CurlWriter(request, request.secret_names).write()


def mask_body(text: str, content_type: str, secret_names: SecretNames) -> str:
    """Return the text of a body with a mask in place of each secret, to be shown.

    Args:
        text: the body; JSON, a form or multipart, by its content type. Another one stays as it is.
        content_type: the Content-Type header, "" without one.
        secret_names: tells what is secret.

    """
    headers = Headers([("content-type", content_type)])
    shown = Request(method="POST", url="", headers=headers, body=None)
    pieces = _CurlWriter(shown, secret_names).split_body(text)
    return "".join(MASK if isinstance(piece, ShellVariable) else piece for piece in pieces)


@dataclass
class _CurlWriter:
    """Writes one command; it remembers which variable stands for which value."""

    request: Request
    secret_names: SecretNames
    values_by_variable: dict[str, str] = field(default_factory=dict)

    def write(self) -> str:
        request = self.request
        url = self._split_url(request.url)
        cookies: list[Piece] = []
        options: list[str] = []
        for requirement in _choose_requirements(request):
            scheme = requirement.scheme
            if scheme.type == "apiKey" and scheme.location == "query":
                has_query = any("?" in piece for piece in url if isinstance(piece, str))
                name = quote(scheme.name, safe="")
                url += ["&" if has_query else "?", f"{name}=", _get_credential(scheme)]
            elif scheme.type == "apiKey" and scheme.location == "cookie":
                cookies += ["; " if cookies else "", f"{scheme.name}=", _get_credential(scheme)]
            else:
                options += _write_credential_option(scheme)
        options += self._write_headers(cookies)
        options += self._write_body()
        method = "--head" if request.method == "HEAD" else f"-X {shlex.quote(request.method)}"
        command = f"curl --globoff --path-as-is {method} {_quote_word(url)}"
        return " \\\n  ".join([command, *options])

    def _get_variable(self, name: str, value: str) -> ShellVariable:
        """Return the variable of a secret; another value of one name has a number behind it."""
        snake_case = to_snake_case(name).upper()
        variable = re.sub(r"[^A-Z0-9_]", "_", snake_case)
        if variable in _RESERVED_VARIABLES:
            variable += "_SECRET"
        candidate, number = variable, 1
        while self.values_by_variable.setdefault(candidate, value) != value:
            number += 1
            candidate = f"{variable}_{number}"
        return ShellVariable(candidate)

    # --- URL and headers

    def _split_url(self, url: str) -> list[Piece]:
        path, mark, query = url.partition("?")
        pieces: list[Piece] = [
            self._get_variable(name, text) if name and text else text
            for name, text in self.secret_names.split_path(path)
        ]
        return [*pieces, mark, *self._split_pairs(query, "&", self.secret_names.has_query)]

    def _split_pairs(
        self, text: str, separator: str, is_secret: Callable[[str], bool]
    ) -> Iterator[Piece]:
        """Yield `name=value` pairs with a variable in place of each secret value."""
        for index, pair in enumerate(text.split(separator)):
            if index:
                yield separator
            name, sign, value = pair.partition("=")
            plain_name = unquote_plus(name).strip()
            if value and is_secret(plain_name):
                yield name + sign
                yield self._get_variable(plain_name, value)
            else:
                yield pair

    def _write_headers(self, credential_cookies: list[Piece]) -> Iterator[str]:
        """Yield the options of the header fields; curl ignores `-b` beside a Cookie field."""
        request = self.request
        if credential_cookies and "cookie" not in request.headers:
            yield f"-b {_quote_word(credential_cookies)}"
        for name, value in request.headers.pairs():
            if name.lower() == "content-type" and self._form_fields is not None:
                continue  # curl writes it, with a boundary of its own
            pieces: list[Piece] = [f"{name}: "]
            if not value:
                pieces = [f"{name};"]  # curl sends it empty, and leaves out one with a colon
            elif name.lower() == "cookie":
                pieces += self._split_cookies(value)
                pieces += ["; ", *credential_cookies] if credential_cookies else []
            elif self.secret_names.has_header(name):
                pieces.append(self._get_variable(name, value))
            else:
                pieces.append(value)
            yield f"-H {_quote_word(pieces)}"

    def _split_cookies(self, text: str) -> Iterator[Piece]:
        if "=" not in text:
            yield self._get_variable("cookie", text)
            return
        yield from self._split_pairs(text, ";", self.secret_names.has_cookie)

    # --- the body

    def _write_body(self) -> Iterator[str]:
        """Yield the body as an option; `--data-raw` never reads a file."""
        body = self.request.body
        if body is None:
            return
        if isinstance(body, StreamedBody):
            if self._form_fields is not None:
                yield from map(self._write_form_field, self._form_fields)
                return
            piece = body.pieces[0] if len(body.pieces) == 1 else None
            yield f"--data-binary {_quote_text(_name_file(piece))}"
            return
        try:
            text = body.decode()
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            yield f"--data-binary {_UNSHOWN_BYTES}"
        else:
            yield f"--data-raw {_quote_word(list(self.split_body(text)))}"

    @cached_property
    def _form_fields(self) -> list[FormField] | None:
        """The fields of a form with files; None for any other body."""
        body = self.request.body
        if not isinstance(body, StreamedBody):
            return None
        return parse_form_fields(body, self.request.headers.get("content-type", ""))

    def _write_form_field(self, form_field: FormField) -> str:
        name, content = form_field.name, form_field.content
        pieces: list[Piece] = [f"{name}="]
        if not isinstance(content, str):
            pieces += ["@", quote_form_value(_name_file(content).removeprefix("@"))]
        elif content and self.secret_names.has_property(name):
            pieces += ['"', self._get_variable(name, content), '"']
        else:
            pieces.append(quote_form_value(content))
        if form_field.file_name:
            pieces.append(f";filename={quote_form_value(form_field.file_name)}")
        if form_field.content_type:
            pieces.append(f";type={form_field.content_type}")
        return f"-F {_quote_word(pieces)}"

    def split_body(self, text: str) -> Iterator[Piece]:
        """Yield the text of a body with a variable in place of each secret."""
        content_type = self.request.headers.get("content-type", "")
        media_type = get_essence(content_type)
        if media_type.endswith(("/json", "+json")):
            yield from self._split_json(text)
        elif media_type == "application/x-www-form-urlencoded":
            yield from self._split_pairs(text, "&", self.secret_names.has_property)
        elif media_type.startswith("multipart/"):
            yield from self._split_parts(text, content_type)
        elif self.secret_names.is_body_secret and text:
            yield self._get_variable(_BODY, text)
        else:
            yield text

    def _split_json(self, text: str) -> Iterator[Piece]:
        """Yield a JSON text with a variable in place of each string or number of a secret."""
        # For each open object or array, the secret that it is in.
        names = self.secret_names
        owners: list[str] = [_WHOLE_BODY if names.is_body_secret else ""]
        members = _MEMBERS if names.are_members_secret else ""
        key = ""
        lexemes = _JSON_LEXEME.findall(text)
        for index, lexeme in enumerate(lexemes):
            if lexeme == ":":
                key = _find_key(lexemes, index)
            owner = key if key and names.has_property(key) else owners[-1]
            is_value = lexeme[0] in '"-0123456789' and not _is_key(lexemes, index)
            if is_value and owner:
                yield from self._split_json_value(owner, lexeme)
            else:
                yield lexeme
            # An object is no secret as the body itself is one: its members may be.
            is_root = lexeme == "{" and owner in ("", _WHOLE_BODY)
            _track_nesting(owners, lexeme, members if is_root else owner)
            if lexeme in "{[,]}" or is_value:
                key = ""

    def _split_json_value(self, name: str, lexeme: str) -> Iterator[Piece]:
        if name in (_WHOLE_BODY, _MEMBERS):
            name = _BODY
        if lexeme[0] != '"':
            yield self._get_variable(name, lexeme)
            return
        yield from ('"', self._get_variable(name, lexeme[1:-1]), '"')

    def _split_parts(self, text: str, content_type: str) -> Iterator[Piece]:
        """Yield a multipart body with a variable in place of the content of each secret part."""
        _, _, boundary = content_type.partition("boundary=")
        delimiter = "--" + boundary.partition(";")[0].strip('" ')
        for index, part in enumerate(text.split(delimiter)):
            if index:
                yield delimiter
            head, mark, content = part.partition("\r\n\r\n")
            name = _PART_NAME.search(head)
            value = content.removesuffix("\r\n")
            if name and value and self.secret_names.has_property(name[1]):
                yield from (head + mark, self._get_variable(name[1], value), "\r\n")
            else:
                yield part


def _track_nesting(owners: list[str], lexeme: str, owner: str) -> None:
    """Note the owner of an object or array that begins, and forget that of one that ends."""
    if lexeme in "{[":
        owners.append(owner)
    elif lexeme in "}]" and len(owners) > 1:
        owners.pop()


def _choose_requirements(request: Request) -> tuple[RequiredScheme, ...]:
    """Return the schemes that the command names: of the first alternative that can be sent."""
    if has_own_credentials(request):
        return ()
    asking = [requirements for requirements in request.security if requirements]
    for requirements in asking:
        if all(is_supported(requirement.scheme) for requirement in requirements):
            return requirements
    is_optional = len(asking) < len(request.security)
    return () if is_optional or not asking else asking[0]


def _get_credential(scheme: SecurityScheme) -> ShellVariable:
    return ShellVariable(build_credential_variable(scheme.key))


def _write_credential_option(scheme: SecurityScheme) -> list[str]:
    """Return the option of a credential that goes into a header; [] for mutual TLS."""
    if scheme.type == "mutualTLS":
        return []
    variable = _get_credential(scheme)
    if scheme.type == "http" and scheme.scheme in ("basic", "digest"):
        option = "-u" if scheme.scheme == "basic" else "--digest -u"
        return [f"{option} {_quote_word([variable])}"]
    if scheme.type == "apiKey":
        start = f"{scheme.name}: "
    else:
        start = "Authorization: Bearer " if is_supported(scheme) else "Authorization: "
    return [f"-H {_quote_word([start, variable])}"]


def _name_file(piece: Any) -> str:
    """Return what curl reads a body or part from: its file, if it is one that has a path."""
    path: Any = os.fspath(piece) if isinstance(piece, os.PathLike) else getattr(piece, "name", "")
    # A stream without a path is named `<stdin>`, or has the number of its descriptor.
    has_path = isinstance(path, str) and path != "" and not path.startswith("<")
    return f"@{path}" if has_path else _UNSHOWN_FILE


def _is_key(lexemes: list[str], index: int) -> bool:
    """Tell whether a part of a JSON text is the name of a property."""
    following = index + 1
    while following < len(lexemes) and lexemes[following].isspace():
        following += 1
    return following < len(lexemes) and lexemes[following] == ":"


def _find_key(lexemes: list[str], index: int) -> str:
    """Return the name before a colon of a JSON text."""
    before = index - 1
    while before > 0 and lexemes[before].isspace():
        before -= 1
    try:
        return str(json.loads(lexemes[before]))
    except ValueError:
        return ""

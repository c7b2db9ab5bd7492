"""Tokens on disk: one file each in the folder of the cache, which only the user can read.

A process that starts finds the token of the last one. A file that is damaged, or that others can
read, counts as absent.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from dynclient.document.cache.document_cache import open_default_cache
from dynclient.document.cache.private_files import (
    is_private_folder,
    read_regular_file,
    write_whole,
)
from dynclient.oauth.access_token import AccessToken

FOLDER_NAME = "tokens"
_SUFFIX = ".token"
_READABLE_BY_OTHERS = 0o077


class TokenKey(NamedTuple):
    """What tells the tokens of a user apart.

    Attributes:
        subject: `client`, `person` or `refresh token`: whom it speaks for.
        server: the issuer, metadata URL or token URL of the authorization server.
        client_id: of the client.
        scopes: what it was asked for.
        parameters: more parameters of the request, such as an audience.

    """

    subject: str
    server: str
    client_id: str
    scopes: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...] = ()

    def compute_digest(self) -> str:
        """Return what stands for it in the name of a file."""
        facts = [
            self.subject,
            self.server,
            self.client_id,
            sorted(set(self.scopes)),
            sorted(self.parameters),
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


class TokenCache(NamedTuple):
    """The folder of tokens; None keeps nothing.

    Attributes:
        folder: the folder.
        bound_secret: whoever uses a kept token must know it too, such as the client's secret.

    """

    folder: Path | None
    bound_secret: str

    def read(self, key: TokenKey) -> AccessToken | None:
        """Return the token that is kept, however old; None where there is none."""
        path = self.find_file(key)
        if path is None or not is_private_folder(path.parent) or _is_readable_by_others(path):
            return None
        try:
            data = json.loads(read_regular_file(path))
        except (OSError, ValueError, RecursionError):
            return None
        return self._parse(data)

    def write(self, key: TokenKey, token: AccessToken) -> None:
        """Keep a token; where that cannot be done, nothing happens."""
        path = self.find_file(key)
        if path is None:
            return
        data = {
            "server": key.server,
            "client_id": key.client_id,
            "scopes": list(key.scopes),
            "renew_at": token.renew_at,
            "access_token": token.text,
            "refresh_token": token.refresh_token,
            "bound": self._sign(token.text),
        }
        with suppress(OSError, ValueError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if is_private_folder(path.parent):
                write_whole(path, json.dumps(data).encode())

    def remove(self, key: TokenKey) -> bool:
        """Remove a token, and tell whether there was one."""
        path = self.find_file(key)
        if path is None:
            return False
        try:
            path.unlink()
        except OSError:
            return False
        return True

    def find_file(self, key: TokenKey) -> Path | None:
        """Return the file of a token; None where none is kept."""
        return self.folder / f"{key.compute_digest()}{_SUFFIX}" if self.folder else None

    def _parse(self, data: Any) -> AccessToken | None:
        if not isinstance(data, dict):
            return None
        text, refresh_token = data.get("access_token"), data.get("refresh_token")
        renew_at, bound = data.get("renew_at"), data.get("bound")
        if not isinstance(text, str) or not isinstance(refresh_token, str):
            return None
        is_time = renew_at is None or (type(renew_at) in (int, float) and renew_at == renew_at)  # noqa: PLR0124 (NaN is no time)
        if not is_time or not isinstance(bound, str):
            return None
        if not hmac.compare_digest(bound.encode(), self._sign(text).encode()):
            return None
        return AccessToken(text, renew_at, refresh_token)

    def _sign(self, text: str) -> str:
        """Return what shows that whoever wrote a token knew the secret, without telling it."""
        return hmac.new(text.encode(), self.bound_secret.encode(), hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return f"<TokenCache {self.folder}>"


def _is_readable_by_others(path: Path) -> bool:
    try:
        return os.name != "nt" and bool(path.lstat().st_mode & _READABLE_BY_OTHERS)
    except OSError:
        return False


def open_token_cache(bound_secret: str, *, is_on: bool = True) -> TokenCache:
    """Return the user's cache of tokens: in the folder that `DYNCLIENT_CACHE` names, too."""
    folder = open_default_cache().folder if is_on else None
    return TokenCache(folder / FOLDER_NAME if folder else None, bound_secret)

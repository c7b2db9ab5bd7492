"""Files as reports name them: from the current folder, or from the root of their repository."""

from __future__ import annotations

import os
from pathlib import Path

from dynclient.document.files.uris import get_scheme, to_path

#: One letter before a colon is a drive.
MIN_SCHEME_LENGTH = 2

#: Begins the URI of a document that came from no file, such as standard input.
_MEMORY_PREFIX = "memory:///"


def is_file(uri: str) -> bool:
    """Tell whether a URI or path names a file of this machine."""
    scheme = get_scheme(uri)
    return scheme == "file" or len(scheme) < MIN_SCHEME_LENGTH


def is_absolute(name: str) -> bool:
    """Tell whether a path begins at a root."""
    return Path(name).is_absolute()


def to_file_name(uri: str) -> str:
    """Return the path of a file that is given as a path or as a `file:` URI."""
    return str(to_path(uri)) if uri.lower().startswith("file:") else uri


def shorten_path(uri: str) -> str:
    """Return a file as one names it from the current directory; a URL as it is.

    Standard input is called `stdin`.
    """
    if not is_file(uri):
        return uri.removeprefix(_MEMORY_PREFIX)
    name = to_file_name(uri)
    if not is_absolute(name):
        return name
    try:
        relative = os.path.relpath(name)
    except ValueError:  # another drive
        return name
    is_outside = Path(relative).parts[:1] == (os.pardir,)
    return str(Path(name)) if is_outside else relative


def find_repository_path(uri: str) -> str:
    """Return a file relative to the root of its repository, with `/`, normalised.

    A file outside of any repository is relative to the current folder, if it lies in it. A URL is
    returned as it is.
    """
    if not is_file(uri):
        return uri
    path = Path(os.path.normpath(Path.cwd() / to_file_name(uri)))
    for folder in path.parents:
        if (folder / ".git").exists():
            return path.relative_to(folder).as_posix()
    return Path(shorten_path(str(path))).as_posix()

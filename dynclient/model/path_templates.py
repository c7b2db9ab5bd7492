"""Path templates, taken apart: some documents write a query or a fragment into them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import unquote

#: A variable of a path or server template: `{name}`.
TEMPLATE_VARIABLE = re.compile(r"\{([^{}]+)\}")

_VARIABLE_PAIR = r"([^=]+)=\{([^{}]+)\}"


class PathTemplate:
    """A path template in its parts. A fragment only tells operations apart and is never sent.

    Args:
        path: without query and fragment.
        fixed_query: the pairs of its query that have no variable.
        query_variables: variable -> name of the pair in the query whose value it is.

    """

    def __init__(
        self,
        path: str,
        fixed_query: str = "",
        query_variables: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.path = path
        self.fixed_query = fixed_query
        self.query_variables = query_variables


def parse_path_template(text: str) -> PathTemplate:
    """Return a path template in its parts."""
    path, _, query = text.partition("#")[0].partition("?")
    fixed_pairs: list[str] = []
    variables: dict[str, str] = {}
    for pair in query.split("&") if query else ():
        variable_pair = re.fullmatch(_VARIABLE_PAIR, pair)
        if variable_pair is None:
            fixed_pairs.append(pair)
        else:
            variables[variable_pair[2]] = unquote(variable_pair[1])
    return PathTemplate(path, "&".join(fixed_pairs), variables)

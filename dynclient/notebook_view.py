"""What a notebook shows as a panel, and what stands for it where only text is shown."""

from __future__ import annotations

from collections.abc import Iterable

#: How many lines of text stand for a panel.
MAX_TEXT_LINES = 1_000


class NotebookView:
    """A value that a notebook shows as a panel of HTML, and a terminal as text.

    Source: IPython documentation, "Integrating your objects with IPython", MIME bundles.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        """Return the panel."""
        raise NotImplementedError

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> dict[str, str]:
        """Return the panel and the text by media type; only what is asked for is built."""
        builders = {"text/plain": self._format_plain_text, "text/html": self._repr_html_}
        wanted = set(builders if include is None else include) - set(exclude or ())
        return {name: build() for name, build in builders.items() if name in wanted}

    def _format_plain_text(self) -> str:
        lines = str(self).split("\n")
        rest = len(lines) - MAX_TEXT_LINES
        if rest <= 0:
            return "\n".join(lines)
        return "\n".join([*lines[:MAX_TEXT_LINES], f"… and {rest} more lines"])

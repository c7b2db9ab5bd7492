"""The options of `dynclient diff`: how they are declared, and their values for one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dynclient.diffing.change import LEVELS, VIEWS
from dynclient.diffing.gate import UNKNOWN_POLICIES
from dynclient.diffing.settings import ALL_POLICIES, FORMATS, POLICIES

if TYPE_CHECKING:
    from dynclient.diffing.change import Level

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

_DEFAULTS: Mapping[str, Any] = {
    "view": "both",
    "fail_on": "breaking",
    "unknown": "warning",
    "format": "text",
    "level": "warning",
    **dict.fromkeys(("open_enums", "tolerant_results", "docs", "strict_accept"), False),
}


@dataclass(frozen=True)
class DiffOptions:
    """The options of a run: from the command line, else from pyproject.toml, else the defaults."""

    format: str
    output: tuple[tuple[str, str], ...]
    fail_on: Level
    view: Any
    unknown: Any
    open_enums: bool
    tolerant_results: bool
    docs: bool
    policy: tuple[str, ...]
    used: tuple[str, ...]
    used_by: str | None
    accept: bool
    reason: str | None
    until: date | None
    owner: str | None
    strict_accept: bool
    level: Level = "warning"
    verbose: bool = False
    explain: tuple[str, ...] = ()
    accept_change: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any], settings: Mapping[str, Any]) -> DiffOptions:
        """Return the options of a command line, where it is silent those of the project."""
        explicit = {name: value for name, value in given.items() if value not in (None, ())}
        return cls(**{**given, **_DEFAULTS, **settings, **explicit})

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies by name, each once."""
        return POLICIES if ALL_POLICIES in self.policy else tuple(dict.fromkeys(self.policy))


def _parse_outputs(
    _ctx: click.Context, _param: click.Parameter, words: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    return tuple(_parse_output(word) for word in words)


def _parse_output(word: str) -> tuple[str, str]:
    form, sign, file = word.partition("=")
    if not (sign and file) or form not in FORMATS:
        raise click.BadParameter(f"{word!r} is not FORMAT=FILE; formats are {', '.join(FORMATS)}.")
    return form, file


def _parse_date(_ctx: click.Context, _param: click.Parameter, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no day; write it as 2026-12-31.") from None


def _print_rules(ctx: click.Context, _param: click.Parameter, form: str | None) -> None:
    """Print the rules and leave, whatever else stands on the command line."""
    if form is None or ctx.resilient_parsing:
        return
    from dynclient.cli.terminal_output import print_ready
    from dynclient.diffing.report import rule_table

    text = rule_table.render_markdown() if form == "markdown" else rule_table.render_text()
    print_ready(text)
    ctx.exit()


def _combine_options(*options: Callable[[CommandT], CommandT]) -> Callable[[CommandT], CommandT]:
    def decorate(command: CommandT) -> CommandT:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


add_report_options = _combine_options(
    click.option(
        "--format",
        type=click.Choice(FORMATS),
        metavar="FORMAT",
        help=f"What is printed: {', '.join(FORMATS)}.",
    ),
    click.option(
        "--output",
        metavar="FORMAT=FILE",
        multiple=True,
        callback=_parse_outputs,
        help="Write this report to a file too.",
    ),
    click.option(
        "--level",
        type=click.Choice(LEVELS[:-1]),
        metavar="LEVEL",
        help="With text: list changes from here on: breaking, warning (the default), info.",
    ),
    click.option(
        "-v", "--verbose", is_flag=True, help="With text: show the proof of each change, too."
    ),
    click.option(
        "--explain",
        metavar="FINGERPRINT",
        multiple=True,
        help="Show only this change, with its proof, its places and whom it affects.",
    ),
    click.option(
        "--fail-on",
        type=click.Choice(LEVELS),
        metavar="LEVEL",
        help="Fail from here on: breaking (the default), warning, info, none.",
    ),
)
add_judging_options = _combine_options(
    click.option(
        "--view",
        type=click.Choice(VIEWS),
        metavar="VIEW",
        help="Whom it may break: wire (deployed programs), code, both (default).",
    ),
    click.option(
        "--unknown",
        type=click.Choice(UNKNOWN_POLICIES),
        metavar="AS",
        help="What is undecided: error, warning (the default), ignore.",
    ),
    click.option(
        "--open-enums/--no-open-enums",
        default=None,
        help="A new value of an open enum breaks nobody.",
    ),
    click.option(
        "--tolerant-results/--no-tolerant-results",
        default=None,
        help="A new property in a result breaks nobody.",
    ),
    click.option(
        "--docs/--no-docs", default=None, help="Tell of descriptions, examples and titles, too."
    ),
    click.option(
        "--policy",
        type=click.Choice((*POLICIES, ALL_POLICIES)),
        metavar="POLICY",
        multiple=True,
        help=f"Check this, too: {', '.join(POLICIES)}, or {ALL_POLICIES}.",
    ),
    click.option(
        "--used",
        metavar="PATH",
        multiple=True,
        help="Tell only of what the Python code there calls.",
    ),
    click.option(
        "--used-by", metavar="FILE", help="Tell only of the operations in a recorded list."
    ),
)
add_rules_option = click.option(
    "--rules",
    type=click.Choice(("text", "markdown")),
    is_flag=False,
    flag_value="text",
    is_eager=True,
    expose_value=False,
    callback=_print_rules,
    help="List all rules with meaning, level and sentence, and exit.",
)
add_accepting_options = _combine_options(
    click.option(
        "--accept", is_flag=True, help="Accept what was found: write it to dynclient-accept.toml."
    ),
    click.option(
        "--accept-change",
        metavar="FINGERPRINT",
        multiple=True,
        help="Accept this change only; may be repeated.",
    ),
    click.option("--reason", metavar="TEXT", help="With --accept or --accept-change: why."),
    click.option(
        "--until",
        metavar="DATE",
        callback=_parse_date,
        help="When accepting: the last day on which it counts.",
    ),
    click.option("--owner", metavar="NAME", help="When accepting: whom to ask."),
    click.option(
        "--strict-accept/--no-strict-accept",
        default=None,
        help="Fail where an accepted change is none any more.",
    ),
)

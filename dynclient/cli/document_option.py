"""Which document a command works on, where its calls go, and with which credentials."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click

from dynclient.document.files.uris import is_remote
from dynclient.errors import DocumentNotFound, UsageError
from dynclient.names import suggest
from dynclient.project_table import ProjectTable, find_project_table
from dynclient.transport.connection_settings import HttpLibrary

if TYPE_CHECKING:
    from dynclient.cli.profiles import Profile
    from dynclient.model import Document

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

#: Where the overlays and the profile of the command line are kept while it runs.
_OVERLAYS = f"{__name__}.overlays"
_PROFILE = f"{__name__}.profile"


def add_spec_option(command: CommandT) -> CommandT:
    """Give a command the options `--spec`, `--profile` and `--overlay`."""
    text = "The OpenAPI document: a path, a URL, git:REV:path, or - for standard input."
    option = click.option("--spec", metavar="SPEC", help=text)
    return option(add_profile_option(add_overlay_option(command)))


def add_profile_option(command: CommandT) -> CommandT:
    """Give a command the option `--profile`, which `find_chosen_profile` reads."""
    return _build_profile_option("A profile: its document, its server and its credentials.")(
        command
    )


def add_profile_document_option(command: CommandT) -> CommandT:
    """Give a command that sends nothing the option `--profile`: only its document counts."""
    return _build_profile_option("A profile: its document.")(command)


def _build_profile_option(text: str) -> Callable[[CommandT], CommandT]:
    return click.option(
        "--profile", metavar="NAME", expose_value=False, callback=_keep_profile, help=text
    )


def _keep_profile(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    ctx.meta[_PROFILE] = value


def find_chosen_profile() -> Profile | None:
    """Return the profile of `--profile`, or None.

    Raises:
        UsageError: there is none of that name, or it has a mistake.

    """
    ctx = click.get_current_context(silent=True)
    name = ctx.meta.get(_PROFILE) if ctx is not None else None
    if name is None:
        return None
    from dynclient.cli.profiles import find_profile

    return find_profile(name, find_project_table(Path.cwd()))


def add_overlay_option(command: CommandT) -> CommandT:
    """Give a command the option `--overlay`, which `choose_document` reads."""
    return click.option(
        "--overlay",
        "overlays",
        metavar="FILE",
        multiple=True,
        expose_value=False,
        callback=_keep_overlays,
        help="An OpenAPI overlay that changes the document; repeatable.",
    )(command)


def _keep_overlays(ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> None:
    ctx.meta[_OVERLAYS] = value


def get_overlays() -> tuple[str, ...]:
    """Return the paths or URLs of the overlays that the command line names."""
    ctx = click.get_current_context(silent=True)
    overlays: tuple[str, ...] = ctx.meta.get(_OVERLAYS, ()) if ctx is not None else ()
    return overlays


def add_spec_argument(command: CommandT) -> CommandT:
    """Give a command the argument SPEC, also as `--spec`; it gets `spec` and `named`."""
    option = click.option("--spec", "named", metavar="SPEC", help="The same as SPEC.")
    argument = click.argument("spec", required=False)
    return argument(option(add_profile_option(add_overlay_option(command))))


def choose_spec(spec: str | None, named: str | None) -> str | None:
    """Return the document that was given as an argument or as `--spec`.

    Raises:
        UsageError: both were given, and differ.

    """
    if spec and named and spec != named:
        raise UsageError(f"two documents were given: {spec} and --spec {named}", hint="give one")
    return spec or named


class ProjectOptions(TypedDict):
    """The options of a client that pyproject.toml sets; `ClientOptions` describes them."""

    excuse: Sequence[str]
    pagination: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class DocumentChoice:
    """A document that was chosen.

    Attributes:
        source: its path or URL.
        named_by: who named it, as messages say it; "" for the shipped one.
        excuse: where pyproject.toml excuses violations of it.
        overlays: the paths or URLs of the overlays that change it.
        http: the HTTP library that pyproject.toml names for calls; None where it names none.
        pagination: how pyproject.toml says that lists page, by operation.
        has_siblings: whether pyproject.toml names other documents too.
        limits: how much pyproject.toml lets it hold.

    """

    source: str
    named_by: str = ""
    excuse: tuple[str, ...] = ()
    overlays: tuple[str, ...] = ()
    http: HttpLibrary | None = None
    pagination: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    has_siblings: bool = False
    limits: Mapping[str, Any] = field(default_factory=dict)

    def build_client_options(self, document: Document) -> ProjectOptions:
        """Return the options of its client that pyproject.toml sets.

        Of a project with several documents, each takes what is said of its own operations.
        """
        names = document.operation_names
        pagination = {
            name: table
            for name, table in self.pagination.items()
            if not self.has_siblings or name == "*" or names.find_key(name) is not None
        }
        return {"excuse": self.excuse, "pagination": pagination}

    @property
    def is_shipped(self) -> bool:
        """Whether nobody named a document, so that it is the one that comes with dynclient."""
        return not self.named_by


def find_shipped_document() -> Path:
    """Return the path of the Talon.One document that comes with dynclient.

    It lies inside the package, or beside it.

    Raises:
        DocumentNotFound: this installation lacks it.

    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package, package.parent):
        found = folder / "spec" / "talon-one" / "integration.yaml"
        if found.is_file():
            return found
    raise DocumentNotFound("this installation of dynclient lacks the Talon.One document")


def choose_document(spec: str | None) -> DocumentChoice:
    """Return the document to work on.

    It is `--spec`, else that of `--profile`, else DYNCLIENT_SPEC, else that of pyproject.toml, else
    the shipped one.

    Raises:
        UsageError: pyproject.toml has a mistake, or does not say which document it is.

    """
    table = find_project_table(Path.cwd())
    profile = find_chosen_profile()
    if spec:
        return _build_choice(spec, "--spec", table)
    if profile is not None and profile.spec:
        return _build_choice(profile.spec, f"profile {profile.name}", table)
    if named := os.environ.get("DYNCLIENT_SPEC"):
        return _build_choice(named, "DYNCLIENT_SPEC", table)
    if table is None:
        return DocumentChoice(str(find_shipped_document()), overlays=get_overlays())
    choices = list_project_choices(table)
    if len(choices) > 1 and not table.has_spec:
        names = ", ".join(choice.source for choice in choices)
        text = f"{table.name} names several documents: {names}"
        raise UsageError(text, hint="choose one with --spec, or name the usual one as `spec`")
    return choices[0]


def choose_documents(specs: Sequence[str]) -> list[DocumentChoice]:
    """Return the documents to check.

    They are those given, else that of `--profile`, else DYNCLIENT_SPEC, else those of the project.

    Raises:
        UsageError: there is none, or pyproject.toml has a mistake.

    """
    table = find_project_table(Path.cwd())
    profile = find_chosen_profile()
    if specs:
        return [_build_choice(spec, "--spec", table) for spec in specs]
    if profile is not None and profile.spec:
        return [_build_choice(profile.spec, f"profile {profile.name}", table)]
    if named := os.environ.get("DYNCLIENT_SPEC"):
        return [_build_choice(named, "DYNCLIENT_SPEC", table)]
    if table is None:
        hint = 'dynclient check api.yaml, or spec = "api.yaml" in [tool.dynclient]'
        raise UsageError("no document is named", hint=hint)
    return list_project_choices(table)


def list_project_choices(table: ProjectTable) -> list[DocumentChoice]:
    """Return the documents that pyproject.toml names.

    Raises:
        UsageError: it names none.

    """
    if not table.specs:
        hint = 'add spec = "api.yaml", or specs = ["a.yaml", "b.yaml"]'
        if table.profiles:
            hint += f", or choose a profile: --profile {next(iter(table.profiles))}"
        raise UsageError(f"{table.name} names no document", hint=hint)
    return [_build_project_choice(table, spec, str(table.file)) for spec in table.specs]


def _build_project_choice(table: ProjectTable, source: str, named_by: str) -> DocumentChoice:
    """Return one of the documents of a project, with all that pyproject.toml sets for it."""
    return DocumentChoice(
        source,
        named_by,
        excuse=table.excuse,
        overlays=table.overlays + get_overlays(),
        http=_get_http(table),
        pagination=table.pagination,
        has_siblings=len(table.specs) > 1,
        limits=table.limits,
    )


def _get_http(table: ProjectTable) -> HttpLibrary | None:
    """Return the HTTP library of pyproject.toml; None where the environment names one."""
    return None if os.environ.get("DYNCLIENT_HTTP") else table.http


def _build_choice(source: str, named_by: str, table: ProjectTable | None) -> DocumentChoice:
    """Return a document that was named; what pyproject.toml sets for it counts."""
    if table is None:
        return DocumentChoice(source, named_by, overlays=get_overlays())
    if Path(source).absolute() in [Path(spec).absolute() for spec in table.specs]:
        return _build_project_choice(table, source, named_by)
    http, limits = _get_http(table), table.limits
    return DocumentChoice(source, named_by, overlays=get_overlays(), http=http, limits=limits)


def load_choice(choice: DocumentChoice) -> Document:
    """Return the document that was chosen.

    Raises:
        DocumentError: it cannot be read; the hint names a file beside it with a similar name.

    """
    from dynclient.client.load import load

    try:
        document = load(choice.source, overlay=choice.overlays, limits=choice.limits)
    except DocumentNotFound as error:
        if meant := _find_similar_file(choice.source):
            error.hint = f"did you mean {meant}?"
        if choice.named_by not in ("", "--spec"):
            error.headline += f" (named by {choice.named_by})"
        raise
    if is_remote(choice.source):
        from dynclient.cli.shell_completion.index_builder import remember_remote_document

        remember_remote_document(document, choice.source)
    return document


def _find_similar_file(source: str) -> str:
    """Return the path of a file beside a missing one whose name is near, or ""."""
    path = Path(source)
    try:
        names = sorted(
            p.name for p in path.parent.iterdir() if p.suffix in (".yaml", ".yml", ".json")
        )
    except OSError:
        return ""
    meant = suggest(path.name, names, 1)
    return str(path.with_name(meant[0])) if meant else ""


def load_document(spec: str | None) -> Document:
    """Return the document that a command works on."""
    return load_choice(choose_document(spec))

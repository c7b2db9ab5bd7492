"""`dynclient demo`: a day at a shop that uses Talon.One, on the sandbox; then wrong calls."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from dynclient.cli import command_clients, document_option
from dynclient.cli.terminal_output import print_block, print_note
from dynclient.errors import DynclientError, ResponseDrift

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.model import Document
    from dynclient.sandbox import Sandbox
    from dynclient.wire.message import Response

WIDTH = 76
INDENT = "   "

#: Something of the story did not go as the document says.
STORY_FAILED = 6


@click.command("demo")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Tell a Talon.One story on the sandbox.

    Good calls, the same calls done wrong, and how many requests and responses were validated.
    """
    from dynclient.client.load import load
    from dynclient.sandbox import Sandbox

    document = load(document_option.find_shipped_document())
    version = document.info.get("version", "")
    print_block(f"{document.title} {version} on the sandbox: nothing leaves this process.")
    sandbox = Sandbox(document, second_opinion=True)
    story = DemoStory(command_clients.open_sandbox_client(document, sandbox))
    run_story(story)
    run_mistakes(story, document)
    story.check_second_opinion(sandbox)
    print_block()
    print_block(story.format_second_opinion(sandbox))
    print_block(story.format_summary())
    for failure in story.failures:
        print_note(f"demo: {failure}")
    ctx.exit(STORY_FAILED if story.violation_count or story.failures else 0)


@dataclass
class DemoStory:
    """A story of calls that are shown, made and counted.

    Attributes:
        client: the client that makes the calls.
        call_count: the number of calls.
        request_count: the number of calls that fit the document.
        response_count: the number of responses that are validated.
        violation_count: the number of violations in either.
        failures: what does not go as it should, one line each.

    """

    client: Client
    call_count: int = 0
    request_count: int = 0
    response_count: int = 0
    violation_count: int = 0
    failures: list[str] = field(default_factory=list)
    _chapter_count: int = 0

    def begin_chapter(self, title: str) -> None:
        """Begin a chapter."""
        self._chapter_count += 1
        print_block(f"\n{self._chapter_count}. {title}")

    def call(self, shown_paths: Sequence[str], name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Show and make a call, validate its request and response, and count them.

        Args:
            shown_paths: the parts of the result to show: dotted paths, `[]` for each item.
            name: the operation.
            *args: the positional arguments of the operation.
            **kwargs: its keyword arguments.

        Returns:
            The data of the result, {} if there is none.

        """
        _print_call(name, args, kwargs)
        self.call_count += 1
        operation = self.client.with_options(validate_responses="warn")[name]
        violations = operation.validate(*args, **kwargs)
        self.violation_count += len(violations)
        self.request_count += not violations
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResponseDrift)
                result = operation.send(*args, **kwargs)
        except DynclientError as error:
            self.failures.append(f"{name}: {type(error).__name__}: {error.headline}")
            print_block(_indent(f"{type(error).__name__}: {error}", "  ! "))
            return {}
        self.response_count += 1
        self.violation_count += len(result.violations)
        for violation in result.violations:
            self.failures.append(f"{name}: {result.status}: {violation}")
        print_block(f"{INDENT}  → {result.status}  {summarize_data(result.data, shown_paths)}")
        return {} if result.data is None else result.data

    def show_refused(self, title: str, wanted: str, show: str, attempt: Callable[[], Any]) -> None:
        """Show a call that must end in an error, and the error; it is not counted.

        Args:
            title: what is wrong with it.
            wanted: name of the error's class.
            show: the call as Python text.
            attempt: makes the call.

        """
        print_block(f"\n - {title}")
        print_block(_indent(show))
        try:
            attempt()
        except DynclientError as error:
            print_block(_indent(f"{type(error).__name__}: {error}", "  "))
            if type(error).__name__ == wanted:
                return
        self.failures.append(f"{title}: no {wanted} was raised")

    def check_second_opinion(self, sandbox: Sandbox) -> None:
        """Count each verdict of openapi-core that differs from the sandbox' as a failure."""
        for difference in sandbox.disagreements:
            if difference.reason is None:
                self.failures.append(f"openapi-core: {difference.kind}: {difference.detail}")

    def format_second_opinion(self, sandbox: Sandbox) -> str:
        """Return the line that says whether openapi-core agreed."""
        count = len(sandbox.disagreements)
        if count:
            return f"openapi-core, the second opinion, disagreed {count} times"
        return "openapi-core, the second opinion, agreed with each verdict"

    def format_summary(self) -> str:
        """Return the line that counts."""
        return (
            f"demo: {self.call_count} operations called, {self.request_count} requests validated, "
            f"{self.response_count} responses validated, {self.violation_count} violations"
        )


def _print_call(name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
    from dynclient.description.python_text import format_python_call

    print_block(_indent(format_python_call(f"client.{name}", args, kwargs, WIDTH)))


def _indent(text: str, lead: str = "") -> str:
    first, *rest = text.splitlines()
    return "\n".join([INDENT + lead + first, *(INDENT + " " * len(lead) + line for line in rest)])


def summarize_data(data: Any, shown_paths: Sequence[str]) -> str:
    """Return the parts of a result that are in it: `name Gold, cartItems × 2`."""
    if data is None:
        return "no body, as the document says"
    parts = []
    for path in shown_paths:
        text = _summarize_path(data, path)
        if text:
            parts.append(f"{path.rpartition('.')[2]} {text}")
    return ", ".join(parts) or "{}"


def _summarize_path(data: Any, path: str) -> str:
    """Return the text of what stands at a path: a value, several values, or a count of items."""
    name, _, rest = path.partition(".")
    value = data.get(name.removesuffix("[]")) if isinstance(data, dict) else None
    if isinstance(value, list):
        return _summarize_items(value, rest if name.endswith("[]") else "")
    if rest:
        return _summarize_path(value, rest)
    if isinstance(value, dict):
        return f"× {len(value)}"
    return "" if value is None else str(value)


def _summarize_items(items: list[Any], path: str) -> str:
    """Return the different texts at a path of items; without a path, how many items there are."""
    if not path:
        return f"× {len(items)}"
    return " ".join(dict.fromkeys(_summarize_path(item, path) for item in items))


# --- the story

PROFILE = "p-1042"
FRIEND = "p-1043"
SESSION = "s-2026-0001"
COUPON = "SUMMER-25"
LOYALTY_PROGRAM = 7

CART = [
    {"name": "Running shoes", "sku": "SHOE-42", "quantity": 1, "price": 89.9},
    {"name": "Sports socks", "sku": "SOCK-M", "quantity": 3, "price": 7.5},
]


def run_story(story: DemoStory) -> None:
    """Tell what a shop does on a day."""
    call = story.call
    story.begin_chapter("An audience, and two customers in it")
    audience = call(("id", "name"), "create_audience_v2", name="Gold members")
    told: tuple[str, ...] = ("customerProfile.integrationId", "effects")
    for profile, name in ((PROFILE, "Ada"), (FRIEND, "Grace")):
        kwargs = {"attributes": {"Name": name}, "response_content": ["customerProfile"]}
        call(told, "update_customer_profile_v2", profile, **kwargs)
    number = audience.get("id", 0)
    members = [
        {"profileIntegrationId": p, "audienceId": number, "action": "add"}
        for p in (PROFILE, FRIEND)
    ]
    call((), "update_customer_profile_audiences", data=members)

    story.begin_chapter("A cart, and a coupon kept for its owner")
    session = {"profileId": PROFILE, "state": "open", "couponCodes": [COUPON], "cartItems": CART}
    _update_session(story, session)
    told = ("value", "reservationCounter", "usageLimit")
    call(told, "create_coupon_reservation", COUPON, integration_ids=[PROFILE])
    call(("totalResultSize", "data[].integrationId"), "get_reserved_customers", COUPON)

    story.begin_chapter("The order is placed; one pair of socks comes back")
    _update_session(story, {"state": "closed"})
    back = {"returnedCartItems": [{"position": 1, "quantity": 1}]}
    told = ("customerSession.state", "effects[].effectType")
    call(told, "return_cart_items", SESSION, return_=back, response_content=["customerSession"])

    story.begin_chapter("What Ada owns now")
    call(
        ("profile.integrationId", "coupons[].value"),
        "get_customer_inventory",
        PROFILE,
        profile=True,
        coupons=True,
    )
    told = ("balance.activePoints", "balance.pendingPoints", "balance.spentPoints")
    call(told, "get_loyalty_balances", LOYALTY_PROGRAM, PROFILE)


def _update_session(story: DemoStory, session: dict[str, Any]) -> None:
    told = ("customerSession.state", "customerSession.cartItems", "effects[].effectType")
    kwargs = {"customer_session": session, "response_content": ["customerSession"]}
    story.call(told, "update_customer_session_v2", SESSION, **kwargs)


# --- the same, done wrong


def run_mistakes(story: DemoStory, document: Document) -> None:
    """Make the same calls wrongly: by the caller, then by the server."""
    story.begin_chapter("The same calls done wrong (not counted)")
    call_wrongly(
        story,
        "A misspelt operation",
        "OperationNotFound",
        "create_audiense_v2",
        name="Gold members",
    )
    call_wrongly(
        story,
        "A misspelt property",
        "InvalidCall",
        "create_audience_v2",
        name="Gold members",
        integrationID="g-1",
    )
    cart = {"cartItems": [{"quantity": "two", "price": 7.5}], "state": "opened"}
    title = (
        "Something missing, something of the wrong type, something that is no choice: told at once"
    )
    call_wrongly(
        story, title, "InvalidCall", "update_customer_session_v2", SESSION, customer_session=cart
    )
    call_wrongly(
        story,
        "A value that would leave its place in the path",
        "InvalidCall",
        "get_customer_session",
        "..",
    )
    _call_without_credentials(story, document)
    _call_drifted_server(story, document)


def call_wrongly(
    story: DemoStory, title: str, wanted: str, name: str, /, *args: Any, **kwargs: Any
) -> None:
    """Make a wrong call of the story's client."""
    from dynclient.description.python_text import format_python_call

    text = format_python_call(f"client.{name}", args, kwargs, WIDTH)
    story.show_refused(title, wanted, text, lambda: story.client.call(name, *args, **kwargs))


def _call_without_credentials(story: DemoStory, document: Document) -> None:
    from dynclient.client.client import Client
    from dynclient.sandbox import Sandbox

    sandbox = Sandbox(document)
    stranger = Client(document, transport=sandbox)
    show = f'dynclient.Client(document, transport=sandbox).get_customer_session("{SESSION}")'
    story.show_refused(
        "No credentials", "CredentialsMissing", show, lambda: stranger.get_customer_session(SESSION)
    )
    empty = Client(document, transport=sandbox, credentials={"api_key_v1": ""})
    show = (
        f'dynclient.Client(…, credentials={{"api_key_v1": ""}}).get_customer_session("{SESSION}")'
    )
    story.show_refused("Credentials that the API does not take", "Unauthorized", show,
                  lambda: empty.get_customer_session(SESSION))  # fmt: skip


@dataclass(frozen=True)
class DriftedServer:
    """A server that answers what its document does not know."""

    status: int
    body: bytes

    def handle(self, request: object) -> Response:  # noqa: ARG002 (it never listens)
        """Return the same response to every request."""
        from dynclient.wire.message import Headers, Response

        return Response(self.status, Headers({"Content-Type": "application/json"}), self.body)


def _call_drifted_server(story: DemoStory, document: Document) -> None:
    name = 'client.create_audience_v2(name="Gold members")'
    answers = (
        (
            "A server whose answer does not fit the document",
            "InvalidResponse",
            201,
            b'{"id": "17", "name": null}',
        ),
        (
            "A server with a status that the document does not know",
            "UndocumentedResponse",
            202,
            b"{}",
        ),
    )
    for title, wanted, status, body in answers:
        client = command_clients.open_sandbox_client(document, DriftedServer(status, body))
        create = partial(client.create_audience_v2, name="Gold members")
        story.show_refused(title, wanted, name, create)

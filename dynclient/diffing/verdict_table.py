"""The table of verdicts: how much each change matters to each reader, and what follows from it.

A row stands for a rule in one situation. Situations that begin with `webhook` are those of webhooks
and callbacks, where the API calls and we answer. A schema change is judged by proof: its `refused`
row counts where a value is refused, its `accepted` row where none is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dynclient.diffing.change import Level


@dataclass(frozen=True)
class VerdictRow:
    """What is said of a change in one situation.

    Attributes:
        rule: the kind of change, from `rules.RULES`.
        situation: what is the case, in kebab-case; "" where the rule knows one case only.
        wire: how much it matters to programs already deployed.
        code: how much it matters to callers by name, who load the new document.
        because: what follows, one sentence; `{name}` stands for a detail of the finding.

    """

    rule: str
    situation: str
    wire: Level
    code: Level
    because: str


# fmt: off
_ROWS = (
    # --- calls
    VerdictRow("parameter-added", "required", "breaking", "breaking",
               "a call without it was accepted before and is refused now"),
    VerdictRow("parameter-added", "optional", "info", "info", "calls without it are in order"),
    VerdictRow("parameter-removed", "call", "warning", "breaking",
               "programs that send it are not refused, and it is ignored; "
               "callers by name are refused"),
    VerdictRow("parameter-removed", "webhook", "info", "info", "it no longer comes"),
    VerdictRow("parameter-renamed", "required", "breaking", "breaking",
               "programs that send it by the old name are refused, since the new one is asked for"),
    VerdictRow("parameter-renamed", "optional", "warning", "breaking",
               "programs that send it by the old name are not refused, and it is ignored; "
               "callers by name are refused"),
    VerdictRow("parameter-renamed", "webhook", "warning", "warning", "it comes by another name"),
    VerdictRow("parameter-renamed", "path", "info", "breaking",
               "the request is the same; callers give it by another name"),
    VerdictRow("parameter-renamed", "webhook-path", "info", "info",
               "the request is the same; callers give it by another name"),
    VerdictRow("parameter-reordered", "", "none", "breaking",
               "positional arguments go to other places"),
    VerdictRow("parameter-required", "required", "breaking", "breaking",
               "a call without it was accepted before and is refused now"),
    VerdictRow("parameter-required", "optional", "info", "info", "it need not be given any more"),
    VerdictRow("parameter-required", "webhook-required", "info", "info", "it always comes now"),
    VerdictRow("parameter-required", "webhook-optional", "breaking", "breaking",
               "it need not be given any more"),
    VerdictRow("parameter-deprecated", "deprecated", "info", "info", "it is advised against"),
    VerdictRow("parameter-deprecated", "reinstated", "info", "info",
               "it is no longer advised against"),
    VerdictRow("parameter-wire", "moved-required", "breaking", "breaking",
               "it is looked for in the {new_location} and sent in the {old_location}"),
    VerdictRow("parameter-wire", "moved-optional", "warning", "breaking",
               "it is looked for in the {new_location} and sent in the {old_location}"),
    VerdictRow("parameter-wire", "webhook-moved-required", "breaking", "breaking",
               "it is looked for in the {new_location} and sent in the {old_location}"),
    VerdictRow("parameter-wire", "webhook-moved-optional", "warning", "warning",
               "it is looked for in the {new_location} and sent in the {old_location}"),
    VerdictRow("parameter-wire", "misread-by-new-reader", "breaking", "info",
               "what is written in the one way is not what the other way reads"),
    VerdictRow("parameter-wire", "misread-by-old-reader", "breaking", "breaking",
               "what is written in the one way is not what the other way reads"),
    VerdictRow("parameter-wire", "undecided", "warning", "info",
               "it could not be decided whether every value reads as before: "
               "all that were tried do"),
    VerdictRow("parameter-wire", "empty-value-refused", "breaking", "breaking",
               "an empty value was accepted before and is refused now"),
    VerdictRow("parameter-wire", "empty-value-accepted", "info", "info",
               "no value is refused for it"),
    VerdictRow("parameter-wire", "allow-reserved", "info", "info",
               "escaped or not, it reads as the same"),
    VerdictRow("body-added", "required", "breaking", "breaking",
               "a call without a body is refused now"),
    VerdictRow("body-added", "optional", "info", "info", "calls without a body are in order"),
    VerdictRow("body-removed", "call", "warning", "breaking",
               "programs that send one are not refused, and it is ignored; "
               "callers by name are refused"),
    VerdictRow("body-removed", "webhook", "warning", "warning", "no body comes any more"),
    VerdictRow("body-required", "required", "breaking", "breaking",
               "a call without a body is refused now"),
    VerdictRow("body-required", "optional", "info", "info", "calls without a body are in order"),
    VerdictRow("body-required", "webhook-required", "info", "info",
               "calls without a body are in order"),
    VerdictRow("body-required", "webhook-optional", "breaking", "breaking",
               "a call without a body is refused now"),
    VerdictRow("body-encoding", "", "breaking", "info",
               "what is written in the one way is not what the other way reads"),
    VerdictRow("media-type-added", "call", "info", "info", "calls may be written in it, too"),
    VerdictRow("media-type-added", "webhook", "breaking", "breaking",
               "calls may be written in it, too"),
    VerdictRow("media-type-removed", "call", "breaking", "breaking",
               "a body written in it is refused now"),
    VerdictRow("media-type-removed", "webhook", "info", "info", "it no longer comes"),
    # --- results
    VerdictRow("status-added", "success", "breaking", "breaking",
               "callers meet a success that they do not know"),
    VerdictRow("status-added", "error", "warning", "warning", "callers meet an error as before"),
    VerdictRow("status-added", "default", "warning", "warning",
               "callers may meet statuses that they do not know"),
    VerdictRow("status-added", "webhook-result", "info", "info", "we may answer so, too"),
    VerdictRow("status-removed", "result", "info", "info", "it no longer comes"),
    VerdictRow("status-removed", "webhook-success", "breaking", "breaking",
               "an answer of ours that was understood is not any more"),
    VerdictRow("status-removed", "webhook-error", "info", "info", "it no longer comes"),
    VerdictRow("no-success-left", "", "breaking", "breaking",
               "no call succeeds any more, as far as the document says"),
    VerdictRow("media-type-added", "first-of-result", "info", "info",
               "a body comes where none was declared"),
    VerdictRow("media-type-added", "beside-known", "info", "info",
               "callers ask for those that they know (Accept), which are still there"),
    VerdictRow("media-type-added", "instead-of-known", "breaking", "breaking",
               "callers get a media type that they do not know"),
    VerdictRow("media-type-added", "instead-of-known-in-error", "warning", "warning",
               "callers get a media type that they do not know"),
    VerdictRow("media-type-added", "webhook-result", "info", "info", "we may answer in it, too"),
    VerdictRow("media-type-removed", "result", "breaking", "breaking",
               "callers who ask for it (Accept) get something else, or nothing"),
    VerdictRow("media-type-removed", "error-result", "warning", "warning",
               "callers who ask for it (Accept) get something else, or nothing"),
    VerdictRow("media-type-removed", "webhook-result", "breaking", "breaking",
               "an answer of ours that was understood is not any more"),
    VerdictRow("header-added", "", "info", "info", "readers pass over it"),
    VerdictRow("header-removed", "required", "breaking", "breaking",
               "readers could rely on it, and it never comes"),
    VerdictRow("header-removed", "optional", "warning", "warning", "it could be absent before"),
    VerdictRow("header-required", "required", "info", "info", "it always comes now"),
    VerdictRow("header-required", "optional", "breaking", "breaking",
               "readers could rely on it, and it may be absent"),
    VerdictRow("header-required", "webhook-required", "breaking", "breaking",
               "readers could rely on it, and it may be absent"),
    VerdictRow("header-required", "webhook-optional", "info", "info", "it always comes now"),
    # --- schemas: whoever follows the old document sends a call, and reads a result
    VerdictRow("schema-changed", "call-refused", "breaking", "breaking",
               "what was accepted before is refused now"),
    VerdictRow("schema-changed", "call-accepted", "info", "info",
               "everything that was accepted before still is"),
    VerdictRow("schema-changed", "call-refused-by-name", "info", "breaking",
               "callers by name are refused; on the wire {consequence}"),
    VerdictRow("schema-changed", "result-refused", "breaking", "breaking",
               "what may come now was not allowed before"),
    VerdictRow("schema-changed", "result-accepted", "info", "info",
               "everything that may come now was allowed before"),
    VerdictRow("schema-changed", "undecided", "warning", "warning",
               "it could not be decided whether this breaks anybody: {reason}"),
    VerdictRow("property-added", "call-refused", "breaking", "breaking",
               "what was accepted before is refused without it, "
               "or with what could stand there before"),
    VerdictRow("property-added", "result-refused", "breaking", "breaking",
               "readers refuse what they do not know"),
    VerdictRow("property-added", "result-accepted", "info", "info",
               "readers pass over what they do not know"),
    VerdictRow("property-required", "call-refused", "breaking", "breaking",
               "a call without it was accepted before and is refused now"),
    VerdictRow("property-required", "result-refused", "breaking", "breaking",
               "readers could rely on it, and it may be absent now"),
    VerdictRow("property-removed", "call-refused", "breaking", "breaking",
               "whoever sends it is refused now"),
    VerdictRow("property-removed", "call-accepted", "warning", "warning",
               "whoever still sends it is not refused, and it is ignored"),
    VerdictRow("property-removed", "result-refused", "breaking", "breaking",
               "readers could rely on it, and it is gone"),
    VerdictRow("property-removed", "result-accepted", "warning", "warning",
               "it could be absent before, and always is now: readers get nothing"),
    VerdictRow("property-renamed", "call-refused", "breaking", "breaking",
               "whoever sends it by the old name is refused now"),
    VerdictRow("property-renamed", "call-accepted", "warning", "warning",
               "whoever still sends the old name is not refused, and it is ignored"),
    VerdictRow("property-renamed", "result-refused", "breaking", "breaking",
               "readers could rely on the old name, and it is gone"),
    VerdictRow("property-renamed", "result-accepted", "warning", "warning",
               "it could be absent before, and always is now: readers get nothing"),
    VerdictRow("default-changed", "call-accepted", "warning", "warning",
               "the same call may mean something else"),
    VerdictRow("direction-changed", "call-ignored", "warning", "warning",
               "whoever still sends it is not refused, and it is ignored"),
    VerdictRow("direction-changed", "result-withheld", "warning", "warning",
               "it could be absent before, and always is now: readers get nothing"),
    VerdictRow("integer-size", "beyond-64-bits", "warning", "warning",
               "integers beyond 64 bits, such as 9223372036854775808, "
               "are no longer declared to fit"),
    VerdictRow("undecided", "unreadable", "warning", "warning",
               "nothing can be said of its schemas: {problem}"),
    # --- operations
    VerdictRow("operation-added", "", "info", "info", "nobody calls it yet"),
    VerdictRow("operation-removed", "", "breaking", "breaking",
               "nothing answers it any more{deprecation}{suggestion}"),
    VerdictRow("operation-moved", "to-nothing", "breaking", "none",
               "programs that call the old place reach nothing"),
    VerdictRow("operation-moved", "to-another-operation", "warning", "none",
               "programs that call the old place reach another operation"),
    VerdictRow("operation-renamed", "renamed", "info", "breaking",
               "the request is the same; callers by the old name find nothing"),
    VerdictRow("operation-renamed", "first-name", "none", "info",
               "it has a name now; METHOD /path still works"),
    VerdictRow("operation-deprecated", "deprecated", "info", "info", "it is advised against"),
    VerdictRow("operation-deprecated", "reinstated", "info", "info",
               "it is no longer advised against"),
    VerdictRow("operation-deprecated", "sunset", "info", "info",
               "the day on which it ends is another one"),
    VerdictRow("tag-removed", "namespace", "none", "breaking", "client.tags[{tag!r}] is gone"),
    VerdictRow("tag-removed", "membership", "none", "warning",
               "client.tags[{tag!r}] no longer holds it"),
    # --- security
    VerdictRow("security-changed", "insufficient", "breaking", "breaking",
               "{credential} was enough, and is not any more"),
    VerdictRow("security-changed", "insufficient-by-name", "info", "breaking",
               "{credential} was enough, and is not any more"),
    VerdictRow("security-changed", "sufficient", "info", "info", "whatever was enough still is"),
    VerdictRow("security-scheme-changed", "insufficient", "breaking", "breaking",
               "a credential goes elsewhere, or is another kind of thing"),
    VerdictRow("security-scheme-changed", "sufficient", "info", "info",
               "a credential goes elsewhere, or is another kind of thing"),
    VerdictRow("security-scheme-changed", "definition", "info", "info",
               "what calls must prove is told with each operation"),
    VerdictRow("security-scheme-renamed", "insufficient", "breaking", "breaking",
               "the request is the same; callers give the credential by another name"),
    VerdictRow("security-scheme-renamed", "insufficient-by-name", "info", "breaking",
               "the request is the same; callers give the credential by another name"),
    VerdictRow("security-scheme-renamed", "sufficient", "info", "info",
               "the request is the same; callers give the credential by another name"),
    VerdictRow("security-scheme-renamed", "definition", "info", "info",
               "what calls must prove is told with each operation"),
    VerdictRow("security-scheme-added", "definition", "info", "info",
               "what calls must prove is told with each operation"),
    VerdictRow("security-scheme-removed", "definition", "info", "info",
               "what calls must prove is told with each operation"),
    # --- servers
    VerdictRow("server-added", "", "info", "info", "nobody has to call it"),
    VerdictRow("server-removed", "", "warning", "info",
               "programs that call it may reach nothing; callers by name take one of the others"),
    VerdictRow("server-changed", "first-server", "none", "warning",
               "callers by name who choose none reach another server"),
    VerdictRow("server-changed", "variable-renamed", "info", "breaking",
               "the URLs are the same; callers give the variable by another name"),
    VerdictRow("server-changed", "value-removed", "breaking", "breaking",
               "{value!r} was allowed, and is not any more"),
    VerdictRow("server-changed", "value-added", "info", "info",
               "every value that was allowed still is"),
    VerdictRow("server-changed", "variable-default", "info", "warning",
               "callers who choose no value reach another server"),
    # --- webhooks and callbacks
    VerdictRow("webhook-added", "", "info", "info", "whoever does not listen misses nothing"),
    VerdictRow("webhook-removed", "", "warning", "warning", "it no longer comes"),
    VerdictRow("callback-added", "", "info", "info", "whoever does not listen misses nothing"),
    VerdictRow("callback-removed", "", "warning", "warning", "it no longer comes"),
    # --- descriptions, only with `docs`
    VerdictRow("words-changed", "", "info", "info", "no call changes"),
    VerdictRow("link-changed", "", "info", "info", "no call changes"),
    # --- documents of two folders
    VerdictRow("document-added", "", "info", "info", "The document is new."),
    VerdictRow("document-removed", "", "breaking", "breaking",
               "The document is gone, with every operation in it."),
    # --- policies, each opt-in
    VerdictRow("policy-removed-without-deprecation", "", "warning", "warning",
               "it should be deprecated in one revision before it is removed in another"),
    VerdictRow("policy-removed-before-sunset", "", "warning", "warning", "its sunset is {sunset}"),
    VerdictRow("policy-sunset", "unreadable", "warning", "warning",
               "x-sunset {value!r} is no date (YYYY-MM-DD)"),
    VerdictRow("policy-sunset", "missing", "warning", "warning",
               "a deprecated operation should name its sunset (x-sunset)"),
    VerdictRow("policy-sunset", "earlier", "warning", "warning",
               "the sunset was {old_sunset}, and is {new_sunset}"),
    VerdictRow("policy-stability", "unreadable", "warning", "warning",
               "{value!r} is none of draft, alpha, beta, stable"),
    VerdictRow("policy-stability", "lower", "warning", "warning",
               "it was {old_level}, and is {new_level}"),
    VerdictRow("policy-version", "not-higher", "warning", "warning",
               "the version should be higher, since the document changed"),
    VerdictRow("policy-version", "major-not-higher", "warning", "warning",
               "the major version should be higher, since operations were removed"),
)
# fmt: on

#: (rule, situation) → its row.
VERDICTS: Mapping[tuple[str, str], VerdictRow] = MappingProxyType(
    {(row.rule, row.situation): row for row in _ROWS}
)

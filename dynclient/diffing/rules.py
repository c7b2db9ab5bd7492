"""The kinds of change: each with one line that says what it is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: rule → what it means.
RULES: Mapping[str, str] = MappingProxyType(
    {
        # documents and operations
        "document-added": "a document that was not there before",
        "document-removed": "a document is gone",
        "operation-added": "an operation that was not there before",
        "operation-removed": "an operation is gone",
        "operation-moved": "an operation has another method or path",
        "operation-renamed": "an operation has another operationId",
        "operation-deprecated": "an operation is deprecated, or its sunset is another day",
        "operation-undeprecated": "an operation is no longer deprecated",
        "tag-removed": "a tag namespace is gone, or an operation left it",
        # calls
        "parameter-added": "a parameter that was not there before",
        "parameter-removed": "a parameter is gone",
        "parameter-renamed": "a parameter has another name",
        "parameters-regrouped": "parameters are the members of one object now, or no longer so",
        "parameter-reordered": "positional arguments stand in another order",
        "parameter-required": "a parameter must be given now, or need not be any more",
        "parameter-wire": "a parameter is written in another way",
        "parameter-deprecated": "a parameter is deprecated, or no longer so",
        "body-added": "a request body that was not there before",
        "body-removed": "the request body is gone",
        "body-required": "the request body must be given now, or need not be any more",
        "body-encoding": "a part of a form or multipart body is written in another way",
        # media types and statuses
        "media-type-added": "a media type that was not there before",
        "media-type-removed": "a media type is gone",
        "media-type-changed": "a media type has other parameters, or another one came in its place",
        "status-added": "a response status that was not there before",
        "status-removed": "a response status is gone",
        "no-success-left": "no success status is left",
        "header-added": "a response header that was not there before",
        "header-removed": "a response header is gone",
        "header-required": "a response header always comes now, or need not come any more",
        # schemas
        "property-added": "a property that was not there before",
        "property-removed": "a property is gone",
        "property-renamed": "a property has another name",
        "property-required": "a property must be there now, or need not be any more",
        "type-changed": "other types of value are allowed",
        "values-changed": "the list of allowed values is another one",
        "range-changed": "the bounds of a number are others",
        "length-changed": "the length of a text is bounded in another way",
        "pattern-changed": "the pattern of a text is another one",
        "items-changed": "the items of an array, or their number, are bounded in another way",
        "properties-changed": "the number or the names of properties are bounded in another way",
        "additional-changed": "what may stand beside the declared properties is something else",
        "alternatives-changed": "the alternatives (oneOf, anyOf) are others",
        "discriminator-changed": "a value of the discriminator means something else, or nothing",
        "condition-changed": (
            "a condition (not, if/then/else, dependencies, contains) is another one"
        ),
        "direction-changed": "a property travels in one direction only now, or no longer so",
        "integer-size": "integers are declared to fit 64 bits",
        "schema-changed": "a schema allows other values",
        "default-changed": "the default is another one: the same call may mean something else",
        "content-changed": "what a text contains is encoded otherwise, or is something else",
        "format-changed": "the format, which is an annotation, is another one",
        "schema-deprecated": "a property is deprecated, or no longer so",
        # the rest of the document
        "security-changed": "other credentials are asked for",
        "security-scheme-changed": "a security scheme is another one",
        "security-scheme-added": "a security scheme that was not there before",
        "security-scheme-removed": "a security scheme is gone",
        "security-scheme-renamed": (
            "a security scheme has another name, by which credentials are given"
        ),
        "server-added": "a server that was not there before",
        "server-removed": "a server is gone",
        "server-changed": "a server's variables are others, or calls go to another one by default",
        "webhook-added": "a webhook that was not there before",
        "webhook-removed": "a webhook is gone",
        "callback-added": "a callback that was not there before",
        "callback-removed": "a callback is gone",
        "link-changed": "the links of a response are others",
        "words-changed": "descriptions, examples or titles are others",
        "undecided": "part of a document cannot be read, so that nothing can be said of it",
        "step-limit-reached": "schemas are too complex to be compared in so many steps",
        # policies
        "policy-removed-without-deprecation": (
            "something was removed that had not been deprecated before"
        ),
        "policy-removed-before-sunset": "something was removed before its sunset date",
        "policy-sunset": "a sunset date is missing, unreadable, or was moved earlier",
        "policy-stability": "the declared stability is lower, or unreadable",
        "policy-version": "the version number does not say what changed",
    }
)

"""The known faults of openapi-core, and the differences that we want."""

from __future__ import annotations

from dataclasses import dataclass

from dynclient.plan.schemas import is_ignored_header
from dynclient.sandbox.disagreement_tests import (
    NO_OBJECT,
    NO_TAG,
    JudgedMessage,
    Test,
    has_charset,
    has_default_of_missing,
    has_escaped_comma,
    has_no_body,
    has_no_content_type,
    has_reference_with_siblings,
    has_style,
    is_about_parameter,
    is_absent,
    is_absent_form_object,
    is_additional_operation,
    is_allowed_empty_value,
    is_empty_body_error,
    is_exploded_cookie,
    is_form_value_error,
    is_form_without_object,
    is_framing_header_error,
    is_in_tagged_body,
    is_in_unsplit_object,
    is_missing_in_empty_body,
    is_multipart,
    is_null_error,
    is_one_way_error,
    is_read_by_python,
    is_shadowed,
    is_text_body_error,
    is_unauthorized,
    is_uncast_parameter,
    is_unexploded_deep_object,
    is_unknown_scheme_error,
    is_unread_form_field,
    is_unsatisfiable_schema_error,
    matches_any,
    matches_every_part,
    matches_text,
    never,
    require_both,
)


@dataclass(frozen=True)
class Quirk:
    """A known fault of openapi-core.

    Attributes:
        reason: what openapi-core gets wrong.
        explains_their_error: whether an error of openapi-core comes from the fault.
        explains_our_refusal: whether openapi-core overlooks a reason of ours because of the fault.

    """

    reason: str
    explains_their_error: Test = never
    explains_our_refusal: Test = never

    def explains(self, message: JudgedMessage, text: str) -> bool:
        """Tell whether the fault explains one text of the side that refuses."""
        test = self.explains_their_error if message.their_reasons else self.explains_our_refusal
        return test(message, text)


def find_reason(message: JudgedMessage) -> str | None:
    """Return the known faults that explain a difference; None unless they explain all of it."""
    reasons: dict[str, None] = {}
    for text in message.their_reasons or message.our_reasons:
        quirk = next((quirk for quirk in QUIRKS if quirk.explains(message, text)), None)
        if quirk is None:
            return None
        reasons[quirk.reason] = None
    return "; ".join(reasons) or None


QUIRKS: tuple[Quirk, ...] = (
    Quirk("it does not read paths in matrix or label style", has_style("matrix", "label")),
    Quirk("it does not read exploded objects in form style", is_absent_form_object),
    Quirk(
        "it reads deepObject only beside `explode: true`, which says nothing there",
        is_unexploded_deep_object,
    ),
    Quirk("it does not split the members of an exploded array in a cookie", is_exploded_cookie),
    Quirk(
        "it does not split spaceDelimited and pipeDelimited values",
        has_style("spaceDelimited", "pipeDelimited"),
    ),
    Quirk(
        "it reads Accept, Content-Type and Authorization as declared parameters,"
        " which the standard ignores",
        is_about_parameter(is_ignored_header),
    ),
    Quirk(
        "it reads header fields that frame the message as declared parameters",
        is_framing_header_error,
    ),
    Quirk(
        "it refuses what `readOnly` and `writeOnly` mark, which the standard only advises against",
        matches_every_part("^(readOnly|writeOnly) at "),
    ),
    Quirk("it calculates multiples in floating point", matches_every_part("^multipleOf at ")),
    Quirk(
        "it takes no number that is written with a fraction or exponent for an integer",
        matches_any(
            matches_every_part(r"^type at \S* got -?[0-9]+(\.|e).*is not of type 'integer'$"),
            matches_text(
                r"ValueError: invalid literal for int\(\).*: '-?[0-9]+(\.|[eE])[0-9.eE+-]*'$"
            ),
        ),
    ),
    Quirk(
        "it keeps a parameter or its member as text where no `type` stands beside it",
        is_uncast_parameter,
    ),
    Quirk("it does not know `allowEmptyValue`", is_allowed_empty_value),
    Quirk(
        "it does not read arrays and objects inside objects, nor arrays in deepObject style",
        matches_text("ValueError: not (available|an array format|an object format)$"),
    ),
    Quirk("it does not read the styles of an encoding", is_form_value_error),
    Quirk("it reads every form as an object, whatever its schema is", is_form_without_object),
    Quirk(
        "of a schema that no value fits, as `additionalProperties: false` of a part refuses what"
        " the whole requires, or `type: 'null'` stands beside alternatives without it, it accepts"
        " nothing; we read it as its author means",
        is_unsatisfiable_schema_error,
    ),
    Quirk("it does not know `additionalOperations`", is_additional_operation),
    Quirk("it parses XML, which is a text here", matches_text("MediaTypeDeserializeError: .*xml")),
    Quirk("it wants a Content-Type where a body comes without one", has_no_content_type),
    Quirk(
        "it reads numbers and booleans as Python does",
        explains_our_refusal=is_read_by_python,
    ),
    Quirk(
        "it reads an object with an odd number of names and values",
        explains_our_refusal=matches_text("^syntax .*: an object is an even number"),
    ),
    Quirk(
        "it takes the default of a required parameter that is absent",
        explains_our_refusal=has_default_of_missing,
    ),
    Quirk(
        "it does not split objects in form, spaceDelimited and pipeDelimited style",
        explains_our_refusal=is_in_unsplit_object,
    ),
    Quirk(
        "it decodes JSON without regard to the charset of its Content-Type",
        explains_our_refusal=has_charset,
    ),
    Quirk(
        "of a form it reads the declared fields only, and one of those that are repeated",
        explains_our_refusal=is_unread_form_field,
    ),
    Quirk(
        "it ignores what stands beside a `$ref`",
        explains_our_refusal=has_reference_with_siblings,
    ),
    Quirk(
        "it reads a discriminator only beside oneOf, anyOf and allOf, and takes a schema's own name"
        " where `mapping` gives another",
        explains_our_refusal=is_in_tagged_body,
    ),
    Quirk(
        "it refuses a value without the property that a discriminator names",
        matches_every_part(NO_TAG),
    ),
    Quirk(
        "it refuses a value that is no object beside a discriminator",
        matches_every_part(NO_OBJECT),
    ),
    Quirk(
        "it holds a body that is text as a text against a schema of another type",
        is_text_body_error,
    ),
    Quirk(
        "it holds a parameter that is absent against its default",
        require_both(is_absent, matches_text("^InvalidParameter")),
    ),
    Quirk(
        "it takes the text `null` of a parameter for a string",
        matches_any(
            matches_every_part(r"got 'null'"), matches_text("ParameterValidationError.*: 'null'$")
        ),
    ),
    Quirk(
        "it compares the name of any HTTP scheme to the letter; we compare basic and bearer only,"
        " without regard to case",
        is_unknown_scheme_error,
    ),
    Quirk(
        "it takes any credential that is there, and does not ask for OAuth 2, OpenID Connect"
        " and mutual TLS",
        explains_our_refusal=is_unauthorized,
    ),
    Quirk("it wants a body where a status, HEAD or an empty `content` has none", has_no_body),
    Quirk("it takes an empty body for none at all", is_empty_body_error, is_missing_in_empty_body),
    Quirk(
        "it refuses an empty text in a query, which is a value like any other",
        matches_text("EmptyQueryParameterValue"),
    ),
    Quirk(
        "it cannot cast where `type` is a list",
        matches_text("Expected a string value, got <class 'list'>"),
    ),
    Quirk(
        "it does not read an empty object in simple style",
        matches_text("dictionary update sequence"),
    ),
    Quirk(
        "it does not read an empty array of numbers in simple style",
        require_both(has_style("simple"), matches_text("string to float: ''$", "base 10: ''$")),
    ),
    Quirk(
        "it takes an escaped comma in a flat array or object for one that delimits",
        has_escaped_comma,
    ),
    Quirk(
        "beside enum, allOf and oneOf it reads `nullable: true` as 3.0.3 has it to the letter;"
        " we as authors mean it",
        is_null_error,
    ),
    Quirk(
        "of several templates that fit a path it takes the first with the fewest variables",
        is_shadowed,
    ),
    Quirk(
        "it keeps bodies that are neither JSON nor text as bytes, which no schema allows",
        matches_every_part("got b['\"]"),
    ),
    Quirk(
        "it judges formats by a list of its own",
        matches_every_part("^format at "),
        matches_text("^format "),
    ),
    Quirk(
        "it looks for a schema that a discriminator's value does not name",
        matches_text("could not be resolved|'#/comp"),
    ),
    Quirk(
        "it wants the property of a discriminator in every value, and only objects",
        matches_text(
            "does not contain discriminating property",
            r"(one|any)Of at .* is not of type 'object'$",
        ),
    ),
    Quirk(
        "it cannot read the members of an object whose `type` is a list",
        matches_text("got <class 'list'>"),
    ),
    Quirk("it does not find the document's server", matches_text("^ServerNotFound")),
    Quirk(
        "it wants what is required in the other direction: readOnly in a request,"
        " writeOnly in an answer",
        require_both(
            matches_text("^InvalidRequestBody|^InvalidData|^DataValidation"), is_one_way_error
        ),
    ),
    Quirk("it keeps the values of multipart parts as text", is_multipart, is_multipart),
)

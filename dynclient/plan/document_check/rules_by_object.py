"""Which rules judge which object of a document."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dynclient.document.openapi_version import VersionFamily
from dynclient.plan.document_check.check_context import CheckContext, Visit
from dynclient.plan.document_check.discriminator_rules import check_discriminator
from dynclient.plan.document_check.identifier_rules import (
    check_default_dialect,
    check_identifiers,
)
from dynclient.plan.document_check.overlap_rules import check_one_of
from dynclient.plan.document_check.pattern_rules import note_patterns
from dynclient.plan.document_check.required_rules import note_required
from dynclient.plan.document_check.satisfiability_rules import check_satisfiable
from dynclient.plan.document_check.schema_rules import check_bounds, check_keywords
from dynclient.plan.document_check.security_rules import (
    check_security_requirement,
    check_security_scheme,
)
from dynclient.plan.document_check.server_rules import check_server, check_server_variable
from dynclient.plan.document_check.structure_rules import (
    check_info,
    check_operation,
    check_parameter,
    check_path_item,
    check_paths,
    check_response,
    check_responses,
    check_root,
    check_tags,
)
from dynclient.plan.document_check.swagger_rules import (
    check_items,
    check_swagger_header,
    check_swagger_operation,
    check_swagger_parameter,
    check_swagger_response_examples,
    check_swagger_root,
    check_swagger_security_scheme,
)
from dynclient.plan.document_check.value_rules import (
    check_item_fields,
    check_media_type_examples,
    check_parameter_examples,
    check_schema_values,
    check_translation,
)

Rule = Callable[[Visit, CheckContext], None]

#: Object -> its rules. Whoever adds a rule adds it here, and its code to docs/checking.md.
RULES: Mapping[str, tuple[Rule, ...]] = {
    "OpenAPI": (check_root, check_default_dialect, check_tags),
    "Info": (check_info,),
    "Server": (check_server,),
    "Server Variable": (check_server_variable,),
    "Paths": (check_paths,),
    "Path Item": (check_path_item,),
    "Operation": (check_operation,),
    "Parameter": (check_parameter, check_parameter_examples),
    "Header": (check_parameter_examples,),
    "Media Type": (check_item_fields, check_media_type_examples),
    "Responses": (check_responses,),
    "Response": (check_response,),
    "Security Scheme": (check_security_scheme,),
    "Security Requirement": (check_security_requirement,),
    "Schema": (
        check_translation,
        check_keywords,
        check_identifiers,
        check_bounds,
        check_discriminator,
        check_one_of,
        check_schema_values,
        check_satisfiable,
        note_patterns,
        note_required,
    ),
}

#: The same for Swagger 2.0.
_SWAGGER_RULES: Mapping[str, tuple[Rule, ...]] = {
    "OpenAPI": (check_swagger_root,),
    "Info": RULES["Info"],
    "Paths": RULES["Paths"],
    "Operation": (check_swagger_operation,),
    "Parameter": (check_swagger_parameter,),
    "Items": (check_items,),
    "Header": (check_swagger_header,),
    "Responses": RULES["Responses"],
    "Response": (*RULES["Response"], check_swagger_response_examples),
    "Security Scheme": (check_swagger_security_scheme,),
    "Security Requirement": RULES["Security Requirement"],
    "Schema": RULES["Schema"],
}


def get_rules(version: VersionFamily) -> Mapping[str, tuple[Rule, ...]]:
    """Return the rules by object for the documents of a version."""
    return _SWAGGER_RULES if version == "2.0" else RULES

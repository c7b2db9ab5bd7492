"""The document in OpenAPI's terms: a frozen, lazy view that reads an object when it is needed."""

from dynclient.model.openapi_document import Document
from dynclient.model.openapi_operation import (
    ADDITIONAL_OPERATIONS,
    METHODS,
    Operation,
    RequestBody,
    Response,
    find_response,
    is_additional_method,
    iterate_operation_nodes,
)
from dynclient.model.operation_names import LostName, OperationNames
from dynclient.model.parameters_and_media_types import (
    FRAMING_HEADERS,
    LOCATIONS,
    NO_ITEM_ENCODINGS,
    QUERYSTRING,
    Encoding,
    ItemEncodings,
    Location,
    MediaType,
    Parameter,
    is_framing_header,
    read_example,
)
from dynclient.model.path_templates import TEMPLATE_VARIABLE
from dynclient.model.security_schemes import (
    OAuthFlow,
    RequiredScheme,
    SecurityFormula,
    SecurityScheme,
    read_requirement,
    read_security_formula,
    read_security_scheme,
)
from dynclient.model.sequential_media_types import (
    SequenceFormat,
    find_sequence_format,
    has_items,
)
from dynclient.model.server_objects import Scalar, Server, ServerVariable, write_scalar

__all__ = [
    "ADDITIONAL_OPERATIONS",
    "FRAMING_HEADERS",
    "LOCATIONS",
    "METHODS",
    "NO_ITEM_ENCODINGS",
    "QUERYSTRING",
    "TEMPLATE_VARIABLE",
    "Document",
    "Encoding",
    "ItemEncodings",
    "Location",
    "LostName",
    "MediaType",
    "OAuthFlow",
    "Operation",
    "OperationNames",
    "Parameter",
    "RequestBody",
    "RequiredScheme",
    "Response",
    "Scalar",
    "SecurityFormula",
    "SecurityScheme",
    "SequenceFormat",
    "Server",
    "ServerVariable",
    "find_response",
    "find_sequence_format",
    "has_items",
    "is_additional_method",
    "is_framing_header",
    "iterate_operation_nodes",
    "read_example",
    "read_requirement",
    "read_security_formula",
    "read_security_scheme",
    "write_scalar",
]

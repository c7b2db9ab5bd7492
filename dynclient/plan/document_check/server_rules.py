"""Rules for servers and their variables."""

from __future__ import annotations

from dynclient.model import TEMPLATE_VARIABLE
from dynclient.plan.document_check.check_context import CheckContext, Visit


def check_server(visit: Visit, context: CheckContext) -> None:
    """Report a server without URL, and variables that are only in the URL or only declared.

    Source: OAS 3.1.1 Server Object.
    """
    server, variables = visit.node, visit.node.follow_child("variables")
    url = server.get_text("url")
    if not url:
        context.report(server, "missing-field", "a server needs a `url`; it is ignored")
        return
    used_names = dict.fromkeys(TEMPLATE_VARIABLE.findall(url))
    for name in used_names:
        if name not in variables.member_keys():
            text = f"the server variable {{{name}}} of {url} is not defined"
            hint = "add it to `variables`, with a default"
            context.report(server.get_child("url"), "undefined-server-variable", text, hint)
    for name in variables.member_keys():
        if name not in used_names and not name.startswith("x-"):
            text = f"the server variable {name!r} is not in {url}"
            context.warn(variables.get_child(name), "unused-server-variable", text)


def check_server_variable(visit: Visit, context: CheckContext) -> None:
    """Report a variable without a default, and a default that is not among its values.

    Source: OAS 3.1.1 Server Variable Object.
    """
    variable = visit.node
    default, values = variable.get_child("default"), variable.get_child("enum").value
    if default.value is None:
        name = variable.pointer.rpartition("/")[2]
        context.report(variable, "missing-field", f"the server variable {name!r} has no default")
    elif isinstance(values, list) and str(default.value) not in map(str, values):
        text = f"the default {default.value!r} is not one of the variable's values"
        context.warn(default, "invalid-default", text)

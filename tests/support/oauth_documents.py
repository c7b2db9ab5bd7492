"""Documents whose operations want tokens, and a person with a browser."""

from __future__ import annotations

import httpx
from support.both import ANYTHING

FLOWS = {
    "clientCredentials": {"tokenUrl": "/token", "scopes": {"read": "", "write": ""}},
    "authorizationCode": {
        "authorizationUrl": "/authorize",
        "tokenUrl": "/token",
        "scopes": {"read": "", "write": ""},
    },
    "deviceAuthorization": {
        "deviceAuthorizationUrl": "/device",
        "tokenUrl": "/token",
        "scopes": {},
    },
}
OAUTH = {"type": "oauth2", "flows": FLOWS}


def build_document(url, scheme=None, **scopes_by_operation):
    """Return a document of a server.

    Args:
        url: of the server.
        scheme: the security scheme `oauth`; None: OAuth2 with all flows.
        **scopes_by_operation: names of operations; `run` wants `read` where there are none.

    """
    operations = scopes_by_operation or {"run": ["read"]}
    paths = {
        f"/{name}": {
            "get": {"operationId": name, "security": [{"oauth": scopes}], "responses": ANYTHING}
        }
        for name, scopes in operations.items()
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "things", "version": "1"},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {"securitySchemes": {"oauth": scheme or OAUTH}},
    }


class Browser:
    """A person who logs in at once; `urls` has the pages that were opened, `page` the last text.

    Args:
        change: changes the URL to which the authorization server leads back.

    """

    def __init__(self, change=lambda url: url):
        self.urls, self.page, self.change = [], None, change

    def __call__(self, url):
        self.urls.append(url)
        with httpx.Client(verify=False) as client:  # a TLS context takes its time
            location = client.get(url).headers["location"]
            self.page = client.get(self.change(location))

"""OAuth2 and OpenID Connect: providers of tokens, given as credentials of a client.

The document says where tokens come from; `dynclient[oauth]` installs what they need.
"""

from dynclient.oauth.client_grants import ClientCredentials, RefreshToken
from dynclient.oauth.login_grants import AuthorizationCode, DeviceCode, DevicePrompt
from dynclient.oauth.token_provider import TokenProvider

__all__ = [
    "AuthorizationCode",
    "ClientCredentials",
    "DeviceCode",
    "DevicePrompt",
    "RefreshToken",
    "TokenProvider",
]

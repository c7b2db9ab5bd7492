"""An authorization server of Authlib's own parts on 127.0.0.1, and an API that takes its tokens."""

from __future__ import annotations

import http.server
import json
import threading
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request, grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import (
    DeviceAuthorizationEndpoint,
    DeviceCodeGrant,
    DeviceCredentialDict,
)
from authlib.oauth2.rfc9207 import IssuerParameter

CLIENT_ID = "tool"
CLIENT_SECRET = "cl1ent:s3cret/+%&= é"
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
GRANTS = {
    "client_credentials",
    "authorization_code",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
}


class RegisteredClient(ClientMixin):
    """A client as it is registered; without a secret it is public."""

    def __init__(self, client_id, secret):
        self.client_id, self.secret = client_id, secret

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return None

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri.startswith("http://127.0.0.1:")

    def check_client_secret(self, client_secret):
        return client_secret == self.secret

    def check_endpoint_auth_method(self, method, endpoint):
        return (method == "none") == (self.secret is None)

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type in GRANTS


class Code(dict):
    """A code as it was given."""

    def get_redirect_uri(self):
        return self["redirect_uri"]

    def get_scope(self):
        return self["scope"]

    @property
    def code_challenge(self):
        return self["challenge"]

    @property
    def code_challenge_method(self):
        return self["method"]


class KeptToken(dict):
    """A token as it was given."""

    def check_client(self, client):
        return self["client_id"] == client.get_client_id()

    def get_scope(self):
        return self.get("scope", "")


class FormRequest(OAuth2Request):
    """A request whose query or form was parsed."""

    def __init__(self, method, uri, headers, form):
        super().__init__(method, uri, headers=headers)
        self.payload = BasicOAuth2Payload(form)

    form = args = property(lambda self: self.payload.data)


class _Server(AuthorizationServer):
    def __init__(self, state):
        super().__init__()
        self.state = state

    def query_client(self, client_id):
        return self.state.clients.get(client_id)

    def save_token(self, token, request):
        kept = KeptToken(token, client_id=request.client.get_client_id())
        self.state.tokens[token["access_token"]] = kept
        if "refresh_token" in token:
            self.state.refresh_tokens[token["refresh_token"]] = kept

    def create_oauth2_request(self, request):
        return request

    def send_signal(self, name, *args, **kwargs):
        pass

    def handle_response(self, status, body, headers):
        return AnswerParts(status, body, dict(headers))


class _CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def save_authorization_code(self, code, request):
        data = request.payload.data
        self.server.state.codes[code] = Code(
            client_id=request.client.get_client_id(),
            redirect_uri=data["redirect_uri"],
            scope=request.scope,
            challenge=data["code_challenge"],
            method=data["code_challenge_method"],
        )

    def query_authorization_code(self, code, client):
        return self.server.state.codes.get(code)

    def delete_authorization_code(self, authorization_code):
        codes = self.server.state.codes
        self.server.state.codes = {k: v for k, v in codes.items() if v is not authorization_code}

    def authenticate_user(self, authorization_code):
        return "anna"


class _RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        return self.server.state.refresh_tokens.get(refresh_token)

    def authenticate_user(self, refresh_token):
        return "anna"

    def revoke_old_credential(self, refresh_token):
        del self.server.state.refresh_tokens[refresh_token["refresh_token"]]


class _ClientGrant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS[:2]


class _DeviceGrant(DeviceCodeGrant):
    def query_device_credential(self, device_code):
        return self.server.state.devices.get(device_code)

    def query_user_grant(self, user_code):
        state = self.server.state
        if state.consent is None:
            return "anna", False
        state.consent -= 1
        return ("anna", True) if state.consent < 0 else None

    def should_slow_down(self, credential):
        self.server.state.slow_downs -= 1
        return self.server.state.slow_downs >= 0


class _DeviceEndpoint(DeviceAuthorizationEndpoint):
    INTERVAL = 7

    def get_verification_uri(self):
        return "https://login.test/device"

    def save_device_credential(self, client_id, scope, data):
        self.server.state.devices[data["device_code"]] = DeviceCredentialDict(
            data, client_id=client_id, scope=scope
        )


class _Issuer(IssuerParameter):
    url = ""

    def get_issuer(self):
        return self.url


class AnswerParts:
    """An answer; the extension for RFC 9207 changes its location."""

    def __init__(self, status, body, headers):
        self.status, self.body, self.headers = status, body, headers

    @property
    def location(self):
        return self.headers.get("Location")

    @location.setter
    def location(self, value):
        self.headers["Location"] = value


class AuthlibServer:
    """The server; `requests` counts what came to each path, `bodies` has the forms of /token.

    Attributes:
        lifetime_s: of the tokens that it gives.
        consent: how many more questions of a device are answered by `authorization_pending`; then
            the person has logged in; None: the person refused.

    """

    def __init__(self):
        self.clients = {
            CLIENT_ID: RegisteredClient(CLIENT_ID, CLIENT_SECRET),
            "public": RegisteredClient("public", None),
        }
        self.tokens, self.refresh_tokens, self.codes, self.devices = {}, {}, {}, {}
        self.requests, self.bodies = Counter(), []
        self.lifetime_s, self.consent, self.slow_downs = 3600, 0, 0
        self.refused, self.scopes_by_path = set(), {}
        state, lock = self, threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                self.answer("")

            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                self.answer(self.rfile.read(length).decode())

            def answer(self, body):
                with lock:
                    status, answer, headers = state.handle(self.command, self.path, body, self.headers)  # fmt: skip
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **dict(headers)}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args):
                pass

        class Listener(http.server.ThreadingHTTPServer):
            request_queue_size = 256
            daemon_threads = True

        self.http = Listener(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.server = self._build_server()
        self.thread = threading.Thread(
            target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self.thread.start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    def _build_server(self):
        server = _Server(self)
        for grant in (_RefreshGrant, _ClientGrant, _DeviceGrant):
            server.register_grant(grant)
        server.register_grant(_CodeGrant, [CodeChallenge(required=True)])
        server.register_endpoint(_DeviceEndpoint)
        issuer = _Issuer()
        issuer.url = self.url
        server.register_extension(lambda _server: issuer(server))
        server.register_token_generator(
            "default",
            BearerTokenGenerator(
                lambda *_args, **_kwargs: generate_token(40),
                lambda *_args, **_kwargs: generate_token(40),
                lambda *_args, **_kwargs: self.lifetime_s,
            ),
        )
        return server

    def handle(self, method, target, body, headers):
        parts = urlsplit(target)
        self.requests[parts.path] += 1
        form = dict(parse_qsl(body or parts.query, keep_blank_values=True))
        request = FormRequest(method, f"https://auth.test{target}", headers, form)
        if parts.path == "/token":
            self.bodies.append(form)
            answer = self.server.create_token_response(request)
        elif parts.path == "/authorize":
            grant = self.server.get_consent_grant(request, "anna")
            answer = self.server.create_authorization_response(request, "anna", grant=grant)
        elif parts.path == "/device":
            answer = self.server.create_endpoint_response("device_authorization", request)
        elif parts.path == "/.well-known/openid-configuration":
            return 200, self.describe(), ()
        else:
            return self.answer_call(parts.path, headers)
        data = answer.body.encode() if isinstance(answer.body, str) else answer.body
        return answer.status, data, {**answer.headers}

    def describe(self):
        return {
            "issuer": self.url,
            "token_endpoint": f"{self.url}/token",
            "authorization_endpoint": f"{self.url}/authorize",
            "device_authorization_endpoint": f"{self.url}/device",
            "authorization_response_iss_parameter_supported": True,
        }

    def answer_call(self, path, headers):
        text = (headers.get("Authorization") or "").removeprefix("Bearer ")
        token = self.tokens.get(text)
        if token is None or text in self.refused:
            return 401, {"error": "invalid_token"}, ()
        return 200, {"scope": token.get("scope", "")}, ()

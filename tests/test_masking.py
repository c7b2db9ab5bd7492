"""What counts as a secret by its name, and URLs without their secrets."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient import errors
from dynclient.document.problems import Problem
from dynclient.masking import (
    SecretNames,
    is_secret_cookie_name,
    is_secret_header_name,
    is_secret_name,
    is_secret_query_name,
    mask_url,
    mask_urls,
)
from dynclient.violations import Place

SECRET_NAMES = ["password", "passwd", "userPassword", "client_secret", "clientSecret", "accessToken", "id_token", "refreshToken", "api_key", "apiKey", "APIKey", "apikey", "X-API-Key", "private_key", "aws_secret_access_key", "signature", "token", "tokens", "credentials", "jwt", "X-Amz-Signature", "csrf_token", "subscription-key", "passphrase"]  # fmt: skip
PLAIN_NAMES = [
    "pageToken",
    "next_page_token",
    "max_tokens",
    "completion_tokens",
    "token_type",
    "tokenUrl",
    "passwordHint",
    "password_policy",
    "secretName",
    "keyId",
    "key",
    "sortKey",
    "publicKey",
    "idempotencyKey",
    "session",
    "customerSession",
    "author",
    "authorizationUrl",
    "name",
    "id",
    "signature_version",
    "credentialId",
    "monkey",
]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_the_name_of_a_secret_is_recognized(name):
    assert is_secret_name(name)
    assert is_secret_header_name(name)
    assert is_secret_query_name(name)
    assert is_secret_cookie_name(name)


@pytest.mark.parametrize("name", PLAIN_NAMES)
def test_an_ordinary_name_is_no_secret(name):
    assert not is_secret_name(name)


SECRET_HEADERS = [
    "Authorization",
    "Proxy-Authorization",
    "Cookie",
    "Set-Cookie",
    "Ocp-Apim-Subscription-Key",
    "X-Auth-Key",
    "DD-APPLICATION-KEY",
    "DD-API-KEY",
    "X-Functions-Key",
    "X-Vault-Token",
    "X-Auth",
    "X-Session-Id",
    "PRIVATE-TOKEN",
]


@pytest.mark.parametrize("name", SECRET_HEADERS)
def test_a_header_that_carries_a_secret_is_recognized(name):
    assert is_secret_header_name(name)
    assert is_secret_header_name(name.lower())


@pytest.mark.parametrize(
    "name",
    ["Accept", "Content-Type", "Idempotency-Key", "X-Request-ID", "ETag", "WWW-Authenticate"],
)
def test_an_ordinary_header_is_printed(name):
    assert not is_secret_header_name(name)


def test_a_cookie_is_judged_by_its_own_name():
    assert all(map(is_secret_cookie_name, ["sid", "JSESSIONID", "PHPSESSID", "XSRF-TOKEN", "auth"]))
    assert not any(map(is_secret_cookie_name, ["theme", "lang", "consent", "ab_test"]))


def test_what_the_document_names_is_secret_whatever_it_looks_like():
    names = SecretNames(
        frozenset({"x-thing"}), frozenset({"q"}), frozenset({"c"}), frozenset({"p"})
    )
    found = [names.has_header("X-Thing"), names.has_query("q"), names.has_cookie("c")]
    assert [*found, names.has_property("p")] == [True] * 4
    assert not names.has_property("q")


# --- URLs

MASKED_URLS = {
    "https://user:pw@host/a": "https://…@host/a",
    "https://token@host/a": "https://…@host/a",
    "ftp://user:pw@host": "ftp://…@host",
    "//user:pw@host/a": "//…@host/a",
    "user:pw@host/a": "…@host/a",
    "https://user:p/w@host/a": "https://…@host/a",
    "https://user:p?w@host/a": "https://…@host/a",
    "https://user:p#w@host/a": "https://…@host/a",
    "https://user:p@w@host/a": "https://…@host/a",
    "https://user:p w@host/a": "https://…@host/a",
    "https://host/a?token=s&v=1": "https://host/a?token=…&v=1",
    "https://host/a?v=1;api%5Fkey=s": "https://host/a?v=1;api%5Fkey=…",
    "https://host/a?key=s#access_token=t": "https://host/a?key=…#access_token=…",
    "https://host/a?x=ghp_0123456789abcdef": "https://host/a?x=…",
    "https://host/a?x=eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln": "https://host/a?x=…",
    "https://host/a?se=2026&sig=%2Fab%3D": "https://host/a?se=2026&sig=…",
}


@pytest.mark.parametrize(("url", "masked"), MASKED_URLS.items())
def test_a_url_is_shown_without_its_secrets(url, masked):
    assert mask_url(url) == masked
    assert mask_url(masked) == masked


@pytest.mark.parametrize(
    "url",
    [
        "https://host/users/@me/a?page=2&sort=name",
        "https://host:8080/a@b",
        "http://[::1]:80/a@b",
        "https://{host}:{port}/a@b",
        "file:///home/a@b/api.yaml",
        "/home/a:b/c@d/api.yaml",
        "git:main:api.yaml",
        "user@example.com",
        "api.yaml#/paths/~1a/get",
        "https://host/a?ref=4f2c9d1e4f2c9d1e4f2c9d1e4f2c9d1e4f2c9d1e",
        "",
    ],
)
def test_a_url_without_secrets_is_shown_as_it_is(url):
    assert mask_url(url) == url


def test_every_url_of_a_text_is_masked():
    text = "'https://u:pw@h/a' is none; see <http://h?token=t>, http://h?sig=s: or https://h/b."
    assert (
        mask_urls(text)
        == "'https://…@h/a' is none; see <http://h?token=…>, http://h?sig=…: or https://h/b."
    )


#: After digits a slash ends a port, and an @ is part of a path.
_PASSWORDS = st.text(st.characters(exclude_categories=["Cs"])).filter(
    lambda text: not re.match(r"[0-9]*[/?#\\]", text)
)


@given(_PASSWORDS)
def test_no_password_of_a_url_is_shown_however_odd_it_is(password):
    shown = mask_url(f"https://user:{password}<S3CRET>@host/path")
    assert "<S3CRET>" not in shown
    assert shown.endswith("@host/path")


@given(st.text())
def test_masking_never_fails_and_masks_once(text):
    assert mask_url(mask_url(text)) == mask_url(text)
    assert mask_urls(mask_urls(text)) == mask_urls(text)


# --- where URLs are shown

URL = "https://user:pl4nted@host/api.yaml?token=s3cret"


def test_no_error_shows_the_secrets_of_a_url():
    error = errors.DocumentNotFound(f"no document at {URL}", hint=f"look at {URL}", uri=URL)
    for text in (str(error), repr(error), repr(vars(error))):
        assert "pl4nted" not in text
        assert "s3cret" not in text
    assert error.uri == "https://…@host/api.yaml?token=…"


def test_no_problem_shows_the_secrets_of_a_url():
    problem = Problem("error", "a-code", f"it refers to {URL}", f"see {URL}", "/a", URL)
    for text in (str(problem), repr(problem)):
        assert "pl4nted" not in text
        assert "s3cret" not in text


def test_no_place_shows_the_secrets_of_a_url():
    place = Place(URL, "/a")
    assert str(place) == "api.yaml?token=…#/a"
    assert repr(place) == "Place('https://…@host/api.yaml?token=…', '/a')"

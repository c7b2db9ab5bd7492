from __future__ import annotations

from dataclasses import replace

import pytest

from dynclient.errors import CredentialsMissing, DynclientError, UnsafeValue, UsageError
from dynclient.model import RequiredScheme, SecurityScheme
from dynclient.wire.security import (
    check_credential,
    choose_alternative,
    format_formula,
    place_credentials,
)

KEY = SecurityScheme("key", "apiKey", "", "header", "X-Key")
QUERY = SecurityScheme("query", "apiKey", "", "query", "api key")
SID = SecurityScheme("sid", "apiKey", "", "cookie", "sid")
BASIC = SecurityScheme("basic", "http", "basic")
BEARER = SecurityScheme("bearer", "http", "bearer")
OAUTH = SecurityScheme("oauth", "oauth2")
OPENID = SecurityScheme("openid", "openIdConnect")
TLS = SecurityScheme("tls", "mutualTLS")


def formula(*alternatives):
    return tuple(tuple(RequiredScheme(scheme) for scheme in schemes) for schemes in alternatives)


def test_the_first_alternative_that_is_fully_known_is_taken():
    found = choose_alternative(formula([KEY, BASIC], [BEARER], [KEY]), {"key", "bearer"})
    assert [r.scheme.key for r in found] == ["bearer"]


def test_an_empty_formula_and_an_empty_alternative_ask_for_nothing():
    assert choose_alternative((), {"key"}) == ()
    assert choose_alternative(formula([KEY], []), set()) == ()


def test_optional_security_is_used_where_it_is_known():
    assert [r.scheme.key for r in choose_alternative(formula([KEY], []), {"key"})] == ["key"]


def test_mutual_tls_counts_as_known():
    assert [r.scheme.key for r in choose_alternative(formula([TLS, KEY]), {"key"})] == [
        "tls",
        "key",
    ]
    assert place_credentials(choose_alternative(formula([TLS]), set()), {}).headers == ()


def test_what_is_missing_is_told_as_a_formula():
    with pytest.raises(CredentialsMissing) as caught:
        choose_alternative(formula([KEY, BASIC], [BEARER]), {"key"})
    assert caught.value.formula == "(key and basic), or bearer"
    assert "nothing was sent" in str(caught.value)


def test_a_formula_reads_as_people_say_it():
    assert format_formula(()) == "nothing"
    assert format_formula(formula([KEY, BASIC])) == "key and basic"
    assert format_formula(formula([KEY], [])) == "key, or nothing"


def test_a_digest_password_is_never_sent_as_basic():
    scheme = SecurityScheme("digest", "http", "digest")
    assert (
        place_credentials((RequiredScheme(scheme),), {"digest": ("user", "password")}).headers == ()
    )


def requirements(*schemes):
    return tuple(map(RequiredScheme, schemes))


@pytest.mark.parametrize(
    ("scheme", "secret", "headers", "query", "cookies"),
    [
        (KEY, "ApiKey-v1 abc", (("X-Key", "ApiKey-v1 abc"),), (), ()),
        (QUERY, "a&b=c", (), ("api%20key=a%26b%3Dc",), ()),
        (SID, "abc", (), (), ("sid=abc",)),
        (BASIC, ("user", "pässword"), (("Authorization", "Basic dXNlcjpww6Rzc3dvcmQ="),), (), ()),
        (BEARER, "t0ken", (("Authorization", "Bearer t0ken"),), (), ()),
        (OAUTH, "t0ken", (("Authorization", "Bearer t0ken"),), (), ()),
        (OPENID, "t0ken", (("Authorization", "Bearer t0ken"),), (), ()),
        (BEARER, lambda: "t0ken", (("Authorization", "Bearer t0ken"),), (), ()),
        (BEARER, "Bearer t0ken", (("Authorization", "Bearer t0ken"),), (), ()),
        (OAUTH, "bearer  t0ken", (("Authorization", "Bearer t0ken"),), (), ()),
        (OPENID, lambda: "BEARER t0ken", (("Authorization", "Bearer t0ken"),), (), ()),
        (BEARER, "bearert0ken", (("Authorization", "Bearer bearert0ken"),), (), ()),
        (KEY, "Bearer t0ken", (("X-Key", "Bearer t0ken"),), (), ()),
    ],
)
def test_a_credential_goes_where_its_scheme_says(scheme, secret, headers, query, cookies):
    put = place_credentials(requirements(scheme), {scheme.key: secret})
    assert (put.headers, put.query, put.cookies) == (headers, query, cookies)
    assert "t0ken" not in repr(put)


@pytest.mark.parametrize(
    ("scheme", "secret"),
    [(KEY, 5), (KEY, None), (KEY, b"x"), (KEY, ("u", "p")), (BASIC, "u:p"), (BASIC, ("u",)), (BASIC, ("u", 5)),
     (BEARER, ("u", "p")), (SecurityScheme("hoba", "http", "hoba"), "x"), (BASIC, ("u:x", "p"))],
)  # fmt: skip
def test_a_credential_of_the_wrong_kind_is_refused_without_being_shown(scheme, secret):
    with pytest.raises(UsageError) as caught:
        check_credential(scheme, secret)
    assert "'p'" not in str(caught.value)


HOSTILE = ["s3cr\r\nX: 1", "s3cr\n", "s3cr\0", "s3cr\ud800", " s3cr", "s3cr "]


@pytest.mark.parametrize("secret", HOSTILE)
@pytest.mark.parametrize("scheme", [KEY, SID, BEARER])
def test_a_credential_cannot_break_out_of_its_field(scheme, secret):
    with pytest.raises(DynclientError) as caught:
        place_credentials(requirements(scheme), {scheme.key: secret})
    assert "s3cr" not in str(caught.value)


@pytest.mark.parametrize("secret", ["a;b=c", "a,b", 'a"b', "a b"])
def test_a_credential_stays_in_its_cookie(secret):
    try:
        (cookie,) = place_credentials(requirements(SID), {"sid": secret}).cookies
    except DynclientError:
        return
    assert ";" not in cookie
    assert "," not in cookie


@pytest.mark.parametrize(("scheme", "secret"), [(BASIC, ("é", "\udc80")), (QUERY, "\udc80")])
def test_a_credential_that_is_no_unicode_is_our_error(scheme, secret):
    with pytest.raises(DynclientError):
        place_credentials(requirements(scheme), {scheme.key: secret})


@pytest.mark.parametrize(
    "given_", [lambda: 5, lambda: None, lambda: lambda: "x", lambda: ("u", "p")]
)
def test_a_callable_that_gives_nothing_useful_is_our_error(given_):
    with pytest.raises(UsageError):
        place_credentials(requirements(KEY), {"key": given_})


@pytest.mark.parametrize(
    "scheme",
    [SecurityScheme("x", "apiKey", "", "header", "X\r\nEvil"), SecurityScheme("x", "apiKey", "", "header", ""),
     SecurityScheme("x", "apiKey", "", "header", "X: y"), SecurityScheme("x", "apiKey", "", "cookie", "a; b"),
     SecurityScheme("x", "apiKey", "", "path", "x"), SecurityScheme("x", "apiKey", "", "header", "é")],
)  # fmt: skip
def test_a_scheme_cannot_name_a_field_that_is_none(scheme):
    with pytest.raises(DynclientError):
        place_credentials(requirements(scheme), {"x": "secret"})


# --- which alternative is sent

HAWK = SecurityScheme("hawk", "http", "hawk")
AUTHORIZATION = SecurityScheme("own", "apiKey", "", "header", "authorization")


@pytest.mark.parametrize("alternatives", [([], [KEY]), ([KEY], []), ([], [BASIC], [KEY])])
def test_a_credential_is_sent_though_an_alternative_asks_for_none(alternatives):
    chosen = choose_alternative(formula(*alternatives), {"key"})
    assert [r.scheme.key for r in chosen] == ["key"]
    assert choose_alternative(formula(*alternatives), {"other"}) == ()


@pytest.mark.parametrize(
    ("schemes", "message"),
    [
        ([BASIC, BEARER], "'basic' and 'bearer' both go into the header authorization"),
        ([KEY, AUTHORIZATION, OAUTH], "'own' and 'oauth' both go into the header authorization"),
        ([QUERY, replace(QUERY, key="q2")], "'query' and 'q2' both go into the query parameter"),
        ([SID, replace(SID, key="s2")], "'sid' and 's2' both go into the cookie sid"),
    ],
)
def test_two_schemes_of_an_alternative_in_one_place_are_refused_by_name(schemes, message):
    with pytest.raises(UsageError, match=message) as caught:
        choose_alternative(formula(schemes), {scheme.key for scheme in schemes})
    assert "nothing was sent" in str(caught.value)


def test_schemes_in_different_places_are_sent_together():
    schemes = [KEY, SID, QUERY, BASIC, TLS, replace(SID, key="other", location="header")]
    known = {scheme.key for scheme in schemes}
    assert len(choose_alternative(formula(schemes), known)) == len(schemes)


@pytest.mark.parametrize(
    ("alternatives", "known", "unread", "hint"),
    [
        (([KEY],), (), (), 'give credentials={"key": "…"}; or set DYNCLIENT_CREDENTIAL_KEY, and give server='),
        (([KEY, SID], [QUERY, BASIC, BEARER]), {"key"}, (), 'give credentials={"sid": "…"}; or set DYNCLIENT_CREDENTIAL_SID, and give server='),
        (([KEY, BASIC],), (), (), 'give credentials={"key": "…", "basic": ("USER", "PASSWORD")}; or set DYNCLIENT_CREDENTIAL_KEY and DYNCLIENT_CREDENTIAL_BASIC, and give server='),
        (([KEY],), (), {"key"}, 'DYNCLIENT_CREDENTIAL_KEY is set, and is read only together with a server: give server="…"'),
        (([KEY, SID],), (), {"key", "sid"}, 'DYNCLIENT_CREDENTIAL_KEY and DYNCLIENT_CREDENTIAL_SID are set, and are read only together with a server: give server="…"'),
        (([HAWK],), (), (), 'give the header yourself: with_options(headers={"Authorization": "Hawk …"})'),
        (([HAWK], [KEY, SID]), (), (), 'give credentials={"key": "…", "sid": "…"}; or set DYNCLIENT_CREDENTIAL_KEY and DYNCLIENT_CREDENTIAL_SID, and give server='),
    ],
)  # fmt: skip
def test_the_hint_asks_for_what_is_missing(alternatives, known, unread, hint):
    with pytest.raises(CredentialsMissing) as caught:
        choose_alternative(formula(*alternatives), known, unread)
    assert caught.value.hint == hint


def test_a_credential_never_goes_where_a_field_frames_the_message():
    scheme = SecurityScheme("k", "apiKey", "", "header", "Transfer-Encoding")
    with pytest.raises(UnsafeValue):
        place_credentials(requirements(scheme), {"k": "chunked"})

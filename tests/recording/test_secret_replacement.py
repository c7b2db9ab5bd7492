"""Secrets are replaced by texts of the same shape, wherever they stand."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.masking import SecretNames
from dynclient.recording.secret_replacement import SecretReplacer, replace_secret
from dynclient.wire.message import Headers

REPLACER = SecretReplacer(SecretNames(properties=frozenset({"pin"}), query=frozenset({"k"})))


@given(st.text())
def test_a_replacement_has_the_shape_of_the_secret_and_is_its_own_replacement(text):
    replaced = replace_secret(text)
    assert len(replaced) == len(text)
    assert not re.search("[b-zB-Z1-9]", replaced)
    assert replace_secret(replaced) == replaced


def test_a_replacement_still_fits_usual_patterns():
    assert replace_secret("3f2b8c1e-12AB") == "0a0a0a0a-00AA"


@pytest.mark.parametrize(
    ("name", "value", "recorded"),
    [
        ("Authorization", "Bearer abc.D1", "Bearer aaa.A0"),
        ("X-Api-Key", "abc", "aaa"),
        ("Accept", "application/json", "application/json"),
        ("Cookie", "theme=dark; sessionid=ab1", "theme=dark; sessionid=aa0"),
        ("Set-Cookie", "theme=dark; Path=/x", "theme=aaaa; Path=/x"),
        ("Location", "https://u:pw@a.test/x?token=ab1&a=1", "https://a:aa@a.test/x?token=aa0&a=1"),
    ],
)
def test_a_secret_of_a_header_is_replaced(name, value, recorded):
    assert REPLACER.replace_in_headers(Headers([(name, value)])).pairs() == ((name, recorded),)


def test_a_secret_of_a_query_is_replaced_as_what_it_encodes():
    url = REPLACER.replace_in_url("https://a.test/x?k=%C3%A9%2F1&other=b%2F1#access_token=ab")
    assert url == "https://a.test/x?k=a%2F0&other=b%2F1#access_token=aa"


@pytest.mark.parametrize(
    ("body", "media_type", "recorded"),
    [
        (b'{"pin": "12a", "a": [{"password": {"x": [1, "b"]}}]}', "application/json",
         {"pin": "00a", "a": [{"password": {"x": [0, "a"]}}]}),
        (b"pin=1%2B2&a=b", "application/x-www-form-urlencoded", b"pin=0%2B0&a=b"),
        (b'data: {"pin": "12", "a": "b"}\n\n', "text/event-stream", b'data: {"pin": "00", "a": "b"}\n\n'),
        (b'{"pin": "12', "application/json", b'{"pin": "12'),
        (b'{"pin": "12"} x', "application/json", b'{"pin": "00"} x'),
        (b"--b\r\nContent-Disposition: form-data; name=pin\r\n\r\n1\r\n--b--", "multipart/form-data; boundary=b", None),
        (b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--", "multipart/form-data; boundary=b",
         b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--"),
    ],
)  # fmt: skip
def test_a_secret_of_a_body_is_replaced(body, media_type, recorded):
    replaced = REPLACER.replace_in_body(body, media_type)
    if isinstance(recorded, dict):
        assert json.loads(replaced) == recorded
    else:
        assert replaced == recorded


@given(st.binary(), st.sampled_from(["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/x", ""]))  # fmt: skip
def test_a_body_without_secrets_keeps_its_bytes(body, media_type):
    if not re.search(rb"(?i)pin|pass|secret|token|key|cred|auth|sign|jwt|bearer|pwd", body):
        assert REPLACER.replace_in_body(body, media_type) == body

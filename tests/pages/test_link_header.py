from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.pages.link_header import find_next_link


@pytest.mark.parametrize(
    ("fields", "target"),
    [
        (["</a>; rel=next"], "/a"),
        (['</a>; rel="next"'], "/a"),
        (['</a>;rel="next"'], "/a"),
        (["</a> ; REL = Next"], "/a"),
        (['</a>; rel="prev next"'], "/a"),
        (['</a>; rel=prev, </b>; rel="next"'], "/b"),
        (["</a>; rel=prev", "</b>; rel=next"], "/b"),
        (['</a>; title="x, y; rel=next"; rel=prev, </b>; rel=next'], "/b"),
        (['</a>; title="say \\"hi\\""; rel=next'], "/a"),
        (["<https://x.test/?a=1,2;b=3>; rel=next"], "https://x.test/?a=1,2;b=3"),
        (["</a>; rel=next; rel=prev"], "/a"),
        (["</a>; rel=prev; rel=next"], None),
        (["</a>; rel=nextish"], None),
        (["</a>; foo; rel=next"], "/a"),
        (["</a>"], None),
        (["</a; rel=next"], None),
        (["rel=next"], None),
        ([""], None),
        ([], None),
        (["<" * 200_000], None),
    ],
)
def test_the_next_link_is_found(fields, target):
    assert find_next_link(fields) == target


@given(st.text(alphabet='<>;,="\\ relnxt/\t', max_size=80))
def test_any_text_ends(text):
    assert find_next_link([text]) is None or "<" in text


@given(st.text("abc/?=&%;, ", min_size=1).filter(lambda text: text == text.strip()), st.booleans())
def test_a_link_is_read_back(target, is_quoted):
    relation = '"next"' if is_quoted else "next"
    assert find_next_link([f'</x>; rel="prev", <{target}>; a=b; rel={relation}']) == target


def test_a_long_field_takes_no_long_time():
    assert find_next_link(["<a>;a" + " " * 90_000 + "=" * 9]) is None
    assert find_next_link(["<a>" + ";a" * 45_000]) is None
    assert find_next_link(['<a>;a="' + "\\" * 90_000]) is None

"""The cookie bounce: which pages ask for one, and what they can make us send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.net.bounce import MAX_SIZE, bounce_cookie

SEEN = 'document.cookie="D1N=2a8f01"+"; expires=Fri, 31-Dec-2099 23:59:59 GMT; path=/";window.location.reload(true);'


def page(script: str) -> bytes:
    return f"<html><body><script>{script}</script></body></html>".encode()


@pytest.mark.parametrize(
    "script",
    [
        SEEN,
        "document.cookie='D1N=2a8f01';location.reload();",
        'document.cookie = "D1N=2a8f01; path=/" ;\nlocation.href = location.href',
        'document.cookie="D1N=2a8f01;expires=x";window.location=document.URL',
        "document.cookie='D1N=2a8f01';window.location.replace(document.URL)",
    ],
)
def test_the_cookie_is_read(script: str) -> None:
    assert bounce_cookie(page(script)) == ("D1N", "2a8f01")


@pytest.mark.parametrize(
    "script",
    [
        "document.cookie='D1N=2a8f01'",
        "location.reload()",
        "document.cookie='D1N='+f();location.reload()",
        "document.cookie='D1N=a b';location.reload()",
        "document.cookie='D1N=a\r\nX: y';location.reload()",
        "document.cookie='D 1=a';location.reload()",
        f"document.cookie='D1N={'a' * 600}';location.reload()",
        SEEN + "x" * MAX_SIZE,
    ],
)
def test_another_page_asks_for_none(script: str) -> None:
    assert bounce_cookie(page(script)) is None


@given(st.text(max_size=80), st.text(max_size=20))
def test_nothing_but_a_cookie_is_ever_sent(value: str, name: str) -> None:
    found = bounce_cookie(page(f"document.cookie='{name}={value}';location.reload()"))
    if found is not None:
        written = "=".join(found)
        assert written.isascii()
        assert written.isprintable()
        assert not set(written) & set(' ;,"\\')

"""Addresses as sent, and where they lead."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.net.address import host_of, origin_of, resolve, sendable
from crawlers.portal import origin
from storage.addresses import address_key

PRINTABLE = st.characters(min_codepoint=0x20, max_codepoint=0x7E)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://laocai.gov.vn/a", "https://laocai.gov.vn:443"),
        ("HTTPS://LaoCai.GOV.vn./a?b", "https://laocai.gov.vn:443"),
        ("http://laocai.gov.vn:8080?x", "http://laocai.gov.vn:8080"),
        ("http://[::1]:81/", "http://::1:81"),
        ("https://laocai.gov.vn@evil.com/", None),
        ("https://evil@laocai.gov.vn/", None),
        ("https://laocai.gov.vn\\@evil.com/", None),
        ("https://laocai.gov.vn /", None),
        ("https://laocai.gov.vn:99999/", None),
        ("https://laocai.gov.vn:0/", None),
        ("https:///laocai.gov.vn", None),
        ("//laocai.gov.vn/", None),
        ("file:///etc/passwd", None),
        ("javascript:alert(1)", None),
        ("https://laocai.gov.vn\u3002evil.com/", None),
        ("https://lào.vn/", None),
        ("", None),
    ],
)
def test_origins(url: str, expected: str | None) -> None:
    assert origin_of(url) == expected


@given(st.text(PRINTABLE, max_size=30))
def test_an_origin_is_what_other_readers_see(rest: str) -> None:
    """Whatever is appended to a scheme, both readings agree or ours refuses."""
    url = f"https://{rest}"
    ours = origin_of(url)
    if ours is not None:
        assert ours == origin(url)
        assert host_of(url) == (urlsplit(url).hostname or "").rstrip(".")
        assert urlsplit(url).username is None


@pytest.mark.parametrize(
    ("found", "sent"),
    [
        ("https://a.vn/chi-tiet-tin?/bai/1", "https://a.vn/chi-tiet-tin?/bai/1"),
        ("https://a.vn/x?%2Fbai%2F1=", "https://a.vn/x?%2Fbai%2F1="),
        ("https://a.vn/x?q={a|b}^[c]'`~", "https://a.vn/x?q={a|b}^[c]'`~"),
        ("https://a.vn/tin tức?q=đ ê", "https://a.vn/tin%20t%E1%BB%A9c?q=%C4%91%20%C3%AA"),
        ("https://a.vn/x#y", "https://a.vn/x"),
        ("https://a.vn/x?a#y#z", "https://a.vn/x?a"),
        (" https://a.vn/x\n", "https://a.vn/x"),
        ("https://a.vn/b\tc\r\nd", "https://a.vn/bcd"),
        ("https://a.vn\\b\\c?d\\e", "https://a.vn\\b\\c?d%5Ce"),
        ("https://a.vn/b\\c", "https://a.vn/b/c"),
        ("https://lào-cai.vn/x", "https://xn--lo-cai-ita.vn/x"),
        ('https://a.vn/"x"<y>', "https://a.vn/%22x%22%3Cy%3E"),
    ],
)
def test_sendable(found: str, sent: str) -> None:
    assert sendable(found) == sent


@given(st.text(PRINTABLE.filter(lambda character: character not in '#" <>\\'), max_size=60))
def test_what_can_be_sent_is_sent_as_found(target: str) -> None:
    assert sendable(f"https://a.vn/{target}") == f"https://a.vn/{target}"


@given(st.text(max_size=80))
def test_sendable_is_stable_and_printable(text: str) -> None:
    url = sendable(f"https://a.vn/{text}")
    assert sendable(url) == url
    assert origin_of(url) == "https://a.vn:443"


@given(st.text(st.sampled_from("abÁđ /\\?&=%;:@[]{}|^'\"<>+.,\t\n\r\u200b\u3000％Ａ0"), max_size=12))
def test_an_address_is_known_as_listed_and_as_sent(text: str) -> None:
    """A listing row and the capture that it led to have one key."""
    for url in (f"http://tỉnh.vn/{text}", f"HTTP://A.vn:80/x?{text}"):
        assert address_key(sendable(url)) == address_key(url)


@pytest.mark.parametrize(
    ("base", "found", "expected"),
    [
        ("https://a.vn/tin?/x/1", "?/y/2", "https://a.vn/tin?/y/2"),
        ("https://a.vn/tin/", "b c", "https://a.vn/tin/b%20c"),
        ("https://a.vn/tin", "//b.vn/c", "https://b.vn/c"),
        ("https://a.vn/tin", "http://[x/", ""),
    ],
)
def test_resolve(base: str, found: str, expected: str) -> None:
    assert resolve(base, found) == expected

"""The user agent, and the refusal to ask anybody without a contact."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from crawlers.net.manners import missing_contact, user_agent
from crawlers.portal import Expect, Level, Lifecycle, Listing, Portal, Sureness, Unit
from storage.settings import settings

MAPPED = "a.gov.vn:443=127.0.0.1:1,b.gov.vn:80=127.0.0.1:2"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CONGTIN_CONTACT", "")
    settings.cache_clear()
    yield
    settings.cache_clear()


def portal(*urls: str) -> Portal:
    return Portal(
        name="thu",
        title="Thử",
        unit=Unit(level=Level.PROVINCE, name="Tỉnh thử", province="10"),
        platform="generic",
        listings=(Listing(key="tin", url=urls[0], sureness=Sureness.SEEN, evidence="thử"),),
        hosts=urls[1:],
        lifecycle=Lifecycle.ACTIVE,
        lifecycle_note="thử",
        expect=Expect(rows=1),
    )


@pytest.mark.parametrize(
    ("urls", "asked"),
    [
        (("https://a.gov.vn/tin",), None),
        (("https://A.gov.vn/tin", "http://b.gov.vn"), None),
        (("https://a.gov.vn/tin", "https://b.gov.vn"), "https://b.gov.vn:443"),
        (("https://a.gov.vn:8443/tin",), "https://a.gov.vn:8443"),
        (("https://c.gov.vn/tin",), "https://c.gov.vn:443"),
        (("https://a.gov.vn/tin", "http://[2001:db8::1]:8080"), "http://2001:db8::1:8080"),
    ],
)
def test_without_a_contact_only_mapped_hosts_are_asked(
    monkeypatch: pytest.MonkeyPatch, urls: tuple[str, ...], asked: str | None
) -> None:
    monkeypatch.setenv("CONGTIN_CONNECT_TO", MAPPED)
    refusal = missing_contact(portal(*urls))
    if asked is None:
        assert refusal is None
    else:
        assert refusal is not None
        assert "CONGTIN_CONTACT" in refusal
        assert "e-mail" in refusal
        assert asked in refusal


@pytest.mark.parametrize("contact", ["https://example.org/congtin", "to-van-hanh@example.org"])
def test_a_contact_is_part_of_the_user_agent(monkeypatch: pytest.MonkeyPatch, contact: str) -> None:
    assert user_agent().startswith("congtin/")
    assert "(" not in user_agent()
    monkeypatch.setenv("CONGTIN_CONTACT", contact)
    settings.cache_clear()
    assert user_agent().endswith(f" (+{contact})")
    assert missing_contact(portal("https://c.gov.vn/tin")) is None


@pytest.mark.parametrize("contact", ["ai đó", "https://", "@", "a@b\r\nX: y", "http://x (y)", "ftp://x", "a@b@c"])
def test_what_is_no_contact_is_refused(monkeypatch: pytest.MonkeyPatch, contact: str) -> None:
    monkeypatch.setenv("CONGTIN_CONTACT", contact)
    with pytest.raises(ValidationError, match="contact"):
        user_agent()

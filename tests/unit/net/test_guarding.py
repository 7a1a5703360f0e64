"""The connect-to map and the address guard."""

import socket
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import CannotResolveHostError

from crawlers.net.connect_map import parse, written
from crawlers.net.errors import AddressRefusedError
from crawlers.net.guard import allowed_places, is_public

ROUTES = {("laocai.gov.vn", 443): ("127.0.0.1", 8443)}


class Resolver:
    """Answers from a list, one after the other, as a name server that rebinds does."""

    def __init__(self, *answers: Sequence[str] | Exception) -> None:
        self.answers = list(answers)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_the_map_is_read() -> None:
    assert parse(" laocai.gov.vn:443=127.0.0.1:8443, [2001:db8::1]:80=[::1]:8080 ,") == {
        ("laocai.gov.vn", 443): ("127.0.0.1", 8443),
        ("2001:db8::1", 80): ("::1", 8080),
    }
    assert parse("") == {}
    assert written(("2001:db8::1", 80), ("::1", 8080)) == "[2001:db8::1]:80=[::1]:8080"


@pytest.mark.parametrize(
    "text",
    [
        "laocai.gov.vn",
        "a:1=b",
        "a=127.0.0.1:1",
        "a:1=localhost:2",
        "a:0=127.0.0.1:1",
        "a:1=127.0.0.1:70000",
        "a:1=::1:2",
        "x:y=1.1.1.1:1",
    ],
)
def test_a_wrong_map_names_the_entry(text: str) -> None:
    with pytest.raises(ValueError, match="CONGTIN_CONNECT_TO"):
        parse(f"ok:1=127.0.0.1:2,{text}")


async def test_a_public_name_that_answers_loopback_is_refused() -> None:
    with pytest.raises(AddressRefusedError, match=r"127\.0\.0\.1"):
        await allowed_places("cong.gov.vn", 443, {}, Resolver(["127.0.0.1"]))


async def test_rebinding_between_two_connections_is_refused() -> None:
    resolver = Resolver(["203.162.0.1"], ["127.0.0.1"])
    assert await allowed_places("cong.gov.vn", 443, {}, resolver) == (("203.162.0.1", 443),)
    with pytest.raises(AddressRefusedError):
        await allowed_places("cong.gov.vn", 443, {}, resolver)


async def test_a_name_with_one_private_address_is_refused_whole() -> None:
    with pytest.raises(AddressRefusedError):
        await allowed_places("cong.gov.vn", 443, {}, Resolver(["203.162.0.1", "10.0.0.1"]))


async def test_the_map_permits_exactly_its_host_and_port() -> None:
    resolver = Resolver(["127.0.0.1"], ["127.0.0.1"])
    assert await allowed_places("LaoCai.gov.vn.", 443, ROUTES, resolver) == (("127.0.0.1", 8443),)
    for host, port in (("laocai.gov.vn", 8443), ("khac.gov.vn", 443)):
        with pytest.raises(AddressRefusedError):
            await allowed_places(host, port, ROUTES, resolver)


async def test_a_name_that_does_not_resolve_says_why() -> None:
    trouble = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    with pytest.raises(CannotResolveHostError, match="Temporary"):
        await allowed_places("cong.gov.vn", 443, {}, Resolver(trouble))
    with pytest.raises(CannotResolveHostError):
        await allowed_places("cong.gov.vn", 443, {}, Resolver([]))


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "::1", "::ffff:127.0.0.1"])
async def test_odd_spellings_of_loopback_are_refused(host: str) -> None:
    with pytest.raises((AddressRefusedError, CannotResolveHostError)):
        await allowed_places(host, 80, {})


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
        ),
        *("224.0.0.1", "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1"),
        *(
            "::ffff:10.0.0.1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
            "64:ff9b::10.0.0.1",
            "2001:0:7f00:1::",
            "::127.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b:1::7f00:1",
            "fec0::1",
            "3fff::1",
            "5f00::1",
            "192.0.0.8",
            "192.88.99.1",
            "fe80::1%eth0",
            "x",
        ),
    ],
)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["203.162.0.1", "8.8.8.8", "2405:4800::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_as_public_as_its_inner_one(address: object) -> None:
    assert is_public(f"::ffff:{address}") == is_public(str(address))

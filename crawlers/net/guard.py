"""The last look before a connection: which addresses a host and port may be served from.

Names are resolved here and connected to here, so that what was checked is what is connected to: a name server that
answers something else a moment later (DNS rebinding), and odd spellings of private addresses, both end here.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence

from scrapy.exceptions import CannotResolveHostError

from crawlers.net.connect_map import Place
from crawlers.net.errors import AddressRefusedError

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""Resolves a host and port to IP addresses; raises `socket.gaierror`."""

# RFC 6052: addresses of this network carry an IPv4 address in their last four bytes.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# All that IANA has given out of IPv6 for the public internet. What lies outside (IPv4-compatible and IPv4-translated
# addresses, site-local ones, local NAT64) Python calls global wherever it does not know better.
_IPV6_UNICAST = ipaddress.ip_network("2000::/3")
# Special by IANA's registry, whatever the version of Python: protocol assignments, relays of 6to4.
_SPECIAL = (
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("192.88.99.0/24"),
    ipaddress.ip_network("3fff::/20"),
)


async def system_lookup(host: str, port: int) -> Sequence[str]:
    """Return the addresses that the system's resolver gives, without repeats, in its order."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet; the IPv4 address inside an IPv6 one counts as well."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in _NAT64:
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if any(other is not None and not is_public(str(other)) for other in inner):
            return False
        if ip.ipv4_mapped is not None or ip in _NAT64:
            return True
        if ip not in _IPV6_UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _SPECIAL)


async def allowed_places(
    host: str, port: int, routes: Mapping[Place, Place], lookup: Lookup = system_lookup
) -> Sequence[Place]:
    """Return the addresses and ports to connect to for a host and port, in order of preference.

    An entry of the connect-to map is a permission for exactly its host and port. Everything else must resolve to public
    addresses only: a name that mixes public and private ones is refused whole.

    Raises:
        CannotResolveHostError: the name does not resolve; the message is the resolver's.
        AddressRefusedError: it resolves to an address that is not public.
    """
    route = routes.get((host.lower().rstrip("."), port))
    if route is not None:
        return (route,)
    try:
        addresses = await lookup(host, port)
    except (socket.gaierror, UnicodeError) as error:
        raise CannotResolveHostError(f"{host}: {error}") from error
    refused = [address for address in addresses if not is_public(address)]
    if refused:
        raise AddressRefusedError(f"{host} resolves to {refused[0]}, which is not a public address")
    if not addresses:
        raise CannotResolveHostError(f"{host}: no address")
    return tuple((address, port) for address in addresses)

"""The connect-to map of `CONGTIN_CONNECT_TO`: where a host and port is served from instead of what DNS says."""

import ipaddress
import re
from collections.abc import Mapping

Place = tuple[str, int]
"""A host or address, and a port."""

_ENTRY = re.compile(r"(?P<host>\[[^\]]+\]|[^:=\[\]]+):(?P<port>\d+)=(?P<address>\[[^\]]+\]|[^:=\[\]]+):(?P<to>\d+)")


def parse(text: str) -> Mapping[Place, Place]:
    """Return the map written as `host:port=address:port`, comma-separated, IPv6 in brackets.

    Raises:
        ValueError: an entry is not of that form; the message shows it.
    """
    places: dict[Place, Place] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise ValueError(f"CONGTIN_CONNECT_TO: {entry!r} is not host:port=address:port")
        try:
            address = str(ipaddress.ip_address(match["address"].strip("[]")))
        except ValueError as error:
            raise ValueError(f"CONGTIN_CONNECT_TO: {entry!r}: {error}") from None
        places[match["host"].strip("[]").lower().rstrip("."), _port(match["port"], entry)] = (
            address,
            _port(match["to"], entry),
        )
    return places


def written(source: Place, target: Place) -> str:
    """Return an entry in the form that `parse` reads."""
    return f"{_bracketed(source[0])}:{source[1]}={_bracketed(target[0])}:{target[1]}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _port(text: str, entry: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise ValueError(f"CONGTIN_CONNECT_TO: {entry!r}: port {port} does not exist")
    return port

"""Addresses as they go over the wire, and the strict reading of where a request would go."""

import re
from urllib.parse import quote, urljoin

# Strict on purpose: what two URL readers could understand differently (user info, backslashes, spaces, odd hosts) is
# no address to go to. Group 2 is a name of letters, digits, dots, hyphens and underscores, or an IPv6 address.
_STRICT = re.compile(
    r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?(?:[/?#][\x21-\x5b\x5d-\x7e]*)?", re.IGNORECASE
)
_UNSENDABLE = re.compile(r"[^\x21-\x7e]|[\"<>\\]")
_LEFT_OUT = str.maketrans("", "", "\t\n\r")  # WHATWG URL, 4.4
_AUTHORITY = re.compile(r"^([a-z][a-z0-9+.-]*://)([^/?#]*)", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str | None:
    """Return `scheme://host:port` in lower case, as `crawlers.portal.origin`; None if it can't be told."""
    match = _STRICT.fullmatch(url)
    if match is None:
        return None
    scheme, host = match[1].lower(), match[2].lower().strip("[]").rstrip(".")
    port = int(match[3]) if match[3] else _DEFAULT_PORTS[scheme]
    return f"{scheme}://{host}:{port}" if host and 0 < port < 65536 else None


def host_of(url: str) -> str:
    """Return the host of an address in lower case; "" if it can't be told."""
    match = _STRICT.fullmatch(url)
    return match[2].lower().strip("[]").rstrip(".") if match else ""


def sendable(url: str) -> str:
    """Return the address as it is sent: as found, but what no request line may hold is percent-encoded (UTF-8).

    As browsers do, line breaks and tabs inside it are left out, a host outside ASCII is written in its IDNA form, a
    backslash in the path as a slash, and the fragment is cut off. What cannot be written so stays as it is, for the
    scope guard to refuse.
    """
    url = url.strip().translate(_LEFT_OUT).partition("#")[0]
    match = _AUTHORITY.match(url)
    if match and not match[2].isascii():
        try:
            url = f"{match[1]}{match[2].encode('idna').decode('ascii')}{url[match.end() :]}"
        except UnicodeError:
            return url
    head = _AUTHORITY.match(url)
    start = head.end() if head else 0
    path, mark, query = url[start:].partition("?")
    rest = path.replace("\\", "/") + mark + query
    return url[:start] + _UNSENDABLE.sub(lambda found: quote(found[0].encode("utf-8", "replace")), rest)


def resolve(base: str, found: str) -> str:
    """Return the sendable form of an address found on the page `base`; "" if it is no address at all."""
    try:
        return sendable(urljoin(base, found.strip()))
    except ValueError:
        return ""

"""Addresses as identities: one key for the spellings of an address, and a test for addresses that lead nowhere.

A key is for comparing only. On the wire an address goes out in the very spelling it was found in: some servers (the
bare query of Liferay portals, `?/<slug>/<id>`) do not know the tidied form.
"""

import contextlib
import re
from collections import Counter
from urllib.parse import quote_from_bytes, unquote_to_bytes

from storage.text import sha256_hex

# Parts of an address (RFC 3986, appendix B), for text of any kind: never raises, unlike urlsplit. A text without
# `scheme://` starts with its host, so that a key is its own key.
_PARTS = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_HOST = re.compile(r"(\[[^\]]*\]|[^:]*)(?::([0-9]*))?", re.DOTALL)
_DOTS = ".\u3002\uff0e\uff61"  # the full stops of IDNA (RFC 3490, section 3.1)
_DEFAULT_PORTS = {"", "80", "443"}

# `!$'()*,;:@` may stand as they are in a path segment and in a query (RFC 3986, section 3.3); `&`, `=` and `+` have a
# meaning in a query, so there they are always written in percent form when they are data.
_SEGMENT_SAFE = "!$&'()*+,;=:@"
_QUERY_SAFE = "!$'()*,;:@/"

# ASP.NET's cookieless session, a path segment such as `(S(lit3py55t21z5v55vlm25s55))` or `(X(1)F(…))`.
_ASPNET_SESSION = re.compile(rb"\((?:[A-Z]\([^()]*\))+\)")
_PATH_SESSION = re.compile(rb";(?:(?:jsessionid|phpsessid|sessionid)=|sid=(?=[^;]{8}))[^;]*", re.IGNORECASE)

_TRACKING_PREFIXES = (
    b"utm_",
    b"mtm_",
    b"zalo",
    b"fb_",
    b"__cft__",
    b"_hs",
    b"aspsessionid",
    b"__cf_chl_",
    b"hsa_",
    b"matomo_",
    b"piwik_",
    b"vero_",
)
_TRACKING = frozenset(
    b"fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh mc_cid mc_eid mkt_tok srsltid "
    b"gad_source gad_campaignid li_fat_id mibextid sfnsn __tn__ pk_campaign pk_kwd _openstat wt.mc_id "
    b"_ga _gl gidzl zarsrc jsessionid phpsessid phpsessionid sessionid session_id sessid asp.net_sessionid oscsid "
    b"cfid cftoken ci_session zenid aspxautodetectcookiesupport hsctatracking ref_src __twitter_impression epik "
    b"s_kwcid".split()
)
# `sid` is a session for some, the site's or story's number for others (vnPortal's `Default.aspx?sid=4&pageid=…`).
# `s` is what is searched for, or a forum's session: a digest in hex.
_SESSION_DIGEST = re.compile(rb"[0-9a-f]{32}|[0-9a-f]{40}", re.IGNORECASE)
_SESSION_TOKEN = re.compile(rb"(?=[^0-9]*[0-9])(?=[^a-z]*[a-z])[0-9a-z{}_-]{8,}|[0-9a-z{}_-]{16,}", re.IGNORECASE)
# How a portlet is framed, not what it shows.
_LIFERAY = frozenset(
    b"p_p_state p_p_state_rcv p_p_mode p_p_col_id p_p_col_pos p_p_col_count p_p_auth p_auth p_p_cacheability "
    b"p_p_boundary p_p_hub p_p_isolated p_p_parallel p_p_static p_l_back_url p_l_back_url_title refererplid "
    b"inheritredirect doasuserid doasgroupid doasuserlanguageid".split()
)
_LIFERAY_DEFAULTS = re.compile(
    rb"p_p_lifecycle=0|_.+_(?:redirect|backurl|returntofullpageurl)=.*|_.+_keywords=|_.+_advancedsearch=false|_.+_andoperator=true|p_r_p_.*resetcur=false",
    re.DOTALL,
)
# jQuery's `_=<time in milliseconds>`, and numbers drawn by chance.
_CACHE_BUSTERS = frozenset(b"_ _t nocache rand rnd timestamp".split())
_CACHE_BUSTER = re.compile(rb"[0-9]{10,}|0\.[0-9]{6,}")
_SHAREPOINT = frozenset(b"source initialtabid visibilitycontext contenttypeid folderctid isdlg mobile pageview".split())
# What a list's own form says again: its list is in its path.
_SHAREPOINT_FORM = frozenset(b"rootfolder list listid web".split())
# SharePoint's pages within its frame: `…/_layouts/15/start.aspx#/Pages/Tin.aspx?ID=5` (minimal download strategy).
_SHAREPOINT_FRAME = re.compile(r"(.*)/_layouts/(?:[0-9]+/)?start\.aspx", re.IGNORECASE | re.DOTALL)
_GUID = re.compile(rb"\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?", re.IGNORECASE)
_IIS = (b".aspx", b".asp", b".ashx")

_MAX_LENGTH = 1000  # a page's address has under 300; what is longer carries state
_MAX_DEPTH = 12  # portals have up to 7
_MAX_REPEATS = 3
_LOGIN_NAME = re.compile(
    r"(?:log-?(?:in|on|out|off)|sign-?(?:in|out)|wp-login|dang-?(?:nhap|xuat))(?:\.(?:aspx?|html?|php|jsp|do))?"
)
_LIFERAY_LOGIN = re.compile(r"[?&]p_p_id=(?:58|com_liferay_login_web_portlet_\w+)(?:&|$)")
_SHAREPOINT_LOGIN = re.compile(
    r"/(?:_layouts/(?:.*/)?(?:authenticate|signout|closeconnection|accessdenied)\.aspx|_login/|_forms/)"
)


def address_key(url: str) -> str:
    """Return the identity of an address: what its spellings have in common, without scheme and `www.`.

    Lower-case host, without the `m.` of its form for telephones; a port only if it is not a default one; one
    percent-encoding; dot segments, trailing slash, fragment, tracking parameters, session ids and the framing
    parameters of Liferay and SharePoint removed; the other parameters sorted by name. `?/<slug>/<id>` and
    `?%2F<slug>%2F<id>=` are one. Paths are case-sensitive, save those of ASP pages and the names of their parameters
    (IIS), whose GUIDs have one form.

    Takes any text, never raises; the key of a key, with or without a scheme before it, is the key itself.
    """
    authority, path, query = _split(url)
    segments = _segments(path)
    aspx = any(segment.lower().endswith(_IIS) for segment in segments)
    if aspx:
        segments = [segment.lower() for segment in segments]
    written = "/".join(quote_from_bytes(segment, _SEGMENT_SAFE) for segment in segments)
    parameters = _parameters(query, segments, aspx=aspx)
    return f"{_host(authority)}/{written}" + (f"?{parameters}" if parameters else "")


def address_digest(portal: str, key: str) -> str:
    """Return the key of an address in a portal: 128 bits of a digest of its canonical form (`address_key`).

    Canonical forms can be longer than an index takes (2,704 bytes on PostgreSQL).
    """
    return sha256_hex(f"{portal}\n{key}")[:32]


def looks_like_trap(url: str) -> str | None:
    """Return why an address is not worth a request, or None: login pages, and paths that breed themselves.

    The signs are those of stored mirrors of portals, where a relative language link (`en/en/en/…`) made 84 % of one
    mirror's files and login links 10 %.
    """
    if len(url) > _MAX_LENGTH:
        return f"longer than {_MAX_LENGTH} characters"
    key = address_key(url).lower()
    path = "/" + key.partition("?")[0].partition("/")[2]
    segments = [segment for segment in path.split("/") if segment]
    if len(segments) > _MAX_DEPTH:
        return f"deeper than {_MAX_DEPTH} segments"
    # Numbers may repeat: vnPortal's old form is /<siteid>/<pageid>/<catid>/<articleid>/…
    repeats = Counter(segment for segment in segments if not segment.isdigit())
    if repeats and (most := repeats.most_common(1)[0])[1] >= _MAX_REPEATS:
        return f"path segment {most[0]!r} {most[1]} times"
    if any(_LOGIN_NAME.fullmatch(segment) for segment in segments):
        return "login page"
    if path.startswith("/c/portal/") or _LIFERAY_LOGIN.search(key):
        return "login page of Liferay"
    if _SHAREPOINT_LOGIN.search(path):
        return "login page of SharePoint"
    return None


def _split(url: str) -> tuple[str, str, str]:
    # As browsers do (WHATWG URL, basic parser): no line breaks, a backslash is a slash.
    head, mark, tail = re.sub(r"[\t\r\n]", "", url).strip().partition("?")
    text = head.replace("\\", "/") + mark + tail
    parts = _PARTS.match(text) or _PARTS.match(f"//{text}")
    if parts is None:
        return "", text, ""
    if parts[4] and parts[4].startswith("/") and (frame := _SHAREPOINT_FRAME.fullmatch(parts[2])):
        path, _, query = parts[4].partition("?")
        return parts[1], frame[1] + path, query
    return parts[1], parts[2], parts[3] or ""


def _bytes(text: str) -> bytes:
    return unquote_to_bytes(text.encode("utf-8", "surrogatepass"))


def _host(authority: str) -> str:
    name_and_port = authority.rpartition("@")[2]
    match = _HOST.fullmatch(name_and_port)
    name, port = (match[1], (match[2] or "").lstrip("0")) if match else (name_and_port, "")
    if name.startswith("[") and match:
        host = f"[{quote_from_bytes(_bytes(name[1:-1]).lower(), ':')}]"
    else:
        host = _domain(_bytes(name))
    return host if port in _DEFAULT_PORTS else f"{host}:{port}"


def _domain(name: bytes) -> str:
    if not name.isascii():
        with contextlib.suppress(UnicodeError):  # of a name that DNS cannot know any stable form will do
            name = name.decode().rstrip(_DOTS).encode("idna")
    name = name.lower().rstrip(b".")
    while name.startswith(b"www.") or (name.startswith(b"m.") and b"." in name[2:]):
        name = name.partition(b".")[2]
    return quote_from_bytes(name, "")


def _segments(path: str) -> list[bytes]:
    kept: list[bytes] = []
    for raw in path.split("/"):
        segment = _PATH_SESSION.sub(b"", _bytes(raw))
        if segment == b"..":
            del kept[-1:]
        elif segment not in {b"", b"."} and not _ASPNET_SESSION.fullmatch(segment):
            kept.append(segment)
    return kept


def _parameters(query: str, segments: list[bytes], *, aspx: bool) -> str:
    kept: list[tuple[bytes, bytes]] = []
    for part in query.split("&"):
        raw_name, _, raw_value = part.replace("+", "%20").partition("=")
        name, value = _bytes(raw_name), _bytes(raw_value)
        while name.lower().startswith(b"amp;"):  # of an address that was escaped for HTML once too often
            name = name[4:]
        lowered = name.lower()
        if not (name or value) or _is_noise(lowered, value) or _is_noise_of_page(lowered, value, segments, aspx=aspx):
            continue
        if aspx:
            name = lowered
            guid = _GUID.fullmatch(value)
            value = guid[1].lower() if guid else value
        kept.append((name, value))
    kept.sort(key=lambda pair: pair[0])
    return "&".join(
        quote_from_bytes(name, _QUERY_SAFE) + (f"={quote_from_bytes(value, _QUERY_SAFE)}" if value else "")
        for name, value in kept
    )


def _is_noise(name: bytes, value: bytes) -> bool:
    return (
        name in _TRACKING
        or name.startswith(_TRACKING_PREFIXES)
        or name in _LIFERAY
        or (name in _CACHE_BUSTERS and _CACHE_BUSTER.fullmatch(value) is not None)
        or (name == b"s" and _SESSION_DIGEST.fullmatch(value) is not None)
        or (name == b"sid" and _SESSION_TOKEN.fullmatch(value) is not None)
        or _LIFERAY_DEFAULTS.fullmatch(name + b"=" + value) is not None
    )


def _is_noise_of_page(name: bytes, value: bytes, segments: list[bytes], *, aspx: bool) -> bool:
    if aspx and name in _SHAREPOINT:
        return True
    if name in _SHAREPOINT_FORM:  # of an item's form, which is known by its number
        return segments[-1:] == [b"dispform.aspx"]
    if name == b"redirect":  # the way back from an article of Liferay's asset publisher, `…/-/…`
        return b"-" in segments
    return name == b"t" and segments[:1] == [b"documents"] and value.isdigit()

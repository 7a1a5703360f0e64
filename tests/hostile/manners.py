"""Behaviours of servers that speak HTTP well and mean harm, or have trouble: redirects, robots, waits, refusals."""

import gzip
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from storage.vocabulary import FetchError, RefusalKind
from tests.hostile.contract import (
    Behaviour,
    around,
    article,
    first,
    fixed,
    head,
    made,
    page,
    redirect,
    text,
    to,
    whole,
)
from tests.hostile.server import ABSENT, DOMAIN, Act, Visit
from tests.hostile.wire import ZEROS, flood

BUSY = b"503 Service Unavailable"
DISALLOW = b"User-agent: *\nDisallow: /bai\n"


def busy(*lines: bytes, status: bytes = BUSY) -> bytes:
    return whole(b"busy", *lines, status=status)


def after(value: bytes, status: bytes = BUSY) -> Behaviour:
    """A wait in some form, once, then the page."""
    return Behaviour(first(busy(b"Retry-After: " + value, status=status)), requests=2)


def busy_until(visit: Visit) -> bytes:
    if visit.before:
        return page(visit)
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    return busy(b"Retry-After: " + moment.encode())


def busy_page_good_host(visit: Visit) -> bytes:
    return busy(b"Retry-After: 1") if visit.path == "/bai" else page(visit)


def hops(count: int) -> Act:
    def answer(visit: Visit) -> bytes:
        done = 0 if visit.path == "/bai" else int(visit.path.removeprefix("/hop"))
        return page(visit) if done == count else redirect(b"/hop%d" % (done + 1))

    return made(answer)


def moved_and_conditional(visit: Visit) -> bytes:
    if visit.path == "/bai":
        return redirect(b"/moi", b"301 Moved Permanently")
    if "if-none-match" in visit.headers or "if-modified-since" in visit.headers:
        return whole(b"", status=b"304 Not Modified")
    return page(visit)


def busy_then_away(visit: Visit) -> bytes:
    """Scrapy's retry and redirect together lead past its own off-site check."""
    return redirect(b"http://127.0.0.1:%d/" % visit.canary) if visit.before else busy()


def refreshing(target: str) -> Act:
    def answer(visit: Visit) -> bytes:
        tag = f'<meta http-equiv=refresh content="0;url={target.replace("CANARY", str(visit.canary))}">'
        return whole(article(visit.name).replace(b"<title>", tag.encode() + b"<title>"))

    return made(answer)


def away(target: str) -> Behaviour:
    return Behaviour(to(target), FetchError.REDIRECT, archived=(302,))


def away_by(status: bytes) -> Behaviour:
    return Behaviour(
        made(lambda visit: redirect(b"http://127.0.0.1:%d/" % visit.canary, status)),
        FetchError.REDIRECT,
        archived=(int(status[:3]),),
    )


def robots(act: Act, error: FetchError | None = None) -> Behaviour:
    return Behaviour(around(), error, 0 if error else 1, robots=act)


ROBOTS_LOOP = fixed(redirect(b"/robots.txt"))

NEVER: Mapping[str, Behaviour] = {
    "to_another_host": away("http://127.0.0.1:CANARY/"),
    **{f"to_another_host_by_{code}": away_by(b"%d x" % code) for code in (301, 303, 307, 308)},
    "to_another_port": away(f"http://to-another-port.{DOMAIN}:CANARY/"),
    "to_another_scheme": away(f"https://to-another-scheme.{DOMAIN}/bai"),
    "to_user_at_host": away(f"http://to-user-at-host.{DOMAIN}@127.0.0.1:CANARY/"),
    "to_password_at_host": away(f"http://to-password-at-host.{DOMAIN}:80@127.0.0.1:CANARY/"),
    "to_fragment_at_host": away(f"http://127.0.0.1:CANARY#@to-fragment-at-host.{DOMAIN}/"),
    "to_backslash_host": away(f"http://127.0.0.1:CANARY\\@to-backslash-host.{DOMAIN}/"),
    "to_decimal_address": away("http://2130706433:CANARY/"),
    "to_hex_address": away("http://0x7f000001:CANARY/"),
    "to_short_address": away("http://127.1:CANARY/"),
    "to_mapped_address": away("http://[::ffff:127.0.0.1]:CANARY/"),
    "to_zero_address": away("http://0.0.0.0:CANARY/"),
    "to_no_scheme": away("//127.0.0.1:CANARY/"),
    "to_upper_case": away("HTTP://LOCALHOST:CANARY/"),
    "to_subdomain": away(f"http://x.to-subdomain.{DOMAIN}/"),
    "to_parent_domain": away(f"http://{DOMAIN}/"),
    "to_longer_name": away(f"http://to-longer-name.{DOMAIN}.evil.vn/"),
    "to_file": away("file:///etc/passwd"),
    "to_ftp": away("ftp://127.0.0.1:CANARY/x"),
    "to_gopher": away("gopher://127.0.0.1:CANARY/x"),
    "to_data": away("data:text/html,<h1>x</h1>"),
    "to_script": away("javascript:alert(1)"),
    "to_nothing_readable": away("http://[::1"),
    "busy_then_away": Behaviour(made(busy_then_away), FetchError.REDIRECT, 2),
    "refresh_header_away": Behaviour(
        made(lambda visit: page(visit, b"Refresh: 0; url=http://127.0.0.1:%d/" % visit.canary))
    ),
    "refresh_tag_away": Behaviour(refreshing("http://127.0.0.1:CANARY/")),
    "refresh_tag_to_itself": Behaviour(refreshing("/bai")),
    "refresh_tag_to_file": Behaviour(refreshing("file:///etc/passwd")),
    "robots_redirected_away": robots(made(lambda visit: redirect(b"http://127.0.0.1:%d/" % visit.canary))),
    "robots_with_sitemap_away": robots(
        made(lambda visit: whole(b"User-agent: *\nSitemap: http://127.0.0.1:%d/s.xml\n" % visit.canary))
    ),
}
"""Nothing may ever reach the canary, nor any address outside the portal."""

REDIRECTS: Mapping[str, Behaviour] = {
    "moved_inside": Behaviour(to("/moi"), requests=2),
    "moved_with_spaces": Behaviour(to("  /bai-moi?q=a b  "), requests=2),
    "moved_in_vietnamese": Behaviour(to("/bài-mới"), requests=2),
    "moved_with_validators": Behaviour(made(moved_and_conditional), requests=2, etag='"a1"'),
    "five_hops": Behaviour(hops(5), requests=6),
    "six_hops": Behaviour(hops(6), FetchError.PROTOCOL, 6),
    "redirects_for_ever": Behaviour(hops(10_000), FetchError.PROTOCOL, 6),
    "redirect_to_itself": Behaviour(fixed(redirect(b"/bai")), FetchError.PROTOCOL, 6),
    "redirect_without_location": Behaviour(fixed(whole(b"", status=b"302 Found")), FetchError.PROTOCOL),
    "redirect_to_nowhere": Behaviour(fixed(redirect(b"")), FetchError.PROTOCOL),
    "unchanged": Behaviour(fixed(head(status=b"304 Not Modified")), archived=(304,), etag='"a1"'),
}

ROBOTS: Mapping[str, Behaviour] = {
    "robots_missing": robots(fixed(ABSENT)),
    "robots_forbidden": robots(fixed(whole(b"", status=b"403 Forbidden"))),
    "robots_empty": robots(text(b"")),
    "robots_home_page": robots(fixed(whole(b"\n <!DOCTYPE html><p>\nUser-agent: *\nDisallow: /\n"))),
    "robots_loop": robots(ROBOTS_LOOP),
    "robots_of_64_mib": robots(flood(head(length=64 << 20), b"# x\n" * 0x4000)),
    "robots_without_end": robots(flood(head(), b"# x\n" * 0x4000)),
    "robots_cut_in_a_line": robots(
        text(b"User-agent:  *\n" + b"#\n" * ((512 * 1024 - 26) // 2) + b"Disallow: /khac\n")
    ),
    "robots_of_binary": robots(text(bytes(range(256)) * 100)),
    "robots_for_others": robots(text(b"User-agent: badbot\nDisallow: /\n")),
    "robots_names_us": robots(text(b"User-agent: *\nDisallow: /\n\nUser-agent: congtin\nAllow: /\n")),
    "robots_busy_once": Behaviour(around(), robots=first(busy(), whole(b"User-agent: *\nAllow: /\n"))),
    "robots_disallows": robots(text(DISALLOW), FetchError.ROBOTS),
    "robots_disallows_by_mark": robots(text(b"\xef\xbb\xbf" + DISALLOW), FetchError.ROBOTS),
    "robots_in_utf_16": robots(text(DISALLOW.decode().encode("utf-16")), FetchError.ROBOTS),
    "robots_with_returns": robots(text(DISALLOW.replace(b"\n", b"\r")), FetchError.ROBOTS),
    "robots_packed": robots(fixed(whole(gzip.compress(DISALLOW), b"Content-Encoding: gzip")), FetchError.ROBOTS),
    "robots_by_wildcard": robots(text(b"User-agent: *\nDisallow: /*a*i$\n"), FetchError.ROBOTS),
    "robots_of_stars": robots(text(DISALLOW + b"Disallow: /" + b"*a" * 100_000 + b"\n"), FetchError.ROBOTS),
    "robots_500": robots(fixed(whole(b"", status=b"500 x")), FetchError.ROBOTS),
    "robots_429": robots(fixed(whole(b"", status=b"429 x")), FetchError.ROBOTS),
    "robots_cut": robots(fixed(head(length=900), b"User-agent: *\n"), FetchError.ROBOTS),
    "robots_garbage": robots(fixed(bytes(range(256)) * 8), FetchError.ROBOTS),
    "robots_bomb": robots(fixed(whole(gzip.compress(ZEROS), b"Content-Encoding: gzip")), FetchError.ROBOTS),
}

WAITS: Mapping[str, Behaviour] = {
    "busy_twice": Behaviour(first(busy(), busy(status=b"502 Bad Gateway")), requests=3),
    "wait_in_seconds": after(b"1", b"429 Too Many Requests"),
    "wait_of_zero": after(b"0"),
    "wait_to_a_date": Behaviour(made(busy_until), requests=2),
    "wait_to_the_past": after(b"Mon, 01 Jan 2001 00:00:00 GMT"),
    "wait_below_zero": after(b"-5"),
    "wait_in_words": after(b"a while"),
    "wait_of_no_year": after(b"Mon, 01 Jan 99999999999999999999 00:00:00 GMT"),
    "wait_of_no_zone": after(b"Mon, 01 Jan 2001 00:00:00 +9999"),
    "wait_of_five_thousand_digits": Behaviour(
        fixed(busy(b"Retry-After: " + b"9" * 5000)),
        FetchError.HTTP,
        paths=("/bai", "/hai"),
        failing={"/hai": FetchError.HOST_CLOSED},
    ),
    "wait_of_a_day": Behaviour(
        fixed(busy(b"Retry-After: 86400")),
        FetchError.HTTP,
        paths=("/bai", "/hai"),
        failing={"/hai": FetchError.HOST_CLOSED},
    ),
    "wait_holds_the_host": Behaviour(made(busy_page_good_host), FetchError.HTTP, 4, paths=("/bai", "/hai")),
    "always_busy": Behaviour(fixed(busy()), FetchError.HTTP, 3, archived=(503, 503, 503)),
    "always_500": Behaviour(made(lambda visit: whole(article(visit.name), status=b"500 x")), FetchError.HTTP, 3),
    "always_429": Behaviour(
        fixed(busy(status=b"429 x")),
        FetchError.HTTP,
        3,
        paths=("/bai", "/hai"),
        failing={"/hai": FetchError.HOST_CLOSED},
    ),
    "always_403": Behaviour(
        made(lambda visit: whole(article(visit.name, visit.path), status=b"403 x")),
        FetchError.HTTP,
        3,
        paths=("/bai", "/hai", "/ba", "/bon"),
        failing={"/hai": FetchError.HTTP, "/ba": FetchError.HTTP, "/bon": FetchError.HOST_CLOSED},
    ),
    "host_in_trouble": Behaviour(
        fixed(busy(status=b"500 x")),
        FetchError.HTTP,
        15,
        paths=tuple(f"/{n}" for n in range(7)),
        failing={
            **{f"/{n}": FetchError.HTTP for n in range(1, 5)},
            "/5": FetchError.HOST_CLOSED,
            "/6": FetchError.HOST_CLOSED,
        },
    ),
}


def asking(name: bytes, value: bytes, form: bytes = b"") -> bytes:
    """The page of a cookie bounce, as it was seen on .vn hosts."""
    line = (
        form
        or b'document.cookie="%s=%s"+"; expires=Fri, 31-Dec-2099 23:59:59 GMT; path=/";window.location.reload(true);'
    )
    return b"<html><body><script>" + line % (name, value) + b"</script></body></html>"


def bouncing(answer: bytes, wanted: str = "D1N=2a8f") -> Act:
    """Give the page only to who sends the cookie."""
    return made(lambda visit: page(visit) if wanted in visit.headers.get("cookie", "") else answer)


def two_in_turn(visit: Visit) -> bytes:
    """A host that asks for a cookie at each page."""
    wanted = b"D1N" if visit.path == "/bai" else b"D2N"
    return page(visit) if wanted.decode() in visit.headers.get("cookie", "") else whole(asking(wanted, b"2a8f"))


D1N = asking(b"D1N", b"2a8f")


def bounced_away(visit: Visit) -> bytes:
    """Ask for the cookie, and lead whoever brings it to the canary."""
    if "cookie" in visit.headers:
        return redirect(b"http://127.0.0.1:%d/" % visit.canary)
    return whole(D1N)


BOUNCES: Mapping[str, Behaviour] = {
    "bounce": Behaviour(bouncing(whole(D1N)), None, 3, paths=("/bai", "/hai")),
    "bounce_packed": Behaviour(bouncing(whole(gzip.compress(D1N), b"Content-Encoding: gzip")), None, 2),
    "bounce_of_two": Behaviour(made(two_in_turn), None, 4, paths=("/bai", "/hai")),
    "bounce_then_away": Behaviour(made(bounced_away), FetchError.REDIRECT, 2),
    "bounce_again": Behaviour(fixed(whole(D1N)), None, 2, refusal=RefusalKind.CHALLENGE),
    "bounce_computed": Behaviour(
        fixed(whole(asking(b"a", b"b", b'var v="%s"+"%s";document.cookie="D1N="+v;location.reload();'))),
        refusal=RefusalKind.CHALLENGE,
    ),
    "bounce_of_controls": Behaviour(fixed(whole(asking(b"D1N", b"a\r\nX-Evil: 1"))), refusal=RefusalKind.CHALLENGE),
}
"""For a portal whose file says that bounces are answered."""
UNANSWERED: Mapping[str, Behaviour] = {
    "bounce_unanswered": Behaviour(fixed(whole(D1N)), refusal=RefusalKind.CHALLENGE, archived=(200,)),
}
"""For one whose file says nothing."""

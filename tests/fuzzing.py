"""Pages no editor and few attackers would write: pages of the cases and replicas, mutated by the number of the try.

A number always gives the same page, so that what a long run finds can be looked at alone:
`python -m tests.fuzzing 4711 > page.html`.
"""

import gzip
import random
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from crawlers.portals import load
from crawlers.reading import read_page
from crawlers.reading.listing import read_listing
from storage.records import VIETNAM, Refusal
from storage.settings import PROJECT_ROOT
from storage.vocabulary import RefusalKind
from tests.replicas.model import Request
from tests.replicas.portals import make_sites

MAX_PAGE = 1024 * 1024
"""Bytes of a mutated page: larger ones only make a run slower; the archive's limit has tests of its own."""

TAGS = (
    *(
        "div",
        "p",
        "span",
        "table",
        "tr",
        "td",
        "th",
        "ul",
        "li",
        "h1",
        "h2",
        "a",
        "b",
        "font",
        "center",
        "form",
        "option",
    ),
    *("select", "script", "style", "noscript", "template", "textarea", "title", "head", "body", "html", "svg", "math"),
    *("iframe", "object", "plaintext", "frameset", "article", "main", "base", "meta", "link", "img", "br", "input"),
)
ATTRIBUTES = (
    *("class", "id", "style", "href", "src", "content", "property", "name", "charset", "http-equiv", "colspan", "lang"),
    *("datetime", "onclick", "data-x", "xmlns", "xml:base", "encoding"),
)
VALUES = (
    *("", "0", "-1", "9007199254740991", "javascript:alert(1)", "//", "http://[::1", "data:text/html,x", "%", "%zz%00"),
    *("../" * 40, "\x00", "\ufeff", "x" * 5000, "content article detail title", "12/13/2024", "31/02/2023 25:61"),
    *("charset=utf-16", "text/html; charset=ibm037", "'\"><", "&#xFFFE;", "Ngày 30/04/1975", "width:1e999px"),
)
TEXTS = (
    *("&#xFFFE;", "&#0;", "&#xD800;", "&#99999999999;", "&amp;amp;", "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE"),
    *(
        "<?xml version='1.0' encoding='utf-7'?>",
        "<!ENTITY a 'b'>",
        "</",
        "<",
        ">",
        "\x00",
        "\x0b",
        "\u202e",
        "\u200b" * 50,
    ),
    *("e\u0301" * 200, "\u0300" * 500, "Thứ hai, ngày 99/99/9999 99:99", "12/3/2024 " * 300, "ﷺ" * 100, "𝒜" * 100),
    *("- Tin liên quan\n" * 200, "(Theo Cổng TTĐT)" * 50, "Tác giả: " * 100, "A" * 20_000, "a b " * 5000),
)
CODECS = (
    *(
        "utf-8",
        "utf-16",
        "utf-16-be",
        "utf-32",
        "cp1258",
        "cp1252",
        "latin-1",
        "gb18030",
        "shift_jis",
        "utf-7",
        "cp037",
    ),
    *("iso2022_jp", "koi8-r"),
)
LABELS = (
    "utf-8",
    "utf-16le",
    "x-user-defined",
    "tcvn3",
    "none",
    "utf-8; charset=gbk",
    "\x00",
    "a" * 300,
    "windows-1258",
)


@dataclass(frozen=True, slots=True)
class Made:
    """A mutated page."""

    body: bytes
    url: str
    portal: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Read:
    """What reading a mutated page as an article and as a listing came to; `memory` in MiB, the process's peak."""

    kind: str
    seconds: float
    memory: float


@lru_cache(maxsize=1)
def seeds() -> tuple[tuple[str, str, bytes], ...]:
    """Return pages to mutate: portal, address, body."""
    found = [
        (file.parent.parent.name, f"https://{file.parent.name}.gov.vn/tin-1", gzip.decompress(file.read_bytes()))
        for file in sorted((PROJECT_ROOT / "tests/cases").glob("*/*/page.html.gz"))
    ]
    for name, site in make_sites(7, 12).items():
        stubs = {row.stub.index: row.stub for row in site.rows}
        paths = [site.address(stub, row.ident) for row in site.rows for stub in [row.stub] if stub in stubs.values()]
        listing = urlsplit(load(name).listings[0].url)
        for path in dict.fromkeys([listing.path or "/", *paths[:6], "/lien-he", "/khong-co"]):
            parts = urlsplit(f"https://{site.facts.host}{path}")
            answer = site.handle(Request("https", site.facts.host, "GET", parts.path, parts.query, {}))
            found.append((name, parts.geturl(), answer.body))
    return tuple(found)


def make(number: int) -> Made:
    """Return the page of a number."""
    rng = random.Random(number)
    portal, url, body = rng.choice(seeds())
    headers: dict[str, str] = {"content-type": "text/html; charset=utf-8"}
    for _ in range(rng.randint(1, 6)):
        body = rng.choice(_MUTATIONS)(body, rng)[:MAX_PAGE]
    if rng.random() < 0.3:
        headers["content-type"] = rng.choice(("", "text/html", f"text/html; charset={rng.choice(LABELS)}", "image/png"))
    return Made(body, url, rng.choice((portal, portal, "")), headers)


def read(number: int) -> Read:
    """Read the page of a number, as the pipeline's reading processes do, and as a listing."""
    made = make(number)
    portal = load(made.portal) if made.portal else None
    began = time.process_time()
    result = read_page(
        made.body, url=made.url, headers=made.headers, portal=portal, fetched_at=datetime(2025, 3, 1, tzinfo=VIETNAM)
    )
    read_listing(made.body, url=made.url, headers=made.headers, portal=portal)
    kind = result.kind.value if isinstance(result, Refusal) else "article"
    if isinstance(result, Refusal) and result.kind is RefusalKind.READER_FAILED:
        kind = f"{kind}: {result.reason}"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Read(kind, time.process_time() - began, memory)


# --- Mutations: bytes to bytes ---


def _place(body: bytes, rng: random.Random) -> int:
    """Return a place in a body, more often than not at a tag."""
    place = rng.randrange(len(body) + 1)
    return max(0, body.find(b"<", place)) if rng.random() < 0.6 else place


def _flip(body: bytes, rng: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(rng.choice((1, 10, 200))):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _cut(body: bytes, rng: random.Random) -> bytes:
    start = _place(body, rng)
    return body[:start] + body[start + rng.choice((1, 50, 2000, len(body))) :]


def _repeat(body: bytes, rng: random.Random) -> bytes:
    start = _place(body, rng)
    piece = body[start : start + rng.choice((20, 200, 3000))]
    return body[:start] + piece * min(rng.choice((2, 50, 1000)), MAX_PAGE // max(1, len(piece))) + body[start:]


def _move(body: bytes, rng: random.Random) -> bytes:
    start, size = _place(body, rng), rng.choice((30, 300, 3000))
    rest = body[:start] + body[start + size :]
    place = _place(rest, rng)
    return rest[:place] + body[start : start + size] + rest[place:]


def _splice(body: bytes, rng: random.Random) -> bytes:
    other = rng.choice(seeds())[2]
    return body[: _place(body, rng)] + other[_place(other, rng) :]


def _tag(rng: random.Random) -> str:
    attributes = "".join(
        f' {rng.choice(ATTRIBUTES)}="{rng.choice(VALUES)}"' for _ in range(rng.choice((0, 1, 2, 5, 40)))
    )
    return f"<{rng.choice(('', '/'))}{rng.choice(TAGS)}{attributes}{rng.choice(('>', '>', '>', '', '/>'))}"


def _soup(body: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.choice((1, 10, 100))):
        place = _place(body, rng)
        piece = _tag(rng) if rng.random() < 0.7 else rng.choice(TEXTS)
        body = body[:place] + piece.encode("utf-8", "surrogatepass") + body[place:]
    return body


def _nest(body: bytes, rng: random.Random) -> bytes:
    place, depth, tag = _place(body, rng), rng.choice((5, 100, 300, 5000)), rng.choice(TAGS)
    closed = f"</{tag}>".encode() * depth if rng.random() < 0.5 else b""
    return body[:place] + f"<{tag}>".encode() * depth + body[place:] + closed


def _siblings(body: bytes, rng: random.Random) -> bytes:
    place, sibling = _place(body, rng), (_tag(rng) + rng.choice(("", "x", "1/1/2024"))).encode()
    return body[:place] + sibling * min(rng.choice((100, 3000, 20_000)), MAX_PAGE // len(sibling)) + body[place:]


def _attributes(body: bytes, rng: random.Random) -> bytes:
    place = _place(body, rng)
    many = "".join(f" a{number}=b" for number in range(rng.choice((100, 5000))))
    return body[:place] + f"<div{many}>".encode() + body[place:]


def _numbers(body: bytes, rng: random.Random) -> bytes:
    changed = bytearray(body)
    for place, value in enumerate(changed):
        if 48 <= value <= 57 and rng.random() < 0.3:
            changed[place] = rng.randrange(48, 58)
    return bytes(changed)


def _charset(body: bytes, rng: random.Random) -> bytes:
    text = body.decode("utf-8", "replace")
    return text.encode(rng.choice(CODECS), rng.choice(("replace", "ignore", "xmlcharrefreplace")))


def _case(body: bytes, rng: random.Random) -> bytes:
    return rng.choice((body.upper(), body.lower(), body.swapcase(), body.replace(b" ", b"\xc2\xa0"), body[::-1]))


_MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_flip, _cut, _repeat, _move, _splice, _soup, _soup, _nest, _siblings, _attributes, _numbers, _charset, _case),
)

if __name__ == "__main__":
    sys.stdout.buffer.write(make(int(sys.argv[1])).body)

"""Articles over several pages: which, where they are cut, under which addresses, and the pager below each page."""

import re
from dataclasses import replace

from tests.replicas.markup import attr
from tests.replicas.model import BlockKind, Content, Request, Special, Stub
from tests.replicas.skins import Skin

SEAM = "<!--seam-->"
"""Where a body ends: a pager may stand there."""
_LEAST = 6
"""Blocks of an article that is split."""
_WHOLE = frozenset(
    {Special.SEED, Special.IMAGE_ONLY, Special.VIDEO, Special.REPRINT, Special.MOVED, Special.REMOVED, Special.EDITED}
)
_FORMS = ("?trang={}", "?page={}", "/trang-{}", "-p{}")
_ENDING = re.compile(r"\.(?:html|aspx)$")
_IN_PATH = re.compile(r"(/trang-|-p)([2-9])(?=(?:\.html|\.aspx)?$)")
_LISTINGS = re.compile(r"/|/pages/default\.aspx", re.IGNORECASE)


def parts(skin: Skin, stub: Stub, content: Content, day: int) -> list[Content]:
    """The pages of an article: lead on the first, byline, credit and files on the last; from day 3 on cut elsewhere."""
    texts = [block for block in content.blocks if block.kind is not BlockKind.PICTURE]
    if stub.ident % 3 or stub.special in _WHOLE or len(texts) < _LEAST:
        return [content]
    count = 2 + stub.ident % 2
    size = -(-len(content.blocks) // count) - (day >= 3)
    cuts = [*(size * number for number in range(count)), len(content.blocks)]
    bare = replace(content, byline="", authors=(), credit="", files=())
    lead = content.lead if skin.pick("split:lead", (False, True)) else ""
    pages = []
    for number in range(count):
        blocks = content.blocks[cuts[number] : cuts[number + 1]]
        page = replace(content if number == count - 1 else bare, blocks=blocks)
        pages.append(page if number == 0 else replace(page, lead=lead))
    return pages


def address(skin: Skin, first: str, page: int) -> str:
    """Path and query of a page of the article at `first`."""
    if page == 1:
        return first
    form = skin.pick("split:address", _FORMS)
    if "?" in first or form.startswith("?"):
        return f"{first}{'&' if '?' in first else '?'}{_parameter(form)}={page}"
    ending = _ENDING.search(first)
    return f"{first[: ending.start()]}{form.format(page)}{ending[0]}" if ending else first + form.format(page)


def _parameter(form: str) -> str:
    return form.strip("?={}") if form.startswith("?") else "trang"


def asked(skin: Skin, request: Request) -> tuple[int, Request]:
    """Which page of an article a request is for, and the request for its first one."""
    form = skin.pick("split:address", _FORMS)
    if not request.query and _LISTINGS.fullmatch(request.path):
        return 1, request
    begin = f"{_parameter(form)}="
    pairs = request.query.split("&")
    number = next((pair.removeprefix(begin) for pair in pairs if pair.startswith(begin)), "")
    if number.isdigit() and (len(pairs) > 1 or not _LISTINGS.fullmatch(request.path)):
        return int(number), replace(request, query="&".join(pair for pair in pairs if not pair.startswith(begin)))
    match = _IN_PATH.search(request.path)
    if match and form.startswith(match[1]):
        return int(match[2]), replace(request, path=request.path[: match.start()] + request.path[match.end() :])
    return 1, request


def with_pager(skin: Skin, main: str, first: str, page: int, count: int) -> str:
    """The main part of a page with the pager of its article below the text."""
    links = {number: attr(address(skin, first, number)) for number in range(1, count + 1)}
    numbers = " ".join(
        f'<a href="{url}">{number}</a>' if number != page else f"<span>{number}</span>" for number, url in links.items()
    )

    def link(number: int, label: str) -> str:
        return f'<a href="{links[number]}">{label}</a> ' if number in links else ""

    pager = skin.pick(
        "split:pager",
        (
            f"Trang: {numbers}",
            link(page - 1, "« Trang trước") + link(page + 1, "Trang sau »"),
            link(page - 1, "Trang trước") + link(page + 1, "Xem tiếp"),
            f"{numbers} {link(page + 1, 'Tiếp')}",
            f"{link(page - 1, '‹')}{numbers} {link(page + 1, '›')}",
        ),
    )
    return main.replace(SEAM, f'<div class="{skin.cls("split:pager")}">{pager}</div>\n', 1)

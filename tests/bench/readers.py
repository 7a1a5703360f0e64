"""The readers that are measured: ours, and the best general extractors, each by its own documented call."""

import importlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from crawlers.reading import read_page
from storage.records import VIETNAM, Article, ListingItem
from tests.bench.scores import Read

Reader = Callable[[bytes, str, Mapping[str, str], str | None, ListingItem | None], Read]
"""Takes body, address, headers, portal's name, listing row."""


def congtin(body: bytes, url: str, headers: Mapping[str, str], portal: str | None, item: ListingItem | None) -> Read:
    """Ours."""
    got = read_page(body, url=url, headers=headers, portal=portal, listing=item)
    if not isinstance(got, Article):
        return Read(None)
    return Read(got.full_text, got.title, got.published_at, got.authors)


def _when(value: object) -> datetime | None:
    if isinstance(value, str) and value:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=VIETNAM) if value.tzinfo is None else value.astimezone(VIETNAM)


def _trafilatura(**options: Any) -> Reader:
    def read(body: bytes, url: str, _h: Mapping[str, str], _p: str | None, _i: ListingItem | None) -> Read:
        from trafilatura import bare_extraction

        got: Any = bare_extraction(body, url=url, with_metadata=True, **options)
        if got is None or not got.text:
            return Read(None)
        authors = tuple(name.strip() for name in (got.author or "").split(";") if name.strip())
        return Read(got.text, got.title or "", _when(got.date), authors)

    return read


def _newspaper(body: bytes, url: str, _h: Mapping[str, str], _p: str | None, _i: ListingItem | None) -> Read:
    newspaper: Any = importlib.import_module("newspaper")
    article = newspaper.article(url, language="vi", input_html=body.decode("utf-8", "replace"))
    return Read(article.text or None, article.title or "", _when(article.publish_date), tuple(article.authors))


def _readability(body: bytes, _u: str, _h: Mapping[str, str], _p: str | None, _i: ListingItem | None) -> Read:
    readability: Any = importlib.import_module("readability")
    from lxml import html

    document = readability.Document(body.decode("utf-8", "replace"))
    text = "\n".join(str(part).strip() for part in html.fromstring(document.summary()).itertext() if part.strip())
    return Read(text or None, document.short_title())


def _resiliparse(body: bytes, _u: str, _h: Mapping[str, str], _p: str | None, _i: ListingItem | None) -> Read:
    html2text: Any = importlib.import_module("resiliparse.extract.html2text")
    parse: Any = importlib.import_module("resiliparse.parse.html")
    tree = parse.HTMLTree.parse(body.decode("utf-8", "replace"))
    return Read(html2text.extract_plain_text(tree, main_content=True) or None, tree.title or "")


def _goose(body: bytes, _u: str, _h: Mapping[str, str], _p: str | None, _i: ListingItem | None) -> Read:
    goose: Any = importlib.import_module("goose3")
    article = goose.Goose({"enable_image_fetching": False}).extract(raw_html=body.decode("utf-8", "replace"))
    return Read(article.cleaned_text or None, article.title or "", _when(article.publish_date), tuple(article.authors))


def _justext(body: bytes, _u: str, _h: Mapping[str, str], _p: str | None, _i: ListingItem | None) -> Read:
    justext: Any = importlib.import_module("justext")
    paragraphs = justext.justext(body, justext.get_stoplist("Vietnamese"))
    return Read("\n".join(p.text for p in paragraphs if not p.is_boilerplate) or None)


READERS: dict[str, Reader] = {
    "congtin": congtin,
    "trafilatura": _trafilatura(),
    "trafilatura precision": _trafilatura(favor_precision=True),
    "newspaper4k": _newspaper,
    "readability-lxml": _readability,
    "resiliparse": _resiliparse,
    "goose3": _goose,
    "justext": _justext,
}

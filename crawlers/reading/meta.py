"""What the page says of itself to machines: `<title>`, OpenGraph and other meta tags, JSON-LD, microdata.

Claims, not truths: every one of them is a witness that the visible page must not contradict.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml.html import HtmlElement

from storage.text import clean

_TITLE_NAMES = frozenset(
    {"og:title", "twitter:title", "title", "dc.title", "headline", "sailthru.title", "parsely-title"}
)
_LEAD_NAMES = frozenset({"og:description", "description", "twitter:description", "dc.description"})
_DATE_NAMES = frozenset(
    {
        "article:published_time",
        "pubdate",
        "publishdate",
        "publish_date",
        "date",
        "dc.date",
        "dc.date.issued",
        "dc.date.created",
        "article:published",
        "datepublished",
        "og:published_time",
        "published_time",
        "its_publication",
        "sailthru.date",
        "parsely-pub-date",
        "article.published",
        "article_date_original",
        "publication_date",
    }
)
_AUTHOR_NAMES = frozenset(
    {"author", "article:author", "dc.creator", "dcterms.creator", "dable:author", "byl", "twitter:data1"}
)
_SITE_NAMES = frozenset({"og:site_name", "application-name", "twitter:site"})
_SECTION_NAMES = frozenset({"article:section", "section", "dable:section"})
_ARTICLE_TYPES = re.compile(r"(?:Article|BlogPosting|Report|WebPage|VideoObject|LiveBlogPosting)$")
_MAX_JSON = 400_000
_TRAILING_COMMA = re.compile(r",\s*([}\]])")


@dataclass(slots=True)
class Meta:
    """The claims, each in the page's order.

    Attributes:
        page_title: of `<title>`, or "".
        titles, leads, dates, authors, sections: (source, text) pairs.
        image: of og:image, or "".
        language: of `<html lang>`, or "".
        kind: of og:type, or "".
        sites: the names that the page gives its site.
        types: what JSON-LD says that the page is: the @type names seen.
    """

    page_title: str = ""
    titles: list[tuple[str, str]] = field(default_factory=list)
    leads: list[tuple[str, str]] = field(default_factory=list)
    dates: list[tuple[str, str]] = field(default_factory=list)
    authors: list[tuple[str, str]] = field(default_factory=list)
    sections: list[tuple[str, str]] = field(default_factory=list)
    image: str = ""
    language: str = ""
    kind: str = ""
    sites: list[str] = field(default_factory=list)
    types: set[str] = field(default_factory=set)


def read_meta(root: HtmlElement) -> Meta:
    """Collect the claims of a parsed page."""
    meta = Meta(language=(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "").lower())
    head = root.find("head")
    title = root.find("head/title") if head is not None else root.find(".//title")
    if title is not None and title.text:
        meta.page_title = clean(title.text)
    for el in root.iter("meta"):
        name = (el.get("property") or el.get("name") or "").lower()
        content = el.get("content")
        if content and (name or el.get("itemprop")):
            _meta_tag(meta, name or f"itemprop:{el.get('itemprop')}", content)
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "") and script.text and len(script.text) < _MAX_JSON:
            for node in _json_nodes(script.text):
                _json_node(meta, node)
    return meta


def _meta_tag(meta: Meta, name: str, content: str) -> None:
    value = clean(content)
    if not value:
        return
    if name in _TITLE_NAMES or name == "itemprop:headline":
        meta.titles.append((f"meta {name}", value))
    elif name in _LEAD_NAMES:
        meta.leads.append((f"meta {name}", value))
    elif name in _DATE_NAMES or name == "itemprop:datePublished":
        meta.dates.append((f"meta {name}", value))
    elif name in _AUTHOR_NAMES:
        meta.authors.append((f"meta {name}", value))
    elif name in _SECTION_NAMES:
        meta.sections.append((f"meta {name}", value))
    elif name == "og:image":
        meta.image = value
    elif name in _SITE_NAMES:
        meta.sites.append(value)
    elif name == "og:type":
        meta.kind = value.lower()


def _json_nodes(text: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON-LD script, those of `@graph` and arrays included; broken JSON yields none."""
    source = text.strip().removeprefix("<!--").removesuffix("-->").strip().removesuffix(";")
    for attempt in (source, _TRAILING_COMMA.sub(r"\1", source)):
        try:
            data = json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
        pending = [data]
        for _ in range(500):
            if not pending:
                return
            node = pending.pop(0)
            if isinstance(node, list):
                pending.extend(node[:200])
            elif isinstance(node, dict):
                yield node
                pending.extend(value for key, value in node.items() if key in {"@graph", "mainEntity"})
        return


def _json_node(meta: Meta, node: dict[str, Any]) -> None:
    kinds = node.get("@type")
    names = [str(kind) for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind]
    meta.types.update(names)
    if not any(_ARTICLE_TYPES.search(name) for name in names):
        return
    weight = "jsonld" if any(name != "WebPage" for name in names) else "jsonld WebPage"
    for key, target in (
        ("headline", meta.titles),
        ("description", meta.leads),
        ("datePublished", meta.dates),
        ("articleSection", meta.sections),
    ):
        value = node.get(key)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, str) and (text := clean(value)):
            target.append((f"{weight} {key}", text))
    for name in _names(node.get("author")):
        meta.authors.append((f"{weight} author", name))


def _names(value: object, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        if text := clean(value):
            yield text
    elif isinstance(value, list) and depth < 3:
        for one in value[:20]:
            yield from _names(one, depth + 1)
    elif isinstance(value, dict) and value.get("@type") != "Organization":
        yield from _names(value.get("name"), depth + 1)

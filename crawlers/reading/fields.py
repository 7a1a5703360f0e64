"""The fields around the text: people, dates, counters, section, kind, bounds of an unprinted date.

Each function takes what is known of the page and its parts, and leaves in `told` how it read the field.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawlers.portal import Rules
from crawlers.reading import abroad, people, published
from crawlers.reading import title as titles
from crawlers.reading.body import Parts
from crawlers.reading.echoes import key, slug_words
from crawlers.reading.ends import closing_byline, slot_names
from crawlers.reading.lines import Says, is_view_label, view_count
from crawlers.reading.meta import Meta
from crawlers.reading.page import Kind, Line, Page, Zone
from crawlers.reading.tree import css, text_of
from storage.records import BylineKind, ListingItem, Provenance
from storage.text import clean, match_key

_URL_DAY = re.compile(r"(?<!\d)(20[0-3]\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?!\d)")
_AUTHOR_LABEL = re.compile(r"(?:tác giả|người viết|bút danh|author)\s*:?", re.IGNORECASE)
_PATH_MARK = re.compile(r"\s*(?:[»›>|/\\]|::)\s*")
STEP = " › "
"""Between the steps of a breadcrumb in what is told of the section."""
_DASH = re.compile(r"\s+[-–]\s+")
_HOME_WORDS = frozenset({"trang chủ", "home", "trang nhất", "trang chu"})


@dataclass(slots=True)
class Reading:
    """What is known while a page is read. A `released` one is an article to a person, whatever it looks like."""

    page: Page
    meta: Meta
    rules: Sequence[Rules]
    row_selectors: Sequence[str]
    listing: ListingItem | None
    fetched_at: datetime | None
    told: dict[str, Provenance] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    released: bool = False
    abroad: bool = False
    """Whether the page is of a host without rules, reached through no listing of ours, and in another language."""


def people_of(reading: Reading, parts: Parts) -> tuple[people.Byline | None, str | None]:
    """Return the byline and the source credit: from rules, author slots, the last lines, tags, in this order."""
    site = match_key(" ".join([reading.meta.page_title, urlsplit(reading.page.url).hostname or ""]))
    authors, sources = slot_names([*parts.head, *parts.tail])
    last = [line for line in parts.tail if line.kind is Kind.TEXT][:8]
    if reading.abroad:
        named = abroad.writer(reading.page, reading.meta)
        if named is not None:
            reading.told["authors"] = reading.told["byline_raw"] = named[1]
        return named[0] if named is not None else None, _credit(reading, last, sources)
    return _writer(reading, authors, [*parts.head, *parts.tail], last, site), _credit(reading, last, sources)


def _by_rule(reading: Reading) -> Iterator[tuple[str, str]]:
    """Yield the texts that author rules name, with the rule's selector."""
    for rule in reading.rules:
        for selector in rule.author:
            for el in css(reading.page.root, selector):
                yield text_of(el), selector


def _credit(reading: Reading, last: Sequence[Line], sources: Sequence[Line]) -> str | None:
    ruled = ((text, "rules", selector) for text, selector in _by_rule(reading))
    lines = ((line.text, "last line", line.text) for line in (*last, *sources))
    for text, method, evidence in (*ruled, *lines):
        if credit := people.source_credit(text):
            reading.told["source_credit"] = Provenance(method, evidence)
            return credit
    for line in sources:
        if line.says is None and 3 <= len(line.text) <= 80 and len(line.text.split()) <= 12:
            reading.told["source_credit"] = Provenance("source slot", line.node.names)
            return line.text
    return None


def _writer(
    reading: Reading, slots: Sequence[Line], lines: Sequence[Line], last: Sequence[Line], site: str
) -> people.Byline | None:
    told = reading.told
    writer: people.Byline | None = None
    for text, selector in _by_rule(reading):
        if writer is None and (writer := people.byline(text, slot=True, site=site)):
            told["authors"] = Provenance("rules", selector)
    writer = writer or _slot_byline(slots, told, site) or _labelled(lines, told, site)
    for line in last if writer is None else ():
        if (
            line.says is None
            and not people.source_credit(line.text)
            and (writer := people.byline(line.text, site=site) or closing_byline(line))
        ):
            told["authors"] = Provenance("last line", line.text)
            break
    tag, names = people.tagged_author(reading.meta.authors, site)
    known = set(writer.authors) if writer is not None and writer.kind is BylineKind.PERSON else None
    if names and (writer is None or (known is not None and known < set(names))):
        writer = people.Byline(writer.raw if writer else ", ".join(names), BylineKind.PERSON, names)
        told["authors"] = Provenance("tag", tag)
    if writer is not None:
        told.setdefault("byline_raw", told["authors"])
    return writer


def _labelled(lines: Sequence[Line], told: dict[str, Provenance], site: str) -> people.Byline | None:
    """The byline in the line after a label of its own ("Tác giả:"); another label there means that there is none."""
    for label, value in pairwise(lines):
        if label.kind is value.kind is Kind.TEXT and _AUTHOR_LABEL.fullmatch(label.text) and value.says is None:
            found = people.byline(value.text, slot=True, site=site)
            if found is not None:
                told["authors"] = Provenance("label", f"{label.text} {value.text}")
                return found
    return None


def _slot_byline(slots: Sequence[Line], told: dict[str, Provenance], site: str) -> people.Byline | None:
    best: people.Byline | None = None
    for line in slots:
        found = people.byline(line.text, slot=True, site=site)
        if found is None or (found.kind is BylineKind.ROLE and best is not None):
            continue
        if best is None or best.kind is not BylineKind.PERSON or len(found.authors) > len(best.authors):
            best = found
            told["authors"] = Provenance("author slot", line.node.names or line.node.tag)
    return best


def published_of(reading: Reading, parts: Parts) -> published.Published:
    """Return the choice of the publication date; `<time>` beside the title is asked where no line prints one."""
    page = reading.page
    ruled: list[tuple[Line | None, str, str]] = []
    for rule in reading.rules:
        for selector in rule.date:
            for el in css(page.root, selector)[:3]:
                node = page.node_of(el)
                line = page.lines[node.start] if node is not None and node.start < node.end else None
                text = text_of(el)
                if text and (line is None or line.node.zone is not Zone.UNSEEN):
                    ruled.append((line, text, selector))
    times = [el.get("datetime") or text_of(el) for el in _times(page, parts)]
    found = published.choose(
        page,
        reading.meta,
        ruled=ruled,
        near=[*parts.head, *_own_foot(reading, parts)],
        after=parts.tail,
        row=reading.listing.published_raw if reading.listing else "",
        fetched_at=reading.fetched_at,
        times=times,
    )
    if found.value is None and times:
        again = published.choose(
            page,
            reading.meta,
            ruled=[(None, times[0], "<time>")],
            near=[],
            after=[],
            row="",
            fetched_at=reading.fetched_at,
        )
        found = again if again.value is not None else found
    return abroad.published(page, found, reading.fetched_at) if reading.abroad else found


def _own_foot(reading: Reading, parts: Parts) -> list[Line]:
    """The lines of a `<footer>` above the text within the article's own `<article>`: Drupal's writer and date."""
    first = next((line for line in parts.body), None)
    story = next((node for node in first.node.ancestors() if node.tag == "article"), None) if first else None
    if first is None or story is None:
        return []
    lines = reading.page.lines[max(story.start, first.index - 10) : first.index]
    return [line for line in lines if any(node.tag == "footer" for node in line.node.ancestors())]


def _times(page: Page, parts: Parts) -> list[HtmlElement]:
    """The `<time>` and microdata dates beside the title."""
    found = []
    near = {line.node.el for line in parts.head}
    for el in page.root.iter("time"):
        node = page.node_of(el)
        if node is not None and node.el in near:
            found.append(el)
    return found


def views_of(reading: Reading, parts: Parts) -> int | None:
    """Return the article's own counter of views, printed near its title or below its text."""
    page = reading.page
    for rule in reading.rules:
        for selector in rule.view_count:
            for el in css(page.root, selector):
                count = view_count(text_of(el))
                if count is not None:
                    reading.told["view_count"] = Provenance("rules", selector)
                    return count
    lines = [*parts.head, *parts.tail, *parts.counters]
    for position, line in enumerate(lines):
        if line.kind is not Kind.TEXT or len(line.text) > 160:
            continue
        counts = (view_count(piece) for piece in (*line.parts, line.text))
        count = (
            next((count for count in counts if count is not None), None)
            if line.says is Says.VIEWS or published.stamp(line) or len(line.text) < 60
            else None
        )
        following = lines[position + 1].text if position + 1 < len(lines) else ""
        if count is None and is_view_label(line.text) and re.fullmatch(r"\(?[\d.,]{1,14}\)?", following):
            count = int(re.sub(r"\D", "", following) or 0)
        if count is not None:
            reading.told["view_count"] = Provenance("label", line.text)
            return count
    return None


def section_of(reading: Reading, title: titles.Candidate, parts: Parts) -> str | None:
    """Return the section: by rules, the breadcrumb's last step, a tag, the line above the title."""
    own = key(title.text)
    for text, method, evidence in _sections(reading, title, parts, own):
        if key(text) != own:
            reading.told["section"] = Provenance(method, evidence)
            return text
    return None


def _sections(reading: Reading, title: titles.Candidate, parts: Parts, own: str) -> Iterator[tuple[str, str, str]]:
    page = reading.page
    for rule in reading.rules:
        for selector in rule.section:
            for el in css(page.root, selector):
                if text := text_of(el):
                    yield text, "rules", selector
    crumbs = [
        piece
        for line in page.lines
        if line.node.crumb and line.kind is Kind.TEXT and line.node.zone is Zone.MARGIN
        for piece in _steps(line)
        if _may_be_section(piece, own)
    ]
    if crumbs:
        yield crumbs[-1], "breadcrumb", STEP.join(crumbs[:6])
    for source, text in reading.meta.sections:
        yield text, "tag", source
    under = title.line.index if title.line is not None else -1
    for line in reversed(parts.head):
        if not 0 < under - line.index <= 8 or line.kind is not Kind.TEXT or len(line.text) > 160:
            continue
        pieces = [piece for piece in _steps(line) if _may_be_section(piece, own)]
        if pieces and line.says is None and published.stamp(line) is None:
            yield pieces[-1], "place", "line above the title"


def _steps(line: Line) -> list[str]:
    """The steps of a path line: its links, else what its marks divide; a dash may belong to a section's name."""
    if line.linked:
        return [text for _, text in line.links]
    marked = _PATH_MARK.split(line.text)
    if len(marked) > 1:
        return marked
    dashed = _DASH.split(line.text)
    return dashed if len(dashed) > 2 or dashed[0].strip().casefold() in _HOME_WORDS else [line.text]


def _may_be_section(piece: str, title: str) -> bool:
    text = clean(piece)
    return (
        3 <= len(text) <= 70
        and text.casefold() not in _HOME_WORDS
        and key(text) != title
        and any(c.isalpha() for c in text)
    )


def is_standing(reading: Reading, title: titles.Candidate) -> bool:
    """Whether the page stands in the site's menu under its title, at an address without an article's number."""
    if reading.listing is not None:
        return False
    try:
        parts = urlsplit(reading.page.url)
    except ValueError:
        return False
    if re.search(r"\d{3,}", parts.path.rsplit("/", 1)[-1]) or re.search(
        r"(?:id|ItemID)=\d+|/\d+=?$", parts.query, re.IGNORECASE
    ):
        return False
    own = _bare_path(parts.path)
    own_title = key(title.text)
    for el in reading.page.root.iter("a"):
        href = el.get("href")
        if href and key(clean(el.text_content())) == own_title:
            try:
                if _bare_path(urlsplit(urljoin(reading.page.url, href)).path) == own:
                    return True
            except ValueError:
                continue
    words = slug_words(reading.page.url)
    return bool(words) and "".join(words) == re.sub(r"[^a-z0-9]", "", match_key(title.text))


def _bare_path(path: str) -> str:
    return re.sub(r"\.(?:html?|aspx?|php)$", "", path.rstrip("/")).lower()


def bounds_of(
    reading: Reading, when: published.Published, event: date | None
) -> tuple[date | None, date | None, str | None]:
    """What bounds an unprinted publication date: the event it tells of, or a day in its address; the fetch above."""
    if when.value is not None:
        return None, None, None
    latest = reading.fetched_at.date() if reading.fetched_at else None
    if event is not None:
        return event, latest, "event_date"
    match = _URL_DAY.search(urlsplit(reading.page.url).path)
    if match is not None:
        try:
            day = date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            return None, None, None
        return (day, latest, "url") if latest is None or day <= latest else (None, None, None)
    return None, None, None

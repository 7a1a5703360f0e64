"""The cascade: from a parsed page to an article or a refusal, every field with the step that read it.

portal rules → CMS rules → structure and text signals → generic. A page is read by the rules of its fetch date.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from crawlers.portal import Rules
from crawlers.reading import appeal, fields, locate, media, prose, published, verdict
from crawlers.reading import title as titles
from crawlers.reading.body import Parts, part
from crawlers.reading.echoes import Echoes
from crawlers.reading.events import event_date
from crawlers.reading.fields import Reading
from crawlers.reading.frame import frame
from crawlers.reading.language import language_of
from crawlers.reading.lines import Says
from crawlers.reading.meta import read_meta
from crawlers.reading.opinion import Opinion, apply, second_opinion
from crawlers.reading.page import Kind, Line, Node, Page
from crawlers.reading.related import related_links
from crawlers.reading.sequel import find_sequel
from crawlers.reading.template import Marks, Template, mark
from storage.records import PAGES_MISSING, Article, Block, ListingItem, MissingDate, Paragraph, Provenance
from storage.records import Kind as ArticleKind
from storage.vocabulary import RefusalKind

_ENDS_WELL = re.compile(r"""[.!?…:;"”’')\]/*]$""")
_SHARE = 0.5
"""A container with less of the page's paragraphs than this needs a title that echoes."""
_ABOVE = 0.1
"""The share of a container's prose above a line by which that line is no title of it."""
_NEAR = 6
"""Lines between a title and its text: date, counter, lead, picture and its caption."""
_WORDS = 25
"""Under a title that nothing echoes, fewer characters than this are a label, not an article of one line."""
_LONG = 80
"""Characters from which a paragraph that ends without a stop counts as cut off; shorter ones may be headings."""


def read_article(
    page: Page,
    *,
    rules: Sequence[Rules],
    row_selectors: Sequence[str],
    listing: ListingItem | None,
    fetched_at: datetime | None,
    flags: Sequence[str],
    rules_name: str,
    version: str,
    template: Template | None = None,
    released: bool = False,
) -> Article | verdict.Verdict:
    """Read a walked page. The tree is not changed.

    A template says what an article is not looked for in. Inside the container it takes lines at the head and the tail,
    credits, bylines and captions excepted; where nothing would be left, the page is read without it. A released page
    is not judged by its words and its shape.
    """
    marks = mark(page, template) if template is not None else None
    meta = read_meta(page.root)
    reading = Reading(page, meta, rules, row_selectors, listing, fetched_at, flags=list(flags), released=released)
    found = _read(reading, marks, rules_name, version)
    if marks is None or template is None or not (count := marks.count):
        return found
    if isinstance(found, verdict.Verdict) and found.kind is not RefusalKind.EMPTY:
        return found
    if isinstance(found, verdict.Verdict) or not found.full_text:
        shows = isinstance(found, Article) and bool(found.attachments or found.images)
        if marks.wipe(shared_only=shows):
            again = Reading(page, meta, rules, row_selectors, listing, fetched_at, flags=list(flags), released=released)
            found, count = _read(again, marks, rules_name, version), marks.count
    if isinstance(found, verdict.Verdict) or not count:
        return found
    how = Provenance("learned", f"template:{template.version}: {count} lines of the page")
    return replace(found, template=template.version, provenance={**found.provenance, "template": how})


def _read(reading: Reading, marks: Marks | None, rules_name: str, version: str) -> Article | verdict.Verdict:
    reading.abroad = not reading.rules and reading.listing is None and appeal.is_foreign(reading.page)
    found = _first(reading, marks, rules_name, version)
    if not isinstance(found, verdict.Verdict) or found.kind not in appeal.SHAPES or not reading.abroad:
        return found
    return _on_appeal(reading, rules_name, version) if appeal.is_article(reading.page) else found


def _on_appeal(reading: Reading, rules_name: str, version: str) -> Article | verdict.Verdict:
    """Read a page whose title is no guide to its text: the container is the one with most prose."""
    page, meta = reading.page, reading.meta
    place = locate.by_mass(page, None) or locate.Place(page.body, "mass", "the whole page", sure=False, share=0.0)
    echoes = Echoes(page, meta, None)
    title = titles.find_title(page, (), echoes) or _title_by_place(reading, echoes, place, None)
    if title is None:
        return verdict.Verdict(RefusalKind.EMPTY, "no title and no text")
    title = replace(title, line=None)
    return _assemble(reading, title, place, part(page, None, title.text, place, (), None), rules_name, version)


def _first(reading: Reading, marks: Marks | None, rules_name: str, version: str) -> Article | verdict.Verdict:
    page, meta, rules, listing = reading.page, reading.meta, reading.rules, reading.listing
    refused = verdict.of_words(page, meta)
    if refused is not None and not reading.released:
        return refused
    echoes = Echoes(page, meta, listing)
    title = titles.find_title(page, rules, echoes)
    probe = title or titles.title_alone(page, echoes, _marks(page))
    if title is not None and titles.is_label(title, echoes):
        title = probe = None
    refused = verdict.of_content(
        page,
        meta,
        title.line if title else None,
        probe.line if probe else None,
        named=_is_named(title),
        row_selectors=reading.row_selectors,
    )
    if refused is not None and not reading.released:
        return refused
    weak = title is not None and titles.is_weak(title, echoes)
    strong = title.line if title is not None and not weak else None
    place = locate.by_rule(page, rules, title.line if title else None) or locate.find(page, strong)
    if title is None or weak:
        title = _title_by_place(reading, echoes, place, title)
        if title is not None and _is_within(page, title, place) and reading.abroad:
            title = titles.claimed(meta, None) or replace(title, line=None)
        if (
            title is not None
            and title.line is not None
            and (place is None or (place.method != "rules" and not place.sure))
        ):
            place = locate.find(page, title.line) or place
    if place is None or title is None:
        return verdict.Verdict(
            RefusalKind.EMPTY, "no text, file or image under a title" if title else "no title and no text"
        )
    if marks is not None:
        marks.lift()
    parts = part(page, title.line, title.text, place, rules, listing)
    article = _assemble(reading, title, place, parts, rules_name, version)
    return article if isinstance(article, verdict.Verdict) else _going_on(article, page, parts)


def _marks(page: Page) -> list[int]:
    """Indexes of lines that are dates or counters: a title is near one of them."""
    return [line.index for line in page.lines if line.text and (line.says is Says.VIEWS or published.stamp(line))]


def _is_named(title: titles.Candidate | None) -> bool:
    return title is not None and title.method in {"listing_echo", "rules"}


def _is_within(page: Page, title: titles.Candidate, place: locate.Place | None) -> bool:
    """Whether a fair share of a container's prose stands above a title by place: then it heads a part of the text."""
    if title.method != "place" or title.line is None or place is None or not place.node.holds(title.line.index):
        return False
    good = [line for line in page.lines_of(place.node) if locate.is_good(line)]
    above = sum(len(line.text) for line in good if line.index < title.line.index)
    return above >= _ABOVE * sum(len(line.text) for line in good)


def _title_by_place(
    reading: Reading, echoes: Echoes, place: locate.Place | None, weak: titles.Candidate | None
) -> titles.Candidate | None:
    page = reading.page
    good = [line for line in page.lines_of(place.node) if locate.is_good(line)] if place is not None else []
    first = next((line.index for line in good if len(line.text) > 220 or line.text[-1] in ".:;!?…"), None)
    found = None
    if first is not None:
        skipped = {line.index for line in page.lines[max(first - 40, 0) : first] if published.stamp(line) is not None}
        skipped |= {weak.line.index} if weak is not None and weak.line is not None else set()
        found = titles.title_above(page, first, echoes, skipped)
    if first is None or len(good) == 1:
        alone = titles.title_alone(page, echoes, _marks(page))
        found = alone if found is None or (alone is not None and alone.score >= 2.0) else found
    if weak is not None and (found is None or not titles.outdoes(found, weak, echoes)):
        return weak
    return found or titles.claimed(reading.meta, reading.listing)


def _assemble(  # one line a field
    reading: Reading, title: titles.Candidate, place: locate.Place, parts: Parts, rules_name: str, version: str
) -> Article | verdict.Verdict:
    page, told = reading.page, reading.told
    told["title"] = Provenance(title.method, title.evidence)
    other = _other_reading(reading, title, place, parts)
    texts = prose.paragraphs(parts.body)
    lead = " ".join(line.text for line in parts.lead) or None
    images = media.images(page, parts.shown, parts.captions)
    files = media.attachments(_file_lines(parts), page.url)
    videos = [line for line in parts.shown if line.kind is Kind.FRAME and media.is_video(line.el)]
    words = sum(len(text.text) for text in texts)
    echoed = title.method != "place"
    bare = not texts or (not echoed and words < _WORDS)
    pictures = bool(images) and (echoed or not all(media.is_banner(line.el) for line in parts.shown if _is_image(line)))
    if bare and not lead and not pictures and not files and not videos:
        return verdict.Verdict(RefusalKind.EMPTY, "a title and nothing under it")
    if other is None:
        told["text"] = prose.check(page, parts.body)
    else:
        told["text"] = other.told
        if not other.lines:
            texts, lead = tuple(Paragraph(f"b{number}", text) for number, text in enumerate(other.texts, 1)), None
    told["container"] = Provenance(place.method, place.evidence)
    told["frame"] = Provenance("path", frame(place.node))
    _tell_parts(told, place, (lead, parts.lead_why), len(images), len(files))
    writer, credit = fields.people_of(reading, parts)
    when = fields.published_of(reading, parts)
    reading.flags += when.flags
    if when.provenance is not None:
        told["published_at"] = when.provenance
    event = event_date(title.text, lead, texts[0].text if texts else "", when.value, reading.fetched_at)
    if event is not None:
        told["event_date"] = Provenance("lead", f"{event.raw}; year: {event.year_from}")
    views = fields.views_of(reading, parts)
    related = related_links(parts.rest, parts.dropped, page.url)
    if related:
        told["related"] = Provenance("links", f"{len(related)} links to other articles")
    section = fields.section_of(reading, title, parts)
    whole = "\n".join([title.text, lead or "", *(text.text for text in texts)])
    language = language_of(whole)
    if language:
        told["language"] = Provenance("letters and words", f"{len(whole)} characters")
    standing = when.value is None and fields.is_standing(reading, title)
    bounds = fields.bounds_of(reading, when, event.day if event else None)
    _tell_bounds(told, bounds)
    if any(_is_cut(text) for text in texts):
        reading.flags.append("truncated_paragraph")
    return Article(
        url=page.url,
        kind=ArticleKind.PAGE if standing else ArticleKind.ARTICLE,
        title=title.text,
        lead=lead,
        paragraphs=texts,
        text="\n".join(text.text for text in texts),
        section=section,
        authors=writer.authors if writer else (),
        byline_raw=writer.raw if writer else None,
        byline_kind=writer.kind if writer else None,
        source_credit=credit,
        published_at=when.value,
        published_precision=when.precision,
        published_basis=when.basis,
        published_raw=when.raw,
        published_missing_reason=MissingDate.STANDING_PAGE if standing else when.missing,
        inferred_from=bounds[0],
        inferred_to=bounds[1],
        inferred_basis=bounds[2],
        event_date=event.day if event else None,
        images=images,
        attachments=files,
        related=related,
        view_count=views,
        language=language,
        provenance=told,
        flags=tuple(dict.fromkeys(reading.flags)),
        reader_version=version,
        rules=rules_name,
    )


def _tell_parts(
    told: dict[str, Provenance], place: locate.Place, lead: tuple[str | None, tuple[str, str]], images: int, files: int
) -> None:
    if lead[0]:
        told["lead"] = Provenance(*lead[1])
    if images:
        told["images"] = Provenance(place.method, f"{images} in the container")
    if files:
        told["attachments"] = Provenance("links", f"{files} files linked")


def _tell_bounds(told: dict[str, Provenance], bounds: tuple[date | None, date | None, str | None]) -> None:
    if bounds[2]:
        told["inferred_from"] = Provenance(bounds[2], str(bounds[0]))
        if bounds[1]:
            told["inferred_to"] = Provenance("fetched", str(bounds[1]))


def _other_reading(reading: Reading, title: titles.Candidate, place: locate.Place, parts: Parts) -> Opinion | None:
    """A second opinion, already applied to the parts, where ours is not enough: see `crawlers.reading.opinion`."""
    page = reading.page
    unsure = _is_unsure(page, title, place)
    known = bool(reading.rules) or reading.listing is not None  # for other pages `abroad` has told the language
    foreign = reading.abroad or (known and place.method != "rules" and appeal.is_foreign(page))
    if not unsure and not (foreign and place.method != "rules"):
        return None
    opinion = second_opinion(page, parts, place, unsure=unsure)
    if opinion is not None and opinion.lines:
        apply(page, parts, opinion)
    return opinion


def _going_on(article: Article, page: Page, parts: Parts) -> Article:
    """The article with what its page says of further pages."""
    sequel = find_sequel(page, parts.body or parts.lead)
    flags = (*article.flags, PAGES_MISSING) if sequel.pages else article.flags
    return replace(article, continues=sequel.pages, first_page=sequel.first, flags=flags)


def _is_unsure(page: Page, title: titles.Candidate, place: locate.Place) -> bool:
    """Whether the container may be another thing's: found by mass alone, and no title or date speaks for it."""
    if place.method != "mass" or title.line is None:
        return place.method == "mass"
    return title.method == "place" and place.share < _SHARE and not _is_dated(page, title.line, place.node)


def _is_dated(page: Page, title: Line, container: Node) -> bool:
    """Whether a date stands beside a title by place, and the container follows it closely."""
    gap = container.start - title.index
    beside = page.lines[max(title.index - 2, 0) : title.index + 3]
    return (container.holds(title.index) or 0 < gap <= _NEAR) and any(map(published.stamp, beside))


def _is_image(line: Line) -> bool:
    return line.kind is Kind.IMAGE


def _file_lines(parts: Parts) -> list[Line]:
    seen: dict[int, Line] = {}
    for line in (*parts.lead, *parts.shown, *parts.tail):
        seen.setdefault(line.index, line)
    return sorted(seen.values(), key=lambda line: line.index)


def _is_cut(text: Paragraph) -> bool:
    """Whether a paragraph breaks off in the middle of a sentence."""
    return text.block is Block.PARAGRAPH and len(text.text) >= _LONG and not _ENDS_WELL.search(text.text)

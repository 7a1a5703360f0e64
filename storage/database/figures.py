"""Figures of pages that read as articles: what a portal's pages usually give, for a gate to compare with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from storage.database.bulk import upsert
from storage.database.keys import address_id
from storage.database.loading.derived import version_hash, word_count
from storage.database.loading.outcomes import Held, ReadResult
from storage.database.models import address, article, capture, figure, reading
from storage.database.values import item_of
from storage.records import Article, Capture, Kind
from storage.vocabulary import CaptureState

FIELDS = ("lead", "published_at", "byline_raw", "section", "text")
"""Fields whose presence tells that a page's frame is understood; pictures and credits are the story's own affair."""
_NOT_OF_PAGES = ("lead", "published_at", "byline_raw")
"""Fields that a standing page lacks by its nature."""
LAST = 200
"""Good readings that make up what is usual."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is noted of a page.

    Attributes:
        frame: where the article stands in it.
        words: of the full text.
        filled: the fields that have a value or need none.
        listed: the date of its listing row, as printed.
        published_at: as read.
    """

    frame: str
    words: int
    filled: frozenset[str]
    listed: str = ""
    published_at: datetime | None = None


def figures_of(found: Article) -> Figures:
    """Return the figures of a page that reads as an article."""
    filled = {name for name in FIELDS if getattr(found, name)}
    if found.kind is Kind.PAGE:
        filled.update(_NOT_OF_PAGES)
    frame = found.provenance.get("frame")
    return Figures(frame.evidence if frame else "", word_count(found), frozenset(filled))


def reader_of(found: Article) -> str:
    """Return what names the code and the rules that read a page."""
    return f"{found.reader_version} {found.rules}"


def usual(engine: Engine, portal: str, run_id: str) -> list[Figures]:
    """Return the figures of the portal's last good readings of other runs, newest first."""
    read_as = (
        select(reading.c.published_at)
        .where(reading.c.capture_id == capture.c.record_id)
        .order_by(reading.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(figure.c.frame, figure.c.words, figure.c.filled, capture.c.item, read_as.label("published_at"))
        .join(capture, capture.c.record_id == figure.c.capture_id)
        .where(
            capture.c.portal == portal,
            capture.c.state.in_([CaptureState.STORED.value, CaptureState.SAME.value]),
            capture.c.run_id != run_id,
        )
        .order_by(capture.c.seq.desc())
        .limit(LAST)
    )
    with engine.connect() as connection:
        return [
            Figures(row.frame, row.words, frozenset(row.filled), item.published_raw if item else "", row.published_at)
            for row in connection.execute(query)
            for item in [item_of(row.item)]
        ]


def known_texts(engine: Engine, captures: Iterable[Capture]) -> dict[str, str]:
    """Return the version hash that is shown now at the captures' addresses, by record id."""
    keys = {one.record_id: address_id(one.portal, one.url) for one in captures}
    query = (
        select(address.c.id, article.c.version_hash)
        .join(article, article.c.id == address.c.article_id)
        .where(address.c.id.in_(set(keys.values())), article.c.withdrawn_at.is_(None))
    )
    with engine.connect() as connection:
        shown = {row.id: row.version_hash for row in connection.execute(query)}
    return {record_id: shown[key] for record_id, key in keys.items() if key in shown}


def held_readings(engine: Engine, portal: str) -> list[tuple[str, str, datetime]]:
    """Return the pages that a gate keeps back: record id, what read them, when they were fetched."""
    query = (
        select(capture.c.record_id, figure.c.reader, capture.c.fetched_at)
        .join(figure, figure.c.capture_id == capture.c.record_id)
        .where(capture.c.portal == portal, capture.c.state == CaptureState.HELD.value)
    )
    with engine.connect() as connection:
        return [(row.record_id, row.reader, row.fetched_at) for row in connection.execute(query)]


def keep_figures(connection: Connection, results: Sequence[ReadResult]) -> None:
    """Note the figures of those results that read as articles; their captures are entered."""
    rows = []
    for result in results:
        found = result.outcome.article if isinstance(result.outcome, Held) else result.outcome
        if isinstance(found, Article):
            figures = figures_of(found)
            rows.append(
                {
                    "capture_id": result.capture.record_id,
                    "reader": reader_of(found),
                    "frame": figures.frame,
                    "words": figures.words,
                    "content_hash": version_hash(found),
                    "filled": sorted(figures.filled),
                }
            )
    upsert(connection, figure, rows, update=("reader", "frame", "words", "content_hash", "filled"))

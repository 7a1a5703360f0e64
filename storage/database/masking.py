"""Rows that were loaded under other rules of masking, brought up to those of today.

Only what is masked now and was not changes: what earlier rules masked needlessly is in the archive alone, and comes
back with the next reading.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, select, update

from storage import privacy
from storage.database.among import among
from storage.database.bulk import update_rows, upsert
from storage.database.engine import transact
from storage.database.feed import number_changes
from storage.database.models import article, attachment, capture, image, reading, schema_note
from storage.database.search_index import index_articles, search_words
from storage.database.types import now
from storage.records import Article, Attachment, Image, Kind, Paragraph, Provenance, RelatedLink
from storage.vocabulary import Cause, Change

RULES = hashlib.sha256(Path(privacy.__file__).read_bytes()).hexdigest()[:12]
"""A digest of the code that masks."""

_NOTE = "masking"
_CHUNK = 500
_FIELDS = (
    "title",
    "lead",
    "text",
    "paragraphs",
    "authors",
    "byline_raw",
    "source_credit",
    "related",
    "provenance",
)
_PUBLISHED = ("title", "lead", "text", "authors", "byline_raw", "source_credit", "images", "attachments")
"""Fields whose change the feed tells."""


def is_behind(connection: Connection) -> bool:
    """Whether rows may have been loaded under other rules than today's."""
    return connection.scalar(select(schema_note.c.value).where(schema_note.c.name == _NOTE)) != RULES


def mask_again(engine: Engine) -> int:
    """Mask what today's rules mask in every row; return how many readings that changed.

    Some hundred rows a transaction; one that is killed begins anew and comes to the same. Needs the right to change
    readings, which the loader has not.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer, or the role may not change it.
    """
    with engine.connect() as connection:
        if not is_behind(connection):
            return 0
    count, after = 0, 0
    while (step := transact(engine, partial(_readings, after=after))) is not None:
        after, changed = step
        count += changed
    after = 0
    while (last := transact(engine, partial(_details, after=after))) is not None:
        after = last
    transact(engine, note)
    return count


def note(connection: Connection) -> None:
    """Note that every row is masked by today's rules."""
    upsert(connection, schema_note, [{"name": _NOTE, "value": RULES}], update=("value",))


def _readings(connection: Connection, after: int) -> tuple[int, int] | None:
    """Mask the next readings; return the last one's id and how many changed, None where there is none."""
    columns = [reading.c[name] for name in ("id", "article_id", "version_no", "capture_id", "section", *_FIELDS)]
    rows = connection.execute(select(*columns).where(reading.c.id > after).order_by(reading.c.id).limit(_CHUNK)).all()
    if not rows:
        return None
    ids = [row.id for row in rows]
    images = _by_reading(connection, image, ids)
    attachments = _by_reading(connection, attachment, ids)
    changed: dict[int, tuple[Row[Any], Article, list[str]]] = {}
    for row in rows:
        pictures, files = images.get(row.id, []), attachments.get(row.id, [])
        old = _article(row, pictures, files)
        made = privacy.masked_article(old)
        names = [name for name in (*_FIELDS, "images", "attachments") if getattr(old, name) != getattr(made, name)]
        if not names:
            continue
        changed[row.id] = row, made, names
        for found, picture in zip(pictures, made.images, strict=True):
            _set(connection, image, found, caption=picture.caption, credit=picture.credit, alt=picture.alt)
        for found, linked in zip(files, made.attachments, strict=True):
            _set(connection, attachment, found, name=linked.name)
    update_rows(connection, reading, "id", [_values(key, made) for key, (_, made, _) in changed.items()])
    _show(connection, changed)
    return ids[-1], len(changed)


def _by_reading(connection: Connection, table: Table, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    query = select(table).where(among(connection, table.c.reading_id, ids))
    for row in connection.execute(query.order_by(table.c.reading_id, table.c.position)):
        found.setdefault(row.reading_id, []).append(row)
    return found


def _set(connection: Connection, table: Table, row: Row[Any], **values: str) -> None:
    """Give a reading's image or file other words, if they are others."""
    if any(getattr(row, name) != value for name, value in values.items()):
        same = (table.c.reading_id == row.reading_id, table.c.position == row.position)
        connection.execute(update(table).where(*same).values(**values))


def _article(row: Row[Any], images: Sequence[Row[Any]], attachments: Sequence[Row[Any]]) -> Article:
    """Return a reading's words as the article that they are of; what is not masked is left out."""
    return Article(
        url="",
        kind=Kind.ARTICLE,
        title=row.title,
        lead=row.lead,
        paragraphs=tuple(Paragraph(**part) for part in row.paragraphs),
        text=row.text,
        authors=tuple(row.authors),
        byline_raw=row.byline_raw,
        source_credit=row.source_credit,
        images=tuple(Image(one.url, one.caption, one.credit, one.alt, one.caption_id) for one in images),
        attachments=tuple(Attachment("", one.name) for one in attachments),
        related=tuple(RelatedLink(**one) for one in row.related),
        provenance={name: Provenance(**how) for name, how in row.provenance.items()},
    )


def _values(reading_id: int, made: Article) -> dict[str, Any]:
    values = {"id": reading_id} | {name: getattr(made, name) for name in _FIELDS}
    parts = [{name: value for name, value in asdict(part).items() if value is not None} for part in made.paragraphs]
    return values | {"paragraphs": parts, "authors": list(made.authors)}


def _show(connection: Connection, changed: Mapping[int, tuple[Row[Any], Article, list[str]]]) -> None:
    """Bring the search index up to the readings that are shown, and tell the feed."""
    if not changed:
        return
    shown = connection.execute(
        select(article.c.reading_id, article.c.portal)
        .where(among(connection, article.c.reading_id, changed))
        .where(article.c.merged_into.is_(None), article.c.withdrawn_at.is_(None))
        .order_by(article.c.id)
    ).all()
    words, told = {}, []
    for reading_id, portal in shown:
        row, made, names = changed[reading_id]
        words[row.article_id] = search_words(row.section, made.title, made.lead, made.text)
        if fields := [name for name in _PUBLISHED if name in names]:
            told.append(
                {
                    "at": now(),
                    "kind": Change.REREAD.value,
                    "cause": Cause.CORRECTION.value,
                    "portal": portal,
                    "article_id": row.article_id,
                    "version_no": row.version_no,
                    "changed_fields": fields,
                    "other_article_id": None,
                    "capture_id": row.capture_id,
                    "run_id": f"masking {RULES}",
                }
            )
    index_articles(connection, words)
    number_changes(connection, told)


def _details(connection: Connection, after: int) -> int | None:
    """Mask what is said of the next captures; return the last one's number, None where there is none."""
    query = select(capture.c.seq, capture.c.record_id, capture.c.detail).where(capture.c.seq > after)
    rows = connection.execute(query.where(capture.c.detail.is_not(None)).order_by(capture.c.seq).limit(_CHUNK)).all()
    if not rows:
        return None
    masked = [{"record_id": row.record_id, "detail": privacy.masked(row.detail)} for row in rows]
    update_rows(
        connection,
        capture,
        "record_id",
        [one for one, row in zip(masked, rows, strict=True) if one["detail"] != row.detail],
    )
    return int(rows[-1].seq)

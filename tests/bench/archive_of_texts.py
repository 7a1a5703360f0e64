"""A database full of articles with known near-duplicates, written straight into the tables: no crawl, no reading."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy import Connection, Engine

from storage.database.bulk import insert_rows
from storage.database.engine import transact
from storage.database.feed import number_changes
from storage.database.models import address, article, capture, reading, version
from storage.vocabulary import CaptureState, Cause, Change, Purpose
from tests.replicas.newsroom import PORTALS
from tests.texts import extended, light, middling, news
from tests.unit.database.makers import FIRST_DAY

EDITS = {7: light, 8: middling, 9: extended}
"""Of ten texts seven are news, and three are edits of the first three."""
_CHUNK = 1000


def base(number: int) -> int:
    """Return the number of the text that a text is an edit of; its own if it is none."""
    return number - 7 if number % 10 in EDITS else number


def text_of(number: int) -> str:
    """Return a text of the archive."""
    edit = EDITS.get(number % 10)
    return edit(Random(number), news(base(number))) if edit else news(number)


def fill(engine: Engine, count: int) -> None:
    """Write `count` articles and a change of each; numbers are from 1, in the order of the texts."""
    for first in range(0, count, _CHUNK):
        chunk = range(first, min(first + _CHUNK, count))
        transact(engine, partial(_write, chunk=chunk))


def _write(connection: Connection, chunk: range) -> None:
    if chunk.start == 0:
        _write_parents(connection)
    times = {number: FIRST_DAY + timedelta(minutes=number) for number in chunk}
    insert_rows(connection, article, [_article(number, times) for number in chunk])
    common = {"capture_id": "urn:uuid:0", "version_no": 1}
    insert_rows(
        connection,
        version,
        [
            {
                "article_id": number + 1,
                "no": 1,
                "capture_id": "urn:uuid:0",
                "address_id": "0",
                "seen_at": times[number],
                "reading_id": number + 1,
            }
            for number in chunk
        ],
    )
    empty: dict[str, list[str]] = {name: [] for name in ("paragraphs", "authors", "related", "flags")}
    insert_rows(
        connection,
        reading,
        [
            {
                **common,
                **empty,
                "id": number + 1,
                "article_id": number + 1,
                "made_at": times[number],
                "reader_version": "1",
                "rules": "bench",
                "version_hash": str(number),
                "field_hashes": {},
                "kind": "article",
                "title": f"Tin {base(number)}",
                "text": text_of(number),
                "provenance": {},
            }
            for number in chunk
        ],
    )
    number_changes(
        connection,
        [
            {
                "at": times[number],
                "kind": Change.CREATED.value,
                "cause": Cause.SOURCE.value,
                "portal": PORTALS[number % len(PORTALS)],
                "article_id": number + 1,
                "version_no": 1,
                "changed_fields": [],
                "other_article_id": None,
                "capture_id": None,
                "run_id": "bench",
            }
            for number in chunk
        ],
    )


def _article(number: int, times: dict[int, datetime]) -> dict[str, object]:
    return {
        "id": number + 1,
        "portal": PORTALS[number % len(PORTALS)],
        "address_id": "0",
        "version_no": 1,
        "version_hash": str(number),
        "words": 400,
        "reading_id": number + 1,
        "first_seen_at": times[number],
        "last_seen_at": times[number],
        "last_visit_at": times[number],
        "sort_date": FIRST_DAY.date(),
        "sort_date_basis": "first_seen_at",
    }


def _write_parents(connection: Connection) -> None:
    """Write the one capture and the one address that every row names."""
    place = {"segment": "0", "segment_offset": 0, "segment_length": 0}
    insert_rows(
        connection,
        capture,
        [
            {
                **place,
                "seq": 1,
                "record_id": "urn:uuid:0",
                "run_id": "bench",
                "portal": PORTALS[0],
                "purpose": Purpose.ARTICLE.value,
                "url": "https://x.vn/",
                "fetched_at": FIRST_DAY,
                "status": 200,
                "headers": {},
                "payload_sha256": "",
                "payload_size": 0,
                "listing": "",
                "page": 0,
                "parent": "",
                "state": CaptureState.STORED.value,
            }
        ],
    )
    insert_rows(
        connection,
        address,
        [
            {
                "id": "0",
                "portal": PORTALS[0],
                "key": "x.vn/",
                "url": "https://x.vn/",
                "listing": "",
                "first_seen_at": FIRST_DAY,
            }
        ],
    )


def texts(count: int) -> Iterator[str]:
    """Give the texts in their order."""
    return map(text_of, range(count))

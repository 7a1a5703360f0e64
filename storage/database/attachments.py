"""Files that articles link to: which are wanted, and what came of fetching them."""

from collections.abc import Collection, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from sqlalchemy import Connection, Engine, select, update

from storage.database.keys import address_id
from storage.database.models import article, attachment, file, reading
from storage.database.models import capture as captures
from storage.database.values import capture_of
from storage.records import Attachment, Capture
from storage.vocabulary import CaptureState, Purpose

WANTED, STORED, FAILED, NOT_ALLOWED = "wanted", "stored", "failed", "not_allowed"
"""States of a file."""

MAX_TRIES = 5
"""Runs that may fail to fetch a file before it is left alone."""

ALLOWED = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "rtf": "application/rtf",
    "csv": "text/csv",
    "zip": "application/zip",
    "rar": "application/vnd.rar",
    "7z": "application/x-7z-compressed",
}
"""Types that are archived, by the end of a file's name. Programs, sound and film are not."""

_OTHER_SPELLINGS = frozenset({"text/rtf", "application/x-rar-compressed", "application/x-zip-compressed"})


def is_allowed(linked: Attachment) -> bool:
    """Whether a linked file is of a type that is archived: by its media type, its name, or its address."""
    if linked.media_type in ALLOWED.values() or linked.media_type in _OTHER_SPELLINGS:
        return True
    try:
        path = unquote(urlsplit(linked.url).path)
    except ValueError:
        return False
    return any(PurePosixPath(name).suffix.lower().removeprefix(".") in ALLOWED for name in (path, linked.name))


def wanted_attachments(engine: Engine, portal: str, run_id: str, limit: int) -> list[tuple[str, str]]:
    """Return files to fetch, as pairs of their address and that of the article.

    They are of articles that are shown, not archived yet, and not tried in this run. Those tried least come first.
    """
    shown = (
        select(attachment.c.file_id)
        .join(reading, reading.c.id == attachment.c.reading_id)
        .join(article, article.c.reading_id == reading.c.id)
        .where(article.c.portal == portal)
    )
    query = (
        select(file.c.url, file.c.parent)
        .where(
            file.c.portal == portal,
            file.c.state == WANTED,
            file.c.last_run.is_distinct_from(run_id),
            file.c.id.in_(shown),
        )
        .order_by(file.c.tries, file.c.id)
        .limit(limit)
    )
    with engine.connect() as connection:
        return [(row.url, row.parent) for row in connection.execute(query)]


def not_a_file(capture: Capture, body: bytes) -> str | None:
    """Return why a response with status 200 is not the file asked for, or None."""
    content_type = capture.headers.get("content-type", "").partition(";")[0].strip().lower()
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    # Portals answer a missing file with an HTML page, whatever type they claim.
    if content_type in {"text/html", "application/xhtml+xml"} or start.startswith((b"<!doctype html", b"<html")):
        return "an HTML page instead of the file"
    return None if body else "an empty file"


def note_files(connection: Connection, fetched: Sequence[tuple[Capture, str | None]]) -> set[str]:
    """Enter files that were just fetched, each with what is wrong with it, if anything is.

    Returns the ids of the files that consumers see in another state now.
    """
    changed: set[str] = set()
    for capture, problem in fetched:
        if 300 <= capture.status < 400:
            continue  # its target is another capture
        ids = answered_by(connection, capture)
        if problem or capture.status != 200:
            changed |= _failed(connection, ids, capture.run_id, problem or f"HTTP {capture.status}")
            continue
        changed |= set(connection.scalars(select(file.c.id).where(file.c.id.in_(ids))))
        connection.execute(
            update(file)
            .where(file.c.id.in_(ids))
            .values(
                state=STORED,
                detail=None,
                last_run=capture.run_id,
                capture_id=capture.record_id,
                fetched_at=capture.fetched_at,
                size=capture.payload_size,
                sha256=capture.payload_sha256,
            )
        )
    return changed


def find_archived(connection: Connection, files: Collection[str]) -> None:
    """Enter files that were archived before an article was known to link to them."""
    if not files:
        return
    rows = connection.execute(
        select(captures)
        .where(
            captures.c.address_id.in_(files),
            captures.c.purpose == Purpose.ATTACHMENT.value,
            captures.c.state == CaptureState.NOTED.value,
            captures.c.status == 200,
        )
        .order_by(captures.c.seq)
    ).mappings()
    note_files(connection, [(capture_of(row)[0], None) for row in rows])


def note_failed_files(connection: Connection, portal: str, run_id: str, urls: Sequence[str]) -> set[str]:
    """Count a failed try of files that gave no response; return the ids of those that are given up by it."""
    return _failed(connection, [address_id(portal, url) for url in urls], run_id, "no response")


def answered_by(connection: Connection, capture: Capture) -> list[str]:
    """Return the ids of the addresses that a response answers for: its own, and those that redirected to it."""
    ids = [address_id(capture.portal, capture.url)]
    for key in ids:
        hops = connection.scalars(
            select(captures.c.address_id).where(captures.c.redirect_to == key, captures.c.run_id == capture.run_id)
        )
        ids.extend(sorted({hop for hop in hops if hop not in ids}))
    return ids


def _failed(connection: Connection, ids: Sequence[str], run_id: str, detail: str) -> set[str]:
    rows = connection.execute(
        select(file.c.id, file.c.tries).where(
            file.c.id.in_(ids), file.c.state == WANTED, file.c.last_run.is_distinct_from(run_id)
        )
    ).all()
    given_up = set()
    for row in rows:
        tries = row.tries + 1
        if tries >= MAX_TRIES:
            given_up.add(row.id)
        state = FAILED if tries >= MAX_TRIES else WANTED
        connection.execute(
            update(file).where(file.c.id == row.id).values(state=state, tries=tries, detail=detail, last_run=run_id)
        )
    return given_up

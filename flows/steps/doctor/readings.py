"""I4: what is read again by the same reader gives the same text."""

import asyncio
from array import array
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, func, or_, select

from crawlers.portal import Portal
from crawlers.reading import READER_VERSION
from crawlers.reading.template import Template
from flows.steps.doctor.model import NIGHTLY, Checked, Finding, Invariant, Scope
from flows.steps.reading import Readers
from flows.steps.templates import in_force
from storage.database.decisions import released
from storage.database.further_pages import wholes
from storage.database.load import FetchFailed
from storage.database.loading.derived import version_hash
from storage.database.loading.outcomes import Outcome
from storage.database.models import address, capture, reading
from storage.database.values import capture_of
from storage.records import Article
from storage.vocabulary import FetchError

SAMPLE = 50
"""Readings of one run that are made again (reliability.md, I4); `--full` makes all again."""
_BATCH = 64


async def rereadable(scope: Scope, readers: Readers) -> Checked:
    """Read what the present reader has read before, and compare."""
    if scope.portal is None:
        return Checked(Invariant.REREAD, 0)
    template = await asyncio.to_thread(in_force, scope.engine, scope.name)
    ids = await asyncio.to_thread(_last_readings, scope, template)
    if scope.run_id is not None and len(ids) > SAMPLE:
        ids = array("q", (ids[place * len(ids) // SAMPLE] for place in range(SAMPLE)))
    findings: list[Finding] = []
    for start in range(0, len(ids), _BATCH):
        batch = await asyncio.to_thread(_rows, scope, ids[start : start + _BATCH])
        for row, again in await _again(scope.engine, scope.portal, batch, readers, template):
            if isinstance(again, Article) and (
                again.rules != row["rules"] or version_hash(again) == row["version_hash"]
            ):
                continue  # under other rules it may read otherwise
            said = "ra văn bản khác" if isinstance(again, Article) else f"không còn ra bài ({again})"
            what = f"bản ghi {row['record_id']} đọc lại {said[:200]}"
            findings.append(scope.finding(row["url"], what, NIGHTLY))
    return Checked(Invariant.REREAD, len(ids), tuple(findings))


async def _again(
    engine: Engine, portal: Portal, rows: Sequence[Any], readers: Readers, template: Template | None
) -> list[tuple[Any, Outcome]]:
    """Read captures again; what the archive cannot give is left out, for that is told under I3."""
    company = await asyncio.to_thread(wholes, engine, [capture_of(row) for row in rows])
    rows = [row for row in rows if row["record_id"] not in company]  # of several pages: more may have come since
    pages = [capture_of(row) for row in rows]
    let_through = await asyncio.to_thread(released, engine, [page for page, _ in pages])
    plain = [one for one, row in zip(pages, rows, strict=True) if row["template"] is None]
    furnished = [one for one, row in zip(pages, rows, strict=True) if row["template"] is not None]
    results = await readers.read(portal, plain, None, None, let_through)
    results += await readers.read(portal, furnished, template, None, let_through)
    found = {
        result.capture.record_id: result.outcome
        for result in results
        if not (isinstance(result.outcome, FetchFailed) and result.outcome.error is FetchError.ARCHIVE)
    }
    return [(row, found[row["record_id"]]) for row in rows if row["record_id"] in found]


def _last_readings(scope: Scope, template: Template | None) -> "array[int]":
    """Return the id of the last reading of each capture in scope that this very reader has made under `template`.

    A reading that leant on a listing row which the capture does not hold is left out: later listings say other things.
    """
    last = (
        scope.of_captures(select(func.max(reading.c.id).label("id")))
        .join(reading, reading.c.capture_id == capture.c.record_id)
        .join(address, address.c.id == capture.c.address_id)
        .where(reading.c.reader_version == READER_VERSION, or_(capture.c.item.is_not(None), address.c.item.is_(None)))
        .group_by(capture.c.record_id)
        .subquery()
    )
    made_under = or_(reading.c.template.is_(None), reading.c.template == (template.version if template else None))
    query = select(reading.c.id).join(last, last.c.id == reading.c.id).where(made_under).order_by(reading.c.id)
    with scope.connect() as connection:
        return array("q", connection.scalars(query))


def _rows(scope: Scope, ids: Sequence[int]) -> list[Any]:
    """Return readings with their captures."""
    query = (
        select(capture, reading.c.version_hash, reading.c.rules, reading.c.template)
        .join(reading, reading.c.capture_id == capture.c.record_id)
        .where(reading.c.id.in_(ids))
        .order_by(reading.c.id)
    )
    with scope.connect() as connection:
        return list(connection.execute(query).mappings())

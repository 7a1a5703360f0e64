"""Captures and articles for tests of the database, and a desk that loads them day by day."""

import itertools
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, RowMapping, text

from storage.database.captures import Indexed, enter
from storage.database.engine import transact
from storage.database.load import FetchFailed, LoadCounts, NotModified, Outcome, ReadResult, Reread, load
from storage.records import (
    VIETNAM,
    Article,
    Capture,
    DateBasis,
    Kind,
    ListingItem,
    Location,
    MissingDate,
    Paragraph,
    Precision,
)
from storage.text import sha256_hex
from storage.vocabulary import CaptureState, FetchError, Purpose

FIRST_DAY = datetime(2025, 3, 10, 5, 0, tzinfo=VIETNAM)
PORTAL = "lao_cai"
LONG = " ".join(f"từ{number}" for number in range(60))

_places = itertools.count(1)


def url(name: str, portal: str = PORTAL) -> str:
    return f"https://{portal.replace('_', '')}.gov.vn/tin/{name}"


def capture(
    address: str,
    *,
    portal: str = PORTAL,
    at: datetime = FIRST_DAY,
    run_id: str = "run-1",
    purpose: Purpose = Purpose.ARTICLE,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
    listing: str = "",
    page: int = 0,
    item: ListingItem | None = None,
) -> Capture:
    content = body if body is not None else f"<html>{uuid.uuid4()}</html>"
    return Capture(
        record_id=f"urn:uuid:{uuid.uuid4()}",
        run_id=run_id,
        portal=portal,
        purpose=purpose,
        url=address,
        fetched_at=at,
        status=status,
        headers=dict(headers or {}),
        payload_sha256=sha256_hex(content),
        payload_size=len(content.encode()),
        listing=listing,
        page=page,
        item=item,
    )


def location() -> Location:
    return Location("segment-1.warc.gz", next(_places) * 1000, 900)


def article(address: str, body: str = LONG, *, title: str = "Họp báo quý I", **fields: Any) -> Article:
    values: dict[str, Any] = {
        "url": address,
        "kind": Kind.ARTICLE,
        "title": title,
        "lead": "Sáng 10/3, tỉnh họp báo.",
        "paragraphs": (Paragraph("b1", body),),
        "text": body,
        "published_at": FIRST_DAY,
        "published_precision": Precision.MINUTE,
        "published_basis": DateBasis.PAGE,
        "published_raw": "10/03/2025 05:00",
        "language": "vi",
        "reader_version": "1",
        "rules": "vnportal",
    }
    if fields.get("published_at", FIRST_DAY) is None:
        values |= {"published_precision": None, "published_basis": None, "published_raw": None}
        values |= {"published_missing_reason": MissingDate.NOT_PRINTED}
    return Article(**(values | fields))


def reading_as(body: str, **fields: Any) -> Reread:
    """A reader that makes the same article of whatever it is given again."""
    return lambda whole: ReadResult(*whole.first, article(whole.first[0].url, body, **fields))


def row(capture: Capture, outcome: Outcome) -> ReadResult:
    return ReadResult(capture, location(), outcome)


@dataclass(slots=True)
class Desk:
    """Loads what a portal serves, a day at a time."""

    engine: Engine
    portal: str = PORTAL
    day: int = 0
    run_id: str = "run-1"
    reread: Reread | None = None
    last: list[ReadResult] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return FIRST_DAY + timedelta(days=self.day)

    def next_day(self, days: int = 1) -> None:
        self.day += days
        self.run_id = f"run-{self.day + 1}"

    def capture(self, name: str, **fields: Any) -> Capture:
        return capture(url(name, self.portal), portal=self.portal, at=self.now, run_id=self.run_id, **fields)

    def load(self, *results: ReadResult) -> LoadCounts:
        self.last = list(results)
        return load(self.engine, self.run_id, results, reread=self.reread)

    def serve(
        self, name: str, body: str = LONG, *, capture: Mapping[str, Any] | None = None, **fields: Any
    ) -> LoadCounts:
        """The address serves an article."""
        fetched = self.capture(name, **(capture or {}))
        return self.load(row(fetched, article(fetched.url, body, **fields)))

    def miss_outcome(self, status: int = 404) -> FetchFailed:
        return FetchFailed(FetchError.HTTP, f"HTTP {status}")

    def miss(self, name: str, status: int = 404) -> LoadCounts:
        return self.load(row(self.capture(name, status=status), self.miss_outcome(status)))

    def not_modified(self, name: str) -> LoadCounts:
        return self.load(row(self.capture(name, status=304), NotModified()))

    def enter(self, *captures: Capture, state: CaptureState = CaptureState.NOTED) -> None:
        chunk = [Indexed(one, location(), state) for one in captures]
        transact(self.engine, lambda connection: enter(connection, self.portal, chunk, reached=False))

    def redirect(self, source: str, target: str) -> None:
        self.enter(self.capture(source, status=301, headers={"location": url(target, self.portal)}))

    def list_page(
        self,
        listing: str,
        page: int,
        names: list[str],
        *,
        state: CaptureState = CaptureState.NOTED,
        dated: str = "10/03/2025",
    ) -> None:
        """The portal shows a listing page with these rows, in this order."""
        items = tuple(ListingItem(url(name, self.portal), f"Bài {name}", dated) for name in names)
        fetched = self.capture(f"{listing}?trang={page}", purpose=Purpose.LISTING, listing=listing, page=page)
        chunk = [Indexed(fetched, location(), state, items=items if state is CaptureState.NOTED else ())]
        transact(self.engine, lambda connection: enter(connection, self.portal, chunk, reached=False))


def rows(engine: Engine, query: str, **values: Any) -> list[RowMapping]:
    with engine.connect() as connection:
        return list(connection.execute(text(query), values).mappings())


def one(engine: Engine, query: str, **values: Any) -> RowMapping:
    (found,) = rows(engine, query, **values)
    return found


def dump(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables."""
    from storage.database.models import metadata

    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(found) for found in connection.execute(table.select())), key=repr)
            for table in metadata.sorted_tables
        }

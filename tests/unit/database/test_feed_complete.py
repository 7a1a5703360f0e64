"""Who reads the feed and fetches what it names has at every moment what a full dump has."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete

from storage.consume.dictionary import DERIVED, FEED_VIEWS, OUTSIDE_FEED
from storage.database.failures import Unfetched, note_failures
from storage.database.forget import forget
from storage.database.keys import address_id
from storage.database.load import Held, ReadResult, Whole
from storage.database.models import metadata
from storage.database.portals import PortalRow, sync_portals
from storage.records import Article, Attachment, Capture, Image, Refusal
from storage.vocabulary import Decision, FetchError, Purpose, RefusalKind
from tests.unit.database.makers import LONG, PORTAL, Desk, article, row, rows, url
from tests.unit.database.test_decisions import say

NAMES = ("a", "b", "c")
FILES = ("https://x.vn/1.pdf", "https://x.vn/2.pdf")
FACTS = PortalRow(
    PORTAL, "Cổng", "vnportal", "province", "Tỉnh Lào Cai", "gso-2004", "10", None, "active", "x", None, None, None,
    "official",
)  # fmt: skip

ALWAYS_GO_ALONG = {"version_no", "capture_id"}

Dump = dict[str, dict[int, list[tuple[Any, ...]]]]


class Replica:
    """A consumer: keeps the rows of the views, and fetches anew only the articles that the feed names."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.cursor = engine, 0
        self.kept: Dump = {view: {} for view in FEED_VIEWS}

    def catch_up(self) -> None:
        changes = rows(self.engine, "SELECT * FROM v1_changes WHERE seq > :after ORDER BY seq", after=self.cursor)
        if not changes:
            return
        told: dict[int, set[str]] = {}
        for change in changes:
            told.setdefault(change["article_id"], set()).update(json.loads(change["changed_fields"]))
            if change["change"] in {"created", "withdrawn"} or "merged_into" in change["changed_fields"]:
                told[change["article_id"]].add("*")
        self.cursor = changes[-1]["seq"]
        now = dump(self.engine)
        for number, fields in told.items():
            self._check_names(number, fields, now)
            for view in FEED_VIEWS:
                self.kept[view].pop(number, None)
                if number in now[view]:
                    self.kept[view][number] = now[view][number]

    def _check_names(self, number: int, fields: set[str], now: Dump) -> None:
        """What changed in `v1_articles` is named."""
        old, new = self.kept["v1_articles"].get(number), now["v1_articles"].get(number)
        if old is None or new is None or "*" in fields:
            return
        differ = {name for (name, before), (_, after) in zip(old[0], new[0], strict=True) if before != after}
        if "sort_date" in differ:
            differ = {name for name in differ if not name.startswith(("unit_", "province_"))}
        unnamed = {name for name in differ - ALWAYS_GO_ALONG - fields if not fields & set(DERIVED.get(name, ()))}
        assert not unnamed, (unnamed, fields)


def dump(engine: Engine) -> Dump:
    found: Dump = {}
    for view in FEED_VIEWS:
        found[view] = {}
        for item in rows(engine, f"SELECT * FROM {view}"):
            values = tuple((name, value) for name, value in item.items() if (view, name) not in OUTSIDE_FEED)
            found[view].setdefault(item["article_id"], []).append(values)
        for values_of in found[view].values():
            values_of.sort(key=repr)
    return found


class Newsroom:
    """Plays what a portal, a crawl and an operator may do, one act at a time."""

    def __init__(self, engine: Engine, archive: Path) -> None:
        self.desk = Desk(engine)
        self.papers = archive
        self.last: dict[str, ReadResult] = {}
        self.reader = 1
        self.served: dict[str, Article] = {}
        self.facts = FACTS
        self.archive: dict[str, tuple[str, int]] = {}
        self.desk.reread = self.reread

    def reread(self, whole: Whole) -> ReadResult:
        capture, location = whole.first
        name = capture.url.rsplit("/", 1)[1]
        return ReadResult(capture, location, self.article(name, *self.archive[capture.record_id]))

    def article(self, name: str, body: str, look: int) -> Article:
        section = f"Mục {self.reader}" if self.reader > 1 else None
        images = (Image("https://x.vn/1.jpg", caption=f"Ảnh {look}"),) if look else ()
        files = tuple(Attachment(address, address[-5:], "application/pdf") for address in FILES[:look])
        return article(
            url(name), f"{LONG} {body}", section=section, images=images, attachments=files, view_count=look,
            published_at=None if look == 2 else self.desk.now.replace(day=1, month=1 + look),
            reader_version=str(self.reader),
        )  # fmt: skip

    def act(self, kind: str, name: str, other: str, look: int) -> None:
        desk, engine = self.desk, self.desk.engine
        match kind:
            case "serve":
                fetched = desk.capture(name)
                self.archive[fetched.record_id] = (other, look)
                self.last[name] = self.result(fetched, name, other, look)
                desk.load(self.last[name])
            case "refuse":
                fetched = desk.capture(name)
                desk.load(row(fetched, Refusal(fetched.url, RefusalKind.MAINTENANCE, "")))
            case "hold":
                fetched = desk.capture(name)
                desk.load(row(fetched, Held(self.article(name, "giữ lại", look), "drifted")))
            case "miss":
                desk.miss(name, 404)
            case "unchanged":
                desk.not_modified(name)
            case "redirect" if name != other:
                desk.redirect(name, other)
            case "list":
                desk.list_page("tin", 1, [name, other])
            case "day":
                desk.next_day()
                desk.serve("khoe", title="Bài luôn còn", reader_version=str(self.reader))
            case "better":
                self.reader += 1
            case "file":
                status = 200 if look else 404
                desk.enter(self.file(FILES[look % 2], status, f"%PDF {other}"))
            case "nofile":
                for number in range(5):
                    failed = [Unfetched(FILES[look % 2], Purpose.ATTACHMENT, FetchError.DNS)]
                    note_failures(engine, PORTAL, f"{desk.run_id}-{number}", failed)
            case "reject" if name in self.last:
                say(desk, self.papers, Decision.REJECTED, self.last[name])
            case "release" if name in self.last:
                say(desk, self.papers, Decision.RELEASED, self.last[name])
                desk.load(self.last[name])
            case "forget":
                forget(engine, self.papers, PORTAL, [address_id(PORTAL, url(name))], "đơn số 5", "an")
                self.last.clear()
            case "facts":
                self.facts = replace(
                    self.facts, reuse="press" if look else "official", province=("10", "15", "83")[look]
                )
                sync_portals(engine, [self.facts])

    def result(self, fetched: Capture, name: str, body: str, look: int) -> ReadResult:
        return row(fetched, self.article(name, body, look))

    def file(self, address: str, status: int, body: str) -> Capture:
        from tests.unit.database.makers import capture

        return capture(
            address, at=self.desk.now, run_id=self.desk.run_id, purpose=Purpose.ATTACHMENT, status=status, body=body
        )


def acts(*more: str) -> st.SearchStrategy[tuple[str, str, str, int]]:
    """Return acts: a kind, usual ones and those named here, two names and a number."""
    kinds = ["serve"] * 5 + ["miss"] * 3 + ["day"] * 3 + ["redirect"] * 2
    kinds += ["refuse", "hold", "unchanged", "list", "better", "file", "nofile", "facts", *more]
    return st.tuples(st.sampled_from(kinds), st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(0, 2))


def replay(engine: Engine, acts: list[tuple[str, str, str, int]]) -> None:
    with tempfile.TemporaryDirectory() as archive:
        _replay(engine, acts, Path(archive))


def _replay(engine: Engine, acts: list[tuple[str, str, str, int]], archive: Path) -> None:
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name not in {"feed", "schema_note"}:
                connection.execute(delete(table))
    newsroom, replica = Newsroom(engine, archive), Replica(engine)
    for act in acts:
        newsroom.act(*act)
        replica.catch_up()
        assert replica.kept == dump(engine), act


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, database=None, derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )  # fmt: skip


@given(st.lists(acts(), min_size=6, max_size=16))
@_settings(25)
def test_the_feed_tells_all(engine: Engine, played: list[tuple[str, str, str, int]]) -> None:
    replay(engine, played)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@given(
    st.lists(acts("reject", "release", "forget"), min_size=10, max_size=40)
)  # forgetting has the database write over what it freed: slow
@_settings(600)
def test_the_feed_tells_all_at_length(engine: Engine, played: list[tuple[str, str, str, int]]) -> None:
    replay(engine, played)

"""What people decide: it is put into force, it lasts, and what changes to something else is judged anew."""

import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage import crash
from storage.crash import DeskPoint
from storage.database.captures import claim
from storage.database.decisions import decide, decisions_on, find_pages, kept_back, released, reopen, restore
from storage.database.engine import connect
from storage.database.load import Held, ReadResult
from storage.database.loading.derived import version_hash
from storage.database.runs import start_run
from storage.database.unfinished import carry_out
from storage.database.withdraw import reject
from storage.records import Article, Capture, Refusal
from storage.settings import settings
from storage.vocabulary import CaptureState, Change, Decision, HeldReason, RefusalKind
from tests.unit.database.makers import LONG, PORTAL, Desk, article, one, row, rows, url

BAD = f"{LONG} hỏng"


@pytest.fixture
def desk(engine: Engine) -> Desk:
    from storage.database.portals import PortalRow, sync_portals

    facts = dict.fromkeys(PortalRow.__dataclass_fields__)
    facts |= {"name": PORTAL, "title": "Lào Cai", "platform": "generic", "level": "province", "unit_name": "Lào Cai"}
    facts |= {
        "code_system": "gso-2004",
        "province": "10",
        "lifecycle": "active",
        "lifecycle_note": "",
        "reuse": "official",
    }
    sync_portals(engine, [PortalRow(**facts)])  # type: ignore[arg-type]
    return Desk(engine)


def hold(desk: Desk, name: str, body: str = BAD, capture: Capture | None = None) -> ReadResult:
    fetched = capture or desk.capture(name)
    result = row(fetched, Held(article(fetched.url, body), HeldReason.DRIFTED.value, "lead 99% → trống"))
    desk.load(result)
    return result


def say(desk: Desk, archive: Path, kind: Decision, result: ReadResult) -> Change | None:
    found = result.outcome.article if isinstance(result.outcome, Held) else result.outcome
    digest = version_hash(found) if isinstance(found, Article) else None
    made = decide(desk.engine, archive, result.capture, kind, content_hash=digest, reason="đã xem", by="an")
    if kind is Decision.REJECTED:
        return reject(desk.engine, result.capture, made)
    reopen(desk.engine, [result.capture.record_id])
    return None


def test_a_held_page_is_in_no_view_and_replaces_nothing(desk: Desk) -> None:
    desk.serve("a")
    desk.next_day()
    held = hold(desk, "a")
    hold(desk, "b")
    assert [(found["url"], found["version_no"]) for found in rows(desk.engine, "SELECT * FROM v1_articles")] == [
        (url("a"), 1)
    ]
    assert len(rows(desk.engine, "SELECT * FROM v1_article_versions")) == 1
    waiting = kept_back(desk.engine, PORTAL, {CaptureState.HELD})
    assert [(one.url, one.reason, one.published) for one in waiting] == [
        (url("a"), "drifted", True),
        (url("b"), "drifted", False),
    ]
    assert waiting[0].record_id == held.capture.record_id
    desk.next_day()
    desk.serve("b")
    assert [one.url for one in kept_back(desk.engine, None, {CaptureState.HELD})] == [url("a")], "b is replaced"


def test_a_released_page_becomes_an_article_and_stays_one(desk: Desk, tmp_path: Path) -> None:
    held = hold(desk, "a")
    say(desk, tmp_path, Decision.RELEASED, held)
    desk.load(held)
    assert one(desk.engine, "SELECT text FROM v1_articles")["text"] == BAD
    desk.next_day()
    hold(desk, "a")
    states = rows(desk.engine, "SELECT state FROM capture ORDER BY seq")
    assert [found["state"] for found in states] == ["stored", "same"], "the same text is not held again"
    hold(desk, "a", f"{BAD} và khác")
    assert one(desk.engine, "SELECT text FROM v1_articles")["text"] == BAD, "another text is judged anew"


def test_a_rejected_page_stays_out_in_whatever_bytes(desk: Desk, tmp_path: Path) -> None:
    held = hold(desk, "a")
    assert say(desk, tmp_path, Decision.REJECTED, held) is None
    desk.next_day()
    assert desk.serve("a", BAD).rejected == 1
    assert rows(desk.engine, "SELECT * FROM v1_articles") == []
    found = rows(desk.engine, "SELECT state, reason, detail FROM v1_refusals")
    assert [tuple(one.values()) for one in found] == [("rejected", "an", "đã xem")] * 2
    desk.next_day()
    assert desk.serve("a", LONG).new == 1


def test_a_rejected_article_is_withdrawn_and_may_come_back(desk: Desk, tmp_path: Path) -> None:
    desk.serve("a", BAD)
    (bad,) = desk.last
    assert say(desk, tmp_path, Decision.REJECTED, bad) is Change.WITHDRAWN
    for view in ("v1_articles", "v1_article_versions", "v1_addresses", "v1_images", "v1_attachments"):
        assert rows(desk.engine, f"SELECT * FROM {view}") == [], view
    last = rows(desk.engine, "SELECT change, cause, run_id FROM v1_changes ORDER BY seq")[-1]
    assert tuple(last.values()) == ("withdrawn", "correction", "decision-1")
    desk.next_day()
    assert desk.serve("a", BAD).rejected == 1
    say(desk, tmp_path, Decision.RELEASED, bad)
    desk.load(bad)
    assert one(desk.engine, "SELECT text, version_no FROM v1_articles") == {"text": BAD, "version_no": 1}
    changes = rows(desk.engine, "SELECT change FROM v1_changes ORDER BY seq")
    assert [found["change"] for found in changes] == ["created", "withdrawn", "restored"]


def test_a_rejected_version_gives_way_to_the_one_before(desk: Desk, tmp_path: Path) -> None:
    desk.serve("a", LONG)
    desk.next_day()
    desk.serve("a", BAD)
    (bad,) = desk.last
    assert say(desk, tmp_path, Decision.REJECTED, bad) is Change.UPDATED
    assert one(desk.engine, "SELECT text, version_no FROM v1_articles") == {"text": LONG, "version_no": 3}
    versions = rows(desk.engine, "SELECT version_no, text FROM v1_article_versions ORDER BY version_no")
    assert [(found["version_no"], found["text"]) for found in versions] == [(1, LONG), (3, LONG)]
    desk.next_day()
    assert desk.serve("a", BAD).rejected == 1
    assert desk.serve("a", LONG).same == 1


def test_a_released_refusal_is_named_to_the_reader(desk: Desk, tmp_path: Path) -> None:
    fetched = desk.capture("a")
    refused = row(fetched, Refusal(fetched.url, RefusalKind.POLL, "thăm dò", "1"))
    desk.load(refused)
    say(desk, tmp_path, Decision.RELEASED, refused)
    assert released(desk.engine, [fetched]) == {fetched.record_id: frozenset({fetched.payload_sha256})}
    assert released(desk.engine, [desk.capture("b")]) == {}
    desk.load(row(fetched, article(fetched.url)))
    assert one(desk.engine, "SELECT count(*) AS n FROM v1_articles")["n"] == 1


def test_pages_are_found_by_address_and_by_record(desk: Desk) -> None:
    desk.serve("a", capture={"body": "x"})
    (stored,) = desk.last
    desk.next_day()
    held = hold(desk, "a")
    for ref in (url("a"), url("a").replace("https", "http"), held.capture.record_id, held.capture.record_id[9:]):
        (page,) = find_pages(desk.engine, ref)
        assert (page.capture.record_id, page.state, page.replaced) == (held.capture.record_id, CaptureState.HELD, False)
        assert page.content_hash == version_hash(article(url("a"), BAD))
    (page,) = find_pages(desk.engine, stored.capture.record_id)
    assert page.state is CaptureState.STORED
    assert find_pages(desk.engine, url("khong-co")) == []


def test_decisions_outlive_the_database(desk: Desk, tmp_path: Path) -> None:
    held = hold(desk, "a")
    say(desk, tmp_path, Decision.REJECTED, held)
    (file,) = tmp_path.glob("*/decisions.jsonl")
    file.write_bytes(file.read_bytes() + b'{"portal": "lao')
    say(desk, tmp_path, Decision.RELEASED, held)
    assert restore(desk.engine, tmp_path, PORTAL) == 0, "both are known"
    from sqlalchemy import delete

    from storage.database.keys import address_id
    from storage.database.models import decision

    with desk.engine.begin() as connection:
        before = decisions_on(connection, [address_id(PORTAL, url("a"))])
        connection.execute(delete(decision))
    assert restore(desk.engine, tmp_path, PORTAL) == 2
    with desk.engine.begin() as connection:
        after = decisions_on(connection, [address_id(PORTAL, url("a"))])
    ((key, kept),) = after.items()
    assert [(one.kind, one.by, one.at, one.reason) for one in kept] == [
        (one.kind, one.by, one.at, one.reason) for one in before[key]
    ]


def die(desk: Desk, archive: Path, kind: Decision, result: ReadResult, point: DeskPoint) -> None:
    """Say something in a process that dies at a point."""
    address = desk.engine.url.render_as_string(hide_password=False)
    desk.engine.dispose()
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        os.environ["CONGTIN_CRASH_AT"] = f"{point.value}:1"
        settings.cache_clear()
        crash._fuse.cache_clear()
        try:
            say(Desk(connect(address)), archive, kind, result)
        finally:
            os._exit(99)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.parametrize("point", [DeskPoint.WRITTEN, DeskPoint.ENTERED])
def test_a_release_that_died_is_carried_out_by_the_next_run(desk: Desk, tmp_path: Path, point: DeskPoint) -> None:
    held = hold(desk, "a")
    die(desk, tmp_path, Decision.RELEASED, held, point)
    assert carry_out(desk.engine, tmp_path, PORTAL) == 1
    assert [one.record_id for one, _ in claim(desk.engine, PORTAL, desk.run_id, 10)] == [held.capture.record_id]
    desk.load(held)
    assert one(desk.engine, "SELECT text FROM v1_articles")["text"] == BAD
    assert carry_out(desk.engine, tmp_path, PORTAL) == 0


@pytest.mark.parametrize("point", [DeskPoint.WRITTEN, DeskPoint.ENTERED, DeskPoint.REJECT])
def test_a_rejection_that_died_is_carried_out_by_the_next_run(desk: Desk, tmp_path: Path, point: DeskPoint) -> None:
    desk.serve("a", capture={"body": "x"})
    (good,) = desk.last
    desk.next_day()
    desk.serve("a", BAD)
    (bad,) = desk.last
    die(desk, tmp_path, Decision.REJECTED, bad, point)
    assert carry_out(desk.engine, tmp_path, PORTAL) == 1
    assert one(desk.engine, "SELECT text, version_no FROM v1_articles") == {"text": LONG, "version_no": 3}
    assert carry_out(desk.engine, tmp_path, PORTAL) == 0
    die(desk, tmp_path, Decision.REJECTED, good, point)
    carry_out(desk.engine, tmp_path, PORTAL)
    assert not rows(desk.engine, "SELECT 1 FROM v1_articles")
    assert one(desk.engine, "SELECT count(*) AS n FROM decision")["n"] == 2


def test_what_was_loaded_since_is_not_read_again(desk: Desk, tmp_path: Path) -> None:
    """A released page that is refused all the same is not read anew by every run."""
    held = hold(desk, "a")
    say(desk, tmp_path, Decision.RELEASED, held)
    later = start_run(desk.engine, PORTAL, "incremental")
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE capture SET state = 'refused', loaded_by = '" + later + "'")
        connection.exec_driver_sql("UPDATE run SET started_at = '2999-01-01T00:00:00+07:00'")
    assert carry_out(desk.engine, tmp_path, PORTAL) == 0

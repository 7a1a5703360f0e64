"""From the archive's segments into the database: real segments, real bodies."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from storage.archive import Exchange, SegmentWriter, read
from storage.database.attachments import MAX_TRIES, wanted_attachments
from storage.database.captures import claim, index
from storage.database.failures import Unfetched, note_failures
from storage.database.load import ReadResult, load
from storage.database.models import capture as capture_table
from storage.database.plan import known
from storage.database.runs import finish_run, start_run
from storage.records import Attachment, Capture, ListingItem
from storage.vocabulary import FetchError, Purpose, Verdict
from tests.unit.database.makers import FIRST_DAY, PORTAL, article, dump, one, rows, url


def listing_rows(capture: Capture, body: bytes) -> list[ListingItem]:
    """A listing page of these tests is a line an article."""
    if body == b"crash":
        raise RuntimeError("a page that breaks the reader")
    return [ListingItem(url(name), f"Bài {name}", "10/03/2025") for name in body.decode().split()]


class Crawl:
    """Writes what a crawl archives."""

    def __init__(self, archive: Path, run_id: str = "run-1") -> None:
        self.archive, self.run_id = archive, run_id
        self.writer = SegmentWriter(archive, PORTAL, run_id, 1)

    def get(
        self, address: str, body: bytes = b"<html></html>", purpose: Purpose = Purpose.ARTICLE, **fields: Any
    ) -> Capture:
        headers = fields.pop("headers", [("Content-Type", "text/html; charset=utf-8")])
        status = fields.pop("status", 200)
        exchange = Exchange(self.run_id, PORTAL, purpose, address, FIRST_DAY, status, "OK", headers, body, **fields)
        return self.writer.append(exchange)[0]

    def listing(self, body: bytes, page: int = 1, **fields: Any) -> Capture:
        return self.get(url(f"?trang={page}"), body, Purpose.LISTING, listing="tin", page=page, **fields)


@pytest.fixture
def crawl(tmp_path: Path) -> Iterator[Crawl]:
    crawling = Crawl(tmp_path / "archive")
    yield crawling
    crawling.writer.seal()


def enter(engine: Engine, crawl: Crawl) -> int:
    return index(engine, crawl.archive, PORTAL, rows=listing_rows)


def states(engine: Engine) -> list[tuple[str, str, str | None]]:
    found = rows(engine, "SELECT purpose, state, state_reason FROM capture ORDER BY seq")
    return [(row["purpose"], row["state"], row["state_reason"]) for row in found]


def test_a_segment_is_indexed_while_it_is_written(engine: Engine, crawl: Crawl) -> None:
    crawl.get("https://laocai.gov.vn/robots.txt", b"", Purpose.ROBOTS)
    crawl.listing(b"a b")
    assert enter(engine, crawl) == 2
    assert enter(engine, crawl) == 0
    crawl.get(url("a"), item=ListingItem(url("a"), "Bài a"))
    crawl.writer.seal()
    assert enter(engine, crawl) == 1
    assert enter(engine, crawl) == 0
    assert states(engine) == [("robots", "noted", None), ("listing", "noted", None), ("article", "pending", None)]
    assert [row["key"] for row in rows(engine, "SELECT key FROM address ORDER BY key")] == [
        "laocai.gov.vn/tin/a",
        "laocai.gov.vn/tin/b",
    ]


def test_the_index_is_rebuilt_from_the_archive(engine: Engine, crawl: Crawl) -> None:
    crawl.listing(b"a b")
    crawl.get(url("a"))
    enter(engine, crawl)
    before = dump(engine)
    with engine.begin() as connection:
        for table in ("listing_entry", "address", "capture", "segment"):
            connection.execute(text(f"DELETE FROM {table}"))
    assert enter(engine, crawl) == 2

    def without_numbers(tables: dict[str, list[tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
        return [row[1:] for row in tables["capture"]] + tables["address"] + tables["listing_entry"]

    assert without_numbers(dump(engine)) == without_numbers(before)


def test_a_torn_tail_keeps_nothing_whole_from_being_indexed(engine: Engine, crawl: Crawl) -> None:
    crawl.get(url("a"))
    crawl.get(url("b"))
    path = next((crawl.archive / PORTAL).glob("*.open"))
    path.write_bytes(path.read_bytes()[:-7])
    assert enter(engine, crawl) == 1


def test_damage_in_one_segment_does_not_stop_the_others(
    engine: Engine, crawl: Crawl, caplog: pytest.LogCaptureFixture
) -> None:
    crawl.get(url("a"))
    crawl.get(url("b"))
    crawl.writer.seal()
    path = next((crawl.archive / PORTAL).glob("*.warc.gz"))
    path.write_bytes(path.read_bytes()[:-7])
    later = Crawl(crawl.archive, "run-2")
    later.get(url("c"))
    assert enter(engine, crawl) == 2
    assert "damaged" in caplog.text
    later.writer.seal()


def test_a_listing_page_that_cannot_be_read_is_told(engine: Engine, crawl: Crawl) -> None:
    crawl.listing(b"crash", 1)
    crawl.listing(gzip.compress(b"a b")[:-9], 2, headers=[("Content-Encoding", "gzip")])
    crawl.listing(b"", 3, status=503)
    crawl.listing(b"c", 4)
    enter(engine, crawl)
    assert states(engine) == [
        ("listing", "quarantined", "reader_failed"),
        ("listing", "error", "cut_body"),
        ("listing", "error", "503"),
        ("listing", "noted", None),
    ]
    assert {row["state"] for row in rows(engine, "SELECT state FROM v1_refusals")} == {"quarantined", "error"}


def test_a_trap_is_not_entered(engine: Engine, crawl: Crawl) -> None:
    crawl.listing(b"a " + b"dang-nhap/" * 20 + b"x")
    enter(engine, crawl)
    assert len(rows(engine, "SELECT * FROM address")) == 1


def test_poison_in_an_archived_response_is_quarantined_alone(engine: Engine, crawl: Crawl) -> None:
    crawl.get(url("a"), item=ListingItem(url("a"), "a\ud800b"))
    crawl.get(url("b"))
    crawl.get(url("x" * 3000))
    assert enter(engine, crawl) == 3
    assert [state for _, state, _ in states(engine)] == ["quarantined", "pending", "pending"]
    assert "laocai.gov.vn/tin/a" in known(engine, PORTAL, FIRST_DAY, (1,)).fetched


def test_a_claim_keeps_others_off_and_ends_with_its_run(engine: Engine, crawl: Crawl) -> None:
    captures = [crawl.get(url(name)) for name in "abc"]
    enter(engine, crawl)
    first, second = start_run(engine, PORTAL, "full"), start_run(engine, PORTAL, "full")
    taken = claim(engine, PORTAL, first, 2)
    assert [capture for capture, _ in taken] == captures[:2]
    assert read(crawl.archive, PORTAL, taken[0][1])[0] == captures[0]
    assert [capture for capture, _ in claim(engine, PORTAL, second, 5)] == captures[2:]
    assert claim(engine, PORTAL, first, 5) == []
    finish_run(engine, first, Verdict.CRASHED, "", {})
    assert [capture for capture, _ in claim(engine, PORTAL, second, 5)] == captures[:2]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_workers_that_claim_at_one_moment_get_different_pages_and_do_not_wait(engine: Engine, crawl: Crawl) -> None:
    captures = [crawl.get(url(name)) for name in "abcd"]
    enter(engine, crawl)
    mine = start_run(engine, PORTAL, "full")
    with engine.connect() as other:  # another worker, in the middle of its claim
        other.execute(select(capture_table.c.seq).order_by(capture_table.c.seq).limit(2).with_for_update())
        assert [capture for capture, _ in claim(engine, PORTAL, mine, 5)] == captures[2:]
        other.invalidate()  # it dies there
    assert [capture for capture, _ in claim(engine, PORTAL, mine, 5)] == captures[:2]


def test_a_claimed_capture_knows_what_listings_say(engine: Engine, crawl: Crawl) -> None:
    crawl.listing(b"a")
    crawl.get(url("a"))
    enter(engine, crawl)
    ((capture, _),) = claim(engine, PORTAL, "run-1", 5)
    assert capture.item == ListingItem(url("a"), "Bài a", "10/03/2025")


def test_redirects_are_not_claimed(engine: Engine, crawl: Crawl) -> None:
    crawl.get(url("a"), status=302, headers=[("Location", "/tin/tiếng-việt".encode().decode("latin-1"))])
    crawl.get(url("ti%E1%BA%BFng-vi%E1%BB%87t"))
    enter(engine, crawl)
    assert [capture.url for capture, _ in claim(engine, PORTAL, "run-1", 5)] == [url("ti%E1%BA%BFng-vi%E1%BB%87t")]
    found = one(engine, "SELECT redirect_to FROM capture WHERE status = 302")
    assert found["redirect_to"] == one(engine, "SELECT address_id FROM capture WHERE status = 200")["address_id"]


FILES = (
    Attachment("https://laocai.gov.vn/tep/1.pdf", "12-QĐ-UBND.pdf", "application/pdf"),
    Attachment("https://laocai.gov.vn/tep/2.docx", "Phụ lục.docx"),
    Attachment("https://laocai.gov.vn/tai?id=3", "Biểu mẫu.xlsx"),
    Attachment("https://laocai.gov.vn/tep/4.exe", "cài đặt.exe"),
)


def store_with_files(engine: Engine, crawl: Crawl) -> None:
    fetched = crawl.get(url("a"))
    enter(engine, crawl)
    ((capture, location),) = claim(engine, PORTAL, "run-1", 5)
    assert capture == fetched
    load(engine, "run-1", [ReadResult(capture, location, article(url("a"), attachments=FILES))])


def test_files_are_wanted_once(engine: Engine, crawl: Crawl) -> None:
    store_with_files(engine, crawl)
    assert sorted(wanted_attachments(engine, PORTAL, "run-1", 10)) == [
        (FILES[2].url, url("a")),
        (FILES[0].url, url("a")),
        (FILES[1].url, url("a")),
    ]
    assert len(wanted_attachments(engine, PORTAL, "run-1", 1)) == 1
    pdf = crawl.get(FILES[0].url, b"%PDF-1.7", Purpose.ATTACHMENT, headers=[("Content-Type", "application/pdf")])
    crawl.get(FILES[1].url, b"<!DOCTYPE html><p>404", Purpose.ATTACHMENT, headers=[("Content-Type", "application/pdf")])
    enter(engine, crawl)
    found = rows(engine, "SELECT * FROM v1_attachments ORDER BY position")
    assert [row["state"] for row in found] == ["stored", "wanted", "wanted", "not_allowed"]
    assert (found[0]["size"], found[0]["sha256"], found[0]["capture_id"]) == (8, pdf.payload_sha256, pdf.record_id)
    assert found[1]["state_reason"] == "an HTML page instead of the file"
    assert [address for address, _ in wanted_attachments(engine, PORTAL, "run-1", 10)] == [FILES[2].url]
    assert [address for address, _ in wanted_attachments(engine, PORTAL, "run-2", 10)] == [FILES[2].url, FILES[1].url]


def test_a_cut_file_is_not_stored(engine: Engine, crawl: Crawl) -> None:
    store_with_files(engine, crawl)
    crawl.get(FILES[0].url, b"%PDF", Purpose.ATTACHMENT, headers=[], truncated="length")
    enter(engine, crawl)
    assert rows(engine, "SELECT state FROM v1_attachments ORDER BY position")[0]["state"] == "wanted"


def test_a_file_behind_a_redirect_is_stored(engine: Engine, crawl: Crawl) -> None:
    store_with_files(engine, crawl)
    target = "https://storage-vnportal.vnpt.vn/1.pdf"
    crawl.get(FILES[0].url, b"", Purpose.ATTACHMENT, status=302, headers=[("Location", target)])
    crawl.get(target, b"%PDF", Purpose.ATTACHMENT, headers=[])
    enter(engine, crawl)
    assert rows(engine, "SELECT state FROM v1_attachments ORDER BY position")[0]["state"] == "stored"


def test_a_file_that_never_comes_is_given_up(engine: Engine, crawl: Crawl) -> None:
    store_with_files(engine, crawl)
    failed = [Unfetched(linked.url, Purpose.ATTACHMENT, FetchError.TIMEOUT) for linked in FILES]
    for number in range(MAX_TRIES):
        note_failures(engine, PORTAL, f"run-{number}", failed)
    assert wanted_attachments(engine, PORTAL, "run-x", 10) == []
    assert rows(engine, "SELECT state FROM v1_attachments ORDER BY position")[0]["state"] == "failed"

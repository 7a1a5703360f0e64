"""What is forgotten is nowhere, and nothing brings it back; a death half-way is made good by the next run."""

import gzip
import os
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage import crash
from storage.archive import Exchange, SegmentWriter, read, scan, segments
from storage.archive.erase import tombstone
from storage.crash import ForgetPoint
from storage.database.captures import index, pending
from storage.database.engine import connect
from storage.database.forget import complete, forget
from storage.database.keys import address_id
from storage.database.links import follow
from storage.database.load import ReadResult, load
from storage.database.notices import Notice, keep, notices
from storage.database.plan import known
from storage.database.runs import finish_run, start_run
from storage.records import Attachment, Capture, ListingItem
from storage.settings import settings
from storage.vocabulary import Purpose, Verdict
from tests.databases import Databases
from tests.unit.database.makers import FIRST_DAY, PORTAL, article, dump, one, rows, url

CANARY = "Chim hoàng yến hót trong vườn nhà bà Tám"
LISTED = "Tiêu đề chỉ của một người"
_TEXT = " ".join(f"chữ{number}" for number in range(60))


@dataclass
class Paper:
    """A portal's archive, and a database that is filled from it."""

    engine: Engine
    archive: Path
    day: int = 0
    pages: list[Exchange] = field(default_factory=list)

    def run(self, *pages: tuple[str, Purpose, str], load_them: bool = True) -> None:
        """Fetch pages (name, purpose, body) in a run of their own, and load them."""
        self.day += 1
        at = FIRST_DAY + timedelta(days=self.day)
        with SegmentWriter(self.archive, PORTAL, f"run-{self.day}", 1) as writer:
            for name, purpose, body in pages:
                item = ListingItem(url(name), LISTED) if name == "a" and purpose is Purpose.ARTICLE else None
                writer.append(
                    Exchange(
                        run_id=f"run-{self.day}",
                        portal=PORTAL,
                        purpose=purpose,
                        url=url(name),
                        fetched_at=at,
                        status=200,
                        reason="OK",
                        headers=[("Content-Type", "application/pdf" if name.endswith("pdf") else "text/html")],
                        body=body.encode(),
                        item=item,
                    )
                )
        if load_them:
            self.load()

    def load(self) -> None:
        load_all(self.engine, self.archive)


def load_all(engine: Engine, archive: Path) -> None:
    index(engine, archive, PORTAL, rows=_listed)
    waiting = pending(engine, PORTAL, 100)
    load(engine, "run", [_read(archive, *one) for one in waiting])


def _listed(capture: Capture, body: bytes) -> Sequence[ListingItem]:
    del capture
    return [ListingItem(url(name), LISTED if name == "a" else "Bài khác") for name in body.decode().split()]


def _read(archive: Path, capture: Capture, location: object) -> ReadResult:
    _, body, _ = read(archive, PORTAL, location)  # type: ignore[arg-type]
    title, text = body.decode().split("|")[:2]
    files = tuple(Attachment(url(name), name) for name in body.decode().split("|")[2:])
    return ReadResult(capture, location, article(capture.url, text, title=title, attachments=files))  # type: ignore[arg-type]


def _page(text: str, *files: str) -> str:
    return "|".join((f"Bài về {text[-6:]}", f"{_TEXT} {text}", *files))


@pytest.fixture
def paper(engine: Engine, tmp_path: Path) -> Paper:
    """Two articles: `a` (also at `a2`, with a file of its own and a shared one, and an edit), and `b`."""
    return publish(Paper(engine, tmp_path / "archive"))


def publish(made: Paper) -> Paper:
    """Have both articles fetched and loaded."""
    made.run(
        ("ds", Purpose.LISTING, "a b a2"),
        ("a", Purpose.ARTICLE, _page(CANARY, "own.pdf", "shared.pdf")),
        ("b", Purpose.ARTICLE, _page("Bài còn lại", "shared.pdf")),
        ("a2", Purpose.ARTICLE, _page(CANARY, "own.pdf", "shared.pdf")),
        ("own.pdf", Purpose.ATTACHMENT, f"%PDF {CANARY}"),
        ("shared.pdf", Purpose.ATTACHMENT, "%PDF chung"),
    )
    made.run(("a", Purpose.ARTICLE, _page(f"đã sửa {CANARY}", "own.pdf", "shared.pdf")))
    follow(made.engine)
    assert one(made.engine, "SELECT count(*) AS n FROM v1_articles")["n"] == 2
    return made


def forget_all(engine: Engine, archive: Path) -> None:
    forget(engine, archive, PORTAL, [address_id(PORTAL, url("a2"))], "đơn số 5", "vân")
    follow(engine)


def _everything(engine: Engine, archive: Path) -> str:
    """Return all that there is: rows of every table, the files of the database, the archive with its members inflated."""
    found = [repr(dump(engine))]
    if engine.dialect.name == "sqlite":
        name = str(engine.url.database)
        engine.dispose()
        found += [
            Path(name + end).read_bytes().decode("utf-8", "replace")
            for end in ("", "-wal")
            if Path(name + end).exists()
        ]
    for path in sorted(archive.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            found.append((gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8", "replace"))
    return "\n".join(found)


def _assert_forgotten(paper: Paper) -> None:
    everything = _everything(paper.engine, paper.archive)
    for trace in (CANARY, "hoàng yến", "hoang yen", url("a"), url("a2"), url("own.pdf")):
        assert trace not in everything.replace(f"{url('a')[:-1]}b", ""), trace
    titles = [row["title"] for row in rows(paper.engine, "SELECT title FROM v1_articles")]
    assert titles == ["Bài về òn lại"]
    told = rows(paper.engine, "SELECT change, cause FROM v1_changes WHERE change = 'withdrawn'")
    assert [dict(row) for row in told] == [{"change": "withdrawn", "cause": "correction"}]
    # What stays can be read back where it was said to lie.
    for row in rows(paper.engine, "SELECT record_id, segment, segment_offset FROM capture"):
        there = {found.record_id: place for found, place in scan(paper.archive, PORTAL, row["segment"])}
        assert there[row["record_id"]].offset == row["segment_offset"]
    assert {row["state"] for row in rows(paper.engine, "SELECT state FROM v1_attachments")} == {"stored"}


def _say(engine: Engine) -> None:
    """Have a run and a message to people name the article's address."""
    said = f"Không tải được {url('a')}, {url('b')}."
    run_id = start_run(engine, PORTAL, "incremental")
    finish_run(engine, run_id, Verdict.HALF, said, {})
    keep(engine, Notice("verdict:x", "half", said, since=FIRST_DAY, told_at=FIRST_DAY, over_at=None))


def test_nothing_is_left_of_an_article_at_any_address(paper: Paper) -> None:
    _say(paper.engine)
    forget_all(paper.engine, paper.archive)
    _assert_forgotten(paper)
    kept = f"Không tải được [đã xóa], {url('b')}."
    assert notices(paper.engine)["verdict:x"].what == kept
    assert {row["reason"] for row in rows(paper.engine, "SELECT reason FROM v1_runs")} == {kept}
    reasons = rows(paper.engine, "SELECT DISTINCT reason, forgotten_by, done FROM forgotten")
    assert [dict(row) for row in reasons] == [{"reason": "đơn số 5", "forgotten_by": "vân", "done": 1}]
    assert not rows(
        paper.engine, "SELECT 1 FROM link_signature WHERE article_id <> (SELECT article_id FROM v1_articles)"
    )


def test_it_does_not_come_back_by_listing_crawl_or_rereading(paper: Paper) -> None:
    forget_all(paper.engine, paper.archive)
    plan = known(paper.engine, PORTAL, FIRST_DAY + timedelta(days=9), (1, 3), full=True)
    assert address_id(PORTAL, url("a")) in plan.forgotten
    assert {visit.url for visit in plan.visits} == {url("b")}
    paper.run(
        ("ds", Purpose.LISTING, "b a2"),
        ("a2", Purpose.ARTICLE, _page(CANARY)),
        ("own.pdf", Purpose.ATTACHMENT, f"%PDF {CANARY}"),
    )
    assert CANARY not in repr(dump(paper.engine))
    assert complete(paper.engine, paper.archive, PORTAL) == 2
    _assert_forgotten(paper)
    assert complete(paper.engine, paper.archive, PORTAL) == 0


def test_a_database_made_anew_does_not_bring_it_back(paper: Paper, migrated: Databases, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(paper.archive, backup)
    forget_all(paper.engine, paper.archive)
    tombstones = paper.archive / PORTAL / "forgotten.jsonl"
    assert url("a") not in tombstones.read_text(encoding="utf-8")
    # Even of segments that were put back with everything in them.
    shutil.copy(tombstones, backup / PORTAL)
    for place, archive in enumerate((paper.archive, backup)):
        (tmp_path / str(place)).mkdir()
        with migrated.make(paper.engine.dialect.name, tmp_path / str(place)) as address:
            fresh = connect(address)
            load_all(fresh, archive)
            assert [row["url"] for row in rows(fresh, "SELECT url FROM v1_articles")] == [url("b")]
            told = repr(dump(fresh))
            assert CANARY not in told
            assert LISTED not in told
            assert complete(fresh, archive, PORTAL) == 4 * place
            assert CANARY not in _everything(fresh, archive)
            fresh.dispose()


def test_a_restored_archive_is_erased_again(paper: Paper) -> None:
    backup = paper.archive.with_name("backup")
    shutil.copytree(paper.archive, backup)
    forget_all(paper.engine, paper.archive)
    shutil.rmtree(paper.archive)
    backup.rename(paper.archive)
    assert CANARY in _everything(paper.engine, paper.archive)
    assert complete(paper.engine, paper.archive, PORTAL, every=True) == 4
    _assert_forgotten(paper)


def test_what_was_archived_and_not_yet_indexed_goes_too(paper: Paper) -> None:
    paper.run(("a", Purpose.ARTICLE, _page(CANARY)), load_them=False)
    forget_all(paper.engine, paper.archive)
    paper.load()
    _assert_forgotten(paper)


@pytest.mark.parametrize("point", list(ForgetPoint))
def test_killed_anywhere_the_next_run_forgets_the_rest(paper: Paper, point: ForgetPoint) -> None:
    address = paper.engine.url.render_as_string(hide_password=False)
    paper.engine.dispose()
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        os.environ["CONGTIN_CRASH_AT"] = f"{point.value}:1"
        settings.cache_clear()
        crash._fuse.cache_clear()
        try:
            forget_all(connect(address), paper.archive)
        finally:
            os._exit(99)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    for name in segments(paper.archive, PORTAL):  # whole at every moment
        list(scan(paper.archive, PORTAL, name))
    complete(paper.engine, paper.archive, PORTAL)
    follow(paper.engine)
    _assert_forgotten(paper)
    assert not list(paper.archive.rglob("*.erasing"))


@pytest.mark.parametrize("length", [600, 65_535, 65_576, 65_558, 65_559, 131_101, 200_000])
def test_a_tombstone_has_the_length_of_what_was_there(length: int) -> None:
    made = tombstone(length, "s")
    assert len(made) == length
    assert gzip.decompress(made).startswith(b"WARC/1.1\r\nWARC-Type: warcinfo\r\n")

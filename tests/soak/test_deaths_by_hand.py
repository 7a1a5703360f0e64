"""kill -9 of what a person starts: an upgrade at each of its statements; release, reject, export at every named point."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, event, inspect

from storage.consume.views import drop_views
from storage.crash import DeskPoint
from storage.database import migrate
from storage.database.engine import connect, transact
from tests.databases import Databases
from tests.e2e.crawl.site import Site, listing_page
from tests.e2e.ingest.conftest import house, paged
from tests.e2e.ingest.site import House
from tests.e2e.ingest.test_drift import old_skin, title
from tests.invariants import broken
from tests.unit.database.makers import Desk, dump

__all__ = ["house", "paged"]

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

PORTAL = "cong_thu"
KILLED = -signal.SIGKILL


def _back_to(engine: Engine, revision: str) -> None:
    """Take a database back to an older release, its articles left as they are."""
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))

    def work(connection: Connection) -> None:
        drop_views(connection, inspect(connection).get_view_names())
        config.attributes["connection"] = connection
        command.downgrade(config, revision)

    transact(engine, work)


def _state(engine: Engine) -> list[object]:
    """Return what a database consists of: tables with their columns, views, and rows of what every release has."""
    with engine.connect() as connection:
        seen = inspect(connection)
        shape = [(name, [str(column["name"]) for column in seen.get_columns(name)]) for name in seen.get_table_names()]
        kept = [connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() for name, _ in sorted(shape)]
        return [sorted(shape), sorted(seen.get_view_names()), kept]


def _upgrade_and_die(url: str, statement: int) -> int:
    """Upgrade in a process that dies after so many statements; return how it ended, 0 if it came to its end."""
    child = os.fork()
    if child == 0:
        signal.alarm(120)
        engine = connect(url)
        done = count(1)

        @event.listens_for(engine, "after_cursor_execute")
        def _die(*_: object) -> None:
            if next(done) == statement:
                os.kill(os.getpid(), signal.SIGKILL)

        migrate.upgrade(engine)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextmanager
def _database(kind: str, migrated: Databases, folder: Path) -> Iterator[str]:
    with migrated.make(kind, folder) as url:
        yield url


@pytest.mark.parametrize("revision", ["base", "0004"])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_upgrade_killed_at_any_statement_goes_on(
    kind: str, revision: str, migrated: Databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with _database(kind, migrated, tmp_path) as url:
        engine = connect(url)
        if revision != "base":
            desk = Desk(engine)
            for name in "abc":
                desk.serve(name)
        _back_to(engine, revision)
        before = _state(engine)
        for statement in count(1):
            engine.dispose()
            code = _upgrade_and_die(url, statement)
            if code == 0:
                break
            assert code == KILLED
            assert _state(engine) == before, f"half an upgrade is left by a death at statement {statement}"
        assert not migrate.pending(engine)
        if revision != "base":
            with engine.connect() as connection:
                assert connection.exec_driver_sql("SELECT count(*) FROM article").scalar() == 1
        engine.dispose()
    with capsys.disabled():
        print(f"\n{kind} from {revision}: killed at {statement - 1} statements, never half upgraded")


POLL = (
    "<html><head><title>Thăm dò ý kiến</title></head><body><h1>Thăm dò ý kiến</h1><form><p>Bạn đánh giá thế nào về "
    "dịch vụ công của tỉnh trong năm qua, xin cho biết ý kiến của bạn ở dưới đây để chúng tôi làm tốt hơn.</p>"
    '<input type="radio"> Tốt <input type="radio"> Khá <button>Gửi</button></form></body></html>'
)
BASE = "http://congthu.gov.vn"


def _publish(site: Site, articles: int, polls: int) -> None:
    site.pages |= {f"/tin-tuc/bai-{number}": old_skin(number) for number in range(articles)}
    # Each asks something else: several addresses of one text are another matter.
    site.pages |= {f"/tin-tuc/hoi-{number}": POLL.replace("tỉnh", f"huyện thứ {number * 7}") for number in range(polls)}
    rows = [(f"/tin-tuc/bai-{number}", title(number), "05/03/2024") for number in range(articles)]
    rows += [(f"/tin-tuc/hoi-{number}", f"Thăm dò ý kiến số {number}", "05/03/2024") for number in range(polls)]
    site.pages["/tin-tuc"] = listing_page(rows)


def test_a_decision_killed_at_every_point_is_carried_out(house: House, paged: Site) -> None:
    releases = [DeskPoint.WRITTEN, DeskPoint.ENTERED, DeskPoint.REOPENED]
    rejects = [DeskPoint.WRITTEN, DeskPoint.ENTERED, DeskPoint.REJECT]
    paged.pages.clear()
    _publish(paged, 12, len(releases))
    code, out, err = house.run("ingest", PORTAL)
    assert code == 0, (out, err)
    assert house.number("SELECT count(*) FROM v1_articles") == 12
    for number, point in enumerate(releases):
        words = ("release", f"{BASE}/tin-tuc/hoi-{number}", "--reason", "thử", "--by", "an")
        assert house.run(*words, CONGTIN_CRASH_AT=f"{point.value}:1")[0] == KILLED
    for number, point in enumerate(rejects):
        words = ("reject", f"{BASE}/tin-tuc/bai-{number}", "--reason", "thử", "--by", "an")
        assert house.run(*words, CONGTIN_CRASH_AT=f"{point.value}:1")[0] == KILLED
    house.run("ingest", PORTAL)
    urls = {row.url.removeprefix(f"{BASE}/tin-tuc/") for row in house.rows("SELECT url FROM v1_articles")}
    assert urls == {f"hoi-{number}" for number in range(3)} | {f"bai-{number}" for number in range(3, 12)}
    assert house.number("SELECT count(*) FROM decision") == 6
    assert house.run("doctor")[0] == 0
    before = dump(house.engine)["change"]
    house.run("ingest", PORTAL)
    assert dump(house.engine)["change"] == before, "what is carried out stays so"
    assert not broken(house.engine, house.var)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("point", [DeskPoint.EXPORTED, DeskPoint.NAMED])
def test_an_export_killed_is_whole_or_not_there(house: House, paged: Site, tmp_path: Path, point: DeskPoint) -> None:
    _publish(paged, 12, 0)
    assert house.run("ingest", PORTAL)[0] == 0
    folder = tmp_path / "ra"
    assert house.run("export", str(folder), CONGTIN_CRASH_AT=f"{point.value}:1")[0] == KILLED
    assert folder.exists() == (point is DeskPoint.NAMED)
    if point is DeskPoint.EXPORTED:
        code, out, err = house.run("export", str(folder))
        assert code == 0, (out, err)
    assert (folder / "manifest.json").exists()
    assert [path.name for path in tmp_path.glob(".ra*")] == [], "nothing half is left"

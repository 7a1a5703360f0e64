"""Disks that are full: of the archive, of SQLite, of PostgreSQL, of the log. The run names it; with room it goes on.

The disks are file systems in memory of a few megabytes; mounting them takes root, as in a container.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.database.engine import connect
from storage.database.migrate import upgrade
from storage.vocabulary import VERDICTS, Verdict
from tests.databases import postgres
from tests.e2e.crawl.site import Site, paged_listing
from tests.e2e.ingest.conftest import house, paged
from tests.e2e.ingest.site import House
from tests.invariants import broken

__all__ = ["house", "paged"]

PORTAL = "cong_thu"
ARTICLES = 60

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]

one_engine = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


class Disk:
    """A file system of its own, which can be made larger."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mount(self, kilobytes: int) -> bool:
        """Return whether it could be mounted."""
        command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(self.folder)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def resize(self, kilobytes: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(self.folder)], check=True)


@pytest.fixture
def disk() -> Iterator[Disk]:
    """A disk of 2 MiB. Its name is short: the path of a socket has 107 bytes at most."""
    made = Disk(Path(tempfile.mkdtemp(prefix="disk-", dir="/tmp")))
    try:
        if not made.mount(2048):
            pytest.skip("this user may not mount a file system")
        yield made
        subprocess.run(["umount", "-l", str(made.folder)], check=True)
    finally:
        made.folder.rmdir()


def _once_each(engine: Engine) -> None:
    with engine.connect() as connection:
        titles = connection.exec_driver_sql("SELECT title FROM v1_articles").scalars().all()
    assert sorted(titles) == sorted(f"Bài viết số {number} về phát triển kinh tế" for number in range(1, ARTICLES + 1))


def _pad(site: Site) -> None:
    """Make pages that fill a small disk: text that does not compress."""
    for target in list(site.pages):
        if "bai-viet" in target:
            page = str(site.pages[target])
            site.pages[target] = page.replace("</body>", f"<!-- {os.urandom(40_000).hex()} --></body>")


@one_engine
def test_the_disk_of_the_archive_is_full(house: House, paged: Site, disk: Disk) -> None:
    _pad(paged)
    here = {"CONGTIN_VAR": str(disk.folder), "CONGTIN_DISK_RESERVE_MB": "0"}
    code, out, err = house.run("ingest", PORTAL, **here)
    assert code == VERDICTS[Verdict.DEGRADED].exit_code, (out, err)
    assert "đĩa" in out.lower()
    assert 0 < house.number("SELECT count(*) FROM v1_articles") < ARTICLES
    asked = len(paged.seen)
    disk.resize(64 * 1024)
    code, out, err = house.run("ingest", PORTAL, **here)
    assert code == 0, (out, err)
    _once_each(house.engine)
    twice = [target for target in paged.targets()[asked:] if "bai-viet" in target and target in paged.targets()[:asked]]
    assert len(twice) <= 1, "what was archived is not asked for again"
    assert not broken(house.engine, disk.folder)


@one_engine
def test_the_disk_of_sqlite_is_full(house: House, paged: Site, disk: Disk) -> None:
    url = f"sqlite:///{disk.folder}/congtin.db"
    engine = connect(url)
    disk.resize(64 * 1024)
    upgrade(engine)
    engine.dispose()
    used = sum(file.stat().st_size for file in disk.folder.iterdir())
    disk.resize(used // 1024 + 160)
    here = {"CONGTIN_DATABASE_URL": url}
    code, out, err = house.run("ingest", PORTAL, **here)
    assert code == VERDICTS[Verdict.DEGRADED].exit_code, (out, err)
    assert "cơ sở dữ liệu" in out
    assert {f"/tin-tuc/bai-viet-so-{n}" for n in range(1, ARTICLES + 1)} <= set(paged.targets()), "the crawl went on"
    asked = len(paged.seen)
    disk.resize(64 * 1024)
    code, out, err = house.run("ingest", PORTAL, **here)
    assert code == 0, (out, err)
    _once_each(engine)
    assert not broken(engine, house.var)
    assert not [target for target in paged.targets()[asked:] if "bai-viet" in target]
    engine.dispose()


@one_engine
def test_the_disk_of_postgresql_is_full(house: House, paged: Site, disk: Disk) -> None:
    paged.pages = paged_listing("/tin-tuc", ARTICLES, 10)
    disk.resize(400 * 1024)
    with postgres(disk=disk.folder) as server:
        server.execute("CREATE DATABASE way")
        engine = connect(server.url("way"))
        upgrade(engine)
        here = {"CONGTIN_DATABASE_URL": server.url("way")}
        ballast = disk.folder / "ballast"
        room = os.statvfs(disk.folder)
        with ballast.open("wb") as file:
            file.truncate(0)
            os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_bsize - 64 * 1024)
        code, out, err = house.run("ingest", PORTAL, **here)
        assert code == VERDICTS[Verdict.DEGRADED].exit_code, (out, err)
        assert "cơ sở dữ liệu" in out
        ballast.unlink()
        code, out, err = house.run("ingest", PORTAL, **here)
        assert code == 0, (out, err)
        _once_each(engine)
        assert not broken(engine, house.var)
        engine.dispose()


@one_engine
def test_the_disk_of_the_log_is_full(house: House, paged: Site, disk: Disk) -> None:
    """Nor does a screen that takes nothing: the run goes on to its end."""
    logs = house.var / "logs"
    house.var.mkdir(exist_ok=True)
    logs.symlink_to(disk.folder)
    room = os.statvfs(disk.folder)
    with (disk.folder / "ballast").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_bsize)
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-c", "from flows.cli import main; main()", "ingest", PORTAL, "--verbose"]
        environment = os.environ | dict(house.environment)
        code = subprocess.run(command, env=environment, stdout=full, stderr=full, check=False, timeout=120).returncode
    assert house.rows("SELECT verdict FROM v1_runs")[0].verdict == Verdict.OK
    _once_each(house.engine)
    assert code == 0

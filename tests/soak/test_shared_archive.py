"""Two machines, one PostgreSQL, one S3 server: what one had sealed before it died the other reads, the rest it fetches."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.settings import settings
from tests.e2e.crawl.site import Site
from tests.e2e.ingest.conftest import house, paged
from tests.e2e.ingest.site import House
from tests.object_store import KEY, SECRET, ObjectStore, object_store
from tests.soak.processes import processes_of

__all__ = ["house", "paged"]

PORTAL = "cong_thu"

pytestmark = [
    pytest.mark.soak,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("engine", ["postgresql"], indirect=True),
]


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[ObjectStore]:
    with object_store(tmp_path / "s3") as made:
        yield made


def machine(tmp_path: Path, name: str, s3: ObjectStore) -> dict[str, str]:
    return {"CONGTIN_VAR": str(tmp_path / name), **s3.environment}


def whole(house: House, articles: int = 60) -> None:
    assert house.number("SELECT count(*) FROM v1_articles") == articles
    assert house.number("SELECT count(DISTINCT url) FROM v1_articles") == articles
    assert house.number("SELECT count(*) FROM capture WHERE state = 'pending'") == 0


def test_a_machine_that_died_for_good(house: House, paged: Site, s3: ObjectStore, tmp_path: Path) -> None:
    first, second = machine(tmp_path, "a", s3), machine(tmp_path, "b", s3)
    # Every page a segment; nothing is read while it crawls, so that all of it waits when the machine dies.
    with house.command("ingest", PORTAL, CONGTIN_DELAY="0.2", CONGTIN_SEGMENT_MINUTES="0.00001", **first):
        deadline = time.monotonic() + 120
        while house.number("SELECT count(*) FROM capture WHERE purpose = 'article'") < 10:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        for number in processes_of(tmp_path / "a"):
            os.kill(number, signal.SIGKILL)
    # Another process of that machine brings what was sealed into the store; then the machine is gone.
    code, out, err = house.run("status", **first)
    assert code == 0, err
    assert "đoạn lưu chờ gửi" in out
    _push(house, first)
    before = house.number("SELECT count(*) FROM capture")
    code, _, err = house.run("ingest", PORTAL, **second)
    assert code == 0, err
    whole(house)
    asked_again = house.number(
        "SELECT count(*) FROM (SELECT url FROM capture WHERE purpose = 'article' GROUP BY url HAVING count(*) > 1) AS t"
    )
    assert asked_again <= 2, (asked_again, before)  # the open segment held one page at the most
    code, out, err = house.run("doctor", "--full", **second)
    assert code == 0, out + err


def _push(house: House, environment: dict[str, str]) -> None:
    patch = pytest.MonkeyPatch()
    with patch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        settings.cache_clear()
        from flows.steps.share import share_all

        assert share_all(house.engine, settings().archive) > 5
    settings.cache_clear()


def test_a_store_that_is_down_stops_no_run(house: House, paged: Site, s3: ObjectStore, tmp_path: Path) -> None:
    here = machine(tmp_path, "a", s3)
    s3.stop()
    code, out, err = house.run("ingest", PORTAL, **here)
    assert code == 0, err
    whole(house)
    for secret in (KEY, SECRET):
        assert secret not in out + err
    _, out, _ = house.run("status", **here)
    assert "Kho chung không trả lời" in out
    s3.start()
    _, out, _ = house.run("status", **here)
    assert "1 đoạn lưu chờ gửi" in out
    code, _, err = house.run("ingest", PORTAL, **here)
    assert code == 0, err
    _, out, _ = house.run("status", **here)
    assert "đủ mọi đoạn lưu" in out
    code, out, err = house.run("doctor", "--full", **here)
    assert code == 0, out + err


def test_forgotten_everywhere_and_rebuilt_from_the_store_alone(
    house: House, paged: Site, s3: ObjectStore, tmp_path: Path
) -> None:
    first, second = machine(tmp_path, "a", s3), machine(tmp_path, "b", s3)
    code, _, err = house.run("ingest", PORTAL, **first)
    assert code == 0, err
    (url,) = (row[0] for row in house.rows("SELECT url FROM v1_articles ORDER BY url LIMIT 1"))
    code, _, err = house.run("forget", url, "--reason", "đơn số 5", "--yes", **second)
    assert code == 0, err
    whole(house, 59)
    empty = {**second, "CONGTIN_VAR": str(tmp_path / "c"), "CONGTIN_DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"}
    code, out, err = house.run("db", "upgrade", **empty)
    assert code == 0, err
    code, out, err = house.run("db", "rebuild", **empty)
    assert code == 0, out + err
    code, out, err = house.run("search", "tỉnh", **empty)
    assert code == 0, err
    code, out, err = house.run("doctor", "--full", **empty)
    assert code == 0, out + err
    code, out, err = house.run("ingest", PORTAL, **first)  # its cache holds the page until now
    assert code == 0, err
    code, out, err = house.run("doctor", "--full", **first)
    assert code == 0, out + err
    for file in (tmp_path / "a" / "archive").rglob("*.warc.gz"):
        assert file.with_name(f"{file.name}.stored").exists()


def test_a_backup_has_what_only_the_store_had(house: House, paged: Site, s3: ObjectStore, tmp_path: Path) -> None:
    first = machine(tmp_path, "a", s3) | {"CONGTIN_DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}"}
    second = first | {"CONGTIN_VAR": str(tmp_path / "b")}
    kept = tmp_path / "saoluu"
    for arguments, where in (
        (("db", "upgrade"), first),
        (("ingest", PORTAL), first),
        (("backup", "make", str(kept)), second),  # nothing of the archive is on that machine
        (("backup", "make", str(kept)), first),
    ):
        code, out, err = house.run(*arguments, **where)
        assert code == 0, out + err
    (segment,) = (tmp_path / "a" / "archive").rglob("*.warc.gz")
    assert (kept / "archive" / PORTAL / segment.name).read_bytes() == segment.read_bytes()
    last = str(max(kept.glob("2*")))
    code, out, err = house.run("backup", "check", last, **second)
    assert code == 0, out + err
    # The database lost: what the store has is not copied back. The store lost as well: it is, and goes there.
    for number, place in enumerate((s3.place, "khac")):
        s3.place = place
        third = machine(tmp_path, f"c{number}", s3) | {"CONGTIN_DATABASE_URL": f"sqlite:///{tmp_path / f'{number}.db'}"}
        code, out, err = house.run("backup", "restore", last, **third)
        assert code == 0, out + err
        assert bool(list((tmp_path / f"c{number}" / "archive").rglob("*.warc.gz"))) == bool(number)
        assert [key for key in s3.objects() if key.endswith(".warc.gz")]
        code, out, err = house.run("doctor", "--full", **third)
        assert code == 0, out + err

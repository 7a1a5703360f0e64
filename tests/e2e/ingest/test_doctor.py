"""The doctor on a real installation: nothing to find in a whole one, exactly the finding where one thing is broken."""

import asyncio
import fcntl
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from crawlers.portals import load
from flows.steps.doctor import Checked, Scope, examine, secrets_of
from flows.steps.reading import Readers
from storage.database.leases import Leases
from storage.settings import settings
from storage.vocabulary import Verdict
from tests.e2e.ingest.site import House
from tests.replicas import Replicas

PORTAL = "lao_cai"
SECRET = "canary-d41d8cd9"


def found(house: House, *, run_id: str | None = None, secrets: tuple[str, ...] = (SECRET,)) -> dict[str, list[str]]:
    """What the doctor finds of the portal: the subjects of its findings, by invariant."""
    scope = Scope(house.engine, settings().archive, settings().var, PORTAL, load(PORTAL), run_id, secrets=secrets)

    async def whole() -> list[Checked]:
        with Readers(settings().archive, workers=2, deadline=20) as readers:
            return await examine(scope, readers)

    checked = asyncio.run(whole())
    assert len(checked) == 10
    return {one.invariant.value: [finding.what for finding in one.findings] for one in checked if one.findings}


def change(house: House, *statements: str, **values: object) -> None:
    """Change rows behind the program's back."""
    with house.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        for statement in statements:
            connection.execute(text(statement), values)


def segment_of(house: House, record: str) -> tuple[Path, int, int]:
    (row,) = house.rows("SELECT segment, segment_offset, segment_length FROM capture WHERE record_id = :r", r=record)
    return house.var / "archive" / PORTAL / row[0], row[1], row[2]


@contextmanager
def flipped_byte(house: House, record: str) -> Iterator[None]:
    file, offset, length = segment_of(house, record)
    whole = file.read_bytes()
    broken = bytearray(whole)
    broken[offset + length // 3] ^= 0xFF
    file.write_bytes(broken)
    yield
    file.write_bytes(whole)


@contextmanager
def rows_changed(house: House, do: str, undo: str, **values: object) -> Iterator[None]:
    change(house, do, **values)
    yield
    change(house, undo, **values)


@contextmanager
def open_segment(house: House, record: str) -> Iterator[None]:
    file = house.var / "archive" / PORTAL / f"{PORTAL}-20250101T000000-000000-00001.warc.gz.open"
    file.write_bytes(b"")
    yield
    file.unlink()


@contextmanager
def secret_in_the_log(house: House, record: str) -> Iterator[None]:
    file = house.var / "logs" / f"{PORTAL}.log"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f'{{"message": "connect with {SECRET}"}}\n', encoding="utf-8")
    yield
    file.unlink()


@contextmanager
def orphan_crawl(house: House, record: str) -> Iterator[None]:
    folder = house.var / "runs" / "20250101T000000-000000"
    folder.mkdir(parents=True)
    plan = folder / "plan-1.json"
    plan.write_text(f'{{"run_id":"{folder.name}","portal":"{PORTAL}"}}', encoding="utf-8")
    command = [sys.executable, "-c", "import time; time.sleep(60)", "crawlers.crawl", str(plan)]
    with subprocess.Popen(command) as child:
        yield
        child.kill()
    plan.unlink()
    folder.rmdir()


@contextmanager
def host_lock(house: House, record: str) -> Iterator[None]:
    with (house.var / "locks" / "host-laocai.gov.vn.lock").open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sql(do: str, undo: str) -> Callable[[House, str], object]:
    return lambda house, record: rows_changed(house, do, undo, r=record)


ARTICLE = "(SELECT article_id FROM capture WHERE record_id = :r)"
BREAKAGES: dict[str, tuple[Callable[[House, str], object], str]] = {
    "a byte of the archive": (flipped_byte, "I3"),
    "a sha256 in a row": (
        sql(
            "UPDATE capture SET payload_sha256 = 'x' || payload_sha256 WHERE record_id = :r",
            "UPDATE capture SET payload_sha256 = substr(payload_sha256, 2) WHERE record_id = :r",
        ),
        "I3",
    ),
    "a capture that waits": (
        sql(
            "UPDATE capture SET state = 'pending' WHERE record_id = :r",
            "UPDATE capture SET state = 'stored' WHERE record_id = :r",
        ),
        "I1",
    ),
    "an address twice": (
        sql(
            "INSERT INTO address (id, portal, key, url, listing, first_seen_at, tries, closed) SELECT 'twin', portal,"
            " key, url, listing, first_seen_at, 1, closed FROM address WHERE id ="
            " (SELECT address_id FROM capture WHERE record_id = :r)",
            "DELETE FROM address WHERE id = 'twin'",
        ),
        "I2",
    ),
    "another text in a reading": (
        sql(
            "UPDATE reading SET version_hash = 'x' || version_hash WHERE capture_id = :r",
            "UPDATE reading SET version_hash = substr(version_hash, 2) WHERE capture_id = :r",
        ),
        "I4",
    ),
    "a refused page that is shown": (
        sql(
            "UPDATE capture SET state = 'refused' WHERE record_id = :r",
            "UPDATE capture SET state = 'stored' WHERE record_id = :r",
        ),
        "I6",
    ),
    "an article gone without a miss": (
        sql(
            f"UPDATE address SET gone_at = first_seen_at WHERE article_id = {ARTICLE} AND role = 'primary'",
            f"UPDATE address SET gone_at = NULL WHERE article_id = {ARTICLE}",
        ),
        "I6",
    ),
    "an open segment that nobody writes": (open_segment, "I7"),
    "a crawl process without a run": (orphan_crawl, "I7"),
    "a lock of a host without a run": (host_lock, "I7"),
    "a run that says that it was quiet": (
        sql("UPDATE run SET verdict = 'quiet'", "UPDATE run SET verdict = 'ok'"),
        "I8",
    ),
    "a feed whose number fell back": (
        sql("UPDATE feed SET last = last - 1", "UPDATE feed SET last = last + 1"),
        "I9",
    ),
    "a password in the log": (secret_in_the_log, "I10"),
    "a password in a row": (
        sql(
            f"UPDATE capture SET detail = 'mật khẩu {SECRET}' WHERE record_id = :r",
            "UPDATE capture SET detail = NULL WHERE record_id = :r",
        ),
        "I10",
    ),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)], indirect=True)
def test_each_invariant_is_seen_broken(house: House, few: Replicas) -> None:
    outcome = house.ingest(PORTAL)[PORTAL]
    assert outcome.judgement.verdict is Verdict.OK, outcome.judgement.reason
    assert found(house) == {}
    assert found(house, run_id=outcome.run_id) == {}
    record = house.rows("SELECT min(capture_id) FROM v1_articles WHERE kind = 'article'")[0][0]
    for name, (broken, invariant) in BREAKAGES.items():
        with broken(house, record):  # type: ignore[attr-defined]
            seen = found(house)
        assert {key: len(findings) for key, findings in seen.items()} == {invariant: 1}, (name, seen)
    assert found(house) == {}


def test_what_is_lost_is_named(house: House, few: Replicas) -> None:
    """Rows that are deleted: of a record, of a listed address, of a version."""
    outcome = house.ingest(PORTAL)[PORTAL]
    robots = house.rows("SELECT record_id, url FROM capture WHERE purpose = 'robots'")[0]
    change(house, "DELETE FROM capture WHERE record_id = :r", r=robots.record_id)
    seen = found(house, run_id=outcome.run_id)
    assert list(seen) == ["I1"]
    assert robots.record_id in seen["I1"][0]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_lock_in_the_database_without_a_run(house: House) -> None:
    leases = Leases(house.engine)
    for name in (f"portal {PORTAL}", "host laocai.gov.vn"):
        assert leases.take(name) is None
        assert list(found(house)) == ["I7"]
        leases.free(name)
    assert found(house) == {}
    leases.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_command(house: House, few: Replicas) -> None:
    outcome = house.ingest(PORTAL)[PORTAL]
    for options in (["--full"], ["--run", outcome.run_id], [PORTAL]):
        code, out, err = house.run("doctor", *options)
        assert code == 0, (out, err)
        assert "Mọi điều đều giữ." in out
        assert max(map(len, out.splitlines())) <= 80
    assert house.run("doctor", "--run", "khong_co")[0] == 2
    assert house.run("doctor", "khong_co")[0] == 2
    record = house.rows("SELECT min(capture_id) FROM v1_articles")[0][0]
    with flipped_byte(house, record):
        code, out, _ = house.run("doctor")
        assert code == 1
        assert "ingest --full" in " ".join(out.split())
        code, out, _ = house.run("doctor", "--json")
        assert code == 1
        (broken,) = [one for one in json.loads(out) if one["findings"]]
        assert broken["invariant"] == "I3"
        assert record in broken["findings"][0]["what"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_found_is_in_the_verdict(house: House, few: Replicas, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of which something is lost on the way does not end well."""
    from flows.steps import batch
    from storage.database.load import load as loaded

    def load_and_lose(*arguments: object, **options: object) -> object:
        counts = loaded(*arguments, **options)  # type: ignore[arg-type]
        change(house, "UPDATE capture SET payload_sha256 = 'x' WHERE purpose = 'article'")
        return counts

    monkeypatch.setattr(batch, "load", load_and_lose)
    outcome = house.ingest(PORTAL)[PORTAL]
    assert outcome.judgement.verdict is Verdict.BROKEN
    assert "I3" in outcome.judgement.reason
    assert house.rows("SELECT verdict FROM v1_runs")[0][0] == "broken"


def test_secrets_of_the_settings(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONGTIN_DATABASE_URL", f"postgresql://congtin:{SECRET}%2Fx@db/congtin")
    settings.cache_clear()
    assert secrets_of(settings()) == (f"{SECRET}%2Fx", f"{SECRET}/x")
    monkeypatch.setenv("CONGTIN_DATABASE_URL", "postgresql://congtin:ngan@db/congtin")
    settings.cache_clear()
    assert secrets_of(settings()) == ()

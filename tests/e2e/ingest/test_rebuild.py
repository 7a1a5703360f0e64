"""The database is lost: everything comes back from the archive."""

from pathlib import Path

import pytest

from flows.steps.order import Mode
from storage.database.engine import connect
from storage.database.migrate import upgrade
from storage.settings import settings
from tests.e2e.ingest.site import House
from tests.replicas import Replicas

PORTAL = "lao_cai"
SAME = (
    "SELECT url, kind, title, lead, text, section, authors, published_at, sort_date FROM v1_articles ORDER BY url",
    "SELECT url, first_seen_at, last_seen_at, gone_at, version_no, capture_id FROM v1_articles ORDER BY url",
    "SELECT url, role, first_seen_at, last_seen_at, gone_at FROM v1_addresses ORDER BY url",
    "SELECT version_no, seen_at, url, text_hash, capture_id FROM v1_article_versions ORDER BY url, version_no",
    "SELECT position, url, caption FROM v1_images ORDER BY url, position",
    "SELECT position, url, state, sha256 FROM v1_attachments ORDER BY url, position",
    "SELECT record_id, run_id, purpose, url, fetched_at, payload_sha256 FROM capture ORDER BY record_id",
    # A 304 of an article that was rejected since has nothing to be the same as.
    "SELECT record_id, segment, segment_offset FROM capture ORDER BY record_id",
    "SELECT record_id, state, state_reason FROM capture WHERE url NOT IN (SELECT url FROM decision) ORDER BY record_id",
    "SELECT capture_id, frame, words FROM figure JOIN capture ON record_id = capture_id WHERE state <> 'rejected' ORDER BY 1",
    "SELECT address_id, kind, reason, decided_by, decided_at FROM decision ORDER BY id",
)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_database_is_rebuilt_row_for_row(
    house: House, few: Replicas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.ingest(PORTAL)
    few.advance(2)
    house.ingest(PORTAL, mode=Mode.FULL)
    rejected = house.rows("SELECT url FROM v1_articles ORDER BY url LIMIT 1")[0][0]
    assert house.run("reject", rejected, "--reason", "thử", "--by", "an")[0] == 0
    assert house.run("db", "rebuild")[0] == 2, "this database is not empty"
    before = [house.rows(query) for query in SAME]
    assert all(before)

    fresh = f"sqlite:///{tmp_path / 'moi.db'}"
    monkeypatch.setenv("CONGTIN_DATABASE_URL", fresh)
    settings.cache_clear()
    engine = connect(fresh)
    upgrade(engine)
    again = House(engine, dict(house.environment) | {"CONGTIN_DATABASE_URL": fresh})
    for _ in range(2):
        code, out, err = again.run("db", "rebuild")
        assert code == 0, err
        assert PORTAL in out
        for query, rows in zip(SAME, before, strict=True):
            assert again.rows(query) == rows, query
    assert again.run("doctor", "--full")[0] == 0
    engine.dispose()

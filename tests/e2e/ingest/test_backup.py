"""All is lost but the backup: it is put back, and readers of the feed go on as if nothing had been."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.steps.order import Mode
from storage.backup import read_manifest
from storage.database.engine import connect
from storage.database.models import metadata
from storage.settings import settings
from storage.vocabulary import Verdict
from tests.databases import Databases, binaries
from tests.e2e.crawl.site import Site, paged_listing
from tests.e2e.ingest.site import House

SHOWN = "SELECT url, title, text, version_no FROM v1_articles ORDER BY url"


@pytest.fixture
def elsewhere(house: House, migrated: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A new machine: no folder yet, a database without a table, of the same kind as the house's."""
    monkeypatch.setenv("PATH", f"{binaries()[0]}{os.pathsep}{os.environ['PATH']}")
    var = str(tmp_path / "new")

    def at(url: str) -> House:
        return House(connect(url), dict(house.environment) | {"CONGTIN_VAR": var, "CONGTIN_DATABASE_URL": url})

    if house.engine.dialect.name == "sqlite":
        new = at(f"sqlite:///{tmp_path / 'new.db'}")
        yield new
    else:
        with migrated.server.database() as url:
            new = at(url)
            yield new
            new.engine.dispose()
    new.engine.dispose()


def move_to(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this process use another house."""
    for name, value in house.environment.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()


def take(house: House, target: Path) -> Path:
    """Make a backup by the command and return its folder."""
    code, out, err = house.run("backup", "make", str(target))
    assert code == 0, err
    return Path(re.findall(r"vào (\S+):", out)[0])


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.soak), "postgresql"], indirect=True)
def test_a_disaster(
    house: House, paged: Site, elsewhere: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = paged_listing("/tin-tuc", 60, 10)
    paged.pages = paged_listing("/tin-tuc", 30, 10)
    house.ingest("cong_thu")
    forgotten = house.rows("SELECT url FROM v1_articles ORDER BY url LIMIT 1")[0][0]
    saved = take(house, tmp_path / "backups")
    manifest = read_manifest(saved)
    assert manifest.cursor == house.number("SELECT max(seq) FROM v1_changes") == 30
    assert manifest.rows["article"] == 30
    assert manifest.rows.keys() == metadata.tables.keys()
    assert house.run("backup", "check", str(saved))[0] == 0

    # After the backup more comes in, somebody is forgotten, a second backup saves the archive; then all is lost.
    paged.pages = whole
    house.ingest("cong_thu", mode=Mode.FULL)
    assert house.run("forget", forgotten, "--reason", "đơn 1", "--yes")[0] == 0
    seen = house.number("SELECT max(seq) FROM v1_changes")
    before = house.rows(SHOWN)
    assert len(before) == 59
    take(house, tmp_path / "backups")
    shutil.rmtree(house.var)

    code, out, err = elsewhere.run("backup", "restore", str(saved))
    assert code == 0, err
    assert "đúng như bản kê" in out
    assert elsewhere.run("backup", "restore", str(saved))[0] == 1, "nothing is restored over something"
    assert elsewhere.rows("SELECT kept_seq FROM v1_restorations") == [(30,)]
    assert not elsewhere.number("SELECT count(*) FROM v1_articles WHERE url = :url", url=forgotten)
    code, out, _ = elsewhere.run("doctor", "--full")
    assert code == 1, "what the archive has more is to be loaded"

    move_to(elsewhere, monkeypatch)
    paged.seen.clear()
    assert elsewhere.ingest("cong_thu")["cong_thu"].judgement.verdict is Verdict.OK
    assert elsewhere.rows(SHOWN) == before
    assert not [one for one in paged.targets() if "/bai" in one], "every page came from the archive"
    assert elsewhere.run("doctor", "--full")[0] == 0
    # The reader's cursor: everything later is behind it, and no number of an article means another one.
    assert elsewhere.number("SELECT min(seq) FROM v1_changes WHERE seq > 30") > seen
    restored = elsewhere.rows("SELECT kept_article_id, next_article_id FROM v1_restorations")[0]
    assert elsewhere.number("SELECT max(article_id) FROM v1_articles") > restored.next_article_id
    assert not elsewhere.number(
        "SELECT count(*) FROM article WHERE id > :kept AND id < :first", kept=restored[0], first=restored[1]
    )


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_damage_is_named(house: House, paged: Site, elsewhere: House, tmp_path: Path) -> None:
    target = tmp_path / "backups"
    code, _, err = house.run("backup", "make", "/proc/none")
    assert code == 1
    assert "/proc/none" in err
    house.ingest("cong_thu", limit=5)
    saved = take(house, target)
    (segment,) = (target / "archive").rglob("*.warc.gz")
    content = segment.read_bytes()
    segment.write_bytes(content[:-9] + bytes(9))
    for command in ("check", "restore"):
        code, _, err = elsewhere.run("backup", command, str(saved))
        assert code == 1
        assert str(segment) in err
    assert not elsewhere.var.joinpath("archive").exists()
    segment.unlink()
    again = take(house, target)
    assert segment.read_bytes() == content, "a copy that is missing is made anew"
    (again / "database.sqlite").write_bytes(b"SQLite format 3\0")
    code, _, err = elsewhere.run("backup", "restore", str(again))
    assert code == 1
    assert str(again / "database.sqlite") in err
    (saved / "manifest.json").write_text("{}", encoding="utf-8")
    assert elsewhere.run("backup", "restore", str(saved))[0] == 1
    assert elsewhere.run("backup", "restore", str(target))[0] == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_only_the_last_are_kept(house: House, paged: Site, tmp_path: Path, elsewhere: House) -> None:
    house.ingest("cong_thu", limit=2)
    target = tmp_path / "backups"
    first = take(house, target)
    old = first.rename(target / "20200101T000000")
    copies = {path: path.stat().st_ino for path in (target / "archive").rglob("*.*")}
    code, out, _ = house.run("backup", "make", str(target), "--keep", "1")
    assert code == 0
    assert not old.exists()
    assert str(old) in out
    assert {path: path.stat().st_ino for path in (target / "archive").rglob("*.*")} == copies, "nothing copied twice"

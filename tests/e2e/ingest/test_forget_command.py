"""`congtin forget` from the outside: nothing of the article is left in any file, and nothing brings it back."""

import gzip
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.steps.order import Mode
from storage.consume.export import export
from storage.vocabulary import ExportFormat
from tests.e2e.crawl.site import Reply, Site, article_page, listing_page
from tests.e2e.ingest.site import House

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

CANARY = "chim hoàng yến hót trong vườn nhà bà Tám"
HOST = "http://congthu.gov.vn"
SPELLINGS = (
    f"{HOST}/tin-tuc/mot",
    "https://www.congthu.gov.vn/tin-tuc/mot/?utm_source=zalo#x",
    f"{HOST}/cu",
)
FILE = "/files/don.pdf"


def page(title: str, more: str = "") -> str:
    return article_page(title).replace("</body>", f"<p>Sáng nay, {more} theo lời kể của người dân.</p></body>")


@pytest.fixture
def portal(paged: Site) -> Site:
    """An article with a file, to which an older address redirects, and another one."""
    paged.pages.clear()
    paged.pages |= {
        "/tin-tuc/mot": page("Thông tin của tỉnh về khu vườn", f'{CANARY} <a href="{FILE}">Đơn</a>'),
        "/tin-tuc/hai": page("Thông tin của tỉnh về con đường", "đường đã xong"),
        "/cu": Reply(status=301, headers={"Location": "/tin-tuc/mot"}),
        FILE: f"%PDF-1.4 {CANARY}",
    }
    rows = [("/tin-tuc/mot", "vườn"), ("/tin-tuc/hai", "đường"), ("/cu", "vườn cũ")]
    paged.pages["/tin-tuc"] = listing_page([(url, f"Thông tin của tỉnh về {name}", "") for url, name in rows])
    return paged


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def everything(*places: Path) -> str:
    """Return what files, and those of folders, hold; members of archives inflated."""
    found = []
    for place in places:
        for path in [place] if place.is_file() else sorted(one for one in place.rglob("*") if one.is_file()):
            data = path.read_bytes()
            with suppress(OSError, EOFError):
                data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
            found.append(data.decode("utf-8", "replace"))
    return "\n".join(found)


def assert_gone(house: House) -> None:
    house.engine.dispose()
    database = Path(str(house.engine.url.database))
    left = everything(house.var, *database.parent.glob(f"{database.name}*"))
    for trace in (CANARY, "hoàng yến", "hoang yen"):
        assert trace not in left, trace
    assert house.number("SELECT count(*) FROM v1_articles") == 1
    assert house.number("SELECT count(*) FROM v1_changes WHERE change = 'withdrawn'") == 1


def test_nothing_is_left_and_nothing_brings_it_back(house: House, portal: Site, tmp_path: Path) -> None:
    house.ingest("cong_thu")
    house.engine.dispose()
    backup = tmp_path / "backup"
    shutil.copytree(house.var / "archive", backup)
    assert CANARY in everything(backup)

    asked = run("forget", SPELLINGS[1])
    assert (asked.exit_code, "--reason" in asked.output) == (2, True)
    assert run("forget", f"{HOST}/khong-co", "--reason", "x").exit_code == 1
    assert run("forget", SPELLINGS[1], "--reason", "đơn số 5").exit_code == 1, "nobody said yes"
    assert house.number("SELECT count(*) FROM v1_articles") == 2
    done = run("forget", SPELLINGS[1], "--reason", "đơn số 5", "--yes")
    assert done.exit_code == 0, done.output
    for told in ("bài 1", SPELLINGS[0], f"{HOST}/cu", FILE):
        assert told in done.output
    assert_gone(house)
    for ref in ("1", *SPELLINGS):
        assert run("show", ref).exit_code == 1
    assert "đã bị xóa vĩnh viễn" in run("show", "1").output

    portal.seen.clear()
    for url in SPELLINGS[1:]:
        path = url.split("gov.vn")[1]
        portal.pages[path] = portal.pages["/tin-tuc/mot"]
    house.ingest("cong_thu", mode=Mode.FULL)
    assert not {FILE, "/tin-tuc/mot", "/cu"} & set(portal.targets()), "it is never asked for again"
    assert_gone(house)

    shutil.copytree(backup, house.var / "archive", dirs_exist_ok=True)
    assert CANARY in everything(house.var)
    assert run("forget", "--again").exit_code == 0
    assert_gone(house)
    assert run("doctor", "--full").exit_code == 0
    export(house.engine, tmp_path / "ra", ExportFormat.JSONL)
    assert CANARY not in everything(tmp_path / "ra")

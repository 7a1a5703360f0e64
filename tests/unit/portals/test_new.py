"""`congtin portal new` over saved pages: what it finds, what it writes, and what it leaves for a person."""

import ast
import gzip
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawlers import portals
from crawlers.detect import Shown, detect
from crawlers.portal import Cadence, Level, Reuse
from crawlers.reading.tree import parse
from flows.cli import app
from flows.steps.portals.draft import cadence_of
from flows.steps.portals.portal_file import PortalFile, render, todos
from flows.steps.portals.publisher import publisher_of
from flows.steps.portals.sections import candidates
from flows.steps.portals.source import saved
from flows.steps.portals.tried import RawPage
from storage.records import VIETNAM
from storage.settings import settings

HOST = "https://thuctest.laocai.gov.vn"
SENTENCE = "Ủy ban nhân dân xã yêu cầu các thôn, tổ dân phố chủ động rà soát, báo cáo kết quả trước ngày quy định."
MENU = "".join(
    f'<li><a href="{path}">{name}</a></li>'
    for path, name in (
        ("/gioi-thieu-chung", "Tổng quan"),
        ("/tin-tuc", "Tin tức"),
        ("/thong-bao", "Thông báo"),
        ("/hoi-dap", "Hỏi đáp"),
        ("/dang-nhap", "Đăng nhập"),
        ("/chua-luu", "Chuyên mục khác"),
    )
)


def frame(title: str, main: str) -> str:
    return (
        f"<!doctype html><html><head><title>{title}</title></head><body><ul class='menu'>{MENU}</ul>"
        f"<div id='main'>{main}</div><footer>Cơ quan chủ quản: Ủy ban nhân dân xã Thử, tỉnh Lào Cai. "
        "Điện thoại: 0214</footer></body></html>"
    )


def listing(section: str, count: int) -> str:
    rows = "".join(
        f"<div class='dong'><h3><a href='/{section}/bai-so-{number}-ve-cong-tac-{section}-{number}.html'>"
        f"Bài số {number} về công tác của xã Thử trong mục {section}</a></h3><span>{28 - number:02}/10/2025</span></div>"
        for number in range(1, count + 1)
    )
    return (
        rows
        + f"<div class='phan-trang'><b>1</b><a href='/{section}?trang=2'>2</a><a href='/{section}?trang=3'>3</a></div>"
    )


def article(number: int, section: str) -> str:
    body = "".join(f"<p>Đoạn {part} của bài {number}. {SENTENCE}</p>" for part in range(1, 6))
    title = f"Bài số {number} về công tác của xã Thử trong mục {section}"
    return frame(title, f"<h1>{title}</h1><p>{28 - number:02}/10/2025 08:30</p>{body}")


def pages() -> dict[str, str]:
    found = {
        "/": frame("Trang chủ - Cổng thông tin điện tử xã Thử, tỉnh Lào Cai", listing("tin-tuc", 4)),
        "/gioi-thieu-chung": frame("Tổng quan", f"<h1>Tổng quan</h1><p>{SENTENCE}</p>"),
        "/tin-tuc": frame("Tin tức", listing("tin-tuc", 9)),
        "/thong-bao": frame("Thông báo", listing("thong-bao", 6)),
    }
    for section in ("tin-tuc", "thong-bao"):
        for number in (1, 2, 3):
            path = f"/{section}/bai-so-{number}-ve-cong-tac-{section}-{number}.html"
            found[path] = article(number, section)
    return found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of saved pages beside an empty one of portal files."""
    (tmp_path / "trang").mkdir()
    (tmp_path / "cong").mkdir()
    for number, (path, text) in enumerate(pages().items()):
        note = f"<!-- saved from url=(0030){HOST}{path} -->"
        (tmp_path / "trang" / f"{number}.html").write_text(note + text, encoding="utf-8")
    monkeypatch.setenv("CONGTIN_PORTALS", str(tmp_path / "cong"))
    monkeypatch.setenv("CONGTIN_VAR", str(tmp_path / "var"))
    settings.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    settings.cache_clear()


def test_a_portal_from_saved_pages(place: Path) -> None:
    run = CliRunner()
    said = run.invoke(app, ["portal", "new", f"{HOST}/", "--from", str(place / "trang")])
    assert said.exit_code == 0, said.output
    portal = portals.load("lao_cai_thuctest")
    text = (place / "cong" / "lao_cai_thuctest.py").read_text(encoding="utf-8")
    assert portal.title == "Cổng thông tin điện tử xã Thử, tỉnh Lào Cai"
    assert (portal.unit.level, portal.unit.name, portal.unit.province) == (Level.COMMUNE, "Xã Thử", "15")
    assert portal.unit.code_system == "qd19-2025"
    assert portal.platform == "generic"
    assert {listing.url for listing in portal.listings} == {f"{HOST}/tin-tuc", f"{HOST}/thong-bao"}
    assert all("có trang sau" in listing.evidence for listing in portal.listings)
    assert portal.verified is None
    assert portal.cadence is Cadence.SIX_HOURLY
    assert portal.expect.rows == 7
    assert "Ủy ban nhân dân xã Thử" in text
    for left in ("Tổng quan", "Hỏi đáp", "Chuyên mục khác"):
        assert left in text
        assert left in said.output
    assert "Đăng nhập" not in text
    assert len(list((place / "cong" / "cases" / "lao_cai_thuctest").iterdir())) == 3
    again = run.invoke(app, ["portal", "new", f"{HOST}/", "--from", str(place / "trang")])
    assert again.exit_code == 2
    assert "--name" in again.output


def test_a_section_is_asked_for_as_it_is_linked() -> None:
    home = frame("Trang chủ", listing("tin-tuc", 4)).replace('"/tin-tuc"', '"/tin-tuc/"')
    found = candidates(RawPage(f"{HOST}/", home.encode(), datetime(2025, 10, 29, tzinfo=VIETNAM)), f"{HOST}/")
    assert [section.url for section in found if section.name == "Tin tức"] == [f"{HOST}/tin-tuc/"]
    assert found[0].name == "Tin tức", "articles lie in it"


def test_pages_of_a_warc(place: Path) -> None:
    body = pages()["/tin-tuc"].encode()
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nServer: thu\r\n\r\n" + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {HOST}/tin-tuc\r\nWARC-Date: 2025-10-29T01:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:6f1b3f6e-1111-4222-8333-444455556666>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    file = place / "mot.warc.gz"
    file.write_bytes(gzip.compress(head.encode() + http + b"\r\n\r\n"))
    (page,) = saved(file).found.values()
    assert (page.url, page.body, page.headers["server"]) == (f"{HOST}/tin-tuc", body, "thu")
    assert page.fetched_at == datetime(2025, 10, 29, 8, tzinfo=VIETNAM)
    with pytest.raises(ValueError, match="no page"):
        saved(place / "cong")


def test_what_is_not_known_is_a_todo(tmp_path: Path) -> None:
    listings = portals.load("lao_cai").listings
    text = render(PortalFile("moi", "generic", listings, 'chú "thích" \\', 3, ["Publisher: TODO: cơ quan."]))
    portal = portals.load_text("moi", text, tmp_path / "moi.py")
    assert portal.lifecycle_note == 'chú "thích" \\'
    assert portal.cadence is None
    said = " ".join(line for _, line in todos(text))
    for open_question in ("tên cổng", "tên đơn vị", "mã tỉnh", "cấp của đơn vị", "Reuse.PRESS", "HOURLY", "cơ quan"):
        assert open_question in said


@pytest.mark.parametrize("evil", ['"""\nimport os\n"""', "x\nimport os", "\\", '"; import os; "', "\u2028import os"])
def test_what_a_page_says_can_be_no_code(evil: str, tmp_path: Path) -> None:
    listings = portals.load("lao_cai").listings
    facts = PortalFile("moi", "generic", listings, evil, 1, [evil], left_out={evil: [evil]}, title=evil, unit=evil)
    portal = portals.load_text("moi", render(facts), tmp_path / "moi.py")
    assert (portal.title, portal.unit.name, portal.lifecycle_note) == (evil, evil, evil)
    statements = [type(one).__name__ for one in ast.parse(render(facts)).body]
    assert statements == ["Expr", "ImportFrom", "Assign"]


@pytest.mark.parametrize(
    ("title", "host", "level", "unit", "province", "reuse"),
    [
        ("Cổng thông tin điện tử tỉnh Lào Cai", "laocai.gov.vn", Level.PROVINCE, "Tỉnh Lào Cai", "15", Reuse.OFFICIAL),
        ("Cổng TTĐT phường Sa Pa - tỉnh Lào Cai", "x.gov.vn", Level.COMMUNE, "Phường Sa Pa", "15", Reuse.OFFICIAL),
        ("Báo Lào Cai điện tử", "baolaocai.vn", None, None, None, Reuse.PRESS),
        ("Trang chủ", "example.vn", None, None, None, None),
    ],
)
def test_the_publisher(
    title: str, host: str, level: Level | None, unit: str | None, province: str | None, reuse: Reuse | None
) -> None:
    root = parse(f"<html><head><title>{title}</title></head><body></body></html>", f"https://{host}/")
    found = publisher_of(root, f"https://{host}/", date(2026, 1, 1))
    assert (found.level, found.unit_name, found.reuse) == (level, unit, reuse)
    assert (found.province.code if found.province else None) == province


@pytest.mark.parametrize(
    ("gap", "count", "want"),
    [
        (timedelta(hours=1), 30, Cadence.HOURLY),
        (timedelta(hours=8), 30, Cadence.SIX_HOURLY),
        (timedelta(days=2), 10, Cadence.DAILY),
        (timedelta(days=30), 10, Cadence.WEEKLY),
        (timedelta(days=1), 2, None),
    ],
)
def test_the_cadence_follows_the_dates(gap: timedelta, count: int, want: Cadence | None) -> None:
    newest = datetime(2025, 10, 1, tzinfo=VIETNAM)
    assert cadence_of([newest - number * gap for number in range(count)]) is want


@pytest.mark.parametrize(
    ("headers", "markup", "want"),
    [
        ({"liferay-portal": "Liferay Portal Community Edition 6.2"}, "", "liferay"),
        ({}, "<script src='/DesktopModule/UIArticle/x.js'></script>", "vnportal"),
        ({"microsoftsharepointteamservices": "14.0.0.1"}, "", "sharepoint"),
    ],
)
def test_a_family_is_told_by_its_signs(headers: dict[str, str], markup: str, want: str) -> None:
    first = detect([Shown("https://a.gov.vn/", headers, markup)])[0]
    assert first.platform == want
    assert first.sure >= 0.9
    assert first.evidence


def test_no_sign_no_family() -> None:
    text = "<p>Cổng Liferay và SharePoint là hai phần mềm. p_p_id</p>"
    assert detect([Shown("https://a.gov.vn/", {"server": "nginx"}, text)]) == []

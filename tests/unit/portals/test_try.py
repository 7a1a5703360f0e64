"""What `congtin portal try` says of a page, the report for the browser, and the cases it saves."""

import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from lxml import html
from typer.testing import CliRunner

from crawlers import portals
from crawlers.reading.tree import text_of
from flows.cli import app
from flows.steps.portals import cases, fields
from flows.steps.portals.report import report
from flows.steps.portals.tried import RawPage, own_address, try_page
from storage.records import VIETNAM, Article
from storage.settings import settings

URL = "https://laocai.gov.vn/tin-thoi-su/hop-bao-thang-sau-123456"
BODY = [
    "Sáng 12/6, Văn phòng Ủy ban nhân dân tỉnh tổ chức họp báo về tình hình kinh tế sáu tháng đầu năm.",
    "Theo báo cáo, thu ngân sách đạt 5.432 tỷ đồng, bằng 51% dự toán tỉnh giao trong năm nay.",
    "Các sở, ngành trả lời mười hai câu hỏi của phóng viên về đầu tư công và giải phóng mặt bằng.",
]
EVIL = '<img src=x onerror="document.title=1"></iframe><script>document.title="x"</script>'
PAGE = f"""<!doctype html><html><head><title>Họp báo tháng sáu</title><script>document.title="chạy"</script>
<style>body{{display:none}}</style><meta http-equiv="refresh" content="0;url=//evil.example/"></head>
<body onload="document.title='chạy'"><div class="menu"><a href="javascript:alert(1)">Trang chủ</a>
<a href="/gioi-thieu">Giới thiệu</a> &lt;script&gt;document.title="thoát"&lt;/script&gt;</div>
<div class="ArticleDetailControl"><div class="ArticleHeader">Họp báo tháng sáu</div>
<div class="PostDate">Thứ năm, 12/06/2025 | 14:30</div>
<div class="ArticleContent"><p>{BODY[0]}</p><p>Theo <b>báo cáo</b>{BODY[1].removeprefix("Theo báo cáo")}</p>
<p>{BODY[2]}</p><p><img src="/a.jpg" alt='"><script>document.title="ảnh"</script>'></p></div></div>
<form action="//evil.example/"><input name="q"><button>Gửi</button></form>
<div class="footer">Bản quyền thuộc Cổng thông tin điện tử tỉnh. {EVIL}</div></body></html>"""
FETCHED = datetime(2025, 6, 13, 8, 0, tzinfo=VIETNAM)


@pytest.fixture
def page() -> RawPage:
    return RawPage(URL, PAGE.encode(), FETCHED)


def test_every_value_has_a_method(page: RawPage) -> None:
    tried = try_page(page, portals.load("lao_cai"))
    assert isinstance(tried.result, Article)
    shown = {row.name: row for row in fields.rows(tried.result)}
    assert shown["title"].value == "Họp báo tháng sáu"
    assert shown["published_at"].value == "12/06/2025 14:30 (minute)"
    assert [row.name for row in shown.values() if row.value and not row.method] == []
    assert shown["published_at"].method == "rules"


def test_the_report_shows_what_was_kept_and_what_was_not(page: RawPage) -> None:
    tried = try_page(page, portals.load("lao_cai"))
    made = html.fromstring(report(tried, portals.load("lao_cai")))
    frame = html.fromstring(str(made.cssselect("iframe")[0].get("srcdoc")))
    kept: dict[str, str] = {}
    for mark in frame.cssselect("mark"):
        name = str(mark.get("data-name"))
        kept[name] = kept.get(name, "") + text_of(mark)
    squeezed = re.sub(r"\s", "", kept["Nội dung"])
    assert squeezed == re.sub(r"\s", "", "".join(BODY))
    assert kept["Tiêu đề"] == "Họp báo tháng sáu"
    assert kept["Đăng lúc"] == "Thứ năm, 12/06/2025 | 14:30"
    stripped = " ".join(text_of(one) for one in frame.cssselect(".x"))
    assert "Trang chủ" in stripped
    assert "Bản quyền" in stripped
    assert BODY[0][:20] not in stripped


def test_nothing_of_the_page_is_live(page: RawPage) -> None:
    made = report(try_page(page, portals.load("lao_cai")), portals.load("lao_cai"))
    outer = html.fromstring(made)
    frames = outer.cssselect("iframe")
    assert [frame.get("sandbox") for frame in frames] == [""]
    for document in (outer, html.fromstring(str(frames[0].get("srcdoc")))):
        elements = list(document.iter("*"))
        tags = {str(element.tag) for element in elements}
        assert not tags & {"script", "img", "form", "input", "link", "object", "embed", "base", "svg", "a"}
        given = {str(name) for element in elements for name in element.attrib}
        assert not {name for name in given if name.startswith("on") or name in {"src", "href", "action", "style"}}


def test_a_page_that_is_no_article_says_why() -> None:
    raw = RawPage(URL, b"<html><body><h1>404 Not Found</h1></body></html>", FETCHED)
    tried = try_page(raw, portals.load("lao_cai"))
    assert fields.warnings(tried, portals.load("lao_cai"))[0].startswith("Trang không thành bài: ")
    assert "Trang không thành bài" in report(tried, portals.load("lao_cai"))


@pytest.mark.parametrize(
    ("head", "want"),
    [
        ("<!-- saved from url=(0031)https://a.gov.vn/tin/mot-bai-12 -->", "https://a.gov.vn/tin/mot-bai-12"),
        ('<link rel="canonical" href="https://a.gov.vn/x">', "https://a.gov.vn/x"),
        ('<meta property="og:url" content="/x">', None),
        ("", None),
    ],
)
def test_the_address_of_a_saved_page(head: str, want: str | None) -> None:
    assert own_address(f"<html><head>{head}</head><body>x</body></html>".encode()) == want


def test_the_command_saves_a_case_that_reads_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cong").mkdir()
    ours = Path(portals.__file__).with_name("lao_cai.py").read_text(encoding="utf-8")
    (tmp_path / "cong" / "thu.py").write_text(ours.replace('name="lao_cai"', 'name="thu"'), encoding="utf-8")
    monkeypatch.setenv("CONGTIN_PORTALS", str(tmp_path / "cong"))
    monkeypatch.setenv("CONGTIN_VAR", str(tmp_path / "var"))
    settings.cache_clear()
    file = tmp_path / "bai.html"
    file.write_text(PAGE, encoding="utf-8")
    run = CliRunner()
    try:
        said = run.invoke(app, ["portal", "try", "thu", str(file), "--url", URL, "--save"])
        unnamed = run.invoke(app, ["portal", "try", "thu", str(file)])
        case = cases.cases_of(cases.folder_of("thu"))[0]
        read = cases.read_case(case, portals.load("thu"))
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert said.exit_code == 0, said.output
    assert "Họp báo tháng sáu" in said.output
    assert list((tmp_path / "var" / "reports" / "thu").glob("*.html"))
    assert case.parent == tmp_path / "cong" / "cases" / "thu"
    assert isinstance(read, Article)
    assert cases.differences(read, cases.expected_of(case)) == []
    changed = {**json.loads((case / "expected.json").read_text(encoding="utf-8")), "title": "khác"}
    assert [one.field for one in cases.differences(read, changed)] == ["title"]
    assert unnamed.exit_code == 2
    assert "--url" in unnamed.output

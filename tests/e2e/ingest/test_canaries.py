"""Private data of a page comes out nowhere: no view, export, search, difference, command, feed or page in a browser."""

import asyncio
import html
import re
import unicodedata
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from flows.cli import app
from storage.consume.browse import open_site
from storage.consume.dictionary import VIEWS
from storage.consume.export import export
from storage.consume.search import search
from storage.vocabulary import ExportFormat, PressTexts, Verdict
from tests.e2e.crawl.site import Site, listing_page
from tests.e2e.ingest.site import House

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

PRIVATE = {
    "title": "0912.345.601",
    "lead": "+84 912 345 602",
    "body": "84-912-345-603",
    "nbsp": "0912\u00a0345\u00a0604",
    "zero-width": "0912\u200b345\u200b605",
    "landline": "(0296) 3 861 606",
    "mail": "canary607@gmail.com",
    "at": "canary608 [at] gmail.com",
    "dot": "canary609 (at) gmail (dot) com",
    "id12": "089099000610",
    "id12 in groups": "089 099 000 611",
    "id9": "351234612",
    "cell": "0912345613",
    "alt": "0912345614",
    "caption": "0912345615",
    "attachment": "0912345616",
    "link": "0912345617",
    "author": "canary618@yahoo.com",
    "related": "0912345619",
    "mailto": "canary620@gmail.com",
    "tel": "0912345621",
    "edit": "0912345622",
    "refused": "0912345623",
    "fullwidth": "０９１２３４５６２４",
    "fullwidth at": "canary625＠gmail.com",
}
OPEN = (
    "27/2018/NĐ-CP", "1.055.175", "912.345.678.000 đồng", "03/02/2020", "52,47%", "0296 3 888 777", "0296.3.999.888",
    "vanthu@congthu.gov.vn",
)  # fmt: skip
FILE = "/files/don.pdf"


def page(edited: str) -> str:
    one = PRIVATE
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>Bà Tám, số {one["title"]}, được hỗ trợ xây nhà</title></head><body>
<div class="detail"><h1>Bà Tám, số {one["title"]}, được hỗ trợ xây nhà</h1><div class="date">Thứ Hai, 04/03/2024 | 07:36</div>
<p><strong>Sáng 04/3, bà Nguyễn Thị Tám, điện thoại {one["lead"]}, đã nhận tiền hỗ trợ xây nhà theo Nghị định 27/2018/NĐ-CP.</strong></p>
<p>Ông Trần Văn Ba cho biết số của ông là {one["body"]}, số của vợ ông là {one["nbsp"]}, số của con ông {one["zero-width"]}.</p>
<p>Nhà bà Tám có máy bàn {one["landline"]}; thư điện tử {one["mail"]}, {one["at"]} và {one["dot"]} hoặc {one["fullwidth at"]}.</p>
<p>Căn cước công dân của bà Tám: {one["id12"]}; của ông Ba: CCCD {one["id12 in groups"]}; CMND {one["id9"]}.</p>
<p>Tổng số tiền 912.345.678.000 đồng, có 1.055.175 lượt người, đạt 52,47% kế hoạch, tính đến ngày 03/02/2020.</p>
<table><tr><td>Người nhận</td><td>Điện thoại</td></tr><tr><td>Ông Lê Văn Tư</td><td>{one["cell"]}</td></tr></table>
<p><img src="/a.jpg" width="600" height="400" alt="Anh Sáu, số {one["alt"]}, bên ngôi nhà mới"></p>
<p class="caption"><em>Ảnh: Anh Bảy, số {one["caption"]}, nhận nhà mới</em></p>
<p>Mọi người có thể gọi <a href="tel:{one["tel"]}">cho bà Tám</a>, viết <a href="mailto:{one["mailto"]}">thư</a>,
hay xem <a href="/tin/{one["link"]}">số {one["link"]} của chị Năm</a>. {edited} Số khác của ông Ba: {one["fullwidth"]}.</p>
<p>Đơn mẫu: <a href="{FILE}">Đơn của bà Tám số {one["attachment"]}.pdf</a></p>
<p style="text-align:right"><strong>Nguyễn Văn Chín ({one["author"]})</strong></p>
<div class="related"><h3>Tin liên quan</h3><ul><li><a href="/tin-tuc/khac">Bà Hai, số {one["related"]}, cũng được hỗ trợ (02/03/2024)</a></li></ul></div>
</div>
<div class="footer"><p>Ủy ban nhân dân tỉnh Thử. Điện thoại: 0296 3 888 777. Đường dây nóng: 0296.3.999.888. Email: vanthu@congthu.gov.vn</p></div>
</body></html>"""


REFUSED = f"<html><head><title>Lỗi</title></head><body><h1>Không tìm thấy bài của ông Ba số {PRIVATE['refused']}</h1></body></html>"


@pytest.fixture
def read(house: House, paged: Site) -> House:
    """The page, read twice with an edit between, and a page that is refused."""
    paged.pages.clear()
    paged.pages |= {"/tin-tuc/mot": page(""), "/tin-tuc/loi": REFUSED, FILE: "%PDF-1.4"}
    paged.pages["/tin-tuc"] = listing_page(
        [
            ("/tin-tuc/mot", f"Bà Tám, số {PRIVATE['title']}, được hỗ trợ xây nhà", "04/03/2024"),
            ("/tin-tuc/loi", "Bài đã bị gỡ khỏi cổng", "04/03/2024"),
        ]
    )
    outcome = house.ingest("cong_thu")["cong_thu"]
    assert outcome.judgement.verdict is Verdict.OK, outcome.judgement.reason
    paged.pages["/tin-tuc/mot"] = page(f"Ông Ba còn số {PRIVATE['edit']}, gọi lúc nào cũng được.")
    from flows.steps.order import Mode

    house.ingest("cong_thu", mode=Mode.FULL)
    assert house.number("SELECT version_no FROM v1_articles") == 2
    return house


def bare(shown: str) -> str:
    """What a reader, or a machine, would make of a text: one width, no marks of formatting, letters and digits alone."""
    plain = unicodedata.normalize("NFKC", html.unescape(shown)).lower().translate({0x200B: None})
    return re.sub(r"[^a-z0-9]+", "", plain)


def leaks(shown: str) -> list[str]:
    there = bare(shown)
    # Nine digits are what all forms of a telephone number have in common.
    return [name for name, private in PRIVATE.items() if _mark(private) in there]


def _mark(private: str) -> str:
    plain = bare(private)
    return plain[-9:] if plain.isdecimal() else plain[:9]


def test_nothing_private_comes_out_anywhere(read: House, tmp_path: Path) -> None:
    shown = {view.name: _view(read, view.name) for view in VIEWS}
    for form in ExportFormat:
        folder = tmp_path / form
        export(read.engine, folder, form, press=PressTexts.TEXT)
        shown[form] = "\n".join(_text_of(path) for path in sorted(folder.rglob("*")) if path.is_file())
    for words in (
        ["show", "1"],
        ["diff", "1"],
        ["search", "Tám"],
        ["search", "Tám", "--json"],
        ["links"],
        ["held"],
    ):
        shown[" ".join(words)] = CliRunner().invoke(app, words).output
    shown |= asyncio.run(_browsed(read, tmp_path / "tmp"))
    found = {where: names for where, told in shown.items() if (names := leaks(told))}
    assert not found
    assert search(read.engine, PRIVATE["cell"]) == []
    for kept in OPEN[:5]:
        assert kept in shown["v1_articles"], kept
    # The test would see a leak: the page itself is full of them.
    assert len(leaks(page(PRIVATE["edit"]) + REFUSED)) == len(PRIVATE)


def _view(house: House, name: str) -> str:
    with house.engine.connect() as connection:
        return "\n".join(repr(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {name}")))


def _text_of(path: Path) -> str:
    if path.suffix != ".parquet":
        return path.read_text(encoding="utf-8")
    found = duckdb.sql(f"SELECT * FROM read_parquet('{path}')")
    assert found is not None
    return "\n".join(map(repr, found.fetchall()))


async def _browsed(house: House, folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    with open_site(house.engine, folder) as site:
        await site.invoke_startup()
        addresses = ["/", "/bai/1", "/congtin/v1_articles?_search=tam", *(f"/congtin/{view.name}" for view in VIEWS)]
        for address in addresses:
            answer: Any = await site.client.get(address)
            found[f"browse {address}"] = answer.text
    return found

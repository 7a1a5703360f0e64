"""What a page shows besides sentences: tables by column, pictures that load late, files behind a program."""

import pytest
from lxml import html

from crawlers.reading import read_page
from crawlers.reading.tables import markdown
from storage.records import Article

TITLE = "Hội nghị tổng kết công tác cải cách hành chính năm 2024 của tỉnh"
TEXT = "Phát biểu tại hội nghị, đồng chí Chủ tịch tỉnh đề nghị các sở, ngành tập trung thực hiện nhiệm vụ trọng tâm."


def read(inside: str) -> Article:
    body = (
        f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div><p>{TEXT}</p>{inside}<p>{TEXT}</p></div>"
    )
    found = read_page(body.encode(), url="https://laocai.gov.vn/tin/hoi-nghi-12.html")
    assert isinstance(found, Article)
    return found


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        (
            "<tr><th rowspan=2>TT<th colspan=2>Kết quả<tr><th>2023<th>2024<tr><td>1<td>10<td>20",
            ["| TT | Kết quả |  |", "|  | 2023 | 2024 |", "| 1 | 10 | 20 |"],
        ),
        (
            "<tr><td>A<td rowspan=3>B<td>C<tr><td>D<td>E<tr><td>F<td>G<tr><td>H<td>I<td>K",
            ["| A | B | C |", "| D |  | E |", "| F |  | G |", "| H | I | K |"],
        ),
        ("<tr><td>A<td colspan=9999999>B<tr><td rowspan=-1>C<td>D", ["| A | B |", "| C | D |"]),
    ],
)
def test_a_cell_stands_in_its_own_column(rows: str, wanted: list[str]) -> None:
    written = markdown(html.fromstring(f"<table>{rows}</table>")).split("\n")
    assert [written[0], *written[2:]] == wanted


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ('<img src="/img/placeholder.png" srcset="/a/5-900.jpg 900w, /a/5-300.jpg 300w">', "5-900.jpg"),
        ('<img src="data:image/gif;base64,R0lGODlh" data-src="/a/4.jpg">', "4.jpg"),
        ('<img src="/img/loading.gif" data-original="/a/6.jpg">', "6.jpg"),
        ('<img src="/a/7.jpg" srcset="/a/7-2x.jpg 2x">', "7.jpg"),
    ],
)
def test_the_picture_that_is_shown_in_the_end(image: str, name: str) -> None:
    assert [one.url.rpartition("/")[2] for one in read(f"<p>{image}</p>").images] == [name]


@pytest.mark.parametrize(
    ("link", "file"),
    [
        (
            '<a href="/documents/download.aspx?id=55">Quyết định 12/QĐ-UBND.pdf</a>',
            ("documents/download.aspx?id=55", "application/pdf"),
        ),
        ('<a href="/DownloadFile.ashx?f=9&type=xlsx">Biểu mẫu</a>', ("DownloadFile.ashx?f=9&type=xlsx", "")),
        ('<a href="/tep/ke%20hoach.doc">Kế hoạch</a>', ("tep/ke%20hoach.doc", "application/msword")),
    ],
)
def test_files(link: str, file: tuple[str, str]) -> None:
    (found,) = read(f"<p>Xem {link} ban hành hôm nay.</p>").attachments
    assert (found.url.removeprefix("https://laocai.gov.vn/"), found.media_type) == file


def test_a_page_is_no_file() -> None:
    assert not read('<p><a href="/download/huong-dan">Hướng dẫn tải về</a> của cổng.</p>').attachments

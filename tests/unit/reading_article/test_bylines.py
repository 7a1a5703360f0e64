"""Persons, offices, roles, credits; what is none of them."""

import pytest

from crawlers.reading.people import byline, source_credit
from storage.records import BylineKind
from tests.unit.reading_article.pages import page, read, texts


@pytest.mark.parametrize(
    ("text", "authors"),
    [
        ("Phong Nhã", ("Phong Nhã",)),
        ("K'Sor Phước", ("K'Sor Phước",)),
        ("Tác giả: Nguyễn Văn An", ("Nguyễn Văn An",)),
        ("Tin, ảnh: Thanh Tùng", ("Thanh Tùng",)),
        ("Hà Thu (tổng hợp)", ("Hà Thu",)),
        ("NHẬT XUÂN - NGHI VŨ", ("NHẬT XUÂN", "NGHI VŨ")),
        ("T.H", ("T.H",)),
        ("Thu Trang", ("Thu Trang",)),
        ("Đoàn Xuân Trường", ("Đoàn Xuân Trường",)),
        ("Lê Hoàng – Đặng Thị Hồng Hạnh", ("Lê Hoàng", "Đặng Thị Hồng Hạnh")),
    ],
)
def test_persons(text: str, authors: tuple[str, ...]) -> None:
    found = byline(text)
    assert found is not None
    assert (found.kind, found.authors, found.raw) == (BylineKind.PERSON, authors, text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Văn phòng tổng hợp", BylineKind.OFFICE),
        ("Phòng Nội vụ tổng hợp", BylineKind.OFFICE),
        ("Ban Biên tập", BylineKind.ROLE),
        ("BBT", BylineKind.ROLE),
    ],
)
def test_offices_and_roles_are_no_authors(text: str, kind: BylineKind) -> None:
    found = byline(text)
    assert found is not None
    assert (found.kind, found.authors) == (kind, ())


@pytest.mark.parametrize(
    "text", ["VCCorp.vn", "Báo Dân trí", "Trân trọng kính mời.", "Sở Nội vụ", "Hội nghị năm 2022", ""]
)
def test_no_byline(text: str) -> None:
    assert byline(text) is None or byline(text).authors == ()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("Theo Báo Lào Cai điện tử", "Theo Báo Lào Cai điện tử"),
        ("(Theo Cổng Thông tin điện tử Chính phủ)", "Theo Cổng Thông tin điện tử Chính phủ"),
        ("Nguồn: baochinhphu.vn", "Nguồn: baochinhphu.vn"),
        ("Theo TTXVN", "Theo TTXVN"),
        ("Theo đó, UBND tỉnh đã chỉ đạo rà soát 27 thủ tục.", None),
        ("Theo báo cáo tại hội nghị, năm 2020 đạt 100% kế hoạch.", None),
    ],
)
def test_source_credit(text: str, credit: str | None) -> None:
    assert source_credit(text) == credit


def test_the_account_that_posted_is_no_author() -> None:
    article = read(page(tail='<p class="view-author"><em>admin admin</em></p>'))
    assert article.authors == ()
    assert "admin admin" not in article.text


def test_the_signature_of_an_official_text_stays_in_it() -> None:
    signed = "<p>TM. ỦY BAN NHÂN DÂN</p><p>CHỦ TỊCH</p><p>Nguyễn Văn Bình</p>"
    body = (
        "<p>Thông báo lịch tiếp công dân của lãnh đạo huyện trong tháng tới như sau, đề nghị nhân dân biết.</p>"
        + signed
    )
    article = read(page(body))
    assert article.authors == ()
    assert texts(article)[-1] == "Nguyễn Văn Bình"

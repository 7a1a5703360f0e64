"""An article whose letters cannot be brought back is put by for a person; a doubtful menu harms no article."""

from crawlers.reading import read_page
from storage.records import Article, Refusal
from storage.vocabulary import RefusalKind

TITLE = "Uỷ ban nhân dân tỉnh họp về chuyển đổi số"
TEXT = (
    "Sáng 5/3, Uỷ ban nhân dân tỉnh tổ chức cuộc họp về chuyển đổi số trong các cơ quan nhà nước trên địa bàn tỉnh, "
    "với sự tham dự của lãnh đạo các sở, ngành và Uỷ ban nhân dân các huyện, thị xã, thành phố."
)


def doubled(text: str) -> str:
    """The text read as Latin-1 and encoded again, every twentieth broken letter lost."""
    broken = text.encode().decode("latin-1")
    return "".join("?" if ord(one) > 127 and place % 20 == 7 else one for place, one in enumerate(broken))


def page(title: str, text: str, menu: str = "Trang chủ") -> bytes:
    return (
        f"<html><head><meta charset='utf-8'><title>{title}</title></head><body><ul><li><a href='/'>{menu}</a></li></ul>"
        f"<div class='content'><h1>{title}</h1><p>05/03/2025</p><p>{text}</p><p>{text}</p></div></body></html>"
    ).encode()


def test_a_damaged_text_is_put_by() -> None:
    found = read_page(page(doubled(TITLE), doubled(TEXT)), url="https://tinh.gov.vn/tin/hop-1.html")
    assert isinstance(found, Refusal)
    assert found.kind is RefusalKind.UNDECODABLE
    assert "encoded twice" in found.reason


def test_a_damaged_menu_is_not_the_article() -> None:
    found = read_page(page(TITLE, TEXT, menu=doubled(TEXT)), url="https://tinh.gov.vn/tin/hop-1.html")
    assert isinstance(found, Article)
    assert found.title == TITLE

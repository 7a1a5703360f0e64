"""Which addresses and names are of sections that hold private persons' affairs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import portals
from crawlers.portal import Portal
from crawlers.private_sections import PrivateSection, private_section
from crawlers.reading import read_page
from storage.records import Article, Refusal
from storage.vocabulary import RefusalKind

QA, DIRECTORY = PrivateSection.CITIZEN_QA, PrivateSection.DIRECTORY


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/hoi-dap/123/ten-cau-hoi.html", QA),
        ("/hoi-dap", QA),
        ("/hoi-dap-12.html", QA),
        ("/hoi-dap-phap-luat/mot-cau-1.html", QA),
        ("/h%E1%BB%8Fi-%C4%91%C3%A1p/1", QA),
        ("/Pages/HoiDap.aspx?ItemID=3", QA),
        ("/Lists/HoiDap/DispForm.aspx?ID=5", QA),
        ("/index.php?mod=hoidap&id=3", QA),
        ("/web/guest/phan-anh-kien-nghi/-/mot", QA),
        ("/web/guest/danh-ba-dien-thoai", DIRECTORY),
        ("/danh-ba/chi-tiet/4", DIRECTORY),
        ("/tin-tuc/hoi-dap-ve-bao-hiem-y-te-123.html", None),
        ("/gop-y-du-thao/nghi-dinh", None),
        ("/lich-tiep-cong-dan/3", None),
        ("/co-cau-to-chuc", None),
        ("/danh-bach/1", None),
        ("/?/tin/1", None),
    ],
)
def test_addresses(path: str, kind: PrivateSection | None) -> None:
    assert private_section(f"https://x.gov.vn{path}", None) is kind
    assert private_section(f"https://x.gov.vn{path}", "Tin tức", tuple(PrivateSection)) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Hỏi - đáp pháp luật", QA),
        ("HỎI ĐÁP", QA),
        ("Góp ý", QA),
        ("Góp ý dự thảo văn bản", None),
        ("Danh bạ điện thoại", DIRECTORY),
        ("Lịch tiếp công dân", None),
        ("Tin tức", None),
    ],
)
def test_names(name: str, kind: PrivateSection | None) -> None:
    assert private_section("https://x.gov.vn/tin/1", name) is kind


@given(st.text(), st.text() | st.none())
def test_any_text_is_taken(url: str, section: str | None) -> None:
    private_section(url, section)


def _changed(**changes: object) -> Portal:
    lao_cai = portals.load("lao_cai")
    listing = lao_cai.listings[0].model_copy(update={"section": "Hỏi đáp"})
    return Portal.model_validate(lao_cai.model_dump() | {"listings": [listing.model_dump()], **changes})


def test_a_portal_file_says_by_which_right_it_opens_a_section() -> None:
    with pytest.raises(ValueError, match=r"citizen_qa\); such are not read unless `opens` names it"):
        _changed()
    with pytest.raises(ValueError, match="needs `opens_reason`"):
        _changed(opens=["citizen_qa"])
    assert _changed(opens=["citizen_qa"], opens_reason="công văn 5").opens == (QA,)


def test_a_directory_is_read_where_it_is_opened() -> None:
    rows = "".join(
        f"<tr><td>Ông Nguyễn Văn {letter}, văn phòng</td><td>0297 385 3059</td></tr>" for letter in "ABCDEFGHIK"
    )
    name = "Danh bạ điện thoại"
    page = f"<html><head><title>{name}</title></head><body><h1>{name}</h1><table>{rows}</table></body></html>"
    closed = read_page(page.encode(), url="http://laocai.gov.vn/danh-ba", portal="lao_cai")
    assert isinstance(closed, Refusal)
    assert closed.kind is RefusalKind.DIRECTORY
    opened = _changed(opens=["citizen_qa", "directory"], opens_reason="công văn 5")
    assert isinstance(read_page(page.encode(), url="http://laocai.gov.vn/danh-ba", portal=opened), Article)

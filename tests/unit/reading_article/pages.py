"""Pages for the tests of reading: a plain article in a portal's frame, with parts to change."""

from collections.abc import Sequence
from datetime import datetime

from crawlers.reading import read_page
from storage.records import VIETNAM, Article, ListingItem, Refusal

FETCHED = datetime(2024, 5, 20, 8, 0, tzinfo=VIETNAM)
URL = "https://x.gov.vn/tin-tuc/uy-ban-nhan-dan-huyen-hop-phien-thuong-ky-thang-nam-1234"
TITLE = "Ủy ban nhân dân huyện họp phiên thường kỳ tháng năm"
PARAGRAPHS = (
    "Tại phiên họp, các đại biểu đã nghe báo cáo tình hình kinh tế - xã hội, kết quả thu ngân sách và giải ngân vốn.",
    "Chủ tịch UBND huyện yêu cầu các phòng, ban chuyên môn đẩy nhanh tiến độ các công trình trọng điểm trên địa bàn.",
    "Các xã, thị trấn tiếp tục rà soát hộ nghèo, hộ cận nghèo và hoàn thành báo cáo trước ngày cuối cùng của tháng.",
)
MENU = "".join(f'<li><a href="/muc-{i}">{name}</a></li>' for i, name in enumerate(("Giới thiệu", "Tin tức", "Văn bản")))
SIDE = "".join(
    f'<li><a href="/tin-tuc/tin-{i}-{i}00">Hội nghị triển khai nhiệm vụ số {i} của huyện</a> <i>0{i}/05/2024</i></li>'
    for i in range(1, 6)
)


def page(
    body: str | None = None,
    *,
    title: str = f"<h1>{TITLE}</h1>",
    above: str = "",
    head: str = '<div class="d1">20/05/2024 07:30</div>',
    tail: str = "",
    page_title: str = f"{TITLE} - Huyện X",
    extra: str = "",
) -> str:
    """A page: frame, title, head, body paragraphs, tail."""
    text = body if body is not None else "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return (
        f"<!DOCTYPE html><html lang=vi><head><meta charset=utf-8><title>{page_title}</title>{extra}</head><body>"
        f"<div class=t0><span>Huyện X</span></div><nav><ul>{MENU}</ul></nav>"
        f'<div class="k1"><div class="k2">{above}{title}{head}<div class="k3">{text}</div>{tail}</div>'
        f'<div class="k4"><h3>Tin mới nhất</h3><ul>{SIDE}</ul></div></div>'
        "<footer><p>Địa chỉ: Khu phố 1, thị trấn X. Điện thoại: 0297 385 3059</p></footer></body></html>"
    )


def read(html: str, *, url: str = URL, listing: ListingItem | None = None, portal: str | None = None) -> Article:
    """Read a page that must be an article."""
    result = read_page(html.encode(), url=url, listing=listing, fetched_at=FETCHED, portal=portal)
    assert isinstance(result, Article), result
    return result


def refuse(html: str, *, url: str = URL) -> Refusal:
    """Read a page that must be refused."""
    result = read_page(html.encode(), url=url, fetched_at=FETCHED)
    assert isinstance(result, Refusal), result
    return result


def texts(article: Article) -> Sequence[str]:
    """The body's paragraphs."""
    return [paragraph.text for paragraph in article.paragraphs]

"""Pages whose boilerplate stands where it hurts: inside the article's own container, before and after the text.

Texts are the replicas', drawn into skins of our own that no rule and no class name gives away. What recurs and is
content (credits, bylines, captions, a closing sentence, serial notices) is among them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from random import Random

from tests.bench.corpus import Page
from tests.bench.scores import Truth
from tests.replicas.model import Truth as Facts
from tests.replicas.portals import make_sites
from tests.replicas.truth import truth as truth_of

SITE = "Trang thông tin điện tử phường Hòa Bình"
CLOSING = "Kết thúc buổi làm việc, các đại biểu thống nhất cao với những nội dung đã trình bày."
"""The last sentence of two articles in five: content, although it recurs."""
_BEFORE = (
    "Trang web sử dụng cookie để phục vụ bạn tốt hơn. Tiếp tục xem trang nghĩa là bạn đồng ý với việc đó.",
    "Trang đang chạy thử nghiệm, mọi góp ý xin gửi về bộ phận quản trị để được hoàn thiện.",
)
_AFTER = (
    "Chung tay xây dựng nền hành chính phục vụ, công khai, minh bạch vì người dân và doanh nghiệp.",
    "Mọi phản ánh của người dân xin gọi số 0297 3 850 123 trong giờ hành chính để được hướng dẫn.",
    "Văn phòng Ủy ban nhân dân phường, số 12 đường Trần Phú, khu phố 3, phường Hòa Bình.",
    "Không sao chép nội dung của trang khi chưa được đồng ý bằng văn bản của cơ quan chủ quản.",
    "Quét mã QR bên cạnh để cài ứng dụng công dân số và nhận thông tin của phường mỗi ngày.",
)
_RIBBONS = (
    "Nhiệt liệt chào mừng kỷ niệm ngày Quốc khánh nước Cộng hòa xã hội chủ nghĩa Việt Nam.",
    "Toàn dân tích cực hưởng ứng chiến dịch diệt lăng quăng, phòng chống sốt xuất huyết.",
    "Cài đặt ứng dụng định danh điện tử để thực hiện thủ tục hành chính trên môi trường mạng.",
    "Hãy đội mũ bảo hiểm khi tham gia giao thông vì hạnh phúc của chính bạn và gia đình.",
)
_POLL = ("Bạn thấy nội dung bài viết này thế nào?", "Rất hữu ích và dễ hiểu", "Tạm được", "Chưa có ích với tôi")


@dataclass(frozen=True, slots=True)
class Story:
    """An article, its number among the pages, and the headlines of the pages around it."""

    number: int
    facts: Facts
    lines: tuple[str, ...]
    around: tuple[str, ...]
    views: int

    @property
    def published(self) -> datetime:
        """The moment that is printed; one of our own where the replica prints none."""
        return datetime.fromisoformat(self.facts.published_at or "2025-05-05T07:00:00+07:00")

    @property
    def date(self) -> str:
        """The moment as it is printed."""
        return f"{self.published:%d/%m/%Y %H:%M}"


def furnished_pages(seed: int, count: int) -> dict[str, list[Page]]:
    """Return `count` pages of each skin, the oldest first."""
    stories = _stories(seed, count)
    rng = Random(f"{seed}:furnished")
    names = {role: f"x{rng.randrange(16**5):05x}" for role in _ROLES}
    return {f"furnished {skin.__name__}": [_page(skin, story, names) for story in stories] for skin in _SKINS}


_ROLES = ("page", "box", "text", "share", "views", "list", "rates", "poll", "foot", "note", "meta", "hot")


def _stories(seed: int, count: int) -> list[Story]:
    site = make_sites(seed, count)["lao_cai"]
    stubs = {row.stub.index: row.stub for row in site.rows}
    facts = [truth for stub in stubs.values() if len((truth := truth_of(site, stub)).paragraphs) >= 2][:count]
    rng = Random(f"{seed}:stories")
    found = []
    for number, one in enumerate(facts):
        lines = (*((one.lead,) if one.lead else ()), *one.paragraphs, *((CLOSING,) if rng.random() < 0.4 else ()))
        around = tuple(other.title for other in facts[max(0, number - 4) : number + 4] if other is not one)
        found.append(Story(number, one, lines, around, rng.randrange(20, 9000)))
    return found


Skin = Callable[[Story, dict[str, str]], str]


def _page(skin: Skin, story: Story, names: dict[str, str]) -> Page:
    facts = story.facts
    body = (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{escape(facts.title)} - {SITE}</title></head><body>"
        f"<div class='{names['page']}'><ul><li><a href='/'>Trang nhất</a></li><li><a href='/tin'>Tin hoạt động</a></li>"
        f"<li><a href='/van-ban'>Văn bản</a></li></ul>{skin(story, names)}</div></body></html>"
    )
    own = set(story.lines)
    furniture = {*_BEFORE, *_AFTER, *_RIBBONS, *_POLL, *story.around, *_rates(story), f"Lượt xem: {story.views}"}
    return Page(
        name=f"{skin.__name__} {story.number} {facts.special}",
        url=f"https://hoabinh.example.gov.vn/tin/{story.number}.html",
        body=body.encode(),
        truth=Truth(
            article=True,
            title=facts.title,
            body=story.lines,
            optional=(facts.byline_raw, facts.source_credit, "Quang cảnh hội nghị."),
            boilerplate=tuple(sorted(furniture - own)),
            published_at=story.published,
            authors=facts.authors,
        ),
    )


def _p(lines: Sequence[str], attributes: str = "") -> str:
    return "".join(f"<p{attributes}>{escape(line)}</p>\n" for line in lines)


def _article(story: Story) -> str:
    picture = (
        f"<p><img src='/anh/{story.number}.jpg' width='600'></p><p align='center'><em>Quang cảnh hội nghị.</em></p>"
    )
    end = [line for line in (story.facts.byline_raw, story.facts.source_credit) if line]
    middle = len(story.lines) // 2
    shown = picture if story.number % 2 else ""
    return _p(story.lines[:middle]) + shown + _p(story.lines[middle:]) + _p(end, " align='right'")


def _rates(story: Story) -> tuple[str, ...]:
    return (
        f"Đô la Mỹ mua vào {25_000 + story.number * 7}, bán ra {25_300 + story.number * 7} đồng",
        f"Vàng SJC mua vào {118 + story.number % 5}, bán ra {120 + story.number % 5} triệu đồng",
    )


def typed(story: Story, names: dict[str, str]) -> str:
    """All of it in paragraphs of one block, as an editor types it: nothing but the words tells them apart."""
    return (
        f"<h2>{escape(story.facts.title)}</h2><div class='{names['text']}'><p>{story.date}</p>{_p(_BEFORE)}"
        f"{_article(story)}{_p(_AFTER)}</div>"
    )


def broken(story: Story, names: dict[str, str]) -> str:
    """Text broken by `<br>` in a table cell, the furniture in the same cell."""
    lines = [*story.lines, *(line for line in (story.facts.byline_raw, story.facts.source_credit) if line), *_AFTER]
    return (
        f"<table><tr><td class='{names['box']}'><b>{escape(story.facts.title)}</b><br><br><i>{story.date}</i><br><br>"
        f"{'<br><br>'.join(map(escape, lines))}</td></tr></table>"
    )


def boxed(story: Story, names: dict[str, str]) -> str:
    """Boxes of their own around the text, in its container: counter, rates, poll, a list of links, the foot."""
    links = "".join(f"<li><a href='/tin/x{n}.html'>{escape(text)}</a></li>" for n, text in enumerate(story.around))
    return (
        f"<div class='{names['box']}'><h1>{escape(story.facts.title)}</h1><div class='{names['meta']}'>{story.date}</div>"
        f"<div class='{names['note']}'>{_BEFORE[0]}</div>{_article(story)}<div class='{names['share']}'>{_AFTER[4]}</div>"
        f"<div class='{names['views']}'>Lượt xem: {story.views}</div><div class='{names['rates']}'>{_p(_rates(story))}</div>"
        f"<div class='{names['poll']}'>{_p(_POLL)}</div><ul class='{names['list']}'>{links}</ul>"
        f"<div class='{names['foot']}'>{_p(_AFTER[:4])}</div></div>"
    )


def turning(story: Story, names: dict[str, str]) -> str:
    """A ribbon that turns and a box of headlines, told in full and not linked, that moves on page by page."""
    return (
        f"<div class='{names['box']}'><p class='{names['note']}'>{_RIBBONS[story.number % len(_RIBBONS)]}</p>"
        f"<h1>{escape(story.facts.title)}</h1><span class='{names['meta']}'>{story.date}</span>"
        f"<div class='{names['text']}'>{_article(story)}</div>"
        f"<div class='{names['hot']}'>{_p(story.around)}</div><div class='{names['foot']}'>{_AFTER[2]}<br>{_AFTER[3]}</div></div>"
    )


_SKINS: tuple[Skin, ...] = (typed, broken, boxed, turning)

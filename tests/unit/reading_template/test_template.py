"""Learned boilerplate: what a portal's own pages teach, and what they must not."""

import pickle
from collections.abc import Sequence

import pytest

from crawlers.reading import read_and_observe, read_page
from crawlers.reading.template import Seen, Template, learn
from storage.records import Article
from tests.bench.boilerplate import curve
from tests.bench.furnished import furnished_pages
from tests.bench.scores import Score

_WORDS = """đường trường trạm chợ cầu kênh ruộng rừng biển đảo thuyền lúa cá tôm vườn hoa sách vở máy điện nước gió
mưa nắng xuân hạ thu đông sáng chiều đêm ngày tháng năm đoàn đội nhóm tổ hội ban sở phòng"""
WORDS = _WORDS.split()


def prose(number: int, count: int = 3) -> list[str]:
    """Paragraphs that no other number has."""
    return [
        f"Đoạn {' '.join(WORDS[(number * 7 + at * (number + 3 + step)) % len(WORDS)] for at in range(16))} số {number}."
        for step in range(count)
    ]


def page(number: int, lines: Sequence[str], title: str = "") -> bytes:
    title = title or f"{' '.join(reversed(WORDS[number : number + 6])).capitalize()} được hoàn thành trong quý"
    body = "".join(f"<p>{line}</p>" for line in lines)
    return (
        f"<html><head><meta charset='utf-8'><title>{title}</title></head><body><div class='k'><h1>{title}</h1>"
        f"<div class='d'>05/{number % 12 + 1:02}/2025 08:00</div><div class='c'>{body}</div></div></body></html>"
    ).encode()


def see(bodies: Sequence[bytes]) -> list[Seen]:
    seen = [read_and_observe(body, url=f"https://a.gov.vn/{n}", observed=True)[1] for n, body in enumerate(bodies)]
    return [one for one in seen if one is not None]


def learned_from(bodies: Sequence[bytes]) -> Template:
    template = Template.of(learn(see(bodies)))
    assert template is not None
    return template


def read(body: bytes, template: Template | None) -> Article:
    found = read_page(body, url="https://a.gov.vn/x", template=template)
    assert isinstance(found, Article)
    return found


@pytest.fixture(scope="module")
def curves() -> dict[str, dict[int, Score]]:
    return {name: curve(pages, (0, 3, 8, 13)) for name, pages in furnished_pages(20261124, 26).items()}


def test_the_curve_falls_to_nothing(curves: dict[str, dict[int, Score]]) -> None:
    leaks = {step: sum(one[step].leaked for one in curves.values()) for step in (0, 3, 8, 13)}
    words = sum(one[13].words for one in curves.values())
    assert leaks[0] > 0.15 * words, "the pages are nasty enough"
    assert leaks[3] < 0.8 * leaks[0]
    assert leaks[8] == leaks[13] == 0


@pytest.mark.parametrize("skin", ["typed", "broken", "boxed", "turning"])
def test_after_a_few_pages_the_text_is_right(curves: dict[str, dict[int, Score]], skin: str) -> None:
    score = curves[f"furnished {skin}"][13]
    assert score.token_f1 / score.articles >= 0.99, score.wrong
    assert (score.missed, score.false_dates) == (0, 0)
    assert score.titles == score.authors == score.articles, score.wrong


def test_a_template_names_itself_only_where_it_has_blocks() -> None:
    slogan = "Chung tay xây dựng phường xã văn minh, sạch đẹp và an toàn."
    template = learned_from([page(n, [*prose(n), slogan]) for n in range(6)])
    hit, clean = read(page(9, [*prose(9), slogan]), template), read(page(9, prose(9)), template)
    assert hit.text == clean.text == "\n".join(prose(9))
    assert hit.template == template.version
    assert hit.provenance["template"].evidence.startswith(f"template:{template.version}")
    assert clean.template is None
    assert "template" not in clean.provenance


def test_equal_blocks_are_an_equal_template_in_any_process() -> None:
    bodies = [page(n, [*prose(n), "Mọi chi tiết xin liên hệ bộ phận một cửa của phường."]) for n in range(6)]
    template = learned_from(bodies)
    again: Template = pickle.loads(pickle.dumps(learned_from(bodies)))
    assert template == again
    assert hash(template) == hash(again)
    assert again != learned_from([body.replace("phường".encode(), "xã".encode()) for body in bodies])
    assert Template.of(()) is None


def test_a_sentence_that_recurs_is_content() -> None:
    closing = "Kết thúc hội nghị, Chủ tịch phường yêu cầu các khu phố thực hiện tốt kế hoạch đã đề ra."
    bodies = [page(n, [*prose(n), *([closing] if n % 3 else [])]) for n in range(20)]
    assert closing in read(bodies[1], Template.of(learn(see(bodies)))).text


def test_credits_bylines_and_captions_stay_where_they_belong() -> None:
    end = ["Ban Biên tập", "Theo Cổng thông tin điện tử tỉnh Lào Cai"]
    slogan = "Chung tay xây dựng phường xã văn minh, sạch đẹp và an toàn."
    picture = "<img src='/a.jpg' width='500'></p><p align='center'>Quang cảnh hội nghị."
    bodies = [page(n, [*prose(n, 2), picture, *prose(n + 30, 1), *end, slogan]) for n in range(12)]
    article = read(bodies[3], learned_from(bodies))
    assert article.source_credit == end[1]
    assert [image.caption for image in article.images] == ["Quang cảnh hội nghị."]
    assert article.text.split("\n") == [*prose(3, 2), *prose(33, 1)]


def test_serial_notices_keep_their_text() -> None:
    def notice(week: int) -> bytes:
        lines = [
            "Thường trực Ủy ban nhân dân phường thông báo lịch tiếp công dân trong tuần như sau.",
            f"Sáng thứ Năm, ngày {week % 28 + 1}/5, Chủ tịch phường tiếp công dân tại trụ sở, số điện thoại 0297.{week}.",
            "Công dân đến làm việc mang theo giấy tờ tùy thân và hồ sơ có liên quan.",
        ]
        return page(week, lines, f"Lịch tiếp công dân tuần {week}")

    alone = [notice(week) for week in range(1, 20)]
    assert learn(see(alone)) == ()
    slogan = "Chung tay xây dựng phường xã văn minh, sạch đẹp và an toàn."
    mixed = [*alone, *(page(n, [*prose(n), slogan]) for n in range(20, 32))]
    template = learned_from(mixed)
    assert read(alone[4], template).text == read(alone[4], None).text


def test_the_text_never_becomes_empty() -> None:
    line = "Nội dung chi tiết xem trong văn bản được niêm yết tại trụ sở phường."
    bodies = [page(n, [*prose(n), line]) for n in range(8)]
    template = learned_from(bodies)
    assert line not in read(bodies[0], template).text
    alone = read(page(40, [line]), template)
    assert alone.text == line


def test_counters_and_clocks_are_blocks_whatever_they_show() -> None:
    bodies = [page(n, [*prose(n), f"Trang được mở {n * 37 + 5} lần"]) for n in range(8)]
    article = read(page(20, [*prose(20), "Trang được mở 4.321 lần"]), learned_from(bodies))
    assert article.text == "\n".join(prose(20))


def test_a_place_of_which_everything_recurs_is_known_for_tomorrow() -> None:
    ribbons = [f"Nhiệt liệt chào mừng {word} về với quê hương" for word in WORDS[:3]]
    bodies = [
        page(n, prose(n)).replace(b"<h1>", f"<div class='r'>{ribbons[n % 3]}</div><h1>".encode()) for n in range(12)
    ]
    learned = learn(see(bodies))
    assert [one.text for one in learned if one.place.endswith("div.r")] == ["*"]


def test_refetched_pages_and_few_pages_teach_nothing() -> None:
    slogan = "Chung tay xây dựng phường xã văn minh, sạch đẹp và an toàn."
    assert learn(see([page(1, [*prose(1), slogan])] * 12)) == ()
    assert learn(see([page(n, [*prose(n), slogan]) for n in range(2)])) == ()


def test_a_kept_block_is_text_again() -> None:
    slogan = "Chung tay xây dựng phường xã văn minh, sạch đẹp và an toàn."
    bodies = [page(n, [*prose(n), slogan]) for n in range(8)]
    learned = learn(see(bodies))
    kept = Template.of([one for one in learned if one.example != slogan])
    assert slogan in read(bodies[0], kept).text

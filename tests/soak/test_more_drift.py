"""A portal's template changes in ways that a reader may mistake: what cannot be trusted is held and replaces nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from flows.steps.order import Mode
from storage.vocabulary import Verdict
from tests.e2e.crawl.site import Request, Site
from tests.e2e.ingest.conftest import house, paged
from tests.e2e.ingest.site import House
from tests.e2e.ingest.test_drift import FIRST, NEWS, PATH, articles, old_skin, portal, publish, run, title, words

__all__ = ["house", "paged", "portal"]

pytestmark = [
    pytest.mark.soak,
    pytest.mark.timeout(600),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),  # the gate itself knows no database
]


def other_title(number: int) -> str:
    """The title stands in a tag of no meaning, where the headline was the portal's name stands."""
    return (
        old_skin(number)
        .replace(f"<title>{title(number)}</title>", "<title>Cổng thông tin điện tử tỉnh</title>")
        .replace(
            f'<h1 class="tieude">{title(number)}</h1>',
            f'<h1>Cổng thông tin điện tử tỉnh</h1><span class="tin-ten">{title(number)}</span>',
        )
    )


def swapped(number: int) -> str:
    """The date has month and day the other way about: `03/25/2024`; up to the twelfth it reads as another day."""
    return old_skin(number).replace(f"{number % 28 + 1:02}/03/2024", f"03/{number % 28 + 1:02}/2024")


def commented(number: int) -> str:
    """What readers say stands under the article, in the same box."""
    said = "".join(
        f"<p>Bạn đọc {one} ({number * 3 + one} phút trước): Tôi rất đồng tình, mong tỉnh làm tốt hơn nữa. Trả lời</p>"
        for one in range(8)
    )
    return old_skin(number).replace(words(number), f"{words(number)}<div class='y-kien'><h4>Bình luận</h4>{said}</div>")


def login(number: int) -> str:
    return (
        "<html><head><title>Đăng nhập</title></head><body><h1>Đăng nhập hệ thống</h1><form action='/login'>"
        f"<input name=u><input type=password name=p><input type=hidden name=r value='{number}'></form></body></html>"
    )


def _texts(house: House) -> list[tuple[Any, ...]]:
    return [(row.url, row.title, row.text, row.published_at, row.version_no) for row in articles(house)]


def test_a_title_in_another_tag(house: House, portal: Site) -> None:
    before = _texts(house)
    publish(portal, [*FIRST, *NEWS], other_title)
    run(house, Mode.FULL)
    shown = articles(house)
    assert {row.title for row in shown} <= {title(number) for number in (*FIRST, *NEWS)}
    assert _texts(house)[: len(before)] == before


def test_day_and_month_change_places(house: House, portal: Site) -> None:
    before = _texts(house)
    publish(portal, [*FIRST, *NEWS], swapped)
    outcome = run(house, Mode.FULL)
    assert outcome.judgement.verdict is Verdict.DRIFTED, outcome.judgement
    assert "listed_day 100% → " in outcome.judgement.reason

    def days(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Where the page prints no possible day the listing's is taken, without its time."""
        return [(*row[:3], row[3][:10], row[4]) for row in rows]

    assert days(_texts(house)[: len(before)]) == days(before)
    wrong = [row for row in articles(house) if row.published_at and not row.published_at.startswith("2024-03")]
    assert not wrong, wrong[:2]


def test_comments_under_the_text(house: House, portal: Site) -> None:
    before = _texts(house)
    publish(portal, [*FIRST, *NEWS], commented)
    run(house, Mode.FULL)
    assert not [row.url for row in articles(house) if "đồng tình" in row.text]
    assert _texts(house)[: len(before)] == before


def test_half_of_the_pages_become_logins(house: House, portal: Site) -> None:
    before = _texts(house)
    publish(portal, [*FIRST, *NEWS], lambda number: login(number) if number % 2 else old_skin(number))
    outcome = run(house, Mode.FULL)
    assert outcome.judgement.verdict in {Verdict.MANY_REFUSED, Verdict.DRIFTED}, outcome.judgement
    assert _texts(house)[: len(before)] == before
    assert {row.url.rpartition("-")[2] for row in articles(house)[len(before) :]} == {
        str(number) for number in NEWS if number % 2 == 0
    }


@pytest.mark.parametrize("said", ["Bài này đã có {} lượt xem.", "Mã phiên {} do hệ thống cấp cho người đang đọc bài."])
def test_a_counter_in_the_text_makes_no_end_of_versions(house: House, portal: Site, said: str) -> None:
    """A number in a sentence that differs at each fetch: the versions come to an end, or it is told that they do not."""

    def counting(number: int) -> Callable[[Request], str]:
        def page(request: Request) -> str:
            sentence = said.format(1000 + 7 * request.before + number)
            return old_skin(number).replace("</div></div></div>", f"<p>{sentence}</p></div></div></div>")

        return page

    portal.pages |= {f"{PATH}/bai-{number}": counting(number) for number in FIRST}
    found = []
    for _ in range(8):
        outcome = run(house, Mode.FULL)
        found.append((outcome.judgement.verdict.value, house.number("SELECT count(*) FROM v1_article_versions")))
    print(found, outcome.judgement.reason)
    assert found[-1][1] == found[-2][1], found

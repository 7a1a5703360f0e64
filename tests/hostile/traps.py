"""Listings without end, and listings that lead away."""

import gzip
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crawlers.plan import Stop
from tests.e2e.crawl.site import listing_page
from tests.hostile.contract import fixed, made, redirect, whole
from tests.hostile.server import Act, Visit
from tests.hostile.wire import GZIP, ZEROS

Row = tuple[str, str, str]


@dataclass(frozen=True)
class Trap:
    """A listing, why its reading must stop, and how many requests its host may get, robots.txt aside."""

    act: Act
    stop: Stop
    requests: int


def row(url: str, number: int) -> Row:
    return url, f"Bài viết số {number} về phát triển kinh tế", f"{number % 28 + 1:02}/03/2024"


def three(first: int = 1, form: str = "/tin-tuc/bai-viet-so-{}") -> list[Row]:
    return [row(form.format(number), number) for number in range(first, first + 3)]


def following(url: str) -> str:
    return f'<div class="pagination"><a href="{url}">Trang sau</a></div>'


def listing(make: Callable[[Visit, int], str | bytes]) -> Act:
    """Answer `/tin-tuc?page=N` with what is made of N, everything else with a page."""

    def answer(visit: Visit) -> bytes:
        path, _, query = visit.path.partition("?")
        if path.partition(";")[0] != "/tin-tuc":
            return whole(b"<html><body><h1>x</h1></body></html>")
        made_page = make(visit, int(query.rpartition("=")[2] or 1))
        return made_page if isinstance(made_page, bytes) else whole(made_page.encode())

    return made(answer)


def session(visit: Visit, page: int) -> str:
    del page
    token = f"{id(visit):X}{visit.before}"
    rows = three(form=f"/tin-tuc/bai-viet-so-{{}};jsessionid={token}")
    return listing_page(rows, following(f"/tin-tuc;jsessionid={token}"))


def always_new(visit: Visit, page: int) -> str:
    del visit
    return listing_page(three(3 * page), following(f"/tin-tuc?page={page + 1}"))


def calendar(visit: Visit, page: int) -> str:
    del visit
    days = "".join(f'<td><a href="/lich?ngay={day}">{day}</a></td>' for day in range(1, 29))
    return (
        f'<html><body><table class="calendar"><tr>{days}</tr></table>'
        f'<a href="/tin-tuc?thang={page - 1}">«</a><a href="/tin-tuc?thang={page + 1}">»</a></body></html>'
    )


def troubled(visit: Visit, page: int) -> str | bytes:
    del visit
    return whole(b"", status=b"500 x") if page > 1 else listing_page(three(), following("/tin-tuc?page=2"))


def cut(visit: Visit, page: int) -> bytes:
    del visit, page
    return whole(listing_page(three()).encode())[:-40]


def rows_away(visit: Visit, page: int) -> str:
    del page
    away = f"http://127.0.0.1:{visit.canary}/tin-tuc/bai-viet-so-{{}}"
    return listing_page(three(form=away), following(f"http://127.0.0.1:{visit.canary}/tin-tuc?page=2"))


def base_away(visit: Visit, page: int) -> str:
    del page
    base = f"<head><base href='http://127.0.0.1:{visit.canary}/'>"
    return listing_page(three(form="tin-tuc/bai-viet-so-{}"), following("tin-tuc?page=2")).replace("<head>", base)


def growing(visit: Visit, page: int) -> str:
    del visit, page
    return listing_page(three(form="/tin/tin/tin/tin/bai-viet-so-{}"))


def deep(visit: Visit, page: int) -> str:
    del visit, page
    return listing_page(three(), "<div>" * 100_000)


def wide(visit: Visit, page: int) -> str:
    del visit, page
    return listing_page(three(), "<p>x" * 300_000)


def odd_links(visit: Visit, page: int) -> str:
    del page
    odd = [
        row(url, 50 + n) for n, url in enumerate(("http://[::1#x", "http://a b/c d", "javascript:x", "//", "ftp://x/"))
    ]
    return listing_page([*three(), *odd], following(f"ftp://odd-links.thu.gov.vn:{visit.canary}/tin-tuc?page=2"))


def same(visit: Visit, page: int) -> str:
    """Every page is the first one; that there are others is said by their numbers."""
    del visit
    numbers = "".join(f'<a href="/tin-tuc?page={number}">{number}</a>' for number in range(1, 4) if number != page)
    return listing_page(three(), f'<div class="pagination">{numbers}</div>{following(f"/tin-tuc?page={page + 1}")}')


def only_one(visit: Visit, page: int) -> str:
    """The only page, which shows "next" all the same."""
    del visit
    return listing_page(three(), following(f"/tin-tuc?page={page + 1}"))


def shuffled(visit: Visit, page: int) -> str:
    """Nine rows, three a page, drawn anew for each request."""
    drawn = random.Random(f"{page} {visit.before}").sample(range(1, 10), 3)
    rows = [row(f"/tin-tuc/bai-viet-so-{number}", number) for number in drawn]
    return listing_page(rows, following(f"/tin-tuc?page={page + 1}"))


def cookieless(visit: Visit, page: int) -> str:
    """ASP.NET's sessions without cookies: a new token in every path."""
    token = f"(S({id(visit):x}{page}))"
    return listing_page(
        three(form=f"/{token}/tin-tuc/bai-viet-so-{{}}"), following(f"/tin-tuc?{token}&page={page + 1}")
    )


def flooded(visit: Visit, page: int) -> str:
    """One article under ever new parameters that mean nothing."""
    del visit
    rows = three(form=f"/tin-tuc/bai-viet-so-{{}}?utm_source=a{page}&fbclid=b{page}&utm_campaign=c{page}")
    return listing_page(rows, following(f"/tin-tuc?page={page + 1}"))


def back_and_forth(visit: Visit, page: int) -> str:
    del visit
    return listing_page(three(3 * page), following(f"/tin-tuc?page={3 - page}"))


def soon_empty(visit: Visit, page: int) -> str:
    """What lies behind the end says 200 and that there is nothing."""
    del visit
    empty = "<html><body><div id=main><h1>Tin tức</h1><p>Không có dữ liệu</p></div></body></html>"
    return listing_page(three(3 * page), following(f"/tin-tuc?page={page + 1}")) if page < 3 else empty


TRAPS: Mapping[str, Trap] = {
    "session_in_links": Trap(listing(session), Stop.END, 6),
    "only_page_with_a_next": Trap(listing(only_one), Stop.END, 6),
    "shuffled": Trap(listing(shuffled), Stop.END, 15),
    "same_page_for_ever": Trap(listing(same), Stop.LOOP, 6),
    "next_is_itself": Trap(listing(lambda _visit, _page: listing_page(three(), following("/tin-tuc"))), Stop.END, 4),
    "calendar": Trap(listing(calendar), Stop.NO_ROWS, 1),
    "second_page_in_trouble": Trap(listing(troubled), Stop.ERROR, 7),
    "cut_listing": Trap(listing(cut), Stop.ERROR, 3),
    "rows_away": Trap(listing(rows_away), Stop.NO_ROWS, 1),
    "base_away": Trap(listing(base_away), Stop.NO_ROWS, 1),
    "odd_links": Trap(listing(odd_links), Stop.ERROR, 4),
    "growing_paths": Trap(listing(growing), Stop.NO_ROWS, 1),
    "deep_listing": Trap(listing(deep), Stop.ERROR, 1),
    "wide_listing": Trap(listing(wide), Stop.ERROR, 1),
    "listing_bomb": Trap(fixed(whole(gzip.compress(ZEROS), GZIP)), Stop.ERROR, 1),
    "listing_loop": Trap(fixed(redirect(b"/tin-tuc")), Stop.ERROR, 6),
    "listing_moved": Trap(made(lambda visit: redirect(b"http://127.0.0.1:%d/" % visit.canary)), Stop.MOVED, 1),
    "listing_forbidden": Trap(fixed(whole(b"", status=b"403 x")), Stop.ERROR, 1),
    "listing_of_zeros": Trap(fixed(whole(bytes(1 << 20))), Stop.NO_ROWS, 1),
    "parameter_flood": Trap(listing(flooded), Stop.END, 6),
    "back_and_forth": Trap(listing(back_and_forth), Stop.END, 9),
    "empty_behind_the_end": Trap(listing(soon_empty), Stop.END, 10),
    "cookieless_sessions": Trap(listing(cookieless), Stop.END, 6),
    # The last one uses up what is left of the run's requests.
    "always_new": Trap(listing(always_new), Stop.BUDGET, 400),
}

"""Whatever the bytes, a page is read or refused, and in bounded time."""

import gc
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.reading import read_page
from storage.records import Article, Refusal
from storage.vocabulary import RefusalKind
from tests.unit.reading_article.pages import PARAGRAPHS, page

SEED = page().encode()


@given(st.binary(max_size=400), st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_bytes_at_any_address(body: bytes, url: str) -> None:
    assert isinstance(read_page(body, url=url), Article | Refusal)


@given(st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.integers(0, 255)), max_size=40))
@settings(max_examples=100, deadline=None)
def test_damaged_pages(changes: list[tuple[int, int]]) -> None:
    body = bytearray(SEED)
    for position, value in changes:
        body[position] = value
    result = read_page(bytes(body), url="https://x.gov.vn/tin-1234")
    assert isinstance(result, Article) or result.kind is not RefusalKind.READER_FAILED, result


@pytest.mark.parametrize("url", ["http://[bad", "", ":::", "https://x/\ud800", "javascript:1"])
def test_bad_addresses_cost_links_only(url: str) -> None:
    result = read_page(SEED, url=url)
    assert isinstance(result, Article)
    assert (result.url, len(result.paragraphs)) == (url, len(PARAGRAPHS))


@pytest.mark.parametrize(
    "flood",
    [
        "<p>Sáng 12/3, UBND tỉnh tổ chức hội nghị tổng kết công tác năm 2021 với các sở, ngành.</p>" * 5000,
        "<p>Tin liên quan</p>" * 5000,
        "<p>12/03/2021 10:00</p>" * 5000,
        "<p><a href=/a>Hội nghị triển khai nhiệm vụ năm nay</a></p>" * 5000,
        "<div>" + "<img src=/a.jpg>" * 5000 + "</div>",
        "<p>" + "<span>12/3/2021</span>" * 5000 + "</p>",
        "<div>" + "dòng chữ<br>" * 5000 + "</div>",
        "<p>" + "a b " * 100_000 + "</p>",
        "<table><tr><td>" * 60 + "x" + "</td></tr></table>" * 60,
        "<h1>Tin</h1>" * 5000,
    ],
    ids=lambda flood: flood[:24],
)
def test_floods_end_in_time(flood: str) -> None:
    start = time.process_time()
    read_page(page(flood).encode(), url="https://x.gov.vn/tin-1234")
    assert time.process_time() - start < 3  # some tenths of a second here; quadratic steps would take minutes


def test_reading_leaves_the_garbage_collector_as_it_was() -> None:
    was = gc.isenabled()
    try:
        for enabled in (True, False):
            (gc.enable if enabled else gc.disable)()
            read_page(b"<p>x</p>", url="https://a.gov.vn/1")
            assert gc.isenabled() is enabled
    finally:
        (gc.enable if was else gc.disable)()


def test_cells_that_span_both_ways_do_not_set_each_other_off() -> None:
    """Each row pushed the next to the right: 20,000 rows of two cells became fifty million."""
    rows = "<tr><td colspan=1000 rowspan=1000>a<td>b" * 4000
    found = read_page(page(f"{SENTENCES}<table>{rows}</table>").encode(), url="https://x.gov.vn/tin-1234")
    assert isinstance(found, Article)
    assert max(len(one.markdown or "") for one in found.paragraphs) < 2_000_000


SENTENCES = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)

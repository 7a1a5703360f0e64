"""Writers and dates of pages in other languages, on hosts that are not known."""

from datetime import UTC, datetime

import pytest

from crawlers.reading import read_page
from storage.records import Article
from tests.unit.reading_article.pages import FETCHED

_STORY = "".join(
    f"<p>{text}</p>"
    for text in (
        "Der Stadtrat hat am Dienstag beschlossen, in den nächsten zwei Jahren viertausend Bäume am Fluss zu pflanzen.",
        "Die Arbeiten sollen im Frühjahr beginnen, sobald die letzten Dämme nach dem Hochwasser wieder stehen.",
        "Bezahlt wird das Vorhaben aus einem Fonds, aus dem auch neue Bänke, Lampen und ein Radweg entstehen.",
        "Bis Ende März können die Einwohner dem Rat ihre Meinung schreiben, danach wird noch einmal abgestimmt.",
    )
)
_TITLE = "Viertausend neue Bäume am Fluss beschlossen"


def _article(head: str = "", under: str = "", after: str = "") -> Article:
    html = (
        f"<html lang=de><head><title>{_TITLE} - Flussbote</title><meta property='og:title' content='{_TITLE}'>"
        f"<meta property='og:site_name' content='Flussbote'>{head}</head><body><article><h1>{_TITLE}</h1>{under}{_STORY}"
        f"</article>{after}</body></html>"
    )
    got = read_page(html.encode(), url="https://flussbote.example/stadt/baeume-am-fluss", fetched_at=FETCHED)
    assert isinstance(got, Article), got
    return got


@pytest.mark.parametrize(
    ("head", "under", "names"),
    [
        (('<script type="application/ld+json">{"@type":"NewsArticle","author":[{"@type":"Person","name":"Łucja Ørsted"},'
         '{"@type":"Person","name":"Jürgen O\'Neill-Groß"}]}</script>'), "", ("Łucja Ørsted", "Jürgen O'Neill-Groß")),
        ("<meta name=author content='Ana de la Cruz und Max Maier'>", "", ("Ana de la Cruz", "Max Maier")),
        ("", "<div class=byline>Von <a href='/autoren/meyer'>Käthe Meyer</a>, Redaktion</div>", ("Käthe Meyer",)),
        ("", "<p class=post-author>Text: Jean-Luc Picot &amp; Zoë Brandt</p>", ("Jean-Luc Picot", "Zoë Brandt")),
        ("", "<span itemprop=author><span itemprop=name>李小龙</span></span>", ("李小龙",)),
    ],
)  # fmt: skip
def test_a_person_is_named_by_tags_or_markup(head: str, under: str, names: tuple[str, ...]) -> None:
    got = _article(head, under)
    assert got.authors == names
    assert got.provenance["authors"].method in {"tag", "author markup", "author slot"}


@pytest.mark.parametrize(
    "name", ["Flussbote", "Die Tagespost", "Redaktion", "admin", "dpa", "flussbote.example", "Fluss GmbH", "user17"]
)
def test_a_paper_an_agency_or_an_account_is_no_author(name: str) -> None:
    assert _article(f"<meta name=author content='{name}'>", f"<div class=author>{name}</div>").authors == ()


def test_who_comments_or_writes_the_next_story_is_no_author() -> None:
    other = (
        "<div class=comment><span class='comment-author fn'>Petra Klein</span></div>"
        "<div class=related><a rel=author href='/autoren/x'>Uwe Groß</a></div>"
    )
    assert _article(after=other).authors == ()
    assert _article(after="<p>Weitere Artikel</p><p>Mehr Themen</p>").authors == ()


def test_a_date_in_words_that_we_do_not_know_is_htmldates() -> None:
    got = _article(under="<p class=date>Veröffentlicht am 28. Januar 2021</p>")
    assert got.published_at is not None
    assert (got.published_at.date().isoformat(), got.published_precision) == ("2021-01-28", "day")
    assert got.provenance["published_at"].method == "htmldate"


def test_a_date_after_the_fetch_is_none() -> None:
    assert _article(under="<p class=date>Veröffentlicht am 28. Januar 2031</p>").published_at is None


def test_a_moment_told_in_another_zone_keeps_its_day() -> None:
    got = _article("<meta property='article:published_time' content='2021-01-28T22:15:00Z'>")
    assert got.published_at == datetime(2021, 1, 28, 22, 15, tzinfo=UTC)
    assert got.published_at.day == 28


def test_a_vietnamese_page_is_not_htmldates() -> None:
    text = "Ủy ban nhân dân thành phố vừa ban hành kế hoạch trồng bốn nghìn cây xanh dọc bờ sông trong hai năm tới đây."
    html = (
        "<html><head><title>Trồng bốn nghìn cây xanh dọc bờ sông</title></head><body><h1>Trồng bốn nghìn cây xanh dọc bờ "
        f"sông</h1>{f'<p>{text}</p>' * 4}<div class=published-date>January 28 2021, 4 pm or so, they say</div></body></html>"
    )
    got = read_page(html.encode(), url="https://x.example/2021/01/28/cay-xanh", fetched_at=FETCHED)
    assert isinstance(got, Article)
    assert got.published_at is None

"""Pages in other languages and odd frames: a wrapper that its class calls a menu, boxes whose words nobody listed."""

from crawlers.reading import read_page
from storage.records import Article, Refusal
from storage.vocabulary import RefusalKind
from tests.unit.reading_article.pages import FETCHED

_STORY = (
    "The city council approved a plan on Tuesday to plant four thousand trees along the river over the next two years.",
    "Officials said that the project would begin in spring, once the last of the flood barriers has been repaired.",
    "“We have waited for this since the storm,” said Anna Berg, who runs a bakery two streets from the water.",
    "The work will be paid for by a regional fund, which also covers new benches, lamps and a path for cyclists.",
    "Residents can send their comments to the council until the end of March, when the final vote will be held.",
)
_TITLE = "Council approves four thousand new trees along the river"


def _article(html: str) -> Article:
    got = read_page(html.encode(), url="https://news.example/2024/trees-along-the-river", fetched_at=FETCHED)
    assert isinstance(got, Article), got
    return got


def _page(body: str, *, wrapper: str = "wrap", after: str = "") -> str:
    links = "".join(f"<li><a href='/s{i}'>Section {i}</a></li>" for i in range(8))
    return (
        f"<html lang=en><head><title>{_TITLE} | The River Post</title><meta property='og:title' content='{_TITLE}'></head>"
        f"<body><nav><ul>{links}</ul></nav><div class='{wrapper}'><article><h1>{_TITLE}</h1>{body}</article>{after}</div>"
        "<footer><p>All rights reserved by the River Post and its partners, since 1911.</p></footer></body></html>"
    )


def test_a_wrapper_named_after_a_menu_is_the_page() -> None:
    body = "".join(f"<p>{text}</p>" for text in _STORY)
    for wrapper in ("site sticky-footer", "menu-open page", "td-bottom-wrap"):
        got = _article(_page(body, wrapper=wrapper))
        assert got.text.split("\n") == list(_STORY), wrapper
        assert got.title == _TITLE


def test_a_page_hidden_until_its_script_has_run_is_read() -> None:
    body = "".join(f"<p>{text}</p>" for text in _STORY)
    html = _page(body).replace("<body>", "<body style='visibility:hidden'>")
    assert _article(html).text.split("\n") == list(_STORY)


def test_boxes_in_words_that_nobody_listed_are_left_out() -> None:
    box = (
        "<div class='newsletter'><p>Sign me up</p><p>Hear it first</p></div>"
        "<ul class='more'>"
        "<li><a href='/a'>Bridge closed for repairs this weekend</a></li></ul>"
    )
    body = f"<div class=byline>By Jo Park</div>{''.join(f'<p>{text}</p>' for text in _STORY[:3])}{box}" + "".join(
        f"<p>{text}</p>" for text in _STORY[3:]
    )
    got = _article(_page(body))
    assert set(_STORY) <= set(got.text.split("\n"))
    for word in ("Hear it first", "Sign me up"):
        assert word not in got.full_text


def test_a_quotation_stays_whatever_the_second_opinion_says() -> None:
    quote = "“Trees do not vote,” the mayor said."
    body = f"<p>{_STORY[0]}</p><blockquote><p>{quote}</p></blockquote>" + "".join(f"<p>{t}</p>" for t in _STORY[1:])
    assert quote in _article(_page(body)).text


def test_one_block_with_a_whole_story_is_no_row_of_a_listing() -> None:
    more = "<aside><a href='/old-story-of-the-river'>An older story of the river and its bridges</a></aside>"
    html = _page("".join(f"<p>{text}</p>" for text in _STORY)).replace(
        f"<h1>{_TITLE}</h1>", "<h1>A walk by the river</h1>"
    )
    html = html.replace(_TITLE, "The River Post").replace("</article>", f"<p>{_STORY[0]}</p></article>{more}")
    assert _STORY[1] in _article(html).text


_ROWS = "".join(
    f"<div class=row><a href='/news/{i}-story'>Another headline of the day that leads elsewhere, number {i}</a></div>"
    for i in range(6)
)


def test_a_title_that_only_a_box_below_the_text_prints_makes_no_list_of_the_page() -> None:
    body = "".join(f"<p>{text}</p>" for text in _STORY)
    html = _page(body, after=f"{_ROWS}<div class=share>{_TITLE}</div>{_ROWS}").replace(f"<h1>{_TITLE}</h1>", "")
    got = _article(html)
    assert got.text.split("\n") == list(_STORY)
    assert got.title == _TITLE


def test_a_list_of_summaries_in_another_language_is_none_the_less_a_list() -> None:
    rows = "".join(
        f"<div class=row><h3><a href='/news/{i}'>A headline of the day that leads elsewhere, number {i}</a></h3>"
        f"<p>{text}</p></div>"
        for i, text in enumerate(_STORY)
    )
    html = _page(rows).replace(f"<h1>{_TITLE}</h1>", "").replace(_TITLE, "Latest news")
    got = read_page(html.encode(), url="https://news.example/latest", fetched_at=FETCHED)
    assert isinstance(got, Refusal)
    assert got.kind is RefusalKind.LISTING


def test_a_lead_stays_whatever_its_block_is_called() -> None:
    body = f"<div class=social-text><p>{_STORY[0]}</p></div>" + "".join(f"<p>{text}</p>" for text in _STORY[1:])
    assert _STORY[0] in _article(_page(body)).full_text


def test_a_heading_within_the_text_is_no_title_of_it() -> None:
    needs = [f"{number} hundred grams of dark chocolate, melted and left to cool for a while" for number in range(2, 8)]
    items = "".join(f"<p>{text}</p>" for text in needs)
    steps = "".join(f"<p>{text}</p>" for text in _STORY)
    html = _page(f"{items}<h2>How the cake is put together</h2>{steps}").replace(f"<h1>{_TITLE}</h1>", "")
    got = _article(html)
    assert got.title == _TITLE
    assert all(text in got.full_text for text in [*needs, *_STORY])

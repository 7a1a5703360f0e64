"""The tree: nothing is lost in silence, bounds are told, text is read as a reader sees it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.reading.tree import MAX_DEPTH, TooComplex, class_id, css, parse, text_of, text_up_to

URL = "https://so.example.gov.vn/a/b"


def test_content_at_any_depth_within_the_bound_is_kept() -> None:
    for depth in (200, MAX_DEPTH - 3):
        root = parse("<div>" * depth + "<p>trong cùng</p>" + "</div>" * depth + "<p>sau</p>", URL)
        assert text_of(root) == "trong cùng sau"


@pytest.mark.parametrize("depth", [MAX_DEPTH, 256, 300, 3000, 99_000])
def test_too_deep(depth: int) -> None:
    with pytest.raises(TooComplex, match="deeper"):
        parse("<div>" * depth + "<p>x</p>" + "</div>" * depth, URL)


def test_too_many_elements_is_told_before_parsing() -> None:
    start = time.process_time()
    with pytest.raises(TooComplex, match="elements"):
        parse("<p>a" * 1_000_000, URL)
    assert time.process_time() - start < 5


def test_markup_within_scripts_and_comments_is_not_counted() -> None:
    root = parse(f"<script>{'<b>' * 100_001}</script><!-- {'<b>' * 100_001} --><p>x</p>", URL)
    assert text_of(root) == "x"


def test_too_many_attributes_is_told_before_parsing() -> None:
    names = " ".join(f'a{number}="1"' for number in range(200_000))
    start = time.process_time()
    with pytest.raises(TooComplex, match="attributes"):
        parse(f"<p>a</p><p {names}>x</p>", URL)
    assert time.process_time() - start < 5


def test_a_loose_bracket_does_not_hide_a_crowded_tag() -> None:
    names = " ".join(f'a{number}="1"' for number in range(200_000))
    start = time.process_time()
    with pytest.raises(TooComplex, match="attributes"):
        parse(f"<p>a 1 < 2 <b {names}>x</b></p>", URL)
    assert time.process_time() - start < 5


def test_attributes_with_brackets_in_their_values_are_counted_too() -> None:
    with pytest.raises(TooComplex, match="attributes"):
        parse("<p " + " ".join(f'a{number}=">"' for number in range(700)) + ">x</p>", URL)


@pytest.mark.parametrize(
    "html",
    [
        f'<input type="hidden" name="__VIEWSTATE" value="{"Ab1 " * 60_000}"><p>x</p>',
        f"<script>{'if (a <b ) c = d ; ' * 4000}</script><p>x</p>",
        f"<p>x</p><!-- {'chú thích ' * 3000} -->",
    ],
)
def test_long_values_scripts_and_comments_are_ordinary(html: str) -> None:
    assert text_of(parse(html, URL)) == "x"


def test_a_very_long_text_is_whole() -> None:
    text = "Tin " * 3_000_000
    assert len(text_of(parse(f"<title>a</title><p>{text}</p>", URL))) == len(text) - 1


@pytest.mark.parametrize("html", ["", " ", "<!-- chỉ chú thích -->", "<?xml version='1.0' encoding='utf-16'?>"])
def test_nothing_gives_an_empty_document(html: str) -> None:
    root = parse(html, URL)
    assert (root.tag, text_of(root)) == ("html", "")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<?xml version='1.0' encoding='utf-16'?><html><body>đ</body></html>", "đ"),
        ("<meta charset=windows-1252><body>đường", "đường"),
        ("<li>một<li>hai", "một hai"),
        ("<tr><td>1</td><td>hai</td></tr>", "1 hai"),
        ("<p>a\u00a0\u00a0b&nbsp;c</p>", "a b c"),
        ("<p>T<b>iế</b>ng <i>Việt</i><br>dòng</p>x", "Tiếng Việt dòng x"),
        ("<p>a<script>b</script><style>c</style><noscript>d</noscript><!-- e --><select><option>f</select>g</p>", "ag"),
        ("<p>a&#7897;&amp;&lt;b</p>", "aộ&<b"),
        ("plain", "plain"),
    ],
)
def test_text(html: str, text: str) -> None:
    root = parse(html, URL)
    assert (root.tag, text_of(root)) == ("html", text)


def test_text_is_as_written_in_the_tree() -> None:
    root = parse("<p>a\u00a0 b\u00adc\u200bd</p>", URL)
    assert css(root, "p")[0].text == "a\u00a0 b\u00adc\u200bd"


def test_lone_surrogates_do_not_stop_it() -> None:
    assert text_of(parse("<p>a\ud800b</p>", URL)) == "a?b"


def test_short_look_at_a_long_text() -> None:
    root = parse(f"<div><h2>Tin nổi bật</h2></div><p>{'chữ ' * 1000}</p>", URL)
    assert text_up_to(css(root, "div")[0], 60) == "Tin nổi bật"
    assert 60 < len(text_up_to(root, 60)) <= len(text_of(root))


def test_selectors_and_names() -> None:
    root = parse('<div class="Tin  Moi" id="X1"><h2 class="Title"><a href="a">b</a></h2></div>', URL)
    assert [link.get("href") for link in css(root, "h2.Title > a")] == ["a"]
    assert class_id(css(root, "div")[0]) == "tin  moi x1"
    assert root.getroottree().docinfo.URL == URL


@given(st.text(max_size=200))
def test_any_text_parses(text: str) -> None:
    root = parse(text, URL)
    assert root.tag == "html"
    text_of(root)


@given(
    st.lists(
        st.text(st.characters(min_codepoint=0x20, max_codepoint=0x1EF9, exclude_characters="<>&"), min_size=1),
        max_size=20,
    )
)
def test_no_paragraph_is_lost(paragraphs: list[str]) -> None:
    root = parse("<body>" + "".join(f"<p>{text}</p>" for text in paragraphs), URL)
    assert text_of(root).split() == " ".join(paragraphs).split()

"""Search: whatever the marks, snippets from the original, what is shown now and nothing else; on both engines."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from storage.consume.closeness import Closeness
from storage.consume.search import Filters, Hit, parse, search
from storage.consume.snippets import Cut, Highlighter
from storage.database.engine import connect, transact
from storage.database.search_index import index_missing
from storage.words import folded, marked_word, words
from tests.bench.archive_of_texts import fill
from tests.databases import Databases
from tests.unit.database.makers import LONG, Desk, rows, url


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def titles(engine: Engine, query: str, **filters: Any) -> list[str]:
    return [hit.title.text for hit in search(engine, query, Filters(**filters))]


def lit(cut: Cut) -> list[str]:
    return [cut.text[start:end] for start, end in cut.spans]


@pytest.mark.parametrize(
    "query",
    [
        "dong thap", "Đồng Tháp", "ĐỒNG THÁP", "đồng-tháp", '"dong thap"', "“đồng tháp”", "thap* dong", "hoà bình",
        "hòa bình", "Ðồng Tháp", "do\u0302\u0300ng",
    ],
)  # fmt: skip
def test_marks_and_their_places_do_not_matter(desk: Desk, query: str) -> None:
    desk.serve("a", title="Đồng Tháp họp báo", body=f"{LONG} Công viên Hoà Bình.")
    desk.serve("b", title="Khác", body=f"{LONG} Không liên quan gì cả.")
    assert titles(desk.engine, query) == ["Đồng Tháp họp báo"]


def test_a_snippet_is_cut_from_the_original(desk: Desk) -> None:
    desk.serve("a", title="Họp", lead=None, body=f"{LONG} {LONG} Tỉnh Đồng Tháp đạt 52,47% — “kỷ lục”. {LONG}")
    (hit,) = search(desk.engine, "tinh dong thap")
    assert lit(hit.snippet) == ["Tỉnh", "Đồng", "Tháp"]
    assert "Tỉnh Đồng Tháp đạt 52,47% — “kỷ lục”." in hit.snippet.text
    assert hit.snippet.text.startswith("… ")
    assert hit.snippet.text.endswith(" …")
    assert len(hit.snippet.text) < 200


def test_titles_weigh_more_and_neighbours_more_than_scattered_words(desk: Desk) -> None:
    desk.serve("a", title="Một", body=f"đồng lúa {LONG} cây tháp {LONG}")
    desk.serve("b", title="Hai", body=f"{LONG} Đồng Tháp {LONG}")
    desk.serve("c", title="Ba Đồng Tháp", body=f"{LONG} {LONG} khác")
    assert titles(desk.engine, "dong thap") == ["Ba Đồng Tháp", "Hai", "Một"]
    assert titles(desk.engine, '"dong thap"') == ["Ba Đồng Tháp", "Hai"]


def test_the_very_marks_come_first(desk: Desk) -> None:
    for name, place in (("a", "Động Tháp"), ("b", "Đồng Tháp"), ("c", "Đông Thấp")):
        desk.serve(name, title=f"Thăm {place}", body=f"{LONG} {name}")
    for query in ("Đồng Tháp", "Động Tháp", "Đông Thấp"):
        found = titles(desk.engine, query)
        assert (found[0], len(found)) == (f"Thăm {query}", 3)


_SYLLABLES = st.text(alphabet="hoatiqươđÀẢÁ\u0300\u0301_ ", max_size=6) | st.sampled_from(
    ["hoà", "hòa", "quý", "ĐẤT", "dát"]
)


@given(st.lists(_SYLLABLES, min_size=1, max_size=3), st.lists(_SYLLABLES, max_size=8))
@settings(deadline=None, database=None)
def test_marks_are_compared_word_by_word(asked: list[str], body: list[str]) -> None:
    """The same as comparing every word with its tone set apart, only quicker."""
    wanted = [one.text for part in asked for one in words(part)]
    text_ = " ".join(body)
    there = f" {' '.join(marked_word(one.text) for one in words(text_))} "
    marked = list(map(marked_word, wanted))
    expected = 0 if all(map(str.isascii, wanted)) else 3 if f" {' '.join(marked)} " in there else 0
    if not expected and not all(map(str.isascii, wanted)):
        expected = 2 if all(f" {one} " in there for one in marked) else 0
    assert Closeness(wanted).of("", text_) == expected


def test_both_engines_find_the_same(migrated: Databases, tmp_path: Path) -> None:
    found: dict[str, list[list[int]]] = {}
    for kind in ("sqlite", "postgresql"):
        with migrated.make(kind, tmp_path) as address:
            engine = connect(address)
            fill(engine, 100)
            transact(engine, lambda connection: index_missing(connection, range(1, 101)))
            found[kind] = [sorted(hit.article_id for hit in search(engine, one, limit=200)) for one in _ALIKE]
            engine.dispose()
    assert found["sqlite"] == found["postgresql"]
    assert [len(one) > 0 for one in found["sqlite"]] == [True] * 7 + [False] * 2


_ALIKE = ("hanh chinh", "Hành chính", '"thủ tục hành chính"', "ch*", "uỷ ban", "NGHI QUYET", "tỉnh 2024", "zzz", '"*')


def test_filters(desk: Desk) -> None:
    for day, (name, section) in enumerate((("a", "Tin thời sự"), ("b", "Kinh tế"), ("c", None)), 10):
        moment = desk.now.replace(day=day)
        desk.serve(name, title=f"Họp {name}", section=section, published_at=moment)
    Desk(desk.engine, portal="tien_giang").serve("d", title="Họp d")
    assert titles(desk.engine, "hop", portal="tien_giang") == ["Họp d"]
    assert titles(desk.engine, "hop", section="TIN THOI SU") == ["Họp a"]
    assert titles(desk.engine, "hop", portal="lao_cai", since=date(2025, 3, 11)) == ["Họp c", "Họp b"]
    assert titles(desk.engine, "hop", since=date(2025, 3, 11), until=date(2025, 3, 11)) == ["Họp b"]


def test_what_is_shown_now_is_found_and_nothing_else(desk: Desk) -> None:
    engine = desk.engine
    desk.serve("a", title="Tin một", body=f"{LONG} cũ kỹ")
    desk.serve("b", title="Tin một", body=f"{LONG} cũ kỹ")
    desk.next_day()
    desk.serve("b", title="Tin một", body=f"{LONG} mới tinh")
    assert len(titles(engine, "cu ky")) == len(titles(engine, "moi tinh")) == 1
    desk.serve("a", title="Tin một", body=f"{LONG} mới tinh")
    assert titles(engine, "cu ky") == []
    assert len(titles(engine, "moi tinh")) == 1, "the split was taken back"
    desk.serve("a", title="Tin đọc lại", body=f"{LONG} mới tinh", reader_version="2")
    assert titles(engine, "doc lai") == ["Tin đọc lại"]
    assert len(rows(engine, "SELECT * FROM search")) == 1
    with engine.begin() as connection:
        connection.execute(text("UPDATE article SET withdrawn_at = '2025-03-12T00:00:00+07:00'"))
    assert search(engine, "doc lai") == []


def test_a_batch_that_dies_leaves_the_index_as_it_was(desk: Desk) -> None:
    desk.serve("a", title="Tin một")

    def broken(whole: object) -> object:
        raise KeyboardInterrupt

    desk.reread = broken  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        desk.serve("a", title="Tin hai", reader_version="2")
    assert titles(desk.engine, "tin hai") == []
    assert titles(desk.engine, "tin mot") == ["Tin một"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("27/2018/NĐ-CP", ["a", "b"]),
        ("27/2018/ND-CP", ["a", "b"]),
        ("27/2018/nđ-cp", ["a", "b"]),
        ("27/2018/NĐCP", ["a", "b"]),
        ("So 27/2018", ["a", "b"]),
        ("số: 27/2018", ["a", "b"]),
        ("027/2018/NĐ-CP", ["a", "b"]),
        ("27/2018/NĐ", ["a", "b"]),
        ("7/2018", []),
        ("1972/QĐ-UBND", ["c"]),
        ("66-QĐ/TW", ["c"]),
        ("27/2018 tiep cong dan", ["b"]),
        ("12/2024", ["d"]),
    ],
)
def test_document_numbers(desk: Desk, query: str, found: list[str]) -> None:
    desk.serve("a", title="a", body=f"{LONG} Nghị định số 27/2018/NĐ-CP của Chính phủ")
    desk.serve("b", title="b", body=f"{LONG} theo Nghị định 27 / 2018/ NĐCP về tiếp công dân")
    desk.serve("c", title="c", body=f"{LONG} 1972/QĐ.UBND và 66-QĐ/TW, tỷ lệ 27/2019")
    desk.serve("d", title="d", body=f"{LONG} trong tháng 12/2024 có 10/12 UBND")
    assert sorted(titles(desk.engine, query)) == found


@pytest.mark.parametrize(
    "query", ["", '"', "*", "()", "' OR 1=1 --", "NEAR(", "a AND", "title:x", "\x00", "%", "đ" * 5000]
)
def test_no_query_is_an_error(desk: Desk, query: str) -> None:
    desk.serve("a")
    assert isinstance(search(desk.engine, query), list)


def test_odd_queries_on_a_real_index(engine: Engine) -> None:
    desk = Desk(engine)
    desk.serve("a", title="Năm 2025 1e5 1e5abc x²", body=f"{LONG} 1.374/1.761 COVID-19 Москва 北京")
    assert len(search(engine, "1e5 covid-19 москва")) == 1
    assert len(search(engine, "1.374/1.761")) == 1

    @settings(max_examples=120, deadline=None, database=None)
    @given(st.text(alphabet=st.sampled_from("aăđ1é\"'*:()-/&|!<>\\\n\x00 ²ﬁß漢_^~{}"), max_size=24))
    def never_raises(query: str) -> None:
        search(engine, query)

    never_raises()


@given(st.text(max_size=300), st.lists(st.sampled_from(["đồng", "tháp", "một"]), min_size=1, max_size=3))
@settings(deadline=None, database=None)
def test_snippets_point_at_what_they_say(body: str, asked: list[str]) -> None:
    terms = parse(" ".join(asked))
    cut = Highlighter([(term.words, term.prefix) for term in terms]).snippet(f"{body} Đồng một {body}")
    assert {folded(found) for found in lit(cut)} <= {folded(word) for word in asked}
    assert lit(cut) or asked == ["tháp"] * len(asked)


def test_hits_come_with_their_address(desk: Desk) -> None:
    desk.serve("a", section="Tin")
    (hit,) = search(desk.engine, "hop bao")
    assert isinstance(hit, Hit)
    assert (hit.article_id, hit.portal, hit.url, hit.section, hit.sort_date) == (
        1, "lao_cai", url("a"), "Tin", "2025-03-10",
    )  # fmt: skip


def test_a_long_text_is_loaded_and_found(desk: Desk) -> None:
    """A tsvector holds less than 1 MB: what lies beyond is not searched, and harms nothing."""
    body = " ".join(f"{number:x}" for number in range(150_000))
    assert desk.serve("a", body, title="Dài").new == 1
    assert titles(desk.engine, "dai") == ["Dài"]


def test_postgresql_folds_as_we_do(migrated: Any, tmp_path: Any) -> None:
    with migrated.make("postgresql", tmp_path) as address:
        engine = connect(address)
        for one in ("Đồng Tháp – hoà/hòa “Ðà” 27/2018/NĐ-CP.", "ỦY BAN", "a_b  c"):
            assert rows(engine, "SELECT v1_folded(:one) AS found", one=one)[0]["found"] == folded(one)
        engine.dispose()

"""The follower: what it links and groups, and that it comes to the same whoever is killed, late or beside it."""

import multiprocessing
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, RowMapping, text

from storage.database.engine import connect
from storage.database.feed import number_changes
from storage.database.links import METHOD, candidates, follow
from storage.database.load import load
from storage.database.models import link, link_signature, story_article
from storage.vocabulary import Change, FirstBasis, LinkKind
from tests.texts import extended, light, news
from tests.unit.database.makers import FIRST_DAY, Desk, article, row, rows
from tests.unit.similar.notices import SERIAL

OTHER = "long_an_hcc"


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def serve(desk: Desk, name: str, body: str, **fields: Any) -> None:
    desk.serve(name, body, **({"lead": None, "title": "Tin"} | fields))


def links(engine: Engine) -> dict[tuple[int, int], RowMapping]:
    found = rows(engine, "SELECT * FROM v1_links ORDER BY article_id, other_article_id")
    pairs = {(one["article_id"], one["other_article_id"]): one for one in found}
    assert {(other, one) for one, other in pairs} == set(pairs)
    return {pair: one for pair, one in pairs.items() if pair[0] < pair[1]}


def kinds(engine: Engine) -> dict[tuple[int, int], str]:
    return {pair: one["kind"] for pair, one in links(engine).items()}


def stories(engine: Engine) -> dict[int, list[int]]:
    """The articles of each story, the first one of all in front."""
    query = "SELECT * FROM v1_story_articles ORDER BY story_id, is_first DESC, article_id"
    found: dict[int, list[int]] = {}
    for one in rows(engine, query):
        found.setdefault(one["story_id"], []).append(one["article_id"])
    counted = {one["story_id"]: one["articles"] for one in rows(engine, "SELECT * FROM v1_stories WHERE articles > 0")}
    assert counted == {number: len(articles) for number, articles in found.items()}
    return found


def derived(engine: Engine) -> dict[str, list[Any]]:
    """All that the follower has made, times of making aside."""
    with engine.connect() as connection:
        return {
            table.name: sorted(
                tuple(value for name, value in found.items() if name not in {"found_at", "made_at"})
                for found in map(dict, connection.execute(table.select()).mappings())
            )
            for table in (link_signature, link, story_article)
        }


def test_reprints_extensions_and_editions(desk: Desk) -> None:
    rng, engine = Random(3), desk.engine
    far = Desk(engine, OTHER)
    piece = news(1)
    serve(desk, "goc", piece)
    serve(far, "in-lai", light(rng, piece), source_credit="Báo Lào Cai điện tử")
    serve(far, "dai", extended(rng, piece))
    serve(desk, "khac", news(2))
    notice, edition = SERIAL[0]
    serve(desk, "lich-12", notice, title="Lịch")
    serve(far, "lich-13", edition, title="Lịch")
    done = follow(engine)
    assert (done.changes, done.articles) == (6, 6)
    assert kinds(engine) == {(1, 2): "near", (1, 3): "extended", (2, 3): "extended", (5, 6): "serial"}
    assert stories(engine) == {1: [1, 2, 3]}
    assert links(engine)[1, 3]["longer_article_id"] == 3
    assert links(engine)[1, 2]["similarity"] > 0.6
    assert links(engine)[1, 3]["containment"] > 0.9
    assert {one["method"] for one in links(engine).values()} == {METHOD}
    assert follow(engine).changes == 0


@pytest.mark.parametrize(
    ("fields", "first", "basis"),
    [
        ({"source_credit": "Báo A", "published_at": FIRST_DAY - timedelta(days=3)}, 1, FirstBasis.CREDIT),
        ({"published_at": FIRST_DAY - timedelta(hours=1)}, 2, FirstBasis.PUBLISHED),
        ({"published_at": FIRST_DAY + timedelta(days=1)}, 1, FirstBasis.PUBLISHED),
        ({"published_at": None}, 1, FirstBasis.SEEN),
        ({}, 1, FirstBasis.SEEN),
    ],
)
def test_which_was_first(desk: Desk, fields: dict[str, Any], first: int, basis: FirstBasis) -> None:
    serve(desk, "a", news(1))
    desk.next_day()
    serve(Desk(desk.engine, OTHER, day=desk.day), "b", news(1), **fields)
    follow(desk.engine)
    found = links(desk.engine)[1, 2]
    assert (found["kind"], found["first_article_id"], found["first_basis"]) == ("exact", first, basis)
    assert stories(desk.engine) == {1: [first, 3 - first]}


def test_a_credited_reprint_with_a_figure_corrected_joins_the_story(desk: Desk) -> None:
    body = SERIAL[0][0]
    serve(desk, "a", body)
    serve(Desk(desk.engine, OTHER), "b", body.replace("phòng họp số 2", "phòng họp số 5"), source_credit="Báo Lào Cai")
    serve(Desk(desk.engine, "tien_giang"), "c", body.replace("phòng họp số 2", "phòng họp số 7"))
    follow(desk.engine)
    assert kinds(desk.engine)[1, 2] == LinkKind.NEAR
    assert kinds(desk.engine)[1, 3] == LinkKind.SERIAL
    assert 3 not in stories(desk.engine)[1]


def test_empty_and_short_texts_never_join(desk: Desk) -> None:
    for number, body in enumerate(
        ["", "", "Xem tệp đính kèm.", "Xem tệp đính kèm.", *[" ".join(news(1).split()[:45])] * 2]
    ):
        serve(Desk(desk.engine, f"cong_{number}"), "a", body)
    assert follow(desk.engine).articles == 6
    assert (kinds(desk.engine), stories(desk.engine)) == ({}, {})
    assert rows(desk.engine, "SELECT * FROM link_key") == []


def test_what_changes_or_goes_is_linked_anew(desk: Desk) -> None:
    engine, far = desk.engine, Desk(desk.engine, OTHER)
    serve(desk, "a", news(1))
    serve(far, "b", news(1))
    serve(far, "c", news(2))
    follow(engine)
    assert stories(engine) == {1: [1, 2]}
    desk.next_day()
    serve(desk, "a", news(2))
    follow(engine)
    assert (kinds(engine), stories(engine)) == ({(1, 3): "exact"}, {1: [1, 3]})
    (told,) = rows(engine, "SELECT * FROM change WHERE article_id = 3")
    withdrawn = [{**told, "kind": Change.WITHDRAWN.value, "changed_fields": []}]
    del withdrawn[0]["seq"]
    with engine.begin() as connection:
        connection.execute(text("UPDATE article SET withdrawn_at = first_seen_at WHERE id = 3"))
        number_changes(connection, [told | {"at": desk.now} for told in withdrawn])
    assert kinds(engine) == {}
    follow(engine)
    assert (rows(engine, "SELECT * FROM link"), stories(engine)) == ([], {})
    assert rows(engine, "SELECT * FROM link_key WHERE article_id = 3") == []
    (ended,) = rows(engine, "SELECT * FROM v1_stories")
    assert (ended["articles"], ended["first_article_id"], ended["merged_into"]) == (0, None, None)


def test_stories_that_meet_are_merged_and_say_so(desk: Desk) -> None:
    engine, rng = desk.engine, Random(1)
    piece = news(7)
    words = piece.split()
    for name, body in (("a", news(8)), ("b", piece), ("c", light(rng, piece)), ("d", news(8))):
        serve(Desk(engine, f"cong_{name}"), name, body)
    follow(engine)
    assert stories(engine) == {1: [1, 4], 2: [2, 3]}
    desk = Desk(engine, "cong_a", day=1)
    serve(desk, "a", " ".join(words))
    done = follow(engine)
    assert stories(engine) == {1: [1, 2, 3]}
    assert [(merge.story_id, merge.into) for merge in done.merges] == [(2, 1)]
    assert [one["merged_into"] for one in rows(engine, "SELECT * FROM v1_stories WHERE story_id = 2")] == [1]


def test_a_collection_makes_no_story_of_what_it_collects(desk: Desk) -> None:
    for number in (1, 2, 3):
        serve(Desk(desk.engine, f"cong_{number}"), "a", news(number))
    serve(desk, "tong-hop", "\n".join(news(number) for number in (1, 2, 3)))
    serve(Desk(desk.engine, OTHER), "in-lai", news(1))
    follow(desk.engine)
    assert [pair for pair, kind in kinds(desk.engine).items() if kind == "extended" and 4 in pair]
    assert stories(desk.engine) == {1: [1, 5]}


def test_other_code_makes_everything_anew(desk: Desk) -> None:
    fill(desk.engine, 12)
    follow(desk.engine)
    made = derived(desk.engine)
    with desk.engine.begin() as connection:
        connection.execute(text("UPDATE follower SET method = 'older'"))
        connection.execute(text("UPDATE link SET kind = 'serial', method = 'older'"))
    follow(desk.engine)
    assert derived(desk.engine) == made


def _forget_all(engine: Engine) -> None:
    """Have the next follower make everything anew."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE follower SET method = 'older'"))


def fill(engine: Engine, count: int) -> None:
    """`count` pieces on one portal, and an edit of each on another."""
    rng = Random(count)
    near, far = Desk(engine), Desk(engine, OTHER)
    for desk, edit in ((near, lambda body: body), (far, lambda body: light(rng, body))):
        captures = [(desk.capture(f"tin-{number}"), edit(news(number))) for number in range(count)]
        desk.load(*(row(one, article(one.url, body, lead=None, title="Tin")) for one, body in captures))


@pytest.mark.parametrize("batch", [1, 7])
def test_batches_make_no_difference(engine: Engine, batch: int) -> None:
    fill(engine, 15)
    follow(engine, batch=batch)
    made = derived(engine)
    assert len(made["link"]) == 15
    _forget_all(engine)
    follow(engine)
    assert derived(engine) == made


def test_a_piece_on_very_many_portals_is_one_story_and_its_keys_stay_few(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "HOLDERS", 6)
    rng, count = Random(2), 20
    desks = [Desk(engine, f"cong_{number}") for number in range(count)]
    for desk in desks:
        serve(desk, "a", light(rng, news(1)) if desk is not desks[0] else news(1))
    follow(engine, batch=5)
    assert [len(articles) for articles in stories(engine).values()] == [count]
    most = rows(engine, "SELECT count(*) AS holders FROM link_key GROUP BY hash ORDER BY 1 DESC LIMIT 1")
    assert most[0]["holders"] <= 6


# --- killed, beside others


def test_two_followers_beside_four_writers(engine: Engine) -> None:
    address = engine.url.render_as_string(hide_password=False)
    start, done = threading.Event(), threading.Event()
    errors: list[BaseException] = []

    def run(work: Callable[[Engine], None]) -> None:
        own = connect(address)
        try:
            start.wait(30)
            work(own)
        except BaseException as error:
            errors.append(error)
        finally:
            own.dispose()

    def follow_on(own: Engine) -> None:
        while not done.is_set():
            follow(own, batch=5)

    writers = [threading.Thread(target=run, args=(partial(_write, writer),)) for writer in range(4)]
    followers = [threading.Thread(target=run, args=(follow_on,)) for _ in range(2)]
    for thread in (*writers, *followers):
        thread.start()
    start.set()
    for thread in writers:
        thread.join(120)
    done.set()
    for thread in followers:
        thread.join(120)
    assert errors == []
    follow(engine)
    made = derived(engine)
    assert len(made["story_article"]) == 4 * 12
    _forget_all(engine)
    follow(engine)
    assert derived(engine)["story_article"] == made["story_article"]
    assert [pair[:3] for pair in derived(engine)["link"]] == [pair[:3] for pair in made["link"]]


def _write(writer: int, engine: Engine) -> None:
    rng = Random(writer)
    desk = Desk(engine, f"cong_{writer}", run_id=f"run-{writer}")
    for batch in range(3):
        pieces = [
            (desk.capture(f"tin-{number}"), light(rng, news(number))) for number in range(batch * 4, batch * 4 + 4)
        ]
        load(engine, desk.run_id, [row(one, article(one.url, body, lead=None, title="Tin")) for one, body in pieces])


def _follow(address: str) -> None:
    engine = connect(address)
    follow(engine, batch=2)
    engine.dispose()


def test_killed_anywhere_it_comes_to_the_same(engine: Engine) -> None:
    fill(engine, 40)
    address = engine.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("fork")  # a child makes connections of its own
    for _ in range(6):
        before = _seq(engine)
        process = context.Process(target=_follow, args=(address,))
        process.start()
        while process.is_alive() and _seq(engine) < before + 6:
            process.join(0.003)
        process.kill()
        process.join(30)
    follow(engine)
    made = derived(engine)
    assert len(made["link"]) == 40
    _forget_all(engine)
    follow(engine)
    assert derived(engine) == made


def _seq(engine: Engine) -> int:
    return next((one["seq"] for one in rows(engine, "SELECT seq FROM follower")), 0)


def test_a_second_follower_waits_until_the_first_has_come_as_far(engine: Engine) -> None:
    fill(engine, 6)
    holds, go, second_done = threading.Event(), threading.Event(), threading.Event()

    def slow(_: object) -> None:
        holds.set()
        go.wait(30)

    def run_second() -> None:
        follow(engine)
        second_done.set()

    first = threading.Thread(target=lambda: follow(engine, batch=4, on_batch=slow))
    first.start()
    assert holds.wait(30)
    second = threading.Thread(target=run_second)
    second.start()
    assert not second_done.wait(0.6)
    go.set()
    first.join(30)
    assert second_done.wait(30)
    assert _seq(engine) == 12


def test_it_stops_when_told(engine: Engine) -> None:
    fill(engine, 6)
    told: list[int] = []
    follow(engine, batch=2, on_batch=lambda done: told.append(done.changes), stop=lambda: len(told) >= 2)
    assert told == [2, 4]
    follow(engine)
    assert _seq(engine) == 12

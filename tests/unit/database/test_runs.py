"""Runs and those that died."""

import json

from sqlalchemy import Engine, text

from storage.database.runs import close_stale, finish_run, heartbeat, start_run
from storage.vocabulary import Verdict
from tests.unit.database.makers import one


def test_a_run_is_entered_and_ended(engine: Engine) -> None:
    run_id = start_run(engine, "lao_cai", "incremental")
    heartbeat(engine, run_id)
    begun = one(engine, "SELECT * FROM v1_runs")
    assert (begun["run_id"], begun["verdict"], begun["ended_at"]) == (run_id, None, None)
    finish_run(engine, run_id, Verdict.OK, "Đủ.", {"new": 3}, {"reason": "finished"})
    ended = one(engine, "SELECT * FROM v1_runs")
    assert (ended["verdict"], ended["reason"], json.loads(ended["counts"])) == ("ok", "Đủ.", {"new": 3})
    assert ended["started_at"].endswith("+07:00")


def test_dead_runs_are_closed_once(engine: Engine) -> None:
    dead, other = start_run(engine, "lao_cai", "full"), start_run(engine, "tien_giang", "full")
    assert close_stale(engine, "lao_cai") == [dead]
    assert close_stale(engine, "lao_cai") == []
    assert one(engine, "SELECT verdict FROM v1_runs WHERE run_id = :id", id=dead)["verdict"] == "crashed"
    assert one(engine, "SELECT verdict FROM v1_runs WHERE run_id = :id", id=other)["verdict"] is None


def test_a_run_of_another_machine_is_dead_too(engine: Engine) -> None:
    """Whoever closes it holds the portal's lock, which holds across machines; a container has a new name each time."""
    run_id = start_run(engine, "lao_cai", "full")
    with engine.begin() as connection:
        connection.execute(text("UPDATE run SET host = 'elsewhere'"))
    assert close_stale(engine, "lao_cai") == [run_id]

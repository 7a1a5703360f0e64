"""Several machines as deploy/compose.yaml has them: one dies in the middle, ticks are missed, nobody comes in unasked."""

import os
import signal
from pathlib import Path

import pytest

from tests.operation import until
from tests.replicas import serve
from tests.topology import PASSWORD, USER, topology

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]
PORTALS = ("lao_cai", "long_an_hcc", "tien_giang")


def test_a_worker_killed_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    with serve(seed=11, articles=45) as replicas:
        settings = {
            "CONGTIN_CONNECT_TO": replicas.connect_to,
            "CONGTIN_CA_FILE": str(replicas.ca_file),
            "CONGTIN_DELAY": "0.3",
            "CONGTIN_DISK_RESERVE_MB": "1",
            "CONGTIN_SEGMENT_MINUTES": "0.1",
            "CONGTIN_SERVE_RUNS": "2",
        }
        with topology(tmp_path, settings) as all_of_it:
            assert all_of_it.refuses(None)
            assert all_of_it.refuses(f"{USER}:wrong")
            assert not all_of_it.refuses(f"{USER}:{PASSWORD}")
            all_of_it.work("a")
            all_of_it.work("b")
            first = [all_of_it.trigger(portal) for portal in PORTALS]

            def both_at_work() -> bool:
                at = [len(list((tmp_path / name / "archive").glob("*/*.warc.gz*"))) for name in ("a", "b")]
                return min(at) > 0

            until(both_at_work, 300, "both workers to archive something")
            mine = [file.stem for file in (tmp_path / "a" / "flows").glob("*.json")]
            assert 0 < len(mine) < len(PORTALS)
            all_of_it.kill("a")
            others = [run for run in first if run not in mine]
            assert set(all_of_it.ended(others)) <= {"Tốt [ok]", "Được một phần [partial]"}
            # What the dead machine had under way the other one does anew, twice asked for: one run each is enough.
            lost = [portal for portal, run in zip(PORTALS, first, strict=True) if run in mine]
            again = [all_of_it.trigger(portal) for portal in lost for _ in (1, 2)]
            ends = all_of_it.ended(again)
            assert len(ends) == 2 * len(lost)
            assert sum("[ok]" in one or "[quiet]" in one for one in ends) >= len(lost)
            for portal in PORTALS:
                titles = [row[0] for row in all_of_it.rows(f"SELECT title FROM v1_articles WHERE portal = '{portal}'")]
                assert sorted(titles) == sorted(truth.title for truth in replicas.truth(portal)), portal
            assert all_of_it.rows("SELECT count(*) FROM capture WHERE state = 'pending'")[0][0] == 0
            code, out, err = all_of_it.command("doctor", "--full", machine="c")
            assert code == 0, out + err
            assert all_of_it.workers["b"].poll() is None
            os.kill(all_of_it.workers["b"].pid, signal.SIGTERM)
            assert all_of_it.workers["b"].wait(120) == 0
            until(lambda: not all_of_it.processes("b"), 30, "no process of it")

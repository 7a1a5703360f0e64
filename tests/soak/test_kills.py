"""kill -9 again and again over five portals, then a run to the end: nothing lost, nothing twice."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.replicas import serve

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]
KILLS = 25


def test_killed_again_and_again(tmp_path: Path) -> None:
    congtin = shutil.which("congtin", path=str(Path(sys.executable).parent))
    assert congtin
    moments = random.Random(25)
    with serve(seed=21, articles=60) as replicas:
        environment = {
            **os.environ,
            "CONGTIN_VAR": str(tmp_path),
            "CONGTIN_CONNECT_TO": replicas.connect_to,
            "CONGTIN_CA_FILE": replicas.ca_file,
            "CONGTIN_DELAY": "0.05",
        }
        command = [congtin, "ingest", "--all"]
        for _ in range(KILLS):
            run = subprocess.Popen(command, env=environment, start_new_session=True, stdout=-3, stderr=-3)
            time.sleep(moments.uniform(1.5, 9))
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        with sqlite3.connect(tmp_path / "congtin.db") as database:
            for portal in ("kien_giang_kien_luong", "lao_cai", "long_an_baolongan", "long_an_hcc", "tien_giang"):
                truths = [truth for truth in replicas.truth(portal) if not truth.gone]
                titles = [
                    row[0] for row in database.execute("SELECT title FROM v1_articles WHERE portal = ?", (portal,))
                ]
                assert sorted(titles) == sorted(truth.title for truth in truths), portal
            versions, articles = (
                database.execute(f"SELECT count(*) FROM {view}").fetchone()[0]
                for view in ("v1_article_versions", "v1_articles")
            )
            assert versions == articles
            pending = database.execute("SELECT count(*) FROM capture WHERE state = 'pending'").fetchone()[0]
            assert pending == 0
        assert not list(tmp_path.rglob("*.open")), "every segment is sealed"

"""A slip says of a run which process does it, and whether that lives, however it ended."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from flows.steps.slips import find_slips, hold_slip

HOLD = """
import sys, time
from pathlib import Path
from flows.steps.slips import hold_slip
with hold_slip(Path(sys.argv[1]), "run-1", "lao_cai") as slip:
    slip.begun("20250101T000000-abcdef")
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_slip_of_a_killed_process_is_held_no_more(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        (found,) = find_slips(tmp_path)
        assert found.held
        assert found.flow_run == "run-1"
        assert found.slip is not None
        assert (found.slip.pid, found.slip.portal, found.slip.run_id) == (
            child.pid,
            "lao_cai",
            "20250101T000000-abcdef",
        )
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    (found,) = find_slips(tmp_path)
    assert not found.held
    assert found.slip is not None


def test_a_slip_that_cannot_be_read_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "run-2.json").write_text("{", encoding="utf-8")
    with hold_slip(tmp_path, "run-3", "lao_cai"):
        assert [(one.flow_run, one.slip is None, one.held) for one in find_slips(tmp_path)] == [
            ("run-2", True, False),
            ("run-3", False, True),
        ]
    assert find_slips(tmp_path / "khong-co") == []

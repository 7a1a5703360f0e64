"""What the lock installs starts. Clean installs have broken on trafilatura; on Prefect's server too (tests/e2e/prefect)."""

import subprocess
import sys


def test_trafilatura_imports() -> None:
    done = subprocess.run([sys.executable, "-c", "import trafilatura"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

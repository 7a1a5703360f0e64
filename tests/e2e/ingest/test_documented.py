"""Every command that the documents show is run as it stands there."""

import gzip
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from storage.settings import PROJECT_ROOT
from tests.e2e.ingest.site import House
from tests.replicas import serve

SAVED = PROJECT_ROOT / "tests/cases/lao_cai/tong_ket_nhiem_vu/page.html.gz"
PAGES = [PROJECT_ROOT / "README.md", PROJECT_ROOT / "CONTRIBUTING.md", *sorted((PROJECT_ROOT / "docs").glob("*.md"))]
WALKED = [PROJECT_ROOT / "docs" / name for name in ("add-a-portal.md", "mend-a-portal.md")]
"""Pages whose commands follow each other from a new portal on: a test of its own walks them, among the soak tests."""

OPERATED = {"congtin serve", "congtin deploy", "congtin work"}
"""Commands that need a server or are one: tests/browser/test_operating.py and tests/soak/test_many_machines.py run them."""


def shown(page: Path) -> list[str]:
    """The commands of a page's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    lines = (line.strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def test_make_targets_exist() -> None:
    named = {name for page in PAGES for name in re.findall(r"`make ([a-z-]+)`", page.read_text(encoding="utf-8"))}
    named |= {line.split()[1] for page in PAGES for line in shown(page) if line.startswith("make ")}
    assert {"demo", "test", "lint"} <= named
    for name in sorted(named):
        done = subprocess.run(
            ["make", "--dry-run", name], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"make {name}: {done.stderr}"


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_commands_of_the_readme(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    every = dict.fromkeys(line for page in PAGES if page not in WALKED for line in shown(page))  # each once
    commands = [line for line in every if not line.startswith("make ") and line not in OPERATED]
    assert any(line.startswith("congtin ingest") for line in commands)
    _run(commands, house, tmp_path, monkeypatch)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_portal_is_added_and_mended_as_the_pages_say(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = [line for page in WALKED for line in shown(page)]
    assert len(commands) == 9
    _run(commands, house, tmp_path, monkeypatch)


def _run(commands: list[str], house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "page.html").write_bytes(gzip.decompress(SAVED.read_bytes()))
    monkeypatch.chdir(folder)
    with serve(seed=11, articles=12) as replicas:
        monkeypatch.setenv("CONGTIN_CONNECT_TO", replicas.connect_to)
        monkeypatch.setenv("CONGTIN_CA_FILE", replicas.ca_file)
        for line in commands:
            program, *arguments = shlex.split(line)
            assert program == "congtin", line
            code, out, err = house.run(*arguments)
            assert code == 0, f"{line}\n{out}\n{err}"
            assert out.strip(), line


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_the_demo_ends_well(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.demo", "--var", str(tmp_path), "--articles", "12"]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Lượt 2 không thêm" in done.stdout

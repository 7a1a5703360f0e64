"""`congtin portal check`: each thing that is wrong is told with its place and what to do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawlers import portals
from flows.cli import app
from flows.steps.portals import cases
from flows.steps.portals.check import check
from flows.steps.portals.tried import RawPage, try_page
from storage.settings import settings
from tests.unit.portals.test_try import FETCHED, PAGE, URL

GOOD = Path(portals.__file__).with_name("lao_cai.py").read_text(encoding="utf-8").replace('"lao_cai"', '"thu"')


def with_rules(*given: str) -> str:
    made = "".join(f"Rules({one})," for one in given)
    text = GOOD.replace("    expect=", f"    rules=({made}),\n    expect=")
    return text.replace("Lifecycle, Listing, Portal,", "Lifecycle, Listing, Portal, Rules,").replace(
        "from crawlers.portal", "from datetime import date\n\nfrom crawlers.portal"
    )


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CONGTIN_PORTALS", str(tmp_path))
    settings.cache_clear()
    yield tmp_path / "thu.py"
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize("name", sorted(path.stem for path in portals.HERE.glob("[a-z]*.py")))
def test_ours_are_good(name: str) -> None:
    assert check(name, portals.portal_files()[name]) == []


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (GOOD.replace("Ủy ban", "TODO: Ủy ban"), 3, "TODO"),
        (GOOD.replace("Caveats:", "Lưu ý:"), 1, "Caveats"),
        (GOOD.replace('"vnportal"', '"vnportall"'), None, "vnportall"),
        (GOOD.replace('province="10"', 'province="00"'), None, "00"),
        (GOOD.replace("lifecycle_note", "lifecycle_nte"), 11, "lifecycle_nte"),
        (GOOD.replace("listings=(", "listings=(("), 11, "SyntaxError"),
        (with_rules("evidence='thấy', title=('h1 >> b',)"), None, "h1 >> b"),
        (with_rules("title=('h1',)"), None, "thấy ở đâu"),
        (
            with_rules("evidence='a', valid_from=date(2026, 1, 1)", "evidence='b', valid_to=date(2026, 2, 1)"),
            None,
            "2026-01-01",
        ),
        (
            with_rules("evidence='a', valid_from=date(2026, 1, 2), valid_to=date(2026, 1, 1)"),
            None,
            "hết hạn 2026-01-01",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(file: Path, text: str, line: int | None, says: str) -> None:
    file.write_text(text, encoding="utf-8")
    problems = check("thu", file)
    assert len(problems) == 1, problems
    assert problems[0].where == (f"{file}:{line}" if line else str(file))
    assert says in problems[0].what
    assert problems[0].todo


def test_rules_that_follow_each_other_are_good(file: Path) -> None:
    older = "evidence='b', title=('h2',), valid_to=date(2025, 12, 31)"
    file.write_text(with_rules("evidence='a', title=('h1',), valid_from=date(2026, 1, 1)", older), encoding="utf-8")
    assert check("thu", file) == []


def test_a_case_that_reads_otherwise_is_told_by_its_field(file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8")
    portal = portals.load("thu")
    case = cases.save(try_page(RawPage(URL, PAGE.encode(), FETCHED), portal), portal, cases.cases_beside(file))
    assert check("thu", file) == []
    expected = (case / "expected.json").read_text(encoding="utf-8")
    (case / "expected.json").write_text(expected.replace("Họp báo tháng sáu", "Họp báo"), encoding="utf-8")
    (problem,) = check("thu", file)
    assert (problem.where, problem.what.split(":")[0]) == (str(case), "title")
    (case / "meta.json").write_text("{}", encoding="utf-8")
    assert "hỏng" in check("thu", file)[0].what


def test_the_command_tells_all_and_mends_what_needs_no_judgement(file: Path) -> None:
    run = CliRunner()
    file.write_text(GOOD.replace("portal = Portal(", "portal = Portal(   ") + "\n\n", encoding="utf-8")
    (file.parent / "hong.py").write_text("1/0", encoding="utf-8")
    said = run.invoke(app, ["portal", "check"])
    assert said.exit_code == 1
    assert f"{file.parent / 'hong.py'}:1: ZeroDivisionError" in said.output
    fixed = run.invoke(app, ["portal", "check", "thu", "--fix"])
    assert fixed.exit_code == 0, fixed.output
    assert file.read_text(encoding="utf-8") == GOOD
    assert run.invoke(app, ["portal", "check", "la"]).exit_code == 2

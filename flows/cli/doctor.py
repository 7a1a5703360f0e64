"""`congtin doctor`: proves the invariants on a live installation."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.common import answering, fail, open_database

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from flows.steps.doctor import Checked, Scope

BROKEN = 1
"""Exit code when something is found; 0 when all holds."""
_WIDTH = 78
_SHOWN = 20


def doctor(
    portal: Annotated[list[str] | None, typer.Argument(help="Tên các cổng; bỏ trống là mọi cổng.")] = None,
    *,
    run: Annotated[str | None, typer.Option(help="Chỉ khám một lần chạy.", show_default=False)] = None,
    full: Annotated[bool, typer.Option("--full", help="Khám tất cả, đọc lại mọi bài.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Khám kho lưu và cơ sở dữ liệu: mười điều bất biến I1–I10 (docs/reliability.md).

    Không có --run hay --full thì khám lần chạy cuối của mỗi cổng. Mã thoát: 0 tốt, 1 có phát hiện, 2 dùng sai,
    29 cơ sở dữ liệu không trả lời.
    """
    if (run is not None) + full + bool(portal) > 1 and run is not None:
        fail("--run không đi cùng --full hay tên cổng")
    engine = open_database()
    with answering():
        scopes = _scopes(engine, portal or [], run, full=full)
        checked = asyncio.run(_examine(scopes))
    engine.dispose()
    if as_json:
        _print_json(checked)
    else:
        _print(checked, scopes)
    if any(one.findings for one in checked):
        raise typer.Exit(BROKEN)


def _scopes(engine: "Engine", names: Sequence[str], run: str | None, *, full: bool) -> "list[Scope]":
    """Return what is to be examined: one run, the last run of each portal, or all that there is."""
    from crawlers.portals import PortalError, load
    from flows.steps.doctor import Scope, secrets_of
    from storage.archive import portals
    from storage.database.runs import last_runs, portal_of
    from storage.settings import settings

    if run is not None:
        of = portal_of(engine, run)
        if of is None:
            fail(f"không có lần chạy {run!r}; xem `congtin status`")
        chosen: dict[str, str | None] = {of: run}
    else:
        chosen = dict(last_runs(engine))
        if full:
            chosen = dict.fromkeys(sorted({*portals(settings().archive), *chosen}))
        if unknown := [name for name in names if name not in chosen]:
            fail(f"chưa có lần chạy nào của {', '.join(unknown)}")
        chosen = {name: chosen[name] for name in names or sorted(chosen)}
    secrets = secrets_of(settings())
    scopes = []
    for name, run_id in chosen.items():
        try:
            facts = load(name)
        except PortalError:
            facts = None
        scopes.append(Scope(engine, settings().archive, settings().var, name, facts, run_id, secrets=secrets))
    return scopes


async def _examine(scopes: "Sequence[Scope]") -> "list[Checked]":
    from flows.steps.doctor import examine, merged
    from flows.steps.reading import Readers
    from storage.settings import settings

    found = []
    with Readers(settings().archive, workers=settings().readers, deadline=settings().read_timeout) as readers:
        for scope in scopes:
            found += await examine(scope, readers)
    return merged(found)


def _print(checked: "Sequence[Checked]", scopes: "Sequence[Scope]") -> None:
    """Print a line an invariant, then what was found, folded to the width of a screen."""
    import textwrap

    what = ", ".join(f"{scope.name} ({scope.run_id or 'tất cả'})" for scope in scopes) or "chưa có gì"
    print(textwrap.fill(f"Khám: {what}", _WIDTH))
    print(f"{'':4} {'điều kiện':<52} {'đã xem':>9} {'sai':>6}")
    for one in checked:
        print(f"{one.invariant.value:<4} {one.label:<52} {one.count:>9} {len(one.findings) or '–':>6}")
    for one in checked:
        for finding in one.findings[:_SHOWN]:
            print()
            said = f"{one.invariant.value} {finding.portal}: {finding.subject}: {finding.what}"
            print(textwrap.fill(said, _WIDTH, subsequent_indent="   ", break_on_hyphens=False))
            print(textwrap.fill(f"→ {finding.todo}", _WIDTH, initial_indent="   ", subsequent_indent="     "))
        if len(one.findings) > _SHOWN:
            print(f"\n{one.invariant.value}: … và {len(one.findings) - _SHOWN} phát hiện nữa (xem --json)")
    if not any(one.findings for one in checked):
        print("Mọi điều đều giữ.")


def _print_json(checked: "Sequence[Checked]") -> None:
    import json

    print(
        json.dumps(
            [
                {
                    "invariant": one.invariant.value,
                    "label": one.label,
                    "checked": one.count,
                    "findings": [asdict(finding) for finding in one.findings],
                }
                for one in checked
            ],
            ensure_ascii=False,
            indent=1,
        )
    )

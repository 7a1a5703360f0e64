"""`congtin search`: articles by their words and by the numbers of documents that they name."""

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.common import answering, fail, open_database, parse_day, screen

if TYPE_CHECKING:
    from rich.text import Text

    from storage.consume.snippets import Cut

NOTHING = 1
"""Exit code when nothing is found."""


def search(
    query: Annotated[
        str,
        typer.Argument(
            metavar="TỪ",
            help='Từ cần tìm, có dấu hay không dấu; "cụm từ" trong ngoặc kép; chữ* tìm theo đầu từ; số hiệu văn bản.',
            show_default=False,
        ),
    ],
    *,
    portal: Annotated[str | None, typer.Option(help="Chỉ tìm trong cổng này.")] = None,
    section: Annotated[str | None, typer.Option(help="Chỉ tìm trong chuyên mục này, có dấu hay không dấu.")] = None,
    since: Annotated[str | None, typer.Option(help="Từ ngày này (YYYY-MM-DD).")] = None,
    until: Annotated[str | None, typer.Option(help="Đến hết ngày này (YYYY-MM-DD).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Số bài nhiều nhất.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON, mỗi bài một dòng.")] = False,
) -> None:
    """Tìm bài theo từ ngữ hoặc số hiệu văn bản."""
    from storage.consume.search import Filters, parse
    from storage.consume.search import search as find

    if not parse(query):
        fail(f"{query!r} không có từ nào để tìm")
    filters = Filters(
        portal,
        section,
        parse_day(since, "--since") if since else None,
        parse_day(until, "--until") if until else None,
    )
    engine = open_database()
    with answering():
        hits = find(engine, query, filters, limit=limit)
    engine.dispose()
    if not hits:
        fail(f"không thấy bài nào có {query!r}", NOTHING)
    if as_json:
        import json
        from dataclasses import asdict

        for hit in hits:
            typer.echo(json.dumps(asdict(hit), ensure_ascii=False))
        return
    console = screen()
    for hit in hits:
        console.print(_marked(hit.title, "bold"))
        console.print(_marked(hit.snippet, ""))
        section_said = f" · {hit.section}" if hit.section else ""
        console.print(f"{hit.article_id} · {hit.portal} · {hit.sort_date}{section_said}", style="dim", markup=False)
        console.print(hit.url, style="dim", markup=False, soft_wrap=True)
        console.print()


def _marked(cut: "Cut", style: str) -> "Text":
    from rich.text import Text

    made = Text(cut.text, style=style)
    for start, end in cut.spans:
        made.stylize("bold yellow", start, end)
    return made

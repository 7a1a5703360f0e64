"""`congtin links`: near-duplicates, stories, and the follower that finds them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.common import answering, find_one, open_database, screen, table

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(help="Bài trùng, bài gần trùng và nhóm tin.", no_args_is_help=True)


@app.command("follow")
def follow() -> None:
    """Đọc nguồn thay đổi, tìm bài trùng đến bài mới nhất (mỗi lần thu thập đã tự làm)."""
    from storage.database import links

    engine = open_database()
    with answering():
        done = links.follow(engine)
    engine.dispose()
    typer.echo(f"{done.changes} thay đổi, {done.articles} bài được so, {done.links} liên kết")
    for merge in done.merges:
        typer.echo(f"nhóm tin {merge.story_id} " + (f"nhập vào nhóm {merge.into}" if merge.into else "không còn"))


@app.command("show")
def show(
    ref: Annotated[str, typer.Argument(metavar="URL|ID", help="Địa chỉ hoặc số của bài.", show_default=False)],
) -> None:
    """Xem các bài trùng, gần trùng của một bài, và nhóm tin của nó."""
    from storage.consume.likes import like_articles

    engine = open_database()
    with answering():
        links, story = like_articles(engine, find_one(engine, ref))
    engine.dispose()
    if not links:
        typer.echo("không có bài nào giống bài này")
    print_links(screen(), links, story)


def print_links(console: "Console", links: Sequence[Mapping[str, Any]], story: Sequence[Mapping[str, Any]]) -> None:
    """Print the links of an article, and the articles of its story; nothing where there are none."""
    from rich.text import Text

    from storage.vocabulary import LINK_LABELS, LinkKind

    if links:
        shown = table("Bài giống", "bài", "cổng", "quan hệ", "giống", "có trước", "tiêu đề", numbers=("giống",))
        for one in links:
            first = "bài kia" if one["first_article_id"] == one["other_article_id"] else "bài này"
            shown.add_row(
                str(one["other_article_id"]),
                Text(one["other_portal"]),
                f"{LINK_LABELS[LinkKind(one['kind'])]} [{one['kind']}]",
                f"{one['similarity']:.2f}",
                f"{first} [{one['first_basis']}]",
                Text(one["title"]),
            )
        console.print(shown)
    if story:
        shown = table(f"Nhóm tin {story[0]['story_id']}", "bài", "cổng", "có trước", "ngày", "tiêu đề")
        for one in story:
            first = "đầu tiên" if one["is_first"] else ""
            shown.add_row(str(one["article_id"]), Text(one["portal"]), first, str(one["sort_date"]), Text(one["title"]))
        console.print(shown)

"""Each CMS family's own way of turning pages, against servers that accept nothing else."""

import urllib.request

from crawlers.plan import ListingState, Stop
from storage.addresses import address_key
from storage.archive import posted, read
from storage.vocabulary import Purpose
from tests.e2e.crawl.runs import HOST, Bench, next_state
from tests.e2e.crawl.site import Page, Reply, Request, Site, articles, listing_page, rows, serve

LOAD_ARTICLE = "/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle"
COUNT, SIZE = 23, 5
LAST = 5


def page_rows(number: int, prefix: str, count: int = COUNT) -> list[tuple[str, str, str]]:
    first = (number - 1) * SIZE + 1
    return rows(range(first, min(count, first + SIZE - 1) + 1), prefix)


def crawl_to_the_end(bench: Bench, site: Site, platform: str, path: str) -> None:
    """The listing is read to its end, every article once; a second run that knows all of it stops at the mark."""
    with serve(site):
        bench.portal(site, path, platform=platform)
        first = bench.crawl()
        assert (first.listings[0].stop, first.listings[0].pages) == (Stop.END, LAST), first
        assert first.requests[Purpose.ARTICLE] == len(set(bench.fetched())) == COUNT
        assert first.failures == ()
        known = frozenset(map(address_key, bench.fetched()))
        second = bench.crawl(listings=(next_state(bench, ListingState(key="tin"), first),), fetched=known)
    assert second.listings[0].stop is Stop.MARK
    assert second.requests == {Purpose.ROBOTS: 1, Purpose.LISTING: 3}


def vnportal_site(count: int = COUNT) -> Site:
    prefix = "/tin-thoi-su/bai-viet-so"

    def load(request: Request) -> Reply | str:
        form = request.form
        expected = {
            "article_category_id": "1234",
            "site_id": "17",
            "page_size": str(SIZE),
            "no": f"-{SIZE}",
            "articlelang": "vi-VN",
        }
        if {name: form.get(name) for name in expected} != expected or form["categoryIds"] != "12,13":
            return Reply("sai", 500)
        if not request.headers.get("referer", "").endswith("/tin-thoi-su"):
            return Reply("sai", 403)
        page = listing_page(page_rows(int(form["page"]), prefix, count))
        return page.partition('<ul class="ArticleList">')[2].partition("</ul>")[0]

    script = f"""<ul class="pagination"></ul><script>
      var maxPage = parseInt({-(-count // SIZE)});
      function LoadPage(page) {{
        $.ajax({{ type: "POST", url: "{LOAD_ARTICLE}",
          data: {{ article_category_id: 1234, categoryIds: "12,13", site_id: 17, page: page, page_size: {SIZE},
                  keyword: $('#kw').val(), show_post_date: "True", number_of_day: 3, no: (0 - {SIZE}) }},
          success: function (html) {{ $('.ArticleList').html(html); }} }});
      }}
    </script>"""
    first = listing_page(page_rows(1, prefix, count), script)
    return Site({"/tin-thoi-su": first, LOAD_ARTICLE: load, **articles(range(1, count + 1), prefix)})


def test_vnportal(bench: Bench) -> None:
    site = vnportal_site()
    crawl_to_the_end(bench, site, "vnportal", "/tin-thoi-su")
    pages = [(capture.page, capture.url) for capture, _ in bench.captures() if capture.purpose is Purpose.LISTING]
    assert pages[:3] == [
        (1, f"http://{HOST}/tin-thoi-su"),
        (2, f"http://{HOST}{LOAD_ARTICLE}"),
        (3, f"http://{HOST}{LOAD_ARTICLE}"),
    ]


def test_what_was_posted_can_be_posted_again_from_the_archive(bench: Bench) -> None:
    site = vnportal_site()
    with serve(site):
        bench.portal(site, "/tin-thoi-su", platform="vnportal")
        bench.crawl()
        first, *others = [pair for pair in bench.captures() if pair[0].purpose is Purpose.LISTING]
        assert len(others) == LAST - 1
        assert posted(bench.archive, bench.name, first[1]) is None
        for capture, place in others:
            sent = posted(bench.archive, bench.name, place)
            assert sent is not None
            assert f"page={capture.page}&" in sent.body.decode()
            asked = urllib.request.Request(capture.url, sent.body, dict(sent.headers))
            asked.set_proxy(f"127.0.0.1:{site.port}", "http")
            asked.selector = LOAD_ARTICLE
            with urllib.request.urlopen(asked) as answer:
                assert answer.read() == read(bench.archive, bench.name, place)[1]


def test_vnportal_jumps_over_open_pages(bench: Bench) -> None:
    site = vnportal_site(60)
    with serve(site):
        bench.portal(site, "/tin-thoi-su", platform="vnportal")
        first = bench.crawl(max_requests=49)
        state = next_state(bench, ListingState(key="tin"), first)
        assert (first.listings[0].stop, state.open_pages) == (Stop.BUDGET, 8)
        known = frozenset(map(address_key, bench.fetched()))
        site.seen.clear()
        second = bench.crawl(listings=(state,), fetched=known)
    assert second.listings[0].stop is Stop.END
    assert [seen.form["page"] for seen in site.seen if seen.method == "POST"] == [
        "2",
        "3",
        "7",
        "8",
        "9",
        "10",
        "11",
        "12",
    ]
    assert len(set(bench.fetched())) == len(bench.fetched()) == 60


def test_liferay(bench: Bench) -> None:
    portlet = "101_INSTANCE_aBc1"

    def address(number: int) -> str:
        return (
            f"/tin-tuc?p_p_id={portlet}&p_p_lifecycle=0&p_p_state=normal&p_p_mode=view&p_p_col_id=column-1"
            f"&_{portlet}_delta={SIZE}&_{portlet}_keywords=&_{portlet}_cur={number}"
        )

    pages: dict[str, Page] = dict(articles(range(1, COUNT + 1), "/chi-tiet-tin?/bai-viet-so"))
    for number in range(1, LAST + 1):
        onward = (
            f'<ul class="lfr-pagination-buttons pager"><li class="first"><a href="http://{HOST}{address(1)}"> ← Đầu tiên </a></li>'
            f'<li><a href="http://{HOST}{address(number - 1)}"> Trước </a></li>'
            if number > 1
            else '<ul class="pager">'
        )
        if number < LAST:
            onward += f'<li><a href="http://{HOST}{address(number + 1)}"> Tiếp theo </a></li>'
            onward += f'<li class="last"><a href="http://{HOST}{address(LAST)}"> Cuối cùng → </a></li>'
        html = listing_page(page_rows(number, "/chi-tiet-tin?/bai-viet-so"), onward.replace("&", "&amp;") + "</ul>")
        pages[address(number)] = html
        if number == 1:
            pages["/tin-tuc"] = html
    site = Site(pages)
    crawl_to_the_end(bench, site, "liferay", "/tin-tuc")
    assert "/chi-tiet-tin?/bai-viet-so-7" in site.targets()


def test_sharepoint_view(bench: Bench) -> None:
    base = "/Lists/TinTuc/AllItems.aspx"
    pages: dict[str, Page] = dict(articles(range(1, COUNT + 1), "/Lists/TinTuc/DispForm.aspx?ID="))

    def address(number: int, back: bool = False) -> str:
        first = (number - 1) * SIZE + 1
        prev = "&PagedPrev=TRUE" if back else ""
        return f"{base}?Paged=TRUE{prev}&p_Created=20240301%2003:{number:02}:00&p_ID={100 - first}&PageFirstRow={first}&View=%7bA1%7d"

    for number in range(1, LAST + 1):
        cells = ""
        if number > 1:
            script = address(number - 1, back=True).replace("&", "\\u0026")
            cells += f'<td><a href="javascript:" onclick="javascript:RefreshPageTo(event, &quot;{script}&quot;);return false;"><img alt="Previous"></a></td>'
        if number < LAST:
            script = address(number + 1).replace("&", "\\u0026")
            cells += f'<td><a onclick="javascript:RefreshPageTo(event, &quot;{script}&quot;);javascript:return false;" href="javascript:"><img src="/_layouts/next.gif" alt="Next"></a></td>'
        html = listing_page(
            [
                (f"/Lists/TinTuc/DispForm.aspx?ID={url.rpartition('-')[2]}", title, date)
                for url, title, date in page_rows(number, "/x")
            ],
            f'<table class="ms-bottompaging"><tr>{cells}</tr></table>',
        )
        pages[address(number)] = html
        if number == 1:
            pages[base] = html
    for number in range(1, COUNT + 1):
        pages[f"/Lists/TinTuc/DispForm.aspx?ID={number}"] = f"<html><body><h1>Bài {number}</h1></body></html>"
    crawl_to_the_end(bench, Site(pages), "sharepoint", base)


def test_sharepoint_numbered(bench: Bench) -> None:
    prefix = "/trang/TinTuc/1/bai-viet-so"
    pages: dict[str, Page] = dict(articles(range(1, COUNT + 1), prefix))
    for number in range(1, LAST + 1):
        links = "".join(f'<a href="?Page={n}">{n}</a> ' for n in range(1, LAST + 1) if n != number)
        html = listing_page(page_rows(number, prefix), f'<div class="phantrang">{links}</div>')
        pages[f"/trang/TinTuc?Page={number}"] = html
        if number == 1:
            pages["/trang/TinTuc"] = html
    crawl_to_the_end(bench, Site(pages), "sharepoint", "/trang/TinTuc")


def test_baolongan(bench: Bench) -> None:
    prefix = "/bai-viet-so"
    pages: dict[str, Page] = {}
    for number in range(1, COUNT + 1):
        pages[f"{prefix}-a{number}.html"] = f"<html><body><h1>Bài {number}</h1></body></html>"
    for number in range(1, LAST + 1):
        listed = [
            (f"{prefix}-a{url.rpartition('-')[2]}.html", title, date) for url, title, date in page_rows(number, prefix)
        ]
        onward = (
            f'<div class="fright"><a href="/long-an/?p={number - 1}&amp;d=">&lt;</a>'
            if number > 1
            else '<div class="fright">'
        )
        if number < LAST:
            onward += f'<a href="/long-an/?p={number + 1}&amp;d="> &gt; </a>'
        html = listing_page(listed, onward + "</div>")
        pages[f"/long-an/?p={number}&d="] = html
        if number == 1:
            pages["/long-an/"] = html
    crawl_to_the_end(bench, Site(pages), "baolongan", "/long-an/")

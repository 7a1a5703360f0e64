"""More listing pages, of makes that the reader was not developed on."""

from tests.unit.reading_listing.pages import DATES, LEADS, SLUGS, TITLES, Page, Truth, day, frame, menu, truths


def flat_siblings() -> Page:
    """Date, heading and paragraph as siblings without a wrapper; named next link; a box of most read stories."""

    def address(i: int) -> str:
        return f"https://sonn.example.gov.vn/tin-tuc/{SLUGS[i]}"

    rows = "".join(
        f'<small>Ngày đăng: {day(i)} 08:0{i}</small><h3><a href="{address(i)}">{TITLES[i]}</a></h3><p>{LEADS[i]} <a href="{address(i)}">Xem tiếp</a></p>'
        for i in range(6)
    )
    read = "".join(f'<li><a href="/tin-tuc/doc-{SLUGS[i]}-cu">{TITLES[i]} (bài cũ)</a></li>' for i in range(6))
    content = (
        f'<div class="w70"><h1>Tin tức</h1>{rows}<div class="pg"><a href="/tin-tuc?trang=1">Trang trước</a> Trang 2/14 '
        f'<a href="/tin-tuc?trang=3">Trang sau</a></div></div><div class="w30"><h4>Xem nhiều</h4><ul>{read}</ul></div>'
    )
    return Page(
        "https://sonn.example.gov.vn/tin-tuc?trang=2",
        frame(content, menu=menu()),
        truths(address, 6),
        "https://sonn.example.gov.vn/tin-tuc?trang=3",
        14,
    )


def document_table() -> Page:
    """A table of notices with number, date and title; the list view's own paging address."""

    def address(i: int) -> str:
        return f"https://kh.example.gov.vn/Lists/ThongBao/DispForm.aspx?ID={60 + i}"

    rows = "".join(
        f'<tr><td>{i + 1}</td><td>{day(i)}</td><td><a href="/Lists/ThongBao/DispForm.aspx?ID={60 + i}">{TITLES[i]}</a></td>'
        f'<td><a href="/Lists/ThongBao/Attachments/{60 + i}/vb.pdf">Tải về</a></td></tr>'
        for i in range(7)
    )
    content = (
        f"<div><h2>Thông báo</h2><table class='tb1'><tr><th>STT</th><th>Ngày</th><th>Trích yếu</th><th>Tệp</th></tr>{rows}</table>"
        '<table class="pn"><tr><td>1 - 7</td><td><a href="/Lists/ThongBao/AllItems.aspx?Paged=TRUE&amp;p_ID=53&amp;PageFirstRow=8">'
        '<img src="/_layouts/images/next.gif" alt="Next"></a></td></tr></table></div>'
    )
    return Page(
        "https://kh.example.gov.vn/Lists/ThongBao/AllItems.aspx",
        frame(content, menu=menu()),
        truths(address, 7, led=False),
        "https://kh.example.gov.vn/Lists/ThongBao/AllItems.aspx?Paged=TRUE&p_ID=53&PageFirstRow=8",
    )


def card_grid() -> Page:
    """Cards in a grid, each wholly inside its link; numbered pages with a gap and the last one."""

    def address(i: int) -> str:
        return f"https://www.tinhdoan.example.vn/bai-viet/{SLUGS[i]}-{i + 21}.html"

    def card(i: int) -> str:
        return (
            f'<div class="col-md-4"><a class="card-x" href="/bai-viet/{SLUGS[i]}-{i + 21}.html"><img src="/u/{i}.png" alt="">'
            f"<h5>{TITLES[i]}</h5><span class='t'><i class='fa'></i> {day(i)}</span><p>{LEADS[i]}</p></a></div>"
        )

    grid = "".join(f"<div class='row'>{''.join(card(i) for i in range(start, start + 3))}</div>" for start in (0, 3))
    pages = "".join(f'<li><a href="/chuyen-muc/phong-trao/page/{n}">{n}</a></li>' for n in (2, 3, 4))
    content = (
        f'<main><h1>Phong trào</h1>{grid}<ul class="phan-trang"><li class="on"><span>1</span></li>{pages}<li>...</li>'
        '<li><a href="/chuyen-muc/phong-trao/page/29">29</a></li><li><a href="/chuyen-muc/phong-trao/page/2"><i class="fa fa-angle-right"></i></a></li>'
        '<li><a href="/chuyen-muc/phong-trao/page/29">Cuối</a></li></ul></main>'
    )
    return Page(
        "https://www.tinhdoan.example.vn/chuyen-muc/phong-trao",
        frame(content, menu=menu()),
        truths(address, 6),
        "https://www.tinhdoan.example.vn/chuyen-muc/phong-trao/page/2",
        29,
    )


def bracketed_dates() -> Page:
    """A NukeViet-like module: category label on each row, date in brackets after the title, "»" as next."""

    def address(i: int) -> str:
        return f"https://bdt.example.gov.vn/vi/news/hoat-dong/{SLUGS[i]}-{310 + i}.html"

    rows = "".join(
        f'<div class="panel"><div class="pb clearfix"><a href="{address(i)[26:]}" title="{TITLES[i]}"><img alt="{TITLES[i]}" src="/t/{i}.jpg"></a>'
        f'<h2><a href="{address(i)[26:]}">{TITLES[i]}</a></h2> <em>({day(i)})</em><div class="cat"><a href="/vi/news/hoat-dong/">Hoạt động của Ban Dân tộc tỉnh</a></div>'
        f"<div>{LEADS[i]}</div></div></div>"
        for i in range(7)
    )
    content = (
        f'<div class="nc">{rows}<div class="gp"><ul><li class="active"><a href="#">1</a></li><li><a href="/vi/news/hoat-dong/page-2/">2</a></li>'
        '<li><a href="/vi/news/hoat-dong/page-3/">3</a></li><li><a href="/vi/news/hoat-dong/page-2/">»</a></li></ul></div></div>'
    )
    return Page(
        "https://bdt.example.gov.vn/vi/news/hoat-dong/",
        frame(content, menu=menu(address="/vi/{}/".format)),
        truths(address, 7),
        "https://bdt.example.gov.vn/vi/news/hoat-dong/page-2/",
    )


def old_tables() -> Page:
    """Old school: a table for each row in one cell, lead in a second line, script pager."""

    def address(i: int) -> str:
        return f"http://ubmttq.example.gov.vn/default.aspx?tabid=46&NDID={500 + i}&key={SLUGS[i]}"

    rows = "".join(
        f'<table width="100%"><tr><td rowspan="2"><img src="/i/{i}.gif"></td><td><a class="l{i}" href="default.aspx?tabid=46&amp;NDID={500 + i}&amp;key={SLUGS[i]}">'
        f'{TITLES[i]}</a> <font color="#888">- {day(i)}</font></td></tr><tr><td>{LEADS[i]}</td></tr></table><hr>'
        for i in range(5)
    )
    names = ("Giới thiệu chung về Mặt trận", "Lịch sử hình thành và phát triển", "Văn bản mới ban hành")
    standing = [f"<a href=default.aspx?tabid={number}>{name}</a>" for number, name in enumerate(names, 10)]
    content = (
        f'<table><tr><td width="160">{"<br>".join(standing)}'
        f"</td><td>{rows}<a href=\"javascript:__doPostBack('g','Page$2')\">2</a> <a href=\"javascript:__doPostBack('g','Page$3')\">3</a></td></tr></table>"
    )
    return Page("http://ubmttq.example.gov.vn/default.aspx?tabid=46", frame(content, menu=menu()), truths(address, 5))


def right_column() -> Page:
    """The list at the right of a menu column; calendar, slider and hot box with stories of the same form."""

    def address(i: int) -> str:
        return f"https://pct.example.gov.vn/pages/{SLUGS[i]}-{7000 + i}.aspx"

    rows = "".join(
        f'<div class="o-item"><div class="o-pic"><a href="{address(i)}"><img src="/p{i}.jpg" alt="anh dai dien"></a></div><div class="o-txt">'
        f'<a class="o-name" href="{address(i)}">{TITLES[i]}</a><div class="o-meta"><span>Thứ 4, Ngày {day(i)}, 11:0{i}</span><span>Lượt xem: {i}27</span></div>'
        f'<div>{LEADS[i]}</div><a href="{address(i)}">Chi tiết</a></div></div>'
        for i in range(5)
    )
    other = "".join(f'<li><a href="{address(i)}">{TITLES[i]}</a> <i>({day(i)})</i></li>' for i in range(5, 8))
    hot = "".join(
        f'<li><a href="https://pct.example.gov.vn/pages/{SLUGS[i]}-cu-{6000 + i}.aspx">{TITLES[i]} của năm ngoái</a></li>'
        for i in range(6)
    )
    content = (
        f'<div class="left-side"><div class="title">Tin đọc nhiều</div><ul>{hot}</ul><div class="calendar"><a href="?month=2&amp;year=2023">&lt;</a>'
        '<a href="?month=4&amp;year=2023">&gt;</a><a href="?day=1">1</a><a href="?day=2">2</a><a href="?day=3">3</a></div></div>'
        f'<div class="content right"><div class="slider"><a class="next" href="/pages/slide-9999.aspx?slide=2">&gt;</a></div><h2>Tin hoạt động</h2>{rows}'
        f'<div class="o-other"><h4>Các tin khác</h4><ul>{other}</ul></div>'
        '<div class="trang"><a href="/pages/tin.aspx?page=1">1</a> <b>2</b> <a href="/pages/tin.aspx?page=3">3</a> <a href="/pages/tin.aspx?page=4">4</a> '
        '<a href="/pages/tin.aspx?page=3">Tiếp</a></div></div>'
    )
    rows_true = tuple(Truth(address(i), TITLES[i], DATES[i], LEADS[i] if i < 5 else "") for i in range(8))
    return Page(
        "https://pct.example.gov.vn/pages/tin.aspx?page=2",
        frame(content, menu=menu()),
        rows_true,
        "https://pct.example.gov.vn/pages/tin.aspx?page=3",
    )


def headlines_only() -> Page:
    """Titles alone, in two columns under one section; side boxes of the same form; "Sau ›" as next."""

    def address(i: int) -> str:
        return f"https://xa.example.gov.vn/index.php/tin/{SLUGS[i]}"

    rows = "".join(f'<li><a href="/index.php/tin/{SLUGS[i]}">{TITLES[i]}</a></li>' for i in range(8))
    notices = "".join(f'<li><a href="/index.php/tin/tb-{SLUGS[i]}">{TITLES[i]} của xã</a></li>' for i in range(3))
    content = (
        f'<div id="c1"><h2>Tin tức</h2><ul class="ds">{rows}</ul><p><a href="/index.php/tin?start=8">Sau ›</a></p></div>'
        f"<aside><h3>Thông báo</h3><ul>{notices}</ul></aside>"
    )
    return Page(
        "https://xa.example.gov.vn/index.php/tin",
        frame(content, menu=menu(address="/index.php/{}".format)),
        truths(address, 8, dated=False, led=False),
        "https://xa.example.gov.vn/index.php/tin?start=8",
    )


def definition_list() -> Page:
    """Terms and descriptions, relative dates, a feature on top, cut titles with the whole in the tooltip."""

    def address(i: int) -> str:
        return f"https://baodp.example.vn/thoi-su/{202103240000 + i}/{SLUGS[i]}/"

    top = (
        f'<div class="lead-story"><a href="{address(0)}"><img src="/x.jpg" alt="x.jpg"></a><h2><a href="{address(0)}">{TITLES[0]}</a></h2>'
        f'<div class="sub">{LEADS[0]}</div></div>'
    )
    rest = "".join(
        f'<dt><a href="{address(i)}" title="{TITLES[i]}">{TITLES[i][:30]}...</a></dt><dd>{LEADS[i]}<br><span>{day(i)} | 10:0{i} AM</span></dd>'
        for i in range(1, 7)
    )
    content = f'<section>{top}<dl>{rest}</dl><div><a href="/thoi-su/?p=2" rel="next">Xem thêm</a></div></section>'
    return Page(
        "https://baodp.example.vn/thoi-su/",
        frame(content, menu=menu(address="/{}/".format)),
        tuple(Truth(address(i), TITLES[i], DATES[i] if i else "", LEADS[i]) for i in range(7)),
        "https://baodp.example.vn/thoi-su/?p=2",
    )


MORE = (
    flat_siblings,
    document_table,
    card_grid,
    bracketed_dates,
    old_tables,
    right_column,
    headlines_only,
    definition_list,
)

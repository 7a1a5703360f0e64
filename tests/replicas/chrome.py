"""The boilerplate around an article: menus, side blocks, statistics, polls, footers, scripts, view state."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from tests.replicas.markup import attr, esc
from tests.replicas.skins import Skin
from tests.replicas.text import ascii_words, slug

MENU: dict[str, tuple[str, ...]] = {
    "Giới thiệu": (
        "Tổng quan",
        "Lịch sử hình thành",
        "Điều kiện tự nhiên",
        "Bản đồ hành chính",
        "Tiềm năng và thế mạnh",
        "Chức năng, nhiệm vụ",
        "Sơ đồ tổ chức",
        "Danh bạ điện thoại",
        "Người phát ngôn",
    ),
    "Bộ máy chính quyền": (
        "Tỉnh ủy",
        "Hội đồng nhân dân",
        "Ủy ban nhân dân",
        "Đoàn đại biểu Quốc hội",
        "Các sở, ban, ngành",
        "Các hội, đoàn thể",
        "UBND cấp xã",
        "Đơn vị sự nghiệp",
    ),
    "Tin tức": (
        "Tin trong nước",
        "Tin trong tỉnh",
        "Kinh tế",
        "Văn hóa - Xã hội",
        "An ninh - Quốc phòng",
        "Khoa học - Công nghệ",
        "Giáo dục",
        "Y tế",
        "Môi trường",
        "Thể thao",
    ),
    "Văn bản": (
        "Văn bản quy phạm pháp luật",
        "Văn bản chỉ đạo điều hành",
        "Văn bản mới ban hành",
        "Góp ý dự thảo văn bản",
        "Công báo",
        "Hệ thống hóa văn bản",
        "Tra cứu văn bản",
    ),
    "Thủ tục hành chính": (
        "Bộ thủ tục hành chính",
        "Dịch vụ công trực tuyến",
        "Tra cứu hồ sơ",
        "Kết quả giải quyết",
        "Phản ánh kiến nghị",
        "Đánh giá mức độ hài lòng",
        "Thanh toán trực tuyến",
    ),
    "Công khai": (
        "Công khai ngân sách",
        "Công khai quy hoạch",
        "Công khai đất đai",
        "Mua sắm công",
        "Dự án đầu tư",
        "Báo cáo thống kê",
        "Khen thưởng - Xử phạt",
        "Kết quả thanh tra",
    ),
    "Doanh nghiệp": (
        "Thu hút đầu tư",
        "Khu công nghiệp",
        "Chính sách ưu đãi",
        "Hỏi đáp doanh nghiệp",
        "Hội nhập quốc tế",
        "Xúc tiến thương mại",
        "Danh mục dự án gọi vốn",
    ),
    "Du lịch": ("Điểm đến", "Lễ hội", "Ẩm thực", "Cơ sở lưu trú", "Tour tuyến", "Bản đồ du lịch", "Thư viện ảnh"),
    "Công dân": (
        "Hỏi đáp",
        "Lịch tiếp công dân",
        "Góp ý",
        "Đường dây nóng",
        "Việc làm",
        "Bảo hiểm xã hội",
        "Giải quyết khiếu nại, tố cáo",
        "Thăm dò dư luận",
    ),
    "Chuyên mục": (
        "Học tập và làm theo Bác",
        "Cải cách hành chính",
        "Chuyển đổi số",
        "Xây dựng nông thôn mới",
        "Phòng, chống tham nhũng",
        "Phổ biến pháp luật",
        "Biến đổi khí hậu",
        "Bầu cử",
    ),
    "Liên hệ": ("Sơ đồ cổng", "Liên hệ quản trị", "Đăng ký nhận tin", "Hướng dẫn sử dụng", "Điều khoản sử dụng", "RSS"),
}

_DOCUMENTS = (
    "Quyết định ban hành Quy chế làm việc nhiệm kỳ mới", "Kế hoạch tuyên truyền công tác dân số", "Công văn về việc treo cờ Tổ quốc dịp lễ",
    "Thông báo tuyển dụng viên chức sự nghiệp", "Chỉ thị về phòng, chống cháy rừng mùa khô", "Báo cáo tình hình kinh tế - xã hội quý",
    "Nghị quyết về phân bổ dự toán ngân sách", "Giấy mời họp Ban Chỉ đạo", "Quyết định công bố danh mục thủ tục hành chính", "Tờ trình đề nghị bổ sung kinh phí",
)  # fmt: skip
_POLL = ("Rất hài lòng", "Hài lòng", "Bình thường", "Chưa hài lòng")
BOILERPLATE_LINES: tuple[str, ...] = (
    *(label for group in MENU.values() for label in group), *_DOCUMENTS, *_POLL,
    "Thăm dò ý kiến", "Văn bản mới ban hành", "Liên kết website", "Bình chọn", "Chia sẻ bài viết", "Manage Permissions", "Version History",
    "Approval Status", "Last modified at by", "Skip Ribbon Commands", "Truy cập nội dung luôn", "Xem với cỡ chữ", "TIN NỔI BẬT:", "anh tin bai", "image banner",
    "Chung nhan Tin Nhiem Mang", "Danh sách tin - Danh mục tạm thời không có.", "Đang online", "Trong tuần", "Bản quyền thuộc", "Tin liên quan", "Dự báo thời tiết",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """A link to an article in a side block or below an article: address, title, date."""

    url: str
    title: str
    published: datetime


def menu(skin: Skin, address: str = "/{slug}") -> str:
    """A mega menu of some 90 links; `address` is the form of a category's address."""
    top = []
    for name, children in MENU.items():
        inner = "".join(
            f'<li class="{skin.cls("menu-2")} leaf" id="mn_{number}_{slug(child)}"><a class="{skin.cls("menu-link")}" title="{attr(child)}" '
            f'href="{address.format(slug=slug(child))}"><span class="{skin.cls("menu-text")}">{esc(child)}</span></a></li>\n'
            for number, child in enumerate(children)
        )
        top.append(
            f'<li class="{skin.cls("menu-1")} dropdown"><a href="{address.format(slug=slug(name))}" class="dropdown-toggle" data-toggle="dropdown">{esc(name)}'
            f'<b class="caret"></b></a>\n<div class="{skin.cls("menu-mega")} mega-dropdown-menu"><ul class="{skin.cls("menu-col")}">\n{inner}</ul></div></li>\n'
        )
    tag = skin.pick("tag:menu", ("nav", "div", "div"))
    return f'<{tag} class="{skin.cls("menu")} navbar" role="navigation"><ul class="nav navbar-nav">\n{"".join(top)}</ul></{tag}>\n'


def _side(skin: Skin, role: str, heading: str, inner: str) -> str:
    tag = skin.pick("tag:side-heading", ("h3", "h2", "div", "h4"))
    return f'<div class="{skin.cls("side")} {skin.cls(role)}"><{tag} class="{skin.cls("side-heading")}"><span>{esc(heading)}</span></{tag}>\n<div class="{skin.cls("side-body")}">{inner}</div></div>\n'


def hot_news(skin: Skin, links: Sequence[Link], heading: str) -> str:
    """A side block of dated links to articles."""
    items = "".join(
        f'<li><a href="{attr(link.url)}" title="{attr(link.title)}">{esc(link.title)}</a> <span class="{skin.cls("side-date")}">({link.published:%d/%m/%Y})</span></li>\n'
        for link in links
    )
    return _side(skin, "hot", heading, f"<ul>\n{items}</ul>")


def side_blocks(skin: Skin, hot: str) -> list[str]:
    """The side blocks in the skin's order, `hot` news among them."""
    rng = skin.rng("side-content")
    documents = "".join(
        f'<li><a href="/van-ban/{rng.randrange(100, 999)}">{rng.randrange(10, 4000)}/{rng.choice(("QĐ", "KH", "CT", "TB"))}-UBND</a> <em>{rng.randrange(1, 28):02}/{rng.randrange(1, 12):02}/2025</em>'
        f"<p>{esc(document)}</p></li>\n"
        for document in rng.sample(_DOCUMENTS, 6)
    )
    poll = "".join(
        f'<p><input type="radio" name="poll" id="p{n}" value="{n}" /><label for="p{n}">{esc(answer)}</label></p>'
        for n, answer in enumerate(_POLL)
    )
    options = "".join(
        f'<option value="https://{slug(name)}.gov.vn">{esc(name)}</option>'
        for name in ("Chính phủ", "Quốc hội", "Bộ Nội vụ", "Bộ Tài chính", "Bộ Y tế", "Công báo")
    )
    banners = "".join(
        f'<a href="https://chuyen-muc-{n}.gov.vn" target="_blank"><img src="/images/banner-{n}.png" alt="banner {n}" width="240" /></a>'
        for n in range(1, 6)
    )
    return skin.order(
        "side",
        [
            hot,
            _side(skin, "documents", "Văn bản mới ban hành", f"<ul>\n{documents}</ul>"),
            _side(
                skin,
                "poll",
                "Thăm dò ý kiến",
                f"<p>Ông (bà) đánh giá thế nào về giao diện của Cổng?</p>{poll}<button type='button'>Bình chọn</button>",
            ),
            _side(
                skin,
                "links",
                "Liên kết website",
                f'<select onchange="window.open(this.value)"><option>-- Chọn liên kết --</option>{options}</select>',
            ),
            _side(skin, "weather", "Dự báo thời tiết", "<p>Nhiệt độ: 27 - 33 °C, có mưa rào vài nơi</p>"),
            f'<div class="{skin.cls("banners")}">{banners}</div>\n',
        ],
    )


def statistics(skin: Skin, hits: int) -> str:
    """The visitor statistics, which change at every request; English commas, as seen."""
    rows = (
        ("Đang online", 12 + hits % 7),
        ("Hôm nay", 337 + hits),
        ("Trong tuần", 5_459 + hits),
        ("Tất cả", 2_555_247 + hits),
    )
    items = "".join(
        f'<li><span>{label}:</span> <span class="{skin.cls("count")}">{count:,}</span></li>' for label, count in rows
    )
    return f'<div class="{skin.cls("statistics")}"><div class="{skin.cls("statistics-heading")}">Thống kê truy cập</div><ul>{items}</ul></div>\n'


def footer(skin: Skin, lines: Sequence[str]) -> str:
    """The footer: the lines given, links, a badge."""
    links = " | ".join(
        f'<a href="/{slug(name)}">{esc(name)}</a>'
        for name in ("Trang chủ", "Giới thiệu", "Sơ đồ cổng", "Liên hệ", "Đăng nhập")
    )
    inner = "".join(f"<div>{esc(line)}</div>\n" for line in lines)
    return f'<div class="{skin.cls("footer")}" id="footer"><div class="{skin.cls("footer-links")}">{links}</div>\n{inner}<div>Bản quyền thuộc {esc(lines[0])}</div><a href="https://tinnhiemmang.vn"><img alt="Chung nhan Tin Nhiem Mang" src="/images/handle_cert.png" /></a></div>\n'


def view_state(rng: Random, kilobytes: int = 52) -> str:
    """The hidden fields of ASP.NET; never twice the same."""
    state = base64.b64encode(rng.randbytes(kilobytes * 768)).decode()
    check = base64.b64encode(rng.randbytes(40)).decode()
    return (
        f'<div class="aspNetHidden">\n<input type="hidden" name="__EVENTTARGET" id="__EVENTTARGET" value="" />\n<input type="hidden" name="__EVENTARGUMENT" id="__EVENTARGUMENT" value="" />\n'
        f'<input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="/wEP{state}" />\n<input type="hidden" name="__VIEWSTATEGENERATOR" id="__VIEWSTATEGENERATOR" value="CA0B0334" />\n'
        f'<input type="hidden" name="__EVENTVALIDATION" id="__EVENTVALIDATION" value="/wEd{check}" />\n</div>\n'
    )


def clock(skin: Skin, now: str) -> str:
    """The page clock: written by the server, or by a script into an empty element."""
    if skin.pick("clock", ("server", "script")) == "server":
        return f'<span id="{skin.cls("clock")}">{now}</span>\n'
    name = skin.cls("clock")
    return (
        f'<span id="{name}"></span>\n<script type="text/javascript">\nvar thu=["Chủ nhật","Thứ 2","Thứ 3","Thứ 4","Thứ 5","Thứ 6","Thứ 7"];\nfunction gio(){{var d=new Date();'
        f'document.getElementById("{name}").innerHTML=thu[d.getDay()]+", Ngày "+d.getDate()+"/"+(d.getMonth()+1)+"/"+d.getFullYear()+" "+d.toLocaleTimeString();}}\ngio();setInterval(gio,1000);\n</script>\n'
    )


def scripts(skin: Skin, kilobytes: int = 9) -> str:
    """Inline style and script of about that size."""
    rng = skin.rng("scripts")
    rules = [
        f".{skin.cls(f'css-{n}')}{{margin:{n % 9}px {n % 5}px;padding:{n % 7}px;color:#{rng.randrange(16**6):06x};background:url(/images/bg-{n}.png) no-repeat}}"
        for n in range(kilobytes * 4)
    ]
    calls = [
        f"function f{rng.randrange(16**5):05x}(a,b){{if(a==null){{return b;}}var i,s='';for(i=0;i<a.length;i++){{s+=String.fromCharCode(a.charCodeAt(i)^{n});}}$('#{skin.cls(f'js-{n}')}').toggleClass('active');return s;}}"
        for n in range(kilobytes * 3)
    ]
    return f'<style type="text/css">\n{chr(10).join(rules)}\n</style>\n<script type="text/javascript">\n//<![CDATA[\n{chr(10).join(calls)}\n//]]>\n</script>\n'


def capitalised_slug(text: str) -> str:
    """A slug with capitals, as Kiên Giang's addresses have: `Kien-Luong-tong-ket` becomes `Kien-Luong-Tong-Ket`."""
    return "-".join(word[:1].upper() + word[1:] for word in ascii_words(text))[:120].strip("-")

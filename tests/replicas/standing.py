"""Pages that are no news: login, search, contact, poll, site map, and the standing pages of the menu."""

from random import Random

from tests.replicas.chrome import MENU
from tests.replicas.markup import esc

_FORMS: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "dang-nhap": (
        "Đăng nhập",
        (("Tên đăng nhập", "text", "user"), ("Mật khẩu", "password", "pass"), ("Ghi nhớ", "checkbox", "keep")),
    ),
    "login": ("Đăng nhập", (("Tên đăng nhập", "text", "user"), ("Mật khẩu", "password", "pass"))),
    "tim-kiem": ("Tìm kiếm", (("Từ khóa", "text", "q"), ("Từ ngày", "text", "from"), ("Đến ngày", "text", "to"))),
    "lien-he": (
        "Liên hệ",
        (("Họ và tên", "text", "name"), ("Thư điện tử", "text", "mail"), ("Nội dung", "text", "body")),
    ),
    "tham-do-du-luan": (
        "Thăm dò dư luận",
        (("Rất hài lòng", "radio", "a"), ("Hài lòng", "radio", "a"), ("Chưa hài lòng", "radio", "a")),
    ),
}
_PAGES = {
    "tong-quan": "Tổng quan",
    "chuc-nang-nhiem-vu": "Chức năng, nhiệm vụ",
    "lich-su-hinh-thanh": "Lịch sử hình thành",
}


def find(path: str, portal: str, menu: str) -> tuple[str, str] | None:
    """Title and main part of the page at a path, whatever folder and ending the CMS gives it; None if there is none."""
    name = path.strip("/").lower().rsplit("/", 1)[-1].removesuffix(".aspx").removesuffix(".html")
    if name in _FORMS:
        title, fields = _FORMS[name]
        inputs = "".join(
            f'<p><label>{label}</label> <input type="{kind}" name="{key}" /></p>' for label, kind, key in fields
        )
        return title, f'<h2>{title}</h2><form method="post" action="{path}">{inputs}<button>Gửi</button></form>'
    if name in {"so-do-cong", "sitemap"}:
        return "Sơ đồ cổng", f"<h2>Sơ đồ cổng</h2>{menu}"
    if name in _PAGES:
        title, rng = _PAGES[name], Random(f"{portal}:{name}")
        units = rng.sample([label for group in MENU.values() for label in group], 9)
        lines = [
            f"{n}. {unit}: tham mưu, giúp Ủy ban nhân dân quản lý nhà nước theo quy định, với {rng.randrange(5, 60)} biên chế."
            for n, unit in enumerate(units, 1)
        ]
        return title, f"<h2>{title}</h2>" + "".join(f"<p>{esc(line)}</p>" for line in lines)
    return None

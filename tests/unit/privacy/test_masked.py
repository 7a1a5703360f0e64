"""What is masked in texts, and what is not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.privacy import MASK, masked

PRIVATE = [
    ("Ông Nguyễn Văn A, trú tại xã Cốc San, điện thoại 0912 345 678.", "0912 345 678"),
    ("Bà Trần Thị B (ĐT: 0987.654.321) phản ánh", "0987.654.321"),
    ("sau khi ban hành, số 0912345678 gọi lại", "0912345678"),
    ("vụ việc do số 0912345678 báo", "0912345678"),
    ("Liên hệ 0351234567 để mua", "0351234567"),
    ("gọi số +84 912 345 678", "+84 912 345 678"),
    ("gọi số (+84)912345678", "(+84)912345678"),
    ("số cũ 0123 456 7890 của tôi", "0123 456 7890"),
    ("số cũ 01234567890 của tôi", "01234567890"),
    ("hai số 0912345678/0987654321 đều bận", "0912345678/0987654321"),
    ("hai số 0912345678 - 0987654321 đều bận", "0912345678 - 0987654321"),
    ("UBND xã cho biết anh Lý A Sì, số 0912.345.678, đã nhận", "0912.345.678"),
    ("Anh C có số máy bàn 0214 3840 123", "0214 3840 123"),
    ("Gửi về nguyenvana@gmail.com trước ngày 5/3", "nguyenvana@gmail.com"),
    ("thư: le.thi.b [at] yahoo.com", "le.thi.b [at] yahoo.com"),
    ("thư: le.thi.b (a còng) yahoo (chấm) com", "le.thi.b (a còng) yahoo (chấm) com"),
    ("thư: canary＠gmail．com", "canary＠gmail．com"),
    ("số của tôi ０９１２ ３４５ ６７８", "０９１２ ３４５ ６７８"),
    ("số của tôi 0912\u200b345\u200b678", "0912\u200b345\u200b678"),
    ("số của tôi 0912–345–678", "0912–345–678"),
    ("Họ và tên: Vàng A Páo, email pao_2000@outlook.com.vn", "pao_2000@outlook.com.vn"),
    ("Công dân có số 010099001234 đến nhận", "010099001234"),
    ("CCCD số: 010 099 001 234 cấp ngày 01/02/2021", "010 099 001 234"),
    ("Căn cước công dân 079.086.001.234", "079.086.001.234"),
    ("Số định danh cá nhân: 001305012345", "001305012345"),
    ("CMND: 063123456", "063123456"),
    ("chứng minh nhân dân số 063 123 456", "063 123 456"),
    ("giấy CMND số 063123456 do Công an tỉnh cấp", "063123456"),
]

OPEN = [
    "Đường dây nóng: 0912 345 678",
    "Hotline 0912.345.678 hoạt động 24/7",
    "ĐT cơ quan: 0987654321",
    "Điện thoại: 02143.840.123",
    "Điện thoại: (0214) 3 840 123, Fax: (0214) 3 840 124",
    "Trung tâm Phục vụ hành chính công tỉnh, điện thoại: 0914 555 666",
    "Bộ phận Một cửa UBND huyện Kiên Lương: 0773 855 123",
    "Tổng đài 19001234, 18001096, 1022, 113",
    "Email: sotttt@laocai.gov.vn",
    "Email: vanthu@thuathienhue.gov.vn; toasoan@baolongan.vn",
    "Tòa soạn nhận thư tại baolaocai@gmail.com",
    "Quyết định số 0123456789/QĐ-UBND ngày 03.02.2020",
    "Quyết định 27/2018/NĐ-CP và Công văn 5512/BGDĐT-GDTrH",
    "Tổng mức đầu tư 912.345.678.000 đồng, tức 012345678901 đồng",
    "thu ngân sách 1.055.175, đạt 52,47%",
    "Thời gian: 03.02.2020 09 giờ 30",
    "từ 01-03-2020 08:30 đến 05-03-2020 17:00",
    "Số TBMT: 20200456789-00; IB2300123456-01",
    "Mã số thuế: 0312345678, 5300123456-001",
    "Giấy chứng nhận đăng ký doanh nghiệp số 0312345678",
    "Số tài khoản 0341007123456 tại Vietcombank",
    "Mã hồ sơ: 000.00.16.H38-190912-0001",
    "Mã hồ sơ 010099001234",
    "toạ độ 22.4856, 103.9707; mã bưu chính 330000",
    "tăng từ 2015 lên 2020 và 0,78 điểm",
    "TCVN 12345:2018, ISO 9001:2015",
    "Mã vạch: 893456789012",
    "số 987654321",
    "Phòng Nội vụ huyện tiếp nhận qua số 0914.555.666",
]


@pytest.mark.parametrize(("text", "private"), PRIVATE)
def test_private_data_is_masked(text: str, private: str) -> None:
    at = text.index(private)
    hidden = masked(text)[at : at + len(private)]
    assert MASK in hidden
    assert not re.search(r"\d", hidden)
    assert masked(text) == text[:at] + hidden + text[at + len(private) :]


@pytest.mark.parametrize("text", OPEN)
def test_what_belongs_to_offices_and_other_numbers_stay(text: str) -> None:
    assert masked(text) == text


@given(st.text(alphabet="0123456789 .-+()/@abđ•:\nôngbàCMND,[at]", max_size=80))
def test_masking_keeps_length_and_what_is_masked_stays_so(text: str) -> None:
    once = masked(text)
    assert len(once) == len(text)
    assert all(b in {a, MASK} for a, b in zip(text, once, strict=True))


def test_long_texts_take_linear_time() -> None:
    """Nothing here backtracks over a whole text: a megabyte of digits, points and signs is looked through."""
    for unit in ("0", "0912.", "a@", "(+84", "cmnd ", "1 ", "ông "):
        assert len(masked(unit * (200_000 // len(unit)))) == 200_000 // len(unit) * len(unit)

"""Words of Vietnamese administrative news: the lists and templates that `text.Writer` draws from.

A template's `{name}` is another list here, or a value that the writer makes (a number, a date, a person, a document).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """What an article is about: the field, who answers for it, what is counted, what is done."""

    field: str
    office: str
    counted: tuple[str, ...]
    work: tuple[str, ...]


def _topic(field: str, office: str, counted: str, work: str) -> Topic:
    return Topic(field, office, tuple(counted.split("; ")), tuple(work.split("; ")))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TOPICS: tuple[Topic, ...] = (
    _topic(
        "cải cách thủ tục hành chính",
        "Sở Nội vụ",
        "hồ sơ; thủ tục hành chính; lượt tra cứu kết quả; phiếu khảo sát",
        "rà soát, đơn giản hóa thủ tục; số hóa kết quả giải quyết; niêm yết công khai bộ thủ tục; giảm giấy tờ phải nộp",
    ),
    _topic(
        "chuyển đổi số",
        "Sở Khoa học và Công nghệ",
        "tổ công nghệ số cộng đồng; chữ ký số cá nhân; tài khoản định danh; cơ sở dữ liệu",
        "kết nối, chia sẻ dữ liệu dùng chung; phổ cập kỹ năng số; bảo đảm an toàn thông tin; xóa vùng lõm sóng di động",
    ),
    _topic(
        "xây dựng nông thôn mới",
        "Sở Nông nghiệp và Môi trường",
        "xã đạt chuẩn; tiêu chí; ki-lô-mét đường giao thông; vườn mẫu",
        "huy động sức dân làm đường; giữ vững các tiêu chí đã đạt; cải tạo cảnh quan; nâng chất vùng chuyên canh",
    ),
    _topic(
        "phòng, chống thiên tai",
        "Ban Chỉ huy Phòng thủ dân sự",
        "hộ dân; điểm sạt lở; phương tiện cứu hộ; trạm đo mưa tự động",
        "di dời dân khỏi vùng nguy hiểm; kiểm tra hồ đập trước mùa mưa; dự trữ lương thực tại chỗ; trực ban suốt ngày đêm",
    ),
    _topic(
        "giảm nghèo bền vững",
        "Sở Dân tộc và Tôn giáo",
        "hộ nghèo; hộ cận nghèo; mô hình sinh kế; lao động được đào tạo nghề",
        "trao sinh kế phù hợp từng hộ; cho vay vốn ưu đãi; dạy nghề gắn với việc làm; chống tái nghèo",
    ),
    _topic(
        "bảo hiểm y tế hộ gia đình",
        "Bảo hiểm xã hội khu vực",
        "người tham gia; thẻ bảo hiểm; lượt khám chữa bệnh; điểm thu",
        "vận động người dân tham gia; thanh toán không dùng tiền mặt; chống lạm dụng quỹ; giảm thời gian chờ khám",
    ),
    _topic(
        "giải phóng mặt bằng",
        "Trung tâm Phát triển quỹ đất",
        "hộ bị ảnh hưởng; héc-ta đất đã bàn giao; phương án bồi thường; lô tái định cư",
        "đối thoại với từng hộ dân; chi trả bồi thường đúng quy định; bố trí tái định cư; bàn giao mặt bằng sạch",
    ),
    _topic(
        "phòng, chống dịch bệnh trên đàn vật nuôi",
        "Chi cục Chăn nuôi và Thú y",
        "liều vắc-xin; con gia súc; ổ dịch; chốt kiểm dịch",
        "tiêm phòng đợt hai trong năm; tiêu độc khử trùng chuồng trại; kiểm soát giết mổ; khai báo dịch kịp thời",
    ),
    _topic(
        "tuyển sinh đầu cấp",
        "Sở Giáo dục và Đào tạo",
        "học sinh; phòng học; điểm trường; chỉ tiêu tuyển sinh",
        "công khai tuyến tuyển sinh; nhận hồ sơ trực tuyến; bố trí đủ giáo viên; sửa chữa trường lớp trong hè",
    ),
    _topic(
        "bảo đảm trật tự, an toàn giao thông",
        "Công an tỉnh",
        "trường hợp vi phạm; vụ tai nạn; biển báo; camera giám sát",
        "xử lý xe quá tải; xóa điểm đen tai nạn; tuyên truyền trong trường học; cải tạo nút giao",
    ),
    _topic(
        "phát triển du lịch cộng đồng",
        "Sở Văn hóa, Thể thao và Du lịch",
        "lượt khách; cơ sở lưu trú; sản phẩm du lịch; hướng dẫn viên",
        "giữ gìn nếp nhà truyền thống; kết nối các điểm đến; quảng bá trên nền tảng số; đào tạo ngoại ngữ cho người dân",
    ),
    _topic(
        "phòng cháy, chữa cháy rừng",
        "Chi cục Kiểm lâm",
        "héc-ta rừng; tổ đội xung kích; lượt tuần tra; bảng cấp dự báo cháy",
        "phát dọn đường băng cản lửa; ký cam kết với hộ sống gần rừng; trực cháy hai mươi tư giờ; diễn tập tại hiện trường",
    ),
    _topic(
        "cấp giấy chứng nhận quyền sử dụng đất",
        "Văn phòng Đăng ký đất đai",
        "giấy chứng nhận; thửa đất; hồ sơ biến động; bản đồ địa chính",
        "đo đạc lại bản đồ; giải quyết hồ sơ tồn đọng; liên thông với cơ quan thuế; làm việc cả ngày thứ bảy",
    ),
    _topic(
        "giải ngân vốn đầu tư công",
        "Sở Tài chính",
        "dự án; gói thầu; công trình chuyển tiếp; hợp đồng",
        "điều chuyển vốn của dự án chậm; đẩy nhanh nghiệm thu; chịu trách nhiệm đến từng chủ đầu tư; tháo gỡ nguồn đất đắp",
    ),
    _topic(
        "an toàn thực phẩm",
        "Sở Y tế",
        "cơ sở kinh doanh; mẫu kiểm nghiệm; đoàn kiểm tra; bếp ăn tập thể",
        "kiểm tra không báo trước; truy xuất nguồn gốc; tập huấn cho người chế biến; công khai cơ sở vi phạm",
    ),
    _topic(
        "chăm sóc người có công",
        "Sở Nội vụ",
        "người có công; suất quà; căn nhà tình nghĩa; mộ liệt sĩ",
        "thăm, tặng quà gia đình chính sách; tu sửa nghĩa trang; chi trả trợ cấp qua tài khoản; điều dưỡng luân phiên",
    ),
    _topic(
        "phát triển nuôi trồng thủy sản",
        "Chi cục Thủy sản",
        "héc-ta mặt nước; lồng bè; tấn sản phẩm; hộ nuôi",
        "quan trắc môi trường nước; cấp mã số vùng nuôi; liên kết bao tiêu; chuyển sang nuôi công nghệ cao",
    ),
    _topic(
        "xóa nhà tạm, nhà dột nát",
        "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh",
        "căn nhà; hộ được hỗ trợ; ngày công; đơn vị tài trợ",
        "vận động ngày công giúp dân; nghiệm thu từng căn; công khai danh sách hộ; hoàn thành trước mùa mưa",
    ),
    _topic(
        "phổ biến, giáo dục pháp luật",
        "Sở Tư pháp",
        "buổi tuyên truyền; tổ hòa giải; tờ gấp; vụ việc trợ giúp pháp lý",
        "đưa luật về từng ấp, bản; xét xử giả định trong trường học; trợ giúp pháp lý lưu động; phát thanh bằng tiếng dân tộc",
    ),
    _topic(
        "cung cấp nước sạch nông thôn",
        "Trung tâm Nước sạch nông thôn",
        "hộ dùng nước; trạm cấp nước; ki-lô-mét đường ống; bồn chứa",
        "nâng công suất trạm bơm; nối mạng tuyến ống; xét nghiệm mẫu nước; trữ ngọt mùa khô",
    ),
    _topic(
        "phát triển sản phẩm OCOP",
        "Văn phòng Điều phối nông thôn mới",
        "sản phẩm; chủ thể; gian hàng; tem truy xuất",
        "chuẩn hóa bao bì; đưa hàng lên sàn điện tử; thẩm định lại hạng sao; kể câu chuyện sản phẩm",
    ),
    _topic(
        "tuyển chọn và gọi công dân nhập ngũ",
        "Bộ Chỉ huy Quân sự tỉnh",
        "thanh niên; chỉ tiêu giao quân; hội đồng khám; suất quà động viên",
        "sơ tuyển từ cơ sở; khám sức khỏe đúng quy trình; thâm nhập từng gia đình; chăm lo hậu phương quân đội",
    ),
    _topic(
        "hỗ trợ doanh nghiệp nhỏ và vừa",
        "Sở Công Thương",
        "doanh nghiệp; hợp tác xã; hội viên; phiên kết nối cung cầu",
        "đối thoại định kỳ hằng quý; giảm chi phí không chính thức; kết nối ngân hàng; hỗ trợ mặt bằng trong cụm công nghiệp",
    ),
    _topic(
        "bảo tồn di sản văn hóa",
        "Bảo tàng tỉnh",
        "di tích; nghệ nhân; hiện vật; lễ hội truyền thống",
        "lập hồ sơ khoa học; truyền dạy làn điệu cổ; chống xuống cấp di tích; số hóa hiện vật",
    ),
    _topic(
        "thu gom, xử lý rác thải sinh hoạt",
        "Phòng Nông nghiệp và Môi trường",
        "tấn rác; điểm tập kết; tuyến thu gom; thùng phân loại",
        "phân loại rác tại nguồn; đóng bãi rác tạm; tăng chuyến thu gom; thu phí qua tài khoản",
    ),
    _topic(
        "dân số và kế hoạch hóa gia đình",
        "Chi cục Dân số",
        "cộng tác viên; phụ nữ mang thai; lượt tư vấn; câu lạc bộ",
        "khám sức khỏe tiền hôn nhân; sàng lọc sơ sinh; đưa dịch vụ đến vùng sâu; giảm tảo hôn",
    ),
)

FAMILY = _words(
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Mai Trịnh Cao Lương Giàng Sùng Tạ Châu"
)
MIDDLE = _words(
    "Văn Thị Hữu Đức Minh Thanh Quốc Ngọc Xuân Thành Công Hồng Trọng Kim Anh Tấn Như Phước Thế Bích Mạnh Khánh"
)
GIVEN = _words(
    "An Bình Chiến Dũng Đạt Giang Hà Hải Hạnh Hiếu Hòa Hùng Hương Khoa Lan Lâm Liên Long Mai Nam Nga Nghĩa Nhung Phúc Phương "
    "Quân Quyên Sơn Tâm Thảo Thắng Thu Thủy Tiến Trang Trí Tuấn Tuyết Vinh Yến Ẩn Ước Đông Kiệt Luân"
)

PLACES: dict[str, tuple[str, ...]] = {
    "lao_cai": (
        "Bắc Hà",
        "Bảo Thắng",
        "Bảo Yên",
        "Bát Xát",
        "Mường Khương",
        "Si Ma Cai",
        "Văn Bàn",
        "Sa Pa",
        "Cốc Lếu",
        "Tả Phìn",
        "Y Tý",
        "Nậm Cang",
    ),
    "long_an_hcc": (
        "Tân An",
        "Bến Lức",
        "Cần Đước",
        "Cần Giuộc",
        "Châu Thành",
        "Đức Hòa",
        "Đức Huệ",
        "Mộc Hóa",
        "Tân Hưng",
        "Tân Trụ",
        "Thạnh Hóa",
        "Thủ Thừa",
    ),
    "long_an_baolongan": (
        "Tân An",
        "Bến Lức",
        "Cần Đước",
        "Kiến Tường",
        "Vĩnh Hưng",
        "Đức Hòa",
        "Tân Thạnh",
        "Mộc Hóa",
        "Tầm Vu",
        "Rạch Kiến",
        "Gò Đen",
    ),
    "tien_giang": (
        "Mỹ Tho",
        "Gò Công",
        "Cai Lậy",
        "Cái Bè",
        "Chợ Gạo",
        "Tân Phước",
        "Tân Phú Đông",
        "Vĩnh Kim",
        "Bình Đức",
        "Tân Hiệp",
    ),
    "kien_giang_kien_luong": (
        "Bình An",
        "Bình Trị",
        "Dương Hòa",
        "Hòa Điền",
        "Kiên Bình",
        "Hòn Nghệ",
        "Sơn Hải",
        "Ba Hòn",
        "Hà Tiên",
        "Ba Trại",
    ),
}

GRAMMAR: dict[str, tuple[str, ...]] = {
    "part": ("Sáng", "Chiều", "Sáng ngày", "Chiều ngày", "Ngày", "Trong ngày", "Tối"),
    "meeting": (
        "hội nghị sơ kết",
        "hội nghị tổng kết",
        "hội nghị triển khai",
        "buổi làm việc về",
        "lễ phát động",
        "hội thảo về",
        "phiên họp bàn về",
        "lớp tập huấn về",
        "buổi kiểm tra thực tế",
        "cuộc đối thoại về",
        "hội nghị trực tuyến về",
        "lễ ký kết quy chế phối hợp về",
    ),
    "role": (
        "Phó Chủ tịch UBND {level}",
        "Chủ tịch UBND {level}",
        "Phó Bí thư Thường trực",
        "Giám đốc {office}",
        "Phó Giám đốc {office}",
        "Trưởng Ban Văn hóa - Xã hội HĐND {level}",
        "Chánh Văn phòng UBND {level}",
        "Trưởng phòng Tổng hợp",
    ),
    "guests": (
        "lãnh đạo các sở, ngành liên quan",
        "đại diện các hội, đoàn thể",
        "lãnh đạo UBND các xã, phường",
        "đông đảo cán bộ, công chức chuyên trách",
        "đại diện doanh nghiệp trên địa bàn",
        "các vị chức sắc, người có uy tín",
        "{n2} đại biểu là trưởng ấp, trưởng thôn",
    ),
    "praise": (
        "đạt nhiều kết quả tích cực",
        "có chuyển biến rõ nét",
        "đi vào nền nếp",
        "được người dân đồng tình ủng hộ",
        "vượt tiến độ đề ra",
        "từng bước khắc phục tình trạng chồng chéo",
        "mang lại hiệu quả thiết thực",
    ),
    "limit": (
        "một số nơi còn lúng túng khi triển khai",
        "nhân lực ở cơ sở còn mỏng",
        "kinh phí bố trí chưa kịp thời",
        "việc phối hợp có lúc chưa chặt chẽ",
        "tiến độ ở {place} còn chậm",
        "ý thức của một bộ phận người dân chưa cao",
        "trang thiết bị đã cũ, thiếu đồng bộ",
        "dữ liệu giữa các ngành chưa khớp nhau",
    ),
    "adverb": ("quyết liệt", "đồng bộ", "kịp thời", "thường xuyên", "linh hoạt", "chủ động", "nghiêm túc", "bài bản"),
    "aim": (
        "để phục vụ người dân tốt hơn",
        "nhằm hoàn thành chỉ tiêu năm",
        "góp phần phát triển kinh tế - xã hội địa phương",
        "bảo đảm quyền lợi của người dân",
        "không để xảy ra bị động, bất ngờ",
        "tạo nền tảng cho giai đoạn tới",
        "giữ vững ổn định từ cơ sở",
    ),
    "time": (
        "Trong {n1} tháng đầu năm",
        "Từ đầu năm đến nay",
        "Tính đến hết quý {quarter}",
        "So với cùng kỳ năm trước",
        "Sau {n1} năm thực hiện",
        "Riêng trong tháng qua",
        "Đến thời điểm báo cáo",
        "Trong giai đoạn vừa qua",
    ),
    "rise": ("tăng {pct}%", "giảm {pct}%", "đạt {pct}% kế hoạch", "vượt {pct}% so với chỉ tiêu", "bằng {pct}% cùng kỳ"),
    "s_open": (
        "{part} {day}, tại {place}, {unit} tổ chức {meeting} {field}. {chair} chủ trì.",
        "{part} {day}, {office} phối hợp với UBND {locality} {place} tổ chức {meeting} {field}.",
        "{unit} vừa ban hành {doc} về {field} trên địa bàn, giao {office} làm đầu mối theo dõi.",
        "{part} {day}, đoàn công tác do {chair} làm trưởng đoàn đã kiểm tra công tác {field} tại {place} và {place}.",
        "Với quyết tâm {aim2}, {place} đang là điểm sáng về {field}, nơi {n2} {counted} đã hoàn thành chỉ sau {n1} tháng.",
        "{office} cho biết đã giải quyết xong {n3} {counted} liên quan đến {field} trong tuần qua.",
    ),
    "aim2": (
        "không để ai bị bỏ lại phía sau",
        "lấy người dân làm trung tâm",
        "làm đến đâu chắc đến đó",
        "nói đi đôi với làm",
    ),
    "s_body": (
        "Theo báo cáo của {office}, {time_l} toàn {level} có {n3} {counted}, {rise}; công tác {field} {praise}.",
        "{time}, {office} đã {work}, {work2}; qua đó {n2} {counted} được xử lý đúng hạn, đạt tỷ lệ {pct}%.",
        "Tại {place}, {n2}/{n3} {counted} đã hoàn thành, {rise}, {aim}.",
        "Thực hiện {doc}, các địa phương đã {work} một cách {adverb}, bước đầu {praise}.",
        "Tổng kinh phí thực hiện là {money} đồng, trong đó ngân sách {level} bố trí {money} đồng, còn lại huy động xã hội hóa.",
        "Bên cạnh kết quả đạt được, công tác {field} còn một số hạn chế: {limit}; {limit}.",
        "Đáng chú ý, xã {place} đã vận động được {n2} {counted}, trở thành đơn vị dẫn đầu về {work}.",
        "{office} kiến nghị cấp có thẩm quyền sớm hướng dẫn việc {work}, đồng thời xem xét bổ sung {n2} {counted} cho {place}.",
        "Ông {person}, một người dân ở {place}, cho biết: trước đây phải đi lại {n1} lần, nay chỉ mất khoảng {n2} phút là xong.",
        "Bà {person} ({place}) chia sẻ gia đình bà được cán bộ hướng dẫn tận tình nên rất yên tâm.",
        "Kết quả kiểm tra {n2} {counted} cho thấy {n1} trường hợp chưa đạt yêu cầu, đã được nhắc nhở và đôn đốc khắc phục trước ngày {future}.",
        "Căn cứ {doc}, {unit} giao {office} chủ trì, phối hợp với các đơn vị liên quan {work}, báo cáo trước ngày {future}.",
        "Mô hình tại {place} được triển khai từ năm {year}, đến nay thu hút {n3} {counted} tham gia, {praise}.",
        "So với năm {year}, số {counted} {rise}, riêng {place} {rise}.",
    ),
    "s_order": (
        "Phát biểu tại buổi làm việc, {chair} yêu cầu các đơn vị {adverb} {work}; {work2}; hoàn thành trước ngày {future}.",
        "{chair} nhấn mạnh, thời gian tới cần tập trung {work}, lấy kết quả {field} làm thước đo đánh giá người đứng đầu.",
        "Kết luận, {chair} đề nghị {office} khẩn trương {work}, tham mưu {unit} tháo gỡ khó khăn cho {place} {aim}.",
        "{chair} lưu ý các địa phương không chủ quan, nhất là ở {place} và {place}, nơi {limit}.",
    ),
    "s_more": (
        "Đây là cơ sở để các ngành tiếp tục {work}.",
        "Nhờ đó, tỷ lệ hài lòng của người dân đạt {pct}%.",
        "Việc này được thực hiện {adverb}, {aim}.",
        "Các đơn vị còn lại phấn đấu hoàn thành trong quý {quarter}.",
        "Công tác tuyên truyền cũng được đẩy mạnh với {n2} lượt phát thanh và {n3} tờ rơi.",
        "Trong đó, {place} có {n2} {counted}, {place} có {n1} {counted}.",
    ),
    "s_close": (
        "Dịp này, {unit} tặng bằng khen cho {n1} tập thể và {n2} cá nhân có thành tích xuất sắc trong công tác {field}./.",
        "Buổi làm việc kết thúc với sự thống nhất cao của các đơn vị./.",
        "Dự kiến, đợt sơ kết tiếp theo sẽ được tổ chức tại {place} vào tháng {month}./.",
        "Các địa phương đăng ký hoàn thành thêm {n2} {counted} trước ngày {future}.",
    ),
    "title": (
        "{place}: {n3} {counted} được giải quyết trong công tác {field}",
        "{level_cap} đẩy mạnh {field} giai đoạn {year}-{year2}",
        "Sơ kết {n1} năm công tác {field} tại {place}",
        "{office} hướng dẫn {place} {work}",
        "Kiểm tra công tác {field} tại {place} và {place}",
        "Tập trung {work} trên địa bàn {place}",
        "{place} phấn đấu {work}",
        "{rise_cap} số {counted}: chuyển biến trong {field}",
        "Đối thoại với người dân {place} về {field}",
        "Công bố {doc_short} về {field}",
        "{work_cap}: cách làm của {place}",
        "Hội nghị bàn giải pháp {field} năm {year2}",
    ),
    "caption": (
        "Quang cảnh hội nghị",
        "Quang cảnh buổi làm việc.",
        "Đoàn công tác kiểm tra thực tế tại {place}",
        "{chair} phát biểu chỉ đạo.",
        "Đại biểu tham dự hội nghị",
        "Cán bộ hướng dẫn người dân {place} làm thủ tục",
        "Người dân {place} phấn khởi khi nhận kết quả.",
        "Trao bằng khen cho các tập thể có thành tích xuất sắc",
        "Trong ảnh: một góc {place} hôm nay",
    ),
    "heading": (
        "Những kết quả nổi bật",
        "Còn đó khó khăn",
        "Giải pháp thời gian tới",
        "Chuyển biến từ cơ sở",
        "Vào cuộc đồng bộ",
        "Lắng nghe người dân",
        "Tháo gỡ từng nút thắt",
    ),
    "item": (
        "Tiếp tục {work} {aim};",
        "Giao {office} theo dõi, đôn đốc {n2} {counted};",
        "Bố trí kinh phí {money} đồng cho {place};",
        "Hoàn thành việc {work} trước ngày {future};",
        "Khen thưởng {n1} tập thể làm tốt công tác {field};",
    ),
    "quote": (
        "“Chúng tôi xác định {work} là việc phải làm hằng ngày, không chờ cấp trên nhắc” - {person} nói.",
        "“Cán bộ phải xuống tận nhà, nghe dân nói, làm cho dân tin” - {chair} nhấn mạnh.",
    ),
    "own_views": (
        "Sau {n1} tháng vận hành, chuyên trang về {field} có {n3} lượt xem, trong đó lượt xem từ điện thoại chiếm {pct}%.",
    ),
    "own_statistics": (
        "Thống kê truy cập của cổng dịch vụ công cho thấy {place} có {n3} lượt tra cứu về {field}, {rise}.",
    ),
    "own_login": (
        "Đăng nhập bằng tài khoản định danh điện tử, người dân {place} nộp được {n3} hồ sơ về {field} mà không phải đến trụ sở.",
    ),
}

SECTIONS: dict[str, str] = {
    "lao_cai": "Tin thời sự",
    "long_an_hcc": "Tin tức - Sự kiện",
    "long_an_baolongan": "Long An",
    "tien_giang": "CẢI CÁCH THỦ TỤC HÀNH CHÍNH",
    "kien_giang_kien_luong": "Chính trị, xã hội",
}

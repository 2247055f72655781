"""The roll in a real browser: file, report, letters on paper, the polling desk."""

import re
from pathlib import Path

from core.access import Role

HEADER = "등록번호,이름,생년월일,동,자격\n"


def test_from_the_file_to_letters_a_page_each(visit, axe, city, tmp_path: Path):
    base = next(stop.path for stop in city.walk.stops if stop.endpoint == "roll_desk.index")
    page = visit(360, "ko", who=str(Role.POLL_MANAGER))

    def check(content: str) -> None:
        file = tmp_path / "roll.csv"
        file.write_text(content, encoding="cp949")
        page.goto(f"{base}/import")
        page.set_input_files("input[type=file]", file)
        page.locator("main form button").click()
        assert axe(page) == []
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")

    check(HEADER + "A-1,,2024-01-01,역삼동,손님\n")
    assert page.locator("tbody tr").count() == 1
    voters = "".join(f"A-{serial},이름{serial},1980-01-01,철산3동,\n" for serial in range(1, 4))
    check(HEADER + voters)
    page.locator("main form button").click()
    page.goto(f"{base}/letters")
    page.locator("main form button").click()
    assert axe(page) == []
    assert page.locator(".letter").count() == 3
    pages = re.findall(rb"/Type /Page\b", page.pdf(format="A4", prefer_css_page_size=True))
    assert len(pages) == 3
    page.goto(base.replace("/roll", "/check"))
    page.fill("#number", "A-2")
    page.fill("#name", "이름2")
    page.fill("#born", "1980. 1. 1.")
    page.locator("main form button").last.click()
    assert page.locator("button[name=act]").count() == 1
    assert axe(page) == []

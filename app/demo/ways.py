"""How far the demo's proposals and funded projects have come, and what was said on the way."""

from collections.abc import Sequence

# Where each funded project of the imported vote stands today: its way after the selection.
WAYS: Sequence[tuple[str, ...]] = (
    ("completed", "evaluated"), ("completed",), ("in_progress",), ("approved",), ("reduced",),
    ("on_hold",), ("changed",), ("cancelled",), ("cut",), ("in_draft_budget",), ("in_progress",),
    ("completed",), ("approved",), ("in_progress",), ("completed",), (), ("in_draft_budget",), (),
)  # fmt: skip
SAYS = {
    "reduced": "공사비가 줄어 의회가 4분의 1을 감액했습니다.",
    "cut": "같은 자리에 다른 공사가 예정되어 의회가 삭감했습니다.",
    "on_hold": "땅 주인과 협의하는 동안 멈춥니다.",
    "changed": "주민 설명회에서 정한 대로 자리를 옮깁니다.",
    "completed": "공사를 마치고 주민과 함께 확인했습니다.",
    "cancelled": "건물주가 동의하지 않아 중단했습니다.",
    "evaluated": "쓰는 사람이 하루 120명으로, 기대보다 많습니다.",
}
DEPARTMENTS = ("공원녹지과", "도로과", "복지정책과", "자원순환과")

# The way from "received" to each status before the ballot.
WAY_TO = {
    "received": (),
    "supplement": ("supplement",),
    "transferred": ("transferred",),
    "dept_review": ("dept_review",),
    "fit": ("dept_review", "fit"),
    "conditional": ("dept_review", "conditional"),
    "unfit": ("dept_review", "unfit"),
    "objection": ("dept_review", "unfit", "objection"),
    "committee": ("dept_review", "fit", "committee"),
    "not_listed": ("dept_review", "fit", "committee", "not_listed"),
    "withdrawn": ("withdrawn",),
    "closed": ("transferred", "closed"),
    "closed_unanswered": ("supplement", "closed_unanswered"),
}
OFFICE = frozenset(
    {"supplement", "transferred", "dept_review", "committee", "not_listed", "closed",
     "closed_unanswered"}
)  # fmt: skip

"""The people of the demo city who can sign in."""

from dataclasses import dataclass

from core.access import Role


@dataclass(frozen=True)
class LogIn:
    """One account of the demo, and what it may do."""

    email: str
    name: str
    ko: str
    en: str
    role: Role | None = None


LOG_INS = (
    LogIn("citizen@demo.example", "김하나", "시민", "citizen"),
    LogIn("neighbour@demo.example", "이웃집", "시민(제안자)", "citizen, proposer"),
    LogIn(
        "reviewer@demo.example", "박검토", "담당부서 검토자", "department reviewer", Role.REVIEWER
    ),
    LogIn("budget@demo.example", "최예산", "예산부서", "budget office", Role.BUDGET_OFFICER),
    LogIn("poll@demo.example", "정투표", "투표관리관", "poll manager", Role.POLL_MANAGER),
    LogIn("clerk@demo.example", "한사무", "투표소 사무원", "poll clerk", Role.POLL_CLERK),
    LogIn("clerk2@demo.example", "서사무", "투표소 사무원", "poll clerk", Role.POLL_CLERK),
    LogIn("tally@demo.example", "강개표", "개표 담당", "tally officer", Role.TALLY_OFFICER),
    LogIn("council@demo.example", "조의회", "의회사무", "council clerk", Role.COUNCIL_CLERK),
    LogIn("auditor@demo.example", "윤감사", "감사", "auditor", Role.AUDITOR),
    LogIn("admin@demo.example", "임관리", "관리자", "administrator", Role.ADMIN),
)

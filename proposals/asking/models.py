"""What a round asks of those who propose, what they answered, and typical prices to reckon with."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

LONGEST_LABEL, LONGEST_HELP, LONGEST_UNIT, LONGEST_SOURCE = 80, 200, 20, 200


class FormField(Base):
    """A further field of the form, set by a cycle.

    `cycle_id` has no foreign key: cycles are budget's, which knows this room and not the other way.
    """

    __tablename__ = "form_fields"
    __table_args__ = (
        CheckConstraint("kind IN ('text', 'number', 'choice', 'yes_no')", name="known_kind"),
        Index("ix_form_fields_cycle_id_position", "cycle_id", "position"),
        Index(
            "ix_form_fields_asked",
            "position",
            sqlite_where=text("opened_at IS NOT NULL AND closed_at IS NULL"),
            postgresql_where=text("opened_at IS NOT NULL AND closed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    cycle_id: Mapped[UUID]
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    label_ko: Mapped[str] = mapped_column(String(LONGEST_LABEL))
    label_en: Mapped[str] = mapped_column(String(LONGEST_LABEL))
    help_ko: Mapped[str] = mapped_column(String(LONGEST_HELP), default="")
    help_en: Mapped[str] = mapped_column(String(LONGEST_HELP), default="")
    choices: Mapped[list[list[str]]] = mapped_column(JSON, default=list)  # [Korean, English] each
    is_needed: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime | None]  # the call of its cycle, from which it is asked
    closed_at: Mapped[datetime | None]  # the end of the call

    def label(self, language: str) -> str:
        """Its name in the reader's language."""
        return self.label_en if language == "en" else self.label_ko

    def help(self, language: str) -> str:
        """What helps to fill it in, in the reader's language."""
        return self.help_en if language == "en" else self.help_ko

    def choice_names(self, language: str) -> list[str]:
        """The choices in the reader's language, in their order."""
        return [names[language == "en"] for names in self.choices]


class FormAnswer(Base):
    """What a proposal answers to one field: text, digits, the place of a choice, or yes or no."""

    __tablename__ = "form_answers"

    proposal_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True
    )
    field_id: Mapped[UUID] = mapped_column(
        ForeignKey("form_fields.id", ondelete="CASCADE"), primary_key=True
    )
    value: Mapped[str] = mapped_column(Text)


class UnitPrice(Base):
    """What one unit of something usually costs, as the city has entered it."""

    __tablename__ = "unit_prices"
    __table_args__ = (CheckConstraint("price_minor > 0", name="price_positive"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    what_ko: Mapped[str] = mapped_column(String(LONGEST_LABEL))
    what_en: Mapped[str] = mapped_column(String(LONGEST_LABEL))
    unit_ko: Mapped[str] = mapped_column(String(LONGEST_UNIT))
    unit_en: Mapped[str] = mapped_column(String(LONGEST_UNIT))
    price_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="KRW")
    source: Mapped[str] = mapped_column(String(LONGEST_SOURCE))
    year: Mapped[int]

    def what(self, language: str) -> str:
        """Its name in the reader's language."""
        return self.what_en if language == "en" else self.what_ko

    def unit(self, language: str) -> str:
        """Its unit in the reader's language."""
        return self.unit_en if language == "en" else self.unit_ko

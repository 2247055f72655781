"""The city's own vocabularies: its neighbourhoods (행정동) and fields (분야)."""

from collections.abc import Sequence

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base


class Named(Base):
    """Something with a slug for addresses and a name in each language."""

    __abstract__ = True

    slug: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_ko: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(60))
    position: Mapped[int] = mapped_column(unique=True)

    def name(self, language: str) -> str:
        """The name in the reader's language."""
        return self.name_en if language == "en" else self.name_ko


class Neighbourhood(Named):
    """A dong of the city."""

    __tablename__ = "neighbourhoods"


class Field(Named):
    """A field of policy that projects belong to."""

    __tablename__ = "fields"


def neighbourhoods(session: Session) -> Sequence[Neighbourhood]:
    """All neighbourhoods, in the city's own order."""
    return session.scalars(select(Neighbourhood).order_by(Neighbourhood.position)).all()


def fields(session: Session) -> Sequence[Field]:
    """All fields, in the city's own order."""
    return session.scalars(select(Field).order_by(Field.position)).all()

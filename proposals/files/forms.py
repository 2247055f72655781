"""What is asked beside a file: first of all, what is to be seen on it."""

from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from core.forms import Form, tidy
from core.words import lazy_gettext as _l
from proposals.files.contents import MEGABYTE, MOST_BYTES
from proposals.files.models import LONGEST_LABEL

_AT_MOST = Length(max=LONGEST_LABEL, message=_l("At most %(max)d letters, please."))
_MEGABYTES = MOST_BYTES // MEGABYTE


class LabelForm(Form):
    """What is to be seen on a photo, or what an attachment is."""

    label = StringField(
        _l("What is to be seen, or what it is"),
        [DataRequired(_l("Say it in a few words.")), _AT_MOST], filters=[tidy],
    )  # fmt: skip


class PhotoForm(Form):
    """One photo."""

    photo = FileField(
        _l("Photo"), [FileRequired(_l("Choose a photo."))],
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
        description=_l(
            "JPEG, PNG or WebP, at most %(most)s MB. Where and with what it was taken is removed.",
            most=_MEGABYTES,
        ),
    )  # fmt: skip
    label = StringField(
        _l("What is to be seen on it?"),
        [DataRequired(_l("Say in a few words what is to be seen.")), _AT_MOST], filters=[tidy],
        description=_l(
            "Read aloud to people who do not see it: “Broken steps at the north entrance”."
        ),
    )  # fmt: skip


class AttachmentForm(Form):
    """One PDF."""

    attachment = FileField(
        _l("PDF file"), [FileRequired(_l("Choose a file."))],
        render_kw={"accept": "application/pdf"},
        description=_l(
            "At most %(most)s MB. It is kept as it is, with the names that may stand in it.",
            most=_MEGABYTES,
        ),
    )  # fmt: skip
    label = StringField(
        _l("What is it?"), [DataRequired(_l("Say in a few words what it is.")), _AT_MOST],
        filters=[tidy], description=_l("A sketch, an offer, a list of those who agree."),
    )  # fmt: skip

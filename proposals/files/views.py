"""Photos and attachments: the page to keep them in order, and the files themselves."""

from collections.abc import Callable
from io import BytesIO
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import clock
from core.access import public, signed_in
from core.forms import Form, text_of
from core.limits import limited
from core.web import reading, transaction
from core.words import gettext as _
from proposals.files import contents, queries, services
from proposals.files.contents import MOST_BYTES, WHOLE, Content
from proposals.files.errors import FileRefusedError
from proposals.files.forms import AttachmentForm, LabelForm, PhotoForm
from proposals.files.models import ATTACHMENT, PHOTO
from proposals.pages import readable, writable

blueprint = Blueprint("files", __name__)

PREFIX = "attachment-"  # for two forms on one page
_FORM_BYTES = 64 * 1024  # of an upload beside its file
_UPLOADS = ("files.add_photo", "files.add_attachment")
# A reader's own browser may keep what an address with a digest names; nobody in between may, for
# what is taken away must be gone.
_HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


@blueprint.url_value_preprocessor
def _take_files(endpoint: str | None, _values: object) -> None:
    """A photo is larger than any other form: allowed for these pages, and whoever is signed in."""
    if endpoint in _UPLOADS and current_user.is_authenticated:
        request.max_content_length = MOST_BYTES + _FORM_BYTES


@blueprint.get("/proposals/<uuid:proposal_id>/files")
@signed_in
def index(proposal_id: UUID) -> ResponseReturnValue:
    """The proposal's photos and attachments, for those who write it."""
    with reading() as database:
        return _page(database, proposal_id, PhotoForm(), AttachmentForm(prefix=PREFIX))


@blueprint.post("/proposals/<uuid:proposal_id>/photos")
@signed_in
@limited("60 per hour", by=lambda: str(current_user.id))
def add_photo(proposal_id: UUID) -> ResponseReturnValue:
    """Add a photo."""
    return _add(proposal_id, PhotoForm(), PHOTO, contents.photo)


@blueprint.post("/proposals/<uuid:proposal_id>/attachments")
@signed_in
@limited("60 per hour", by=lambda: str(current_user.id))
def add_attachment(proposal_id: UUID) -> ResponseReturnValue:
    """Add a PDF."""
    return _add(proposal_id, AttachmentForm(prefix=PREFIX), ATTACHMENT, contents.pdf)


@blueprint.post("/proposals/<uuid:proposal_id>/files/<uuid:file_id>")
@signed_in
def change(proposal_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Name a file anew, put it before the one before it, or remove it."""
    act, form = request.form.get("act"), LabelForm()
    with transaction() as database:
        writable(database, proposal_id)
        if act == "remove":
            services.remove(
                database, proposal_id, file_id, account_id=current_user.id, now=clock.now()
            )
            flash(_("It is removed."))
        elif act == "shift":
            services.shift(database, proposal_id, file_id, account_id=current_user.id)
        elif form.validate_on_submit():
            services.rename(
                database, proposal_id, file_id, text_of(form.label), account_id=current_user.id
            )
            flash(_("Saved."))
        else:
            flash(str(form.label.errors[0]))
    return redirect(url_for("files.index", proposal_id=proposal_id))


@blueprint.get("/proposals/<uuid:proposal_id>/photos/<digest>/<any(large, small):variant>.webp")
@public
def photo(proposal_id: UUID, digest: str, variant: str) -> ResponseReturnValue:
    """A photo, for those who may read the proposal."""
    with reading() as database:
        _label, said = _found(database, proposal_id, digest, variant)
    return _sent(send_file(BytesIO(said), "image/webp", etag=f"{digest}-{variant}"))


@blueprint.get("/proposals/<uuid:proposal_id>/attachments/<digest>.pdf")
@public
def attachment(proposal_id: UUID, digest: str) -> ResponseReturnValue:
    """A PDF as a download, for those who may read the proposal: never shown within the site."""
    with reading() as database:
        label, said = _found(database, proposal_id, digest, WHOLE)
    name = f"{label}.pdf"
    return _sent(
        send_file(
            BytesIO(said), "application/pdf", as_attachment=True, download_name=name, etag=digest
        )
    )


def _found(database: Session, proposal_id: UUID, digest: str, variant: str) -> tuple[str, bytes]:
    readable(database, proposal_id)
    return queries.content(database, proposal_id, digest, variant) or abort(404)


def _sent(answer: Response) -> Response:
    answer.headers.update(_HEADERS)
    return answer


def _add(
    proposal_id: UUID, form: PhotoForm | AttachmentForm, kind: str, take: Callable[[bytes], Content]
) -> ResponseReturnValue:
    """Keep the file; what is wrong with it is said beside its field."""
    with reading() as database:
        writable(database, proposal_id)  # before a picture is unpacked for anybody
    refused = None
    with request:  # which closes the files that came with it
        if form.validate_on_submit():
            try:
                _keep(proposal_id, kind, take(form[kind].data.read()), text_of(form.label))
            except FileRefusedError as error:
                refused = error
            else:
                flash(_("It is added."))
                return redirect(url_for("files.index", proposal_id=proposal_id))
    forms: tuple[Form, Form]
    if kind == PHOTO:
        forms = form, AttachmentForm(formdata=None, prefix=PREFIX)
    else:
        forms = PhotoForm(formdata=None), form
    with reading() as database:
        return _page(database, proposal_id, *forms, refused=refused), 422


def _keep(proposal_id: UUID, kind: str, content: Content, label: str) -> None:
    with transaction() as database:
        services.add(
            database, proposal_id, kind, content, label,
            account_id=current_user.id, now=clock.now(),
        )  # fmt: skip


def _page(
    database: Session,
    proposal_id: UUID,
    photo_form: Form,
    attachment_form: Form,
    *,
    refused: FileRefusedError | None = None,
) -> str:
    proposal = writable(database, proposal_id)
    return render_template(
        "proposals/files/index.html", proposal=proposal, photo_form=photo_form,
        attachment_form=attachment_form, refused=refused, most=services.MOST,
        **queries.of_proposal(database, proposal_id),
    )  # fmt: skip

"""What the proposals room refuses, in words; `app/review_refusals.py` has its reviews."""

from collections.abc import Mapping

from core.errors import RoomError
from core.words import LazyString
from core.words import lazy_gettext as _l
from proposals import errors as of_proposals
from proposals.amendments import errors as of_amendments
from proposals.files import errors as of_files
from proposals.places.errors import NoDistrictsError, OutsideCityError
from proposals.similar.errors import NotComparableError
from proposals.versions import errors as of_versions

PROPOSAL_REFUSALS: Mapping[type[RoomError], tuple[int, LazyString]] = {
    of_proposals.UnreadableUpdateError: (
        400,
        _l("What the page sent is no text of a proposal. Nothing was stored; reload the page."),
    ),
    of_proposals.GapInUpdateError: (
        409,
        _l("Something before these words is missing. Nothing was stored; reload the page."),
    ),
    of_proposals.ForgedWriterError: (
        403,
        _l(
            "These words carry the mark of another person's page. Nothing was stored; reload the page."
        ),
    ),
    of_proposals.LongUpdateError: (
        413,
        _l("That is too much text at once. Nothing was stored; paste it in smaller parts."),
    ),
    of_proposals.FullTextError: (
        413,
        _l(
            "This text has been changed so often that no more can be kept. Copy it into a new proposal."
        ),
    ),
    of_proposals.TooManyPagesError: (
        409,
        _l("You have texts open on %(pages)s pages. Close one of them, then reload this page."),
    ),
    of_proposals.InvitationUsedError: (
        404,
        _l("This invitation was used already, or has lapsed. Ask the author for a new one."),
    ),
    of_proposals.OwnInvitationError: (
        409,
        _l("This is your own proposal. Send the link to somebody else."),
    ),
    of_proposals.SharedDraftError: (
        409,
        _l("Others belong to this draft too. It can be deleted once they have left."),
    ),
    of_proposals.StaleTextError: (
        409,
        _l("Somebody changed the same words in the meantime. Nothing was overwritten."),
    ),
    of_proposals.IncompleteProposalError: (
        409,
        _l("Something is still missing. Go on writing and fill it in."),
    ),
    of_proposals.ForbiddenMoveError: (
        409,
        _l("This step is not possible from where the proposal stands, or not for your role."),
    ),
    of_proposals.ReasonNeededError: (
        422,
        _l("This step needs a reason that everyone can read. Go back and write it."),
    ),
    of_files.NotAPhotoError: (
        422,
        _l("This is no JPEG, PNG or WebP photo, or it is damaged. Choose another file."),
    ),
    of_files.MovingPictureError: (
        422,
        _l("Moving pictures are not taken. Choose a photo that stands still."),
    ),
    of_files.TooManyPixelsError: (
        422,
        _l("The photo has more than %(most)s million pixels. Make it smaller and try again."),
    ),
    of_files.NotAPdfError: (422, _l("This is no PDF, or it is cut off. Choose another file.")),
    of_files.LargeFileError: (
        422,
        _l("The file is larger than %(most)s MB. Make it smaller and try again."),
    ),
    of_files.SameFileError: (409, _l("The proposal has this file already.")),
    of_files.FullProposalError: (
        409,
        _l("A proposal has at most %(most)s of them. Remove one first."),
    ),
    of_files.FullShareError: (
        409,
        _l("You keep as much as one person may, %(most)s MB. Remove something first."),
    ),
    of_files.NoSuchFileError: (404, _l("This file is not there any more.")),
    NoDistrictsError: (
        409,
        _l("The city has not drawn its neighbourhoods yet, so there is no map."),
    ),
    OutsideCityError: (422, _l("This place is not within the city. Choose another one.")),
    of_proposals.MergeTargetError: (
        422,
        _l("A proposal is merged into one that is public and on its way. Check the number."),
    ),
    NotComparableError: (404, _l("There is no such public proposal to compare with.")),
    of_proposals.NotYourProposalError: (403, _l("Only its author can do that.")),
    of_proposals.FrozenProposalError: (409, _l("The text cannot be changed any more.")),
    of_proposals.ConsentMissingError: (
        409,
        _l("Not everyone who writes it has agreed to the text as it stands: %(names)s."),
    ),
    of_proposals.TextMovedError: (
        409,
        _l("The text has been changed since you read it. Go back, reload the page and read again."),
    ),
    # versions and amendments
    of_versions.SameTextError: (
        409,
        _l("Nothing was changed: version %(number)s says just the same."),
    ),
    of_versions.NoSuchVersionError: (404, _l("There is no such version of this proposal.")),
    of_amendments.NotAmendableError: (
        409,
        _l(
            "Amendments are for proposals that are public and not on a ballot yet, and whose authors can decide about them."
        ),
    ),
    of_amendments.NothingAmendedError: (
        422,
        _l("You have changed nothing yet. Go back and write what should read otherwise."),
    ),
    of_amendments.TooManyAmendmentsError: (
        409,
        _l(
            "%(open)s of your amendments to this proposal wait already. Take one back, or wait for an answer."
        ),
    ),
    of_amendments.OwnAmendmentError: (
        403,
        _l("You proposed this yourself. One of the other authors decides about it."),
    ),
    of_amendments.DecidedPartError: (
        409,
        _l("This part has been decided upon, or taken back. It stays like that."),
    ),
    of_amendments.MovedPartError: (
        409,
        _l(
            "The place reads otherwise now, so the part fits nowhere clearly. Nothing was overwritten."
        ),
    ),
    of_amendments.BrokenTextError: (
        409,
        _l(
            "With this part the proposal would be too long, or lack something that it needs. Nothing was changed."
        ),
    ),
}

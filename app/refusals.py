"""What the rooms refuse, in words: one sentence for each refusal, and the status of its answer."""

from collections.abc import Mapping

from accounts.errors import (
    AddressInUseError,
    ExclusiveRolesError,
    LastAdminError,
    NoSuchAccountError,
    OwnRoleError,
    WrongCodeError,
    WrongSignInError,
)
from app import review_refusals, token_refusals
from app.joining_refusals import JOINING_REFUSALS
from app.log_refusals import LOG_REFUSALS
from app.proposal_refusals import PROPOSAL_REFUSALS
from ballots.booth.errors import SignedInBoothError, WrongPermitError
from ballots.errors import (
    BallotInBoxError,
    ContestClosedError,
    InvariantError,
    LinkKeyMissingError,
    NotOnRollError,
    OverFundError,
    PaperBallotError,
    PointsError,
    ReconciliationError,
    RepeatedOptionError,
    TooManyInFieldError,
    TooManyPicksError,
    TornFormError,
    UnknownOptionError,
)
from ballots.paper.errors import (
    BallotsBeyondRollError,
    BatchMovedError,
    KeyingDoneError,
    NoSuchSheetError,
    NoSuchStationError,
    NothingTypedError,
    OpenBatchesError,
    PaperNotOpenError,
    SamePersonError,
    SheetsMissingError,
    StationInUseError,
    UnreadableEntryError,
)
from ballots.roll.errors import (
    NoListError,
    OutsideElectorateError,
    RollDraftGoneError,
    RollFixedError,
    RollKeyMissingError,
    RollStillNeededError,
    WrongBallotCodeError,
)
from budget.agenda.errors import NoAdoptedAmountError
from budget.audit.errors import (
    AuditMovedError,
    AuditOpenError,
    LevelOutcomeError,
    NoPaperError,
    NotDrawnError,
    SheetsUnreadError,
    WrongSeedError,
)
from budget.ceremony.errors import UnreadFigureError
from budget.errors import (
    LogUnsignedError,
    MissingError,
    NotEligibleError,
    SeedNeededError,
    SigningKeyMissingError,
    SlugInUseError,
    SumsDifferError,
    TooEarlyError,
    WrongPhaseError,
)
from core.errors import RoomError
from core.limits import TooManyAttemptsError
from core.two_officers import (
    AlreadyProposedError,
    NotProposedError,
    OtherTermsError,
    SameOfficerError,
)
from core.typesetting import NoKoreanFontError
from core.words import LazyString
from core.words import lazy_gettext as _l

# Refusal -> status, sentence. Placeholders are the refusal's own values.
REFUSALS: Mapping[type[RoomError], tuple[int, LazyString]] = {
    TooManyAttemptsError: (429, _l("You have tried too often in a short time.")),
    # accounts
    AddressInUseError: (409, _l("This address has an account already. Sign in instead.")),
    WrongSignInError: (401, _l("E-mail address and password do not belong together.")),
    WrongCodeError: (401, _l("That code is wrong or was used before. Wait for the next one.")),
    ExclusiveRolesError: (
        409,
        _l(
            "Nobody may both edit the ballot and open the tally: budget office and tally officer are two people."
        ),
    ),
    OwnRoleError: (
        403,
        _l("Nobody grants or takes away a role of their own. Ask another administrator."),
    ),
    LastAdminError: (409, _l("This is the last administrator. Make another one first.")),
    NoSuchAccountError: (404, _l("No account has the address %(email)s.")),
    **JOINING_REFUSALS,
    **PROPOSAL_REFUSALS,
    **review_refusals.REFUSALS,
    # ballots
    **LOG_REFUSALS,
    ContestClosedError: (
        409,
        _l("Voting is not open now. Your ballot was not cast; an earlier one stays as it is."),
    ),
    NotOnRollError: (403, _l("You are not on the roll of this vote. Ask the poll manager.")),
    PaperBallotError: (409, _l("You have voted on paper, and that ballot is final.")),
    UnknownOptionError: (
        422,
        _l("One of the choices is not on this ballot. Go back and choose again."),
    ),
    TornFormError: (422, _l("The page did not arrive whole. Go back, reload it and cast again.")),
    RepeatedOptionError: (422, _l("One project was chosen twice. Go back and choose again.")),
    TooManyPicksError: (
        422,
        _l("You chose %(picked)s projects; up to %(limit)s are possible. Take some back."),
    ),
    TooManyInFieldError: (
        422,
        _l(
            "You chose %(picked)s projects in one field; up to %(limit)s are possible there. Take some back."
        ),
    ),
    OverFundError: (422, _l("Your projects together cost more than there is. Take one back.")),
    PointsError: (422, _l("Each chosen project needs points of 0 or more.")),
    LinkKeyMissingError: (
        503,
        _l(
            "Voting is interrupted: a key of this vote is not at hand. Nothing was recorded; try again later."
        ),
    ),
    BallotInBoxError: (409, _l("This very ballot is in the box already. Nothing was done twice.")),
    ReconciliationError: (
        409,
        _l("Roll and box do not agree: %(marks)s marks, %(ballots)s ballots. Nothing was closed."),
    ),
    InvariantError: (
        409,
        _l(
            "The log does not add up yet: %(checks)s. The close page tells more. Nothing was closed."
        ),
    ),
    **token_refusals.REFUSALS,
    # two officers
    AlreadyProposedError: (409, _l("This waits for its second officer already, or is done.")),
    NotProposedError: (
        409,
        _l("Nothing waits for a second officer any more: an hour has passed, or it is done."),
    ),
    SameOfficerError: (
        403,
        _l("This takes two people. Let the second officer sign in, on a device of their own."),
    ),
    OtherTermsError: (
        409,
        _l("The figures have changed since this was proposed. Look at them together once more."),
    ),
    # paper and booth
    PaperNotOpenError: (
        409,
        _l("Paper ballots are declared and typed from the opening of the vote until its close."),
    ),
    StationInUseError: (
        409,
        _l("“%(station)s” stays: the name is taken, or the station has been used already."),
    ),
    NoSuchStationError: (404, _l("This vote has no station “%(station)s”.")),
    SamePersonError: (
        403,
        _l("This needs another person than the one before. Let someone else sign in and do it."),
    ),
    BatchMovedError: (
        409,
        _l("The batch has moved on meanwhile. Look at where it stands."),
    ),
    KeyingDoneError: (409, _l("This typing is finished and stays as it is.")),
    SheetsMissingError: (
        422,
        _l("%(missing)s of %(sheets)s sheets are not typed yet; the first is sheet %(first)s."),
    ),
    NoSuchSheetError: (422, _l("Sheet %(sheet)s is not among those to be typed in this batch.")),
    UnreadableEntryError: (
        422,
        _l("“%(typed)s” cannot be read. Type the numbers of the options with blanks between them."),
    ),
    NothingTypedError: (
        422,
        _l("Nothing was typed. Type the numbers, 0 for a blank sheet or * for a spoiled one."),
    ),
    OpenBatchesError: (
        409,
        _l(
            "Paper ballots are still to be typed at: %(stations)s. Close or withdraw those batches first. Nothing was closed."
        ),
    ),
    BallotsBeyondRollError: (
        409,
        _l(
            "There are %(ballots)s ballots and %(voters)s voters on the roll. Two poll managers open the batch again and record what nobody was handed as spoiled. Nothing was closed."
        ),
    ),
    NoKoreanFontError: (
        503,
        _l("No Korean font is installed here. See docs/paper.md."),
    ),
    WrongPermitError: (
        403,
        _l("This permit is not good: it was used, has run out, or is mistyped. Ask for a new one."),
    ),
    SignedInBoothError: (
        409,
        _l("Someone is signed in on this device. Sign out before it serves as a booth."),
    ),
    # the audit of the paper
    NoPaperError: (409, _l("There are no sheets of paper in this vote.")),
    LevelOutcomeError: (
        409,
        _l(
            "A decision hangs on a tie, so no sample can confirm it. Let two other clerks read all sheets, and minute what they find."
        ),
    ),
    WrongSeedError: (422, _l("The lot is 20 digits, or more.")),
    AuditMovedError: (409, _l("The audit has moved on meanwhile. Look at where it stands.")),
    NotDrawnError: (
        409,
        _l("This sheet is not to be read by you: it was not drawn, or is read already."),
    ),
    SheetsUnreadError: (
        409,
        _l("%(unread)s sheets of the sample are not read alike by two people yet."),
    ),
    AuditOpenError: (
        409,
        _l("The audit of the paper has begun. Finish it before the outcome is published."),
    ),
    # the roll
    NoListError: (409, _l("This vote has no list of voters: people declare themselves.")),
    RollFixedError: (
        409,
        _l("Voting has begun: the roll was promised in public and stays as it is."),
    ),
    RollDraftGoneError: (
        409,
        _l("Roll or rules have changed since the file was checked. Check it again."),
    ),
    RollKeyMissingError: (
        503,
        _l("The key of this roll is not at hand: nobody can be found by name or code."),
    ),
    RollStillNeededError: (
        409,
        _l("The roll is still needed: it can be erased once voting is closed."),
    ),
    WrongBallotCodeError: (
        401,
        _l("This code is not good for this vote. Look at the letter again."),
    ),
    OutsideElectorateError: (403, _l("By what you declared you do not vote here. %(reasons)s")),
    # budget
    WrongPhaseError: (
        409,
        _l("The cycle has moved to another phase meanwhile. Look at where it stands."),
    ),
    MissingError: (409, _l("Something is still missing before this step. The desk lists it.")),
    SlugInUseError: (409, _l("Another cycle has the address %(slug)s. Choose another one.")),
    TooEarlyError: (
        409,
        _l("The announced end is not reached. Closing now needs a reason that everyone can read."),
    ),
    NotEligibleError: (409, _l("“%(title)s” is not eligible for this slate.")),
    SeedNeededError: (
        422,
        _l("Level projects are settled by lot: enter the lot drawn in public, at least 16 signs."),
    ),
    UnreadFigureError: (422, _l("Read every line out to the observers, and tick it.")),
    SumsDifferError: (
        500,
        _l("The votes do not add up to the picks on the ballots. Nothing was published."),
    ),
    LogUnsignedError: (
        409,
        _l(
            "The public log is not signed up to its end yet. Try again in a minute; `gwangjang integrate` signs it."
        ),
    ),
    SigningKeyMissingError: (503, _l("The key that signs the log of this vote is not at hand.")),
    NoAdoptedAmountError: (
        422,
        _l("The council adopts an amount between nothing and what the draft says."),
    ),
}

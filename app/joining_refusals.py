"""What is refused about supports, merges, ideas and proposals handed in for others, in words."""

from collections.abc import Mapping

from core.errors import RoomError
from core.words import LazyString
from core.words import lazy_gettext as _l
from proposals import errors as of_proposals
from proposals.handing.errors import NotForDeskError, WrongClaimError
from proposals.ideas.errors import IdeaGoneError, IdeaUsedError, NotYourIdeaError
from proposals.merging import errors as of_merging
from proposals.pledges import errors as of_pledges
from proposals.supports import errors as of_supports

JOINING_REFUSALS: Mapping[type[RoomError], tuple[int, LazyString]] = {
    of_pledges.NeedsFixedError: (
        409,
        _l("The proposal is on a ballot, or its way has ended: its list of needs stands still."),
    ),
    of_pledges.NeedsFullError: (
        409,
        _l("A proposal lists at most %(most)s needs. Remove one first."),
    ),
    of_pledges.NeedPledgedError: (409, _l("Somebody has pledged to this need, so it stays.")),
    of_pledges.PledgesClosedError: (
        409,
        _l("Nothing can be pledged to this proposal now. Look at where it stands."),
    ),
    of_pledges.PledgesFullError: (
        409,
        _l("%(most)s of your pledges wait for an answer here. Take one back first."),
    ),
    of_pledges.PledgeStepError: (
        409,
        _l("The pledge has moved on, or that is not yours to do. Look at where it stands."),
    ),
    of_proposals.ConsentNeededError: (
        409,
        _l(
            "This proposal has authors, so it is merged only if all of them agree. Propose the merge to them."
        ),
    ),
    of_proposals.AlreadyAskedError: (
        409,
        _l("You have asked before, or were asked. Your page of proposals shows what waits."),
    ),
    of_proposals.RequestAnsweredError: (404, _l("This request was answered already.")),
    of_supports.SupportClosedError: (
        409,
        _l(
            "A proposal is supported from when it was received until it is on a ballot. Nothing was changed."
        ),
    ),
    of_supports.ObligationStandsError: (409, _l("The proposal is owed that already.")),
    of_supports.NotYourObligationError: (403, _l("Another role writes this answer.")),
    of_supports.ObligationAnsweredError: (409, _l("The answer was given, and stays as it is.")),
    of_merging.NothingToMergeError: (
        409,
        _l(
            "Only a proposal that is received, and waits for no review yet, becomes part of another one before the ballot. Look at where both stand."
        ),
    ),
    of_merging.AlreadyMergingError: (
        409,
        _l(
            "One of the proposals waits for another merge. It is answered, taken back or lapses first."
        ),
    ),
    of_merging.NotAskedError: (403, _l("Only authors of these proposals can do that.")),
    of_merging.MergeOverError: (
        409,
        _l("This merge is over: answered, taken back or lapsed. It can be proposed again."),
    ),
    of_merging.MergeReviewedError: (
        409,
        _l(
            "Something has happened to the proposal since the merge, so it cannot be undone any more."
        ),
    ),
    of_merging.OfficeMergesError: (
        409,
        _l(
            "One of the proposals has nobody with an account behind it. Ask the budget office to propose this merge."
        ),
    ),
    NotYourIdeaError: (403, _l("Only who wrote an idea takes it back.")),
    IdeaGoneError: (404, _l("This idea was taken back.")),
    IdeaUsedError: (409, _l("A proposal was made of this idea and names it, so it stays.")),
    NotForDeskError: (
        409,
        _l("Its author has an account, and answers alone. The office enters nothing in that name."),
    ),
    WrongClaimError: (404, _l("No receipt has this code, or it was used.")),
}

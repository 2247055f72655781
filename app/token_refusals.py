"""What is refused of tokens, in words: a part of `app/refusals.py`."""

from collections.abc import Mapping

from ballots.errors import TokenIssuedError, WrongCredentialError
from ballots.tokens.errors import (
    OtherTokenError,
    TokenKeyMissingError,
    TokenUsedError,
    TornBallotError,
    TornTokenError,
    WrongRecoveryCodeError,
    WrongTokenError,
)
from core.errors import RoomError
from core.words import LazyString
from core.words import lazy_gettext as _l

REFUSALS: Mapping[type[RoomError], tuple[int, LazyString]] = {
    WrongCredentialError: (
        409,
        _l(
            "Ballots of this vote are cast in another way. Start again from its page; at a booth, take paper. Nothing was recorded."
        ),
    ),
    TokenIssuedError: (
        409,
        _l(
            "This voter has a token for voting by web, so there is no paper ballot beside it. Whoever has not used it can give it back: type the recovery code."
        ),
    ),
    OtherTokenError: (
        409,
        _l(
            "You have begun to vote before and got a recovery code then. Type that code: there is one for each voter, and a new one cannot be made."
        ),
    ),
    TornTokenError: (
        422,
        _l("The request for a token did not arrive whole. Reload the page and try again."),
    ),
    WrongTokenError: (
        403,
        _l(
            "This token is not good for this vote: it is not signed for it, or was given back for paper. Nothing was recorded."
        ),
    ),
    TornBallotError: (
        422,
        _l(
            "The ballot did not arrive whole. Reload the page and cast again. Nothing was recorded."
        ),
    ),
    TokenKeyMissingError: (
        503,
        _l(
            "Voting is interrupted: a key of this vote is not at hand. Nothing was recorded; try again later."
        ),
    ),
    WrongRecoveryCodeError: (
        422,
        _l("This is not the recovery code of this voter's token. Look whether it is typed right."),
    ),
    TokenUsedError: (
        409,
        _l(
            "A ballot was cast with this token, and it counts. Whoever wants to change it votes again by web with the recovery code."
        ),
    ),
}

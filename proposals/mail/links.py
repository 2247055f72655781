"""Addresses in letters that act without signing in: to confirm, and to stop.

They are signed, so that nobody can make one for somebody else; each tells what it is for, so that
one cannot be used as the other. No mail address is in them, since servers note what is asked for.
"""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

UNDO = 60 * 60  # seconds in which a stop is taken back without signing in
_BROKEN = (BadSignature, ValueError, TypeError, AttributeError)


@dataclass(frozen=True)
class Links:
    """The signer of such addresses; `secret` is the application's."""

    secret: str

    def seal(self, address: str) -> bytes:
        """By what an address is known again without being kept; 32 bytes."""
        key = f"gwangjang mail address {self.secret}".encode()
        return hmac.digest(key, address.encode(), hashlib.sha256)

    def to_stop(self, account_id: UUID) -> str:
        """A token that stops all mail to the person, however old it is."""
        return str(self._signer("stop").dumps(account_id.hex))

    def stops(self, token: str) -> UUID | None:
        """Whose mail the token stops; None: no such token."""
        try:
            return UUID(self._signer("stop").loads(token))
        except _BROKEN:
            return None

    def to_go_on(self, account_id: UUID) -> str:
        """A token that takes a stop back, for an hour."""
        return str(self._undoing.dumps(account_id.hex))

    def goes_on(self, token: str) -> UUID | None:
        """Whose stop the token takes back; None: no such token, or an old one."""
        try:
            return UUID(self._undoing.loads(token, max_age=UNDO))
        except _BROKEN:
            return None

    def to_confirm(self, account_id: UUID, address: str) -> str:
        """A token that shows that whoever has it reads mail to that address."""
        return str(self._signer("confirm").dumps([account_id.hex, self.seal(address).hex()]))

    def confirms(self, token: str) -> tuple[UUID, bytes] | None:
        """Whose address the token confirms, and the seal of it; None: no such token."""
        try:
            account_id, seal = self._signer("confirm").loads(token)
            return UUID(account_id), bytes.fromhex(seal)
        except _BROKEN:
            return None

    def _signer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt=f"gwangjang mail {purpose}")

    @property
    def _undoing(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret, salt="gwangjang mail go on")

"""V5 to V9: each leaf by itself, and what the log says from its opening to its close."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ballots.board import leaves
from ballots.board.bundle import PROGRAMS
from ballots.board.leaves import Leaf, LeafError, is_count, is_hash
from ballots.board.manifest import Manifest, ManifestError, UnfitBallotError, check_ballot
from ballots.board.reading import BATCHES, ORDER, VOID, VOTERS, LogError, Reading
from ballots.board.tokens import Tokens
from budget.verification.board import leaves_of
from budget.verification.case import Case, Said, Unchecked, Wrong, blamed, must, needed
from core.words import lazy_gettext as _l

# What a fault of the log is about -> the step that says so.
STEP_OF = {ORDER: "V6", VOTERS: "V7", BATCHES: "V8", VOID: "V9"}

"""The node as a witness of the marketplace's log: it cosigns what continues what it cosigned before.

The marketplace asks by `add-checkpoint` (C2SP tlog-witness). A cosignature says that up to this moment the
node knows no larger state of the log, and that this one begins with every state that it cosigned. Whoever
trusts enough nodes therefore sees one log: the marketplace cannot show two, and cannot take entries back.

The last state is kept before the cosignature leaves, in one transaction with the comparison, and only ever
grows. A checkpoint that is signed and does not continue it is written down beside the last one. Limit: a node
that is restored from a copy forgets what it cosigned since, and could then be shown another continuation;
that is why more than half of the nodes are asked for.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from consent.cosignature import cosign
from consent.log import Checkpoint, verify_checkpoint, verify_growth
from consent.note import read_note
from consent.witnessing import AddCheckpoint
from crypto.encoding import sha256
from crypto.errors import MalformedError, ProofError, SignatureError
from crypto.signing import SigningKey
from marketplace.mpc_node.errors import (
    GrowthRefusedError,
    LogForkedError,
    OtherSizeError,
    UnknownLogError,
    UnsignedCheckpointError,
)
from marketplace.mpc_node.storage.witnessed import WitnessedLog, WitnessStore
from ssi.hosting.logs import log
from ssi.trust import TrustRegistry

_LOGGER = logging.getLogger(__name__)
_CONTRADICTION = "a checkpoint does not continue the log"


class WitnessCheckpoint:
    """The use case: verify, compare with the last state, keep, cosign."""

    def __init__(
        self,
        store: WitnessStore,
        registry: Callable[[], TrustRegistry],
        *,
        node_id: str,
        key: SigningKey,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._registry = registry
        self._node_id = node_id
        self._key = key
        self._clock = clock

    def __call__(self, raw: bytes) -> str:
        """The cosignature of this node as a line of the note (C2SP tlog-witness, in the order given there).

        Raises:
            MalformedError: it is no such request, or asks to go back.
            UnknownLogError: the checkpoint is of another log than the marketplace's.
            UnsignedCheckpointError: the marketplace did not sign it.
            OtherSizeError: this node knows the log to another size than the request says.
            LogForkedError: it has the size that this node knows, and another root.
            GrowthRefusedError: the proof does not show that the log grew to it.
        """
        request = AddCheckpoint.from_bytes(raw)
        checkpoint = self._signed(request)
        if request.old_size > checkpoint.size:
            raise MalformedError("add-checkpoint: the old size is above that of the checkpoint")
        self._store.advance(checkpoint.origin, lambda last: self._next(last, request, checkpoint))
        text, _ = read_note(request.note)
        return cosign(text, self._node_id, self._key, self._clock()).to_text()

    def _signed(self, request: AddCheckpoint) -> Checkpoint:
        marketplace = self._registry().marketplace
        text, _ = read_note(request.note)
        if text.partition("\n")[0] != marketplace.id:
            raise UnknownLogError("this node is a witness of the marketplace's log only")
        try:
            return verify_checkpoint(request.note, marketplace.id, marketplace.verifying_key)
        except SignatureError as error:
            raise UnsignedCheckpointError("the marketplace did not sign that checkpoint") from error

    def _next(
        self, last: WitnessedLog | None, request: AddCheckpoint, checkpoint: Checkpoint
    ) -> WitnessedLog:
        known = 0 if last is None else last.size
        if request.old_size != known:
            raise OtherSizeError(known)
        before = Checkpoint(checkpoint.origin, known, sha256() if last is None else last.root)
        try:
            verify_growth(before, checkpoint, request.hashes)
        except ProofError as error:
            shown = self._as_the_log_signed(request.note)
            known_note = "" if last is None else last.note
            log(_LOGGER, _CONTRADICTION, level=logging.WARNING, known=known_note, shown=shown)
            if known == checkpoint.size and before.root != checkpoint.root:
                raise LogForkedError(known) from error
            raise GrowthRefusedError(f"the log did not grow to that checkpoint: {error}") from error
        note, now = self._as_the_log_signed(request.note), self._clock().replace(microsecond=0)
        return WitnessedLog(checkpoint.size, checkpoint.root, note, now)

    def _as_the_log_signed(self, note: str) -> str:
        """The note without lines of others, so that it stays short."""
        marketplace = self._registry().marketplace
        text, lines = read_note(note)
        own = next(line for line in lines if line.is_of(marketplace.id, marketplace.verifying_key))
        return f"{text}\n{own.to_text()}"

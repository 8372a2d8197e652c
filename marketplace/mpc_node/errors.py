"""What can go wrong at a computation node, by what the caller can do about it."""

from enum import StrEnum


class NodeError(Exception):
    """Any failure of this folder."""


class SettingsError(NodeError):
    """The operator's folder or settings are incomplete, unreadable or readable by others."""


class StorageAlteredError(NodeError):
    """What was stored cannot be read any more: somebody or something changed the database."""


class PartitionUnreadableError(StorageAlteredError):
    """A file of shares that is missing, has another form, or cannot be read now; it may be whole later."""


class NotAllowedError(NodeError):
    """The caller did not prove to be the party that may ask this."""


class UnknownContributionError(NodeError):
    """This node holds nothing under that consent id."""


class WithdrawalRefusedError(NodeError):
    """A withdrawal that cannot be read or that the key of its consent did not sign."""


class PauseRefusedError(NodeError):
    """A statement about pausing that cannot be read or that the key of its consent did not sign."""


class PauseOvertakenError(NodeError):
    """A statement about pausing that comes after a later one of the same person, which counts."""


class UnknownJobError(NodeError):
    """This node was never given a job of that id."""


class NoOutputError(NodeError):
    """The job has no output: it still runs, or it failed."""


class ManifestRefusedError(NodeError):
    """A job that this node will not take part in; another manifest is needed.

    `reason` is one word of `ManifestRefusal` in text form, for the machine that asked.
    """

    def __init__(self, reason: "ManifestRefusal", message: str) -> None:
        super().__init__(f"{reason.value}: {message}")
        self.reason = reason


class ReplayedError(NodeError):
    """An id that was used before came back with another body."""


class MessageRefusedError(NodeError):
    """A message that no node of the registry can have meant; it was not kept."""


class FrameRefusedError(NodeError):
    """Bytes on a connection between nodes that are no frame, or not the one that is due."""


class DisagreementError(NodeError):
    """A peer that is about to compute something else than this node."""


class LinkBrokenError(NodeError):
    """A connection to a peer ended or never came to be; another one may replace it."""


class CheckpointError(NodeError):
    """What was written down of an attempt cannot be gone on with."""


class BusyError(NodeError):
    """As many attempts run as this node has room for; asking later will help."""


class PieceRefusedError(NodeError):
    """A piece of a long list that is not what its name says, or too long."""


class UnknownLogError(NodeError):
    """A checkpoint of a log that this node is no witness of."""


class UnsignedCheckpointError(NodeError):
    """A checkpoint that the log it names did not sign."""


class GrowthRefusedError(NodeError):
    """A checkpoint that is not shown to continue what this node cosigned."""


class OtherSizeError(NodeError):
    """This node cosigned another size of the log than it was told; `size` is the one to start from."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the last size that this node cosigned is {size}")
        self.size = size


class LogForkedError(OtherSizeError):
    """A second state of the log with the size of the one that this node cosigned."""


class NotShownError(NodeError):
    """What was to show a withdrawal in the log does not show it, or not to this node."""


class ManifestRefusal(StrEnum):
    """Why a node does not take part in a job at all."""

    UNREADABLE = "unreadable"
    NOT_FROM_THE_MARKETPLACE = "not_from_the_marketplace"
    EXPIRED = "expired"
    UNKNOWN_NODE = "unknown_node"
    NOT_A_PARTY = "not_a_party"
    UNKNOWN_DATA_SET = "unknown_data_set"
    QUERY = "query"
    NO_AGGREGATION_KEY = "no_aggregation_key"
    NO_DEALER = "no_dealer"
    BUYER_CREDENTIAL = "buyer_credential"
    BUYER_REVOKED = "buyer_revoked"
    BUYER_STATUS_UNKNOWN = "buyer_status_unknown"
    MANDATE = "mandate"
    ESCROW = "escrow"
    ATTEMPTS_USED_UP = "attempts_used_up"
    PIECES_MISSING = "pieces_missing"
    LOG_STALE = "log_stale"
    LOG_AHEAD = "log_ahead"
    LOG_FORKED = "log_forked"
    WITHDRAWAL_HIDDEN = "withdrawal_hidden"
    NAMES_WITHDRAWN = "names_withdrawn"


class Failure(StrEnum):
    """Why an attempt ended without an output."""

    INTERRUPTED = "interrupted"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    PEER_TIMEOUT = "peer_timeout"
    PEER_FAILED = "peer_failed"
    PEER_REFUSED = "peer_refused"
    PEER_CONFLICT = "peer_conflict"
    PEER_VIOLATION = "peer_violation"
    MANIFESTS_DIFFER = "manifests_differ"
    DISAGREEMENT = "disagreement"
    CROWD_TOO_SMALL = "crowd_too_small"
    QUERY_REFUSED = "query_refused"
    CONSENT_ENDED = "consent_ended"
    BUDGET_EXHAUSTED = "budget_exhausted"
    DEALER_FAILED = "dealer_failed"
    PROTOCOL_VIOLATION = "protocol_violation"
    WITHDRAWN_DURING_COMPUTATION = "withdrawn_during_computation"
    PAUSED_DURING_COMPUTATION = "paused_during_computation"
    RELEASED_ALREADY = "released_already"
    DIFFERS_BY_TOO_FEW = "differs_by_too_few"
    ASKED_TOO_OFTEN = "asked_too_often"
    LOG_STALE = "log_stale"
    WITHDRAWAL_HIDDEN = "withdrawal_hidden"
    INTERNAL_ERROR = "internal_error"


class AttemptFailedError(NodeError):
    """An attempt ends here, without an output.

    `culprits` are the node ids that may have caused it, as far as the protocol can tell; `consents` are
    those whose people the next attempt must do without.
    """

    def __init__(
        self,
        failure: Failure,
        message: str,
        *,
        culprits: tuple[str, ...] = (),
        consents: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.failure = failure
        self.culprits = culprits
        self.consents = consents

"""Which tables does a node keep?"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ssi.hosting.columns import UtcMoment, new_metadata

ID_LENGTH = 500
DIGEST_LENGTH = 64
PARTITION_ID_LENGTH = 32
KEY_LENGTH = 16


class Base(DeclarativeBase):
    """The tables of a node's database; it shares none with the marketplace."""

    metadata = new_metadata()


class SharePartitionRow(Base):
    """One file of shares, of `size` records, of which `gone` are erased. `seal` is sealed."""

    __tablename__ = "share_partition"

    partition_id: Mapped[str] = mapped_column(String(PARTITION_ID_LENGTH), primary_key=True)
    data_set: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    role: Mapped[int]
    lines: Mapped[int]
    size: Mapped[int]
    gone: Mapped[int]
    seal: Mapped[bytes] = mapped_column(LargeBinary)


class ContributionRow(Base):
    """One verified contribution without its shares. `handle` is the pairwise pseudonym of the person."""

    __tablename__ = "contribution"

    consent_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    body_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    handle: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    holder_key: Mapped[dict[str, Any]] = mapped_column(JSON)
    presentation: Mapped[str] = mapped_column(Text)
    consent: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcMoment)


class ShareIndexRow(Base):
    """In which row of which file a contribution's shares stand; it goes when the contribution goes."""

    __tablename__ = "share_index"

    consent_id: Mapped[str] = mapped_column(
        ForeignKey("contribution.consent_id", ondelete="CASCADE"), primary_key=True
    )
    partition_id: Mapped[str] = mapped_column(ForeignKey("share_partition.partition_id"))
    place: Mapped[int]

    __table_args__ = (UniqueConstraint("partition_id", "place"),)


class EncryptedRow(Base):
    """A contribution's columns under a joint key, 66 bytes each; it goes when its contribution goes."""

    __tablename__ = "encrypted"

    consent_id: Mapped[str] = mapped_column(
        ForeignKey("contribution.consent_id", ondelete="CASCADE"), primary_key=True
    )
    key_id: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    bins: Mapped[bytes] = mapped_column(LargeBinary)


class KeptTermsRow(Base):
    """What the papers of many people say alike, by its digest, and how many people that are."""

    __tablename__ = "kept_terms"

    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    terms: Mapped[bytes] = mapped_column(LargeBinary)
    people: Mapped[int]


class KeptPapersRow(Base):
    """What jobs need of one contribution's papers, under the node's tag; it goes with its contribution."""

    __tablename__ = "kept_papers"

    consent_id: Mapped[str] = mapped_column(
        ForeignKey("contribution.consent_id", ondelete="CASCADE"), primary_key=True
    )
    handle: Mapped[str] = mapped_column(String(ID_LENGTH))
    papers: Mapped[bytes] = mapped_column(LargeBinary)


class ErasureRow(Base):
    """A row of shares that is deleted here and not known to be overwritten in its file yet.

    `sealed`: its file's seal expects it to be overwritten, so that overwriting it harms no other row.
    """

    __tablename__ = "erasure"

    partition_id: Mapped[str] = mapped_column(String(PARTITION_ID_LENGTH), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    consent_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    sealed: Mapped[bool] = mapped_column(default=False, server_default=false())


class NoisePinRow(Base):
    """By which key a peer shares noise on one question about one set of people: the first is the only one."""

    __tablename__ = "noise_pin"

    job_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    query_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    admitted_root: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    peer: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    key_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    noted_at: Mapped[datetime] = mapped_column(UtcMoment)


class WithdrawalRow(Base):
    """The tombstone of a contribution: that it was here, when it went, and the receipt that says so."""

    __tablename__ = "withdrawal"

    consent_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    holder_key: Mapped[dict[str, Any]] = mapped_column(JSON)
    deleted_at: Mapped[datetime] = mapped_column(UtcMoment)
    receipt: Mapped[str] = mapped_column(Text)


class PauseRow(Base):
    """The latest signed word of a person about pausing one contribution; it goes when that goes."""

    __tablename__ = "pause"

    consent_id: Mapped[str] = mapped_column(
        ForeignKey("contribution.consent_id", ondelete="CASCADE"), primary_key=True
    )
    sequence: Mapped[int] = mapped_column(BigInteger)
    paused: Mapped[bool]
    statement: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str | None] = mapped_column(Text)


class WithdrawalNoteRow(Base):
    """A withdrawal or pause that came before its contribution, as it came: nothing of it is verified."""

    __tablename__ = "withdrawal_note"

    token_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    consent_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    token: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime] = mapped_column(UtcMoment, index=True)


class WitnessedLogRow(Base):
    """The last state of a log that this node cosigned; triggers refuse to let it go back."""

    __tablename__ = "witnessed_log"

    origin: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    note: Mapped[str] = mapped_column(Text)
    cosigned_at: Mapped[datetime | None] = mapped_column(UtcMoment)


class WitnessedStateRow(Base):
    """A state of a log that this node cosigned lately, and when for the first time."""

    __tablename__ = "witnessed_state"

    origin: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    first_at: Mapped[datetime] = mapped_column(UtcMoment, index=True)


class LoggedWithdrawalRow(Base):
    """A withdrawal that this node took, and where it stands in the log once it was shown there.

    `shown` is the entry with its salt and its proof.
    """

    __tablename__ = "logged_withdrawal"

    consent_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    token: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(UtcMoment)
    log_index: Mapped[int | None] = mapped_column(BigInteger)
    shown: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("ix_logged_withdrawal_log_index", "log_index", "since"),)


class ContradictionRow(Base):
    """A manifest that names a consent although its withdrawal stood in the log that it was made over."""

    __tablename__ = "contradiction"

    manifest_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    consent_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    manifest: Mapped[str] = mapped_column(Text)
    found_at: Mapped[datetime] = mapped_column(UtcMoment)


class JobRow(Base):
    """What must stay the same over all attempts of one job."""

    __tablename__ = "job"

    job_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    terms_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))


class QuestionRow(Base):
    """That a job of a buyer asks about a data set, for as long as it counts (`questions`)."""

    __tablename__ = "question"

    job_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    data_set: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    buyer: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcMoment, index=True)


class AttemptRow(Base):
    """One attempt, how it went, and its output once it is done.

    Where its people are on a roll, `people` holds what became of them, in the roll's order, and the two
    columns that would name them are empty.
    """

    __tablename__ = "attempt"

    job_id: Mapped[str] = mapped_column(ForeignKey("job.job_id"), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    manifest: Mapped[str] = mapped_column(Text)
    manifest_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(100))
    culprits: Mapped[list[str]] = mapped_column(JSON)
    admitted: Mapped[int]
    refusals: Mapped[dict[str, str]] = mapped_column(JSON)
    started_at: Mapped[datetime] = mapped_column(UtcMoment)
    statement: Mapped[str | None] = mapped_column(Text)
    held_statement: Mapped[str | None] = mapped_column(Text)
    envelope: Mapped[bytes | None] = mapped_column(LargeBinary)
    admitted_ids: Mapped[list[str] | None] = mapped_column(JSON)
    people: Mapped[bytes | None] = mapped_column(LargeBinary)


class AnsweredPartRow(Base):
    """People of a data set whom no exact answer tells apart (`consent.differencing`): how many."""

    __tablename__ = "answered_part"

    data_set: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    people: Mapped[int]
    floor: Mapped[int]


class AnsweredPersonRow(Base):
    """In which part somebody is, and by which record; it stays when her contribution goes.

    `account` and `record` are digests (`consent.differencing.key_of`).
    """

    __tablename__ = "answered_person"

    data_set: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    account: Mapped[bytes] = mapped_column(LargeBinary(KEY_LENGTH), primary_key=True)
    part: Mapped[int]
    record: Mapped[bytes] = mapped_column(LargeBinary(KEY_LENGTH))


class MessageRow(Base):
    """One message of a peer, at most one for each step; `conflict` tells of a second, other one."""

    __tablename__ = "message"

    job_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[str] = mapped_column(String(20), primary_key=True)
    sender: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    token: Mapped[str] = mapped_column(Text)
    payload_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    conflict: Mapped[bool]
    received_at: Mapped[datetime] = mapped_column(UtcMoment, index=True)


class ChargeRow(Base):
    """Privacy budget that one person spent on one job with one set of people; `epsilon` is decimal text.

    `rho` is the same as an exact fraction of zCDP, absent in charges of earlier versions. `handle` is her
    account (`ledger.account_of`), or in charges of earlier versions her bare handle.
    """

    __tablename__ = "charge"

    handle: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    job_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    admitted_root: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    epsilon: Mapped[str] = mapped_column(String(50))
    charged_at: Mapped[datetime] = mapped_column(UtcMoment)
    rho: Mapped[str | None] = mapped_column(String(100))

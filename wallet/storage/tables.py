"""The tables of a wallet database; a column called ``sealed_…`` holds nothing that the database can read."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ssi.hosting.columns import UtcMoment, new_metadata

UUID_LENGTH = 36
DIGEST_LENGTH = 43
NAME_LENGTH = 200


class Base(DeclarativeBase):
    """The wallet's own metadata, shared with no other deployable."""

    metadata = new_metadata()


class WalletRow(Base):
    """One wallet: how it is found and opened."""

    __tablename__ = "wallet"

    wallet_id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    login_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), unique=True)
    generation: Mapped[bytes] = mapped_column(LargeBinary)
    failed_attempts: Mapped[int] = mapped_column(Integer, default=0)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcMoment)


class PasswordLockRow(Base):
    """The data key of one wallet, wrapped so that its password opens it."""

    __tablename__ = "password_lock"

    wallet_id: Mapped[str] = mapped_column(
        ForeignKey("wallet.wallet_id", ondelete="CASCADE"), primary_key=True
    )
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    memory_kib: Mapped[int] = mapped_column(Integer)
    iterations: Mapped[int] = mapped_column(Integer)
    lanes: Mapped[int] = mapped_column(Integer)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)


class PasskeyRow(Base):
    """The data key of one wallet, wrapped so that one passkey opens it; its note is sealed."""

    __tablename__ = "passkey"

    credential_id: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    wallet_id: Mapped[str] = mapped_column(ForeignKey("wallet.wallet_id", ondelete="CASCADE"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_note: Mapped[bytes] = mapped_column(LargeBinary)


class RecoveryLockRow(Base):
    """The data key of one wallet, wrapped so that its recovery code opens it."""

    __tablename__ = "recovery_lock"

    wallet_id: Mapped[str] = mapped_column(
        ForeignKey("wallet.wallet_id", ondelete="CASCADE"), primary_key=True
    )
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)


class ContactsLockRow(Base):
    """The data key of one wallet, wrapped so that so many of its person's contacts open it together."""

    __tablename__ = "contacts_lock"

    wallet_id: Mapped[str] = mapped_column(
        ForeignKey("wallet.wallet_id", ondelete="CASCADE"), primary_key=True
    )
    threshold: Mapped[int] = mapped_column(Integer)
    contacts: Mapped[int] = mapped_column(Integer)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)


class ErasureRow(Base):
    """When a wallet was asked to be erased, and when it is."""

    __tablename__ = "erasure"

    wallet_id: Mapped[str] = mapped_column(
        ForeignKey("wallet.wallet_id", ondelete="CASCADE"), primary_key=True
    )
    asked_at: Mapped[datetime] = mapped_column(UtcMoment)
    due_at: Mapped[datetime] = mapped_column(UtcMoment, index=True)


class FarewellRow(Base):
    """A signed withdrawal of a wallet that may be gone; it names an agreement and nobody."""

    __tablename__ = "farewell"

    farewell_id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    recipient: Mapped[str] = mapped_column(String(16))
    node_id: Mapped[str] = mapped_column(String(NAME_LENGTH))
    consent_id: Mapped[str] = mapped_column(String(NAME_LENGTH))
    signed: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(UtcMoment)


class LetterboxRow(Base):
    """The key pair of one wallet's letters."""

    __tablename__ = "letterbox"

    wallet_id: Mapped[str] = mapped_column(
        ForeignKey("wallet.wallet_id", ondelete="CASCADE"), primary_key=True
    )
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)


class LetterAddressRow(Base):
    """Where one device sends to; what it is called is sealed."""

    __tablename__ = "letter_address"

    address_id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    wallet_id: Mapped[str] = mapped_column(ForeignKey("wallet.wallet_id", ondelete="CASCADE"), index=True)
    password_digest: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_note: Mapped[bytes] = mapped_column(LargeBinary)
    broker_verifier: Mapped[str | None] = mapped_column(String(NAME_LENGTH))


class LetterRow(Base):
    """One thing that came in, sealed to the letterbox."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_address_id_received_at", "address_id", "received_at"),)

    letter_id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    wallet_id: Mapped[str] = mapped_column(ForeignKey("wallet.wallet_id", ondelete="CASCADE"), index=True)
    address_id: Mapped[str] = mapped_column(ForeignKey("letter_address.address_id", ondelete="CASCADE"))
    received_at: Mapped[datetime] = mapped_column(UtcMoment)
    sealed_body: Mapped[bytes] = mapped_column(LargeBinary)


class SealedRow(Base):
    """Anything a wallet keeps: a random name, whose it is, how often it changed, and one sealed document."""

    __abstract__ = True

    row_id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    wallet_id: Mapped[str] = mapped_column(ForeignKey("wallet.wallet_id", ondelete="CASCADE"), index=True)
    revision: Mapped[int] = mapped_column(Integer)
    sealed_document: Mapped[bytes] = mapped_column(LargeBinary)


class LogMemoryRow(SealedRow):
    """What a wallet remembers of the public log."""

    __tablename__ = "log_memory"


class CredentialRow(SealedRow):
    """One credential with its holder key."""

    __tablename__ = "credential"


class ArrivalRow(SealedRow):
    """A record on its way into the wallet, looked at and not yet kept."""

    __tablename__ = "arrival"


class ConsentRow(SealedRow):
    """One consent with what came of it."""

    __tablename__ = "consent"


class OfferDraftRow(SealedRow):
    """An offer that a person has begun to put together."""

    __tablename__ = "offer_draft"


class ScoreOfferRow(SealedRow):
    """One offer of scores with its master key and everything that was asked."""

    __tablename__ = "score_offer"


class ScoreMemoryRow(SealedRow):
    """What was ever told of one record by scores."""

    __tablename__ = "score_memory"


class CrowdOfferRow(SealedRow):
    """One offer to take part in crowd sums, with every sum it came to."""

    __tablename__ = "crowd_offer"


class CrowdMemoryRow(SealedRow):
    """What was ever told of one record by crowd sums."""

    __tablename__ = "crowd_memory"


class ShowingCopyRow(SealedRow):
    """One copy of a credential, to be shown."""

    __tablename__ = "showing_copy"


class ShownCredentialRow(SealedRow):
    """One credential that can be shown and not computed with."""

    __tablename__ = "shown_credential"


class ShowingRow(SealedRow):
    """One request to show something, and what came of it."""

    __tablename__ = "showing"


class HospitalRow(SealedRow):
    """One hospital that a wallet reads from, with its right to."""

    __tablename__ = "hospital"


class StreamRow(SealedRow):
    """One stream: what is measured, and which segments have its readings."""

    __tablename__ = "stream"


class StreamSegmentRow(SealedRow):
    """Some thousand readings of one stream; which, only the stream says."""

    __tablename__ = "stream_segment"


class PodRow(SealedRow):
    """The pod that a wallet is connected to, with the right to act in it."""

    __tablename__ = "pod"


class PreferenceRow(SealedRow):
    """How a person wants her wallet to be; there is one of a wallet."""

    __tablename__ = "preference"


class PayoutRow(SealedRow):
    """One payout that a person asked for."""

    __tablename__ = "payout"


class RightsCaseRow(SealedRow):
    """One request that a person filed under the GDPR."""

    __tablename__ = "rights_case"


class StreamAlertRow(SealedRow):
    """What a person wants to be told about one stream."""

    __tablename__ = "stream_alert"

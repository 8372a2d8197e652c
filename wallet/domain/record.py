"""A credential as a person reads it: what it says in her words, how it stands, what to do next.

An issuer corrects a record by issuing it again for the same person and kind. Both stay in the wallet: the
newest counts, and the older ones are marked as replaced.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet, data_set
from wallet.domain.credential import Claim, HeldCredential, Standing

ABSENT = "not recorded"


class RecordState(StrEnum):
    """How a record stands; only a valid one can be offered."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    REPLACED = "replaced"


@dataclass(frozen=True)
class RecordField:
    """One line of a record, in words; `text` has the value with its unit, `value` what was signed."""

    name: str
    label: str
    about: str
    text: str = field(repr=False)
    present: bool
    public: bool
    value: Claim | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Record:
    """One credential, readable. `credential_id` is its random name in this wallet."""

    credential_id: str
    data_set: DataSet
    issuer_id: str
    issuer_name: str
    state: RecordState
    fields: tuple[RecordField, ...]
    issued_at: datetime
    expires_at: datetime
    received_at: datetime
    checked_at: datetime | None
    replaced_by: str | None = None

    @property
    def title(self) -> str:
        """What kind of record this is."""
        return self.data_set.label["en"]

    @property
    def can_be_offered(self) -> bool:
        """Whether computations may include it."""
        return self.state is RecordState.VALID


def describe(held: HeldCredential, *, among: Iterable[HeldCredential], now: datetime) -> Record:
    """Describe a credential; `among` are all of the wallet, so that a newer version is found.

    Raises:
        UnknownDataSetError: this version of the wallet does not know the data set any more.
    """
    described = data_set(held.data_set)
    newest = newest_version(held, among)
    return Record(
        credential_id=held.row_id,
        data_set=described,
        issuer_id=held.issuer_id,
        issuer_name=held.issuer_name,
        state=_state(held, newest, now),
        fields=tuple(
            _field(attribute, held.claims.get(attribute.name)) for attribute in described.attributes
        ),
        issued_at=held.issued_at,
        expires_at=held.expires_at,
        received_at=held.received_at,
        checked_at=held.checked_at,
        replaced_by=None if newest.row_id == held.row_id else newest.row_id,
    )


def describe_all(held: Sequence[HeldCredential], *, now: datetime) -> tuple[Record, ...]:
    """All records: those that count first, and the newest of each sort first."""
    versions: dict[tuple[str, str, str], list[HeldCredential]] = {}
    for each in held:
        versions.setdefault(_record_key(each), []).append(each)
    records = [describe(each, among=versions[_record_key(each)], now=now) for each in held]
    records.sort(key=lambda record: record.received_at, reverse=True)
    records.sort(key=lambda record: record.state is RecordState.REPLACED)
    return tuple(records)


def newest_version(held: HeldCredential, among: Iterable[HeldCredential]) -> HeldCredential:
    """The version that counts: of the same issuer, person and kind of record, the one issued last."""
    versions = [each for each in among if _record_key(each) == _record_key(held)] or [held]
    return max(versions, key=lambda each: (each.issued_at, each.received_at, each.row_id))


def value_text(attribute: Attribute, value: Claim | None) -> str:
    """A value as people write it, with its unit.

    Numbers keep the decimals that the data set promises, so that 7 and 7.0 are told apart as measured.
    """
    if value is None:
        return ABSENT
    if attribute.kind is Kind.CATEGORY:
        labels = {category.code: category.label["en"] for category in attribute.categories}
        return labels.get(str(value), str(value))
    number = f"{value:.{attribute.decimals}f}" if isinstance(value, int | float) else str(value)
    unit = unit_text(attribute.unit)
    return f"{number} {unit}".strip()


_UNITS = {
    "1": "",
    "a": "years",
    "d": "days",
    "h": "hours",
    "min": "minutes",
    "mm[Hg]": "mmHg",
    "kg/m2": "kg/m²",
    "/min": "per minute",
    "{beats}/min": "beats per minute",
    "Cel": "°C",
    "{steps}": "steps",
    "ug/m3": "µg/m³",
    "dB[SPL]": "dB",
    "L": "litres",
    "{h3}": "",
}


def unit_text(ucum: str) -> str:
    """A UCUM unit as people write it; an unknown one is shown as it is."""
    return _UNITS.get(ucum, ucum)


def _record_key(held: HeldCredential) -> tuple[str, str, str]:
    return held.issuer_id, held.handle, held.data_set


def _state(held: HeldCredential, newest: HeldCredential, now: datetime) -> RecordState:
    if held.standing is Standing.REVOKED:
        return RecordState.REVOKED
    if newest.row_id != held.row_id:
        return RecordState.REPLACED
    if now >= held.expires_at:
        return RecordState.EXPIRED
    return RecordState.SUSPENDED if held.standing is Standing.SUSPENDED else RecordState.VALID


def _field(attribute: Attribute, value: Claim | None) -> RecordField:
    return RecordField(
        name=attribute.name,
        label=attribute.label["en"],
        about=attribute.about["en"],
        text=value_text(attribute, value),
        present=value is not None,
        public=attribute.is_public,
        value=value,
    )

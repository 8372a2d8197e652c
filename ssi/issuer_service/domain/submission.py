"""A record as an institution hands it in, read strictly; nothing in a message repeats a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.issuer_service.domain.also_as import Achievement
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.offering import Configuration

MAX_EXTERNAL_ID = 200
MAX_VALID_DAYS = 3650
_DEFAULT_VALID_DAYS = 365


@dataclass(frozen=True)
class Submission:
    """A record that this issuer may sign: what it says, about whom, and for how long.

    `reissue` asks for a new credential although nothing changed, for a person who lost hers.
    `transaction_code` asks for a short code that travels apart from the link. With `hold` a new record does
    not count until an officer lets it. With an `achievement` there is an Open Badge of it.
    """

    configuration: Configuration
    external_id: str = field(repr=False)
    values: Mapping[str, Json] = field(repr=False)
    valid_days: int = _DEFAULT_VALID_DAYS
    transaction_code: bool = False
    reissue: bool = False
    hold: bool = False
    achievement: Achievement | None = None


def read_submission(fields: Fields, catalogue: Catalogue) -> Submission:
    """Read `{data_set, external_id, values, valid_days?, transaction_code?, reissue?}`.

    Raises:
        MalformedError: a member is missing, unknown or not of its form.
        NotOfferedError: this issuer does not issue that data set.
        RecordRefusedError: a value is not as the data set declares it.
    """
    configuration = catalogue.get(fields.text("data_set", max_length=100))
    external_id = read_external_id(fields.text("external_id", max_length=MAX_EXTERNAL_ID))
    values = _object(fields)
    valid_days = _DEFAULT_VALID_DAYS
    if fields.has("valid_days"):
        valid_days = fields.integer("valid_days", least=1, most=MAX_VALID_DAYS)
    transaction_code = fields.has("transaction_code") and fields.boolean("transaction_code")
    reissue = fields.has("reissue") and fields.boolean("reissue")
    fields.done()
    return Submission(
        configuration=configuration,
        external_id=external_id,
        values=configuration.parse(values),
        valid_days=valid_days,
        transaction_code=transaction_code,
        reissue=reissue,
    )


def read_external_id(text: str) -> str:
    """The institution's own number for a person, as it is compared: without blanks around it.

    Raises:
        MalformedError: empty, longer than 200 characters, or with a character that cannot be printed.
    """
    stripped = text.strip()
    if not 0 < len(stripped) <= MAX_EXTERNAL_ID or not stripped.isprintable():
        raise MalformedError(f"external_id: expected 1 to {MAX_EXTERNAL_ID} printable characters")
    return stripped


def _object(fields: Fields) -> Mapping[str, Json]:
    value = fields.any("values")
    if not isinstance(value, Mapping):
        raise MalformedError(f"{fields.where}.values: expected an object of values by attribute")
    return value

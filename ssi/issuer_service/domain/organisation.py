"""The credential by which an organisation shows who it is: name, kind and country, and no commitment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from crypto.encoding import Json
from ssi.credential_payload import ORGANISATION_TYPE
from ssi.dataset import DataSet
from ssi.issuer_service.domain.offering import Claim
from ssi.issuer_service.errors import RecordRefusedError

ORGANISATION = "organisation/1"
ORGANISATION_KINDS: Mapping[str, str] = {
    "university": "University",
    "hospital": "Hospital",
    "research_institute": "Research institute",
    "public_body": "Public body",
    "company": "Company",
    "insurer": "Insurer",
}
"""What kind of organisation may be certified, by the word that stands in the credential."""

_MAX_NAME = 200
_COUNTRY_LETTERS = 2


@dataclass(frozen=True)
class OrganisationConfiguration:
    """Credentials by which an organisation shows who it is when it asks for answers."""

    id: str = ORGANISATION
    credential_type: str = ORGANISATION_TYPE
    label: Mapping[str, str] = field(
        default_factory=lambda: {"en": "Organisation", "de": "Organisation"}, hash=False
    )
    about: Mapping[str, str] = field(
        default_factory=lambda: {
            "en": "Who an organisation is, what kind it is and where it is established.",
            "de": "Wer eine Organisation ist, welcher Art und wo sie niedergelassen ist.",
        },
        hash=False,
    )
    numbers: DataSet | None = None

    @property
    def claims(self) -> Sequence[Claim]:
        """Name, kind and country."""
        return _CLAIMS

    def parse(self, values: Mapping[str, object]) -> dict[str, Json]:
        """Check name, kind and country.

        Raises:
            RecordRefusedError: one of them is missing or not of its form, or there is another value.
        """
        known = [claim.name for claim in _CLAIMS]
        for name in values:
            if name not in known:
                raise RecordRefusedError(
                    f"values.{name[:80]}: {self.id} has no such value; it has {', '.join(known)}"
                )
        faults = [f"values.{name}: {fault}" for name, fault in self.faults(values).items()]
        if faults:
            raise RecordRefusedError(faults[0])
        return {name: str(values[name]).strip() for name in known}

    def faults(self, values: Mapping[str, object]) -> dict[str, str]:
        """What is wrong with each value, by claim."""
        return {name: expected for name, (holds, expected) in _RULES.items() if not holds(values.get(name))}


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= _MAX_NAME and value.isprintable()


def _is_kind(value: object) -> bool:
    return isinstance(value, str) and value in ORGANISATION_KINDS


def _is_country(value: object) -> bool:
    if not isinstance(value, str) or len(value) != _COUNTRY_LETTERS:
        return False
    return value.isascii() and value.isalpha() and value.isupper()


_RULES: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "name": (_is_name, f"expected text of 1 to {_MAX_NAME} printable characters"),
    "kind": (_is_kind, f"expected one of {', '.join(ORGANISATION_KINDS)}"),
    "country": (_is_country, "expected two capital letters, such as AT"),
}
_CLAIMS = (
    Claim(
        "name",
        {"en": "Name", "de": "Name"},
        {"en": "As registered.", "de": "Wie eingetragen."},
        required=True,
    ),
    Claim(
        "kind",
        {"en": "Kind", "de": "Art"},
        {"en": "People choose by this whom they allow.", "de": "Danach wählen Menschen, wem sie zustimmen."},
        required=True,
        choices=tuple(ORGANISATION_KINDS.items()),
    ),
    Claim(
        "country",
        {"en": "Country", "de": "Land"},
        {"en": "Where it is established.", "de": "Wo sie niedergelassen ist."},
        required=True,
        hint="two capital letters, such as AT",
    ),
)

"""What may be asked? The bodies of the VC-API, read strictly where a wrong word would change the answer.

Options that are not known here are passed over: suites send such as `checks`, which change nothing, since
every check is always made.
"""

from dataclasses import dataclass
from typing import Any, Final

from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.data_integrity.secure import Expectation
from ssi.did.document import Purpose
from ssi.issuer_service.vc_api.errors import RequestError

MAX_POINTERS: Final = 100
MAX_PURPOSES: Final = 4
PURPOSES: Final = ("revocation", "suspension")
ENTRY: Final = "BitstringStatusListEntry"
_MAX_TEXT: Final = 2_000


@dataclass(frozen=True)
class Ask:
    """The members of a request: its document, by one of some names, and its options."""

    document: Any
    options: Fields

    @classmethod
    def read(cls, raw: bytes, *names: str) -> "Ask":
        """Read a request whose document stands under the first of these names that it has.

        Raises:
            RequestError: no JSON object, no document, or options that are no object.
        """
        try:
            body = Fields.parse(raw, "request")
            name = next((name for name in names if body.has(name)), names[0])
            options = body.section("options") if body.has("options") else Fields.of({}, "options")
            return cls(body.any(name), options)
        except MalformedError as error:
            raise RequestError(str(error)) from error

    @property
    def credential(self) -> dict[str, Any]:
        """The document, which is an object.

        Raises:
            RequestError: it is something else.
        """
        if not isinstance(self.document, dict):
            raise RequestError("request: expected a document, which is an object")
        return self.document

    def pointers(self, name: str) -> tuple[str, ...] | None:
        """JSON pointers among the options; None where there are none.

        Raises:
            RequestError: no list of texts, or too long a one.
        """
        try:
            if not self.options.has(name):
                return None
            return self.options.texts(name, most=MAX_POINTERS, max_length=_MAX_TEXT)
        except MalformedError as error:
            raise RequestError(str(error)) from error

    def text(self, name: str) -> str | None:
        """A text among the options; None where it is absent.

        Raises:
            RequestError: something else.
        """
        try:
            return self.options.text(name, max_length=_MAX_TEXT) if self.options.has(name) else None
        except MalformedError as error:
            raise RequestError(str(error)) from error

    def expectation(self, purpose: Purpose) -> Expectation:
        """What the proofs must be for, by `expectedProofPurpose`, `domain` and `challenge`.

        Raises:
            RequestError: an unknown purpose, or something that is no text.
        """
        said = self.text("expectedProofPurpose")
        try:
            expected = Purpose(said) if said is not None else purpose
        except ValueError as error:
            raise RequestError("options.expectedProofPurpose: expected a proof purpose") from error
        return Expectation(expected, self._domains(), self.text("challenge"))

    def statuses(self) -> tuple[str, ...]:
        """The purposes of the status entries that the credential is to be given.

        Raises:
            RequestError: another type of status or purpose.
        """
        if not self.options.has("credentialStatus"):
            return ()
        asked = self.options.any("credentialStatus")
        entries = asked if isinstance(asked, list) else [asked]
        if len(entries) > MAX_PURPOSES:
            raise RequestError(f"options.credentialStatus: expected up to {MAX_PURPOSES} entries")
        return tuple(dict.fromkeys(status_purpose(entry, "options.credentialStatus") for entry in entries))

    def _domains(self) -> frozenset[str] | None:
        if not self.options.has("domain"):
            return None
        if isinstance(self.options.any("domain"), str):
            return frozenset({self.text("domain") or ""})
        return frozenset(self.pointers("domain") or ())


def status_purpose(entry: object, where: str) -> str:
    """The purpose that a status entry names; revocation where it names none.

    Raises:
        RequestError: another type of status or purpose.
    """
    try:
        fields = Fields.of(entry, where)
        if fields.has("type") and fields.text("type", max_length=_MAX_TEXT) != ENTRY:
            raise MalformedError(f"{where}.type: expected {ENTRY}")  # noqa: TRY301 — one exit for every reason
        if not fields.has("statusPurpose"):
            return PURPOSES[0]
        purpose = fields.text("statusPurpose", max_length=_MAX_TEXT)
    except MalformedError as error:
        raise RequestError(str(error)) from error
    if purpose not in PURPOSES:
        raise RequestError(f"{where}.statusPurpose: expected one of {', '.join(PURPOSES)}")
    return purpose

"""How requests of wallets are read, with the standards' names for what is amiss."""

from dataclasses import dataclass, field

from flask import request

from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.issuer_service.domain.encryption import JWT_MEDIA_TYPE, RequestDecryption, ResponseEncryption
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.issuer_service.services.issue_credential import CredentialRequest

_SCHEMES = frozenset({"bearer", "dpop"})
_MAX_PROOF = 30_000
_MAX_PROOFS = 1000
_MAX_TICKET = 200


@dataclass(frozen=True)
class AskedCredential:
    """A credential request, and how its answer is to be encrypted, if it is."""

    asked: CredentialRequest
    encryption: ResponseEncryption | None


@dataclass(frozen=True)
class AskedAgain:
    """A deferred credential request, and how its answer is to be encrypted, if it is."""

    transaction_id: str = field(repr=False)
    encryption: ResponseEncryption | None


@dataclass(frozen=True)
class Told:
    """What a wallet tells about a delivery."""

    notification_id: str = field(repr=False)
    event: str
    description: str | None = field(repr=False)


def form_parameter(name: str) -> str | None:
    """A parameter of a form; without a value it counts as left out (RFC 6749 §3.2).

    Raises:
        ProtocolRefusalError: `invalid_request`, because it stands twice.
    """
    values = request.form.getlist(name)
    if len(values) > 1:
        raise ProtocolRefusalError(ErrorCode.INVALID_REQUEST, f"{name} stands twice")
    return values[0] if values and values[0] else None


def needed_parameter(name: str) -> str:
    """A parameter of a form that must be there.

    Raises:
        ProtocolRefusalError: `invalid_request`, because it is missing or stands twice.
    """
    value = form_parameter(name)
    if value is None:
        raise ProtocolRefusalError(ErrorCode.INVALID_REQUEST, f"{name} is missing")
    return value


def access_token() -> tuple[str, str]:
    """The scheme, in small letters, and the access token of a request (RFC 6750 §2.1, RFC 9449 §7.1).

    Raises:
        ProtocolRefusalError: `invalid_token`, because there is none; `invalid_request`, because it stands
            elsewhere than in the header.
    """
    if "access_token" in request.args or "access_token" in request.form:
        # Addresses are written to logs and histories (RFC 6750 §5.3), so this way is closed for good.
        raise ProtocolRefusalError(
            ErrorCode.INVALID_REQUEST, "send the access token in the Authorization header only"
        )
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() not in _SCHEMES or not token.strip():
        raise ProtocolRefusalError(ErrorCode.INVALID_TOKEN, "the access token is missing")
    return scheme.lower(), token.strip()


def credential_request(decryption: RequestDecryption) -> AskedCredential:
    """What a wallet asks for (OpenID4VCI 1.0 §8.2); members that are not understood are ignored.

    Raises:
        ProtocolRefusalError: the request is not of its form, or carries no proofs.
    """
    fields = _body(decryption)
    try:
        return AskedCredential(_read_request(fields), _encryption(fields))
    except MalformedError as error:
        raise _malformed(error) from error


def deferred_request(decryption: RequestDecryption) -> AskedAgain:
    """What a wallet comes back with (OpenID4VCI 1.0 §9.1).

    Raises:
        ProtocolRefusalError: the request is not of its form.
    """
    fields = _body(decryption)
    try:
        return AskedAgain(fields.text("transaction_id", max_length=_MAX_TICKET), _encryption(fields))
    except MalformedError as error:
        raise _malformed(error) from error


def notification() -> Told:
    """What a wallet tells (OpenID4VCI 1.0 §11.1).

    Raises:
        ProtocolRefusalError: `invalid_notification_request`: a member is missing or not of its form.
    """
    try:
        fields = Fields.parse(request.get_data(), "notification")
        said = fields.text("event_description") if fields.has("event_description") else None
        return Told(
            notification_id=fields.text("notification_id", max_length=_MAX_TICKET),
            event=fields.text("event", max_length=_MAX_TICKET),
            description=said,
        )
    except MalformedError as error:
        raise ProtocolRefusalError(ErrorCode.INVALID_NOTIFICATION, str(error)) from error


def _body(decryption: RequestDecryption) -> Fields:
    """The members of a request that is JSON, or JSON in a JWE (§10)."""
    raw = request.get_data()
    if request.mimetype == JWT_MEDIA_TYPE:
        raw = decryption.decrypt(raw.decode("ascii", errors="replace"))
    elif request.mimetype != "application/json":
        raise ProtocolRefusalError(
            ErrorCode.INVALID_CREDENTIAL_REQUEST,
            "expected the media type application/json or application/jwt",
        )
    try:
        return Fields.parse(raw, "request")
    except MalformedError as error:
        raise _malformed(error) from error


def _read_request(fields: Fields) -> CredentialRequest:
    identifier = configuration_id = None
    if fields.has("credential_identifier"):
        if fields.has("credential_configuration_id"):
            raise MalformedError("request: name the identifier or the configuration, not both")
        identifier = fields.text("credential_identifier", max_length=_MAX_TICKET)
    else:
        configuration_id = fields.text("credential_configuration_id", max_length=_MAX_TICKET)
    try:
        proofs = fields.section("proofs")
        attestation = None
        if proofs.has("attestation"):
            (attestation,) = proofs.texts("attestation", least=1, most=1, max_length=_MAX_PROOF)
            jwts: tuple[str, ...] = ()
        else:
            jwts = proofs.texts("jwt", least=1, most=_MAX_PROOFS, max_length=_MAX_PROOF)
        proofs.done()
    except MalformedError as error:
        raise ProtocolRefusalError(
            ErrorCode.INVALID_PROOF, f"proofs of one type are needed: {error}"
        ) from error
    return CredentialRequest(configuration_id, jwts, identifier, attestation)


def _encryption(fields: Fields) -> ResponseEncryption | None:
    if not fields.has("credential_response_encryption"):
        return None
    try:
        section = fields.section("credential_response_encryption")
    except MalformedError as error:
        raise ProtocolRefusalError(ErrorCode.INVALID_ENCRYPTION, str(error)) from error
    return ResponseEncryption.read(section)


def _malformed(error: MalformedError) -> ProtocolRefusalError:
    return ProtocolRefusalError(ErrorCode.INVALID_CREDENTIAL_REQUEST, str(error))

"""How requests of wallets are read, with the standards' names for what is amiss."""

from flask import request

from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.issuer_service.services.issue_credential import CredentialRequest


def form_parameter(name: str) -> str | None:
    """A parameter of a form; without a value it counts as left out (RFC 6749 §3.2).

    Raises:
        ProtocolRefusalError: `invalid_request`, because it stands twice.
    """
    values = request.form.getlist(name)
    if len(values) > 1:
        raise ProtocolRefusalError(ErrorCode.INVALID_REQUEST, f"{name} stands twice")
    return values[0] if values and values[0] else None


def access_token() -> str:
    """The access token of a request (RFC 6750 §2.1).

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
    if scheme.lower() != "bearer" or not token.strip():
        raise ProtocolRefusalError(ErrorCode.INVALID_TOKEN, "the access token is missing")
    return token.strip()


def credential_request() -> CredentialRequest:
    """What a wallet asks for (OpenID4VCI 1.0 §8.2); members that are not understood are ignored.

    Raises:
        ProtocolRefusalError: the request is not of its form, asks for what is not offered, or carries
            anything but one proof.
    """
    if request.mimetype != "application/json":
        raise ProtocolRefusalError(
            ErrorCode.INVALID_CREDENTIAL_REQUEST, "expected the media type application/json"
        )
    try:
        return _read_request(Fields.parse(request.get_data(), "request"))
    except MalformedError as error:
        raise ProtocolRefusalError(ErrorCode.INVALID_CREDENTIAL_REQUEST, str(error)) from error


def _read_request(fields: Fields) -> CredentialRequest:
    if fields.has("credential_identifier"):
        raise ProtocolRefusalError(
            ErrorCode.UNKNOWN_IDENTIFIER, "no credential identifiers were given: name the configuration"
        )
    if fields.has("credential_response_encryption"):
        raise ProtocolRefusalError(ErrorCode.INVALID_ENCRYPTION, "encrypted responses are not offered")
    return CredentialRequest(
        configuration_id=fields.text("credential_configuration_id", max_length=200), proof=_one_proof(fields)
    )


def _one_proof(fields: Fields) -> str:
    try:
        proofs = fields.section("proofs")
        (proof,) = proofs.texts("jwt", least=1, most=1, max_length=20_000)
        proofs.done()
    except MalformedError as error:
        raise ProtocolRefusalError(ErrorCode.INVALID_PROOF, f"one proof is needed: {error}") from error
    return proof

"""What can a verifier read, and how is it reached in secret? Client metadata (OpenID4VP 1.0 §5.1, §11)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.openid4vp.encryption import CONTENT_ENCRYPTIONS, Recipient, choose_recipient

MAX_KEYS: Final = 20
FORMATS_HERE: Final[Mapping[str, Json]] = {
    "dc+sd-jwt": {"sd-jwt_alg_values": ["ES256", "EdDSA"], "kb-jwt_alg_values": ["ES256", "EdDSA"]},
    "ldp_vc": {
        "proof_type_values": ["DataIntegrityProof"],
        "cryptosuite_values": ["ecdsa-rdfc-2019", "ecdsa-jcs-2019", "eddsa-rdfc-2022", "eddsa-jcs-2022"],
    },
}


@dataclass(frozen=True)
class ClientMetadata:
    """The keys and abilities of a verifier, as its request states them; `formats` by their names."""

    formats: Mapping[str, Json] = field(hash=False)
    jwks: tuple[Mapping[str, Json], ...] = field(default=(), hash=False)
    encryptions: tuple[str, ...] = ()
    name: str | None = None

    def recipient(self) -> Recipient:
        """To whom an answer is encrypted.

        Raises:
            RequestRefusedError: none of the keys or encryptions is known here.
        """
        return choose_recipient(self.jwks, self.encryptions)

    def to_json(self) -> dict[str, Json]:
        """The metadata as it stands in a request."""
        written: dict[str, Json] = {"vp_formats_supported": dict(self.formats)}
        if self.jwks:
            written["jwks"] = {"keys": [dict(jwk) for jwk in self.jwks]}
            written["encrypted_response_enc_values_supported"] = list(self.encryptions)
        if self.name is not None:
            written["client_name"] = self.name
        return written


def metadata_here(name: str, jwk: Mapping[str, Json] | None) -> ClientMetadata:
    """What a verifier that uses this folder says of itself; with a key where it wants answers encrypted."""
    keys = () if jwk is None else (jwk,)
    return ClientMetadata(FORMATS_HERE, keys, CONTENT_ENCRYPTIONS if keys else (), name)


def read_metadata(document: Json) -> ClientMetadata:
    """Read the metadata of a request; members that are not known are passed over.

    Raises:
        MalformedError: it has not the form.
    """
    fields = Fields.of(document, "client_metadata")
    fields.section("vp_formats_supported")
    listed = fields.section("jwks").entries("keys", most=MAX_KEYS) if fields.has("jwks") else []
    if not all(isinstance(jwk, Mapping) for jwk in listed):
        raise MalformedError("client_metadata.jwks: expected keys")
    named = fields.has("client_name")
    return ClientMetadata(
        formats=cast("Mapping[str, Json]", fields.any("vp_formats_supported")),
        jwks=tuple(cast("list[Mapping[str, Json]]", listed)),
        encryptions=_encryptions(fields),
        name=fields.text("client_name", max_length=500) if named else None,
    )


def _encryptions(fields: Fields) -> tuple[str, ...]:
    name = "encrypted_response_enc_values_supported"
    return fields.texts(name, least=1, most=20) if fields.has(name) else ()

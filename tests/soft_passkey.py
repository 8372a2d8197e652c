"""A passkey in software: makes and signs what an authenticator does (WebAuthn Level 3 §6), lies included."""

import json
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from crypto.encoding import b64url_encode, sha256
from ssi.passkey import Site

HERE = Site("wallet.example", "https://wallet.example")
PRESENT, VERIFIED, ATTESTED = 1, 4, 64


@dataclass
class SoftPasskey:
    """One passkey; `flags` are those that it signs, and `counts` says whether it counts its uses."""

    name: bytes = b"one passkey 0001"
    site: Site = HERE
    flags: int = PRESENT | VERIFIED
    counts: bool = True
    used: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def registration(self, challenge: bytes, **changes: Any) -> str:
        """Its registration as JSON; `changes` replace what it says of the page."""
        data = self._data(self.flags | ATTESTED) + self._attested()
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": b64url_encode(self._client("webauthn.create", challenge, **changes)),
            "attestationObject": b64url_encode(attestation),
            "transports": ["internal"],
        }
        return self._credential(response)

    def assertion(self, challenge: bytes, **changes: Any) -> str:
        """Its assertion as JSON."""
        self.used += self.counts
        client = self._client("webauthn.get", challenge, **changes)
        data = self._data(self.flags)
        signature = self.key.sign(data + sha256(client), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": b64url_encode(client),
            "authenticatorData": b64url_encode(data),
            "signature": b64url_encode(signature),
        }
        return self._credential(response)

    def _credential(self, response: dict[str, Any]) -> str:
        name = b64url_encode(self.name)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )

    def _client(self, kind: str, challenge: bytes, **changes: Any) -> bytes:
        told = {
            "type": kind,
            "challenge": b64url_encode(challenge),
            "origin": self.site.origin,
            "crossOrigin": False,
        }
        return json.dumps(told | changes).encode()

    def _data(self, flags: int) -> bytes:
        return sha256(self.site.host.encode()) + bytes([flags]) + self.used.to_bytes(4, "big")

    def _attested(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        return bytes(16) + len(self.name).to_bytes(2, "big") + self.name + cose

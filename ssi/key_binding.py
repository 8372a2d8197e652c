"""Who shows an SD-JWT, to whom and when? The key-binding JWT (RFC 9901 §4.3 and §7.3).

The holder signs, with the key in the credential's `cnf`, the verifier's name and nonce together with the hash
of exactly the disclosures she shows. So a presentation cannot be copied to another verifier, replayed later
or stripped of a disclosure. That a nonce is fresh and used once is for the verifier to remember.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from crypto.encoding import b64url_encode, sha256
from crypto.errors import MalformedError, SignatureError
from crypto.reading import Fields
from crypto.signing import SigningKey, VerifyingKey
from ssi.clock import CLOCK_SKEW, MAX_MOMENT, moment_of, seconds_of
from ssi.jws import parse_jws, sign_jws
from ssi.sd_jwt import UnverifiedSdJwt, join_sd_jwt

KEY_BINDING_TYP = "kb+jwt"
MAX_AGE = timedelta(minutes=5)
_WHERE = "key binding"


@dataclass(frozen=True)
class Challenge:
    """What a verifier asks a presentation to be bound to: its own name, and a nonce it drew for this once."""

    audience: str
    nonce: str


def bind_presentation(presentation: str, key: SigningKey, challenge: Challenge, *, now: datetime) -> str:
    """Bind an SD-JWT without key binding to a verifier's challenge, with the holder's key.

    Raises:
        MalformedError: the presentation does not end in a tilde: it is bound already, or no SD-JWT.
    """
    if not presentation.endswith("~"):
        raise MalformedError("presentation: expected an SD-JWT without key binding")
    payload = {
        "iat": seconds_of(now),
        "aud": challenge.audience,
        "nonce": challenge.nonce,
        "sd_hash": _hash(presentation),
    }
    return presentation + sign_jws(payload, key, typ=KEY_BINDING_TYP)


def verify_key_binding(
    unverified: UnverifiedSdJwt, holder_key: VerifyingKey, challenge: Challenge, *, now: datetime
) -> None:
    """Return only if the holder bound exactly this presentation to exactly this challenge, just now.

    Raises:
        MalformedError: there is no key binding, or it does not have its form.
        SignatureError: another key signed it, it is bound to another audience, nonce or disclosures, or it
            was made more than `MAX_AGE` ago or in the future.
    """
    if unverified.key_binding is None:
        raise MalformedError(f"{_WHERE}: expected a presentation bound to its holder's key")
    binding = parse_jws(unverified.key_binding, _WHERE)
    fields = Fields.of(binding.verify(holder_key, typ=KEY_BINDING_TYP), _WHERE)
    shown = join_sd_jwt(unverified.issuer_signed, [shown.encoded for shown in unverified.disclosures])
    expected = {"aud": challenge.audience, "nonce": challenge.nonce, "sd_hash": _hash(shown)}
    made_at = moment_of(fields.integer("iat", least=0, most=MAX_MOMENT))
    for name, value in expected.items():
        if fields.text(name, max_length=1000) != value:
            raise SignatureError(f"{_WHERE}.{name}: bound to another one than expected")
    fields.done()
    if not now - MAX_AGE <= made_at <= now + CLOCK_SKEW:
        raise SignatureError(f"{_WHERE}.iat: not made just now")


def _hash(presentation: str) -> str:
    return b64url_encode(sha256(presentation.encode("ascii")))

"""Who shows an SD-JWT, to whom and when? The key-binding JWT (RFC 9901 §4.3 and §7.3).

The holder signs, with the key in the credential's `cnf`, the verifier's name and nonce together with the hash
of exactly the disclosures she shows. So a presentation cannot be copied to another verifier, replayed later
or stripped of a disclosure. That a nonce is fresh and used once is for the verifier to remember. Other claims
that a holder adds are kept and not relied on, as SD-JWT VC §4.1 demands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from crypto.encoding import Json
from crypto.errors import MalformedError, SignatureError
from crypto.reading import Fields
from crypto.signing import SigningKey, VerifyingKey
from ssi.clock import CLOCK_SKEW, MAX_MOMENT, moment_of, seconds_of
from ssi.disclosures import disclosure_digest, read_algorithm
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


@dataclass(frozen=True)
class KeyBinding:
    """A key binding that was verified: when it was made, and what it says besides.

    `claims` may hold such as `transaction_data_hashes` (OpenID4VP 1.0 §8.4).
    """

    made_at: datetime
    claims: Mapping[str, Json] = field(repr=False, hash=False)


def bind_presentation(
    presentation: str,
    key: SigningKey,
    challenge: Challenge,
    *,
    now: datetime,
    more: Mapping[str, Json] = MappingProxyType({}),
) -> str:
    """Bind an SD-JWT without key binding to a verifier's challenge, with the holder's key.

    `more` are further claims to sign; they cannot take the place of those that bind.

    Raises:
        MalformedError: the presentation does not end in a tilde: it is bound already, or no SD-JWT.
    """
    if not presentation.endswith("~"):
        raise MalformedError("presentation: expected an SD-JWT without key binding")
    issuer_signed = presentation.partition("~")[0]
    algorithm = read_algorithm(parse_jws(issuer_signed, "presentation", foreign=True).payload, "presentation")
    payload = {
        **more,
        "iat": seconds_of(now),
        "aud": challenge.audience,
        "nonce": challenge.nonce,
        "sd_hash": disclosure_digest(presentation, algorithm),
    }
    return presentation + sign_jws(payload, key, typ=KEY_BINDING_TYP)


def verify_key_binding(
    unverified: UnverifiedSdJwt, holder_key: VerifyingKey, challenge: Challenge, *, now: datetime
) -> KeyBinding:
    """Return only if the holder bound exactly this presentation to exactly this challenge, just now.

    Raises:
        MalformedError: there is no key binding, or it does not have its form.
        SignatureError: another key signed it, it is bound to another audience, nonce or disclosures, or it
            was made more than `MAX_AGE` ago or in the future.
    """
    if unverified.key_binding is None:
        raise MalformedError(f"{_WHERE}: expected a presentation bound to its holder's key")
    binding = parse_jws(unverified.key_binding, _WHERE, foreign=True)
    fields = Fields.of(binding.verify(holder_key, typ=KEY_BINDING_TYP), _WHERE)
    shown = join_sd_jwt(unverified.issuer_signed, [shown.encoded for shown in unverified.disclosures])
    digest = disclosure_digest(shown, read_algorithm(unverified.jws.payload, _WHERE))
    expected = {"aud": challenge.audience, "nonce": challenge.nonce, "sd_hash": digest}
    made_at = moment_of(fields.integer("iat", least=0, most=MAX_MOMENT))
    for name, value in expected.items():
        if fields.text(name, max_length=1000) != value:
            raise SignatureError(f"{_WHERE}.{name}: bound to another one than expected")
    if not now - MAX_AGE <= made_at <= now + CLOCK_SKEW:
        raise SignatureError(f"{_WHERE}.iat: not made just now")
    more = {name: value for name, value in binding.payload.items() if name not in {"iat", *expected}}
    return KeyBinding(made_at, more)

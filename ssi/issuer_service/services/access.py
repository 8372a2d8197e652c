"""What does an access token allow, and to whom was it given? RFC 6750, RFC 9449 §7."""

from dataclasses import dataclass, field
from datetime import datetime

from ssi.issuer_service.domain.entry import Grant
from ssi.issuer_service.domain.secrets import fingerprint
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.issuer_service.services.ports import Register


@dataclass(frozen=True)
class Presented:
    """An access token as it came in, and the key that was proved beside it (RFC 7638 thumbprint), if any."""

    token: str = field(repr=False)
    key_thumbprint: str | None = None


def granted(register: Register, presented: Presented, *, now: datetime) -> Grant:
    """What a token allows now.

    Raises:
        ProtocolRefusalError: `invalid_token`: unknown, expired, bound to a key that was not proved, or bound
            to none although one was.
    """
    grant = register.offers.granted(fingerprint(presented.token))
    if grant is None or now >= grant.expires_at:
        raise _refused("the access token is unknown, used or expired")
    if grant.key_thumbprint != presented.key_thumbprint:
        raise _refused("the access token is not bound to the key that was proved beside it")
    return grant


def unspent(register: Register, presented: Presented, *, now: datetime) -> Grant:
    """What a token allows that has not fetched its credential yet.

    Raises:
        ProtocolRefusalError: `invalid_token`, as `granted`, or because it was used.
    """
    grant = granted(register, presented, now=now)
    if grant.spent:
        raise _refused("the access token is unknown, used or expired")
    return grant


def _refused(description: str) -> ProtocolRefusalError:
    return ProtocolRefusalError(ErrorCode.INVALID_TOKEN, description)

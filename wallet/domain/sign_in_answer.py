"""Did the browser come back from where the wallet sent it? The authorisation response (RFC 6749 §4.1.2).

An answer counts only if it carries the `state` that was drawn for this request in this wallet, so that nobody
can slip a code of theirs into somebody's wallet, and the `iss` of the server that was asked, so that one
server cannot pass its answer off as another's (RFC 9207, RFC 9700 §4.4).
"""

import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Protocol, TypeVar

from wallet.domain.collecting import SIGN_IN_LIFETIME, SignIn
from wallet.domain.collecting_trouble import trouble
from wallet.errors import Trouble


class Request(Protocol):
    """A request that waits for the browser to come back."""

    @property
    def state(self) -> str:
        """What ties the answer to it."""
        ...

    @property
    def begun_at(self) -> datetime:
        """When the browser was sent away."""
        ...


KeyT = TypeVar("KeyT")
RequestT = TypeVar("RequestT", bound=Request)
MAX_CODE: Final = 4_000
_NAMES: Final = frozenset({"state", "iss", "code", "error"})


def sign_in_of(
    answer: Mapping[str, str], waiting: Iterable[tuple[KeyT, RequestT]], *, now: datetime
) -> tuple[KeyT, RequestT]:
    """The request that an answer belongs to, among those that wait.

    Raises:
        LinkError: its `state` is none of theirs, or the request is older than half an hour.
    """
    state = answer.get("state", "").encode()
    for key, sign_in in waiting:
        if hmac.compare_digest(sign_in.state.encode(), state) and now - sign_in.begun_at < SIGN_IN_LIFETIME:
            return key, sign_in
    raise trouble(Trouble.UNKNOWN_ANSWER)


def code_in(answer: Mapping[str, str], sign_in: SignIn) -> str:
    """The code in an answer to this request, after these checks.

    1. It names the server that was asked, as every server promised that a person is sent to.
    2. It is no refusal, and carries a code.

    Raises:
        PartnerFaultError: another server's, or nobody's.
        PartnerRefusedError: the person or the issuer said no.
        LinkError: there is no code in it.
    """
    if answer.get("iss") != sign_in.server:  # 1
        raise trouble(Trouble.OTHER_SERVER)
    if "error" in answer:  # 2
        raise trouble(Trouble.DECLINED)
    code = answer.get("code", "")
    if not 0 < len(code) <= MAX_CODE:
        raise trouble(Trouble.UNKNOWN_ANSWER)
    return code


def once_each(pairs: Mapping[str, list[str]]) -> dict[str, str]:
    """The parameters of an answer that count.

    Raises:
        LinkError: one of them stands twice, so that nobody can say which is meant.
    """
    if any(len(pairs[name]) > 1 for name in _NAMES & pairs.keys()):
        raise trouble(Trouble.UNKNOWN_ANSWER)
    return {name: pairs[name][0] for name in _NAMES & pairs.keys()}

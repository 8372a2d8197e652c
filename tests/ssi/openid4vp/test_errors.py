"""A verifier tells what went wrong in words that can be shown, and blames no wallet for its own faults."""

from dataclasses import replace

import pytest

from ssi.errors import RegistryError
from ssi.openid4vp.errors import MAX_DETAIL, PresentationRefusedError, Reason
from ssi.openid4vp.response import ErrorResponse
from tests.ssi.foreign import ROOTED, anchored
from tests.ssi.openid4vp.asking import answer, request, trust, verified
from tests.ssi.parties import NOW


@pytest.mark.parametrize(
    "words", ["\x1b[2Jno", "no\r\nSet-Cookie: a=b", "\u202eon", "no\ud800", "no\x00" * 600]
)
def test_a_wallets_own_words_are_shown_without_what_does_not_print(words: str):
    with pytest.raises(PresentationRefusedError) as refused:
        verified(ErrorResponse("access_denied", words, "state-1"), request())

    assert refused.value.reason is Reason.WALLET_REFUSED
    assert refused.value.detail.isprintable()
    assert len(refused.value.detail) <= MAX_DETAIL
    assert str(refused.value).isprintable()


def test_a_registry_that_has_run_out_says_nothing_about_a_credential():
    asked = request()
    over = replace(anchored(ROOTED), valid_until=NOW)

    with pytest.raises(RegistryError, match="ran out"):
        verified(answer(asked), asked, trust(over))
    with pytest.raises(RegistryError, match="x"):
        verified(answer(asked), asked, trust(check_status=_fails))


def _fails(_: object) -> None:
    raise RegistryError("x")

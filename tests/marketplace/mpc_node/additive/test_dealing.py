"""A node believes of a packet only what the dealer signed for it, for this request and in this role."""

from dataclasses import replace

import pytest

from consent.dealing import DealStatement, sign_deal, verify_deal
from crypto.encoding import b64url_encode, sha256
from crypto.errors import MalformedError, SignatureError
from crypto.mpc.additive.dealer import draw_seeds, packet_of
from marketplace.mpc_node.additive.dealing import dealt_to, nobody
from marketplace.mpc_node.errors import AttemptFailedError, Failure
from ssi.errors import UnknownDealerError
from ssi.http.errors import ExchangeError
from tests.marketplace.mpc_dealer.office import REQUEST
from tests.marketplace.mpc_node.parties import NOW, ed25519

KEY = ed25519("dealer")
SEEDS = draw_seeds(3)
PACKETS = [
    packet_of(role, SEEDS, REQUEST.count, binding=REQUEST.binding, authenticated=True) for role in range(3)
]


def _statement(role=1, packet=PACKETS[1], **changes):
    made = DealStatement(REQUEST.digest, "A" * 43, role, b64url_encode(sha256(packet)), NOW)
    return replace(made, **changes)


def _deal(statement, packet=PACKETS[1], *, key=KEY):
    return dealt_to(REQUEST, 1, lambda _: (sign_deal(statement, key), packet), KEY.public)


def test_what_was_signed_for_this_node_is_taken():
    deal = _deal(_statement())

    assert deal.dealt.count == REQUEST.count
    assert deal.name == bytes(32)


@pytest.mark.parametrize(
    ("statement", "packet"),
    [
        (_statement(role=0), PACKETS[1]),
        (_statement(request_digest="B" * 42 + "A"), PACKETS[1]),
        (_statement(), PACKETS[0]),
        (_statement(packet_digest="B" * 42 + "A"), PACKETS[1]),
    ],
    ids=["another role", "another request", "another packet", "another digest"],
)
def test_a_packet_that_was_signed_for_something_else_is_not_used(statement, packet):
    """Otherwise the dealer could hand out a packet for which nobody can hold it to account."""
    with pytest.raises(AttemptFailedError, match="signed for something else") as failed:
        _deal(statement, packet)

    assert failed.value.failure is Failure.DEALER_FAILED
    assert failed.value.culprits == ()


def test_a_statement_of_somebody_else_is_not_believed():
    with pytest.raises(AttemptFailedError, match="cannot be used"):
        _deal(_statement(), key=ed25519("rival"))


@pytest.mark.parametrize("error", [ExchangeError("dealer: silent"), UnknownDealerError("none")])
def test_a_dealer_that_cannot_be_had_is_a_named_failure(error):
    def ask(_):
        raise error

    with pytest.raises(AttemptFailedError) as failed:
        dealt_to(REQUEST, 1, ask, KEY.public)

    assert failed.value.failure is Failure.DEALER_FAILED


def test_a_packet_of_another_length_is_a_named_failure():
    short = PACKETS[1][:-1]

    with pytest.raises(AttemptFailedError, match="cannot be used"):
        _deal(_statement(packet=short), short)


def test_where_there_is_no_dealer_nobody_answers():
    with pytest.raises(ExchangeError, match="no dealer"):
        nobody(REQUEST)


def test_a_statement_is_read_as_it_was_signed_and_no_byte_may_change():
    token = sign_deal(_statement(), KEY)

    assert verify_deal(token, KEY.public) == _statement()
    with pytest.raises((SignatureError, MalformedError)):
        verify_deal(token[:-6] + ("A" if token[-6] != "A" else "B") + token[-5:], KEY.public)


@pytest.mark.parametrize("changes", [{"role": 3}, {"deal": "short"}, {"packet_digest": ""}])
def test_a_statement_of_another_form_is_malformed(changes):
    with pytest.raises(MalformedError):
        verify_deal(sign_deal(_statement(**changes), KEY), KEY.public)


def test_a_packet_stays_out_of_repr():
    assert "array" not in repr(_deal(_statement()))

"""Before anything leaves, both holders of a summand have fixed the same one."""

import pytest

from crypto.errors import ProtocolError
from crypto.mpc.output import Digests, combine
from crypto.mpc.release import finish
from crypto.mpc.shares import Elements
from crypto.sharing.replicated import ROLES, following, preceding
from tests.crypto.mpc.trio import BINDING, flip, run, share_elements

VALUES = [5, -7, 2**40]


def test_what_is_finished_opens_to_the_result():
    finished = run(finish, share_elements(VALUES)).results

    digests = [Digests(each.own_digest, each.held_digest) for each in finished]
    assert combine([each.output for each in finished], digests, binding=BINDING) == VALUES
    for role in ROLES:
        assert finished[role].held_digest == finished[following(role)].own_digest
        assert finished[role].held.role == following(role)


@pytest.mark.parametrize("sender", ROLES)
@pytest.mark.parametrize("word", [0, 7], ids=["salt", "digest"])
def test_another_digest_than_that_of_the_held_summand_names_both_holders(sender, word):
    receiver = preceding(sender)

    with pytest.raises(ProtocolError) as refused:
        run(finish, share_elements(VALUES), tamper=flip(1, sender, receiver, word=word))

    assert refused.value.culprits == (sender, receiver)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_computed_something_else_is_noticed(role):
    shares = share_elements(VALUES)
    wrong = shares[role].scale(2)
    shares[role] = Elements(role, wrong.first, shares[role].second)

    with pytest.raises(ProtocolError) as refused:
        run(finish, shares)

    assert refused.value.culprits == (role, preceding(role))


def test_nothing_of_the_result_goes_to_another_role():
    one, other = run(finish, share_elements(VALUES)), run(finish, share_elements([0, 0, 0]))

    for role in ROLES:
        assert [len(raw) for raw in one.received(role)] == [64]
        assert one.received(role)[0][:32] == other.received(role)[0][:32]  # the salt, not the values
    assert "array" not in repr(one.results[0])

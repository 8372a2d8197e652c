"""Three nodes make a joint key in messages, and each way in which that can go wrong."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from crypto.elgamal.ciphertext import encrypt
from crypto.elgamal.decryption import decrypt, decrypt_partially
from crypto.encoding import b64url_encode, canonical_json
from crypto.errors import SealError
from crypto.reading import Fields
from crypto.sealing import Vault, open_sealed
from marketplace.mpc_node.aggregation.ceremony import Ceremony
from marketplace.mpc_node.aggregation.share_store import ShareStore
from marketplace.mpc_node.conversation import Conversation, Party
from marketplace.mpc_node.errors import AttemptFailedError, SettingsError
from marketplace.mpc_node.key_making import KEY_FILE, make_key, write_word
from marketplace.mpc_node.message import Step, read_kept_message, sign_message
from ssi.aggregation_key import agreed_key
from tests.marketplace.mpc_node.aggregation.joint import entry_of, shares_of
from tests.marketplace.mpc_node.parties import NAMES, NOW, assembled, node_keys, parts
from tests.marketplace.mpc_node.town import step_of


def _made(town, names=NAMES, *, name="1", wait_seconds=20.0):
    """What became of the ceremony at each node: its word, or the error."""

    def make(node_id):
        try:
            return make_key(
                town.nodes[node_id],
                name=name,
                node_ids=NAMES,
                wait_seconds=wait_seconds,
                monotonic=town.unhurried,
            )
        except AttemptFailedError as error:
            return error

    with ThreadPoolExecutor(len(names)) as pool:
        return dict(zip(names, pool.map(make, names), strict=True))


def _entry(words):
    tokens = [json.loads(word)["aggregation_key"] for word in words.values()]
    return agreed_key(tokens, {name: node_keys(name).signing.public for name in NAMES})


def test_three_nodes_make_a_key_that_any_two_of_them_open(town):
    entry = _entry(_made(town))

    secret = encrypt(entry.public_key, [7, 0, 41]).ciphertext
    shares = [town.nodes[name].aggregation.shares.share_of(entry, name) for name in NAMES]
    assert [share.share.party for share in shares] == [1, 2, 3]
    for chosen in (shares[:2], shares[1:], shares[::2]):
        partials = [decrypt_partially(share, secret) for share in chosen]
        assert decrypt(entry.public_key, secret, partials, low=0, high=100) == (7, 0, 41)


def test_the_words_of_all_three_make_a_registry_with_the_key(town, tmp_path):
    words = _made(town)
    entry = _entry(words)
    read = [json.loads(word) for word in words.values()]

    registry = assembled([*parts(), *read])

    assert registry.aggregation_key == entry
    path = write_word(tmp_path, words["node-a"])
    assert (path.name, path.read_bytes()) == (KEY_FILE, words["node-a"])


def test_every_ceremony_makes_another_key(town):
    first, second = _entry(_made(town)), _entry(_made(town, name="2"))

    assert first.key_id != second.key_id


def test_a_name_is_used_once(town):
    _made(town)

    again = _made(town, wait_seconds=0.5)

    assert all(isinstance(each, AttemptFailedError) for each in again.values())


def test_a_silent_node_is_named_and_there_is_no_key(town):
    ended = _made(town, NAMES[:2], wait_seconds=0.5)

    assert any(each.culprits == ("node-c",) for each in ended.values())
    assert not town.nodes["node-a"].aggregation.shares.folder.exists()


def test_a_node_that_says_different_things_to_two_peers_makes_no_key(town):
    def two_faced(sender, receiver, token):
        if (sender, receiver, step_of(token)) != ("node-b", "node-c", Step.KEY_ANSWERS.value):
            return [token]
        message = read_kept_message(token)
        other = replace(message, body=message.body + b"\x00")
        return [sign_message(other, node_keys("node-b").signing)]

    town.wire = two_faced

    ended = _made(town, wait_seconds=3.0)

    assert all(isinstance(each, AttemptFailedError) for each in ended.values())
    assert any(each.failure.value in {"disagreement", "peer_violation"} for each in ended.values())


def test_a_share_that_does_not_open_is_complained_about_and_answered(town):
    def garbling(sender, receiver, token):
        if (sender, receiver, step_of(token)) != ("node-b", "node-c", Step.KEY_DEALING.value):
            return [token]
        message = read_kept_message(token)
        dealing = json.loads(message.body)
        other = replace(message, body=canonical_json({**dealing, "share": b64url_encode(bytes(150))}))
        return [sign_message(other, node_keys("node-b").signing)]

    town.wire = garbling

    entry = _entry(_made(town))

    assert town.nodes["node-c"].aggregation.shares.share_of(entry, "node-c").share.party == 3


def test_what_is_no_dealing_ends_the_ceremony_and_names_its_sender(town):
    def breaking(sender, receiver, token):
        message = read_kept_message(token)
        if (sender, message.step) != ("node-b", Step.KEY_DEALING):
            return [token]
        return [sign_message(replace(message, body=b"{}"), node_keys("node-b").signing)]

    town.wire = breaking

    ended = _made(town, wait_seconds=1.0)

    assert ended["node-a"].culprits == ("node-b",)


def test_shares_are_sealed_on_the_way_and_at_rest(town):
    dealings = []

    def listening(sender, receiver, token):
        message = read_kept_message(token)
        if message.step is Step.KEY_DEALING and receiver == "node-c":
            dealings.append(Fields.parse(message.body, "dealing").binary("share"))
        return [token]

    town.wire = listening
    entry = _entry(_made(town))

    with pytest.raises(SealError):
        open_sealed(dealings[0], node_keys("node-a").sealing, context=b"")
    share = town.nodes["node-c"].aggregation.shares.share_of(entry, "node-c")
    (path,) = town.nodes["node-c"].aggregation.shares.folder.iterdir()
    assert share.share.value.to_bytes(32, "big") not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_only_three_nodes_of_the_registry_make_a_key(town):
    node = town.nodes["node-a"]

    for wrong in ((), ("node-a", "node-b"), ("node-b", "node-c", "node-d"), ("node-a", "node-b", "node-x")):
        with pytest.raises(SettingsError):
            make_key(node, name="1", node_ids=wrong, wait_seconds=0.1)


def test_a_ceremony_needs_three_nodes_with_this_one_among_them(town):
    node = town.nodes["node-a"]
    entries = [town.registry.node(name, now=NOW) for name in NAMES]

    def silence(party: Party) -> Conversation:
        raise NotImplementedError

    for nodes in (entries[1:], [*entries[1:], entries[1]]):
        with pytest.raises(SettingsError):
            Ceremony("1", nodes, "node-a", node.keys, node.aggregation.shares, silence, bytes)


def test_a_stored_share_stands_for_its_key_and_node_only(tmp_path):
    store = ShareStore(tmp_path, Vault(bytes(32)))
    share = shares_of()[0]
    store.save(share)

    assert store.share_of(entry_of(), "node-a") == share
    with pytest.raises(SettingsError, match="already"):
        store.save(share)
    with pytest.raises(SettingsError, match="another party"):
        store.share_of(entry_of(nodes=("node-b", "node-a", "node-c")), "node-a")
    with pytest.raises(SettingsError, match="holds no share"):
        store.share_of(entry_of(), "node-d")
    with pytest.raises(SettingsError, match="holds no share"):
        store.share_of(entry_of("another key"), "node-a")
    path = next(tmp_path.iterdir())
    path.rename(tmp_path / f"{entry_of('another key').key_id.hex()}.share")
    with pytest.raises(SettingsError, match="damaged"):
        store.share_of(entry_of("another key"), "node-a")


def test_a_share_of_another_key_is_not_taken_for_one_of_this(tmp_path):
    store, other = ShareStore(tmp_path, Vault(bytes(32))), shares_of("another key")[0]
    forged = replace(other, public=entry_of().public_key)
    store.save(forged)

    with pytest.raises(SettingsError, match="damaged"):
        store.share_of(entry_of(), "node-a")


def test_a_shares_value_stays_out_of_what_is_printed(tmp_path):
    share = shares_of()[0]

    assert str(share.share.value) not in repr(share)

"""The auditor as it is run: over HTTP, with nothing but what is public, again and again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consent.log import Entry
from crypto.encoding import canonical_json
from marketplace.api.app import create_api_app
from marketplace.domain.log import Log
from marketplace.log_auditor import cli
from ssi.trust import sign_registry
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.parties import NAMES, NOW, assembled, ed25519, parts
from tests.serving import serving

THREE = assembled(parts(nodes=NAMES))


@pytest.fixture
def market() -> Market:
    return open_market(known=THREE)


@pytest.fixture
def address(market: Market) -> Iterator[str]:
    with serving(create_api_app(market.services)) as url:
        yield url


@pytest.fixture
def run(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cli, "utc_now", lambda: NOW)
    authority = tmp_path / "authority.jwk"
    authority.write_bytes(canonical_json(ed25519("authority").public.to_jwk()))

    def invoke(*more: str, url: str = address) -> Result:
        state = str(tmp_path / "audit.json")
        return CliRunner().invoke(cli.main, [url, "--authority", str(authority), "--state", state, *more])

    return invoke


def append(market: Market, count: int, kind: str = "use") -> None:
    with market.store.writing() as books:
        Log(books.log).append([Entry.of(kind, NOW, {"number": number}) for number in range(count)])
    market.witness()


def test_an_honest_log_is_reported_and_the_next_audit_reads_what_is_new(market, run):
    append(market, 300)
    first = run()
    append(market, 5, "order")
    second = run()

    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert "entries      300, of which 300 were read now" in first.output
    assert "wanted       2 of 3 nodes" in first.output
    assert "confirmed    node-a, 2026-03-01T12:00:00Z" in first.output
    assert "entries      305, of which 5 were read now" in second.output
    assert "seen before  300 entries, all of them still there" in second.output
    assert "read         5 × order" in second.output
    assert second.output.endswith("No fault was found.\n")


def test_a_registry_from_a_file_is_used_instead_of_the_marketplaces(market, run, tmp_path):
    append(market, 3)
    known = tmp_path / "registry.jwt"
    known.write_text(
        sign_registry(assembled(parts(nodes=("node-b", "node-c", "node-d"))), ed25519("authority"))
    )

    found = run("--registry", str(known))

    assert "wanted       2 of 3 nodes" in found.output
    assert "node-a" not in found.output


def test_a_rewritten_log_is_named_with_the_evidence_and_a_status_of_its_own(market, run):
    append(market, 300)
    run()
    other = open_market(known=THREE)
    append(other, 310)
    vars(market.store.books.log).update(vars(other.store.books.log))  # type: ignore[attr-defined]
    vars(market.store.books.states).update(vars(other.store.books.states))  # type: ignore[attr-defined]

    found = run()

    assert found.exit_code == cli.FAULT
    assert "ForkedLog: the log of 310 entries does not begin with that of 300" in found.output
    assert found.output.count("— node-a ") == 2


def test_a_log_that_nobody_confirmed_is_named(market, run):
    with market.store.writing() as books:
        Log(books.log).append([Entry.of("use", NOW, {})])

    found = run()

    assert found.exit_code == cli.FAULT
    assert "UnconfirmedLog: checkpoint: expected 2 cosignatures, got 0" in found.output


def test_a_marketplace_that_cannot_be_reached_is_not_called_at_fault(run):
    found = run(url="http://127.0.0.1:9")

    assert found.exit_code == cli.UNCHECKED
    assert "Unchecked: " in found.output


@pytest.mark.parametrize("url", ["ftp://market.example", "market.example", "http://market.example"])
def test_an_address_that_may_not_be_asked_is_said(run, url):
    assert run(url=url).exit_code == cli.UNCHECKED


def test_a_state_file_that_is_none_is_kept_and_said(market, run, tmp_path):
    append(market, 3)
    (tmp_path / "audit.json").write_bytes(b"{")

    found = run()

    assert found.exit_code == cli.UNCHECKED
    assert "the state file cannot be used" in found.output
    assert (tmp_path / "audit.json").read_bytes() == b"{"


@pytest.mark.parametrize(
    "document",
    [
        {"note": None, "verified": {"size": 1, "edge": []}},
        {"note": None, "verified": {"size": 1, "edge": [[0, "AAAA"]]}},
        {"note": None, "verified": {"size": 1, "edge": [[1, "A" * 43]]}},
        {"note": None, "verified": {"size": 1, "edge": [["0", "A" * 43]]}},
        {"note": None, "verified": {"size": 1, "edge": [7]}},
        {"note": None, "verified": {"size": 0, "edge": [[0, "A" * 43]]}},
        {"note": None, "verified": {"size": -1, "edge": []}},
        {"note": None, "verified": {"size": 0, "edge": []}, "more": 1},
        {"note": 5, "verified": {"size": 0, "edge": []}},
        {"note": None},
        [],
    ],
)
def test_a_hostile_state_file_is_said(market, run, tmp_path, document):
    append(market, 3)
    (tmp_path / "audit.json").write_bytes(canonical_json(document))

    assert run().exit_code == cli.UNCHECKED

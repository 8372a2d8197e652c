"""The operator's command that makes a joint key: what it refuses. That it works is a journey."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crypto.encoding import canonical_json
from marketplace.mpc_node.bootstrap import utc_now
from marketplace.mpc_node.cli import main
from ssi.trust import sign_registry
from ssi.trust_parts import Validity, assemble_registry
from tests.marketplace.mpc_node.parties import ed25519, parts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A node's folder beside a registry and its authority."""
    arguments = ["--id", "node-a", "--operator", "An operator", "--url", "https://127.0.0.1:8443"]
    CliRunner().invoke(main, ["init", "--dir", str(tmp_path / "node-a"), *arguments])
    own = json.loads((tmp_path / "node-a" / "public.json").read_text())
    named = [("part", canonical_json(each)) for each in (*parts(("node-b", "node-c", "node-d")), own)]
    authority, now = ed25519("authority"), utc_now().replace(microsecond=0)
    validity = Validity(now - timedelta(days=1), now + timedelta(days=1))
    registry = assemble_registry(named, authority=authority.public, validity=validity)
    (tmp_path / "registry.jwt").write_text(sign_registry(registry, authority))
    (tmp_path / "authority.jwk").write_bytes(canonical_json(authority.public.to_jwk()))
    return tmp_path


def _make(folder: Path, *extra: str) -> Result:
    trust = ["--registry", str(folder / "registry.jwt"), "--authority", str(folder / "authority.jwk")]
    command = ["make-aggregation-key", "--dir", str(folder / "node-a"), *trust, *extra]
    return CliRunner().invoke(main, command)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ((), "has 4 nodes"),
        (("--node", "node-a", "--node", "node-b"), "3 nodes"),
        (("--node", "node-b", "--node", "node-c", "--node", "node-d"), "this one among them"),
        (("--node", "node-a", "--node", "node-b", "--node", "node-x"), "no node"),
    ],
    ids=["all_of_four", "two", "three_others", "a_stranger"],
)
def test_it_needs_three_nodes_of_the_registry_with_this_one_among_them(folder, extra, message):
    refused = _make(folder, *extra)

    assert refused.exit_code == 1
    assert message in refused.output
    assert not (folder / "node-a" / "aggregation-key.json").exists()


def test_it_needs_a_folder_that_is_a_nodes(folder):
    (folder / "node-a" / "signing.pem").unlink()

    refused = _make(folder)

    assert refused.exit_code == 1
    assert "missing" in refused.output

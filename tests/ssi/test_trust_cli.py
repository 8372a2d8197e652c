import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crypto.signing import SigningKey, VerifyingKey
from ssi.trust import verify_registry
from ssi.trust_cli import main
from ssi.trust_file import MAX_FILE_BYTES
from tests.ssi.parties import node, parts


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    folder = tmp_path / "authority"
    assert run("init", "--dir", folder).exit_code == 0
    return folder


@pytest.fixture
def part_files(tmp_path: Path) -> list[Path]:
    files = []
    for index, part in enumerate(parts()):
        files.append(tmp_path / f"{index}.json")
        files[-1].write_text(json.dumps(part), encoding="utf-8")
    return files


def test_init_makes_a_key_that_only_its_owner_reads(authority: Path):
    assert (authority / "authority.pem").stat().st_mode & 0o777 == 0o600
    key = SigningKey.from_pem((authority / "authority.pem").read_bytes())
    public = json.loads((authority / "authority.jwk").read_text(encoding="utf-8"))
    assert VerifyingKey.from_jwk(public) == key.public
    assert "d" not in public


def test_init_never_replaces_a_key(authority: Path):
    before = (authority / "authority.pem").read_bytes()

    result = run("init", "--dir", authority)

    assert result.exit_code == 0
    assert result.output.strip() == str(authority / "authority.jwk")
    assert (authority / "authority.pem").read_bytes() == before


def test_what_is_signed_verifies_under_the_published_key_and_can_be_shown(
    authority: Path, part_files: list[Path], tmp_path: Path
):
    out = tmp_path / "registry.jwt"

    result = run("sign", "--dir", authority, "--out", out, "--valid-days", "30", *part_files)

    assert result.exit_code == 0, result.output
    assert "1 marketplace, 3 nodes, 2 issuers" in result.output
    public = VerifyingKey.from_jwk(json.loads((authority / "authority.jwk").read_text(encoding="utf-8")))
    verified = verify_registry(out.read_text(encoding="ascii"), public, now=datetime.now(UTC))
    assert (verified.valid_until - verified.issued_at).days == 30
    shown = run("show", "--authority", authority / "authority.jwk", out)
    assert [entry["id"] for entry in json.loads(shown.output)["nodes"]] == ["node-a", "node-b", "node-c"]


def test_a_contradiction_is_told_and_nothing_is_written(
    authority: Path, part_files: list[Path], tmp_path: Path
):
    twice = tmp_path / "twice.json"
    twice.write_text(json.dumps(node("node-a")), encoding="utf-8")
    out = tmp_path / "registry.jwt"

    result = run("sign", "--dir", authority, "--out", out, *part_files, twice)

    assert result.exit_code == 1
    assert "names the same id twice: node-a" in result.output
    assert not out.exists()


def test_signing_without_a_key_says_what_to_do(part_files: list[Path], tmp_path: Path):
    result = run("sign", "--dir", tmp_path / "nobody", "--out", tmp_path / "registry.jwt", *part_files)

    assert result.exit_code == 1
    assert "trust-registry init" in result.output


def test_a_broken_key_file_is_told(authority: Path, part_files: list[Path], tmp_path: Path):
    (authority / "authority.pem").write_text("key", encoding="ascii")

    result = run("sign", "--dir", authority, "--out", tmp_path / "registry.jwt", *part_files)

    assert result.exit_code == 1
    assert "expected an unencrypted PKCS #8 private key" in result.output


def test_show_refuses_what_another_authority_signed(authority: Path, part_files: list[Path], tmp_path: Path):
    out, other = tmp_path / "registry.jwt", tmp_path / "other"
    run("sign", "--dir", authority, "--out", out, *part_files)
    run("init", "--dir", other)

    result = run("show", "--authority", other / "authority.jwk", out)

    assert result.exit_code == 1
    assert "does not verify" in result.output


def test_a_file_that_is_too_long_is_refused_and_not_read_by_half(
    authority: Path, part_files: list[Path], tmp_path: Path
):
    out, draft = tmp_path / "registry.jwt", tmp_path / "draft.json"
    assert run("sign", "--dir", authority, "--out", out, *part_files).exit_code == 0
    padded = tmp_path / "padded"
    key = authority / "authority.jwk"
    for source in (out, part_files[0], key):
        padded.write_bytes(source.read_bytes() + b" " * MAX_FILE_BYTES)
        steps: dict[Path, list[tuple[str | Path, ...]]] = {
            out: [
                ("show", "--authority", key, padded),
                ("draft", "diff", "--draft", draft, "--authority", key, "--against", padded),
            ],
            part_files[0]: [
                ("sign", "--dir", authority, "--out", tmp_path / "x", padded),
                ("draft", "add", "--draft", draft, padded),
            ],
            key: [("show", "--authority", padded, out)],
        }
        for step in steps[source]:
            result = run(*step)

            assert result.exit_code == 1
            assert "expected at most 16000000 bytes" in result.output


@pytest.mark.parametrize("content", [b"[]", b"\xff", b"{}"], ids=["list", "no text", "no key"])
def test_show_refuses_what_is_no_key_of_an_authority(authority: Path, tmp_path: Path, content: bytes):
    (tmp_path / "broken").write_bytes(content)

    result = run("show", "--authority", tmp_path / "broken", authority / "authority.jwk")

    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)

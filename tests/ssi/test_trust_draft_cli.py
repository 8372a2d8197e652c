import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crypto.signing import VerifyingKey
from ssi.trust import TrustRegistry, verify_registry
from ssi.trust_cli import main
from tests.ssi.parties import CHAMBER, UNIVERSITY, node, parts


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def done(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """An authority with its key, everybody's parts and a draft of all of them."""
    done("init", "--dir", tmp_path / "authority")
    files = []
    for index, part in enumerate(parts()):
        files.append(tmp_path / f"{index}.json")
        files[-1].write_text(json.dumps(part), encoding="utf-8")
    done("draft", "add", "--draft", tmp_path / "draft.json", *files)
    return tmp_path


def signed(desk: Path) -> TrustRegistry:
    done("sign", "--dir", desk / "authority", "--out", desk / "registry.jwt", "--draft", desk / "draft.json")
    key = VerifyingKey.from_jwk(json.loads((desk / "authority" / "authority.jwk").read_text("utf-8")))
    token = (desk / "registry.jwt").read_text("ascii")
    return verify_registry(token, key, now=datetime.now(UTC))


def difference(desk: Path) -> list[str]:
    output = done(
        "draft",
        "diff",
        "--draft",
        desk / "draft.json",
        "--authority",
        desk / "authority" / "authority.jwk",
        "--against",
        desk / "registry.jwt",
    )
    return output.splitlines()


def test_a_draft_is_signed_as_it_stands(desk: Path):
    assert [entry.id for entry in signed(desk).issuers] == [UNIVERSITY, CHAMBER]
    assert difference(desk) == ["no change"]


def test_parties_come_go_and_change_and_the_difference_is_told_before_it_is_signed(desk: Path):
    signed(desk)
    (desk / "d.json").write_text(json.dumps(node("node-d")), encoding="utf-8")
    draft = ("--draft", desk / "draft.json")

    done("draft", "add", *draft, desk / "d.json")
    done("draft", "remove", *draft, "node-a")
    done("draft", "amend", *draft, CHAMBER, "--note", "Agreement", "--credential-type", "urn:a")
    done(
        "draft", "amend", *draft, UNIVERSITY, "--data-set", "urn:b", "exam/1", "--data-set", "urn:b", "exam/2"
    )

    assert difference(desk) == [
        "- node node-a",
        "+ node node-d",
        f'~ issuer {UNIVERSITY}: data_sets null → {{"urn:b": ["exam/1", "exam/2"]}}',
        f"~ issuer {CHAMBER}: credential_types -urn:argonauta:credential:organisation:1 +urn:a;"
        " note null → Agreement",
    ]
    after = signed(desk)
    assert [entry.id for entry in after.nodes] == ["node-b", "node-c", "node-d"]
    assert after.issuers[1].note == "Agreement"
    assert difference(desk) == ["no change"]


def test_an_empty_text_takes_a_term_back(desk: Path):
    draft = ("--draft", desk / "draft.json")
    done("draft", "amend", *draft, CHAMBER, "--note", "x", "--valid-until", "2030-01-01T00:00:00Z")

    done("draft", "amend", *draft, CHAMBER, "--note", "")

    assert json.loads(done("draft", "show", *draft))[CHAMBER] == {
        "kind": "issuer",
        "valid_until": "2030-01-01T00:00:00Z",
    }


def test_without_a_registry_everything_is_new(desk: Path):
    output = done(
        "draft",
        "diff",
        "--draft",
        desk / "draft.json",
        "--authority",
        desk / "authority" / "authority.jwk",
    )

    assert len(output.splitlines()) == len(parts())
    assert set(output.splitlines()[0][:2]) == set("+ ")


REFUSED: dict[str, tuple[Any, str]] = {
    "the same part again": (("draft", "add", "--draft", "draft.json", "0.json"), "is in the draft already"),
    "nobody to remove": (("draft", "remove", "--draft", "draft.json", "nobody"), "is not in the draft"),
    "nothing to amend": (("draft", "amend", "--draft", "draft.json", CHAMBER), "expected a term"),
    "no draft": (("draft", "show", "--draft", "other.json"), "is missing"),
    "no part": (("draft", "add", "--draft", "draft.json", "authority/authority.pem"), "not a JSON document"),
    "parts and a draft": (
        ("sign", "--dir", "authority", "--out", "r.jwt", "--draft", "draft.json", "0.json"),
        "either PARTS or --draft",
    ),
    "neither parts nor a draft": (
        ("sign", "--dir", "authority", "--out", "r.jwt"),
        "either PARTS or --draft",
    ),
    "a registry that is none": (
        (
            *("draft", "diff", "--draft", "draft.json", "--authority", "authority/authority.jwk"),
            *("--against", "0.json"),
        ),
        "expected base64url",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_done_is_told_and_nothing_changes(
    desk: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
):
    monkeypatch.chdir(desk)
    before = (desk / "draft.json").read_bytes()

    result = run(*arguments)

    assert result.exit_code != 0
    assert message in result.output
    assert (desk / "draft.json").read_bytes() == before
    assert not (desk / "r.jwt").exists()


def test_a_date_that_is_none_is_refused_before_it_is_signed(desk: Path):
    done("draft", "amend", "--draft", desk / "draft.json", CHAMBER, "--valid-until", "soon")

    result = run("sign", "--dir", desk / "authority", "--out", desk / "r.jwt", "--draft", desk / "draft.json")

    assert result.exit_code == 1
    assert "valid_until: expected a moment" in result.output
    assert not (desk / "r.jwt").exists()

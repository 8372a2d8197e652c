"""The command founds an issuer, makes keys to it and says what is wrong in one line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ssi.issuer_service import cli
from ssi.issuer_service.bootstrap import create_app, open_issuer
from ssi.issuer_service.folder import open_folder
from tests.ssi.issuer_service.visitors import Institution, record


def run(*arguments: str | Path):
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments])


def founded(folder: Path, *more: str | Path):
    given = ["--id", "did:web:u.example", "--name", "University", "--url", "http://127.0.0.1:8701"]
    return run("init", "--dir", folder, *given, "--data-set", "exam/1", *more)


def test_founding_tells_the_key_and_the_password_once(tmp_path: Path):
    result = founded(tmp_path / "u")

    assert result.exit_code == 0, result.output
    assert "API key (shown only now): " in result.output
    assert "Password for the screens (shown only now): " in result.output
    assert (tmp_path / "u" / "issuer.sqlite").stat().st_mode & 0o777 == 0o600


def test_secrets_can_be_written_to_private_files_instead(tmp_path: Path):
    key, password = tmp_path / "api-key", tmp_path / "password"
    result = founded(tmp_path / "u", "--api-key-file", key, "--password-file", password)

    assert key.read_text() not in result.output
    assert password.read_text() not in result.output
    assert {path.stat().st_mode & 0o777 for path in (key, password)} == {0o600}


def test_the_founded_issuer_accepts_records_with_its_key(tmp_path: Path):
    founded(tmp_path / "u", "--organisations", "--api-key-file", tmp_path / "key")
    issuer = open_issuer(open_folder(tmp_path / "u"))
    institution = Institution(create_app(issuer).test_client(), (tmp_path / "key").read_text())

    assert institution.post("/credentials", record()).status_code == 201
    types = json.loads((tmp_path / "u" / "public.json").read_bytes())["issuer"]["credential_types"]
    assert types == ["urn:argonauta:credential:exam:1", "urn:argonauta:credential:organisation:1"]
    issuer.database.close()


def test_a_further_key_is_made_and_put_out_of_force(tmp_path: Path):
    founded(tmp_path / "u")
    made = run("api-key", "--dir", tmp_path / "u", "--api-key-file", tmp_path / "second")
    key_id = (tmp_path / "second").read_text().partition(".")[0]

    revoked = run("api-key", "--dir", tmp_path / "u", "--revoke", key_id)
    again = run("api-key", "--dir", tmp_path / "u", "--revoke", key_id)

    assert (made.exit_code, revoked.exit_code, again.exit_code) == (0, 0, 1)
    assert "out of force" in revoked.output


def test_a_new_password_is_drawn(tmp_path: Path):
    founded(tmp_path / "u", "--password-file", tmp_path / "first")
    result = run("password", "--dir", tmp_path / "u", "--password-file", tmp_path / "second")

    assert result.exit_code == 0
    assert (tmp_path / "first").read_text() != (tmp_path / "second").read_text()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--data-set", "degree/1"), "degree/1"),
        (("--database-url", "mysql://localhost/x"), "sqlite or postgresql"),
        (("--database-url", "postgresql://127.0.0.1:1/x"), "does not answer"),
        (("--url", "https://issuer.example/a?b"), "url"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, more, said):
    result = founded(tmp_path / "u", *more)

    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "u").exists()


def test_founding_twice_is_refused(tmp_path: Path):
    founded(tmp_path / "u")

    assert "already" in founded(tmp_path / "u").output


@pytest.mark.parametrize("command", ["serve", "api-key", "password"])
def test_a_directory_without_an_issuer_is_refused_with_the_remedy(tmp_path: Path, command: str):
    result = run(command, "--dir", tmp_path)

    assert result.exit_code == 1
    assert "issuer init" in result.output


def test_a_key_is_made_for_some_scopes_only(tmp_path: Path):
    founded(tmp_path / "u")
    key_file = tmp_path / "second"
    run("api-key", "--dir", tmp_path / "u", "--scope", "batches", "--name", "SIS", "--api-key-file", key_file)
    issuer = open_issuer(open_folder(tmp_path / "u"))
    institution = Institution(create_app(issuer).test_client(), key_file.read_text())

    assert institution.get("/batches").status_code == 200
    assert institution.get("/templates").status_code == 403
    issuer.database.close()


@pytest.mark.parametrize("command", ["serve", "work", "api-key", "password"])
@pytest.mark.parametrize("mail_url", ["imap://mail.example", "smtp://mail.example:99999"])
def test_a_wrong_way_to_send_letters_is_said_in_one_line(tmp_path: Path, command: str, mail_url: str):
    founded(tmp_path / "u")
    settings = tmp_path / "u" / "issuer.json"
    said = json.loads(settings.read_bytes()) | {"mail_url": mail_url, "mail_from": "office@u.example"}
    settings.write_text(json.dumps(said))

    result = run(command, "--dir", tmp_path / "u")

    assert result.exit_code == 1
    assert "mail_url" in result.output
    assert "Traceback" not in result.output


def test_work_ends_when_there_is_none(tmp_path: Path):
    founded(tmp_path / "u")

    assert run("work", "--dir", tmp_path / "u").exit_code == 0


def test_help_is_there():
    assert "Issue signed records" in run("--help").output

"""The operator's commands, as an operator types them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consent.log import verify_checkpoint
from crypto.encoding import canonical_json
from marketplace.bootstrap import build
from marketplace.cli import main
from marketplace.config import PUBLIC, Settings
from ssi.trust import sign_registry
from tests.marketplace.market import PASSWORD
from tests.marketplace.mpc_node.orders import buyer_credential
from tests.marketplace.mpc_node.parties import MARKET, assembled, ed25519, parts


@pytest.fixture
def folder(tmp_path) -> Path:
    """A marketplace's folder with a trust registry beside it."""
    directory: Path = tmp_path / "market"
    made = CliRunner().invoke(
        main, ["init", "--dir", str(directory), "--id", MARKET, "--url", "http://127.0.0.1:8000"]
    )
    assert made.exit_code == 0, made.output
    assert made.output.strip() == str(directory / PUBLIC)
    (tmp_path / "authority.jwk").write_bytes(canonical_json(ed25519("authority").public.to_jwk()))
    known = assembled(parts())
    (tmp_path / "registry.jwt").write_text(sign_registry(known, ed25519("authority")))
    return directory


def run(folder: Path, *command: str, typed: str | None = None) -> Result:
    options = [
        "--dir",
        str(folder),
        "--registry",
        str(folder.parent / "registry.jwt"),
        "--authority",
        str(folder.parent / "authority.jwk"),
    ]
    return CliRunner().invoke(main, [*command, *options], input=typed)


def add_buyer(folder: Path, *more: str) -> Result:
    return run(
        folder,
        "buyer",
        "add",
        "--email",
        "b@example.org",
        "--password-file",
        "-",
        *more,
        typed=PASSWORD + "\n",
    )


def test_a_buyer_is_added_topped_up_and_given_an_api_key(folder):
    account = add_buyer(folder).output.strip()
    top_up = ("buyer", "top-up", "--account", account, "--cents", "500", "--transfer-id", "first")
    balances = [run(folder, *top_up).output.strip() for _ in range(2)]
    key = run(folder, "buyer", "api-key", "--account", account).output.strip()

    assert balances == ["500", "500"]
    assert key.startswith("argonauta_")


def test_keys_are_listed_without_their_secrets_and_ended_at_once(folder):
    account = add_buyer(folder).output.strip()
    scoped = ("--account", account, "--label", "laptop", "--scope", "quotes", "--scope", "results")
    secret = run(folder, "buyer", "api-key", *scoped).output.strip()
    listed = run(folder, "buyer", "api-keys", "--account", account).output
    ended = run(folder, "buyer", "end-api-key", "--account", account, listed.split()[0])

    assert "'laptop' quotes,results never used" in listed
    assert secret not in listed
    assert ended.output.strip() == "ended"
    assert " ended " in run(folder, "buyer", "api-keys", "--account", account).output


def test_a_password_is_asked_for_where_no_file_is_given(folder):
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    added = run(folder, "operator", "add", "--email", "op@example.org", typed=typed)

    assert added.exit_code == 0, added.output
    assert PASSWORD not in added.output


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["buyer", "top-up", "--account", "nobody", "--cents", "5"], "there is no such account"),
        (["buyer", "api-key", "--account", "nobody"], "there is no such account"),
    ],
)
def test_our_own_errors_are_said_in_one_line(folder, command, said):
    result = run(folder, *command)

    assert result.exit_code == 1
    assert result.output.strip() == f"Error: {said}"


def test_a_weak_password_is_refused(folder):
    result = run(folder, "buyer", "add", "--email", "b@example.org", "--password-file", "-", typed="short\n")

    assert (result.exit_code, "10 to 500 characters" in result.output) == (1, True)


def test_a_credential_comes_with_a_mandate(folder, tmp_path):
    (tmp_path / "credential").write_text(buyer_credential())

    assert add_buyer(folder, "--credential", str(tmp_path / "credential")).exit_code == 2


def test_the_trial_balance_is_zero(folder):
    account = add_buyer(folder).output.strip()
    run(folder, "buyer", "top-up", "--account", account, "--cents", "500")
    listed = run(folder, "trial-balance", "--accounts").output.splitlines()

    assert run(folder, "trial-balance").output == "0\n"
    assert [line.split()[-1] for line in listed] == [f"buyer:{account}:available", "external:sandbox", "0"]


def test_the_checkpoint_is_the_logs_signed_state(folder):
    note = run(folder, "checkpoint").output
    settings = Settings(folder, folder, folder)

    assert verify_checkpoint(note, MARKET, settings.signing_key.public).size == 0


def test_a_folder_that_was_not_made_is_refused(tmp_path):
    (tmp_path / "authority.jwk").write_bytes(canonical_json(ed25519("authority").public.to_jwk()))
    result = run(tmp_path / "nothing", "checkpoint")

    assert result.exit_code == 1


@pytest.mark.parametrize("command", [[], ["serve"], ["worker"], ["buyer"], ["buyer", "add"], ["init"]])
def test_every_command_explains_itself(command):
    result = CliRunner().invoke(main, [*command, "--help"])

    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_payouts_are_listed_and_what_cannot_be_done_is_said_in_one_line(folder, tmp_path):
    out, debtor = str(tmp_path / "bank.xml"), ["--debtor-name", "Market", "--debtor-iban"]

    listed = run(folder, "payouts", "list")
    nothing = run(folder, "payouts", "export", *debtor, "AT611904300234573201", "--out", out)
    wrong = run(folder, "payouts", "export", *debtor, "AT00", "--out", out)
    unknown = run(folder, "payouts", "paid", "nothing")

    assert (listed.exit_code, listed.output) == (0, "")
    assert nothing.output == "Error: there is nothing to be paid\n"
    assert "account number" in wrong.output
    assert unknown.output == "Error: there is no payout nothing\n"


def test_an_assessment_is_linked_by_two_operators_and_listed(folder):
    for name in ("one", "two"):
        address = f"{name}@market.example"
        run(folder, "operator", "add", "--email", address, "--password-file", "-", typed=PASSWORD + "\n")
    approve = ("dpia", "approve", "--data-set", "health/1", "--reference", "DSFA 3", "--password-file", "-")

    def approved(name: str) -> Result:
        return run(folder, *approve, "--email", f"{name}@market.example", typed=PASSWORD + "\n")

    first, again, second = approved("one"), approved("one"), approved("two")

    assert first.output == "health/1 waits for a second operator\n"
    assert (again.exit_code, "another operator" in again.output) == (1, True)
    assert second.output == "health/1 DSFA 3\n"
    listed = run(folder, "dpia", "list").output.splitlines()
    assert "health/1 needed DSFA 3" in listed
    assert "exam/1 not needed -" in listed


def test_changed_nodes_are_shown_and_approved_by_two(folder):
    beside = folder.parent
    settings = Settings(folder, beside / "registry.jwt", beside / "authority.jwk")
    assert build(settings).oversight.nodes.take_first()
    known = assembled(parts())
    moved = replace(known, nodes=(replace(known.nodes[0], operator="New Ltd."), *known.nodes[1:]))
    (beside / "registry.jwt").write_text(sign_registry(moved, ed25519("authority")))
    for name in ("one", "two"):
        address = ("--email", f"{name}@market.example")
        run(folder, "operator", "add", *address, "--password-file", "-", typed=PASSWORD + "\n")

    shown = run(folder, "nodes", "show").output.splitlines()
    fingerprint = shown[0].removeprefix("fingerprint ")
    said = [
        run(
            folder, "nodes", "approve", fingerprint, *who, "--password-file", "-", typed=PASSWORD + "\n"
        ).output
        for who in (("--email", "one@market.example"), ("--email", "two@market.example"))
    ]

    assert shown[1:] == [f"changed {known.nodes[0].id}", "approved by 0 of 2 operators"]
    assert said == ["waits for a second operator\n", "they count from now on\n"]
    assert run(folder, "nodes", "show").output.endswith("nothing waits for approval\n")


def test_a_buyer_links_no_assessment(folder):
    add_buyer(folder)

    approve = ("dpia", "approve", "--data-set", "health/1", "--reference", "x", "--password-file", "-")
    said = run(folder, *approve, "--email", "b@example.org", typed=PASSWORD + "\n")

    assert (said.exit_code, "for operators" in said.output) == (1, True)


def test_the_record_of_processing_and_the_skeleton_are_printed(folder):
    record = json.loads(run(folder, "ropa").output)
    skeleton = json.loads(run(folder, "dpia", "skeleton", "--data-set", "health/1").output)
    unknown = run(folder, "dpia", "skeleton", "--data-set", "nothing/1")

    assert (record["@type"], record["dpv:hasProcess"]) == ("dpv:RecordsOfActivities", [])
    assert (skeleton["@type"], skeleton["dpv:hasProcess"][0]["mk:people"]) == ("dpv:DPIA", "fewer than 50")
    assert (unknown.exit_code, "Traceback" in unknown.output) == (1, False)


@pytest.mark.parametrize(("choice", "demanded"), [([], True), (["--no-dpia"], False)])
def test_a_new_marketplace_demands_assessments_unless_it_is_told_not_to(tmp_path, choice, demanded):
    about = ["--dir", str(tmp_path / "m"), "--id", MARKET, "--url", "http://127.0.0.1:8000"]

    CliRunner().invoke(main, ["init", *about, *choice])

    assert Settings(tmp_path / "m", tmp_path, tmp_path).require_dpia is demanded


def test_members_are_invited_listed_and_ended_and_a_lost_password_is_replaced(folder):
    account = add_buyer(folder).output.strip()
    whose = ("--account", account)
    link = run(folder, "member", "invite", *whose, "--email", "x@example.org", "--role", "reader").output
    reset = run(folder, "member", "reset-link", "--email", "B@example.org").output
    (line,) = run(folder, "member", "list", *whose).output.splitlines()
    last = run(folder, "member", "end", *whose, line.split()[0])
    nobody = run(folder, "member", "reset-link", "--email", "nobody@example.org")

    assert link.startswith("http://127.0.0.1:8000/join#")
    assert reset.startswith("http://127.0.0.1:8000/new-password#")
    assert line.split()[1:] == ["b@example.org", "owner"]
    assert (last.exit_code, "has an owner" in last.output) == (1, True)
    assert (nobody.exit_code, "no member has this e-mail address" in nobody.output) == (1, True)


def test_an_operator_lists_and_takes_back_published_answers(folder):
    listed = run(folder, "published", "list")
    missing = run(folder, "published", "withdraw", "order-1")

    assert (listed.exit_code, listed.output) == (0, "")
    assert missing.exit_code == 1
    assert "is not published" in missing.output

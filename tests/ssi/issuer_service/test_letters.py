"""A link goes by e-mail, its code never does; addresses are forgotten once they are not needed."""

from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from crypto.errors import MalformedError
from ssi.issuer_service.bootstrap import create_app, open_work
from ssi.issuer_service.clients.mail import FolderMailer, SmtpMailer, open_mailer
from ssi.issuer_service.domain.delivery import MAX_ATTEMPTS
from ssi.issuer_service.domain.letter import Message
from ssi.issuer_service.domain.mail_address import read_mail_address
from ssi.issuer_service.errors import NotDeliveredError
from ssi.issuer_service.services.hand_over import HandOver
from ssi.issuer_service.services.send_out import SendLetters
from tests.ssi.issuer_service.tables import HEADINGS, written
from tests.ssi.issuer_service.visitors import Institution, Office, answer_of, problem
from tests.ssi.parties import EXAM

MESSAGE = Message("ann@university.example", "A record", "https://link.example", "0" * 32)


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    return tmp_path / "outbox"


@pytest.fixture
def posting(office: Office, outbox: Path) -> Office:
    """An office whose letters go into a folder."""
    settings = replace(
        office.issuer.identity.settings, mail_url=f"file://{outbox}", mail_from="office@university.example"
    )
    issuer = replace(office.issuer, identity=replace(office.issuer.identity, settings=settings))
    app = create_app(issuer)
    institution = Institution(app.test_client(), office.institution.key)
    return replace(office, issuer=issuer, app=app, institution=institution)


def letters(outbox: Path) -> list[tuple[str, str]]:
    """Each letter's address and text."""
    read = [
        message_from_bytes(file.read_bytes(), policy=policy.default) for file in sorted(outbox.glob("*.eml"))
    ]
    return [(str(letter["To"]), letter.get_content()) for letter in read]


@pytest.mark.database
def test_a_letter_holds_the_link_and_not_the_code(posting: Office, outbox):
    record = posting.institution.hand_in(transaction_code=True)
    path = f"/credentials/{record['credential_id']}/letter"
    response = posting.institution.post(path, {"email": "ann@university.example"})
    open_work(posting.issuer).until_idle()

    ((address, text),) = letters(outbox)
    assert response.status_code == 202
    assert address == "ann@university.example"
    assert str(record["offer_uri"]) in text
    assert str(record["claim_code"]) in text
    assert str(record["tx_code"]) not in text
    assert not any(str(value) in text for value in EXAM.values() if isinstance(value, str))


@pytest.mark.database
def test_a_table_with_addresses_sends_a_letter_for_each_new_record_once(posting: Office, outbox):
    template = posting.institution.template()
    values = [str(value) for value in EXAM.values()]
    rows = [
        (*HEADINGS, "email"),
        ("s-1", *values, "a@u.example"),
        ("s-2", *values, ""),
        ("s-3", *values, "nobody"),
    ]
    batches = [posting.institution.send_table(template, written(rows)) for _ in range(2)]
    open_work(posting.issuer).until_idle()

    batch = answer_of(posting.institution.get(f"/batches/{answer_of(batches[0])['batch_id']}"))
    assert [address for address, _ in letters(outbox)] == ["a@u.example"]
    assert [(error["row"], error["column"]) for error in batch["errors"]] == [(4, "email")]


@pytest.mark.database
def test_a_letter_about_a_record_on_hold_waits_until_the_record_counts(posting: Office, outbox):
    template = posting.institution.template(hold=True)
    rows = [(*HEADINGS, "email"), ("s-1", *(str(value) for value in EXAM.values()), "a@u.example")]
    posting.institution.send_table(template, written(rows))
    work = open_work(posting.issuer)
    work.until_idle()
    while_held = letters(outbox)
    (held,) = answer_of(posting.institution.find("s-1"))["credentials"]
    posting.institution.set_status(held["credential_id"], "valid")
    work.until_idle()

    assert while_held == []
    assert [address for address, _ in letters(outbox)] == ["a@u.example"]


@pytest.mark.database
def test_what_one_worker_is_writing_no_other_writes(posting: Office):
    record = posting.institution.hand_in()
    path = f"/credentials/{record['credential_id']}/letter"
    posting.institution.post(path, {"email": "ann@university.example"})
    work, sent = open_work(posting.issuer), []

    def also_asks_another(message: Message) -> None:
        sent.append(message)
        work.until_idle()

    issuer = posting.issuer
    hand_over = HandOver(issuer.identity.secrets, issuer.identity.settings.url)
    send = SendLetters(issuer.books, hand_over, also_asks_another, issuer_name="University")

    assert send(now=posting.clock()) == 1
    assert len(sent) == 1
    with issuer.books.reading() as register:
        (letter,) = register.letters.of(str(record["credential_id"]))
    assert (letter.state.value, letter.attempts) == ("delivered", 1)


@pytest.mark.database
def test_the_address_is_gone_once_the_letter_left_or_nothing_waits(posting: Office, outbox):
    first, second = posting.institution.hand_in("s-1"), posting.institution.hand_in("s-2")
    for record in (first, second):
        path = f"/credentials/{record['credential_id']}/letter"
        posting.institution.post(path, {"email": "ann@university.example"})
    posting.institution.set_status(second["credential_id"], "revoked")
    open_work(posting.issuer).until_idle()

    with posting.issuer.books.reading() as register:
        kept = [
            (letter.state.value, letter.address)
            for record in (first, second)
            for letter in register.letters.of(str(record["credential_id"]))
        ]
    assert kept == [("delivered", None), ("failed", None)]
    assert len(letters(outbox)) == 1


@pytest.mark.database
def test_the_address_is_gone_once_the_letter_was_given_up(posting: Office, outbox):
    outbox.write_text("a file where the folder should be")
    record = posting.institution.hand_in()
    path = f"/credentials/{record['credential_id']}/letter"
    posting.institution.post(path, {"email": "ann@university.example"})
    work = open_work(posting.issuer)
    for _ in range(MAX_ATTEMPTS):
        work.until_idle()
        posting.clock.move(hours=6)

    with posting.issuer.books.reading() as register:
        (letter,) = register.letters.of(str(record["credential_id"]))
    assert (letter.state.value, letter.attempts, letter.address) == ("failed", MAX_ATTEMPTS, None)


@pytest.mark.database
def test_an_office_without_a_mail_server_says_so(office: Office):
    record = office.institution.hand_in()
    path = f"/credentials/{record['credential_id']}/letter"
    response = office.institution.post(path, {"email": "a@u.example"})

    assert "mail_url" in problem(response, 409)


@pytest.mark.parametrize(
    "text",
    ["", "ann", "@u.example", "ann@", "ann@u", "a b@u.example", "a@u.example\nBcc: b@u.example",
     "<a@u.example>",
     '"a"@u.example', "a@u.example,b@u.example", "a@-u.example", "a@u..example", "a" * 250 + "@u.example"],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(text):
    with pytest.raises(MalformedError):
        read_mail_address(text)


@pytest.mark.parametrize(
    "url",
    ["imap://h", "smtp://", "smtp://u:word@h", "file:", "h:25", "smtp://h:99999", "smtp://[", "smtp://h:x"],
)
def test_a_mail_address_of_another_kind_is_refused(url):
    with pytest.raises(MalformedError):
        open_mailer(url, "office@university.example")


def test_the_ways_to_send_are_read_from_the_settings():
    smtp = open_mailer("smtp://office@mail.example", "office@university.example", "word")

    assert smtp == SmtpMailer("smtp", "mail.example", 587, "office@university.example", "office", "word")
    assert "word" not in repr(smtp)
    assert open_mailer("", "") is None


def test_a_mail_server_that_is_not_there_is_told_without_the_address():
    with pytest.raises(NotDeliveredError, match="ConnectionRefused") as told:
        SmtpMailer("smtp", "127.0.0.1", 1, "office@university.example")(MESSAGE)
    assert "ann" not in str(told.value)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(NotDeliveredError):
        FolderMailer(tmp_path / "file", "office@university.example")(MESSAGE)

"""Errors of the use cases as pages in plain words: the one table that pairs them with a status."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from flask import Flask, current_app, g
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from ssi.hosting.design.error_pages import Words, page
from ssi.hosting.errors import DatabaseUnavailableError
from wallet.errors import (
    AskRefusedError,
    ChoiceError,
    CodeNeededError,
    ConflictError,
    DamagedError,
    ExportError,
    LetterboxFullError,
    LetterRefusedError,
    LinkError,
    LogForkedError,
    LoginTakenError,
    NotInWalletError,
    ObjectedError,
    PartnerFaultError,
    PartnerRefusedError,
    PartnerUnreachableError,
    PodError,
    PullError,
    ReceiptError,
    RecoveryError,
    RefusedCredentialError,
    ShowChoiceError,
    SourceError,
    StoppedError,
    TooLargeError,
    TooManyAttemptsError,
    UnfitReadingError,
    VerifierRefusedError,
    WalletError,
    WeakPasswordError,
    WrongPasskeyError,
    WrongPasswordError,
)

STATUS: dict[type[WalletError], tuple[HTTPStatus, str]] = {
    NotInWalletError: (HTTPStatus.NOT_FOUND, lazy_gettext("This is not in your wallet")),
    WrongPasswordError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("That did not open a wallet")),
    WrongPasskeyError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("That did not open a wallet")),
    RecoveryError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("That did not open a wallet")),
    ReceiptError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("This is not an agreement file")),
    ExportError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("This file cannot be used")),
    TooManyAttemptsError: (HTTPStatus.TOO_MANY_REQUESTS, lazy_gettext("One moment, please")),
    LoginTakenError: (HTTPStatus.CONFLICT, lazy_gettext("This name is taken")),
    WeakPasswordError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("Choose another password")),
    LinkError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("This link cannot be used")),
    CodeNeededError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("The code is needed")),
    RefusedCredentialError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("This record was not added")),
    ChoiceError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("This cannot be offered like that")),
    AskRefusedError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("This request was not opened")),
    VerifierRefusedError: (HTTPStatus.BAD_GATEWAY, lazy_gettext("That was not accepted")),
    ShowChoiceError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("This cannot be shown like that")),
    LetterRefusedError: (HTTPStatus.UNAUTHORIZED, lazy_gettext("This was not taken")),
    LetterboxFullError: (HTTPStatus.TOO_MANY_REQUESTS, lazy_gettext("The letterbox is full")),
    StoppedError: (HTTPStatus.CONFLICT, lazy_gettext("It was stopped")),
    SourceError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("This file was not taken")),
    TooLargeError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("This cannot be kept")),
    UnfitReadingError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("This cannot be kept")),
    ObjectedError: (HTTPStatus.CONFLICT, lazy_gettext("You said no to this")),
    ConflictError: (HTTPStatus.CONFLICT, lazy_gettext("This changed in the meantime")),
    DamagedError: (HTTPStatus.INTERNAL_SERVER_ERROR, lazy_gettext("A part of your wallet does not open")),
    PullError: (HTTPStatus.UNPROCESSABLE_ENTITY, lazy_gettext("The hospital was not read")),
    PodError: (HTTPStatus.BAD_GATEWAY, lazy_gettext("Your pod did not do that")),
    LogForkedError: (HTTPStatus.BAD_GATEWAY, lazy_gettext("The public log contradicts itself")),
    PartnerRefusedError: (HTTPStatus.BAD_GATEWAY, lazy_gettext("That was refused")),
    PartnerFaultError: (HTTPStatus.BAD_GATEWAY, lazy_gettext("The answer does not hold")),
    PartnerUnreachableError: (HTTPStatus.SERVICE_UNAVAILABLE, lazy_gettext("Not reachable right now")),
}


_NO_DATABASE: Final = Words(
    lazy_gettext("Your wallet cannot be looked into right now"),
    lazy_gettext(
        "The database of this wallet server does not answer. What is in your wallet is unchanged. What you "
        "sent last may have arrived or not: open the page again in a minute and look, before you send it "
        "once more. If you run this server: start the database, or free its disk. Everything else goes on "
        "by itself."
    ),
)


def install(app: Flask) -> None:
    """Answer the errors that no screen handles itself."""
    for kind, (status, heading) in STATUS.items():
        app.register_error_handler(kind, _answer(status, heading))
    app.register_error_handler(DatabaseUnavailableError, _answer_without_database)


def is_database_away() -> bool:
    """Whether this request has found that the database does not answer, so that its page reads nothing."""
    return bool(g.get("database_is_away", False))


def status_of(error: WalletError) -> HTTPStatus:
    """The status that belongs to an error shown on a screen of its own."""
    return STATUS.get(type(error), (HTTPStatus.INTERNAL_SERVER_ERROR, ""))[0]


def _answer_without_database(error: Exception) -> Response:
    g.database_is_away = True
    current_app.logger.error("the database cannot be used: %s", type(error.__cause__).__name__)
    return page(HTTPStatus.SERVICE_UNAVAILABLE, _NO_DATABASE)


def _answer(status: HTTPStatus, heading: str) -> Callable[[WalletError], Response]:
    def answer(error: WalletError) -> Response:
        # The messages of these errors are written for the person and hold no secret.
        return page(status, Words(heading, str(error)))

    return answer

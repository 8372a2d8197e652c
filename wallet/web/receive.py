"""Where devices send to: one address for all, with a name and a password of each, over HTTP Basic (RFC 7617).

Neither stands in the address, so neither is in a log. The answer says nothing about the letter but that it
was taken; what is in it is read when its wallet is opened.
"""

from http import HTTPStatus

from flask import Blueprint, Response, request

from wallet.domain.letterbox import MAX_LETTER_BYTES
from wallet.errors import LetterboxFullError, LetterRefusedError
from wallet.services.suite import Services

RETRY_SECONDS = 3600


def door(services: Services) -> Blueprint:
    """The door of the letterbox; it reads no cookie, so its app exempts it from form tokens."""
    receive = Blueprint("receive", __name__)

    @receive.post("/receive")
    def take() -> Response:
        told = request.authorization
        login, password = ("", "") if told is None else (told.username or "", told.password or "")
        try:
            services.letters.take(login, password, request.stream.read(MAX_LETTER_BYTES + 1))
        except LetterRefusedError:
            answer = Response(status=HTTPStatus.UNAUTHORIZED)
            answer.headers["WWW-Authenticate"] = 'Basic realm="letterbox", charset="UTF-8"'
            return answer
        except LetterboxFullError:
            answer = Response(status=HTTPStatus.TOO_MANY_REQUESTS)
            answer.headers["Retry-After"] = str(RETRY_SECONDS)
            return answer
        return Response(status=HTTPStatus.ACCEPTED)

    return receive

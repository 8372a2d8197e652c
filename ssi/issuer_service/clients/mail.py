"""Two ways for a letter to leave: over SMTP (RFC 5321), or into a folder, for development."""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from crypto.errors import MalformedError
from ssi.hosting.files import write_private
from ssi.issuer_service.domain.letter import Message
from ssi.issuer_service.domain.mail_address import read_mail_address
from ssi.issuer_service.errors import NotDeliveredError
from ssi.issuer_service.services.send_out import Mailer

_SECONDS = 20.0
_PORTS = {"smtp": 587, "smtps": 465}
_EXPECTED = "mail_url: expected smtp://user@host:587, smtps://user@host:465 or file:///folder"
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class SmtpMailer:
    """Hands letters to one mail server, over TLS always unless it is on this machine."""

    scheme: str
    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    def __call__(self, message: Message) -> None:
        """Return once the server took the letter on.

        Raises:
            NotDeliveredError: it did not; what it said is left out, since it may quote the address.
        """
        try:
            with self._connect() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(_as_mail(message, self.sender))
        except (smtplib.SMTPException, OSError) as error:
            raise NotDeliveredError(f"the mail server did not take it ({type(error).__name__})") from error

    def _connect(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=_SECONDS, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=_SECONDS)
        if self.host not in _LOCAL:
            server.starttls(context=ssl.create_default_context())
        return server


@dataclass(frozen=True)
class FolderMailer:
    """Puts letters into a folder, one file each, for its owner only: for development."""

    folder: Path
    sender: str

    def __call__(self, message: Message) -> None:
        """Write the letter.

        Raises:
            NotDeliveredError: the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(self.folder / f"{message.message_id}.eml", bytes(_as_mail(message, self.sender)))
        except OSError as error:
            raise NotDeliveredError(f"the folder did not take it ({type(error).__name__})") from error


def open_mailer(url: str, sender: str, password: str = "") -> Mailer | None:
    """The way that settings name: `smtp://[user@]host[:port]`, `smtps://…`, `file:///folder`; None for "".

    Raises:
        MalformedError: another kind of address, or a sender that is no address.
    """
    if not url:
        return None
    read_mail_address(sender)
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise MalformedError(_EXPECTED) from error
    if parts.scheme == "file" and parts.path:
        return FolderMailer(Path(unquote(parts.path)), sender)
    if parts.scheme not in _PORTS or not parts.hostname or parts.password:
        raise MalformedError(_EXPECTED)
    return SmtpMailer(parts.scheme, parts.hostname, port, sender, unquote(parts.username or ""), password)


def _as_mail(message: Message, sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = message.to
    mail["Subject"] = message.subject
    mail["Message-ID"] = f"<{message.message_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="quoted-printable")
    return mail

"""A person's pod: a place on the web that she chose, where files of hers lie (Solid Protocol 0.11).

What a wallet keeps of it is who she is there, where she signs in, where her files begin, and the right to
act for her. All of it lies sealed in the wallet, is in no file that leaves the wallet, and is forgotten when
she disconnects.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from wallet.domain.collecting import Grant, SignIn

FOLDER: Final = "argonauta/"
"""The folder of the wallet's copies within a pod."""
MOST_ENTRIES: Final = 1_000
_TIME: Final = "%Y%m%dT%H%M%SZ"
_BACKUP: Final = re.compile(r"wallet-([0-9a-f]{16})-([0-9]{8}T[0-9]{6}Z)\.jwe")


@dataclass(frozen=True)
class PodPlace:
    """Who a person is (her WebID), where she signs in, and the folder in which everything of hers lies.

    The address of a folder ends in a slash, so that it is the beginning of what lies in it, and of no more.
    """

    webid: str
    issuer: str
    storage: str

    @property
    def folder(self) -> str:
        """Where copies of the wallet lie."""
        return self.storage + FOLDER

    def holds(self, address: str) -> bool:
        """Whether something lies in this pod, by the letters of its address."""
        return is_below(address, self.storage)


@dataclass(frozen=True)
class PodSignIn:
    """A request to sign in that waits for the browser to come back.

    `nonce` is what the signed answer must repeat (OpenID Connect Core §3.1.2.1).
    """

    place: PodPlace
    request: SignIn = field(repr=False)
    nonce: str = field(repr=False)


@dataclass(frozen=True)
class Pod:
    """A pod to which a wallet is connected."""

    row_id: str
    place: PodPlace
    grant: Grant = field(repr=False)
    connected_at: datetime
    revision: int = 0

    def to_document(self) -> dict[str, Json]:
        """The pod as a document to be sealed."""
        return {
            "webid": self.place.webid,
            "issuer": self.place.issuer,
            "storage": self.place.storage,
            "grant": self.grant.to_document(),
            "connected_at": utc_text(self.connected_at),
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "Pod":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "pod")
        pod = cls(
            row_id=row_id,
            place=PodPlace(fields.text("webid"), fields.text("issuer"), fields.text("storage")),
            grant=Grant.from_fields(fields.section("grant")),
            connected_at=fields.moment("connected_at"),
            revision=revision,
        )
        fields.done()
        return pod


@dataclass(frozen=True)
class Entry:
    """One thing in a folder of a pod, as the pod describes it; nothing of it is verified."""

    address: str
    size: int | None = None
    changed_at: datetime | None = None

    @property
    def is_folder(self) -> bool:
        """Whether other things lie in it."""
        return self.address.endswith("/")

    @property
    def name(self) -> str:
        """What it is called in its folder."""
        return name_of(self.address)


@dataclass(frozen=True)
class Folder:
    """What lies in a folder, by name; `partial` where the pod told of more than a wallet shows."""

    address: str
    entries: tuple[Entry, ...]
    partial: bool = False


@dataclass(frozen=True)
class Backup:
    """One locked copy of a wallet in a pod; `mine` if it was made by the wallet that looks."""

    address: str
    made_at: datetime
    size: int | None
    mine: bool


def is_below(address: str, folder: str) -> bool:
    """Whether an address begins with that of a folder and leads nowhere else, by parts or by dots."""
    rest = address.removeprefix(folder)
    if rest in {"", address} or not address.isascii() or not address.isprintable() or " " in address:
        return False
    parts = urlsplit(address)
    if parts.query or parts.fragment or "\\" in address:
        return False
    steps = unquote(rest).split("/")
    return not any(step in {".", ".."} for step in steps) and all(steps[:-1])


def name_of(address: str) -> str:
    """The last name in an address, readable, without marks that turn text around."""
    last = unquote(address.rstrip("/").rpartition("/")[2], errors="replace")
    return "".join(mark for mark in last if mark.isprintable())[:200] or "?"


def parent_of(address: str) -> str:
    """The folder in which something lies."""
    return address.rstrip("/").rpartition("/")[0] + "/"


def backup_address(place: PodPlace, tag: str, moment: datetime) -> str:
    """Where a copy made by the wallet of this tag at this moment goes."""
    return f"{place.folder}{quote(f'wallet-{tag}-{moment.astimezone(UTC).strftime(_TIME)}.jwe')}"


def backups_in(folder: Folder, tag: str) -> tuple[Backup, ...]:
    """The copies among what lies in a folder, the newest first; everything else there is passed over."""
    found = []
    for entry in folder.entries:
        match = _BACKUP.fullmatch(entry.name)
        made_at = _moment(match[2]) if match else None
        if match and made_at is not None:
            found.append(Backup(entry.address, made_at, entry.size, match[1] == tag))
    return tuple(sorted(found, key=lambda each: (each.made_at, each.address), reverse=True))


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None

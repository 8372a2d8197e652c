"""A person connects her wallet with a hospital, reads from it, and ends that again."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import BinaryIO, Final

from crypto.encoding import b64url_encode
from crypto.randomness import RandomBytes, random_bytes
from ssi.http.address import same_origin
from wallet.domain.clock import Clock
from wallet.domain.hospital import MAX_ADDRESS, Doors, Hospital, Visit
from wallet.domain.reading import LONGEST_NAME
from wallet.domain.session import Session
from wallet.domain.sign_in_answer import MAX_CODE, sign_in_of
from wallet.domain.source import Grain
from wallet.errors import LinkError, PullError, PullTrouble, SourceError, SourceTrouble
from wallet.services.fetch_observations import FetchObservations
from wallet.services.hospital_ports import HospitalServers
from wallet.services.keep_streams import KeepReport
from wallet.services.ports import Store
from wallet.services.source_ports import Chosen
from wallet.services.take_file import Progress, TakeFile

SOURCE: Final = "fhir"
MOST_HOSPITALS: Final = 50
OVERLAP: Final = timedelta(days=1)
"""How far before the last reading is asked again, since clocks differ; what is there changes nothing."""
_SECRET_BYTES: Final = 32


@dataclass(frozen=True)
class ReadHospital:
    """Reads observations as if the person had brought them as a file: all of what came, or nothing."""

    hospitals: Store[Hospital]
    servers: HospitalServers
    take: TakeFile
    clock: Clock
    random: RandomBytes = random_bytes

    def all(self, session: Session) -> tuple[Hospital, ...]:
        """The hospitals of this wallet, by name."""
        return tuple(sorted(self.hospitals.all(session), key=lambda each: (each.name, each.row_id)))

    def get(self, session: Session, row_id: str) -> Hospital:
        """One of them.

        Raises:
            NotInWalletError: there is none of this name.
        """
        return self.hospitals.get(session, row_id)

    def look(
        self, session: Session, address: str, client_id: str, chosen: Chosen, *, stays: bool
    ) -> Hospital:
        """Ask a server what it says of itself, and remember it; nothing about the person is told.

        Raises:
            PullError: it is no such server, cannot be asked safely, or does not answer.
        """
        told = address.strip().rstrip("/")
        if not 0 < len(told) <= MAX_ADDRESS or not 0 < len(client_id.strip()) <= MAX_ADDRESS:
            raise PullError(PullTrouble.NO_SERVER)
        if len(self.hospitals.all(session)) >= MOST_HOSPITALS:
            raise PullError(PullTrouble.TOO_MUCH, f"{MOST_HOSPITALS} hospitals")
        hospital = Hospital(
            row_id=str(uuid.UUID(bytes=self.random(16), version=4)),
            address=told,
            client_id=client_id.strip(),
            doors=self.servers.doors(told),
            switches=chosen.switches,
            zone=chosen.zone,
            stays=stays,
        )
        return self.hospitals.save(session, hospital)

    def begin_sign_in(self, session: Session, row_id: str, redirect_uri: str) -> str:
        """The address of the page where the person signs in; an earlier request counts no more.

        Raises:
            NotInWalletError: there is no such hospital.
            PullError: it is asked under another address than its own.
        """
        hospital = self.hospitals.get(session, row_id)
        visit = Visit(
            state=b64url_encode(self.random(_SECRET_BYTES)),
            verifier=b64url_encode(self.random(_SECRET_BYTES)),
            redirect_uri=redirect_uri,
            begun_at=self.clock(),
        )
        page = self.servers.page_for(hospital, visit)
        self.hospitals.save(session, replace(hospital, visit=visit))
        return page

    def finish_sign_in(self, session: Session, answer: Mapping[str, str]) -> Hospital:
        """Take what the browser brought back, once, and get the right to read.

        1. It carries the `state` that was drawn for a request of this wallet, not too long ago.
        2. It names the server that was asked, where that server promises to (RFC 9207).
        3. It is no refusal, and carries a code.

        Raises:
            PullError: one of them fails, or the server does not take the code.
        """
        waiting = [(each, each.visit) for each in self.hospitals.all(session) if each.visit]
        try:
            hospital, visit = sign_in_of(answer, waiting, now=self.clock())  # 1
        except LinkError as error:
            raise PullError(PullTrouble.SIGN_IN_AGAIN, "this wallet waits for no such answer") from error
        # Whatever the answer is, it was the answer: the same state is never taken twice.
        hospital = self.hospitals.save(session, replace(hospital, visit=None))
        if not _is_of(answer.get("iss"), hospital.doors):  # 2
            raise PullError(PullTrouble.UNFIT_ANSWER, "the answer is of another server")
        if "error" in answer:  # 3
            raise PullError(PullTrouble.REFUSED, "declined at the sign-in")
        code = answer.get("code", "")
        if not 0 < len(code) <= MAX_CODE:
            raise PullError(PullTrouble.SIGN_IN_AGAIN, "the answer has no code")
        access = self.servers.redeem(hospital, visit, code, self.clock())
        if not hospital.stays:
            access = replace(access, refresh_token=None)  # what she did not allow is not kept
        return self.hospitals.save(session, replace(hospital, access=access))

    def read(self, session: Session, row_id: str, file: BinaryIO, progress: Progress) -> KeepReport:
        """Read what is new there, by way of an empty file; a right that does not stay ends with it.

        Values that are kept one by one are asked for since the last reading. Where she keeps one an hour or a
        day, everything is read again: such a value is made of all of them.

        Raises:
            NotInWalletError: there is no such hospital.
            PullError: as `FetchObservations`, or she has to sign in again.
            SourceError, StoppedError, UnfitReadingError, ConflictError, TooLargeError: as `TakeFile`.
        """
        hospital, began = self.hospitals.get(session, row_id), self.clock().replace(microsecond=0)
        since = None
        grains = self.take.sources.manifest(SOURCE).grains(hospital.switches)
        if hospital.read_from is not None and Grain.EACH in grains:
            since = hospital.read_from - OVERLAP
        fetch = FetchObservations(self.hospitals, self.servers, self.clock)
        hospital = fetch(session, hospital, since, file, progress)
        chosen = Chosen(hospital.switches, hospital.zone, called=hospital.name[:LONGEST_NAME])
        try:
            report = self.take(session, SOURCE, file, chosen, progress)
        except SourceError as error:
            if hospital.read_from is None or error.kind is not SourceTrouble.EMPTY:
                raise
            report = KeepReport()  # nothing new is no trouble
        access = hospital.access
        if access is not None and not hospital.stays:
            self.servers.revoke(hospital, access)
            access = None
        self.hospitals.save(session, replace(hospital, access=access, read_from=began))
        return report

    def disconnect(self, session: Session, row_id: str) -> bool:
        """Forget a hospital and end the right to read there; whether nothing is left of it over there.

        Raises:
            NotInWalletError: there is no such hospital.
        """
        hospital = self.hospitals.get(session, row_id)
        ended = hospital.access is None or self.servers.revoke(hospital, hospital.access)
        self.hospitals.remove(session, row_id)
        return ended


def _is_of(named: str | None, doors: Doors) -> bool:
    """Whether an answer may be of the server that was asked, by the name that it carries or lacks."""
    if named is None:
        return not doors.names_itself
    return named == doors.issuer if doors.issuer else same_origin(named, doors.authorize)

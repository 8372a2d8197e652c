"""Fetch every page of a hospital's observations into one file, or nothing that anybody uses.

A server is a stranger: it may send pages without end, lead elsewhere, be slow, or tell of somebody else. So
pages, bytes and time are bounded, no page is asked for twice, and every observation has to say that it is of
the person who signed in.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import BinaryIO, Final

from wallet.domain.clock import Clock
from wallet.domain.hospital import Hospital, is_of
from wallet.domain.session import Session
from wallet.errors import PullError, PullTrouble, StoppedError
from wallet.services.hospital_ports import HospitalServers, Page
from wallet.services.ports import Store
from wallet.services.take_file import Progress

MOST_PAGES: Final = 1_000
MOST_BYTES: Final = 60 * 1024 * 1024
"""Together, so that the file stays within what a source of health data reads."""
LONGEST: Final = timedelta(minutes=15)
MOST_WAITS: Final = 5
LONGEST_WAIT_SECONDS: Final = 120
_BEGIN, _END = b'{"resourceType":"Bundle","type":"collection","entry":[', b"]}"


@dataclass(frozen=True)
class FetchObservations:
    """Asks one page after the other."""

    hospitals: Store[Hospital]
    servers: HospitalServers
    clock: Clock

    def __call__(
        self,
        session: Session,
        hospital: Hospital,
        since: datetime | None,
        file: BinaryIO,
        progress: Progress,
    ) -> Hospital:
        """Write a bundle of all observations to a file; what is kept of the hospital, its tokens renewed.

        Raises:
            PullError: a page cannot be had, leads elsewhere or round in circles, is not of this patient, or
                there is too much; what was written is of no use.
            StoppedError: it was stopped.
        """
        began, size, first = self.clock(), 0, True
        following: str | None = None
        asked: set[str] = set()
        file.write(_BEGIN)
        while True:
            if progress.stopped:
                raise StoppedError("It was stopped.")
            hospital, page = self._page(session, hospital, (since, following), began, progress)
            size += page.size
            progress.pages += 1
            if progress.pages > MOST_PAGES or size > MOST_BYTES:
                raise PullError(PullTrouble.TOO_MUCH, f"more than {MOST_PAGES} pages or {MOST_BYTES} bytes")
            first = _write(hospital, page, file, first=first)
            following = page.following
            if following is None:
                break
            if following in asked:
                raise PullError(PullTrouble.UNFIT_ANSWER, "its pages lead round in circles")
            asked.add(following)
        file.write(_END)
        file.seek(0)
        return hospital

    def _page(
        self,
        session: Session,
        hospital: Hospital,
        place: tuple[datetime | None, str | None],
        began: datetime,
        progress: Progress,
    ) -> tuple[Hospital, Page]:
        """One page, asked for again after a while or with a new token where that may help."""
        waits, was_renewed = 0, False
        while True:
            access = hospital.access
            if access is None:
                raise PullError(PullTrouble.SIGN_IN_AGAIN)
            if self.clock() - began > LONGEST:
                raise PullError(PullTrouble.TOO_MUCH, f"more than {LONGEST}")
            try:
                return hospital, self.servers.observations(hospital, access, *place)
            except PullError as error:
                if error.kind is PullTrouble.SIGN_IN_AGAIN and access.refresh_token and not was_renewed:
                    was_renewed = True
                    hospital = self._renewed(session, hospital)
                elif error.kind is PullTrouble.BUSY and _is_bearable(error, waits):
                    waits += 1
                    self._rest(error.wait_seconds, progress)
                else:
                    raise

    def _rest(self, seconds: int, progress: Progress) -> None:
        for _ in range(seconds):
            if progress.stopped:
                raise StoppedError("It was stopped.")
            self.servers.rest(1)

    def _renewed(self, session: Session, hospital: Hospital) -> Hospital:
        """With new tokens, kept before they are used: the old ones may be good no more."""
        access = hospital.access
        if access is None:
            raise PullError(PullTrouble.SIGN_IN_AGAIN)
        try:
            renewed = self.servers.renewed(hospital, access, self.clock())
        except PullError as error:
            if error.kind is PullTrouble.SIGN_IN_AGAIN:
                self.hospitals.save(session, replace(hospital, access=None))
            raise
        return self.hospitals.save(session, replace(hospital, access=renewed))


def _is_bearable(error: PullError, waits: int) -> bool:
    return waits < MOST_WAITS and 0 < error.wait_seconds <= LONGEST_WAIT_SECONDS


def _write(hospital: Hospital, page: Page, file: BinaryIO, *, first: bool) -> bool:
    """Write the observations of a page; whether the next one is still the first.

    Raises:
        PullError: one is not of the patient who signed in.
    """
    for entry in page.entries:
        resource = entry.get("resource")
        if not isinstance(resource, dict) or resource.get("resourceType") != "Observation":
            continue
        if hospital.access is None or not is_of(resource, hospital.access.patient, hospital.address):
            raise PullError(PullTrouble.UNFIT_ANSWER, "it holds an observation of another patient")
        told = json.dumps({"resource": resource}, separators=(",", ":")).encode()
        file.write(told if first else b"," + told)
        first = False
    return first

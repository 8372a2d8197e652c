"""What a source says of itself before anything is read, what reading it told, and why a file was not taken.

A source is a file that a person may ask for by law: an export of her phone, her meter, her hospital. Its
manifest is what a tile in the catalogue shows. Each granularity is a switch of its own, as the French
authority asks of energy data (CNIL, decision MED-2018-007, Direct Énergie: daily and half-hourly values need
separate agreements); only the most private one is on at first.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from wallet.errors import SourceError, SourceTrouble

MOST_PLACES: Final = 20
"""How many bad entries are told with their place; the rest is counted."""


class Words(NamedTuple):
    """One text in both languages of the wallet."""

    english: str
    german: str


class Grain(StrEnum):
    """How fine values are kept."""

    EACH = "each"
    HALF_HOUR = "half-hour"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True)
class Granularity:
    """A switch that lets values of one grain into the wallet; `on` is where it stands at first."""

    name: str
    label: Words
    grain: Grain
    on: bool = False


@dataclass(frozen=True)
class Manifest:
    """A source as the catalogue shows it.

    `quantities` are its scopes, names of `wallet.domain.quantity`; `right` is the law by which the person can
    ask for the file; `endings` are those of its files, in lower case with the dot.
    """

    name: str
    title: Words
    quantities: tuple[str, ...]
    frequency: Words
    size: Words
    right: Words
    granularities: tuple[Granularity, ...]
    endings: tuple[str, ...]

    @property
    def most_private(self) -> frozenset[str]:
        """The names of the switches that are on before the person chose."""
        return frozenset(each.name for each in self.granularities if each.on)

    def grains(self, switches: Iterable[str]) -> frozenset[Grain]:
        """The grains that these switches let in; a name that is no switch of this source lets in nothing."""
        chosen = frozenset(switches)
        return frozenset(each.grain for each in self.granularities if each.name in chosen)


@dataclass(frozen=True)
class BadEntry:
    """One entry that was left out: where it stands, of which kind its fault is, and what exactly is wrong.

    No part of it repeats a measured value.
    """

    place: str
    kind: SourceTrouble
    detail: str


@dataclass
class Report:
    """What happened while a file was read: readings taken, entries of no interest, and bad ones.

    It grows while values are taken from the iterator. Of the bad entries the first `MOST_PLACES` are told.
    """

    read: int = 0
    passed_over: int = 0
    bad: int = 0
    places: list[BadEntry] = field(default_factory=list)

    def leave_out(self, place: str, kind: SourceTrouble, detail: str) -> None:
        """Count one bad entry, and remember it while there is room."""
        self.bad += 1
        if len(self.places) < MOST_PLACES:
            self.places.append(BadEntry(place, kind, detail))

    def nothing_taken(self) -> SourceError:
        """The error of a file that gave no value: that of its first bad entry, if it had any."""
        if not self.places:
            return SourceError(SourceTrouble.EMPTY, "no entry is of a quantity that this source gives")
        first = self.places[0]
        return SourceError(first.kind, first.detail, first.place)


class Explanation(NamedTuple):
    """A trouble as a person reads it: what was wrong, what to do, and what became of her data."""

    cause: Words
    remedy: Words
    kept: Words


_NOTHING_LOST: Final = Words(
    "Nothing was lost: your file and what your wallet held before are unchanged, and nothing of this file was"
    " kept.",
    "Es ging nichts verloren: Ihre Datei und der Inhalt Ihrer Wallet sind unverändert, und von dieser Datei"
    " wurde nichts behalten.",
)

_WORDS: Final = {
    SourceTrouble.OTHER_FORMAT: (
        Words(
            "This file is not of the kind that this source reads.",
            "Diese Datei ist nicht von der Art dieser Quelle.",
        ),
        Words(
            "Look up which file the source asks for, or choose the source that fits your file.",
            "Sehen Sie nach, welche Datei die Quelle braucht, oder wählen Sie die passende Quelle.",
        ),
    ),
    SourceTrouble.DAMAGED: (
        Words("The file is damaged or incomplete.", "Die Datei ist beschädigt oder unvollständig."),
        Words(
            "Export it once more and upload the new file.",
            "Exportieren Sie sie neu und laden Sie die neue Datei hoch.",
        ),
    ),
    SourceTrouble.TOO_LARGE: (
        Words(
            "The file is larger than what your wallet reads.", "Die Datei ist größer, als Ihre Wallet liest."
        ),
        Words(
            "Export a shorter period, or in several files.",
            "Exportieren Sie einen kürzeren Zeitraum oder mehrere Dateien.",
        ),
    ),
    SourceTrouble.LOCKED: (
        Words("The file is locked with a password.", "Die Datei ist mit einem Passwort verschlossen."),
        Words(
            "Save it without a password and upload it again.",
            "Speichern Sie sie ohne Passwort und laden Sie sie neu hoch.",
        ),
    ),
    SourceTrouble.EMPTY: (
        Words(
            "There is nothing in the file that this source gives.",
            "In der Datei ist nichts, was diese Quelle liefert.",
        ),
        Words(
            "Check the period of the export and the switches that you chose.",
            "Prüfen Sie den Zeitraum des Exports und die gewählten Schalter.",
        ),
    ),
    SourceTrouble.UNKNOWN_UNIT: (
        Words(
            "The values are in a unit that your wallet does not know.",
            "Die Werte haben eine Einheit, die Ihre Wallet nicht kennt.",
        ),
        Words(
            "Choose a common unit in the settings of the app or device, then export again.",
            "Wählen Sie in der App oder am Gerät eine übliche Einheit und exportieren Sie neu.",
        ),
    ),
    SourceTrouble.IMPOSSIBLE_TIME: (
        Words("The file tells times that cannot be.", "Die Datei nennt Zeiten, die es nicht geben kann."),
        Words(
            "Check the clock and the time zone of the device, then export again.",
            "Prüfen Sie Uhr und Zeitzone des Geräts und exportieren Sie neu.",
        ),
    ),
    SourceTrouble.UNSAFE: (
        Words(
            "The file holds something that can harm whoever reads it, so your wallet stopped.",
            "Die Datei enthält etwas, das beim Lesen schaden kann; Ihre Wallet hat deshalb aufgehört.",
        ),
        Words(
            "Fetch the file anew from where it comes from; do not use a copy that others sent you.",
            "Holen Sie die Datei neu von ihrer Quelle; nehmen Sie keine Kopie, die andere Ihnen schickten.",
        ),
    ),
}


def explain(kind: SourceTrouble) -> Explanation:
    """Cause, remedy and what became of the data, in English and German."""
    cause, remedy = _WORDS[kind]
    return Explanation(cause, remedy, _NOTHING_LOST)

"""What can be measured: the quantities that sources give and streams keep, each in one unit.

Names are short and ours; units are UCUM codes; `code` leads to the vocabulary that a quantity comes from
(LOINC for bodies, none where no vocabulary has it). A source converts to the unit of the quantity, so that
two devices that measure the same thing can stand in one chart.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How values of one quantity become one value for an hour or a day."""

    MEAN = "mean"
    """A level: heart rate, temperature. Its values are averaged."""
    SUM = "sum"
    """An amount: steps, energy. Its values are added up."""
    CATEGORY = "category"
    """A place or a kind, written as a number: it is counted and never averaged."""


@dataclass(frozen=True)
class Quantity:
    """One thing that can be measured, its unit (UCUM) and what it is called."""

    name: str
    kind: Kind
    unit: str
    english: str
    german: str
    code: str = ""
    decimals: int = 0
    """How many decimals a person is shown; what is kept is what was measured."""


_ALL: Final = (
    Quantity("heart-rate", Kind.MEAN, "/min", "Heart rate", "Puls", "loinc:8867-4"),
    Quantity("resting-heart-rate", Kind.MEAN, "/min", "Resting heart rate", "Ruhepuls", "loinc:40443-4"),
    Quantity("steps", Kind.SUM, "{steps}", "Steps", "Schritte", "loinc:55423-8"),
    Quantity("distance", Kind.SUM, "m", "Distance", "Strecke"),
    Quantity("speed", Kind.MEAN, "m/s", "Speed", "Geschwindigkeit", decimals=1),
    Quantity("elevation", Kind.MEAN, "m", "Elevation", "Höhe"),
    Quantity("power", Kind.MEAN, "W", "Power", "Leistung"),
    Quantity("cadence", Kind.MEAN, "/min", "Cadence", "Trittfrequenz"),
    Quantity("active-energy", Kind.SUM, "kcal", "Active energy", "Aktivitätsenergie"),
    Quantity("blood-glucose", Kind.MEAN, "mg/dL", "Blood glucose", "Blutzucker", "loinc:2339-0", decimals=0),
    Quantity(
        "systolic-blood-pressure",
        Kind.MEAN,
        "mm[Hg]",
        "Systolic blood pressure",
        "Systolischer Blutdruck",
        "loinc:8480-6",
    ),
    Quantity(
        "diastolic-blood-pressure",
        Kind.MEAN,
        "mm[Hg]",
        "Diastolic blood pressure",
        "Diastolischer Blutdruck",
        "loinc:8462-4",
    ),
    Quantity(
        "oxygen-saturation", Kind.MEAN, "%", "Oxygen saturation", "Sauerstoffsättigung", "loinc:59408-5"
    ),
    Quantity("body-temperature", Kind.MEAN, "Cel", "Body temperature", "Körpertemperatur", "loinc:8310-5", 1),
    Quantity("respiratory-rate", Kind.MEAN, "/min", "Breathing rate", "Atemfrequenz", "loinc:9279-1"),
    Quantity("body-weight", Kind.MEAN, "kg", "Body weight", "Körpergewicht", "loinc:29463-7", 1),
    Quantity("body-height", Kind.MEAN, "cm", "Body height", "Körpergröße", "loinc:8302-2"),
    Quantity(
        "body-mass-index", Kind.MEAN, "kg/m2", "Body mass index", "Körpermasseindex", "loinc:39156-5", 1
    ),
    Quantity("sleep", Kind.SUM, "min", "Sleep", "Schlaf", "loinc:93832-4"),
    Quantity("energy-used", Kind.SUM, "kWh", "Electricity used", "Stromverbrauch", decimals=2),
    Quantity("energy-fed-in", Kind.SUM, "kWh", "Electricity fed in", "Eingespeister Strom", decimals=2),
    Quantity("gas-used", Kind.SUM, "kWh", "Gas used", "Gasverbrauch", decimals=2),
    Quantity("water-used", Kind.SUM, "L", "Water used", "Wasserverbrauch"),
    Quantity("particles-pm10", Kind.MEAN, "ug/m3", "Particles (PM10)", "Feinstaub (PM10)", decimals=1),
    Quantity("particles-pm2.5", Kind.MEAN, "ug/m3", "Particles (PM2.5)", "Feinstaub (PM2,5)", decimals=1),
    Quantity("air-temperature", Kind.MEAN, "Cel", "Air temperature", "Lufttemperatur", decimals=1),
    Quantity("air-humidity", Kind.MEAN, "%", "Air humidity", "Luftfeuchtigkeit"),
    Quantity("air-pressure", Kind.MEAN, "hPa", "Air pressure", "Luftdruck"),
    Quantity("noise", Kind.MEAN, "dB[SPL]", "Noise", "Lärm"),
    Quantity("visited-cell", Kind.CATEGORY, "{h3}", "Places by cell", "Orte nach Zelle"),
)

QUANTITIES: Final = {each.name: each for each in _ALL}
"""Every quantity by its name."""

"""Which LOINC code is which value, and how is each unit (UCUM) turned into the one of the data sets?

Conversions are linear, value · factor + offset, and listed one by one: a unit that is not in the table is
refused, never guessed. Concentrations in moles have LOINC codes of their own beside those in mass (loinc.org,
property SCnc and MCnc); the unit that is stated decides. Molar masses in g/mol, by the abridged standard
atomic weights of IUPAC (2021): glucose C6H12O6 180.156, cholesterol C27H46O 386.664, triglycerides as
triolein C57H104O6 885.453, creatinine C4H7N3O 113.12. HbA1c from IFCC to NGSP by the master equation
(0.09148 · mmol/mol + 2.152, ngsp.org/ifcc.asp). Glucose is that of serum or plasma only: whole blood (2339-0,
15074-8) has less.
"""

from dataclasses import dataclass
from decimal import Decimal

_SAME = (Decimal(1), Decimal(0))


@dataclass(frozen=True)
class Measure:
    """A value of the data sets, and every unit in which a document may give it, with factor and offset."""

    name: str
    units: dict[str, tuple[Decimal, Decimal]]


def _measure(name: str, unit: str, **others: tuple[str, str]) -> Measure:
    converted = {spelled: (Decimal(factor), Decimal(offset)) for spelled, (factor, offset) in others.items()}
    return Measure(name, {unit: _SAME, **converted})


def _by(factor: str) -> tuple[str, str]:
    return factor, "0"


_LIPID = {"mmol/L": _by("38.6664"), "g/L": _by("100")}
_CHOLESTEROL = _measure("total_cholesterol", "mg/dL", **_LIPID)
_HDL = _measure("hdl_cholesterol", "mg/dL", **_LIPID)
_LDL = _measure("ldl_cholesterol", "mg/dL", **_LIPID)
_TRIGLYCERIDES = _measure("triglycerides", "mg/dL", **{"mmol/L": _by("88.5453"), "g/L": _by("100")})
_CREATININE = _measure("creatinine", "mg/dL", **{"umol/L": _by("0.011312")})
_WEIGHT = _measure("body_weight", "kg", **{"g": _by("0.001"), "[lb_av]": _by("0.45359237")})
_HEIGHT = _measure("body_height", "cm", **{"m": _by("100"), "[in_i]": _by("2.54")})
_TEMPERATURE = _measure(
    "body_temperature", "Cel", **{"[degF]": ("0.5555555556", "-17.7777777778"), "K": ("1", "-273.15")}
)
_GLUCOSE = _measure("glucose", "mg/dL", **{"mmol/L": _by("18.0156"), "g/L": _by("100")})
_HBA1C = _measure("hba1c", "%", **{"mmol/mol": ("0.09148", "2.152")})
_PRESSURE = {"kPa": _by("7.50061683")}

MEASURES: dict[str, Measure] = {
    "29463-7": _WEIGHT,
    "3141-9": _WEIGHT,
    "8302-2": _HEIGHT,
    "39156-5": _measure("body_mass_index", "kg/m2"),
    "8480-6": _measure("systolic", "mm[Hg]", **_PRESSURE),
    "8462-4": _measure("diastolic", "mm[Hg]", **_PRESSURE),
    "8867-4": _measure("heart_rate", "/min", **{"{beats}/min": _by("1")}),
    "9279-1": _measure("respiratory_rate", "/min", **{"{breaths}/min": _by("1")}),
    "8310-5": _TEMPERATURE,
    "59408-5": _measure("oxygen_saturation", "%"),
    "2708-6": _measure("oxygen_saturation", "%"),
    "2345-7": _GLUCOSE,
    "14749-6": _GLUCOSE,
    "4548-4": _HBA1C,
    "59261-8": _HBA1C,
    "2093-3": _CHOLESTEROL,
    "14647-2": _CHOLESTEROL,
    "2085-9": _HDL,
    "14646-4": _HDL,
    "2089-1": _LDL,
    "13457-7": _LDL,
    "18262-6": _LDL,
    "22748-8": _LDL,
    "39469-2": _LDL,
    "69419-0": _LDL,
    "2571-8": _TRIGLYCERIDES,
    "14927-8": _TRIGLYCERIDES,
    "2160-0": _CREATININE,
    "14682-9": _CREATININE,
    "718-7": _measure("haemoglobin", "g/dL", **{"g/L": _by("0.1")}),
    "2951-2": _measure("sodium", "mmol/L", **{"meq/L": _by("1")}),
    "2823-3": _measure("potassium", "mmol/L", **{"meq/L": _by("1")}),
}
SMOKING = "72166-2"
SMOKING_WORDS = {
    "266919005": "never",
    "8517006": "former",
    "449868002": "current",
    "428041000124106": "current",
    "77176002": "current",
}
HEALTH_CHECK_NAMES = {"hba1c": "glycohemoglobin"}
"""How the data set `health/1` calls what the others call otherwise."""

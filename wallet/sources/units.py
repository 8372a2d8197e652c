"""Which units may a value come in, and what makes it one of the unit of its quantity?

Codes are UCUM (ucum.org), with the other spellings that Apple, Open mHealth and tables use. Glucose is that
of blood or plasma: 1 mmol/L is 18.0156 mg/dL (molar mass 180.156 g/mol).
"""

from decimal import Decimal
from typing import Final

from wallet.domain.quantity import QUANTITIES
from wallet.errors import SourceError, SourceTrouble

_ONE: Final = Decimal(1)
_NONE: Final = Decimal(0)
_Way = tuple[Decimal, Decimal]


def _ways(told: str) -> dict[str, _Way]:
    """Pairs of a spelling and what a value in it is multiplied by."""
    pairs = iter(told.split())
    return {
        spelled: (_ONE if factor == "1" else Decimal(factor), _NONE)
        for spelled, factor in zip(pairs, pairs, strict=True)
    }


_RATE = _ways(
    "/min 1 1/min 1 {beats}/min 1 {breaths}/min 1 beats/min 1 breaths/min 1 count/min 1 bpm 1 rpm 1 min-1 1"
    " Hz 60 count/s 60"
)
_TEMPERATURE: dict[str, _Way] = {
    **dict.fromkeys(("Cel", "C", "°C", "degC"), (_ONE, _NONE)),
    **dict.fromkeys(("[degF]", "F", "°F", "degF"), (Decimal(5) / 9, Decimal(-160) / 9)),
    "K": (_ONE, Decimal("-273.15")),
}
_LENGTH = _ways(
    "m 1 km 1000 cm 0.01 mm 0.001 mi 1609.344 [mi_i] 1609.344 ft 0.3048 [ft_i] 0.3048 yd 0.9144"
    " in 0.0254 [in_i] 0.0254"
)
_SPEED = _ways("m/s 1 km/h 0.277777777778 km/hr 0.277777777778 mi/hr 0.44704 mph 0.44704")
_PRESSURE = _ways("mm[Hg] 1 mmHg 1 kPa 7.50061683 cmAq 0.735559")
_WEIGHT = _ways(
    "kg 1 g 0.001 lb 0.45359237 lbs 0.45359237 [lb_av] 0.45359237 st 6.35029318 [stone_av] 6.35029318"
)
_GLUCOSE = _ways("mg/dL 1 mg/dl 1 mmol/L 18.0156 mmol/l 18.0156 mmol<180.1558800000541>/L 18.0156 g/L 100")
_ENERGY = _ways(
    "kWh 1 kW.h 1 Wh 0.001 W.h 0.001 MWh 1000 MJ 0.277777777778 kJ 0.000277777777778 J 0.000000277777777778"
)
_GAS = _ENERGY | _ways("therm 29.3071 [Btu] 0.000293071 BTU 0.000293071")
_WATER = _ways("L 1 l 1 m3 1000 m³ 1000 mL 0.001 gal 3.785411784 [gal_us] 3.785411784 [cft_i] 28.316846592")
_TIME = _ways("min 1 h 60 hr 60 d 1440 s 0.0166666666667 sec 0.0166666666667 ms 0.0000166666666667")
_PARTICLES = _ways("ug/m3 1 µg/m3 1 µg/m³ 1 μg/m³ 1 mg/m3 1000")
_AIR_PRESSURE = _ways("hPa 1 mbar 1 Pa 0.01 kPa 10 mm[Hg] 1.333223684 mmHg 1.333223684")

_KNOWN: Final[dict[str, dict[str, _Way]]] = {
    "heart-rate": _RATE,
    "resting-heart-rate": _RATE,
    "respiratory-rate": _RATE,
    "cadence": _RATE,
    "steps": _ways("{steps} 1 1 1 steps 1 step 1 count 1 {count} 1"),
    "distance": _LENGTH,
    "elevation": _LENGTH,
    "body-height": {spelled: (factor * 100, offset) for spelled, (factor, offset) in _LENGTH.items()},
    "speed": _SPEED,
    "power": _ways("W 1 kW 1000"),
    "active-energy": _ways("kcal 1 Cal 1 cal 0.001 kJ 0.239005736 J 0.000239005736"),
    "blood-glucose": _GLUCOSE,
    "systolic-blood-pressure": _PRESSURE,
    "diastolic-blood-pressure": _PRESSURE,
    "oxygen-saturation": _ways("% 1"),
    "body-temperature": _TEMPERATURE,
    "air-temperature": _TEMPERATURE,
    "body-weight": _WEIGHT,
    "body-mass-index": _ways("kg/m2 1 kg/m^2 1 count 1"),
    "sleep": _TIME,
    "energy-used": _ENERGY,
    "energy-fed-in": _ENERGY,
    "gas-used": _GAS,
    "water-used": _WATER,
    "particles-pm10": _PARTICLES,
    "particles-pm2.5": _PARTICLES,
    "air-humidity": _ways("% 1"),
    "air-pressure": _AIR_PRESSURE,
    "noise": _ways("dB[SPL] 1 dB 1 dBASPL 1 dB(A) 1"),
    "visited-cell": _ways("{h3} 1"),
}
_PLACES: Final = Decimal("0.00000001")
_TOO_MUCH: Final = 10**18


def units_of(quantity: str) -> tuple[str, ...]:
    """Every spelling of a unit in which the quantity may come, its own first."""
    own = QUANTITIES[quantity].unit
    return (own, *(spelled for spelled in _KNOWN[quantity] if spelled != own))


def convert(quantity: str, value: Decimal, unit: str) -> Decimal:
    """The value in the unit of its quantity.

    Raises:
        SourceError: the unit is none in which the quantity may come.
    """
    way = _KNOWN[quantity].get(unit)
    if way is None:
        wanted = ", ".join(units_of(quantity)[:4])
        raise SourceError(SourceTrouble.UNKNOWN_UNIT, f"expected {quantity} in one of {wanted}")
    factor, offset = way
    if factor is _ONE and offset is _NONE:
        return value
    converted = value * factor + offset
    if abs(converted) >= _TOO_MUCH:  # more than fits the digits below, and than any bound allows
        return converted
    # `normalize` alone would write 120 as 1.2E+2.
    rounded = converted.quantize(_PLACES).normalize()
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded

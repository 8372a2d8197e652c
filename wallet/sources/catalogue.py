"""Which sources are there, in the order in which a person is shown them?"""

from typing import Final

from wallet.sources.apple_health import APPLE_HEALTH
from wallet.sources.device import DEVICE
from wallet.sources.fhir import FHIR
from wallet.sources.garmin_fit import GARMIN_FIT
from wallet.sources.gpx import GPX
from wallet.sources.green_button import GREEN_BUTTON
from wallet.sources.linky import LINKY
from wallet.sources.open_mhealth import OPEN_MHEALTH
from wallet.sources.reading import Source
from wallet.sources.sensor_community import SENSOR_COMMUNITY
from wallet.sources.table import TABLE

SOURCES: Final[tuple[Source, ...]] = (
    APPLE_HEALTH,
    FHIR,
    OPEN_MHEALTH,
    GARMIN_FIT,
    GPX,
    LINKY,
    GREEN_BUTTON,
    SENSOR_COMMUNITY,
    DEVICE,
    TABLE,
)

BY_NAME: Final = {source.manifest.name: source for source in SOURCES}
"""Every source by the name in its manifest."""

"""The words that several manifests share: granularities, how often and how much comes, and by which law."""

from typing import Final

from wallet.domain.source import Grain, Granularity, Words

EACH_READING: Final = Granularity(
    "each-reading", Words("Every single value", "Jeder einzelne Wert"), Grain.EACH
)
BY_HOUR: Final = Granularity("by-hour", Words("One value an hour", "Ein Wert pro Stunde"), Grain.HOUR)
BY_HALF_HOUR: Final = Granularity(
    "by-half-hour", Words("One value each half hour", "Ein Wert pro halber Stunde"), Grain.HALF_HOUR
)
BY_DAY: Final = Granularity("by-day", Words("One value a day", "Ein Wert pro Tag"), Grain.DAY, on=True)

OF_BODY: Final = (BY_DAY, BY_HOUR, EACH_READING)
OF_METER: Final = (BY_DAY, BY_HALF_HOUR)

WHEN_UPLOADED: Final = Words("whenever you upload a file", "immer wenn Sie eine Datei hochladen")
EVERY_DAY: Final = Words("new values every day", "täglich neue Werte")
EACH_TOUR: Final = Words("one file for each activity", "eine Datei je Aktivität")

SMALL: Final = Words("up to 64 MB", "bis 64 MB")

PORTABILITY: Final = Words("GDPR art. 20", "DSGVO Art. 20")
CONNECTED_PRODUCT: Final = Words("Data Act art. 4, GDPR art. 20", "Datenverordnung Art. 4, DSGVO Art. 20")
METER: Final = Words(
    "Directive (EU) 2019/944 art. 23, GDPR art. 20", "Richtlinie (EU) 2019/944 Art. 23, DSGVO Art. 20"
)
HEALTH_RECORD: Final = Words("EHDS art. 3, GDPR art. 15", "EHDS Art. 3, DSGVO Art. 15")

"""Files that a person may ask for by law become streams of measured values: one module for each source.

**What it does.** A source turns an uploaded file into `wallet.domain.measured.Measured`, one value after the
other, each in the one unit of its quantity and in UTC. `catalogue.SOURCES` lists them; `reading.read` is the
one way in::

    reading = Reading(FHIR.manifest.most_private, zone=ZoneInfo("Europe/Vienna"))
    values = list(read(FHIR, file, reading))      # SourceError: keep none of them
    reading.report.places                         # what was left out, where, and why

**Words.** A *manifest* is what a tile of the catalogue says. A *granularity* is a switch: which grain of
values the person lets in. A *reading* is one file read with the switches she chose. A *bad entry* is left
out, counted and told with its place; a file that is *damaged* as a whole is not taken at all.

**What it guarantees.**

* What is finer than the person let in never leaves this folder: hours and days are formed here (`grain`),
  and of a trip only cells and hours come out (`gpx`).
* Files are hostile. Bytes, unpacked bytes, density, nesting, numbers and times are bounded (`bounded`,
  `xml_stream`, `json_document`, `values`); nothing is fetched, no entity exists, no size that a file states
  is believed. Whatever the bytes are, the answer is values or a `SourceError`.
* Units are converted by a table and never guessed (`units`); what is not in it is refused by name.
* Messages name places, members and units, never a measured value.

**What it does not protect.** Values are as true as the device that measured them: nobody signed them. A value
that a file tells twice comes out twice where every value is let in; whoever keeps them lets the later correct
the earlier. Two devices that count the same steps are two instruments, and adding them up counts twice.

**To add a source** write one module with a `parse(file, reading)` that yields values and takes entries in by
`reading.each`, a manifest at its end, and its line in `catalogue`.
"""

"""Documents of other systems become tables of records: ELMO and ELM for studies, FHIR R4 for health.

A document is read strictly and bounded: no network, no entities, no guessing of units or grades. What
cannot be understood is told by its place and left out; the rest becomes one row for each person, which goes
the way of every table (`domain.batch`): looked at, checked against the data set, issued.

Limit: only what the data sets ask for is taken over; documents are not signed here, nor are signatures in
them checked, so hand in what your own systems wrote.
"""

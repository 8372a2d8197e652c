"""The validity circuits of draft-irtf-cfrg-vdaf-20, section 7.4, one a file: what a wallet may report.

`count` (one bit), `sum` (an integer up to a bound), `sum_vector` (many of them), `histogram` (one bucket of
many), `multihot` (a limited number of marks). `bounded` writes an integer so that no other can be written,
and `bits` is the one test that three of the circuits share.
"""

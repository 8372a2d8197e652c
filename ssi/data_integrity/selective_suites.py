"""Which suites show parts of what was signed? By the name that proofs give them, as `SIGNATURE_SUITES`.

NOTE: the bbs-2023 suite here takes any presentation header. A verifier that asked a question checks with
`Bbs2023(presentation_header=…)` instead, or an old answer passes as a new one.
"""

from collections.abc import Mapping
from typing import Final

from ssi.data_integrity.bbs_2023 import Bbs2023
from ssi.data_integrity.cryptosuite import Cryptosuite
from ssi.data_integrity.ecdsa_sd_2023 import EcdsaSd2023

_SUITES: Final[tuple[Cryptosuite, ...]] = (EcdsaSd2023(), Bbs2023())

SELECTIVE_SUITES: Final[Mapping[str, Cryptosuite]] = {suite.name: suite for suite in _SUITES}

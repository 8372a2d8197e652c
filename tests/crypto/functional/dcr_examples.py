"""Small keys for DCR encryption: safe primes that everybody knows."""

from crypto.functional.dcr_keys import Bounds, MasterSecretKey

P, Q = 0xE0D69BD62B786B629B405D9961D736E312979DEF, 0xECC9480FECEAC2CE7007DAFCB79BDC2939198C9F
BITS = 320
COLUMNS = 3
BOUNDS = Bounds(2**100, 2**100)
OWNER = MasterSecretKey(P, Q, b"\x31" * 32, COLUMNS, BOUNDS)
OTHER_OWNER = MasterSecretKey(P, Q, b"\x32" * 32, COLUMNS, BOUNDS)

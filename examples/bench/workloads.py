"""What do the three nodes of the benchmark compute?

A workload is asked for by name with any number of records; the names fix the usual ones.
"""

from examples.bench.workload import Workload
from examples.bench.workloads_bits import BIT_PLANES
from examples.bench.workloads_field import FIELD
from examples.bench.workloads_transport import TRANSPORT

WORKLOADS: dict[str, Workload] = {**TRANSPORT, **FIELD, **BIT_PLANES}

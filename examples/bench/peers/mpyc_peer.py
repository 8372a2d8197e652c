"""MPyC 0.11, three parties: the CPU seconds of each for one task. Run as `python mpyc_peer.py FOLDER TASK -M3`.

Every party is a process of its own and writes its seconds into a file of FOLDER. Inputs are shared before the
clock starts, as ours are. This file runs in an environment of its own and imports nothing of this project.
"""

import sys
import time
from pathlib import Path

import numpy as np
from mpyc import statistics
from mpyc.runtime import mpc

FOLDER, TASK = Path(sys.argv[1]), sys.argv[2]
RNG = np.random.default_rng(1)


async def shared(kind, values):
    """Values of party 0, shared with everybody."""
    array = mpc.input(kind.array(values), senders=0)
    await mpc.gather(array)
    return array


async def mean_and_variance():
    x = await shared(mpc.SecInt(64), RNG.integers(0, 1 << 12, 1_000_000))
    begun = time.process_time()
    await mpc.output([mpc.np_sum(x), mpc.np_matmul(x, x)])
    return begun


async def gram():
    x = await shared(mpc.SecInt(64), RNG.integers(0, 1 << 12, (100_000, 7)))
    begun = time.process_time()
    await mpc.output(mpc.np_matmul(mpc.np_transpose(x[:, :6]), x))
    return begun


async def less_than():
    kind = mpc.SecInt(17)
    x, y = [await shared(kind, RNG.integers(0, 1 << 16, 10_000)) for _ in range(2)]
    begun = time.process_time()
    await mpc.output(mpc.np_less(x, y) if hasattr(mpc, "np_less") else x < y)
    return begun


async def median():
    kind = mpc.SecInt(17)
    x = mpc.input([kind(int(value)) for value in RNG.integers(0, 1 << 16, 1_000)], senders=0)
    await mpc.gather(x)
    begun = time.process_time()
    await mpc.output(statistics.median(x))
    return begun


async def main():
    await mpc.start()
    begun = await globals()[TASK]()
    seconds = time.process_time() - begun
    await mpc.shutdown()
    (FOLDER / f"{TASK}.{mpc.pid}").write_text(str(seconds))


mpc.run(main())

"""MPyC, three parties: CPU seconds of all of them together for one task, in its fastest form that we found.

Run as `python mpyc_peer.py TASK RECORDS -M3 --no-log`; prints one JSON object. Every party is a process of
its own and counts its own seconds. Inputs are shared before the clock starts, except in tasks that say
otherwise. Whole columns are secure arrays, since MPyC is slower by lists. This file runs in an environment of
its own and imports nothing of this project.
"""

import json
import sys
import time

import numpy as np
from mpyc.runtime import mpc

TASK, RECORDS = sys.argv[1], int(sys.argv[2])
RNG = np.random.default_rng(1)
SMALL, BITS = 1 << 12, 16
LONG, SHORT = mpc.SecInt(64), mpc.SecInt(BITS + 1)


async def shared(kind, values):
    """Values of party 0, shared with everybody."""
    array = mpc.input(kind.array(values), senders=0)
    await mpc.gather(array)
    return array


def numbers(records=RECORDS):
    """Made-up numbers of 16 bits."""
    return RNG.integers(0, 1 << BITS, records)


async def mean_and_variance():
    """Sum and sum of squares of a column."""
    column = await shared(LONG, RNG.integers(0, SMALL, RECORDS))
    begun = time.process_time()
    await mpc.output([mpc.np_sum(column), mpc.np_matmul(column, column)])
    return begun


async def mean_and_variance_with_inputs():
    """The same, and the column is shared within the time."""
    values = RNG.integers(0, SMALL, RECORDS)
    begun = time.process_time()
    column = await shared(LONG, values)
    await mpc.output([mpc.np_sum(column), mpc.np_matmul(column, column)])
    return begun


async def gram():
    """Sums of products: six columns by seven."""
    table = await shared(LONG, RNG.integers(0, SMALL, (RECORDS, 7)))
    begun = time.process_time()
    await mpc.output(mpc.np_matmul(mpc.np_transpose(table[:, :6]), table))
    return begun


async def less_than():
    """Which of two numbers is smaller, record by record."""
    left, right = [await shared(SHORT, numbers()) for _ in range(2)]
    begun = time.process_time()
    await mpc.gather(mpc.np_less(left, right))
    return begun


async def median_by_sorting():
    """The median from MPyC's sorting network over an array."""
    column = await shared(SHORT, numbers())
    begun = time.process_time()
    await mpc.output(mpc.np_sort(column)[(RECORDS - 1) // 2])
    return begun


async def median_by_bits():
    """The median by our own walk over bits, written with MPyC's arrays."""
    values = numbers()
    column = await shared(SHORT, values)
    begun = time.process_time()
    bits = mpc.np_to_bits(column)
    left, rank, found = SHORT.array(np.ones(RECORDS, dtype=int)), SHORT((RECORDS - 1) // 2), SHORT(0)
    for bit in reversed(range(BITS)):
        upper = left * bits[:, bit]
        lower = left - upper
        smaller = mpc.np_sum(lower)
        up = rank >= smaller
        rank -= up * smaller
        left = lower + up * (upper - lower)
        found += up << bit
    result = await mpc.output(found)
    if int(result) != np.sort(values)[(RECORDS - 1) // 2] and mpc.pid == 0:
        raise ValueError("the walk found another median")
    return begun


TASKS = {
    task.__name__: task
    for task in (
        mean_and_variance,
        mean_and_variance_with_inputs,
        gram,
        less_than,
        median_by_sorting,
        median_by_bits,
    )
}


async def main():
    """Run the task between the parties; party 0 says what it took all of them."""
    await mpc.start()
    begun = await TASKS[TASK]()
    seconds = await mpc.transfer(time.process_time() - begun)
    if mpc.pid == 0:
        print(json.dumps({"seconds": sum(seconds)}))
    await mpc.shutdown()


mpc.run(main())

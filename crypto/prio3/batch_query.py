"""How are thousands of proofs queried and decided in compiled loops?

What `crypto.prio3.proof` does, for circuits whose gadget has degree two, without the extension to 2p values,
without building wires, and without any inversion. With the p-th roots α^i, the 2p-th roots β^i and the random
point t:

- f(t) comes from the 2p - 1 values in the proof by folding (see `crypto.prio3.polynomial.evaluate`). The
  value that is missing is f(β^(2p-1)) = -Σ β^(i+1) f(β^i), as the coefficient of x^(2p-1) is zero.
- w_j(t) = Σ_i L_i(t) w_j(α^i), with L_i(t) = 1/p · ∏_k (1 + (t/α^i)^(2^k)) over k < log p. The factor for k
  depends on i modulo p/2^k only, so all p of them take 2(p - 1) multiplications, by doubling a list that
  starts as (1/p).
- The gadget's outputs f(α^i) are values in the proof.

Both formulas hold for every t. Reports whose t is a p-th root of unity are flagged and left to the plain
implementation, as it must refuse them.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from crypto.prio3.batch_field import (
    Words,
    add,
    factor_words,
    get,
    is_zero,
    multiply,
    put,
    subtract,
    to_factor,
    value_words,
)
from crypto.prio3.field import PrimeField, roots_of_unity


class Tables(NamedTuple):
    """Constants that all reports share, and scratch space for one of them at a time."""

    roots: Words
    """Factors β^0 to β^(2p) for the 2p-th root β, so that 1/β^i stands at place 2p - i."""
    inverses: Words
    """Factors 1/p and 1/2p."""
    one: Words
    """1/shares as a value, then 1 as a factor."""
    weights: Words
    powers: Words
    folded: Words

    def with_own_scratch(self) -> "Tables":
        """The same constants for another thread."""
        scratch = (np.empty_like(space) for space in (self.weights, self.powers, self.folded))
        return Tables(self.roots, self.inverses, self.one, *scratch)


class Opened(NamedTuple):
    """What a query kernel reads, one row a report: the shares, and the randomness as values."""

    measurement: Words
    proof: Words
    query: Words
    joint: Words
    affine: Words
    """The affine output of the circuit, one element."""


def tables_for(field: PrimeField, wire: int, shares: int) -> Tables:
    """Tables and scratch space for p = `wire`."""
    one = np.concatenate((value_words(field, [field.inverse(shares)]), factor_words(field, [1])))
    return Tables(
        factor_words(field, [*roots_of_unity(field, 2 * wire), 1]),
        factor_words(field, [field.inverse(wire), field.inverse(2 * wire)]),
        one,
        *(value_words(field, [0] * length) for length in (wire, wire.bit_length(), 2 * wire)),
    )


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _powers(point: Any, powers: Any) -> None:
    """t, t², t⁴, …, t^p as factors."""
    power = to_factor(point)
    for index in range(powers.shape[0]):
        put(powers, index, power)
        power = multiply(power, power)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _lagrange(tables: Any) -> None:
    """The factors L_i(t), in `tables.weights`, from the powers of t."""
    weights, roots, wire = tables.weights, tables.roots, tables.weights.shape[0]
    count = 2 * wire
    put(weights, 0, get(tables.inverses, 0))
    size, level = 1, tables.powers.shape[0] - 2
    while size < wire:
        power, step = get(tables.powers, level), wire // size
        for place in range(size):
            # 1/α^(i·2^level), where α = β² and i runs modulo 2·size; -1 for the second half.
            weight = get(weights, place)
            change = multiply(weight, multiply(power, get(roots, count - place * step)))
            put(weights, place, add(weight, change))
            put(weights, place + size, subtract(weight, change))
        size, level = 2 * size, level - 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _gadget_value(polynomial: Any, tables: Any) -> Any:
    """f(t) from the 2p - 1 values in a proof."""
    folded, roots = tables.folded, tables.roots
    half = tables.weights.shape[0]
    count = 2 * half
    missing = subtract(get(polynomial, 0), get(polynomial, 0))
    for place in range(count - 1):
        put(folded, place, get(polynomial, place))
    # β^(i+1+p) = -β^(i+1), so opposite values share a multiplication; the last place has no partner yet.
    for place in range(half):
        pair = get(folded, place)
        if place + half < count - 1:
            pair = subtract(pair, get(folded, place + half))
        missing = subtract(missing, multiply(pair, get(roots, place + 1)))
    put(folded, count - 1, missing)
    step, level = 1, 0
    while half > 0:
        power = get(tables.powers, level)
        for place in range(half):
            positive, negative = get(folded, place), get(folded, place + half)
            odd = multiply(subtract(positive, negative), get(roots, count - place * step))
            put(folded, place, add(add(positive, negative), multiply(odd, power)))
        half, step, level = half // 2, step * 2, level + 1
    return multiply(get(folded, 0), get(tables.inverses, 1))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _prepare(point: Any, tables: Any) -> Any:
    """Fill the powers of t and the weights L_i(t); whether t^p = 1."""
    _powers(point, tables.powers)
    _lagrange(tables)
    last = get(tables.powers, tables.powers.shape[0] - 1)
    return is_zero(subtract(last, get(tables.one, 1)))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _cut(row: Any, index: Any, count: Any) -> Any:
    """What belongs to proof `index` of `count`."""
    length = row.shape[0] // count
    return row[index * length : (index + 1) * length]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def query_direct(opened: Any, tables: Any, arity: Any, verifiers: Any, flags: Any) -> None:
    """Query circuits that call the gadget on (x, …, x) for each element x: Count and Sum.

    The output is Σ_i r_i f(α^i) with the query's coefficients, or f(α) and the affine output for a single
    call.
    """
    proofs = verifiers.shape[1] // (arity + 2)
    for report in range(verifiers.shape[0]):
        measurement = opened.measurement[report]
        for index in range(proofs):
            proof = _cut(opened.proof[report], index, proofs)
            query = _cut(opened.query[report], index, proofs)
            verifier = _cut(verifiers[report], index, proofs)
            last, polynomial = query.shape[0] - 1, proof[arity:]
            flags[report] |= _prepare(get(query, last), tables)
            output = get(opened.affine[report], 0)
            if last == 0:
                output = add(output, get(polynomial, 2))
            for call in range(last):
                output = add(output, multiply(get(polynomial, 2 * call + 2), to_factor(get(query, call))))
            inputs = multiply(get(measurement, 0), get(tables.weights, 1))
            for call in range(1, measurement.shape[0]):
                inputs = add(inputs, multiply(get(measurement, call), get(tables.weights, call + 1)))
            put(verifier, 0, output)
            for wire in range(arity):
                put(verifier, wire + 1, add(multiply(get(proof, wire), get(tables.weights, 0)), inputs))
            put(verifier, arity + 1, _gadget_value(polynomial, tables))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def query_bits(opened: Any, tables: Any, chunk: Any, verifiers: Any, flags: Any) -> None:
    """Query circuits that test bits in chunks: SumVector, Histogram and Multihot.

    The output is Σ_i f(α^i), combined with the affine output where the query has coefficients for both.
    """
    proofs = verifiers.shape[1] // (2 * chunk + 2)
    for report in range(verifiers.shape[0]):
        for index in range(proofs):
            proof = _cut(opened.proof[report], index, proofs)
            query = _cut(opened.query[report], index, proofs)
            joint = _cut(opened.joint[report], index, proofs)
            verifier = _cut(verifiers[report], index, proofs)
            last, polynomial = query.shape[0] - 1, proof[2 * chunk :]
            flags[report] |= _prepare(get(query, last), tables)
            output = get(polynomial, 2)
            for call in range(1, joint.shape[0]):
                output = add(output, get(polynomial, 2 * call + 2))
            if last > 0:
                affine = multiply(get(opened.affine[report], 0), to_factor(get(query, 1)))
                output = add(multiply(output, to_factor(get(query, 0))), affine)
            put(verifier, 0, output)
            for wire in range(2 * chunk):
                put(verifier, wire + 1, multiply(get(proof, wire), get(tables.weights, 0)))
            _add_chunks(opened.measurement[report], joint, chunk, tables, verifier)
            put(verifier, 2 * chunk + 1, _gadget_value(polynomial, tables))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add_chunks(measurement: Any, joint: Any, chunk: Any, tables: Any, verifier: Any) -> None:
    """Add L_i(t) r_i^(j+1) x to wire 2j and L_i(t) (x - 1/shares) to wire 2j + 1, for chunk i, place j."""
    for call in range(joint.shape[0]):
        weight, r = get(tables.weights, call + 1), to_factor(get(joint, call))
        power, constant = r, multiply(get(tables.one, 0), weight)
        for place in range(chunk):
            even, odd = 2 * place + 1, 2 * place + 2
            put(verifier, odd, subtract(get(verifier, odd), constant))
            if call * chunk + place < measurement.shape[0]:
                weighted = multiply(get(measurement, call * chunk + place), weight)
                put(verifier, odd, add(get(verifier, odd), weighted))
                put(verifier, even, add(get(verifier, even), multiply(weighted, power)))
            power = multiply(power, r)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def decide_rows(verifiers: Any, scale: Any, flags: Any) -> None:
    """Flag rows of opened verifiers that do not show a valid measurement.

    The gadget is Σ x_j y_j for an even number of wires, and x² - x for a single one. `scale` is the factor
    1/R: a product of two values is off by it, and so the other side is multiplied by it.
    """
    wires = verifiers.shape[1] - 2
    for report in range(verifiers.shape[0]):
        row = verifiers[report]
        wanted = multiply(get(row, wires + 1), get(scale, 0))
        if wires == 1:
            x = get(row, 1)
            wanted = subtract(add(wanted, multiply(x, get(scale, 0))), multiply(x, x))
        for wire in range(1, wires, 2):
            wanted = subtract(wanted, multiply(get(row, wire), get(row, wire + 1)))
        flags[report] |= not (is_zero(get(row, 0)) and is_zero(wanted))

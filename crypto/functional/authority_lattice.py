"""Other records with the same answers: short integer vectors that every granted function maps to zero.

If <y, v> = 0 for every granted y, the records x and x + v cannot be told apart by anybody who holds all keys:
they are exactly the pairs of messages of the security game of functional encryption. The shorter v, the more
records have such a double inside the range of their columns.

Short vectors come from lattice reduction (Lenstra, Lenstra and Lovász 1982), in the all-integer form of
Cohen, "A Course in Computational Algebraic Number Theory", §2.6: exact, so equal on every machine. Whatever
the reduction returns is checked, so a vector that is found is right; one that is not found costs a refusal
and never a secret. Everything here is public, and the time depends on it.
"""

from collections.abc import Sequence

Vector = Sequence[int]
Basis = list[list[int]]


def dot(left: Vector, right: Vector) -> int:
    """The inner product over the integers."""
    return sum(map(int.__mul__, left, right))


def kernel(rows: Sequence[Vector], scales: Vector) -> Basis:
    """Independent integer vectors v with <y, v> = 0 for every row y, short where the scale is large.

    Rows are taken in one after the other: of the lattice found so far, the vectors (scales * v, C * <y, v>)
    are reduced, with C so large that those of the kernel come first. They span the whole kernel over the
    integers, and one row at a time keeps the numbers small.

    Args:
        rows: functions; each has one weight for each scale.
        scales: positive; the reduction minimises Σ (scale_l v_l)².
    """
    size = len(scales)
    basis = [[int(column == k) for column in range(size)] for k in range(size)]
    for row in rows:
        values = [dot(row, vector) for vector in basis]
        scaled = [[a * b for a, b in zip(vector, scales, strict=True)] for vector in basis]
        # Above the length that a kernel vector may have after the reduction: 2^(size/2) times a combination
        # of two basis vectors by each other's values.
        longest = max(sum(map(abs, vector)) for vector in scaled)
        heavy = (2 * longest * max(map(abs, values)) + 1) << size
        joined = [[*vector, heavy * value] for vector, value in zip(scaled, values, strict=True)]
        kept = [vector for vector in reduce(joined) if vector[size] == 0]
        basis = [[a // b for a, b in zip(vector, scales, strict=False)] for vector in kept]
        if not basis:
            break
    return basis


def reduce(basis: Sequence[Vector]) -> Basis:
    """A reduced basis (δ = 3/4) of the lattice of independent integer vectors, shortest first or nearly."""
    return _Reduction([list(vector) for vector in basis]).run()


class _Reduction:
    """Cohen's algorithm 2.6.7: `d` are determinants of Gram matrices, `lam` the scaled projections."""

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        size = len(basis)
        self.d = [1] + [0] * size
        self.lam = [[0] * size for _ in range(size)]

    def run(self) -> Basis:
        """Reduce in place; each vector is orthogonalised once, then pairs are swapped until none is wrong."""
        k = 1
        self._orthogonalise(0)
        known = 0
        while k < len(self.basis):
            if k > known:
                known = k
                self._orthogonalise(k)
            self._shorten(k, k - 1)
            if self._is_ordered(k):
                for other in range(k - 2, -1, -1):
                    self._shorten(k, other)
                k += 1
            else:
                self._swap(k, known)
                k = max(k - 1, 1)
        return self.basis

    def _orthogonalise(self, k: int) -> None:
        for j in range(k + 1):
            u = dot(self.basis[k], self.basis[j])
            for i in range(j):
                u = (self.d[i + 1] * u - self.lam[k][i] * self.lam[j][i]) // self.d[i]
            if j < k:
                self.lam[k][j] = u
            else:
                self.d[k + 1] = u

    def _is_ordered(self, k: int) -> bool:
        left = 4 * (self.d[k + 1] * self.d[k - 1] + self.lam[k][k - 1] ** 2)
        return left >= 3 * self.d[k] ** 2

    def _shorten(self, k: int, j: int) -> None:
        if 2 * abs(self.lam[k][j]) <= self.d[j + 1]:
            return
        q = (2 * self.lam[k][j] + self.d[j + 1]) // (2 * self.d[j + 1])
        self.basis[k] = [a - q * b for a, b in zip(self.basis[k], self.basis[j], strict=True)]
        self.lam[k][j] -= q * self.d[j + 1]
        for i in range(j):
            self.lam[k][i] -= q * self.lam[j][i]

    def _swap(self, k: int, known: int) -> None:
        basis, lam, d = self.basis, self.lam, self.d
        basis[k], basis[k - 1] = basis[k - 1], basis[k]
        for j in range(k - 1):
            lam[k][j], lam[k - 1][j] = lam[k - 1][j], lam[k][j]
        slope = lam[k][k - 1]
        middle = (d[k - 1] * d[k + 1] + slope**2) // d[k]
        for i in range(k + 1, known + 1):
            before = lam[i][k]
            lam[i][k] = (d[k + 1] * lam[i][k - 1] - slope * before) // d[k]
            lam[i][k - 1] = (middle * before + slope * lam[i][k]) // d[k + 1]
        d[k] = middle

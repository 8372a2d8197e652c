"""The menu: everything that can be asked of shared records at once, from the columns to the noised results.

Words. A *plan* says what is computed, as plain values that all three nodes have alike. *Cells* are sums of
columns or of products of two. *Tasks* are protocols of several steps: quantiles, top categories, a logistic
regression, clusters. A *filter* is a condition on a private column; the records that meet all filters are
marked by one shared bit, and everything else is weighed by it. A *crowd* is whom a task is about: everybody,
a public choice of rows, or those whose private column is 1.

Noise is drawn inside (`crypto.mpc.sampling`) and added before anything is opened or compared:

- to each cell once, plus multiples of the noise of other cells, where values are protected about a centre;
- to the count of each step of a walk to a quantile (`quantiles`): the walk takes K decisions for numbers of K
  bits, each of which one person changes by at most one, and its path is never opened;
- to the counts among which the largest categories are found (`top`).

Two parties of one role take part. `party` has the keys of this attempt, which mask messages and are never
used again. `noise` has keys that are the same for the same question about the same people, so that asking
again meets the same noise: a node pins the digest of its neighbour's key (`Party.neighbour_digest`), and so
notices a neighbour that comes with another one.

Where noise is drawn, every AND and every conversion of bits is verified, asked for or not. The same noise
twice would otherwise be a gift to a node in league with the buyer: the first answer is honest, in the second
the node flips one digit of the noise, or whether one person counts, and the difference of the two has no
noise in it. Products of a single layer need no check for that: a lie shifts them by an amount that the liar
knows already.

Guarantees are those of `crypto.mpc`: private against one corrupted node, whatever it does; correct among
honest ones. With `verified` the arithmetic is checked before anything is released: products by authentication
codes (a lie passes with probability below 2^-62), ANDs by random triples (at most 2^-40). Logistic regression
and clusters truncate, which has no codes yet, and refuse to be verified; so they have no noise either. What
would lead there: take scaled columns apart into verified bits and put them together again without the lowest,
which is a truncation with a proof, and carry codes through every product of an iteration; then noise on sums
and counts of each iteration of the clusters is like that of cells. A regression would need a bound of what
one person changes, hence features cut off at a norm inside.

| question | module |
|---|---|
| what is computed, on what | `plan`, `holdings` |
| who counts | `filters` |
| sums; their noise | `cells`, `cell_noise` |
| counts with noise; what is found with them | `noised_counts`, `quantiles`, `top` |
| exact and in several steps | `features`, `fits` |
| all of it in the fewest rounds | `run` |
"""

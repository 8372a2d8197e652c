"""JSON-LD without surprises: what a document says as a graph, and the graph in one canonical form.

A credential secured over its graph is signed word by word as *quads* (subject, predicate, object, graph), not
as the text that was sent. Two things must therefore hold before a signature means anything: every word of the
text has become a quad, and equal graphs are written alike.

Words. A *context* says which IRI a short name stands for. *Expansion* replaces names by IRIs. A *blank node*
is a thing without an IRI; *canonicalisation* (RDFC-1.0) gives blank nodes names that depend on the graph
alone.

Reading order: `contexts` (the contexts that are known, as data pinned by their hashes), `expansion` (names to
IRIs) and `losses` (nothing missing?), `quads` (the one spelling of a quad), `rdf` (IRIs to quads), `rdfc`
(names for blank nodes), `canonical` (the whole way from a document to its canonical quads).

What this folder promises: no network; a context that is not here is an error; a name, type or identifier
that would be dropped on the way is an error, never silence; a graph made to exhaust the canonicaliser is
refused after a bounded amount of work. What it does not: equal graphs need not be equal texts. The order of
a list that is a set, an empty list, or a name spelled through another context are not in the graph.
"""

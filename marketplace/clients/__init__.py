"""How the marketplace talks to others: the nodes, the issuers' status lists, the trust registry's file."""

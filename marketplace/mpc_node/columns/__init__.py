"""How do a node's shares rest, and how do they come to a computation? In columns, sealed, a file at a time.

**Words.** A *partition* is a file with the shares of up to 16,384 records of one data set in one role. A
*line* is one column of it, in one form and of one component; a *row* is one record. A *selection* is what a
job reads: the rows of the people that the nodes agreed on, file by file.

**What rests where.** `share_rows` says which words make a row, in both forms that computations need;
`partition_file` encrypts, authenticates and erases; the index, which consent stands in which row of which
file, is in the database (`marketplace.mpc_node.storage`). `selection` gives a job what it asks for: each file
by itself for sums over all records, whose order then does not matter, or some columns gathered in the order
that the nodes agreed on, for protocols that work record by record. `turns` keeps both apart from changes.

**What it guarantees.** Without the node's storage key, files and database together say how many records there
are and when they came, and no share. Any change to a file, to the index, or of one file for another is
noticed before a word is used. A row that was deleted is overwritten, in the file and in the key's last use;
what was deleted stays deleted through a crash at any point.

**Limits.** A file system that copies on write, a flash disk and a backup keep old blocks: those are sealed
under keys that the node still has for files that still exist. While a job reads, changes wait. If files and
database are both put back to an earlier state by somebody with the disk in hand, that is not noticed.
"""

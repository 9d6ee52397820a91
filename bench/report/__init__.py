"""The driver of `./dev report`: measures in one run, and writes what it has measured.

`running` runs the programs, `reading` reads what they print, `figures` keeps it,
`rows` are the lines of the table and their aims, `table` and `plots` write them.
Python 3.11 and its own library; only drawing needs more (matplotlib), and only then.
"""

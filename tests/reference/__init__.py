"""The quarter a second time, written for clarity: the oracle that the rules of the economy are checked against."""

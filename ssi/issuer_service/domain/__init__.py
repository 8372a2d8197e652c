"""The words of the registry office as values: no clock, no database, no framework."""

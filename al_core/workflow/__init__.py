"""Use cases: the only code that joins store, sandbox, execution and the pure parts."""

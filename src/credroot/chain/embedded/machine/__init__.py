"""The embedded chain's machine: state, execution, fees and logs, in one database."""

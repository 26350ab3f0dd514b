"""The network in memory, behind the same ports as the real one, in virtual time: one TOML file per scenario."""

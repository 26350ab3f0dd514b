"""Real sockets on 127.0.0.1: the checks, as the engine runs them, against servers that mean ill."""

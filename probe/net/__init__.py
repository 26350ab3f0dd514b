"""The real world behind `probe.ports`: the only place with sockets, TLS, HTTP and QUIC."""

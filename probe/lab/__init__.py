"""An embedded twin of the cloud on loopback, for `callready check --lab`: real sockets, no privilege, no fixed port."""

"""What must be reachable: the catalogue, its strict reader, its history and the firewall rules made from it."""

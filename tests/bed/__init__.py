"""The test bed: network namespaces that carry the catalogue's real addresses, with servers nobody here wrote."""

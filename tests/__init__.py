"""A package, so that `tests/catalog` and `tests/reports` cannot hide the packages of the same name."""

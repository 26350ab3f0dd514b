"""One renderer per report format; sees only the report's data."""

"""The probe: plans, measures and judges a site's readiness for Webex Calling."""

__version__ = "0.1.0"

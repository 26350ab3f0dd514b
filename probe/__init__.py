"""The probe: plans, measures and judges a site's readiness for Webex Calling."""

"""The wallet's screens: forms and pages that work without scripts, for a person in a hurry."""

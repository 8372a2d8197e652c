"""What can go wrong at the dealer, by what the caller can do about it."""


class DealerError(Exception):
    """Any failure of this folder."""


class SettingsError(DealerError):
    """The operator's folder or settings are incomplete, unreadable or readable by others."""


class NotAllowedError(DealerError):
    """The caller is no node of the registry, or none of those that it names."""


class AlreadyDealtError(DealerError):
    """A node asks a second time for what it was given: another attempt gets another deal."""


class BusyError(DealerError):
    """As many deals are open as the dealer keeps; asking later will help."""

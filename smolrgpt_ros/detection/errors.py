"""Why a detector could not be had."""


class DetectorError(RuntimeError):
    """A detector that cannot be loaded or used; the message names what to install or to set."""

"""Whether the model and the measurement say the same."""

from __future__ import annotations

from smolrgpt_ros.language.meaning import Kind

RELATIVE, ABSOLUTE = 0.10, 0.1


def agree(
    kind: Kind, said: float | int | str | None, measured: float | int | str | None
) -> bool | None:
    """``True`` or ``False``; ``None`` where one of the two is missing.

    Lengths agree within 10 % of the measured one or 0.1 m, whichever is more; all else exactly.
    """
    if said is None or measured is None:
        return None
    if kind.is_length:
        said, measured = float(said), float(measured)
        return abs(said - measured) <= max(RELATIVE * abs(measured), ABSOLUTE) + 1e-9
    return said == measured

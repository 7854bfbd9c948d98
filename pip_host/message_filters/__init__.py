# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Stand-in for the Python ``message_filters`` of ROS 2, for machines without ROS.

Same names, arguments and pairing rules as the real package. One difference on purpose: a callback
that raises does not leave the synchronizer locked (the real one does, message_filters#65). As
there, callbacks run while the lock is held: they must be short.
"""

from .cache import Cache
from .filters import SimpleFilter, Subscriber
from .synchronizers import ApproximateTimeSynchronizer, TimeSynchronizer

__all__ = [
    "ApproximateTimeSynchronizer",
    "Cache",
    "SimpleFilter",
    "Subscriber",
    "TimeSynchronizer",
]

"""Stand-in for the Python ``cv_bridge`` of vision_opencv, for machines without ROS.

Same names and arguments as the real package. Differences on purpose: rows padded to any ``step``,
big-endian data and NumPy 2 work; sizes that do not fit are a :class:`CvBridgeError`.
"""

from .core import CvBridge, CvBridgeError

__all__ = ["CvBridge", "CvBridgeError"]

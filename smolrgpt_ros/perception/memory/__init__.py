# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Object memory: what has been seen, where it is in a fixed frame, and since when."""

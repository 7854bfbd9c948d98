# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which objects are in view: detectors that propose masks, and a tracker that identifies them."""

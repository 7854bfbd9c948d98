# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the node stands: the soak test, the attack, and the load on the page."""

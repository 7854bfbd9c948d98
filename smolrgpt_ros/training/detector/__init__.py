# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Training of the region detector that ships."""

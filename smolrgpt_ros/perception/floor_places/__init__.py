# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Places on the floor that tape or paint marks: outlines from the marks instead of masks."""

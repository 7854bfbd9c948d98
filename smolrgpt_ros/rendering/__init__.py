# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Views of answers, and the marks that pictures and markers draw of them."""

# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""True answers of the query language about a simulated frame, from its exact boxes."""

# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Everything that needs a GPU to be tried or measured, in one run of a few minutes.

``cli`` reads the command line, ``runner`` starts one process per step and watches its time,
``step_process`` is what runs there, ``steps`` are the steps, ``report`` writes what they found.
"""

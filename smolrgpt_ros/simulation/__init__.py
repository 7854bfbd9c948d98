# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A MuJoCo warehouse: scenes, RGB-D frames, masks, and questions with true answers.

Imports go one way: world <- sensing <- warehouse, questions <- datasets, true_answers.
"""

# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Training of the reader that is a language model: wordings by form, filled at random."""

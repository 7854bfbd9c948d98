# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The mini that ships: trained on simulated frames, on the CPU of a small machine."""

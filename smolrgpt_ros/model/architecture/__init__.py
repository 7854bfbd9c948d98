# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""SmolRGPT as a transformers model."""

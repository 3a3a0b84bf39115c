"""Writes NAME.bin for each block format: what the Python package gguf makes of random blocks.

    pip install gguf && python make_vectors.py

Each file: the number of values as a little-endian 32-bit integer, the blocks, the values as
little-endian 32-bit floats. Made with gguf 0.19 or later; the seed is fixed.
"""

import pathlib

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, quants

BLOCKS = 16
# Where a block's 16-bit scales are; all other bytes may be anything.
SCALES = {
    "Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}


def blocks(name, rng):
    if name == "F32":
        return rng.standard_normal(64, dtype=np.float32).view(np.uint8)
    if name in ("F16", "BF16"):
        # Any bits, infinities and subnormals included, but no NaN: its payload may change.
        bits = rng.integers(0, 1 << 16, 4096, dtype=np.uint16)
        exponent = 0x7C00 if name == "F16" else 0x7F80
        nan = ((bits & exponent) == exponent) & ((bits & ~np.uint16(exponent | 0x8000)) != 0)
        return np.where(nan, bits & np.uint16(0x80FF & ~exponent), bits).view(np.uint8)
    _, size = GGML_QUANT_SIZES[GGMLQuantizationType[name]]
    data = rng.integers(0, 256, (BLOCKS, size), dtype=np.uint8)
    for at in SCALES[name]:
        scales = (rng.standard_normal(BLOCKS) / 16).astype(np.float16)
        scales[:4] = [0.0, -0.0, 6e-8, -1e-5]  # zeros and subnormals
        data[:, at : at + 2] = scales.view(np.uint8).reshape(BLOCKS, 2)
    return data.reshape(-1)


def main():
    folder = pathlib.Path(__file__).parent
    names = ["F32", "F16", "BF16", *SCALES]
    for seed, name in enumerate(names):
        data = blocks(name, np.random.default_rng(seed))
        values = quants.dequantize(data, GGMLQuantizationType[name]).astype("<f4").reshape(-1)
        assert not np.isnan(values).any(), name
        count = np.array([values.size], dtype="<i4")
        (folder / f"{name}.bin").write_bytes(count.tobytes() + data.tobytes() + values.tobytes())


main()

#!/usr/bin/env python3
# generate-layers.py: numbers that further layers must give, computed by Keras
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: generate-layers.py [shape|conv|sequence|attention|augment …], as generate.py, whose formats it writes: layers-shape.txt and so on.

import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from generate import ACTIVATIONS, CONFIGURATIONS, LayerWriter, keras, np, tf


class Draw:
    """Random shapes and choices; the same in each run."""

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def int(self, low, high):
        return self.rng.randint(low, high)

    def ints(self, n, low, high):
        return tuple(self.rng.randint(low, high) for _ in range(n))

    def any(self, *choices):
        return self.rng.choice(choices)

    def yes(self, share=0.5):
        return self.rng.random() < share

    def shape(self, rank, low=1, high=4):
        return self.ints(rank, low, high)


def axes(draw, rank):
    chosen = sorted(draw.rng.sample(range(1, rank + 1), draw.int(1, rank)))
    return chosen if draw.yes() else [a - rank - 1 for a in chosen]


def write_shape():
    keras.config.set_floatx("float64")
    out = LayerWriter("layers-shape")
    draw = Draw(17)
    for i in range(CONFIGURATIONS):
        rank = draw.int(1, 3)
        shared = [] if i % 3 == 0 else sorted(draw.rng.sample(range(1, rank + 1), draw.int(1, rank)))
        options = {"shared_axes": shared} if shared else {}
        out.case("PReLU", options, [draw.shape(rank, 2, 4)])
        rank = draw.int(1, 3)
        out.case("Softmax", {"axis": draw.any(*range(1, rank + 1), -1, -rank)}, [draw.shape(rank, 1, 5)])

        rank = draw.int(1, 3)
        out.case("Permute", {"dims": draw.rng.sample(range(1, rank + 1), rank)}, [draw.shape(rank)])
        out.case("RepeatVector", {"n": draw.int(1, 5)}, [draw.shape(1, 1, 6)])
        ends = draw.ints(2, 0, 3)
        out.case("ZeroPadding1D", {"padding": ends}, [draw.shape(2, 1, 5)])
        out.case("Cropping1D", {"cropping": draw.ints(2, 0, 2)}, [(draw.int(5, 7), draw.int(1, 3))])
        out.case("UpSampling1D", {"size": draw.int(1, 4)}, [draw.shape(2, 1, 5)])
        out.case("UpSampling2D", {"size": draw.ints(2, 1, 3), "interpolation": ["nearest", "bilinear", "bicubic"][i % 3]}, [draw.shape(3, 1, 3)])
        options = {"height": draw.int(1, 6), "width": draw.int(1, 6), "interpolation": ["nearest", "bilinear", "bicubic"][i % 3], "crop_to_aspect_ratio": i % 4 == 3}
        out.case("Resizing", options, [(draw.int(1, 6), draw.int(1, 6), draw.int(1, 2))])

        rank = draw.int(1, 3)
        options = {} if i == 0 else {"axis": axes(draw, rank), "epsilon": draw.any(1e-3, 0.1), "center": draw.yes(0.7), "scale": draw.yes(0.7)}
        # Rows of two numbers are all but ±1, and gradients then differences of equal numbers.
        out.case("LayerNormalization", options, [draw.shape(rank, 3, 4)])
        rank = draw.int(1, 3)
        out.case("RMSNormalization", {} if i == 0 else {"axis": list(range(-draw.int(1, rank), 0)), "epsilon": draw.any(1e-6, 1e-3)}, [draw.shape(rank, 2, 4)])
        rank = draw.int(1, 3)
        out.case("UnitNormalization", {} if i == 0 else {"axis": axes(draw, rank)}, [draw.shape(rank, 2, 4)])
        rank, groups = draw.int(1, 3), draw.int(1, 3)
        size = list(draw.shape(rank, 2, 3))
        axis = rank if i % 3 else draw.int(1, rank)
        size[axis - 1] = groups * draw.int(3, 4)
        options = {"groups": -1 if i % 7 == 6 else groups, "axis": axis if i % 2 else axis - rank - 1, "epsilon": draw.any(1e-3, 0.1), "center": draw.yes(0.7), "scale": draw.yes(0.7)}
        out.case("GroupNormalization", options, [tuple(size)])

        out.case("SpatialDropout1D", {"rate": draw.any(0.0, 0.3)}, [draw.shape(2)], training=False)
        out.case("GaussianNoise", {"stddev": draw.any(0.0, 0.3)}, [draw.shape(2)], training=False)
        out.case("GaussianDropout", {"rate": draw.any(0.0, 0.3)}, [draw.shape(2)], training=False)
        out.case("AlphaDropout", {"rate": draw.any(0.0, 0.3)}, [draw.shape(2)], training=False)

        ranks = [(1, 1), (2, 2), (2, 1), (1, 2), (3, 2)][i % 5]
        sizes = [list(draw.shape(r, 1, 3)) for r in ranks]
        chosen = [draw.int(1, r) for r in ranks]
        sizes[1][chosen[1] - 1] = sizes[0][chosen[0] - 1] = draw.int(2, 4)
        options = {"axes": chosen if i % 2 else [a - r - 1 for a, r in zip(chosen, ranks)], "normalize": i % 4 == 1}
        out.case("Dot", options, [tuple(s) for s in sizes], keras_options={"axes": tuple(chosen) if i % 2 else tuple(options["axes"]), "normalize": i % 4 == 1})
    out.close()


if __name__ == "__main__":
    keras.utils.set_random_seed(1)
    for part in [write_shape]:
        if len(sys.argv) < 2 or part.__name__.removeprefix("write_") in sys.argv[1:]:
            part()

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

from generate import ACTIVATIONS, CONFIGURATIONS, LayerWriter, keras, np, option_text, tf


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


def write_conv():
    keras.config.set_floatx("float64")
    out = LayerWriter("layers-conv")
    draw = Draw(23)

    def window(rank, low=1, high=3):
        strides = (1,) * rank if draw.yes() else draw.ints(rank, 1, 3)
        dilation = draw.ints(rank, 1, 2) if max(strides) == 1 else (1,) * rank
        return {"kernel_size": draw.ints(rank, low, high), "strides": strides, "padding": draw.any("valid", "same"), "dilation_rate": dilation}

    def ending(options, i):
        options["use_bias"] = draw.yes(0.7)
        if i % 2:
            options["activation"] = draw.any(*ACTIVATIONS)
        return options

    for i in range(CONFIGURATIONS):
        groups = draw.any(1, 1, 1, 2, 3)
        options = {"filters": groups * draw.int(1, 3), **window(1), "groups": groups}
        if i % 3 == 0:
            options["padding"] = "causal"
        out.case("Conv1D", ending(options, i), [(draw.int(5, 9), groups * draw.int(1, 2))])
        groups = draw.any(1, 1, 2)
        options = {"filters": groups * draw.int(1, 2), **window(3, 1, 2), "groups": groups}
        out.case("Conv3D", ending(options, i), [(draw.int(3, 4), draw.int(3, 4), draw.int(3, 4), groups)], batch=1 + i % 2)

        out.case("DepthwiseConv1D", ending({**window(1), "depth_multiplier": draw.int(1, 2)}, i), [(draw.int(5, 8), draw.int(1, 3))])
        # TensorFlow has depthwise windows with equal strides only.
        options = window(2)
        options["strides"] = (options["strides"][0],) * 2
        out.case("DepthwiseConv2D", ending({**options, "depth_multiplier": draw.int(1, 2)}, i), [(draw.int(5, 6), draw.int(5, 6), draw.int(1, 2))], batch=1)
        out.case("SeparableConv1D", ending({"filters": draw.int(1, 3), **window(1), "depth_multiplier": draw.int(1, 2)}, i), [(draw.int(5, 8), draw.int(1, 3))])
        options = window(2)
        options["strides"] = (options["strides"][0],) * 2
        out.case("SeparableConv2D", ending({"filters": draw.int(1, 3), **options, "depth_multiplier": draw.int(1, 2)}, i), [(draw.int(5, 6), draw.int(5, 6), draw.int(1, 2))], batch=1)

        for rank in (1, 2):
            # TensorFlow turns no dilated convolutions round.
            options = {"filters": draw.int(1, 3), **window(rank), "dilation_rate": (1,) * rank}
            if i % 4 == 3 and min(options["strides"]) > 1:
                options["output_padding"] = tuple(draw.int(0, s - 1) for s in options["strides"])
            out.case(f"Conv{rank}DTranspose", ending(options, i), [draw.ints(rank, 1, 4) + (draw.int(1, 3),)])

        for rank, size in ((1, [(draw.int(3, 8), draw.int(1, 3))]), (3, [draw.ints(3, 3, 4) + (draw.int(1, 2),)])):
            for kind in ("Max", "Average"):
                options = {"pool_size": draw.ints(rank, 1, 3), "padding": draw.any("valid", "same")}
                if i % 2:
                    options["strides"] = tuple(draw.int(1, size) for size in options["pool_size"])
                # TensorFlow pools volumes in float32 only.
                keras_options = {**options, "dtype": "float32"} if rank == 3 else options
                out.case(f"{kind}Pooling{rank}D", options, size, keras_options=keras_options, batch=1 + rank % 3, levels=5 if kind == "Max" and rank == 1 and i % 4 == 0 else 0)
                out.case(f"Global{kind}Pooling{rank}D", {"keepdims": i % 2 == 1}, [draw.shape(rank + 1, 1, 3)], levels=5 if kind == "Max" and i % 3 == 0 else 0)
    out.close()


def recurrent(masked, states):
    """A call with the mask that Lamina's test sees: steps that are 0 do not count."""

    def call(layer, tensors):
        mask = tf.reduce_any(tensors[0] != 0, axis=-1) if masked else None
        return layer(tensors[0], initial_state=list(tensors[1:]) if states else None, mask=mask, training=False)

    return call


def write_sequence():
    keras.config.set_floatx("float64")
    out = LayerWriter("layers-sequence")
    draw = Draw(31)
    for i in range(CONFIGURATIONS):
        words = draw.int(2, 7)
        out.case("Embedding", {"input_dim": words, "output_dim": draw.int(1, 4), "mask_zero": i % 2 == 1}, [draw.shape(draw.int(1, 2), 1, 4)], ids=words)
        out.case("Masking", {"mask_value": draw.any(0.0, -0.5)}, [draw.shape(2, 1, 3)], levels=4)

        for kind in ("SimpleRNN", "LSTM", "GRU"):
            units, states, masked = draw.any(1, 2, 3, 5), i % 4 == 1, i % 3 == 2
            options = {"units": units}
            if i > 1:
                options.update({"return_sequences": draw.yes(), "return_state": draw.yes(), "go_backwards": draw.yes(0.3), "use_bias": draw.yes(0.8)})
            if i % 5 == 3:
                options["activation"] = draw.any("relu", "sigmoid", "silu")
            if i % 5 == 4 and kind != "SimpleRNN":
                options["recurrent_activation"] = draw.any("hard_sigmoid", "tanh")
            if kind == "GRU":
                options["reset_after"] = draw.yes()
            shapes = [(draw.int(1, 6), draw.int(1, 2) if masked else draw.int(1, 4))]
            if states:
                shapes += [(units,)] * (2 if kind == "LSTM" else 1)
            out.case(kind, options, shapes, keras_options={**options, "use_cudnn": False} if kind != "SimpleRNN" else options,
                     batch=draw.int(1, 3), levels=2 if masked else 0, masked=masked, call=recurrent(masked, states))

        kind, units, mode = ("LSTM", "GRU", "SimpleRNN")[i % 3], draw.int(1, 3), draw.any("concat", "sum", "mul", "ave")
        sequences, state, masked = draw.yes(), i % 4 == 3, i % 5 == 4
        inner = {"units": units, "return_sequences": sequences, "return_state": state}
        text = ",".join(f"{key}={option_text(value)}" for key, value in inner.items())
        shapes = [(draw.int(2, 5), 1 if masked else draw.int(1, 3))]
        layer = keras.layers.Bidirectional(getattr(keras.layers, kind)(**inner), merge_mode=mode)
        names = lambda weight: ("forward_" if "/forward" in weight.path else "backward_") + weight.name
        out.case("Bidirectional", {"layer": f"{kind}({text})", "merge_mode": mode}, shapes, layer=layer, names=names,
                 levels=2 if masked else 0, masked=masked, call=recurrent(masked, False))
        kind, inner, shape = [("Dense", {"units": draw.int(1, 3)}, draw.shape(2, 1, 4)), ("Flatten", {}, draw.shape(3, 1, 3)),
                              ("Conv1D", {"filters": 2, "kernel_size": (2,)}, (2, 4, 2)), ("MaxPooling2D", {"pool_size": (2, 2)}, (2, 4, 5, 2))][i % 4]
        text = ",".join(f"{key}={option_text(value)}" for key, value in inner.items())
        out.case("TimeDistributed", {"layer": f"{kind}({text})" if text else kind}, [shape], layer=keras.layers.TimeDistributed(getattr(keras.layers, kind)(**inner)))
    out.close()


class PositionEmbedding(keras.layers.Layer):
    """That of Deep Learning with Python, without the words."""

    def __init__(self, sequence_length):
        super().__init__()
        self.sequence_length = sequence_length

    def build(self, shape):
        self.embeddings = self.add_weight(name="embeddings", shape=(self.sequence_length, shape[-1]))

    def call(self, x):
        return x + keras.ops.take(self.embeddings, keras.ops.arange(x.shape[1]), axis=0)


def write_attention():
    keras.config.set_floatx("float64")
    out = LayerWriter("layers-attention")
    draw = Draw(41)
    for i in range(CONFIGURATIONS):
        causal = i % 3 == 1
        for kind in ("Attention", "AdditiveAttention", "MultiHeadAttention"):
            masked = kind != "MultiHeadAttention" and i % 4 == 3
            queries, values = draw.int(2, 4), draw.int(2, 4)
            if causal:
                values = queries
            features = 1 if masked else draw.int(1, 3)
            shapes = [(queries, features), (values, features if i % 2 == 0 else draw.int(1, 3))]
            if kind == "MultiHeadAttention":
                # ops.add () of Keras 3.15 takes a bias of shape (3, 1) for one of 3 channels, along the wrong axis.
                options = {"num_heads": draw.int(1, 3), "key_dim": draw.int(2, 3), "use_bias": draw.yes(0.8)}
                if i % 4 == 2:
                    options.update({"value_dim": draw.int(2, 3), "output_shape": draw.int(1, 3)})
            else:
                options = {"use_scale": draw.yes(0.6)}
                if kind == "Attention" and i % 5 == 4:
                    options["score_mode"] = "concat"
            if i % 2:
                shapes.append((values, features if kind != "MultiHeadAttention" else draw.int(1, 3)))

            def call(layer, x):
                if kind == "MultiHeadAttention":
                    return layer(x[0], x[1], x[2] if len(x) > 2 else None, use_causal_mask=causal)
                mask = [tf.reduce_any(x[0] != 0, axis=-1)] + [None] * (len(x) - 1) if masked else None
                return layer(list(x), mask=mask, use_causal_mask=causal)

            names = (lambda weight: "_".join(weight.path.split("/")[-2:])) if kind == "MultiHeadAttention" else None
            out.case(kind, {**options, "use_causal_mask": causal}, shapes, keras_options=options, masked=masked, levels=4 if masked else 0, call=call, names=names)
        out.case("PositionEmbedding", {"sequence_length": 5}, [draw.shape(2, 1, 5)], layer=PositionEmbedding(5))
    out.close()


if __name__ == "__main__":
    keras.utils.set_random_seed(1)
    for part in [write_shape, write_conv, write_sequence, write_attention]:
        if len(sys.argv) < 2 or part.__name__.removeprefix("write_") in sys.argv[1:]:
            part()

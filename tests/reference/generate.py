#!/usr/bin/env python3
# generate.py: numbers that layers, losses, activations, regularizers and initializers must give, computed by Keras
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: generate.py [layers|activations|losses|regularizers|initializers …], in an environment with keras and tensorflow. Writes *.txt and *.bin beside itself; the tests read
# those and need no Python. Two runs write the same bytes.
#
# NAME.txt says in words what was run; NAME.bin holds the results as float32, little endian, at the offsets (in numbers)
# that the text names. Inputs and weights are not stored: both sides draw them by the formula of uniform () below.
#
# Layers, activations and regularizers are computed in float64 and rounded, so that the whole difference is Lamina's.
# Losses are computed in float32, because clipping at 1e-7 depends on the number type.

import inspect
import os
import random
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
CONFIGURATIONS = 20


def uniform(seed, low, high, levels, shape):
    """Number i is low + (high − low)·u_i, rounded to float32; u_i are the upper 24 bits of a hash of (seed, i), or with
    levels > 0 one of as many evenly spread numbers, so that there are ties."""
    n = int(np.prod(shape, dtype=np.int64))
    with np.errstate(over="ignore"):
        z = (np.uint64(seed) << np.uint64(32)) + np.arange(n, dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    u = (z >> np.uint64(40)).astype(np.float64) / 2.0**24
    if levels > 0:
        u = np.floor(u * levels) / levels
    return (low + (high - low) * u).astype(np.float32).reshape(shape)


class Writer:
    def __init__(self, name):
        self.path = os.path.join(HERE, name)
        self.lines = []
        self.numbers = []
        self.offset = 0

    def say(self, *words):
        self.lines.append(" ".join(str(word) for word in words))

    def put(self, *words, values):
        flat = np.asarray(values, dtype=np.float32).reshape(-1)
        self.say(*words, flat.size, self.offset)
        self.numbers.append(flat)
        self.offset += flat.size

    def close(self):
        with open(self.path + ".txt", "w") as file:
            file.write("\n".join(self.lines) + "\n")
        with open(self.path + ".bin", "wb") as file:
            file.write(np.concatenate(self.numbers).astype("<f4").tobytes())


def dims(shape):
    return "x".join(str(size) for size in shape) if shape else "-"


# --- Layers ------------------------------------------------------------------


def option_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (tuple, list)):
        return "x".join(str(v) for v in np.asarray(value).reshape(-1))
    return str(value)


class LayerWriter(Writer):
    seed = 1

    def next_seed(self):
        self.seed += 1
        return self.seed

    def case(self, kind, options, shapes, *, keras_options=None, training=True, frozen=False, batch=2, levels=0, masked=False, ids=0, call=None, names=None, layer=None):
        keras.utils.clear_session()
        layer = layer or getattr(keras.layers, kind)(**(keras_options if keras_options is not None else options))
        layer.trainable = not frozen
        inputs = []
        self.say("layer", kind, *(f"{key}={option_text(value)}" for key, value in options.items()))
        self.say("run", batch, int(training), int(frozen))
        if masked:
            self.say("masked")
        for shape in shapes:
            seed = self.next_seed()
            if ids:
                inputs.append(np.floor(uniform(seed, 0.0, 1.0, 0, (batch,) + tuple(shape)).astype(np.float64) * ids).astype(np.int32))
                self.say("ids", dims(shape), seed, ids)
                continue
            low, high = (-1.0, 1.0)
            inputs.append(uniform(seed, low, high, levels, (batch,) + tuple(shape)).astype(np.float64))
            self.say("input", dims(shape), seed, low, high, levels)

        tensors = [tf.constant(x) for x in inputs]
        argument = tensors if len(tensors) > 1 or isinstance(layer, keras.layers.Add) else tensors[0]
        if call:
            call(layer, tensors)
        else:
            layer.build([x.shape for x in inputs] if len(inputs) > 1 else inputs[0].shape)
        names = names or (lambda weight: weight.name)
        for weight in layer.weights:
            if weight.name == "seed_generator_state":
                continue
            seed = self.next_seed()
            low, high = (0.25, 1.0) if "moving" in weight.name else (-1.0, 1.0)
            weight.assign(uniform(seed, low, high, 0, weight.shape).astype(np.float64))
            self.say("slot", names(weight), dims(weight.shape), seed, low, high)

        trainable = [] if frozen else [w.value for w in layer.trainable_weights]
        with tf.GradientTape() as tape:
            for x in tensors:
                if not ids:
                    tape.watch(x)
            if call:
                y = call(layer, tensors)
            else:
                y = layer(argument, training=training) if "training" in layer.call.__code__.co_varnames else layer(argument)
            if isinstance(y, (list, tuple)):
                y = tf.concat([tf.reshape(part, (batch, -1)) for part in y], axis=1)
            seed = self.next_seed()
            dy = uniform(seed, -1.0, 1.0, 0, y.shape).astype(np.float64)
            total = tf.reduce_sum(y * dy)
        gradients = tape.gradient(total, tensors + trainable)
        self.say("seed", seed)
        self.put("output", dims(y.shape[1:]), values=y)
        for i in range(len(tensors)):
            if ids:
                continue
            if gradients[i] is None:
                gradients[i] = tf.zeros_like(tensors[i])
            self.put("input_grad", i, values=gradients[i])
        for i, weight in enumerate([] if frozen else layer.trainable_weights):
            gradient = gradients[len(tensors) + i]
            self.put("slot_grad", names(weight), values=tf.convert_to_tensor(gradient))
        for weight in layer.non_trainable_weights if not frozen else []:
            if weight.name == "seed_generator_state":
                continue
            self.put("after", names(weight), values=weight)
        self.say("end")


ACTIVATIONS = ["relu", "tanh", "sigmoid", "softmax", "elu", "selu", "gelu", "silu", "softplus", "leaky_relu"]


def write_layers():
    keras.config.set_floatx("float64")
    out = LayerWriter("layers")
    rng = random.Random(7)

    def shape(rank, low=1, high=5):
        return tuple(rng.randint(low, high) for _ in range(rank))

    def picture(low=2, high=6, channels=3):
        return (rng.randint(low, high), rng.randint(low, high), rng.randint(1, channels))

    for i in range(CONFIGURATIONS):
        units = rng.choice([1, 2, 3, 5, 17])
        out.case("Dense", {"units": units, "use_bias": rng.random() < 0.7, "activation": rng.choice(ACTIVATIONS)} if i % 3 else {"units": units},
                 [shape(rng.randint(1, 3), 1, 7)], batch=rng.randint(1, 4))

        strides = (1, 1) if i % 3 == 0 else (rng.randint(1, 3), rng.randint(1, 3))
        dilation = (rng.randint(1, 2), rng.randint(1, 2)) if strides == (1, 1) else (1, 1)
        groups = rng.choice([1, 1, 1, 2, 3])
        options = {
            "filters": groups * rng.randint(1, 3),
            "kernel_size": (rng.randint(1, 3), rng.randint(1, 3)),
            "strides": strides,
            "padding": rng.choice(["valid", "same"]),
            "dilation_rate": dilation,
            "groups": groups,
            "use_bias": rng.random() < 0.7,
        }
        if i % 2:
            options["activation"] = rng.choice(ACTIVATIONS)
        out.case("Conv2D", options, [(rng.randint(5, 8), rng.randint(5, 8), groups * rng.randint(1, 2))], batch=rng.randint(1, 2))

        for kind in ("MaxPooling2D", "AveragePooling2D"):
            options = {"pool_size": (rng.randint(1, 3), rng.randint(1, 3))}
            if i % 2:
                options["strides"] = (rng.randint(1, 3), rng.randint(1, 3))
            options["padding"] = rng.choice(["valid", "same"])
            out.case(kind, options, [(rng.randint(3, 8), rng.randint(3, 8), rng.randint(1, 3))], levels=5 if kind == "MaxPooling2D" and i % 4 == 0 else 0)
        for kind in ("GlobalAveragePooling2D", "GlobalMaxPooling2D"):
            out.case(kind, {"keepdims": i % 2 == 1}, [picture()], levels=5 if kind == "GlobalMaxPooling2D" and i % 3 == 0 else 0)

        out.case("Flatten", {}, [shape(rng.randint(1, 4), 1, 4)])
        size = shape(3, 1, 4)
        n = int(np.prod(size))
        options = [(n,), (-1,), size[::-1], (size[0] * size[1], -1), (1, -1, size[2]), (-1, 1, 1)]
        out.case("Reshape", {"target_shape": options[i % len(options)]}, [size])
        out.case("Rescaling", {"scale": rng.choice([1 / 255, 1 / 127.5, -0.3, 2.0]), "offset": rng.choice([0.0, -1.0, 0.25])}, [shape(rng.randint(1, 3))])
        out.case("Dropout", {"rate": rng.choice([0.0, 0.1, 0.5, 0.9])}, [shape(rng.randint(1, 3))], training=False)
        out.case("SpatialDropout2D", {"rate": rng.choice([0.0, 0.2, 0.5])}, [picture()], training=False)

        out.case("Activation", {"activation": (ACTIVATIONS + ["linear", "mish", "softsign", "hard_sigmoid", "exponential", "log_softmax", "relu6"])[i % 17]}, [shape(rng.randint(1, 3), 2, 5)])
        options = {}
        if i % 2:
            options["max_value"] = rng.choice([0.5, 0.75, 6.0])
        if i % 3 == 0:
            options["negative_slope"] = rng.choice([0.1, 0.5])
        if i % 4 == 0:
            options["threshold"] = rng.choice([0.1, 0.3])
        out.case("ReLU", options, [shape(rng.randint(1, 3), 2, 5)])
        out.case("LeakyReLU", {"negative_slope": rng.choice([0.0, 0.01, 0.3, 1.5])} if i else {}, [shape(rng.randint(1, 3), 2, 5)])
        out.case("ELU", {"alpha": rng.choice([0.5, 1.0, 2.0])} if i else {}, [shape(rng.randint(1, 3), 2, 5)])
        out.case("Softmax", {}, [shape(rng.randint(1, 3), 1, 6)])

        options = {}
        if i % 2:
            options = {"momentum": rng.choice([0.5, 0.9, 0.99]), "epsilon": rng.choice([1e-5, 1e-3, 0.1]), "center": rng.random() < 0.6, "scale": rng.random() < 0.6}
        out.case("BatchNormalization", options, [shape(rng.randint(1, 3), 2, 4)], training=i % 4 != 3, frozen=i % 5 == 4, batch=rng.randint(3, 5))

        for kind, count in (("Add", 4), ("Subtract", 2), ("Multiply", 4), ("Average", 4), ("Maximum", 4), ("Minimum", 4)):
            n = rng.randint(2, count)
            if i % 4 == 3:
                # Axes of size 1, and inputs with fewer axes.
                base = picture(2, 3)
                sizes = [base] + [rng.choice([base, (1, 1, base[2]), (base[2],), (base[0], 1, 1)]) for _ in range(n - 1)]
            else:
                sizes = [shape(rng.randint(1, 3), 1, 4)] * n
            # A batch unlike all sizes: ops.add () of Keras 3.15 takes a second input of shape (2, 1, 1, 1) for a bias of 2 channels.
            out.case(kind, {}, sizes, batch=5, levels=4 if kind in ("Maximum", "Minimum") and i % 5 == 0 else 0)

        rank = rng.randint(1, 3)
        axis = rng.randint(1, rank)
        base = list(shape(rank, 1, 3))
        sizes = []
        for _ in range(rng.randint(2, 4)):
            size = list(base)
            size[axis - 1] = rng.randint(1, 3)
            sizes.append(tuple(size))
        out.case("Concatenate", {"axis": axis if i % 2 else axis - rank - 1}, sizes)

        border = [rng.randint(0, 2) for _ in range(4)]
        forms = [(border[0], border[0]), (border[0], ((border[0], border[0]), (border[0], border[0]))),
                 (tuple(border[:2]), tuple(border[:2])), (tuple(border), ((border[0], border[1]), (border[2], border[3])))]
        text, value = forms[i % 4]
        out.case("ZeroPadding2D", {"padding": text}, [picture(2, 4)], keras_options={"padding": value})
        out.case("Cropping2D", {"cropping": text}, [picture(5, 6, 2)], keras_options={"cropping": value})
    out.close()


# --- Activations ----------------------------------------------------------------


def write_activations():
    keras.config.set_floatx("float64")
    out = Writer("activations")
    x = np.concatenate([np.linspace(-6.0, 6.0, 49), [-100.0, -30.0, -12.5, -1e-3, 1e-3, 12.5, 30.0]]).astype(np.float32)
    x = x[x != 0.0].astype(np.float64)  # relu has no derivative there
    for name in ["linear", "relu", "sigmoid", "tanh", "leaky_relu", "relu6", "elu", "selu", "gelu", "silu", "mish", "softplus",
                 "softsign", "hard_sigmoid", "exponential"]:
        points = x[np.abs(x) < 80] if name == "exponential" else x
        value = tf.constant(points)
        with tf.GradientTape() as tape:
            tape.watch(value)
            y = keras.activations.get(name)(value)
        out.say("activation", name)
        out.put("x", values=points)
        out.put("y", values=y)
        out.put("slope", values=tape.gradient(y, value))
    for name in ["softmax", "log_softmax"]:
        rows = uniform(3, -20.0, 20.0, 0, (6, 7)).astype(np.float64)
        rows[0] *= 10
        rows[1, :] = 3.0
        rows = rows.astype(np.float32).astype(np.float64)
        dy = uniform(4, -1.0, 1.0, 0, rows.shape).astype(np.float64)
        value = tf.constant(rows)
        with tf.GradientTape() as tape:
            tape.watch(value)
            y = keras.activations.get(name)(value)
            total = tf.reduce_sum(y * dy)
        out.say("rows", name, 6, 7)
        out.put("x", values=rows)
        out.put("y", values=y)
        out.put("dy", values=dy)
        out.put("slope", values=tape.gradient(total, value))
    out.close()


# --- Losses -----------------------------------------------------------------------


def write_losses():
    keras.config.set_floatx("float32")
    out = Writer("losses")
    rng = random.Random(3)

    def case(kind, loss, p, t, places, weight, logits, smoothing):
        value = tf.constant(p)
        with tf.GradientTape() as tape:
            tape.watch(value)
            result = loss(t, value, sample_weight=weight if weight is None or not places else weight[:, None])
        out.say("loss", kind, "logits" if logits else "probabilities", repr(smoothing), dims(p.shape))
        out.put("prediction", values=p)
        out.put("target", values=t)
        if weight is not None:
            out.put("weight", values=weight)
        out.put("value", values=result)
        out.put("grad", values=tape.gradient(result, value))
        out.say("end")

    for i in range(CONFIGURATIONS):
        places = () if i % 3 else (rng.randint(1, 3),)
        n, classes = rng.randint(1, 6), rng.randint(2, 9)
        size = (n,) + places + (classes,)
        rows = (n,) + places
        weight = uniform(100 + i, 0.25, 2.0, 0, (n,)) if i % 4 == 1 else None
        spread = 30.0 if i % 5 == 4 else 3.0
        logits = uniform(200 + i, -spread, spread, 0, size)
        probabilities = keras.ops.convert_to_numpy(keras.ops.softmax(uniform(300 + i, -3.0, 3.0, 0, size)))
        ids = np.floor(uniform(400 + i, 0.0, 1.0, 0, rows) * classes).astype(np.int32)
        shares = np.eye(classes, dtype=np.float32)[ids]
        smoothing = [0.0, 0.1][i % 2]
        flags = np.floor(uniform(500 + i, 0.0, 2.0, 0, size)).astype(np.float32)
        sigmoids = uniform(600 + i, 0.01, 0.99, 0, size)
        if i == 5:
            sigmoids[0].flat[0], sigmoids[0].flat[1] = 0.0, 1.0  # where it is clipped
            flags[0].flat[0], flags[0].flat[1] = 1.0, 0.0

        case("categorical", keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing), logits, shares, places, weight, True, smoothing)
        case("categorical", keras.losses.CategoricalCrossentropy(label_smoothing=smoothing), probabilities * np.float32(1 + i % 2), shares, places, weight, False, smoothing)
        case("sparse", keras.losses.SparseCategoricalCrossentropy(from_logits=True), logits, ids, places, weight, True, 0.0)
        case("sparse", keras.losses.SparseCategoricalCrossentropy(), probabilities, ids, places, weight, False, 0.0)
        case("binary", keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=smoothing), logits, flags, places, weight, True, smoothing)
        case("binary", keras.losses.BinaryCrossentropy(label_smoothing=smoothing), sigmoids, flags, places, weight, False, smoothing)
        case("mse", keras.losses.MeanSquaredError(), logits, sigmoids, places, weight, True, 0.0)
        case("mae", keras.losses.MeanAbsoluteError(), logits, sigmoids, places, weight, True, 0.0)
    out.close()


# --- Regularizers -------------------------------------------------------------------


def write_regularizers():
    keras.config.set_floatx("float64")
    out = Writer("regularizers")
    for i in range(CONFIGURATIONS):
        options = [("l1", {}), ("l2", {}), ("l1", {"l1": 0.5}), ("l2", {"l2": 0.003}), ("l1_l2", {"l1": 0.1, "l2": 0.2})][i % 5]
        size = [(7,), (3, 17), (2, 3, 2, 5), (16, 16)][i % 4]
        member = {"l1": keras.regularizers.L1, "l2": keras.regularizers.L2, "l1_l2": keras.regularizers.L1L2}[options[0]](**options[1])
        value = tf.constant(uniform(i, -1.0, 1.0, 0, size).astype(np.float64))
        with tf.GradientTape() as tape:
            tape.watch(value)
            result = member(value)
        arguments = ", ".join(f"{key}={v}" for key, v in options[1].items())
        out.say("regularizer", f"{options[0]}({arguments})".replace(" ", ""), dims(size), i)
        out.put("value", values=result)
        out.put("grad", values=tape.gradient(result, value))
    out.close()


# --- Initializers -------------------------------------------------------------------


def write_initializers():
    keras.config.set_floatx("float32")
    out = Writer("initializers")
    matrix, kernel = (300, 200), (3, 5, 40, 50)
    names = {
        "glorot_uniform": {}, "glorot_normal": {}, "he_uniform": {}, "he_normal": {}, "lecun_uniform": {}, "lecun_normal": {},
        "zeros": {}, "ones": {}, "constant": {"value": 0.3}, "random_uniform": {"minval": -0.2, "maxval": 0.7},
        "random_normal": {"mean": 0.1, "stddev": 0.3}, "truncated_normal": {"mean": -0.5, "stddev": 0.2},
    }
    cases = [(name, options, size) for name, options in names.items() for size in (matrix, kernel, (5000,))]
    for mode in ("fan_in", "fan_out", "fan_avg"):
        for distribution in ("truncated_normal", "untruncated_normal", "uniform"):
            cases.append(("variance_scaling", {"scale": 1.7, "mode": mode, "distribution": distribution}, kernel))
    cases += [("orthogonal", {}, (40, 25)), ("orthogonal", {"gain": 0.5}, (3, 3, 2, 30)), ("identity", {"gain": 2.0}, (4, 6))]
    kinds = {"zeros": "Zeros", "ones": "Ones", "identity": "Identity"}
    for name, options, size in cases:
        kind = getattr(keras.initializers, kinds.get(name) or "".join(part.title() for part in name.replace("lecun", "le_cun").split("_")).replace("LeCun", "Lecun"))
        random_one = "seed" in inspect.signature(kind).parameters
        draws = 12 if random_one else 1
        values = np.concatenate([np.asarray(kind(**options, **({"seed": s} if random_one else {}))(size)).reshape(-1) for s in range(draws)]).astype(np.float64)
        arguments = ",".join(f"{key}={v}" for key, v in options.items())
        out.say("initializer", f"{name}({arguments})", dims(size))
        out.put("moments", values=[values.mean(), values.std(), values.min(), values.max()])
        out.put("quantiles", values=np.quantile(values, np.linspace(0.0, 1.0, 41)))
    out.close()


if __name__ == "__main__":
    keras.utils.set_random_seed(1)
    parts = [write_layers, write_activations, write_losses, write_regularizers, write_initializers]
    for part in parts:
        if len(sys.argv) < 2 or part.__name__.removeprefix("write_") in sys.argv[1:]:
            part()

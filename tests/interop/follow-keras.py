#!/usr/bin/env python3
# follow-keras.py: trains the same networks from the same weights and batches in Keras and in Lamina and compares each loss
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: follow-keras.py LAMINA [--steps 200] [--batches 10] [WORKLOAD …], in an environment with keras and tensorflow.
# For each network it prints the largest relative difference of the loss over all steps, and for comparison that of Keras
# from itself when every first weight is changed by one ulp. Dropout is off. Not part of the test suite.

import argparse
import json
import os
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
from keras import layers as L
from safetensors.numpy import save_file

O = keras.optimizers


def chain(shape, *layers):
    return keras.Sequential([keras.Input(shape, name="x"), *layers])


def convnet(sizes, shape, *head):
    layers = []
    for i, n in enumerate(sizes):
        layers += [L.Conv2D(n, 3, activation="relu")] + ([L.MaxPooling2D(2)] if i < len(sizes) - 1 or len(sizes) > 3 else [])
    return chain(shape, *layers, L.Flatten(), *head)


def residual():
    x = i = keras.Input((32, 32, 3), name="x")
    x = L.Conv2D(32, 3, padding="same", activation="relu")(x)
    for n, s in ((32, 1), (64, 2), (128, 2)):
        y = L.ReLU()(L.BatchNormalization()(L.Conv2D(n, 3, s, padding="same")(x)))
        y = L.BatchNormalization()(L.Conv2D(n, 3, padding="same")(y))
        x = L.ReLU()(L.Add()([y, L.Conv2D(n, 1, s)(x) if s > 1 else x]))
    return keras.Model(i, L.Dense(10, activation="softmax")(L.GlobalAveragePooling2D()(x)))


SCE, BCE = "sparse_categorical_crossentropy", "binary_crossentropy"
# name: (network, loss, optimizer as Keras has it, as Lamina has it, batch size, classes)
WORKLOADS = {
    "mlp": (lambda: chain((784,), L.Dense(512, activation="relu"), L.Dense(10, activation="softmax")), SCE, lambda: O.RMSprop(), "rmsprop", 128, 10),
    "tabular": (lambda: chain((13,), L.Dense(64, activation="relu"), L.Dense(64, activation="relu"), L.Dense(1)), "mean_squared_error", lambda: O.RMSprop(), "rmsprop", 16, 0),
    "mnist-cnn": (lambda: convnet((32, 64, 64), (28, 28, 1), L.Dense(64, activation="relu"), L.Dense(10, activation="softmax")), SCE, lambda: O.RMSprop(), "rmsprop", 64, 10),
    "dogs-cnn": (lambda: convnet((32, 64, 128, 128), (150, 150, 3), L.Dense(512, activation="relu"), L.Dense(1, activation="sigmoid")), BCE, lambda: O.RMSprop(1e-4), {"member": "rmsprop", "options": {"learning_rate": 1e-4}}, 20, 2),
    "res-bn": (residual, SCE, lambda: O.Adam(), "adam", 64, 10),
}


def options_of(layer):
    """The options that Lamina has under the same names."""
    config = layer.get_config()
    names = ("units", "filters", "kernel_size", "strides", "padding", "activation", "use_bias", "pool_size", "momentum", "epsilon", "axis")
    return {k: list(config[k]) if isinstance(config[k], tuple) else config[k] for k in names if k in config and config[k] is not None and not (k == "axis" and config[k] == -1)}


def design_of(model, optimizer, loss, batch):
    """The design of a functional or sequential model, in Lamina's JSON."""
    ids, nodes, wires = {}, [], []
    layers = [model.inputs[0]._keras_history.operation] + [l for l in model.layers if not isinstance(l, L.InputLayer)]
    for layer in layers:
        ids[layer.name] = len(ids) + 1
        is_input = isinstance(layer, L.InputLayer)
        options = {"shape": list(model.input_shape[1:])} if is_input else options_of(layer)
        nodes.append({"id": ids[layer.name], "name": layer.name, "kind": "Input" if is_input else type(layer).__name__, "options": options, "pos": [0, 120 * len(nodes)]})
        if is_input:
            continue
        inputs = layer._inbound_nodes[-1].arguments.keras_tensors
        wires += [[ids[t._keras_history.operation.name], 0, ids[layer.name], port] for port, t in enumerate(inputs)]
    return {"lamina": 1, "nodes": nodes, "wires": wires, "training": {"loss": loss, "optimizer": optimizer, "batch_size": batch, "validation_split": None}}


def keras_losses(model, weights, optimizer, loss, x, y, batch, steps):
    model.set_weights(weights)
    model.compile(optimizer=optimizer, loss=loss)
    n = len(x) // batch
    return np.array([float(model.train_on_batch(x[s % n * batch:(s % n + 1) * batch], y[s % n * batch:(s % n + 1) * batch])) for s in range(steps)])


def lamina_losses(lamina, model, design, x, y, steps, batches):
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        json.dump(design, open(path("m.json"), "w"))
        np.savez(path("d.npz"), x=x, y=y)
        tensors = {f"{layer.name}/{w.name}": w.numpy() for layer in model.layers for w in layer.weights}
        save_file(tensors, path("w.safetensors"))
        subprocess.run([lamina, "convert", path("m.json"), path("m.lamina")], check=True, stdout=subprocess.DEVNULL)
        epochs = (steps + batches - 1) // batches
        lines = subprocess.run([lamina, "train", path("m.lamina"), "--data", "npz:" + path("d.npz"), "--weights", path("w.safetensors"), "--no-shuffle",
                                "--every-step", "--exact", "--epochs", str(epochs), "--json"], check=True, stdout=subprocess.PIPE, text=True).stdout
    events = [json.loads(line) for line in lines.splitlines()]
    return np.array([e["loss"] for e in events if e["event"] == "step"][:steps])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lamina")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--batches", type=int, default=10)
    parser.add_argument("workloads", nargs="*")
    a = parser.parse_intermixed_args()
    failed = False
    for name in a.workloads or WORKLOADS:
        make, loss, optimizer, own, batch, classes = WORKLOADS[name]
        keras.utils.set_random_seed(1)
        keras.backend.clear_session()
        model = make()
        rng = np.random.default_rng(5)
        n = batch * a.batches
        x = rng.standard_normal((n,) + model.input_shape[1:], dtype=np.float32)
        y = rng.integers(0, classes, n).astype(np.int32) if classes else rng.standard_normal(n).astype(np.float32)
        weights = model.get_weights()
        design = design_of(model, own, loss, batch)
        found = lamina_losses(a.lamina, model, design, x, y, a.steps, a.batches)
        expected = keras_losses(model, weights, optimizer(), loss, x, y, batch, a.steps)
        nudged = keras_losses(model, [np.nextafter(w, np.float32(9)) for w in weights], optimizer(), loss, x, y, batch, a.steps)
        own_noise, difference = np.max(np.abs(nudged - expected) / np.abs(expected)), np.max(np.abs(found - expected) / np.abs(expected))
        good = difference <= max(1e-3, 10 * own_noise)
        failed |= not good
        print(f"{name}: {len(found)} steps, loss {expected[0]:.4f} → {expected[-1]:.4f}, difference {difference:.2e}, Keras from itself {own_noise:.2e}: {'good' if good else 'TOO LARGE'}", flush=True)
    sys.exit(failed)


main()

#!/usr/bin/env python3
# Writes train.inc: what Keras 3 makes of the same gradients, predictions and
# targets. Run by hand; needs keras with any backend. SPDX: GPL-3.0-or-later.
import os
os.environ.setdefault("KERAS_BACKEND", "torch")
import sys
import numpy as np
import keras
from keras import optimizers, losses, metrics

STEPS = 10
A, B = 6, 10


def start(n, k):
    return np.array([np.sin(1.3 * i + k) for i in range(n)], np.float32)


def gradient(step, n, k):
    return np.array([np.cos(0.7 * i + 1.1 * step + k) * (1 + 0.3 * step) * (0.02 if i % 3 == 0 else 1.0) for i in range(n)], np.float32)


OPTIMIZERS = [
    ("sgd", "", optimizers.SGD()),
    ("sgd", "learning_rate=0.05, momentum=0.9", optimizers.SGD(0.05, momentum=0.9)),
    ("sgd", "learning_rate=0.05, momentum=0.9, nesterov=true", optimizers.SGD(0.05, momentum=0.9, nesterov=True)),
    ("sgd", "weight_decay=0.1", optimizers.SGD(weight_decay=0.1)),
    ("sgd", "clipnorm=0.5", optimizers.SGD(clipnorm=0.5)),
    ("sgd", "clipvalue=0.25", optimizers.SGD(clipvalue=0.25)),
    ("sgd", "global_clipnorm=0.75", optimizers.SGD(global_clipnorm=0.75)),
    ("rmsprop", "", optimizers.RMSprop()),
    ("rmsprop", "rho=0.8, momentum=0.5", optimizers.RMSprop(rho=0.8, momentum=0.5)),
    ("rmsprop", "centered=true", optimizers.RMSprop(centered=True)),
    ("rmsprop", "centered=true, momentum=0.9, weight_decay=0.01", optimizers.RMSprop(centered=True, momentum=0.9, weight_decay=0.01)),
    ("adam", "", optimizers.Adam()),
    ("adam", "learning_rate=0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-5", optimizers.Adam(0.01, 0.8, 0.95, 1e-5)),
    ("adam", "amsgrad=true, clipnorm=1", optimizers.Adam(amsgrad=True, clipnorm=1.0)),
    ("adam", "weight_decay=0.05, global_clipnorm=1", optimizers.Adam(weight_decay=0.05, global_clipnorm=1.0)),
]


def run(opt):
    a, b = keras.Variable(start(A, 0)), keras.Variable(start(B, 1))
    opt.build([a, b])
    rows = []
    for s in range(STEPS):
        grads = [keras.ops.convert_to_tensor(gradient(s, A, 0)), keras.ops.convert_to_tensor(gradient(s, B, 2))]
        opt.apply([g for g in grads])
        rows.append(np.concatenate([np.array(keras.ops.convert_to_numpy(v.value)) for v in (a, b)]))
    return rows[0], rows[-1]


def c_floats(x):
    return "{ " + ", ".join("%.9gf" % v if "." in "%.9g" % v or "e" in "%.9g" % v else "%.9g.f" % v for v in np.ravel(x)) + " }"


def loss_cases():
    logits = np.array([[np.sin(2.1 * i + 0.9 * r) * 3 for i in range(5)] for r in range(4)], np.float32)
    softmax = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    sigmoid = (1 / (1 + np.exp(-logits))).astype(np.float32)
    labels = np.array([0, 3, 4, 2])
    one_hot = np.eye(5, dtype=np.float32)[labels]
    multi = (np.cos(3.0 * np.arange(20)) > 0).astype(np.float32).reshape(4, 5)
    numbers = np.array([[np.cos(1.7 * i - r) for i in range(5)] for r in range(4)], np.float32)
    return logits, [
        ("categorical_crossentropy", "", "softmax", one_hot, losses.CategoricalCrossentropy()(one_hot, softmax)),
        ("categorical_crossentropy", "label_smoothing=0.1", "softmax", one_hot, losses.CategoricalCrossentropy(label_smoothing=0.1)(one_hot, softmax)),
        ("categorical_crossentropy", "from_logits=true", "linear", one_hot, losses.CategoricalCrossentropy(from_logits=True)(one_hot, logits)),
        ("categorical_crossentropy", "", "sigmoid", one_hot, losses.CategoricalCrossentropy()(one_hot, sigmoid)),
        ("sparse_categorical_crossentropy", "", "softmax", labels, losses.SparseCategoricalCrossentropy()(labels, softmax)),
        ("sparse_categorical_crossentropy", "from_logits=true", "linear", labels, losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)),
        ("binary_crossentropy", "", "sigmoid", multi, losses.BinaryCrossentropy()(multi, sigmoid)),
        ("binary_crossentropy", "label_smoothing=0.2", "sigmoid", multi, losses.BinaryCrossentropy(label_smoothing=0.2)(multi, sigmoid)),
        ("binary_crossentropy", "from_logits=true", "linear", multi, losses.BinaryCrossentropy(from_logits=True)(multi, logits)),
        ("mean_squared_error", "", "linear", numbers, losses.MeanSquaredError()(numbers, logits)),
        ("mean_absolute_error", "", "linear", numbers, losses.MeanAbsoluteError()(numbers, logits)),
    ]


def metric_cases():
    p = np.array([[np.sin(2.1 * i + 0.9 * r) * 0.5 + 0.5 for i in range(4)] for r in range(12)], np.float32)
    labels = np.array([(7 * r + r // 3) % 4 for r in range(12)])
    one_hot = np.eye(4, dtype=np.float32)[labels]
    single = p[:, :1]
    yes = (np.arange(12) % 3 == 0).astype(np.float32)
    numbers = np.cos(np.arange(48, dtype=np.float32)).reshape(12, 4)
    out = {}
    for name, m, t, q in [
        ("sparse", metrics.SparseCategoricalAccuracy(), labels, p),
        ("categorical", metrics.CategoricalAccuracy(), one_hot, p),
        ("binary", metrics.BinaryAccuracy(), yes, single[:, 0]),
        ("mae", metrics.MeanAbsoluteError(), numbers, p),
        ("mse", metrics.MeanSquaredError(), numbers, p),
    ]:
        for i in range(0, 12, 5):
            m.update_state(t[i:i + 5], q[i:i + 5])
        out[name] = float(m.result())
    return p, labels, yes, numbers, out


with open(os.path.join(os.path.dirname(__file__), "train.inc"), "w") as f:
    w = f.write
    w("/* train.inc: numbers of Keras %s, written by make-train.py\n *\n * SPDX-License-Identifier: GPL-3.0-or-later\n */\n\n#pragma once\n\n" % keras.__version__)
    w("/* Weights of %d and %d numbers, after the first and after the last of %d steps. */\n" % (A, B, STEPS))
    w("static const struct {\n  const char *optimizer;\n  const char *options;\n  float first[%d];\n  float last[%d];\n} optimizer_cases[] = {\n" % (A + B, A + B))
    for name, options, opt in OPTIMIZERS:
        first, last = run(opt)
        w('  { "%s", "%s",\n    %s,\n    %s },\n' % (name, options, c_floats(first), c_floats(last)))
    w("};\n\n")
    logits, cases = loss_cases()
    w("static const float loss_logits[20] = %s;\n\n" % c_floats(logits))
    w("static const struct {\n  const char *loss;\n  const char *options;\n  const char *activation;\n  float target[20]; /* or 4 labels */\n  double value;\n} loss_cases[] = {\n")
    for name, options, act, target, value in cases:
        w('  { "%s", "%s", "%s", %s, %.9g },\n' % (name, options, act, c_floats(target.astype(np.float32)), float(value)))
    w("};\n\n")
    p, labels, yes, numbers, out = metric_cases()
    w("static const float metric_prediction[48] = %s;\n" % c_floats(p))
    w("static const int metric_labels[12] = { %s };\n" % ", ".join(map(str, labels)))
    w("static const float metric_yes[12] = %s;\n" % c_floats(yes))
    w("static const float metric_numbers[48] = %s;\n" % c_floats(numbers))
    for name, value in out.items():
        w("static const double metric_%s = %.9g;\n" % (name, value))
sys.stdout.write("ok\n")

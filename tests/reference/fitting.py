#!/usr/bin/env python3
# fitting.py: numbers that losses, optimizers, schedules and metrics must give, computed by Keras and scikit-learn
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: fitting.py [members|steps|schedules|scores …], in an environment with keras, tensorflow and scikit-learn.
# Writes *.txt and *.bin beside itself in the form of generate.py. Two runs write the same bytes.

import os
import subprocess
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf

from generate import Writer, dims, uniform

# --- Losses ---------------------------------------------------------------------

LOSSES = [
    # id, options, class, activation, targets, spread of the logits
    ("categorical_crossentropy", "", keras.losses.CategoricalCrossentropy(), "softmax", "share", 4),
    ("categorical_crossentropy", "from_logits=true, label_smoothing=0.1", keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1), "linear", "share", 9),
    ("sparse_categorical_crossentropy", "", keras.losses.SparseCategoricalCrossentropy(), "softmax", "class", 4),
    ("sparse_categorical_crossentropy", "from_logits=true", keras.losses.SparseCategoricalCrossentropy(from_logits=True), "linear", "class", 9),
    ("sparse_categorical_crossentropy", "ignore_class=0, from_logits=true", keras.losses.SparseCategoricalCrossentropy(ignore_class=0, from_logits=True), "linear", "class", 4),
    ("sparse_categorical_crossentropy", "ignore_class=-1", keras.losses.SparseCategoricalCrossentropy(ignore_class=-1), "softmax", "class or -1", 4),
    ("binary_crossentropy", "", keras.losses.BinaryCrossentropy(), "sigmoid", "flag", 4),
    ("binary_crossentropy", "label_smoothing=0.2", keras.losses.BinaryCrossentropy(label_smoothing=0.2), "sigmoid", "flag", 4),
    ("categorical_focal_crossentropy", "", keras.losses.CategoricalFocalCrossentropy(), "softmax", "share", 4),
    ("categorical_focal_crossentropy", "from_logits=true, gamma=0.7, alpha=0.6", keras.losses.CategoricalFocalCrossentropy(from_logits=True, gamma=0.7, alpha=0.6), "linear", "share", 4),
    ("categorical_focal_crossentropy", "label_smoothing=0.1, gamma=0", keras.losses.CategoricalFocalCrossentropy(label_smoothing=0.1, gamma=0.0), "sigmoid", "share", 3),
    ("binary_focal_crossentropy", "", keras.losses.BinaryFocalCrossentropy(), "sigmoid", "flag", 4),
    ("binary_focal_crossentropy", "apply_class_balancing=true, alpha=0.7, gamma=1.5", keras.losses.BinaryFocalCrossentropy(True, alpha=0.7, gamma=1.5), "sigmoid", "flag", 4),
    ("binary_focal_crossentropy", "label_smoothing=0.1", keras.losses.BinaryFocalCrossentropy(label_smoothing=0.1), "square", "flag", 0.9),
    ("binary_focal_crossentropy", "from_logits=true, gamma=3", keras.losses.BinaryFocalCrossentropy(from_logits=True, gamma=3.0), "linear", "flag", 4),
    ("mean_squared_error", "", keras.losses.MeanSquaredError(), "linear", "number", 3),
    ("mean_absolute_error", "", keras.losses.MeanAbsoluteError(), "linear", "number", 3),
    ("mean_absolute_percentage_error", "", keras.losses.MeanAbsolutePercentageError(), "linear", "number", 3),
    ("mean_squared_logarithmic_error", "", keras.losses.MeanSquaredLogarithmicError(), "linear", "number", 3),
    ("huber", "", keras.losses.Huber(), "linear", "number", 3),
    ("huber", "delta=0.4", keras.losses.Huber(delta=0.4), "linear", "number", 3),
    ("log_cosh", "", keras.losses.LogCosh(), "linear", "number", 20),
    ("poisson", "", keras.losses.Poisson(), "sigmoid", "count", 3),
    ("cosine_similarity", "", keras.losses.CosineSimilarity(), "linear", "number", 3),
    ("hinge", "", keras.losses.Hinge(), "linear", "flag", 3),
    ("hinge", "", keras.losses.Hinge(), "linear", "sign", 3),
    ("squared_hinge", "", keras.losses.SquaredHinge(), "linear", "flag", 3),
    ("squared_hinge", "", keras.losses.SquaredHinge(), "linear", "number", 3),
    ("categorical_hinge", "", keras.losses.CategoricalHinge(), "linear", "share", 3),
    ("kl_divergence", "", keras.losses.KLDivergence(), "softmax", "distribution", 4),
    ("kl_divergence", "", keras.losses.KLDivergence(), "softmax", "share", 4),
]


def targets(kind, seed, size):
    classes = size[-1]
    u = uniform(seed, 0.0, 1.0, 0, size)
    ids = np.floor(uniform(seed, 0.0, 1.0, 0, size[:-1]) * classes).astype(np.int64)
    if kind == "class":
        return ids
    if kind == "class or -1":
        return np.where(ids == 1, -1, ids)
    if kind == "share":
        return np.eye(classes, dtype=np.float32)[ids]
    if kind == "distribution":
        return (u / u.sum(-1, keepdims=True)).astype(np.float32)
    if kind == "flag":
        return np.floor(2 * u).astype(np.float32)
    if kind == "sign":
        return 2 * np.floor(2 * u).astype(np.float32) - 1
    if kind == "count":
        return np.floor(4 * u).astype(np.float32)
    return (4 * u - 2).astype(np.float32)


def write_members():
    """Each loss as a network has it: x → activation → loss; value and gradient by x."""
    keras.config.set_floatx("float32")
    out = Writer("fit-losses")
    seed = 1
    for name, options, loss, activation, kind, spread in LOSSES:
        for i, size in enumerate([(4, 5), (3, 2, 3), (7, 2)]):
            seed += 2
            x = uniform(seed, -spread, spread, 0, size)
            t = targets(kind, seed + 1, size)
            weight = uniform(seed + 1000, 0.25, 2.0, 0, size[:1]) if i == 2 else None
            value = tf.constant(x)
            with tf.GradientTape() as tape:
                tape.watch(value)
                y = tf.square(value) if activation == "square" else keras.activations.get(activation)(value)
                if activation == "sigmoid":
                    y = tf.sigmoid(value)
                elif activation == "softmax":
                    y = tf.nn.softmax(value)
                result = loss(t, y, sample_weight=weight)
            out.say("loss", name, options.replace(" ", "") or "-", activation, dims(size))
            out.put("x", values=x)
            out.put("target", values=t)
            if weight is not None:
                out.put("weight", values=weight)
            out.put("value", values=result)
            out.put("grad", values=tape.gradient(result, value))
    out.close()


# --- Optimizers -------------------------------------------------------------------

STEPS = 25
A, B = 6, 10

OPTIMIZERS = [
    ("sgd", "", lambda o: o.SGD()),
    ("sgd", "learning_rate=0.05, momentum=0.9, nesterov=true, weight_decay=0.01", lambda o: o.SGD(0.05, 0.9, True, weight_decay=0.01)),
    ("rmsprop", "", lambda o: o.RMSprop()),
    ("rmsprop", "centered=true, momentum=0.9, rho=0.8", lambda o: o.RMSprop(centered=True, momentum=0.9, rho=0.8)),
    ("adam", "", lambda o: o.Adam()),
    ("adam", "amsgrad=true, learning_rate=0.01", lambda o: o.Adam(0.01, amsgrad=True)),
    ("adam", "use_ema=true", lambda o: o.Adam(use_ema=True)),
    ("adam", "amsgrad=true, use_ema=true, ema_momentum=0.8, learning_rate=0.02", lambda o: o.Adam(0.02, amsgrad=True, use_ema=True, ema_momentum=0.8)),
    ("adamw", "", lambda o: o.AdamW()),
    ("adamw", "weight_decay=0.2, learning_rate=0.02, clipnorm=0.5", lambda o: o.AdamW(0.02, 0.2, clipnorm=0.5)),
    ("nadam", "", lambda o: o.Nadam()),
    ("nadam", "learning_rate=0.02, beta_1=0.8, beta_2=0.95, epsilon=1e-4", lambda o: o.Nadam(0.02, 0.8, 0.95, 1e-4)),
    ("adamax", "", lambda o: o.Adamax()),
    ("adamax", "learning_rate=0.02, beta_1=0.8, beta_2=0.95, epsilon=1e-4, clipvalue=0.7", lambda o: o.Adamax(0.02, 0.8, 0.95, 1e-4, clipvalue=0.7)),
    ("adagrad", "", lambda o: o.Adagrad()),
    ("adagrad", "learning_rate=0.05, initial_accumulator_value=0.5, epsilon=1e-3", lambda o: o.Adagrad(0.05, 0.5, 1e-3)),
    ("adadelta", "", lambda o: o.Adadelta()),
    ("adadelta", "learning_rate=1, rho=0.9, epsilon=1e-4", lambda o: o.Adadelta(1.0, 0.9, 1e-4)),
    ("lion", "", lambda o: o.Lion()),
    ("lion", "learning_rate=0.01, beta_1=0.8, beta_2=0.9, weight_decay=0.1, global_clipnorm=0.5", lambda o: o.Lion(0.01, 0.8, 0.9, weight_decay=0.1, global_clipnorm=0.5)),
    ("sgd", "learning_rate=0.1, use_ema=true, ema_momentum=0.7, ema_overwrite_frequency=4", lambda o: o.SGD(0.1, use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=4)),
]


def gradient(step, n, k):
    return np.array([np.cos(0.7 * i + 1.1 * step + k) * (1 + 0.3 * (step % 7)) * (0.02 if i % 3 == 0 else 1.0) for i in range(n)], np.float32)


def write_steps():
    """Two weights after steps 1, 10 and 25 of made-up gradients; then their moving average."""
    keras.config.set_floatx("float32")
    out = Writer("fit-steps")
    for name, options, make in OPTIMIZERS:
        optimizer = make(keras.optimizers)
        a = keras.Variable(np.array([np.sin(1.3 * i) for i in range(A)], np.float32))
        b = keras.Variable(np.array([np.sin(1.3 * i + 1) for i in range(B)], np.float32))
        optimizer.build([a, b])
        out.say("optimizer", name, options.replace(" ", "") or "-")
        for s in range(STEPS):
            optimizer.apply([keras.ops.convert_to_tensor(gradient(s, A, 0)), keras.ops.convert_to_tensor(gradient(s, B, 2))])
            if s + 1 in (1, 10, STEPS):
                out.put("after", s + 1, values=np.concatenate([np.asarray(a), np.asarray(b)]))
        if optimizer.use_ema:
            optimizer.finalize_variable_values([a, b])
            out.put("average", values=np.concatenate([np.asarray(a), np.asarray(b)]))
    out.close()


# --- Schedules ----------------------------------------------------------------------


ONE_CYCLE = """
import sys, torch
rate, options = float(sys.argv[1]), eval(sys.argv[2])
optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 0.1)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, cycle_momentum=False, **options)
for step in range(options["total_steps"]):
    print(optimizer.param_groups[0]["lr"])
    optimizer.step()
    if step + 1 < options["total_steps"]:
        schedule.step()
"""


class OneCycle:
    """PyTorch's; in a process of its own, since it cannot live beside TensorFlow."""

    def __init__(self, rate, **options):
        command = [sys.executable, "-c", ONE_CYCLE, str(rate), repr(options)]
        self.rates = [float(line) for line in subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.split()]

    def __call__(self, step):
        return self.rates[min(int(step), len(self.rates) - 1)]


S = keras.optimizers.schedules
SCHEDULES = [
    ("ExponentialDecay", "decay_steps=10,decay_rate=0.9", lambda: S.ExponentialDecay(0.02, 10, 0.9)),
    ("ExponentialDecay", "decay_steps=10,decay_rate=0.5,staircase=true", lambda: S.ExponentialDecay(0.02, 10, 0.5, True)),
    ("InverseTimeDecay", "decay_steps=7,decay_rate=0.5", lambda: S.InverseTimeDecay(0.02, 7, 0.5)),
    ("InverseTimeDecay", "decay_steps=7,decay_rate=0.5,staircase=true", lambda: S.InverseTimeDecay(0.02, 7, 0.5, True)),
    ("PiecewiseConstantDecay", "boundaries=5x17x30,values=0.1;0.05;0.01;0.002", lambda: S.PiecewiseConstantDecay([5, 17, 30], [0.1, 0.05, 0.01, 0.002])),
    ("PolynomialDecay", "decay_steps=20", lambda: S.PolynomialDecay(0.02, 20)),
    ("PolynomialDecay", "decay_steps=12,end_learning_rate=0.001,power=2,cycle=true", lambda: S.PolynomialDecay(0.02, 12, 0.001, 2.0, True)),
    ("CosineDecay", "decay_steps=25", lambda: S.CosineDecay(0.02, 25)),
    ("CosineDecay", "decay_steps=25,alpha=0.1,warmup_target=0.05,warmup_steps=8", lambda: S.CosineDecay(0.02, 25, 0.1, warmup_target=0.05, warmup_steps=8)),
    ("CosineDecayRestarts", "first_decay_steps=6", lambda: S.CosineDecayRestarts(0.02, 6)),
    ("CosineDecayRestarts", "first_decay_steps=7,t_mul=1.5,m_mul=0.8,alpha=0.05", lambda: S.CosineDecayRestarts(0.02, 7, 1.5, 0.8, 0.05)),
    ("CosineDecayRestarts", "first_decay_steps=9,t_mul=1,m_mul=0.5", lambda: S.CosineDecayRestarts(0.02, 9, 1.0, 0.5)),
    ("OneCycle", "total_steps=40", lambda: OneCycle(0.02, total_steps=40)),
    ("OneCycle", "total_steps=30,pct_start=0.4,div_factor=10,final_div_factor=50", lambda: OneCycle(0.02, total_steps=30, pct_start=0.4, div_factor=10.0, final_div_factor=50.0)),
    ("WarmUp", "warmup_steps=10", lambda: (lambda step: 0.02 * min(1.0, (int(step) + 1) / 10))),
]


class Stub:
    """What ReduceLROnPlateau needs of a model."""

    def __init__(self, rate):
        self.optimizer = keras.optimizers.SGD(rate)


def write_schedules():
    """The learning rates of 45 steps from 0.02; on plateau: after each of some epochs with given losses."""
    keras.config.set_floatx("float32")
    out = Writer("fit-schedules")
    for name, options, make in SCHEDULES:
        schedule = make()
        out.put("schedule", name, options, values=[float(schedule(keras.ops.convert_to_tensor(s, "int32"))) for s in range(45)])
    losses = np.array([1.0, 0.9, 0.9, 0.91, 0.89995, 0.95, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.7, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75], np.float32)
    for options, arguments in [
        ("patience=2", {"patience": 2}),
        ("patience=1,factor=0.5,cooldown=2,min_lr=0.002", {"patience": 1, "factor": 0.5, "cooldown": 2, "min_lr": 0.002}),
        ("patience=3,min_delta=0.15,factor=0.3", {"patience": 3, "min_delta": 0.15, "factor": 0.3}),
        ("patience=0,factor=0.7,cooldown=1", {"patience": 0, "factor": 0.7, "cooldown": 1}),
    ]:
        callback = keras.callbacks.ReduceLROnPlateau(mode="min", **arguments)
        callback.set_model(Stub(0.02))
        callback.on_train_begin()
        rates = []
        for epoch, loss in enumerate(losses):
            callback.on_epoch_end(epoch, {"val_loss": float(loss)})
            rates.append(float(callback.model.optimizer.learning_rate))
        out.put("losses", values=losses)
        out.put("plateau", "ReduceLROnPlateau", options, values=rates)
    out.close()


# --- Scores ---------------------------------------------------------------------------


def write_scores():
    """Metrics of scikit-learn on arrays. Values are written with all digits."""
    from functools import partial
    import sklearn.metrics as m

    out = Writer("fit-scores")
    n = 60

    def softmax(x):
        e = np.exp(x.astype(np.float64))
        return (e / e.sum(-1, keepdims=True)).astype(np.float32)

    def ids(seed, count, size=(n,)):
        return np.floor(uniform(seed, 0.0, 1.0, 0, size) * count).astype(np.int64)

    def show(form, targets, predictions, threshold, cases):
        out.say("arrays", form, repr(threshold), dims(targets.shape), dims(predictions.shape))
        out.put("targets", values=targets)
        out.put("predictions", values=predictions)
        for name, value in cases:
            out.say("score", name, repr(float(value)))

    def counted(t, p, average):
        p = np.asarray(p)
        f = partial(m.fbeta_score, t, p, zero_division=0)
        return [
            ("precision", m.precision_score(t, p, average=average, zero_division=0)),
            ("recall", m.recall_score(t, p, average=average, zero_division=0)),
            ("f1", m.f1_score(t, p, average=average, zero_division=0)),
            ("fbeta(beta=2)", f(beta=2, average=average)),
        ] + [
            (f"{name}_{mean}{options}", function(t, p, average=mean, zero_division=0))
            for mean in ("macro", "micro", "weighted")
            for name, options, function in (
                ("precision", "", m.precision_score), ("recall", "", m.recall_score), ("f1", "", m.f1_score),
                ("fbeta", "(beta=0.5)", lambda *a, **k: m.fbeta_score(*a, beta=0.5, **k)))
        ]

    def agreement(t, p):
        return [
            ("accuracy", m.accuracy_score(t, p)),
            ("balanced_accuracy", m.balanced_accuracy_score(t, p)),
            ("mcc", m.matthews_corrcoef(t, p)),
            ("cohen_kappa", m.cohen_kappa_score(t, p)),
            ("cohen_kappa(weights=linear)", m.cohen_kappa_score(t, p, weights="linear")),
            ("cohen_kappa(weights=quadratic)", m.cohen_kappa_score(t, p, weights="quadratic")),
        ]

    # Yes or no, with equal scores.
    t = ids(1, 2)
    p = uniform(2, 0.02, 0.98, 25, (n,))
    for threshold in (0.5, 0.3):
        yes = (p >= threshold).astype(int)
        everywhere = counted(t, yes, "binary")[:4] if threshold == 0.5 else counted(t, yes, "binary")
        tn, fp, fn, tp = m.confusion_matrix(t, yes).ravel()
        show("binary", t, p, threshold, everywhere + agreement(t, yes) + [
            ("binary_accuracy", m.accuracy_score(t, yes)),
            ("specificity", tn / (tn + fp)),
            ("roc_auc", m.roc_auc_score(t, p)),
            ("average_precision", m.average_precision_score(t, p)),
            ("log_loss", m.log_loss(t, p.astype(np.float64))),
            ("brier", m.brier_score_loss(t, p.astype(np.float64))),
        ])

    # Two classes, several classes, several with one that never occurs, as a column of one-hot rows.
    for form, count, drawn, seed in (("two", 2, 2, 10), ("several", 5, 5, 20), ("absent", 6, 5, 30)):
        t = ids(seed, drawn)
        p = softmax(uniform(seed + 1, -2.0, 2.0, 0, (n, count)) + 1.5 * np.eye(count, dtype=np.float32)[t])
        answer = p.argmax(-1)
        cases = agreement(t, answer) + counted(t, answer, "binary" if count == 2 else "macro")
        if form == "two":
            cases += [("roc_auc", m.roc_auc_score(t, p[:, 1])), ("average_precision", m.average_precision_score(t, p[:, 1]))]
        elif form == "several":
            one_hot = np.eye(count)[t]
            exact = (p.astype(np.float64) / p.astype(np.float64).sum(-1, keepdims=True))
            cases += [("roc_auc", np.mean([m.roc_auc_score(one_hot[:, c], p[:, c]) for c in range(count)])),
                      ("roc_auc", m.roc_auc_score(t, exact, multi_class="ovr")),
                      ("average_precision", m.average_precision_score(one_hot, p))]
        if form != "absent":
            cases += [("log_loss", m.log_loss(t, p.astype(np.float64))), ("brier", np.mean(np.sum((p.astype(np.float64) - np.eye(count)[t]) ** 2, -1)))]
        cases += [(f"top_k_accuracy(k={k})", m.top_k_accuracy_score(t, p if count > 2 else p[:, 1], k=k, labels=np.arange(count))) for k in (1, 2) if count > 2]
        if count == 6:
            cases.append(("top_k_accuracy", m.top_k_accuracy_score(t, p, k=5, labels=np.arange(count))))
        show(form, t, p, 0.5, cases)
        show(form, np.eye(count)[t], p, 0.5, [c for c in cases if c[0] != "roc_auc" and not c[0].startswith("average")])

    # Classes told as such.
    t, p = ids(40, 7), ids(41, 7)
    p = np.where(ids(42, 2) == 1, t, p)
    show("ids", t, p, 0.5, agreement(t, p) + counted(t, p, "macro"))

    # Several labels at once, with equal scores; a sample without any, and one with all.
    t = ids(50, 2, (n, 6))
    t[0] = 0
    t[1] = 1
    p = uniform(51, 0.01, 0.99, 12, (n, 6))
    yes = (p >= 0.5).astype(int)
    show("labels", t, p, 0.5, counted(t, yes, "macro") + [
        ("accuracy", np.mean(t == yes)),
        ("binary_accuracy", np.mean(t == yes)),
        ("roc_auc", m.roc_auc_score(t, p)),
        ("average_precision", m.average_precision_score(t, p)),
        ("mean_average_precision", m.average_precision_score(t, p)),
        ("label_ranking_average_precision", m.label_ranking_average_precision_score(t, p)),
        ("ndcg", m.ndcg_score(t, p)),
        ("ndcg(k=3)", m.ndcg_score(t, p, k=3)),
        ("mcc", np.mean([m.matthews_corrcoef(t[:, c], yes[:, c]) for c in range(6)])),
        ("cohen_kappa", np.mean([m.cohen_kappa_score(t[:, c], yes[:, c]) for c in range(6)])),
        ("log_loss", np.mean([m.log_loss(t[:, c], p[:, c].astype(np.float64)) for c in range(6)])),
    ])

    # Grades.
    t = np.floor(uniform(60, 0.0, 5.0, 0, (20, 9)))
    p = uniform(61, -3.0, 3.0, 15, (20, 9))
    show("grades", t, p, 0.5, [("ndcg", m.ndcg_score(t, p)), ("ndcg(k=4)", m.ndcg_score(t, p, k=4)), ("ndcg(k=20)", m.ndcg_score(t, p, k=20))])

    # Numbers.
    for seed, size in ((70, (n,)), (72, (n, 3))):
        t = uniform(seed, 0.5, 9.0, 0, size).astype(np.float64)
        p = (t + uniform(seed + 1, -0.4, 1.0, 0, size)).astype(np.float32).astype(np.float64)
        show("numbers", t, p, 0.5, [
            ("mae", m.mean_absolute_error(t, p)),
            ("mse", m.mean_squared_error(t, p)),
            ("rmse", m.root_mean_squared_error(t, p)),
            ("mape", m.mean_absolute_percentage_error(t, p)),
            ("msle", m.mean_squared_log_error(t, p)),
            ("r2", m.r2_score(t, p)),
        ] + ([("max_error", m.max_error(t, p))] if len(size) == 1 else []))
    out.close()


# --- Constraints ------------------------------------------------------------------------


def write_constraints():
    keras.config.set_floatx("float32")
    out = Writer("fit-constraints")
    K = keras.constraints
    cases = [
        ("max_norm", K.MaxNorm()), ("max_norm(max_value=0.7)", K.MaxNorm(0.7)), ("max_norm(max_value=1,axis=1)", K.MaxNorm(1.0, axis=1)),
        ("min_max_norm", K.MinMaxNorm()), ("min_max_norm(min_value=1,max_value=1.2,rate=0.4)", K.MinMaxNorm(1.0, 1.2, 0.4)),
        ("non_neg", K.NonNeg()), ("unit_norm", K.UnitNorm()), ("unit_norm(axis=1)", K.UnitNorm(axis=1)),
    ]
    seed = 1
    for name, constraint in cases:
        for size in ((5, 7), (17, 3), (3, 2, 4, 6)):
            seed += 1
            w = uniform(seed, -1.0, 1.0, 0, size)
            out.put("constraint", name, dims(size), seed, values=constraint(keras.ops.convert_to_tensor(w)))
    for i, (name, regularizer) in enumerate((
            ("orthogonal_regularizer", keras.regularizers.OrthogonalRegularizer()),
            ("orthogonal_regularizer(factor=0.5,mode=columns)", keras.regularizers.OrthogonalRegularizer(0.5, "columns")))):
        for size in ((5, 7), (17, 3)):
            seed += 1
            value = tf.constant(uniform(seed, -1.0, 1.0, 0, size))
            with tf.GradientTape() as tape:
                tape.watch(value)
                result = regularizer(value)
            out.put("regularizer", name, dims(size), seed, values=np.concatenate([[float(result)], np.asarray(tape.gradient(result, value)).ravel()]))
    w = uniform(99, -1.0, 1.0, 0, (3, 3, 2, 4))
    out.put("constraint", "max_norm(max_value=0.5,axis=0x1x2)", dims(w.shape), 99, values=K.MaxNorm(0.5, axis=[0, 1, 2])(keras.ops.convert_to_tensor(w)))
    w = uniform(100, -1.0, 1.0, 0, (7,))
    out.put("constraint", "max_norm(max_value=0.5)", dims(w.shape), 100, values=K.MaxNorm(0.5)(keras.ops.convert_to_tensor(w)))
    out.close()


if __name__ == "__main__":
    parts = [write_constraints, write_members, write_steps, write_schedules, write_scores]
    for part in parts:
        if len(sys.argv) < 2 or part.__name__.removeprefix("write_") in sys.argv[1:]:
            part()

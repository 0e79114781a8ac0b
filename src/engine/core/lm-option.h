/* lm-option.h: options as data: one table drives inspector, file, command line, checks, help and tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-error.h"
#include "lm-shape.h"

G_BEGIN_DECLS

#define LM_MAX_LIST 8

typedef enum {
  LM_OPTION_BOOL,
  LM_OPTION_INT,
  LM_OPTION_DOUBLE,
  LM_OPTION_STRING,
  LM_OPTION_CHOICE, /* one of spec->choices */
  LM_OPTION_INTS,   /* a list of ints, spec->min_n … spec->max_n long: kernel_size, strides, target_shape */
  LM_OPTION_OBJECT, /* a member of spec->family with its own options: kernel_initializer, optimizer */
} LmOptionKind;

typedef struct _LmOptionSpec LmOptionSpec;
typedef struct _LmOptionSet LmOptionSet;

/**
 * LmMember:
 *
 * What every descriptor of every family (layers, losses, optimizers, metrics,
 * initializers, sources, chain steps, …) begins with. Descriptors are const
 * and live for the whole process.
 */
typedef struct {
  const char *id;    /* Keras's name, never translated: “Conv2D”, “rmsprop” */
  const char *title; /* N_(): what people read */
  const char *help;  /* N_(): one paragraph with the formula; NULL only in private members */
  const LmOptionSpec *options;
  int n_options;
} LmMember;

/* Declared here for those who ask, defined in lm-registry.c. @family: “layer”, “loss”, “optimizer”, “metric”,
 * “initializer”, “regularizer”, “activation”, “source”, “step” (of the data chain). */
const LmMember *lm_family_find (const char *family, const char *id);

/* (array length=n): all members of a family in their order. */
const LmMember *const *lm_family_members (const char *family, gsize *n);

/**
 * LmOptionSpec:
 *
 * One row of an option table. Limits are checked by lm_option_set_check() and
 * nowhere else.
 */
struct _LmOptionSpec {
  LmOptionKind kind;
  const char *id;    /* Keras's name: “kernel_size” */
  const char *title; /* N_(): “Kernel size” */
  const char *help;  /* N_(): one or two sentences */
  const char *unit;  /* N_(): “pixels”; may be NULL */

  /* Default: BOOL, INT, DOUBLE in @initial (NAN for none, where nullable); STRING, CHOICE, OBJECT (member id, or NULL for none) in @initial_text; INTS in @initial_ints. */
  double initial;
  const char *initial_text;
  gint64 initial_ints[LM_MAX_LIST];
  int initial_n;

  /* INT, DOUBLE, elements of INTS: inclusive limits, INFINITY for an open end; both 0 for no limits. INTS: how many. STRING: min_n, max_n count characters. */
  double min;
  double max;
  gboolean above_min; /* min itself is not allowed: (min, max] */
  int min_n;
  int max_n;

  const char *const *choices; /* CHOICE: NULL-ended ids */
  const char *family;         /* OBJECT */

  gboolean log_scale; /* DOUBLE, INT: steps are factors */
  gboolean rare;      /* the inspector folds it under “More” while it has its default */
  gboolean nullable;  /* OBJECT, STRING, INT, DOUBLE: may be “none” (JSON null) */
};

/**
 * LmOptionValue:
 *
 * A tagged union. Unset (is_set FALSE) means the default of the spec.
 */
typedef struct {
  gboolean is_set;
  gboolean is_null; /* “none”, where the spec is nullable */
  LmOptionKind kind;
  union {
    gboolean b;
    gint64 i;
    double d;
    char *text; /* STRING, CHOICE; owned */
    struct {
      int n;
      gint64 v[LM_MAX_LIST];
    } ints;
    LmOptionSet *object; /* owned */
  };
} LmOptionValue;

/**
 * LmOptionSet:
 *
 * The options of one member: its descriptor and a value for each spec, by
 * table index. Owned by whoever holds it; a plain value, deep-copied.
 */
struct _LmOptionSet {
  const LmMember *member;
  LmOptionValue *values; /* member->n_options of them */
};

/* Returns: (transfer full): all unset. */
LmOptionSet *lm_option_set_new (const LmMember *member);
LmOptionSet *lm_option_set_copy (const LmOptionSet *self);
void lm_option_set_free (LmOptionSet *self);
gboolean lm_option_set_equal (const LmOptionSet *a, const LmOptionSet *b);

/* Index of an option, −1 if the member has none of that id. */
int lm_option_set_index (const LmOptionSet *self, const char *id);

/* The value that counts: set, or the default. The kind must be the spec's; a wrong one is an assertion. */
gboolean lm_option_get_bool (const LmOptionSet *self, int index);
gint64 lm_option_get_int (const LmOptionSet *self, int index);
double lm_option_get_double (const LmOptionSet *self, int index);
const char *lm_option_get_text (const LmOptionSet *self, int index); /* STRING, CHOICE; NULL if none */
int lm_option_get_ints (const LmOptionSet *self, int index, gint64 out[LM_MAX_LIST]);
gboolean lm_option_is_null (const LmOptionSet *self, int index);

/* OBJECT: the member (NULL for none) and its options. The set is borrowed; for an unset option it is a shared
 * constant set of the default member. */
const LmOptionSet *lm_option_get_object (const LmOptionSet *self, int index);

/* Values. lm_option_value_clear() frees what it owns. */
LmOptionValue lm_option_value_copy (const LmOptionValue *value);
void lm_option_value_clear (LmOptionValue *value);
gboolean lm_option_value_equal (const LmOptionValue *a, const LmOptionValue *b);

#define LM_VALUE_BOOL(x) ((LmOptionValue){ .is_set = TRUE, .kind = LM_OPTION_BOOL, .b = (x) })
#define LM_VALUE_INT(x) ((LmOptionValue){ .is_set = TRUE, .kind = LM_OPTION_INT, .i = (x) })
#define LM_VALUE_DOUBLE(x) ((LmOptionValue){ .is_set = TRUE, .kind = LM_OPTION_DOUBLE, .d = (x) })

/* Copies @value into the set after checking it against the spec. Nothing changes on error. */
gboolean lm_option_set_value (LmOptionSet *self, int index, const LmOptionValue *value, GError **error);

/* Back to the default. */
void lm_option_set_reset (LmOptionSet *self, int index);

/**
 * lm_option_check:
 * @owner: name of the layer or member, as the user knows it, for the message
 *
 * Checks a value against its spec: kind, limits, choices, length, and the
 * options of an object recursively.
 *
 * Returns: %FALSE with %LM_ERROR_OPTION set, which names owner, option, what was found and the limits
 */
gboolean lm_option_check (const LmOptionSpec *spec, const LmOptionValue *value, const char *owner, GError **error);

/**
 * lm_option_parse:
 *
 * Reads what a person types: `64`, `1e-3`, `3x3`, `3,3`, `3 × 3`, `3` (repeated to
 * max_n for INTS with min_n > 1), `true`/`yes`/`on`, `same`, `none`, and for
 * objects `adam` or `adam(learning_rate=1e-3, beta_1=0.9)`. C locale.
 */
gboolean lm_option_parse (const LmOptionSpec *spec, const char *text, LmOptionValue *value, GError **error);

/* Returns: (transfer full): the reverse, e.g. “3×3”, “1e-3”, “adam”. Numbers round-trip. */
char *lm_option_format (const LmOptionSpec *spec, const LmOptionValue *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmOptionSet, lm_option_set_free)

G_END_DECLS

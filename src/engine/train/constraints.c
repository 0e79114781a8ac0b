/* constraints.c: rules that weights keep after each step
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-constraint.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

/* Source: Keras 3, keras/src/constraints/constraints.py. */
#define EPSILON 1e-7

#define AXIS_SPEC                                                                                                                         \
  {                                                                                                                                       \
    .kind = LM_OPTION_INTS,                                                                                                               \
    .id = "axis",                                                                                                                         \
    .title = N_ ("Axes"),                                                                                                                 \
    .help = N_ ("The axes along which the norm is taken: 0 of a Dense kernel is that of the inputs, 0×1×2 of a Conv2D kernel a filter."), \
    .initial_ints = { 0 },                                                                                                                \
    .initial_n = 1,                                                                                                                       \
    .min = -LM_MAX_RANK,                                                                                                                  \
    .max = LM_MAX_RANK - 1,                                                                                                               \
    .min_n = 1,                                                                                                                           \
    .max_n = LM_MAX_RANK,                                                                                                                 \
    .rare = TRUE,                                                                                                                         \
  }

#define NUMBER_SPEC(id_, title_, help_, initial_, max_)                                       \
  {                                                                                           \
    .kind = LM_OPTION_DOUBLE, .id = id_, .title = title_, .help = help_, .initial = initial_, \
    .min = 0, .max = max_                                                                     \
  }

enum {
  MAX_VALUE,
  MAX_AXIS,
};

static const LmOptionSpec max_norm_options[] = {
  [MAX_VALUE] = NUMBER_SPEC ("max_value", N_ ("Largest norm"), N_ ("Longer weights are shortened to this."), 2, 1e9),
  [MAX_AXIS] = AXIS_SPEC,
};

enum {
  UNIT_AXIS,
};

static const LmOptionSpec unit_norm_options[] = {
  [UNIT_AXIS] = AXIS_SPEC,
};

enum {
  LEAST,
  MOST,
  RATE,
  MIN_MAX_AXIS,
};

static const LmOptionSpec min_max_options[] = {
  [LEAST] = NUMBER_SPEC ("min_value", N_ ("Smallest norm"), N_ ("Shorter weights are lengthened to this."), 0, 1e9),
  [MOST] = NUMBER_SPEC ("max_value", N_ ("Largest norm"), N_ ("Longer weights are shortened to this."), 1, 1e9),
  [RATE] = NUMBER_SPEC ("rate", N_ ("Rate"), N_ ("How much of the way to the limit is taken at each step."), 1, 1),
  [MIN_MAX_AXIS] = AXIS_SPEC,
};

/* How the elements of a weight fall into groups: the place in norms of each element follows from its index. */
typedef struct {
  int rank;
  gint64 dim[LM_MAX_RANK];
  gint64 step[LM_MAX_RANK]; /* in norms; 0 along the axes of the norm */
  gint64 n;
  gint64 n_norms;
} Groups;

static void
groups_init (Groups *self,
             const LmOptionSet *options,
             int axis_option,
             const LmShape *shape)
{
  gint64 axes[LM_MAX_LIST];
  int n_axes = lm_option_get_ints (options, axis_option, axes);
  guint taken = 0;

  for (int i = 0; i < n_axes; i++) {
    gint64 axis = axes[i] < 0 ? axes[i] + shape->rank : axes[i];

    if (axis >= 0 && axis < shape->rank)
      taken |= 1u << axis;
  }
  *self = (Groups){ .rank = shape->rank, .n = 1, .n_norms = 1 };
  for (int i = shape->rank - 1; i >= 0; i--) {
    self->dim[i] = shape->dim[i];
    self->n *= shape->dim[i];
    if ((taken >> i & 1) != 0)
      continue;
    self->step[i] = self->n_norms;
    self->n_norms *= shape->dim[i];
  }
}

static gint64
group_of (const Groups *self,
          gint64 i)
{
  gint64 group = 0;

  for (int a = self->rank - 1; a >= 0; a--) {
    group += i % self->dim[a] * self->step[a];
    i /= self->dim[a];
  }
  return group;
}

static void
find_norms (const Groups *self,
            const float *w,
            double *norms)
{
  memset (norms, 0, sizeof (double) * (gsize) self->n_norms);
  for (gint64 i = 0; i < self->n; i++)
    norms[group_of (self, i)] += (double) w[i] * (double) w[i];
  for (gint64 g = 0; g < self->n_norms; g++)
    norms[g] = sqrt (norms[g]);
}

/* Multiplies each group by its number. */
static void
scale (const Groups *self,
       float *w,
       const double *factors)
{
  for (gint64 i = 0; i < self->n; i++)
    w[i] = (float) ((double) w[i] * factors[group_of (self, i)]);
}

/* Norms come between @least and @most, by @rate of the way. */
static void
limit_norms (const LmOptionSet *options,
             int axis_option,
             const LmShape *shape,
             double least,
             double most,
             double rate,
             float *w,
             double *norms)
{
  Groups groups;

  groups_init (&groups, options, axis_option, shape);
  find_norms (&groups, w, norms);
  for (gint64 g = 0; g < groups.n_norms; g++)
    norms[g] = (rate * CLAMP (norms[g], least, most) + (1 - rate) * norms[g]) / (EPSILON + norms[g]);
  scale (&groups, w, norms);
}

static void
max_norm_apply (const LmOptionSet *options,
                const LmShape *shape,
                float *natural,
                double *norms)
{
  limit_norms (options, MAX_AXIS, shape, 0, lm_option_get_double (options, MAX_VALUE), 1, natural, norms);
}

static void
min_max_norm_apply (const LmOptionSet *options,
                    const LmShape *shape,
                    float *natural,
                    double *norms)
{
  limit_norms (options, MIN_MAX_AXIS, shape, lm_option_get_double (options, LEAST), lm_option_get_double (options, MOST), lm_option_get_double (options, RATE), natural, norms);
}

static void
unit_norm_apply (const LmOptionSet *options,
                 const LmShape *shape,
                 float *natural,
                 double *norms)
{
  limit_norms (options, UNIT_AXIS, shape, 1, 1, 1, natural, norms);
}

static void
non_neg_apply (const LmOptionSet *options,
               const LmShape *shape,
               float *natural,
               double *norms)
{
  gint64 n = lm_shape_n_elements (shape, 1);

  for (gint64 i = 0; i < n; i++)
    natural[i] = natural[i] < 0 ? 0 : natural[i];
}

const LmConstraintClass lm_constraint_max_norm = {
  .member = {
    .id = "max_norm",
    .title = N_ ("Largest norm"),
    .help = N_ ("Shortens the weights of each unit to a length of at most max_value. Often used with dropout."),
    .options = max_norm_options,
    .n_options = G_N_ELEMENTS (max_norm_options),
  },
  .apply = max_norm_apply,
};

const LmConstraintClass lm_constraint_min_max_norm = {
  .member = {
    .id = "min_max_norm",
    .title = N_ ("Norm between limits"),
    .help = N_ ("Keeps the length of the weights of each unit between min_value and max_value."),
    .options = min_max_options,
    .n_options = G_N_ELEMENTS (min_max_options),
  },
  .apply = min_max_norm_apply,
};

const LmConstraintClass lm_constraint_non_neg = {
  .member = {
    .id = "non_neg",
    .title = N_ ("Not negative"),
    .help = N_ ("Weights below 0 become 0."),
  },
  .apply = non_neg_apply,
};

const LmConstraintClass lm_constraint_unit_norm = {
  .member = {
    .id = "unit_norm",
    .title = N_ ("Norm 1"),
    .help = N_ ("Gives the weights of each unit the length 1."),
    .options = unit_norm_options,
    .n_options = G_N_ELEMENTS (unit_norm_options),
  },
  .apply = unit_norm_apply,
};

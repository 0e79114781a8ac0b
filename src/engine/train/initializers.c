/* initializers.c: how weights are drawn before training
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-initializer.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

/* Names, formulas and defaults are those of Keras 3. */

/* Deviation of a standard normal that is cut off at ±2. */
#define TRUNCATED_DEVIATION 0.87962566103423978

void
lm_initializer_fans (const LmShape *shape,
                     double *fan_in,
                     double *fan_out)
{
  double window = 1.0;

  if (shape->rank == 0) {
    *fan_in = *fan_out = 1.0;
    return;
  }
  for (int i = 0; i < shape->rank - 2; i++)
    window *= (double) shape->dim[i];
  *fan_in = (double) shape->dim[MAX (shape->rank - 2, 0)] * window;
  *fan_out = (double) shape->dim[shape->rank - 1] * window;
}

/* --- Distributions ---------------------------------------------------------- */

static void
fill_value (const LmShape *shape,
            double value,
            float *out)
{
  gint64 n = lm_shape_n_elements (shape, 1);

  for (gint64 i = 0; i < n; i++)
    out[i] = (float) value;
}

static void
fill_uniform (const LmShape *shape,
              LmRng rng,
              double min,
              double max,
              float *out)
{
  gint64 n = lm_shape_n_elements (shape, 1);

  lm_rng_fill_float (&rng, 0, (gsize) n, out);
  for (gint64 i = 0; i < n; i++)
    out[i] = (float) (min + (max - min) * (double) out[i]);
}

static void
fill_normal (const LmShape *shape,
             LmRng rng,
             double mean,
             double deviation,
             float *out)
{
  gint64 n = lm_shape_n_elements (shape, 1);

  for (gint64 i = 0; i < n; i++)
    out[i] = (float) (mean + deviation * lm_rng_normal (&rng, (guint64) i));
}

/* Numbers beyond two deviations are drawn again: number i in round r is number r·n + i of the stream. */
static void
fill_truncated (const LmShape *shape,
                LmRng rng,
                double mean,
                double deviation,
                float *out)
{
  gint64 n = lm_shape_n_elements (shape, 1);

  for (gint64 i = 0; i < n; i++) {
    guint64 at = (guint64) i;
    double z;

    do {
      z = lm_rng_normal (&rng, at);
      at += (guint64) n;
    } while (fabs (z) >= 2.0);
    out[i] = (float) (mean + deviation * z);
  }
}

typedef enum {
  FAN_IN,
  FAN_OUT,
  FAN_AVG,
} Fan;

typedef enum {
  TRUNCATED,
  UNTRUNCATED,
  UNIFORM,
} Distribution;

/* Variance scale / fan. */
static void
fill_scaled (const LmShape *shape,
             LmRng rng,
             double scale,
             Fan fan,
             Distribution distribution,
             float *out)
{
  double in, n_out, variance;

  lm_initializer_fans (shape, &in, &n_out);
  variance = scale / MAX (1.0, fan == FAN_IN ? in : fan == FAN_OUT ? n_out
                                                                   : (in + n_out) / 2.0);
  if (distribution == UNIFORM)
    fill_uniform (shape, rng, -sqrt (3.0 * variance), sqrt (3.0 * variance), out);
  else if (distribution == UNTRUNCATED)
    fill_normal (shape, rng, 0.0, sqrt (variance), out);
  else
    fill_truncated (shape, rng, 0.0, sqrt (variance) / TRUNCATED_DEVIATION, out);
}

/* --- Scaled by the fans ------------------------------------------------------ */

#define SCALED(name, id_, title_, scale_, fan_, distribution_, help_)                         \
  static void                                                                                 \
    name##_fill (const LmOptionSet *options, const LmShape *shape, LmRng rng, float *natural) \
  {                                                                                           \
    fill_scaled (shape, rng, scale_, fan_, distribution_, natural);                           \
  }                                                                                           \
  const LmInitializerClass lm_initializer_##name = {                                          \
    .member = { .id = id_, .title = title_, .help = help_ },                                  \
    .fill = name##_fill,                                                                      \
  }

SCALED (glorot_uniform, "glorot_uniform", N_ ("Glorot uniform"), 1.0, FAN_AVG, UNIFORM, N_ ("Uniform in ±√(6 / (inputs + outputs)). Suits tanh, sigmoid and layers without activation (Glorot & Bengio 2010)."));
SCALED (glorot_normal, "glorot_normal", N_ ("Glorot normal"), 1.0, FAN_AVG, TRUNCATED, N_ ("Normal, cut off at two deviations, with deviation √(2 / (inputs + outputs)) (Glorot & Bengio 2010)."));
SCALED (he_uniform, "he_uniform", N_ ("He uniform"), 2.0, FAN_IN, UNIFORM, N_ ("Uniform in ±√(6 / inputs). Suits relu (He et al. 2015)."));
SCALED (he_normal, "he_normal", N_ ("He normal"), 2.0, FAN_IN, TRUNCATED, N_ ("Normal, cut off at two deviations, with deviation √(2 / inputs). Suits relu (He et al. 2015)."));
SCALED (lecun_uniform, "lecun_uniform", N_ ("LeCun uniform"), 1.0, FAN_IN, UNIFORM, N_ ("Uniform in ±√(3 / inputs) (LeCun et al. 1998)."));
SCALED (lecun_normal, "lecun_normal", N_ ("LeCun normal"), 1.0, FAN_IN, TRUNCATED, N_ ("Normal, cut off at two deviations, with deviation √(1 / inputs). Suits selu (LeCun et al. 1998)."));

enum {
  SCALING_SCALE,
  SCALING_MODE,
  SCALING_DISTRIBUTION,
};

static const char *const modes[] = { "fan_in", "fan_out", "fan_avg", NULL };
static const char *const distributions[] = { "truncated_normal", "untruncated_normal", "uniform", NULL };

static const LmOptionSpec scaling_options[] = {
  [SCALING_SCALE] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "scale",
    .title = N_ ("Scale"),
    .help = N_ ("The variance of the weights is this number divided by the number of inputs, outputs or their mean."),
    .initial = 1.0,
    .min = 0.0,
    .max = 1e6,
    .above_min = TRUE,
  },
  [SCALING_MODE] = {
    .kind = LM_OPTION_CHOICE,
    .id = "mode",
    .title = N_ ("Divided by"),
    .help = N_ ("fan_in: the number of inputs; fan_out: of outputs; fan_avg: their mean."),
    .initial_text = "fan_in",
    .choices = modes,
  },
  [SCALING_DISTRIBUTION] = {
    .kind = LM_OPTION_CHOICE,
    .id = "distribution",
    .title = N_ ("Distribution"),
    .help = N_ ("Normal cut off at two deviations, normal, or uniform."),
    .initial_text = "truncated_normal",
    .choices = distributions,
  },
};

static int
choice_index (const LmOptionSet *options,
              int option,
              const char *const *choices)
{
  const char *text = lm_option_get_text (options, option);
  int i = 0;

  while (strcmp (choices[i], text) != 0)
    i++;
  return i;
}

static void
variance_scaling_fill (const LmOptionSet *options,
                       const LmShape *shape,
                       LmRng rng,
                       float *natural)
{
  fill_scaled (shape, rng, lm_option_get_double (options, SCALING_SCALE), (Fan) choice_index (options, SCALING_MODE, modes),
               (Distribution) choice_index (options, SCALING_DISTRIBUTION, distributions), natural);
}

const LmInitializerClass lm_initializer_variance_scaling = {
  .member = {
    .id = "variance_scaling",
    .title = N_ ("Variance scaling"),
    .help = N_ ("The general form of the Glorot, He and LeCun initializers: the variance is scale / inputs, scale / outputs or scale / their mean."),
    .options = scaling_options,
    .n_options = G_N_ELEMENTS (scaling_options),
  },
  .fill = variance_scaling_fill,
};

/* --- Constants ---------------------------------------------------------------- */

static void
zeros_fill (const LmOptionSet *options,
            const LmShape *shape,
            LmRng rng,
            float *natural)
{
  fill_value (shape, 0.0, natural);
}

const LmInitializerClass lm_initializer_zeros = {
  .member = { .id = "zeros", .title = N_ ("Zeros"), .help = N_ ("All zero. For biases; kernels of zeros learn nothing.") },
  .fill = zeros_fill,
};

static void
ones_fill (const LmOptionSet *options,
           const LmShape *shape,
           LmRng rng,
           float *natural)
{
  fill_value (shape, 1.0, natural);
}

const LmInitializerClass lm_initializer_ones = {
  .member = { .id = "ones", .title = N_ ("Ones"), .help = N_ ("All one. For scales.") },
  .fill = ones_fill,
};

static const LmOptionSpec constant_options[] = {
  {
    .kind = LM_OPTION_DOUBLE,
    .id = "value",
    .title = N_ ("Value"),
    .help = N_ ("What every weight is."),
  },
};

static void
constant_fill (const LmOptionSet *options,
               const LmShape *shape,
               LmRng rng,
               float *natural)
{
  fill_value (shape, lm_option_get_double (options, 0), natural);
}

const LmInitializerClass lm_initializer_constant = {
  .member = {
    .id = "constant",
    .title = N_ ("Constant"),
    .help = N_ ("All weights are one number."),
    .options = constant_options,
    .n_options = G_N_ELEMENTS (constant_options),
  },
  .fill = constant_fill,
};

/* --- Fixed spread ---------------------------------------------------------------- */

static const LmOptionSpec uniform_options[] = {
  {
    .kind = LM_OPTION_DOUBLE,
    .id = "minval",
    .title = N_ ("Smallest"),
    .help = N_ ("Lower end of the range."),
    .initial = -0.05,
  },
  {
    .kind = LM_OPTION_DOUBLE,
    .id = "maxval",
    .title = N_ ("Largest"),
    .help = N_ ("Upper end of the range."),
    .initial = 0.05,
  },
};

static void
random_uniform_fill (const LmOptionSet *options,
                     const LmShape *shape,
                     LmRng rng,
                     float *natural)
{
  fill_uniform (shape, rng, lm_option_get_double (options, 0), lm_option_get_double (options, 1), natural);
}

const LmInitializerClass lm_initializer_random_uniform = {
  .member = {
    .id = "random_uniform",
    .title = N_ ("Uniform"),
    .help = N_ ("Uniform between two numbers, whatever the size of the layer."),
    .options = uniform_options,
    .n_options = G_N_ELEMENTS (uniform_options),
  },
  .fill = random_uniform_fill,
};

static const LmOptionSpec normal_options[] = {
  {
    .kind = LM_OPTION_DOUBLE,
    .id = "mean",
    .title = N_ ("Mean"),
    .help = N_ ("Middle of the distribution."),
  },
  {
    .kind = LM_OPTION_DOUBLE,
    .id = "stddev",
    .title = N_ ("Deviation"),
    .help = N_ ("Standard deviation."),
    .initial = 0.05,
    .min = 0.0,
    .max = 1e6,
  },
};

static void
random_normal_fill (const LmOptionSet *options,
                    const LmShape *shape,
                    LmRng rng,
                    float *natural)
{
  fill_normal (shape, rng, lm_option_get_double (options, 0), lm_option_get_double (options, 1), natural);
}

const LmInitializerClass lm_initializer_random_normal = {
  .member = {
    .id = "random_normal",
    .title = N_ ("Normal"),
    .help = N_ ("Normal with a given mean and deviation, whatever the size of the layer."),
    .options = normal_options,
    .n_options = G_N_ELEMENTS (normal_options),
  },
  .fill = random_normal_fill,
};

static void
truncated_normal_fill (const LmOptionSet *options,
                       const LmShape *shape,
                       LmRng rng,
                       float *natural)
{
  fill_truncated (shape, rng, lm_option_get_double (options, 0), lm_option_get_double (options, 1), natural);
}

const LmInitializerClass lm_initializer_truncated_normal = {
  .member = {
    .id = "truncated_normal",
    .title = N_ ("Truncated normal"),
    .help = N_ ("Normal with a given mean and deviation; numbers beyond two deviations are drawn again."),
    .options = normal_options,
    .n_options = G_N_ELEMENTS (normal_options),
  },
  .fill = truncated_normal_fill,
};

/* --- Matrices ---------------------------------------------------------------------- */

static const LmOptionSpec gain_options[] = {
  {
    .kind = LM_OPTION_DOUBLE,
    .id = "gain",
    .title = N_ ("Gain"),
    .help = N_ ("What the matrix is multiplied by."),
    .initial = 1.0,
  },
};

static double
dot (gint64 n,
     const double *a,
     const double *b)
{
  double sum = 0.0;

  for (gint64 i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

/* Makes the @n columns of length @m (stored one after another) orthonormal: Gram & Schmidt, each column twice, which is as
 * exact as Householder's way. With a positive diagonal of R, Q is the one that Keras makes. */
static void
orthonormalize (gint64 m,
                gint64 n,
                double *columns)
{
  for (gint64 j = 0; j < n; j++) {
    double *column = columns + j * m;
    double norm;

    for (int round = 0; round < 2; round++) {
      for (gint64 i = 0; i < j; i++) {
        const double *other = columns + i * m;
        double along = dot (m, column, other);

        for (gint64 k = 0; k < m; k++)
          column[k] -= along * other[k];
      }
    }
    norm = sqrt (dot (m, column, column));
    for (gint64 k = 0; k < m; k++)
      column[k] /= norm;
  }
}

/* The kernel as a matrix (all axes but the last, last) has orthonormal columns, or rows if there are fewer of them.
 * Source: Saxe et al. 2014. */
static void
orthogonal_fill (const LmOptionSet *options,
                 const LmShape *shape,
                 LmRng rng,
                 float *natural)
{
  gint64 cols = shape->dim[shape->rank - 1];
  gint64 rows = lm_shape_n_elements (shape, 1) / cols;
  gint64 m = MAX (rows, cols);
  gint64 n = MIN (rows, cols);
  double gain = lm_option_get_double (options, 0);
  g_autofree double *columns = g_new (double, m *n);

  for (gint64 i = 0; i < m * n; i++)
    columns[i] = lm_rng_normal (&rng, (guint64) i);
  orthonormalize (m, n, columns);
  for (gint64 r = 0; r < rows; r++) {
    for (gint64 c = 0; c < cols; c++)
      natural[r * cols + c] = (float) (gain * (rows >= cols ? columns[c * m + r] : columns[r * m + c]));
  }
}

const LmInitializerClass lm_initializer_orthogonal = {
  .member = {
    .id = "orthogonal",
    .title = N_ ("Orthogonal"),
    .help = N_ ("A random rotation: the columns of the matrix are perpendicular and of length 1 (Saxe et al. 2014). Suits recurrent layers."),
    .options = gain_options,
    .n_options = G_N_ELEMENTS (gain_options),
  },
  .min_rank = 2,
  .fill = orthogonal_fill,
};

static void
identity_fill (const LmOptionSet *options,
               const LmShape *shape,
               LmRng rng,
               float *natural)
{
  gint64 cols = shape->dim[1];

  fill_value (shape, 0.0, natural);
  for (gint64 i = 0; i < MIN (shape->dim[0], cols); i++)
    natural[i * cols + i] = (float) lm_option_get_double (options, 0);
}

const LmInitializerClass lm_initializer_identity = {
  .member = {
    .id = "identity",
    .title = N_ ("Identity"),
    .help = N_ ("One on the diagonal, zero elsewhere: the layer at first passes on what it gets."),
    .options = gain_options,
    .n_options = G_N_ELEMENTS (gain_options),
  },
  .min_rank = 2,
  .max_rank = 2,
  .fill = identity_fill,
};

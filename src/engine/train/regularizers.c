/* regularizers.c: costs for large weights
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-regularizer.h"

#include "lm-i18n.h"

#include <string.h>

#define FACTOR_SPEC(id_, title_, initial_, help_)                                             \
  {                                                                                           \
    .kind = LM_OPTION_DOUBLE, .id = id_, .title = title_, .help = help_, .initial = initial_, \
    .min = 0.0, .max = 1e6, .log_scale = TRUE                                                 \
  }

#define L1_HELP N_ ("Factor of Σ|w|. Draws weights that are not needed to exactly zero.")
#define L2_HELP N_ ("Factor of Σw². Keeps all weights small.")

static const LmOptionSpec l1_options[] = {
  FACTOR_SPEC ("l1", N_ ("L1"), 0.01, L1_HELP),
};

static const LmOptionSpec l2_options[] = {
  FACTOR_SPEC ("l2", N_ ("L2"), 0.01, L2_HELP),
};

static const LmOptionSpec l1_l2_options[] = {
  FACTOR_SPEC ("l1", N_ ("L1"), 0.0, L1_HELP),
  FACTOR_SPEC ("l2", N_ ("L2"), 0.0, L2_HELP),
};

static void
l1_factors (const LmOptionSet *options,
            double *l1,
            double *l2)
{
  *l1 = lm_option_get_double (options, 0);
  *l2 = 0.0;
}

static void
l2_factors (const LmOptionSet *options,
            double *l1,
            double *l2)
{
  *l1 = 0.0;
  *l2 = lm_option_get_double (options, 0);
}

static void
l1_l2_factors (const LmOptionSet *options,
               double *l1,
               double *l2)
{
  *l1 = lm_option_get_double (options, 0);
  *l2 = lm_option_get_double (options, 1);
}

const LmRegularizerClass lm_regularizer_l1 = {
  .member = {
    .id = "l1",
    .title = N_ ("L1"),
    .help = N_ ("Adds l1·Σ|w| to the loss: weights that are not needed become exactly zero."),
    .options = l1_options,
    .n_options = G_N_ELEMENTS (l1_options),
  },
  .factors = l1_factors,
};

const LmRegularizerClass lm_regularizer_l2 = {
  .member = {
    .id = "l2",
    .title = N_ ("L2"),
    .help = N_ ("Adds l2·Σw² to the loss: all weights stay small."),
    .options = l2_options,
    .n_options = G_N_ELEMENTS (l2_options),
  },
  .factors = l2_factors,
};

const LmRegularizerClass lm_regularizer_l1_l2 = {
  .member = {
    .id = "l1_l2",
    .title = N_ ("L1 and L2"),
    .help = N_ ("Adds l1·Σ|w| + l2·Σw² to the loss."),
    .options = l1_l2_options,
    .n_options = G_N_ELEMENTS (l1_l2_options),
  },
  .factors = l1_l2_factors,
};

enum {
  ANGLE_FACTOR,
  ANGLE_MODE,
};

static const char *const angle_modes[] = { "rows", "columns", NULL };

static const LmOptionSpec orthogonal_options[] = {
  [ANGLE_FACTOR] = FACTOR_SPEC ("factor", N_ ("Factor"), 0.01, N_ ("Factor of the mean |cos| of the angles.")),
  [ANGLE_MODE] = {
    .kind = LM_OPTION_CHOICE,
    .id = "mode",
    .title = N_ ("Between"),
    .help = N_ ("Which vectors shall stand at right angles: the rows of the matrix or its columns. The columns of a Dense kernel are its units."),
    .initial_text = "rows",
    .choices = angle_modes,
  },
};

static void
orthogonal_angles (const LmOptionSet *options,
                   double *factor,
                   gboolean *columns)
{
  *factor = lm_option_get_double (options, ANGLE_FACTOR);
  *columns = strcmp (lm_option_get_text (options, ANGLE_MODE), "columns") == 0;
}

const LmRegularizerClass lm_regularizer_orthogonal = {
  .member = {
    .id = "orthogonal_regularizer",
    .title = N_ ("Orthogonal"),
    .help = N_ ("Adds factor·mean of |cos| of the angles between the rows, or columns, of a matrix to the loss: they come to stand at right angles, and each says something of its own."),
    .options = orthogonal_options,
    .n_options = G_N_ELEMENTS (orthogonal_options),
  },
  .angles = orthogonal_angles,
};

/* schedules.c: learning rates that follow a plan
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-schedule.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

/* Source of the decays: Keras 3, keras/src/optimizers/schedules/learning_rate_schedule.py. */

#define STEPS_SPEC(id_, title_, help_, initial_, min_)                                                           \
  {                                                                                                              \
    .kind = LM_OPTION_INT, .id = id_, .title = title_, .help = help_, .unit = N_ ("steps"), .initial = initial_, \
    .min = min_, .max = 1e12, .log_scale = TRUE                                                                  \
  }

#define NUMBER_SPEC(id_, title_, help_, initial_, max_)                                       \
  {                                                                                           \
    .kind = LM_OPTION_DOUBLE, .id = id_, .title = title_, .help = help_, .initial = initial_, \
    .min = 0, .max = max_                                                                     \
  }

#define FLAG_SPEC(id_, title_, help_)                                               \
  {                                                                                 \
    .kind = LM_OPTION_BOOL, .id = id_, .title = title_, .help = help_, .rare = TRUE \
  }

static double
number (const LmOptionSet *options,
        int option)
{
  return options->member->options[option].kind == LM_OPTION_INT ? (double) lm_option_get_int (options, option) : lm_option_get_double (options, option);
}

/* --- Exponential, inverse time ------------------------------------------------------------- */

enum {
  DECAY_STEPS,
  DECAY_RATE,
  STAIRCASE,
};

static const LmOptionSpec decay_options[] = {
  [DECAY_STEPS] = STEPS_SPEC ("decay_steps", N_ ("Steps"), N_ ("After so many steps the decay rate has taken effect once."), 1000, 1),
  [DECAY_RATE] = NUMBER_SPEC ("decay_rate", N_ ("Decay rate"), N_ ("Exponential: the factor per so many steps. Inverse time: how fast the divisor grows."), 0.96, 1e6),
  [STAIRCASE] = FLAG_SPEC ("staircase", N_ ("In steps"), N_ ("Changes the rate only after each so many steps, not a little at every one.")),
};

static double
periods (const LmOptionSet *options,
         gint64 step)
{
  double p = (double) step / number (options, DECAY_STEPS);

  return lm_option_get_bool (options, STAIRCASE) ? floor (p) : p;
}

static double
exponential_rate (const LmOptionSet *options,
                  double initial,
                  gint64 step,
                  gint64 total)
{
  return initial * pow (number (options, DECAY_RATE), periods (options, step));
}

static double
inverse_rate (const LmOptionSet *options,
              double initial,
              gint64 step,
              gint64 total)
{
  return initial / (1 + number (options, DECAY_RATE) * periods (options, step));
}

/* --- Piecewise ------------------------------------------------------------------------------- */

enum {
  BOUNDARIES,
  VALUES,
};

static const LmOptionSpec piecewise_options[] = {
  [BOUNDARIES] = {
    .kind = LM_OPTION_INTS,
    .id = "boundaries",
    .title = N_ ("Boundaries"),
    .help = N_ ("The steps up to which each value holds, rising."),
    .unit = N_ ("steps"),
    .initial_ints = { 1000 },
    .initial_n = 1,
    .min = 1,
    .max = 1e12,
    .min_n = 1,
    .max_n = LM_MAX_LIST,
  },
  [VALUES] = {
    .kind = LM_OPTION_STRING,
    .id = "values",
    .title = N_ ("Values"),
    .help = N_ ("The learning rates, separated by blanks: one more than there are boundaries."),
    .initial_text = "0.001 0.0001",
    .min_n = 1,
    .max_n = 300,
  },
};

/* Reads up to LM_MAX_LIST + 1 numbers; −1 if there is anything else. */
static int
read_values (const LmOptionSet *options,
             double values[LM_MAX_LIST + 1])
{
  const char *text = lm_option_get_text (options, VALUES);
  int n = 0;

  for (;;) {
    char *end;

    text += strspn (text, " ,;");
    if (*text == '\0')
      return n;
    if (n > LM_MAX_LIST)
      return -1;
    values[n] = g_ascii_strtod (text, &end);
    if (end == text || !(values[n] > 0) || !isfinite (values[n]))
      return -1;
    n++;
    text = end;
  }
}

static gboolean
piecewise_check (const LmOptionSet *options,
                 GError **error)
{
  gint64 boundaries[LM_MAX_LIST];
  double values[LM_MAX_LIST + 1];
  int n = lm_option_get_ints (options, BOUNDARIES, boundaries), n_values = read_values (options, values);

  for (int i = 1; i < n; i++) {
    if (boundaries[i] <= boundaries[i - 1]) {
      g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                   _ ("The boundary %" PRId64 " of the schedule comes after %" PRId64 ". Boundaries must rise: put them in order."),
                   boundaries[i], boundaries[i - 1]);
      return FALSE;
    }
  }
  if (n_values == n + 1)
    return TRUE;
  if (n_values < 0)
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("The values “%s” of the schedule are not a list of learning rates above 0. Write them with blanks between, such as “0.01 0.001”."),
                 lm_option_get_text (options, VALUES));
  else
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("The schedule has %d boundaries and %d values, but needs one value more than boundaries. Give %d values."), n, n_values, n + 1);
  return FALSE;
}

static double
piecewise_rate (const LmOptionSet *options,
                double initial,
                gint64 step,
                gint64 total)
{
  gint64 boundaries[LM_MAX_LIST];
  double values[LM_MAX_LIST + 1];
  int n = lm_option_get_ints (options, BOUNDARIES, boundaries), i = 0;

  if (read_values (options, values) != n + 1)
    return initial;
  while (i < n && step > boundaries[i])
    i++;
  return values[i];
}

/* --- Polynomial ------------------------------------------------------------------------------- */

enum {
  POLYNOMIAL_STEPS,
  END_RATE,
  POWER,
  CYCLE,
};

static const LmOptionSpec polynomial_options[] = {
  [POLYNOMIAL_STEPS] = STEPS_SPEC ("decay_steps", N_ ("Steps"), N_ ("After so many steps the end rate is reached."), 1000, 1),
  [END_RATE] = NUMBER_SPEC ("end_learning_rate", N_ ("End rate"), N_ ("The learning rate at the end."), 0.0001, 1e6),
  [POWER] = NUMBER_SPEC ("power", N_ ("Power"), N_ ("1: a straight line; larger: steep at first."), 1, 100),
  [CYCLE] = FLAG_SPEC ("cycle", N_ ("Again and again"), N_ ("Begins anew with twice, three times … as many steps whenever the end is reached.")),
};

static double
polynomial_rate (const LmOptionSet *options,
                 double initial,
                 gint64 step,
                 gint64 total)
{
  double steps = number (options, POLYNOMIAL_STEPS), at = (double) step, end = number (options, END_RATE);

  if (lm_option_get_bool (options, CYCLE))
    steps *= step == 0 ? 1 : ceil (at / steps);
  else
    at = MIN (at, steps);
  return (initial - end) * pow (1 - at / steps, number (options, POWER)) + end;
}

/* --- Cosine ------------------------------------------------------------------------------------- */

enum {
  COSINE_STEPS,
  COSINE_ALPHA,
  WARMUP_TARGET,
  WARMUP_STEPS,
};

static const LmOptionSpec cosine_options[] = {
  [COSINE_STEPS] = STEPS_SPEC ("decay_steps", N_ ("Steps"), N_ ("After so many steps, those of the warm-up aside, the end is reached."), 1000, 1),
  [COSINE_ALPHA] = NUMBER_SPEC ("alpha", N_ ("End share"), N_ ("Which share of the rate is left at the end."), 0, 1),
  [WARMUP_TARGET] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "warmup_target",
    .title = N_ ("Warm-up to"),
    .help = N_ ("The rate first rises from the optimizer's to this one in a straight line. None: no warm-up."),
    .initial = NAN,
    .min = 0,
    .max = 1e6,
    .above_min = TRUE,
    .log_scale = TRUE,
    .nullable = TRUE,
  },
  [WARMUP_STEPS] = STEPS_SPEC ("warmup_steps", N_ ("Warm-up"), N_ ("Steps of the warm-up."), 0, 0),
};

static double
half_cosine (double share)
{
  return 0.5 * (1 + cos (G_PI * share));
}

static double
cosine_rate (const LmOptionSet *options,
             double initial,
             gint64 step,
             gint64 total)
{
  double steps = number (options, COSINE_STEPS), alpha = number (options, COSINE_ALPHA), at = (double) step;

  if (!lm_option_is_null (options, WARMUP_TARGET)) {
    double target = number (options, WARMUP_TARGET), warmup = number (options, WARMUP_STEPS);

    if (at < warmup)
      return initial + (target - initial) * at / warmup;
    at -= warmup;
    initial = target;
  }
  return initial * ((1 - alpha) * half_cosine (MIN (at, steps) / steps) + alpha);
}

enum {
  FIRST_STEPS,
  T_MUL,
  M_MUL,
  RESTART_ALPHA,
};

static const LmOptionSpec restart_options[] = {
  [FIRST_STEPS] = STEPS_SPEC ("first_decay_steps", N_ ("First steps"), N_ ("How many steps the first period takes."), 1000, 1),
  [T_MUL] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "t_mul",
    .title = N_ ("Longer by"),
    .help = N_ ("Each period is so many times as long as the one before."),
    .initial = 2,
    .min = 1,
    .max = 100,
  },
  [M_MUL] = NUMBER_SPEC ("m_mul", N_ ("Lower by"), N_ ("Each period begins with the rate of the one before times this."), 1, 100),
  [RESTART_ALPHA] = NUMBER_SPEC ("alpha", N_ ("End share"), N_ ("Which share of the rate is left at the end of a period."), 0, 1),
};

static double
restart_rate (const LmOptionSet *options,
              double initial,
              gint64 step,
              gint64 total)
{
  double length = number (options, FIRST_STEPS), t_mul = number (options, T_MUL), alpha = number (options, RESTART_ALPHA);
  double at = (double) step, factor = 1;

  if (t_mul == 1) {
    factor = pow (number (options, M_MUL), floor (at / length));
    at = fmod (at, length);
  } else {
    while (at >= length) {
      at -= length;
      length *= t_mul;
      factor *= number (options, M_MUL);
    }
  }
  return initial * ((1 - alpha) * factor * half_cosine (at / length) + alpha);
}

/* --- One cycle, warm-up ---------------------------------------------------------------------------- */

enum {
  TOTAL_STEPS,
  PCT_START,
  DIV_FACTOR,
  FINAL_DIV_FACTOR,
};

static const LmOptionSpec one_cycle_options[] = {
  [TOTAL_STEPS] = {
    .kind = LM_OPTION_INT,
    .id = "total_steps",
    .title = N_ ("Steps"),
    .help = N_ ("Length of the cycle. None: the whole run as it is planned."),
    .unit = N_ ("steps"),
    .initial = NAN,
    .min = 2,
    .max = 1e12,
    .log_scale = TRUE,
    .nullable = TRUE,
  },
  [PCT_START] = NUMBER_SPEC ("pct_start", N_ ("Rising share"), N_ ("Which share of the steps the rate rises."), 0.3, 1),
  [DIV_FACTOR] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "div_factor",
    .title = N_ ("Begins lower by"),
    .help = N_ ("The first rate is the optimizer's divided by this."),
    .initial = 25,
    .min = 1,
    .max = 1e9,
    .log_scale = TRUE,
  },
  [FINAL_DIV_FACTOR] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "final_div_factor",
    .title = N_ ("Ends lower by"),
    .help = N_ ("The last rate is the first one divided by this."),
    .initial = 1e4,
    .min = 1,
    .max = 1e12,
    .log_scale = TRUE,
  },
};

/* Source: Smith & Topin 2018; PyTorch, OneCycleLR with cosine annealing. */
static double
one_cycle_rate (const LmOptionSet *options,
                double initial,
                gint64 step,
                gint64 total)
{
  double n = lm_option_is_null (options, TOTAL_STEPS) ? (double) total : number (options, TOTAL_STEPS);
  double top = number (options, PCT_START) * n - 1, last = n - 1, first_rate = initial / number (options, DIV_FACTOR);
  double last_rate = first_rate / number (options, FINAL_DIV_FACTOR), at = MIN ((double) step, last);

  if (at <= top && top > 0)
    return initial + (first_rate - initial) * half_cosine (at / top);
  return last > top ? last_rate + (initial - last_rate) * half_cosine ((at - top) / (last - top)) : initial;
}

static const LmOptionSpec warm_up_options[] = {
  STEPS_SPEC ("warmup_steps", N_ ("Warm-up"), N_ ("Steps in which the rate rises to the optimizer's."), 1000, 1),
};

static double
warm_up_rate (const LmOptionSet *options,
              double initial,
              gint64 step,
              gint64 total)
{
  return initial * MIN (1, (double) (step + 1) / number (options, 0));
}

/* --- On plateau -------------------------------------------------------------------------------------- */

enum {
  FACTOR,
  PATIENCE,
  MIN_DELTA,
  COOLDOWN,
  MIN_RATE,
};

static const LmOptionSpec plateau_options[] = {
  [FACTOR] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "factor",
    .title = N_ ("Factor"),
    .help = N_ ("The rate is multiplied by this."),
    .initial = 0.1,
    .min = 0,
    .max = 0.999999,
    .above_min = TRUE,
  },
  [PATIENCE] = {
    .kind = LM_OPTION_INT,
    .id = "patience",
    .title = N_ ("Patience"),
    .help = N_ ("After so many epochs without gain."),
    .unit = N_ ("epochs"),
    .initial = 10,
    .min = 0,
    .max = 10000,
  },
  [MIN_DELTA] = NUMBER_SPEC ("min_delta", N_ ("Least gain"), N_ ("A smaller gain is none."), 1e-4, 1e9),
  [COOLDOWN] = {
    .kind = LM_OPTION_INT,
    .id = "cooldown",
    .title = N_ ("Cooldown"),
    .help = N_ ("So many epochs after a change do not count."),
    .unit = N_ ("epochs"),
    .max = 10000,
    .rare = TRUE,
  },
  [MIN_RATE] = NUMBER_SPEC ("min_lr", N_ ("Lowest rate"), N_ ("The rate is never set below this."), 0, 1e6),
};

/* Source: Keras 3, keras/src/callbacks/reduce_lr_on_plateau.py. */
static double
plateau_epoch (const LmOptionSet *options,
               LmPlateau *state,
               double value,
               double rate)
{
  double low = number (options, MIN_RATE);
  gboolean gain = state->n++ == 0 || value < state->best - number (options, MIN_DELTA);

  if (state->cooldown > 0) {
    state->cooldown--;
    state->wait = 0;
  }
  if (gain) {
    state->best = value;
    state->wait = 0;
    return rate;
  }
  if (state->cooldown > 0 || ++state->wait < lm_option_get_int (options, PATIENCE) || rate <= low)
    return rate;
  state->cooldown = lm_option_get_int (options, COOLDOWN);
  state->wait = 0;
  return MAX (rate * number (options, FACTOR), low);
}

#define SCHEDULE(symbol, id_, title_, help_, options_, ...)                                                             \
  const LmScheduleClass symbol = {                                                                                      \
    .member = { .id = id_, .title = title_, .help = help_, .options = options_, .n_options = G_N_ELEMENTS (options_) }, \
    __VA_ARGS__                                                                                                         \
  }

SCHEDULE (lm_schedule_exponential, "ExponentialDecay", N_ ("Exponential decay"), N_ ("rate·decay_rate^(step/decay_steps): falls by the same factor again and again."), decay_options, .rate = exponential_rate);
SCHEDULE (lm_schedule_inverse_time, "InverseTimeDecay", N_ ("Inverse time decay"), N_ ("rate/(1 + decay_rate·step/decay_steps): falls fast at first, then ever more slowly."), decay_options, .rate = inverse_rate);
SCHEDULE (lm_schedule_piecewise, "PiecewiseConstantDecay", N_ ("Piecewise constant"), N_ ("A learning rate up to each boundary, and one for the rest."), piecewise_options, .rate = piecewise_rate, .check = piecewise_check);
SCHEDULE (lm_schedule_polynomial, "PolynomialDecay", N_ ("Polynomial decay"), N_ ("(rate − end)·(1 − step/decay_steps)^power + end: with power 1 a straight line to the end rate."), polynomial_options, .rate = polynomial_rate);
SCHEDULE (lm_schedule_cosine, "CosineDecay", N_ ("Cosine decay"), N_ ("Falls as half a cosine to a share of the rate, after a warm-up if wanted."), cosine_options, .rate = cosine_rate);
SCHEDULE (lm_schedule_cosine_restarts, "CosineDecayRestarts", N_ ("Cosine decay with restarts"), N_ ("Half cosines one after the other, each longer than the one before: each restart may leave a bad valley."), restart_options, .rate = restart_rate);
SCHEDULE (lm_schedule_one_cycle, "OneCycle", N_ ("One cycle"), N_ ("Rises from a small rate to the optimizer's, then falls far below: allows larger rates than otherwise."), one_cycle_options, .rate = one_cycle_rate);
SCHEDULE (lm_schedule_warm_up, "WarmUp", N_ ("Warm-up"), N_ ("Rises in a straight line to the optimizer's rate and stays there: the first steps do no harm."), warm_up_options, .rate = warm_up_rate);
SCHEDULE (lm_schedule_plateau, "ReduceLROnPlateau", N_ ("On plateau"), N_ ("Lowers the rate whenever the validation loss (the training loss without validation) has not become better for some epochs."), plateau_options, .epoch = plateau_epoch);

/* test-schedules.c: learning rates of each schedule against Keras and PyTorch
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-schedule.h"

#include "lm-test-reference.h"

#include <math.h>
#include <string.h>

#define INITIAL 0.02

/* (transfer full): “CosineDecay(decay_steps=25)” */
static LmOptionSet *
parse_schedule (const char *id,
                const char *options)
{
  LmOptionSpec spec = { .kind = LM_OPTION_OBJECT, .id = "schedule", .title = "schedule", .family = "schedule" };
  g_autofree char *text = options[0] != '\0' ? g_strdup_printf ("%s(%s)", id, options) : g_strdup (id);
  g_autoptr (GError) error = NULL;
  LmOptionValue value;

  lm_option_parse (&spec, text, &value, &error);
  g_assert_no_error (error);
  return value.object;
}

static void
check_steps (LmTestReference *file,
             const LmOptionSet *schedule)
{
  gint64 n;
  g_autofree double *expected = lm_test_reference_numbers (file, &n);

  /* Keras computes rates in float32, and with those the phase of a cosine. */
  for (gint64 step = 0; step < n; step++)
    g_assert_cmpfloat_with_epsilon (lm_schedule_rate (schedule, INITIAL, step, 1000), expected[step], 1e-7);
}

static void
check_plateau (LmTestReference *file,
               const LmOptionSet *schedule,
               const double *losses)
{
  const LmScheduleClass *class = (const LmScheduleClass *) schedule->member;
  gint64 n;
  g_autofree double *expected = lm_test_reference_numbers (file, &n);
  LmPlateau state = { 0 };
  double rate = INITIAL;

  for (gint64 epoch = 0; epoch < n; epoch++) {
    rate = class->epoch (schedule, &state, losses[epoch], rate);
    g_assert_cmpfloat_with_epsilon (rate, expected[epoch], 1e-6 * INITIAL);
  }
}

static void
test_every_schedule_is_that_of_keras (void)
{
  g_autoptr (LmTestReference) file = lm_test_reference_open ("fit-schedules");
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree double *losses = NULL;
  const LmMember *const *members;
  gint64 n_losses;
  gsize n;

  while (lm_test_reference_next (file)) {
    g_autoptr (LmOptionSet) schedule = NULL;

    if (lm_test_reference_is (file, "losses")) {
      g_free (losses);
      losses = lm_test_reference_numbers (file, &n_losses);
      continue;
    }
    g_test_message ("%s (%s)", file->words[1], file->words[2]);
    schedule = parse_schedule (file->words[1], file->words[2]);
    g_hash_table_add (seen, (gpointer) schedule->member->id);
    if (lm_test_reference_is (file, "plateau"))
      check_plateau (file, schedule, losses);
    else
      check_steps (file, schedule);
  }
  /* A schedule without a reference is not proved. */
  members = lm_family_members ("schedule", &n);
  for (gsize i = 0; i < n; i++) {
    if (!g_hash_table_contains (seen, members[i]->id))
      g_error ("The schedule “%s” has no reference: add it to reference/fitting.py", members[i]->id);
  }
}

static void
test_one_cycle_takes_the_whole_run (void)
{
  g_autoptr (LmOptionSet) schedule = parse_schedule ("OneCycle", "");

  g_assert_cmpfloat_with_epsilon (lm_schedule_rate (schedule, 1, 0, 100), 1 / 25.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (lm_schedule_rate (schedule, 1, 29, 100), 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (lm_schedule_rate (schedule, 1, 99, 100), 1 / 25e4, 1e-12);
}

static void
test_wrong_pieces_are_told (void)
{
  static const char *const wrong[][2] = {
    { "boundaries=5x3,values=1;2;3", "5" },
    { "boundaries=3x5,values=1;2", "3 values" },
    { "boundaries=3,values=1;zwei", "zwei" },
    { "boundaries=3,values=1;-2", "-2" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (LmOptionSet) schedule = parse_schedule ("PiecewiseConstantDecay", wrong[i][0]);
    g_autoptr (GError) error = NULL;

    g_assert_false (lm_schedule_check (schedule, &error));
    g_assert_error (error, LM_ERROR, LM_ERROR_OPTION);
    g_assert_nonnull (strstr (error->message, wrong[i][1]));
  }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schedules/every-one-is-that-of-keras", test_every_schedule_is_that_of_keras);
  g_test_add_func ("/schedules/one-cycle-takes-the-whole-run", test_one_cycle_takes_the_whole_run);
  g_test_add_func ("/schedules/wrong-pieces-are-told", test_wrong_pieces_are_told);
  return g_test_run ();
}

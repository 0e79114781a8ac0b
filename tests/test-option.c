/* test-option.c: options: limits, texts, round trips
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-option.h"

#include <math.h>
#include <string.h>

/* A family of its own stands in for the registry, which this program does not link. */

enum {
  RATE,
  NESTEROV,
  SCHEDULE,
};

static const LmOptionSpec adam_options[] = {
  [RATE] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "learning_rate",
    .title = "Rate",
    .initial = 0.001,
    .min = 0,
    .max = 10,
    .above_min = TRUE,
  },
  [NESTEROV] = {
    .kind = LM_OPTION_BOOL,
    .id = "nesterov",
    .title = "Nesterov",
  },
  [SCHEDULE] = {
    .kind = LM_OPTION_OBJECT,
    .id = "schedule",
    .title = "Schedule",
    .family = "toy",
    .nullable = TRUE,
  },
};

static const LmMember adam = { .id = "adam", .options = adam_options, .n_options = G_N_ELEMENTS (adam_options) };
static const LmMember plain = { .id = "plain" };

enum {
  UNITS,
  ALPHA,
  USE_BIAS,
  NAME,
  PADDING,
  KERNEL,
  TARGET,
  OPTIMIZER,
  CLIP,
  OPEN,
  NOTE,
};

static const LmOptionSpec options[] = {
  [UNITS] = { .kind = LM_OPTION_INT, .id = "units", .initial = 64, .min = 1, .max = 65536 },
  [ALPHA] = { .kind = LM_OPTION_DOUBLE, .id = "alpha", .initial = 0.25, .min = 0, .max = 1 },
  [USE_BIAS] = { .kind = LM_OPTION_BOOL, .id = "use_bias", .initial = TRUE },
  [NAME] = { .kind = LM_OPTION_STRING, .id = "name", .initial_text = "x", .min_n = 1, .max_n = 5 },
  [PADDING] = { .kind = LM_OPTION_CHOICE, .id = "padding", .initial_text = "valid", .choices = (const char *const[]){ "valid", "same", NULL } },
  [KERNEL] = { .kind = LM_OPTION_INTS, .id = "kernel_size", .initial_ints = { 3, 3 }, .initial_n = 2, .min = 1, .max = 64, .min_n = 2, .max_n = 2 },
  [TARGET] = { .kind = LM_OPTION_INTS, .id = "target_shape", .min = -1, .max = 1e6, .min_n = 0, .max_n = 5 },
  [OPTIMIZER] = { .kind = LM_OPTION_OBJECT, .id = "optimizer", .family = "toy", .initial_text = "adam" },
  [CLIP] = { .kind = LM_OPTION_DOUBLE, .id = "clipnorm", .initial = NAN, .min = 0, .max = INFINITY, .above_min = TRUE, .nullable = TRUE },
  [OPEN] = { .kind = LM_OPTION_INT, .id = "open" },
  [NOTE] = { .kind = LM_OPTION_STRING, .id = "note", .nullable = TRUE },
};

static const LmMember layer = { .id = "toy layer", .options = options, .n_options = G_N_ELEMENTS (options) };
static const LmMember *const members[] = { &adam, &plain, &layer, NULL };

const LmMember *const *
lm_family_members (const char *family,
                   gsize *n)
{
  g_assert_cmpstr (family, ==, "toy");
  *n = 3;
  return members;
}

const LmMember *
lm_family_find (const char *family,
                const char *id)
{
  gsize n;
  const LmMember *const *all = lm_family_members (family, &n);

  for (gsize i = 0; i < n; i++) {
    if (strcmp (all[i]->id, id) == 0)
      return all[i];
  }
  return NULL;
}

static LmOptionValue
parse_ok (const LmOptionSpec *spec,
          const char *text)
{
  g_autoptr (GError) error = NULL;
  LmOptionValue value = { 0 };
  gboolean ok = lm_option_parse (spec, text, &value, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
  g_assert_true (value.is_set);
  g_assert_cmpint (value.kind, ==, spec->kind);
  return value;
}

/* Asserts that @text does not pass as option @index, and that the message contains all of the words. */
static void
assert_refused (int index,
                const char *text,
                ...) G_GNUC_NULL_TERMINATED;
static void
assert_refused (int index,
                const char *text,
                ...)
{
  g_autoptr (LmOptionSet) set = lm_option_set_new (&layer);
  g_autoptr (LmOptionSet) before = lm_option_set_copy (set);
  g_autoptr (GError) error = NULL;
  LmOptionValue value = { 0 };
  const char *word;
  va_list words;

  if (lm_option_parse (&options[index], text, &value, &error))
    g_assert_false (lm_option_set_value (set, index, &value, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_OPTION);
  g_assert_true (lm_option_set_equal (set, before));

  va_start (words, text);
  while ((word = va_arg (words, const char *)) != NULL) {
    if (strstr (error->message, word) == NULL)
      g_error ("“%s” is missing in “%s”", word, error->message);
  }
  va_end (words);
  g_assert_nonnull (strstr (error->message, options[index].id));
  g_assert_true (g_str_has_suffix (error->message, "."));
  lm_option_value_clear (&value);
}

static void
test_defaults_count_while_unset (void)
{
  g_autoptr (LmOptionSet) set = lm_option_set_new (&layer);
  gint64 list[LM_MAX_LIST];

  g_assert_cmpint (lm_option_get_int (set, UNITS), ==, 64);
  g_assert_cmpfloat (lm_option_get_double (set, ALPHA), ==, 0.25);
  g_assert_true (lm_option_get_bool (set, USE_BIAS));
  g_assert_cmpstr (lm_option_get_text (set, NAME), ==, "x");
  g_assert_cmpstr (lm_option_get_text (set, PADDING), ==, "valid");
  g_assert_cmpint (lm_option_get_ints (set, KERNEL, list), ==, 2);
  g_assert_cmpint (list[1], ==, 3);
  g_assert_cmpint (lm_option_get_ints (set, TARGET, list), ==, 0);
  g_assert_true (lm_option_is_null (set, CLIP));
  g_assert_true (isnan (lm_option_get_double (set, CLIP)));
  g_assert_null (lm_option_get_text (set, NOTE));
  g_assert_false (lm_option_is_null (set, OPTIMIZER));

  g_assert_true (lm_option_get_object (set, OPTIMIZER)->member == &adam);
  g_assert_true (lm_option_get_object (set, OPTIMIZER) == lm_option_get_object (set, OPTIMIZER));
  g_assert_cmpfloat (lm_option_get_double (lm_option_get_object (set, OPTIMIZER), RATE), ==, 0.001);
  g_assert_null (lm_option_get_object (lm_option_get_object (set, OPTIMIZER), SCHEDULE));

  g_assert_cmpint (lm_option_set_index (set, "padding"), ==, PADDING);
  g_assert_cmpint (lm_option_set_index (set, "paddings"), ==, -1);
}

static void
test_values_are_set_and_reset (void)
{
  g_autoptr (LmOptionSet) set = lm_option_set_new (&layer);
  g_autoptr (LmOptionSet) copy = NULL;
  g_autoptr (GError) error = NULL;
  LmOptionValue units = LM_VALUE_INT (10);
  LmOptionValue object = parse_ok (&options[OPTIMIZER], "adam(learning_rate=0.5)");
  LmOptionValue text = parse_ok (&options[NAME], "abc");

  g_assert_true (lm_option_set_value (set, UNITS, &units, &error));
  g_assert_true (lm_option_set_value (set, OPTIMIZER, &object, &error));
  g_assert_true (lm_option_set_value (set, OPTIMIZER, &object, &error));
  g_assert_true (lm_option_set_value (set, NAME, &text, &error));
  g_assert_no_error (error);
  lm_option_value_clear (&object);
  lm_option_value_clear (&text);

  copy = lm_option_set_copy (set);
  g_assert_true (lm_option_set_equal (set, copy));
  g_assert_cmpint (lm_option_get_int (copy, UNITS), ==, 10);
  g_assert_cmpstr (lm_option_get_text (copy, NAME), ==, "abc");
  g_assert_true (lm_option_get_object (copy, OPTIMIZER) != lm_option_get_object (set, OPTIMIZER));
  g_assert_cmpfloat (lm_option_get_double (lm_option_get_object (copy, OPTIMIZER), RATE), ==, 0.5);

  lm_option_set_reset (copy, OPTIMIZER);
  g_assert_false (lm_option_set_equal (set, copy));
  g_assert_cmpfloat (lm_option_get_double (lm_option_get_object (copy, OPTIMIZER), RATE), ==, 0.001);
  lm_option_set_reset (set, OPTIMIZER);
  g_assert_true (lm_option_set_equal (set, copy));
  g_assert_false (lm_option_set_equal (set, NULL));
}

static void
test_texts_are_read (void)
{
  static const struct {
    int index;
    const char *text, *normal;
  } cases[] = {
    { UNITS, " 64 ", "64" },
    { UNITS, "1e3", "1000" },
    { OPEN, "-9223372036854775808", "-9223372036854775808" },
    { ALPHA, "1e-3", "1e-3" },
    { ALPHA, "0.001", "1e-3" },
    { ALPHA, "0.01", "0.01" },
    { ALPHA, "0.1", "0.1" },
    { ALPHA, ".5", "0.5" },
    { ALPHA, "1", "1" },
    { ALPHA, "0.30000000000000004", "0.30000000000000004" },
    { USE_BIAS, "Yes", "true" },
    { USE_BIAS, "on", "true" },
    { USE_BIAS, "off", "false" },
    { NAME, "häuß", "häuß" },
    { NAME, "\" a \"", "\" a \"" },
    { PADDING, "same", "same" },
    { PADDING, "SAME", "same" },
    { KERNEL, "3x5", "3×5" },
    { KERNEL, "3,5", "3×5" },
    { KERNEL, "3 × 5", "3×5" },
    { KERNEL, "(3, 5)", "3×5" },
    { KERNEL, "[3, 5]", "3×5" },
    { KERNEL, "7", "7×7" },
    { TARGET, "-1x28", "-1×28" },
    { TARGET, "(4,)", "4" },
    { TARGET, "none", "none" },
    { OPTIMIZER, "adam", "adam" },
    { OPTIMIZER, "Adam()", "adam" },
    { OPTIMIZER, "plain", "plain" },
    { OPTIMIZER, "adam(0.5)", "adam(learning_rate=0.5)" },
    { OPTIMIZER, " adam ( learning_rate = 1e-4 , nesterov=yes ) ", "adam(learning_rate=1e-4, nesterov=true)" },
    { OPTIMIZER, "adam(schedule=adam(schedule=plain), nesterov=no)", "adam(nesterov=false, schedule=adam(schedule=plain))" },
    { OPTIMIZER, "adam(schedule=none)", "adam(schedule=none)" },
    { OPTIMIZER, "toy layer(name=\"a,b\", kernel_size=(3, 5), note=\"none\")", "toy layer(name=\"a,b\", kernel_size=3×5, note=\"none\")" },
    { CLIP, "none", "none" },
    { CLIP, "5", "5" },
    { NOTE, "none", "none" },
    { NOTE, "\"none\"", "\"none\"" },
    { NOTE, "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const LmOptionSpec *spec = &options[cases[i].index];
    LmOptionValue value = parse_ok (spec, cases[i].text);
    g_autofree char *text = lm_option_format (spec, &value);
    LmOptionValue again = parse_ok (spec, text);
    g_autoptr (GError) error = NULL;

    g_assert_cmpstr (text, ==, cases[i].normal);
    g_assert_true (lm_option_value_equal (&value, &again));
    g_assert_true (lm_option_check (spec, &value, "toy layer", &error));
    g_assert_no_error (error);
    lm_option_value_clear (&value);
    lm_option_value_clear (&again);
  }
}

static void
test_numbers_round_trip (void)
{
  static const double numbers[] = { 0, -0.0, 1, -1, 0.1, 1e-7, 1.5e-5, 123456.789, 1e7, 1e15, 1e16, 12345678901234567., 1e22, 1e300, 5e-324,
                                    2.2250738585072014e-308, 1.7976931348623157e308, 1.0 / 3, M_PI, -2.5e-10, 0.00025, 0.0025, 999999.5 };
  LmOptionSpec spec = { .kind = LM_OPTION_DOUBLE, .id = "x" };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++) {
    LmOptionValue value = LM_VALUE_DOUBLE (numbers[i]);
    g_autofree char *text = lm_option_format (&spec, &value);
    LmOptionValue again = parse_ok (&spec, text);

    g_assert_cmpmem (&value.d, sizeof value.d, &again.d, sizeof again.d);
    g_assert_cmpint (strlen (text), <, 25);
  }
}

static void
test_defaults_are_formatted (void)
{
  static const char *const texts[] = { "64", "0.25", "true", "x", "valid", "3×3", "none", "adam", "none", "0", "none" };

  for (int i = 0; i < layer.n_options; i++) {
    LmOptionValue unset = { 0 };
    g_autofree char *text = lm_option_format (&options[i], &unset);

    g_assert_cmpstr (text, ==, texts[i]);
  }
}

static void
test_messages_name_the_limits (void)
{
  assert_refused (UNITS, "0", "“toy layer”", " 0,", "from 1 to 65536", NULL);
  assert_refused (UNITS, "65537", "65537", "from 1 to 65536", NULL);
  assert_refused (UNITS, "none", "none", "whole number", NULL);
  assert_refused (ALPHA, "1.5", "1.5", "from 0 to 1", NULL);
  assert_refused (CLIP, "0", " 0,", "above 0", NULL);
  assert_refused (NAME, "abcdef", "6 characters", "1 to 5", NULL);
  assert_refused (NAME, "", "0 characters", "1 to 5", NULL);
  assert_refused (PADDING, "full", "“full”", "valid, same", NULL);
  assert_refused (KERNEL, "3x3x3", "3 numbers", "have 2", NULL);
  assert_refused (KERNEL, "3x0", "contains 0", "from 1 to 64", NULL);
  assert_refused (TARGET, "1,2,3,4,5,6", "6 numbers", "0 to 5", NULL);
  assert_refused (OPTIMIZER, "none", "one of: adam, plain", NULL);
}

static void
test_nonsense_is_refused (void)
{
  g_autofree char *deep = g_strdup ("");
  g_autofree char *endless = g_strnfill (10000, 'x');
  g_autoptr (GError) error = NULL;
  LmOptionValue value = { 0 };

  assert_refused (UNITS, "abc", "“abc”", NULL);
  assert_refused (UNITS, "1.5", "1.5", NULL);
  assert_refused (UNITS, "99999999999999999999", NULL);
  assert_refused (UNITS, "", NULL);
  assert_refused (UNITS, "3 4", NULL);
  assert_refused (ALPHA, "nan", NULL);
  assert_refused (ALPHA, "inf", NULL);
  assert_refused (ALPHA, "1e999", NULL);
  assert_refused (ALPHA, "0,5", NULL);
  assert_refused (USE_BIAS, "maybe", "true or false", NULL);
  assert_refused (KERNEL, "3y3", NULL);
  assert_refused (KERNEL, "", NULL);
  assert_refused (KERNEL, "1,2,3,4,5,6,7,8,9", NULL);
  assert_refused (KERNEL, "99999999999999999999", NULL);
  assert_refused (OPTIMIZER, "adam(", NULL);
  assert_refused (OPTIMIZER, "adam(]", NULL);
  assert_refused (OPTIMIZER, "adam())", NULL);
  assert_refused (OPTIMIZER, "adam(\")", NULL);
  assert_refused (OPTIMIZER, "(", NULL);
  assert_refused (NAME, "\xff\xfe", "UTF-8", NULL);
  assert_refused (PADDING, "\xff\xfe", NULL);
  assert_refused (PADDING, endless, "xxx…", NULL);

  /* Errors inside an object name the object. */
  g_assert_false (lm_option_parse (&options[OPTIMIZER], "adam(learning_rate=0)", &value, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_OPTION);
  g_assert_nonnull (strstr (error->message, "“adam”"));
  g_assert_nonnull (strstr (error->message, "above 0 and at most 10"));
  g_clear_error (&error);
  g_assert_false (lm_option_parse (&options[OPTIMIZER], "adam(momentum=1)", &value, &error));
  g_assert_nonnull (strstr (error->message, "“momentum”"));
  g_clear_error (&error);
  g_assert_false (lm_option_parse (&options[OPTIMIZER], "plain(1)", &value, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_OPTION);
  g_clear_error (&error);

  for (int i = 0; i < 1000; i++) {
    char *deeper = g_strdup_printf ("adam(schedule=%s)", i == 0 ? "adam" : deep);

    g_free (deep);
    deep = deeper;
  }
  g_assert_false (lm_option_parse (&options[OPTIMIZER], deep, &value, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_OPTION);
}

/* As from a file, where anything can stand. */
static void
test_check_refuses_values_of_another_kind (void)
{
  g_autoptr (LmOptionSet) set = lm_option_set_new (&layer);
  g_autoptr (LmOptionSet) inner = lm_option_set_new (&adam);
  LmOptionValue number = LM_VALUE_INT (1);
  LmOptionValue real = LM_VALUE_DOUBLE (NAN);
  LmOptionValue stranger = { .is_set = TRUE, .kind = LM_OPTION_OBJECT };
  LmMember foreign = { .id = "foreign" };

  for (int i = 0; i < layer.n_options; i++) {
    g_autoptr (GError) error = NULL;
    LmOptionValue *value = options[i].kind == LM_OPTION_INT ? &real : &number;

    g_assert_false (lm_option_set_value (set, i, value, &error));
    g_assert_error (error, LM_ERROR, LM_ERROR_OPTION);
    g_assert_nonnull (strstr (error->message, options[i].id));
  }

  {
    g_autoptr (GError) error = NULL;

    g_assert_false (lm_option_set_value (set, ALPHA, &real, &error));
    g_assert_error (error, LM_ERROR, LM_ERROR_OPTION);
  }

  {
    g_autoptr (GError) error = NULL;

    stranger.object = lm_option_set_new (&foreign);
    g_assert_false (lm_option_set_value (set, OPTIMIZER, &stranger, &error));
    g_assert_error (error, LM_ERROR, LM_ERROR_OPTION);
    g_assert_nonnull (strstr (error->message, "foreign"));
    lm_option_value_clear (&stranger);
  }

  /* Values deep inside are checked too, and the message says where. */
  {
    g_autoptr (GError) error = NULL;
    LmOptionValue object = { .is_set = TRUE, .kind = LM_OPTION_OBJECT, .object = inner };

    inner->values[RATE] = LM_VALUE_DOUBLE (-1);
    g_assert_false (lm_option_set_value (set, OPTIMIZER, &object, &error));
    g_assert_error (error, LM_ERROR, LM_ERROR_OPTION);
    g_assert_nonnull (strstr (error->message, "“toy layer.optimizer”"));
    g_assert_nonnull (strstr (error->message, "learning_rate"));
  }
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/option/defaults-count-while-unset", test_defaults_count_while_unset);
  g_test_add_func ("/option/values-are-set-and-reset", test_values_are_set_and_reset);
  g_test_add_func ("/option/texts-are-read", test_texts_are_read);
  g_test_add_func ("/option/numbers-round-trip", test_numbers_round_trip);
  g_test_add_func ("/option/defaults-are-formatted", test_defaults_are_formatted);
  g_test_add_func ("/option/messages-name-the-limits", test_messages_name_the_limits);
  g_test_add_func ("/option/nonsense-is-refused", test_nonsense_is_refused);
  g_test_add_func ("/option/check-refuses-values-of-another-kind", test_check_refuses_values_of_another_kind);

  return g_test_run ();
}

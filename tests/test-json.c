/* test-json.c: JSON in and out; designs as JSON, also from people who mean no good
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-design-json.h"
#include "lm-json.h"
#include "lm-option-json.h"
#include "lm-rng.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <string.h>

/* --- Reading ----------------------------------------------------------------- */

static void
assert_refused (const char *text,
                gssize length,
                int code,
                const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lm_json_parse (text, length, "x.json", &error));
  g_assert_error (error, LM_ERROR, code);
  g_assert_nonnull (strstr (error->message, "“x.json”"));
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” is not in: %s", words, error->message);
}

static void
test_strict (void)
{
  static const char *const bad[][2] = {
    { "", "line 1, column 1: it ends" },
    { "  \n ", "line 2, column 2: it ends" },
    { "{", "line 1" },
    { "[1,]", "line 1" },
    { "[1 2]", "line 1" },
    { "{\"a\" 1}", "line 1" },
    { "{\"a\":}", "line 1" },
    { "{\"a\":1}}", "behind the end" },
    { "[1]\n[2]", "line 2, column 1: something stands behind the end" },
    { "{\"a\":1,}", "key in double quotes" },
    { "{1:2}", "key in double quotes" },
    { "{\"a\":1,\"b\":2,\"a\":3}", "“a” stands twice" },
    { "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,\"l\":1,\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"q\":1,\"c\":1}", "“c” stands twice" },
    { "[\"\\ud83d\"]", "half a character" },
    { "[\"\\ud83dx\\ude00\"]", "half a character" },
    { "[\"\\ude00\"]", "half a character" },
    { "[1", "a comma or ] is missing" },
    { "{\"a\":1", "a comma or } is missing" },
    { "{\"a\"", "a colon is missing" },
    { "[1]//x", "line 1, column 4" },
    { "/*x*/[1]", "line 1, column 1" },
    { "['a']", "line 1, column 2" },
    { "[012]", "no number" },
    { "[0x10]", "no number" },
    { "[1.]", "no number" },
    { "[.5]", "a value should stand" },
    { "[+1]", "a value should stand" },
    { "[1e]", "no number" },
    { "[-]", "no number" },
    { "[1a]", "no number" },
    { "[NaN]", "a value should stand" },
    { "[Infinity]", "a value should stand" },
    { "[True]", "a value should stand" },
    { "[nul]", "a value should stand" },
    { "[truex]", "a value should stand" },
    { "[\"a]", "inside of quotes" },
    { "[\"\\x\"]", "backslash" },
    { "[\"\\u12\"]", "hexadecimal" },
    { "[\"\\u0000\"]", "zero byte" },
    { "[\"a\nb\"]", "control character" },
    { "\n\n  [\xff]", "line 3, column 4" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_refused (bad[i][0], -1, LM_ERROR_FORMAT, bad[i][1]);
  assert_refused ("[1]\0", 4, LM_ERROR_FORMAT, "no text");
}

static void
test_limits (void)
{
  g_autofree char *deep = g_strnfill (65, '['), *brackets = g_strnfill (100000, '['), *many = NULL, *large = NULL;
  GString *list = g_string_new ("[");

  assert_refused (deep, -1, LM_ERROR_LIMIT, "64 deep");
  assert_refused (brackets, -1, LM_ERROR_LIMIT, "64 deep");
  assert_refused ("[1e999]", -1, LM_ERROR_LIMIT, "too large");
  assert_refused ("[1234567890123456789]", -1, LM_ERROR_LIMIT, "too large");

  for (int i = 0; i <= LM_JSON_MAX_VALUES; i++)
    g_string_append (list, "1,");
  many = g_string_free (list, FALSE);
  assert_refused (many, -1, LM_ERROR_LIMIT, "1,000,000 values");

  large = g_malloc (LM_JSON_MAX_BYTES + 1);
  memset (large, ' ', LM_JSON_MAX_BYTES + 1);
  assert_refused (large, (gssize) LM_JSON_MAX_BYTES + 1, LM_ERROR_LIMIT, "bytes");
}

static void
test_values (void)
{
  const char *text = "{\"a\":[1,-2,0,-0.5,1E+3,0.1e-2,true,false,null,\"ä\\u00e4\\ud83d\\ude00\\n\\\"\"],\"b\":{\"c\":123456789012345678}}";
  g_autoptr (GError) error = NULL;
  g_autoptr (LmJson) json = lm_json_parse (text, -1, "x.json", &error);
  LmJsonAt root, a, b, c, at;
  static const double numbers[] = { 1, -2, 0, -0.5, 1000, 0.001 };
  g_autofree char *path = NULL;
  gboolean yes = FALSE;
  gint64 i;
  double d;

  g_assert_no_error (error);
  root = lm_json_root (json);
  g_assert_true (lm_json_member (&root, "a", &a));
  g_assert_cmpuint (lm_json_length (&a), ==, 10);
  for (gsize n = 0; n < G_N_ELEMENTS (numbers); n++) {
    at = lm_json_element (&a, n);
    g_assert_cmpint (lm_json_type (&at), ==, n < 3 ? LM_JSON_INT : LM_JSON_DOUBLE);
    g_assert_true (lm_json_get_double (&at, &d, &error));
    g_assert_cmpfloat (d, ==, numbers[n]);
  }
  at = lm_json_element (&a, 6);
  g_assert_true (lm_json_get_bool (&at, &yes, &error));
  g_assert_true (yes);
  at = lm_json_element (&a, 8);
  g_assert_cmpint (lm_json_type (&at), ==, LM_JSON_NULL);
  at = lm_json_element (&a, 9);
  g_assert_cmpstr (lm_json_get_string (&at, &error), ==, "ää😀\n\"");

  g_assert_true (lm_json_member (&root, "b", &b));
  g_assert_true (lm_json_require (&b, "c", &c, &error));
  g_assert_true (lm_json_get_int (&c, 0, G_MAXINT64, &i, &error));
  g_assert_cmpint (i, ==, 123456789012345678);
  path = lm_json_path (&c);
  g_assert_cmpstr (path, ==, "b.c");
  g_assert_false (lm_json_member (&root, "d", &at));
}

static void
test_errors_name_the_path (void)
{
  g_autoptr (LmJson) json = lm_json_parse ("{\"a\":[{\"b\":\"text\"},7]}", -1, "x.json", NULL);
  g_autoptr (GError) error = NULL;
  LmJsonAt root = lm_json_root (json), a, element, b, seven;
  gint64 i;

  g_assert_true (lm_json_member (&root, "a", &a));
  element = lm_json_element (&a, 0);
  g_assert_true (lm_json_member (&element, "b", &b));
  g_assert_false (lm_json_get_int (&b, 0, 9, &i, &error));
  g_assert_cmpstr (error->message, ==, "“x.json”, a[0].b: here stands a text, but it must be a whole number. Change it.");
  g_clear_error (&error);

  seven = lm_json_element (&a, 1);
  g_assert_false (lm_json_get_int (&seven, 0, 6, &i, &error));
  g_assert_cmpstr (error->message, ==, "“x.json”, a[1]: here stands 7, but it must be from 0 to 6. Change it.");
  g_clear_error (&error);

  g_assert_false (lm_json_require (&element, "c", &b, &error));
  g_assert_nonnull (strstr (error->message, "a[0]: “c” is missing"));
  g_clear_error (&error);
  g_assert_false (lm_json_expect_keys (&root, (const char *const[]){ "x", "y", NULL }, &error));
  g_assert_nonnull (strstr (error->message, "“a” is not known here; known are: x, y."));
}

/* --- Writing ----------------------------------------------------------------- */

static void
write_sample (LmJsonWriter *writer)
{
  lm_json_begin_object (writer, NULL);
  lm_json_put_int (writer, "i", -5);
  lm_json_put_string (writer, "s", "a\"\\\n\x01ä");
  lm_json_begin_array (writer, "empty");
  lm_json_end (writer);
  lm_json_begin_inline_array (writer, "inline");
  lm_json_put_double (writer, NULL, 0.1);
  lm_json_begin_object (writer, NULL);
  lm_json_put_bool (writer, "t", TRUE);
  lm_json_put_null (writer, "n");
  lm_json_end (writer);
  lm_json_end (writer);
  lm_json_begin_object (writer, "o");
  lm_json_put_double (writer, "nan", NAN);
  lm_json_put_double (writer, "inf", -INFINITY);
  lm_json_end (writer);
  lm_json_end (writer);
}

static void
test_writer (void)
{
  LmJsonWriter *compact = lm_json_writer_new (FALSE), *pretty = lm_json_writer_new (TRUE);
  g_autofree char *one = NULL, *two = NULL;

  write_sample (compact);
  one = lm_json_writer_end (compact);
  g_assert_cmpstr (one, ==, "{\"i\":-5,\"s\":\"a\\\"\\\\\\n\\u0001ä\",\"empty\":[],\"inline\":[0.1,{\"t\":true,\"n\":null}],\"o\":{\"nan\":null,\"inf\":null}}");
  write_sample (pretty);
  two = lm_json_writer_end (pretty);
  g_assert_cmpstr (two, ==,
                   "{\n"
                   "  \"i\": -5,\n"
                   "  \"s\": \"a\\\"\\\\\\n\\u0001ä\",\n"
                   "  \"empty\": [],\n"
                   "  \"inline\": [0.1, {\"t\": true, \"n\": null}],\n"
                   "  \"o\": {\n"
                   "    \"nan\": null,\n"
                   "    \"inf\": null\n"
                   "  }\n"
                   "}\n");
}

/* Every double reads back as itself, and the text is the shortest there is. */
static void
test_doubles_round_trip (void)
{
  static const struct {
    double value;
    const char *text;
  } known[] = {
    { 0, "0" },
    { -0.0, "-0.0" },
    { 1, "1" },
    { 0.1, "0.1" },
    { 0.1 + 0.2, "0.30000000000000004" },
    { 1.0 / 3, "0.3333333333333333" },
    { 1e-3, "0.001" },
    { 3e-4, "0.0003" },
    { 1e-7, "1e-07" },
    { 1e22, "1e+22" },
    { DBL_MAX, "1.7976931348623157e+308" },
    { DBL_MIN, "2.2250738585072014e-308" },
    { 5e-324, "5e-324" },
    { 9007199254740993.0, "9007199254740992" },
  };
  LmRng rng = lm_rng_init (3, LM_RNG_TEST, 0, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++) {
    g_autofree char *text = lm_json_format_double (known[i].value);

    g_assert_cmpstr (text, ==, known[i].text);
  }

  for (guint64 i = 0; i < 20000; i++) {
    guint32 words[4];
    guint64 bits;
    double value, back = 0;
    g_autofree char *text = NULL, *list = NULL;
    g_autoptr (LmJson) json = NULL;
    LmJsonAt root, element;

    lm_rng_block (&rng, i, words);
    bits = ((guint64) words[0] << 32) | words[1];
    memcpy (&value, &bits, sizeof value);
    if (!isfinite (value))
      continue;
    text = lm_json_format_double (value);
    list = g_strdup_printf ("[%s]", text);
    json = lm_json_parse (list, -1, "x", NULL);
    g_assert_nonnull (json);
    root = lm_json_root (json);
    element = lm_json_element (&root, 0);
    g_assert_true (lm_json_get_double (&element, &back, NULL));
    g_assert_cmpmem (&value, sizeof value, &back, sizeof back);
  }
}

static void
test_floats_are_short (void)
{
  LmJsonWriter *writer = lm_json_writer_new (FALSE);
  g_autofree char *text = NULL;

  lm_json_begin_array (writer, NULL);
  lm_json_put_float (writer, NULL, 0.1f);
  lm_json_put_float (writer, NULL, 1.0f / 3);
  lm_json_put_float (writer, NULL, FLT_MAX);
  lm_json_end (writer);
  text = lm_json_writer_end (writer);
  g_assert_cmpstr (text, ==, "[0.1,0.33333334,3.4028235e+38]");
}

/* --- Designs ----------------------------------------------------------------- */

static const char sample[] =
  "{\"lamina\":1,\"nodes\":["
  "{\"id\":1,\"name\":\"input\",\"kind\":\"Input\",\"options\":{\"shape\":[28,28,1]},\"pos\":[0,0]},"
  "{\"id\":2,\"name\":\"conv2d\",\"kind\":\"Conv2D\",\"options\":{\"filters\":32,\"kernel_size\":[3,3],\"activation\":\"relu\","
  "\"kernel_regularizer\":{\"kind\":\"l2\",\"options\":{\"l2\":0.0005}}},\"pos\":[0,120.5],\"frozen\":true},"
  "{\"id\":3,\"name\":\"block\",\"kind\":\"Block\",\"pos\":[0,240],\"nodes\":["
  "{\"id\":1,\"name\":\"in\",\"kind\":\"Input\",\"options\":{},\"pos\":[0,0]},"
  "{\"id\":4,\"name\":\"drop\",\"kind\":\"Dropout\",\"options\":{\"rate\":0.25},\"pos\":[0,120],\"bypassed\":true}"
  "],\"wires\":[[1,0,4,0]],\"next_id\":9},"
  "{\"id\":5,\"name\":\"twin\",\"kind\":\"Copy\",\"source\":2,\"pos\":[240,120]},"
  "{\"id\":6,\"name\":\"flux\",\"kind\":\"FluxCapacitor\",\"pos\":[0,360],\"options\":{\"gigawatts\":1.21,\"deep\":[{\"x\":null}]},\"note\":\"kept\"},"
  "{\"id\":8,\"name\":\"größe\",\"kind\":\"Dense\",\"options\":{\"units\":10,\"activation\":\"softmax\"},\"pos\":[0,480]}"
  "],\"wires\":[[1,0,2,0],[2,0,3,0],[1,0,5,0],[3,0,6,0],[6,3,8,0]],\"next_id\":20,\"flow\":\"right\","
  "\"training\":{\"loss\":\"sparse_categorical_crossentropy\",\"optimizer\":{\"kind\":\"adam\",\"options\":{\"learning_rate\":0.0003}},"
  "\"batch_size\":64,\"epochs\":5,\"validation_split\":null,\"shuffle\":false,"
  "\"outputs\":[{\"node\":8,\"port\":0,\"target\":\"digit\",\"loss\":\"mean_squared_error\",\"weight\":0.5}]},"
  "\"data\":{\"spec\":\"builtin:digits\",\"chain\":[\"rescale\",{\"kind\":\"rescale\",\"options\":{\"scale\":2,\"offset\":-1}}]}}";

static LmDesign *
read_design (const char *text)
{
  g_autoptr (GError) error = NULL;
  LmDesign *design = lm_design_from_json (text, -1, "x.json", &error);

  g_assert_no_error (error);
  return design;
}

static void
test_design_round_trips (void)
{
  g_autoptr (LmDesign) design = read_design (sample), again = NULL;
  g_autofree char *text = lm_design_to_json (design, FALSE), *pretty = lm_design_to_json (design, TRUE), *back = NULL;

  g_assert_cmpstr (text, ==, sample);
  again = read_design (pretty);
  g_assert_true (lm_design_equal (design, again));
  back = lm_design_to_json (again, FALSE);
  g_assert_cmpstr (back, ==, sample);
  g_assert_cmpint (design->next_id, ==, 20);
  g_assert_true (design->to_right);
  g_assert_null (lm_design_find (design, 6)->layer);
  g_assert_true (lm_design_find (design, 2)->frozen);
}

static void
test_empty_design (void)
{
  g_autoptr (LmDesign) design = lm_design_new (), read = read_design ("{\"lamina\":1}");
  g_autofree char *text = lm_design_to_json (design, FALSE);

  g_assert_cmpstr (text, ==, "{\"lamina\":1,\"nodes\":[],\"wires\":[],\"training\":{},\"data\":{}}");
  g_assert_true (lm_design_equal (design, read));
}

/* What people may leave out when they write by hand. */
static void
test_design_is_completed (void)
{
  g_autoptr (LmDesign) design = read_design ("{\"lamina\":1,\"nodes\":[{\"id\":4,\"kind\":\"Dense\"},{\"id\":2,\"kind\":\"Dense\",\"name\":\"dense\"},"
                                             "{\"id\":1,\"kind\":\"Conv2D\",\"options\":{\"kernel_size\":5,\"activation\":{\"kind\":\"relu\"}}}]}");
  gint64 sizes[LM_MAX_LIST];
  const LmNode *conv = lm_design_find (design, 1);

  g_assert_cmpstr (lm_design_find (design, 4)->name, ==, "dense_1");
  g_assert_cmpstr (conv->name, ==, "conv2d");
  g_assert_cmpfloat (conv->y, ==, 0);
  g_assert_cmpfloat (lm_design_find (design, 4)->y, ==, 2 * LM_CARD_PITCH_DOWN);
  g_assert_cmpint (lm_option_get_ints (conv->options, lm_option_set_index (conv->options, "kernel_size"), sizes), ==, 2);
  g_assert_cmpint (sizes[1], ==, 5);
  g_assert_cmpint (design->next_id, ==, 5);
}

static void
test_bad_designs_are_refused (void)
{
  static const struct {
    const char *text;
    int code;
    const char *words;
  } bad[] = {
    { "[]", LM_ERROR_FORMAT, "here stands a list, but it must be an object" },
    { "{}", LM_ERROR_FORMAT, "no network of Lamina" },
    { "{\"lamina\":\"1\"}", LM_ERROR_FORMAT, "lamina: here stands a text" },
    { "{\"lamina\":2,\"new\":1}", LM_ERROR_UNSUPPORTED, "format 2" },
    { "{\"lamina\":1,\"node\":[]}", LM_ERROR_FORMAT, "“node” is not known here; known are: lamina, nodes," },
    { "{\"lamina\":1,\"nodes\":{}}", LM_ERROR_FORMAT, "nodes: here stands an object" },
    { "{\"lamina\":1,\"nodes\":[{}]}", LM_ERROR_FORMAT, "nodes[0]: “kind” is missing" },
    { "{\"lamina\":1,\"nodes\":[{\"kind\":\"Dense\"}]}", LM_ERROR_FORMAT, "nodes[0]: “id” is missing" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":0,\"kind\":\"Dense\"}]}", LM_ERROR_FORMAT, "nodes[0].id: here stands 0" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1.5,\"kind\":\"Dense\"}]}", LM_ERROR_FORMAT, "nodes[0].id: here stands a number" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Dense\"},{\"id\":1,\"kind\":\"Dense\"}]}", LM_ERROR_FORMAT, "two layers have the id 1" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"name\":\"a\",\"kind\":\"Dense\"},{\"id\":2,\"name\":\"a\",\"kind\":\"Dense\"}]}", LM_ERROR_FORMAT, "two layers have the name “a”" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"name\":\"a/b\",\"kind\":\"Dense\"}]}", LM_ERROR_OPTION, "nodes[0].name" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"\"}]}", LM_ERROR_FORMAT, "kind of a layer" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Dense\",\"frozen\":1}]}", LM_ERROR_FORMAT, "nodes[0].frozen" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Dense\",\"pos\":[1]}]}", LM_ERROR_FORMAT, "2 numbers" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Dense\",\"pos\":[1,1e300]}]}", LM_ERROR_LIMIT, "too far" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Dense\",\"option\":{}}]}", LM_ERROR_FORMAT, "“option” is not known here" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"name\":\"head\",\"kind\":\"Dense\",\"options\":{\"unit\":3}}]}", LM_ERROR_OPTION, "“head” has no option “unit”; those of Dense are: units, activation" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Flatten\",\"options\":{\"unit\":3}}]}", LM_ERROR_OPTION, "no options at all" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Dense\",\"options\":{\"units\":0}}]}", LM_ERROR_OPTION, "nodes[0].options.units" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Dense\",\"options\":{\"units\":null}}]}", LM_ERROR_FORMAT, "nodes[0].options.units: here stands null" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Dense\",\"options\":{\"activation\":\"rule\"}}]}", LM_ERROR_OPTION, "“rule” is not known here; known are: linear, relu" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Conv2D\",\"options\":{\"kernel_size\":[1,2,3,4,5,6,7,8,9]}}]}", LM_ERROR_OPTION, "at most 8" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Conv2D\",\"options\":{\"kernel_size\":[3,3,3]}}]}", LM_ERROR_OPTION, "kernel_size" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Copy\",\"source\":2}]}", LM_ERROR_GRAPH, "linked copy of node 2" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Copy\",\"source\":1}]}", LM_ERROR_GRAPH, "linked copy of node 1" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Block\",\"nodes\":[{\"id\":1}]}]}", LM_ERROR_FORMAT, "nodes[0].nodes[0]: “kind”" },
    { "{\"lamina\":1,\"wires\":[[1,0,2,0]]}", LM_ERROR_GRAPH, "wires[0]" },
    { "{\"lamina\":1,\"wires\":[[1,0,2]]}", LM_ERROR_FORMAT, "4 numbers" },
    { "{\"lamina\":1,\"wires\":[[1,0,2,-1]]}", LM_ERROR_FORMAT, "wires[0][3]" },
    { "{\"lamina\":1,\"wires\":[[1,99999999999,2,0]]}", LM_ERROR_FORMAT, "wires[0][1]" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Input\"},{\"id\":2,\"kind\":\"Dense\"}],\"wires\":[[1,0,2,0],[1,0,2,0]]}", LM_ERROR_GRAPH, "two wires end at input 0 of “dense”" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Input\"},{\"id\":2,\"kind\":\"Dense\"}],\"wires\":[[1,1,2,0]]}", LM_ERROR_GRAPH, "wires[0]" },
    { "{\"lamina\":1,\"nodes\":[{\"id\":5,\"kind\":\"Input\"}],\"next_id\":5}", LM_ERROR_FORMAT, "next_id" },
    { "{\"lamina\":1,\"flow\":\"up\"}", LM_ERROR_FORMAT, "“right” or “down”" },
    { "{\"lamina\":1,\"training\":{\"epoch\":3}}", LM_ERROR_FORMAT, "“epoch” is not known here; known are: loss, optimizer" },
    { "{\"lamina\":1,\"training\":{\"epochs\":0}}", LM_ERROR_OPTION, "training.epochs" },
    { "{\"lamina\":1,\"training\":{\"optimizer\":{\"kind\":\"adam\",\"options\":{\"rate\":1}}}}", LM_ERROR_OPTION, "training.optimizer.options" },
    { "{\"lamina\":1,\"training\":{\"outputs\":[{\"node\":3}]}}", LM_ERROR_GRAPH, "training.outputs[0]" },
    { "{\"lamina\":1,\"data\":{\"spec\":5}}", LM_ERROR_FORMAT, "data.spec" },
    { "{\"lamina\":1,\"data\":{\"chain\":[\"normalise\"]}}", LM_ERROR_OPTION, "data.chain[0]: “normalise” is not known here; known are: rescale" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (lm_design_from_json (bad[i].text, -1, "x.json", &error));
    if (!g_error_matches (error, LM_ERROR, bad[i].code) || strstr (error->message, bad[i].words) == NULL)
      g_error ("%s\ngave (%d) %s\nand not (%d) %s", bad[i].text, error->code, error->message, bad[i].code, bad[i].words);
    g_assert_true (g_str_has_prefix (error->message, "“x.json”"));
  }
}

/* A long key is cut in the message, but not in the middle of a character. */
static void
test_messages_are_text (void)
{
  for (int i = 55; i < 62; i++) {
    g_autofree char *x = g_strnfill ((gsize) i, 'x');
    g_autofree char *text = g_strdup_printf ("{\"lamina\":1,\"%s😀😀😀😀😀😀\":{}}", x);
    g_autoptr (GError) error = NULL;

    g_assert_null (lm_design_from_json (text, -1, "x.json", &error));
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
  }
}

static void
test_large_designs_are_refused (void)
{
  g_autoptr (GString) text = g_string_new ("{\"lamina\":1,\"nodes\":[");
  g_autoptr (GString) nested = g_string_new ("{\"lamina\":1,\"nodes\":[");
  g_autoptr (GError) error = NULL;

  for (int i = 1; i <= LM_DESIGN_MAX_NODES + 1; i++)
    g_string_append_printf (text, "%s{\"id\":%d,\"kind\":\"Dense\"}", i > 1 ? "," : "", i);
  g_string_append (text, "]}");
  g_assert_null (lm_design_from_json (text->str, -1, "x.json", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_LIMIT);
  g_clear_error (&error);

  for (int i = 0; i <= LM_DESIGN_MAX_DEPTH; i++)
    g_string_append (nested, "{\"id\":1,\"kind\":\"Block\",\"nodes\":[");
  for (int i = 0; i <= LM_DESIGN_MAX_DEPTH; i++)
    g_string_append (nested, "]}");
  g_string_append (nested, "]}");
  g_assert_null (lm_design_from_json (nested->str, -1, "x.json", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "nested"));
}

/* A circle can be read, so that somebody can take it apart. */
static void
test_circles_are_read (void)
{
  g_autoptr (LmDesign) design = read_design ("{\"lamina\":1,\"nodes\":[{\"id\":1,\"kind\":\"Dense\"},{\"id\":2,\"kind\":\"Dense\"}],"
                                             "\"wires\":[[1,0,2,0],[2,0,1,0]]}");
  g_autoptr (GArray) order = lm_design_order (design);

  g_assert_cmpuint (order->len, ==, 2);
}

/* --- Fuzzing ------------------------------------------------------------------ */

typedef struct {
  LmRng rng;
  guint64 at;
} Dice;

static guint
roll (Dice *dice,
      gsize n)
{
  return lm_rng_below (&dice->rng, dice->at++, (guint32) n);
}

/* Bytes changed, cut out, doubled, exchanged for tokens that hurt. */
static void
mutate (Dice *dice,
        GString *text)
{
  static const char *const tokens[] = {
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "null",
    "true",
    "-1",
    "0",
    "99999999",
    "1e308",
    "-0.0",
    "\"Block\"",
    "\"Copy\"",
    "\"source\":1",
    "\"nodes\":[",
    "\\",
    "\xff",
    "[[[[[[[[[[",
    "1",
    "2",
    "3",
    "64",
    "\"id\":",
    "\"kind\":\"Add\"",
    "\"\"",
    "\xc3\xa4",
  };
  gsize at = text->len > 0 ? roll (dice, text->len) : 0, n = 1 + roll (dice, 12);
  const char *token = tokens[roll (dice, G_N_ELEMENTS (tokens))];
  g_autofree char *part = NULL;

  switch (roll (dice, 6)) {
  case 0:
    if (text->len > 0)
      text->str[at] = (char) roll (dice, 256);
    break;
  case 1:
    g_string_erase (text, (gssize) at, (gssize) MIN (n, text->len - at));
    break;
  case 2:
    part = g_strndup (text->str + at, MIN (n * 8, text->len - at));
    g_string_insert (text, (gssize) roll (dice, text->len + 1), part);
    break;
  case 3:
    g_string_insert (text, (gssize) at, token);
    break;
  case 4:
    /* A digit for a digit: ids, ports, sizes. */
    for (gsize i = 0; i < text->len; i++) {
      gsize p = (at + i) % text->len;

      if (g_ascii_isdigit (text->str[p])) {
        text->str[p] = (char) ('0' + roll (dice, 10));
        break;
      }
    }
    break;
  default:
    g_string_truncate (text, roll (dice, 8) == 0 ? at : text->len);
  }
}

static void
test_mutated_designs_do_no_harm (void)
{
  Dice dice = { .rng = lm_rng_init (4, LM_RNG_TEST, 0, 0) };
  int n_read = 0;

  for (int i = 0; i < 20000; i++) {
    g_autoptr (GString) text = g_string_new (sample);
    g_autoptr (GError) error = NULL;
    g_autoptr (LmDesign) design = NULL;

    for (guint n = 1 + roll (&dice, i % 2 == 0 ? 1 : 8); n > 0; n--)
      mutate (&dice, text);
    design = lm_design_from_json (text->str, (gssize) text->len, "x.json", &error);
    g_assert_true ((design == NULL) == (error != NULL));
    if (design == NULL) {
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_true (g_str_has_prefix (error->message, "“x.json”"));
    } else {
      g_autofree char *one = lm_design_to_json (design, FALSE), *two = NULL;
      g_autoptr (LmDesign) again = read_design (one);
      g_autoptr (GArray) order = lm_design_order (design);

      n_read++;
      two = lm_design_to_json (again, FALSE);
      g_assert_cmpstr (one, ==, two);
    }
  }
  g_test_message ("%d of 20000 could be read", n_read);
  g_assert_cmpint (n_read, >, 500);
}

static void
test_mutated_edits_do_no_harm (void)
{
  Dice dice = { .rng = lm_rng_init (5, LM_RNG_TEST, 0, 0) };
  g_autoptr (LmDesign) start = read_design (sample);
  GPtrArray *seeds = g_ptr_array_new_with_free_func (g_free);
  int n_read = 0, n_applied = 0;
  int ids[] = { 2, 3 };

  for (int i = 0; i < 4; i++) {
    g_autoptr (LmEdit) edit = i == 0   ? lm_edit_remove_and_heal (start, "", ids + 1, 1, NULL)
                              : i == 1 ? lm_edit_insert_on_wire (start, "", &(LmWire){ 1, 0, 2, 0 }, lm_node_new ("Dense", NULL), NULL)
                              : i == 2 ? lm_edit_swap_kind (start, "", 8, "Conv2D", NULL)
                                       : lm_edit_remove_node ("3", 1);
    g_autoptr (LmDesign) design = lm_design_copy (start);
    g_autoptr (LmEdit) reverse = lm_edit_apply (edit, design, NULL);

    g_assert_nonnull (reverse);
    g_ptr_array_add (seeds, lm_edit_to_json (edit));
    g_ptr_array_add (seeds, lm_edit_to_json (reverse));
  }

  for (int i = 0; i < 20000; i++) {
    g_autoptr (GString) text = g_string_new (g_ptr_array_index (seeds, roll (&dice, seeds->len)));
    g_autoptr (LmDesign) design = lm_design_copy (start);
    g_autoptr (GError) error = NULL;
    g_autoptr (LmEdit) edit = NULL, reverse = NULL, again = NULL;
    g_autofree char *after = NULL;

    for (guint n = 1 + roll (&dice, 3); n > 0; n--)
      mutate (&dice, text);
    edit = lm_edit_from_json (text->str, (gssize) text->len, &error);
    g_assert_true ((edit == NULL) == (error != NULL));
    if (edit == NULL)
      continue;
    n_read++;
    reverse = lm_edit_apply (edit, design, NULL);
    if (reverse == NULL) {
      g_assert_true (lm_design_equal (design, start));
      continue;
    }
    n_applied++;
    after = lm_design_to_json (design, FALSE);
    again = lm_edit_apply (reverse, design, NULL);
    g_assert_nonnull (again);
    g_assert_true (lm_design_equal (design, start));
  }
  g_test_message ("%d of 20000 could be read, %d applied", n_read, n_applied);
  g_assert_cmpint (n_read, >, 1000);
  g_ptr_array_unref (seeds);
}

int
main (int argc,
      char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json/reader/is-strict", test_strict);
  g_test_add_func ("/json/reader/has-limits", test_limits);
  g_test_add_func ("/json/reader/gives-values", test_values);
  g_test_add_func ("/json/reader/errors-name-the-path", test_errors_name_the_path);
  g_test_add_func ("/json/writer/is-canonical", test_writer);
  g_test_add_func ("/json/writer/doubles-round-trip", test_doubles_round_trip);
  g_test_add_func ("/json/writer/floats-are-short", test_floats_are_short);
  g_test_add_func ("/json/design/round-trips", test_design_round_trips);
  g_test_add_func ("/json/design/empty", test_empty_design);
  g_test_add_func ("/json/design/is-completed", test_design_is_completed);
  g_test_add_func ("/json/design/bad-ones-are-refused", test_bad_designs_are_refused);
  g_test_add_func ("/json/design/messages-are-text", test_messages_are_text);
  g_test_add_func ("/json/design/large-ones-are-refused", test_large_designs_are_refused);
  g_test_add_func ("/json/design/circles-are-read", test_circles_are_read);
  g_test_add_func ("/json/fuzz/designs-do-no-harm", test_mutated_designs_do_no_harm);
  g_test_add_func ("/json/fuzz/edits-do-no-harm", test_mutated_edits_do_no_harm);

  return g_test_run ();
}

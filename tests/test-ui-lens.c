/* test-ui-lens.c: one sample, looked at through weights that may change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-lens.h"
#include "lm-work.h"

#include <glib/gstdio.h>

#include <string.h>

#define PATIENCE (90 * G_USEC_PER_SEC)

#define DIGITS_DESIGN                                                                                                                             \
  "{\"lamina\":1,\"nodes\":["                                                                                                                     \
  "{\"id\":1,\"name\":\"input\",\"kind\":\"Input\",\"options\":{\"shape\":[28,28,1]},\"pos\":[0,0]},"                                             \
  "{\"id\":2,\"name\":\"conv2d\",\"kind\":\"Conv2D\",\"options\":{\"filters\":8,\"kernel_size\":[3,3],\"activation\":\"relu\"},\"pos\":[0,120]}," \
  "{\"id\":3,\"name\":\"flatten\",\"kind\":\"Flatten\",\"options\":{},\"pos\":[0,240]},"                                                          \
  "{\"id\":4,\"name\":\"dense\",\"kind\":\"Dense\",\"options\":{\"units\":10,\"activation\":\"softmax\"},\"pos\":[0,360]}],"                      \
  "\"wires\":[[1,0,2,0],[2,0,3,0],[3,0,4,0]],"                                                                                                    \
  "\"training\":{\"optimizer\":\"adam\",\"batch_size\":32,\"epochs\":%d},"                                                                        \
  "\"data\":{\"spec\":\"builtin:digits?train=256&validation=64&test=16\",\"chain\":[{\"kind\":\"rescale\"}]}}"

static char *folder;

static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until @condition holds. */
#define WAIT_FOR(condition)                                   \
  G_STMT_START                                                \
  {                                                           \
    gint64 deadline = g_get_monotonic_time () + PATIENCE;     \
    guint tick = g_timeout_add (10, tick_cb, NULL);           \
    while (!(condition)) {                                    \
      g_assert_cmpint (g_get_monotonic_time (), <, deadline); \
      g_main_context_iteration (NULL, TRUE);                  \
    }                                                         \
    g_source_remove (tick);                                   \
  }                                                           \
  G_STMT_END

typedef struct {
  LmDocument *document;
  LmSession *session;
  LmLens *lens;
  guint n_changed;
  guint n_samples;
  char *failed;
} Fixture;

static void
opened_cb (LmDocument *document,
           const GError *error,
           gpointer data)
{
  LmDocument **to = g_object_get_data (data, "to");

  g_assert_no_error (error);
  *to = document;
}

static void
changed_cb (LmLens *lens,
            Fixture *fixture)
{
  fixture->n_changed++;
}

static void
sample_changed_cb (LmLens *lens,
                   Fixture *fixture)
{
  fixture->n_samples++;
}

static void
failed_cb (LmLens *lens,
           const char *message,
           Fixture *fixture)
{
  g_free (fixture->failed);
  fixture->failed = g_strdup (message);
}

static LmDocument *
open_document (const char *path)
{
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  LmDocument *document = NULL;

  g_object_set_data (owner, "to", &document);
  lm_document_open (path, NULL, FALSE, owner, opened_cb);
  WAIT_FOR (document != NULL);
  WAIT_FOR (lm_document_get_dataset (document, NULL) != NULL);
  return document;
}

/* A project of @n_epochs planned, whose data have been read. */
static void
set_up (Fixture *fixture,
        gconstpointer data)
{
  static int n;
  g_autofree char *name = g_strdup_printf ("lens%d.lamina", n++), *path = g_build_filename (folder, name, NULL);
  g_autofree char *json = g_strdup_printf (DIGITS_DESIGN, GPOINTER_TO_INT (data));
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDesign) design = lm_design_from_json (json, -1, "digits", &error);
  LmProject *project;

  g_assert_no_error (error);
  project = lm_project_create (path, TRUE, &error);
  g_assert_no_error (error);
  lm_project_save_design (project, design, &error);
  g_assert_no_error (error);
  lm_project_close (project, &error);
  lm_project_unref (project);
  fixture->document = open_document (path);
  fixture->session = lm_session_new (fixture->document);
  fixture->lens = lm_lens_new (fixture->document, fixture->session);
  g_signal_connect (fixture->lens, "changed", G_CALLBACK (changed_cb), fixture);
  g_signal_connect (fixture->lens, "sample-changed", G_CALLBACK (sample_changed_cb), fixture);
  g_signal_connect (fixture->lens, "failed", G_CALLBACK (failed_cb), fixture);
}

static void
done_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
tear_down (Fixture *fixture,
           gconstpointer data)
{
  gboolean left = FALSE, closed = FALSE;

  lm_session_leave (fixture->session, done_cb, &left);
  WAIT_FOR (left);
  lm_document_close (fixture->document, done_cb, &closed);
  WAIT_FOR (closed);
  lm_lens_watch (fixture->lens, fixture, 0);
  WAIT_FOR (lm_work_n_pending () == 0);
  g_object_add_weak_pointer (G_OBJECT (fixture->lens), (gpointer *) &fixture->lens);
  g_object_unref (fixture->lens);
  WAIT_FOR (fixture->lens == NULL);
  g_object_unref (fixture->session);
  g_object_unref (fixture->document);
  g_free (fixture->failed);
}

static void
train (Fixture *fixture)
{
  lm_session_start (fixture->session, LM_START_FRESH, 0, 0);
  WAIT_FOR (!lm_session_is_active (fixture->session));
  g_assert_no_error (lm_session_get_error (fixture->session));
}

/* Results of the newest sample, with weights of a run that is over. */
static gboolean
is_answered (Fixture *fixture)
{
  return lm_lens_get_answer (fixture->lens) != NULL && lm_lens_get_answered (fixture->lens) == lm_lens_get_serial (fixture->lens) && !lm_lens_is_live (fixture->lens);
}

/* --- Tests --------------------------------------------------------------------------- */

static void
test_untrained (Fixture *fixture,
                gconstpointer data)
{
  g_autofree char *words = NULL;

  lm_lens_watch (fixture->lens, fixture, LM_LENS_PREDICTION | LM_LENS_THUMBS);
  WAIT_FOR (fixture->n_samples == 1);
  g_assert_true (lm_lens_is_untrained (fixture->lens));
  g_assert_null (lm_lens_get_film (fixture->lens));
  g_assert_cmpstr (lm_lens_get_problem (fixture->lens), ==, "Nothing has been trained yet.");

  lm_lens_set_run (fixture->lens, -1, NULL);
  WAIT_FOR (is_answered (fixture));
  g_assert_false (lm_lens_is_untrained (fixture->lens));
  g_assert_null (lm_lens_get_problem (fixture->lens));
  words = lm_lens_dup_weights_words (fixture->lens);
  g_assert_cmpstr (words, ==, "Fresh weights, not trained");
  g_assert_cmpint (lm_lens_get_film (fixture->lens)->n_sheets, ==, 2);
  g_assert_nonnull (lm_lens_get_sheet (fixture->lens, "2"));
  g_assert_cmpstr (lm_lens_get_sheet (fixture->lens, "2")->shape, ==, "26×26×8");
  g_assert_null (lm_lens_get_sheet (fixture->lens, "3"));
}

static void
test_answers_as_predicted (Fixture *fixture,
                           gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  LmDataset *dataset = lm_document_get_dataset (fixture->document, NULL);
  LmModel *model;
  g_autoptr (LmTensor) predictions = NULL;
  const LmPrediction *answer;
  LmPart part;
  gint64 index;

  train (fixture);
  lm_lens_watch (fixture->lens, fixture, LM_LENS_PREDICTION | LM_LENS_HEATMAP);
  lm_lens_pick (fixture->lens, LM_PART_VALIDATION, 7);
  WAIT_FOR (lm_lens_get_place (fixture->lens, &part, &index) && index == 7);
  WAIT_FOR (is_answered (fixture) && lm_lens_get_heatmap (fixture->lens) != NULL);
  g_assert_cmpint (part, ==, LM_PART_VALIDATION);
  answer = lm_lens_get_answer (fixture->lens);
  g_assert_true (answer->is_shares);
  g_assert_cmpint (answer->n, ==, 10);

  model = lm_model_load (lm_document_get_project (fixture->document), 0, NULL, &error);
  g_assert_no_error (error);
  {
    LmEvaluateSpec spec = { .design = model->design, .weights = model->weights, .pipeline = model->pipeline, .dataset = dataset, .part = LM_PART_VALIDATION, .exact = TRUE };

    predictions = lm_predict (&spec, 0, &error);
    g_assert_no_error (error);
  }
  for (int i = 0; i < 10; i++)
    g_assert_cmpfloat_with_epsilon (answer->values[i], lm_tensor_get (predictions, 7 * 10 + i), 1e-5);
  g_assert_cmpint (lm_lens_get_heatmap (fixture->lens)->map->shape.dim[0], ==, 26);
  g_assert_null (lm_lens_get_film (fixture->lens)); /* nobody asked */
  lm_model_free (model);
}

static LmSample *
draw (float shade)
{
  LmSample *sample = g_new0 (LmSample, 1);

  sample->raw = lm_tensor_new (LM_F32, &LM_SHAPE (28, 28, 1), NULL);
  for (int i = 0; i < 28 * 28; i++)
    lm_tensor_f32 (sample->raw)[i] = i % 28 > 10 && i % 28 < 16 ? shade : 0;
  sample->label = -1;
  sample->name = g_strdup ("drawn");
  return sample;
}

/* As the pen does it: many samples while one is looked at; no look is spent on those in between. */
static void
test_latest_wins (Fixture *fixture,
                  gconstpointer data)
{
  double last = 0;
  guint before;

  lm_lens_set_run (fixture->lens, -1, NULL);
  lm_lens_watch (fixture->lens, fixture, LM_LENS_PREDICTION | LM_LENS_THUMBS | LM_LENS_HEATMAP);
  WAIT_FOR (is_answered (fixture));
  before = fixture->n_changed;
  for (int i = 1; i <= 200; i++)
    lm_lens_set_sample (fixture->lens, draw ((float) i));
  WAIT_FOR (is_answered (fixture));
  g_assert_cmpuint (fixture->n_changed - before, <=, 3);
  last = lm_tensor_get (lm_lens_get_film (fixture->lens)->input, 28 * 5 + 12);
  g_assert_cmpfloat (last, ==, 200);
}

static gboolean
says (LmLens *lens,
      const char *words)
{
  g_autofree char *said = lm_lens_dup_weights_words (lens);

  return said != NULL && g_str_has_prefix (said, words);
}

static void
test_follows_the_training (Fixture *fixture,
                           gconstpointer data)
{
  guint before;
  gint64 begin;
  double seconds;

  lm_lens_watch (fixture->lens, fixture, LM_LENS_PREDICTION | LM_LENS_THUMBS);
  lm_session_start (fixture->session, LM_START_FRESH, 0, 0);
  WAIT_FOR (lm_lens_is_live (fixture->lens));
  before = fixture->n_changed;
  begin = g_get_monotonic_time ();
  WAIT_FOR (fixture->n_changed >= before + 4);
  seconds = (double) (g_get_monotonic_time () - begin) / 1e6;
  g_assert_cmpfloat (seconds, >, 0.7); /* four times a second at most */
  g_assert_true (says (fixture->lens, "Run 1, step "));

  lm_session_stop (fixture->session);
  WAIT_FOR (!lm_session_is_active (fixture->session));
  WAIT_FOR (says (fixture->lens, "Run 1, epoch "));
}

static void
test_filters_grow_and_stop (Fixture *fixture,
                            gconstpointer data)
{
  double fraction = -1;
  const char *problem;

  lm_lens_set_run (fixture->lens, -1, NULL);
  lm_lens_watch (fixture->lens, fixture, LM_LENS_PREDICTION);
  WAIT_FOR (is_answered (fixture));
  lm_lens_find_filters (fixture->lens, "2");
  lm_lens_get_filters (fixture->lens, "2", &fraction, &problem);
  g_assert_cmpfloat (fraction, >=, 0);
  g_assert_null (lm_lens_get_filters (fixture->lens, "4", &fraction, &problem));
  WAIT_FOR (lm_lens_get_filters (fixture->lens, "2", &fraction, &problem) != NULL);
  WAIT_FOR (lm_lens_get_filters (fixture->lens, "2", &fraction, &problem) != NULL && fraction < 0);
  g_assert_cmpint (lm_lens_get_filters (fixture->lens, "2", &fraction, &problem)->tiles->shape.dim[0], ==, 8);
  g_assert_nonnull (strstr (lm_lens_get_filters (fixture->lens, "2", &fraction, &problem)->scale, "30 steps"));

  lm_lens_find_filters (fixture->lens, "4");
  lm_lens_cancel_filters (fixture->lens);
  lm_lens_get_filters (fixture->lens, "4", &fraction, &problem);
  g_assert_cmpfloat (fraction, <, 0);
  g_assert_null (problem);
  WAIT_FOR (lm_work_n_pending () == 0);
}

static void
test_kernels (Fixture *fixture,
              gconstpointer data)
{
  lm_lens_set_run (fixture->lens, -1, NULL);
  lm_lens_set_kernels (fixture->lens, "2");
  lm_lens_set_unit (fixture->lens, "2", 3);
  lm_lens_watch (fixture->lens, fixture, LM_LENS_KERNELS | LM_LENS_UNIT);
  WAIT_FOR (lm_lens_get_kernels (fixture->lens) != NULL && lm_lens_get_unit (fixture->lens) != NULL);
  g_assert_cmpint (lm_lens_get_kernels (fixture->lens)->tiles->shape.dim[0], ==, 8);
  for (int i = 0; i < 9; i++)
    g_assert_cmpfloat (lm_tensor_get (lm_lens_get_unit (fixture->lens)->tiles, i), ==, lm_tensor_get (lm_lens_get_kernels (fixture->lens)->tiles, 27 + i));

  lm_lens_set_kernels (fixture->lens, "3");
  WAIT_FOR (lm_lens_get_kernels_problem (fixture->lens) != NULL);
  g_assert_null (lm_lens_get_kernels (fixture->lens));
}

static void
test_what_does_not_fit_is_told (Fixture *fixture,
                                gconstpointer data)
{
  g_autofree char *path = g_build_filename (folder, "text.png", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  LmSample *sample = g_new0 (LmSample, 1);

  lm_lens_set_run (fixture->lens, -1, NULL);
  lm_lens_watch (fixture->lens, fixture, LM_LENS_PREDICTION | LM_LENS_THUMBS | LM_LENS_HEATMAP);
  WAIT_FOR (is_answered (fixture));
  sample->raw = lm_tensor_new (LM_F32, &LM_SHAPE (5), NULL);
  sample->label = -1;
  sample->name = g_strdup ("five numbers");
  lm_lens_set_sample (fixture->lens, sample);
  WAIT_FOR (lm_lens_get_problem (fixture->lens) != NULL);
  g_assert_nonnull (strstr (lm_lens_get_problem (fixture->lens), "“five numbers” is 5, but the network takes 28×28×1"));
  g_assert_null (lm_lens_get_film (fixture->lens));

  g_file_set_contents (path, "no picture", -1, NULL);
  lm_lens_pick_file (fixture->lens, file);
  WAIT_FOR (fixture->failed != NULL);
  lm_lens_set_heatmap (fixture->lens, "grad-cam", "4", -1);
  lm_lens_pick (fixture->lens, LM_PART_VALIDATION, 1);
  WAIT_FOR (lm_lens_get_answer (fixture->lens) != NULL && lm_lens_get_heatmap_problem (fixture->lens) != NULL);
  g_assert_null (lm_lens_get_problem (fixture->lens));
  g_assert_nonnull (strstr (lm_lens_get_heatmap_problem (fixture->lens), "no places left"));
}

static void
test_pins_are_kept (Fixture *fixture,
                    gconstpointer data)
{
  LmPins *pins = lm_lens_get_pins (fixture->lens);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) stored = NULL;
  LmPart part;
  gint64 index;

  WAIT_FOR (fixture->n_samples == 1);
  lm_lens_toggle_pin (fixture->lens);
  WAIT_FOR (lm_pins_get_n (pins) == 1);
  g_assert_true (lm_lens_is_pinned (fixture->lens));
  lm_lens_set_sample (fixture->lens, draw (77));
  g_assert_false (lm_lens_is_pinned (fixture->lens));
  lm_lens_toggle_pin (fixture->lens);
  WAIT_FOR (lm_pins_get_n (pins) == 2);
  g_assert_false (lm_pins_get_place (pins, 1, &part, &index));
  g_assert_cmpfloat (lm_tensor_get (lm_pins_get_sample (pins, 1)->raw, 28 * 5 + 12), ==, 77);
  g_assert_cmpstr (lm_pins_get_sample (pins, 1)->name, ==, "drawn");

  stored = lm_project_list_pins (lm_document_get_project (fixture->document), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (stored->len, ==, 2);
  lm_lens_use_pin (fixture->lens, 0);
  g_assert_true (lm_lens_get_place (fixture->lens, &part, &index) && index == 0 && part == LM_PART_VALIDATION);
  lm_lens_toggle_pin (fixture->lens);
  WAIT_FOR (lm_pins_get_n (pins) == 1);
  g_assert_false (lm_lens_is_pinned (fixture->lens));
}

int
main (int argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_true (lm_kernels_init (NULL, NULL));
  folder = g_dir_make_tmp ("lamina-lens-XXXXXX", NULL);

#define ADD(name, epochs, func) g_test_add (name, Fixture, GINT_TO_POINTER (epochs), set_up, func, tear_down)
  ADD ("/lens/untrained-until-asked-for", 1, test_untrained);
  ADD ("/lens/answers-as-predicted", 1, test_answers_as_predicted);
  ADD ("/lens/latest-sample-wins", 1, test_latest_wins);
  ADD ("/lens/follows-the-training", 100000, test_follows_the_training);
  ADD ("/lens/filters-grow-and-stop", 1, test_filters_grow_and_stop);
  ADD ("/lens/kernels", 1, test_kernels);
  ADD ("/lens/what-does-not-fit-is-told", 1, test_what_does_not_fit_is_told);
  ADD ("/lens/pins-are-kept", 1, test_pins_are_kept);
  status = g_test_run ();
  g_free (folder);
  return status;
}

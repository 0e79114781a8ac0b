/* test-explain.c: looking into networks whose answers are known
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-activations.h"
#include "lm-ascent.h"
#include "lm-grad-cam.h"
#include "lm-graph-picture.h"
#include "lm-ink.h"
#include "lm-kernels-sheet.h"
#include "lm-prediction.h"
#include "lm-probes.h"

#include "train-kit.h"

#include <malloc.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ || !defined __GLIBC__
#define COUNTS_MALLOC FALSE
#else
#define COUNTS_MALLOC TRUE
#endif

static void
add_weight (LmSnapshot *snapshot,
            const char *name,
            LmShape shape,
            const float *numbers)
{
  g_autoptr (LmTensor) tensor = lm_tensor_new_copy (LM_F32, &shape, numbers);
  g_autoptr (GError) error = NULL;

  lm_snapshot_add (snapshot, NULL, name, LM_SLOT_WEIGHT, TRUE, tensor, NULL, &error);
  g_assert_no_error (error);
}

/* Zeros, for biases. */
static void
add_zeros (LmSnapshot *snapshot,
           const char *name,
           int n)
{
  g_autofree float *zeros = g_new0 (float, n);

  add_weight (snapshot, name, LM_SHAPE (n), zeros);
}

/* @n random numbers. */
static float *
noise (int n,
       guint64 from)
{
  float *numbers = g_new (float, n);

  for (int i = 0; i < n; i++)
    numbers[i] = kit_random (from + (guint64) i);
  return numbers;
}

static LmSample *
make_sample (LmShape shape,
             const float *values)
{
  LmSample *sample = g_new0 (LmSample, 1);

  sample->raw = lm_tensor_new_copy (LM_F32, &shape, values);
  sample->label = -1;
  sample->name = g_strdup ("made up");
  return sample;
}

/* --- Heatmaps ----------------------------------------------------------------------- */

/* Two maps, x and −x/2; the head takes their means: score 0 is 2·a − b/2 … with W = {{2, −1}, {1, 1}}, so that the map of
 * class 0 is 1.5·x/16, that of class 1 minus the same. */
#define TWO_MAPS "Input shape=4,4,1; Conv2D filters=2 kernel_size=1; GlobalAveragePooling2D; "

static const float two_kernels[] = { 1, -0.5f };
static const float two_classes[] = { 2, -1, 1, 1 };
static const float one_class[] = { 2, 1 };

/* Pixel (1, 2) is 8, pixel (3, 0) is 2. */
static const float hot[16] = { 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 2, 0, 0, 0 };

static LmSnapshot *
two_map_weights (const char *prefix,
                 const float *dense,
                 int n_out)
{
  LmSnapshot *snapshot = lm_snapshot_new (0);
  g_autofree char *kernel = g_strconcat (prefix, "conv2d/kernel", NULL), *bias = g_strconcat (prefix, "conv2d/bias", NULL);

  add_weight (snapshot, kernel, LM_SHAPE (1, 1, 1, 2), two_kernels);
  add_zeros (snapshot, bias, 2);
  add_weight (snapshot, "dense/kernel", LM_SHAPE (2, n_out), dense);
  add_zeros (snapshot, "dense/bias", n_out);
  lm_snapshot_seal (snapshot);
  return snapshot;
}

static LmHeatmapPicture *
heat (const LmDesign *design,
      LmSnapshot *weights,
      const LmSample *sample,
      LmHeatmapSpec spec)
{
  LmLook look = { .design = design, .weights = weights };
  g_autoptr (GError) error = NULL;
  LmHeatmapPicture *picture = lm_heatmap (&look, sample, &spec, &error);

  g_assert_no_error (error);
  return picture;
}

static void
assert_map (const LmHeatmapPicture *picture,
            double factor)
{
  g_assert_cmpint (picture->map->shape.rank, ==, 2);
  g_assert_cmpint (picture->map->shape.dim[0], ==, 4);
  g_assert_cmpint (picture->map->shape.dim[1], ==, 4);
  for (int i = 0; i < 16; i++)
    g_assert_cmpfloat_with_epsilon (lm_tensor_get (picture->map, i), factor * (double) hot[i], 1e-6);
}

static void
test_grad_cam_is_as_computed_by_hand (void)
{
  g_autoptr (LmDesign) design = kit_design (TWO_MAPS "Dense units=2 activation=softmax", "");
  g_autoptr (LmSnapshot) weights = two_map_weights ("", two_classes, 2);
  g_autoptr (LmSample) sample = make_sample (LM_SHAPE (4, 4, 1), hot);
  g_autoptr (LmHeatmapPicture) picture = heat (design, weights, sample, (LmHeatmapSpec){ .class_index = -1 });

  assert_map (picture, 1.5 / 16);
  g_assert_false (picture->is_signed);
  g_assert_false (picture->is_empty);
  g_assert_null (picture->warning);
  g_assert_cmpstr (picture->layer, ==, "conv2d");
  g_assert_cmpstr (picture->title, ==, "What speaks for 0");
  g_assert_cmpfloat (picture->min, ==, 0);
  g_assert_cmpfloat_with_epsilon (picture->max, 0.75, 1e-6);

  /* Scores 15/16 and −15/16: probability 1 / (1 + exp (−15/8)) = 0.867. */
  g_assert_cmpint (picture->n_classes, ==, 2);
  g_assert_cmpstr (picture->class_names[0], ==, "0");
  g_assert_cmpfloat_with_epsilon (picture->class_scores[0], 0.867036, 1e-5);
  g_assert_cmpstr (picture->caption, ==, "Grad-CAM · class 0 (0.867) · score 0.938 · conv2d · raw range 0 … 0.75 · made up");
}

static void
test_a_map_with_nothing_for_the_class_is_signed (void)
{
  g_autoptr (LmDesign) design = kit_design (TWO_MAPS "Dense units=2 activation=softmax", "");
  g_autoptr (LmSnapshot) weights = two_map_weights ("", two_classes, 2);
  g_autoptr (LmSample) sample = make_sample (LM_SHAPE (4, 4, 1), hot);
  g_autoptr (LmHeatmapPicture) picture = heat (design, weights, sample, (LmHeatmapSpec){ .class_index = 1 });

  assert_map (picture, -1.5 / 16);
  g_assert_true (picture->is_signed);
  g_assert_false (picture->is_empty);
  g_assert_cmpstr (picture->warning, ==, "No place speaks for 1; shown is what speaks against it.");
  g_assert_cmpfloat_with_epsilon (picture->min, -0.75, 1e-6);
  g_assert_nonnull (strstr (picture->caption, "predicted 0"));
}

static void
test_one_output_has_two_classes (void)
{
  g_autoptr (LmDesign) design = kit_design (TWO_MAPS "Dense units=1 activation=sigmoid", "");
  g_autoptr (LmSnapshot) weights = two_map_weights ("", one_class, 1);
  g_autoptr (LmSample) sample = make_sample (LM_SHAPE (4, 4, 1), hot);
  g_autoptr (LmHeatmapPicture) one = heat (design, weights, sample, (LmHeatmapSpec){ .class_index = -1 });
  g_autoptr (LmHeatmapPicture) zero = heat (design, weights, sample, (LmHeatmapSpec){ .class_index = 0 });
  LmLook look = { .design = design, .weights = weights };
  g_autoptr (GError) error = NULL;

  assert_map (one, 1.5 / 16);
  assert_map (zero, -1.5 / 16);
  g_assert_cmpstr (one->title, ==, "What speaks for 1");
  g_assert_true (zero->is_signed);
  g_assert_nonnull (strstr (zero->caption, "score -0.938 (one output: minus its logit)"));
  g_assert_null (strstr (one->caption, "minus"));
  /* 1 / (1 + exp (−15/16)) */
  g_assert_cmpfloat_with_epsilon (one->class_scores[0], 0.718594, 1e-5);
  g_assert_cmpfloat_with_epsilon (one->class_scores[1], 1 - 0.718594, 1e-5);

  g_assert_null (lm_heatmap (&look, sample, &(LmHeatmapSpec){ .class_index = 2 }, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);
}

static void
test_a_layer_without_influence_gives_an_empty_map (void)
{
  static const float nothing[4] = { 0 };
  g_autoptr (LmDesign) design = kit_design (TWO_MAPS "Dense units=2 activation=softmax", "");
  g_autoptr (LmSnapshot) weights = two_map_weights ("", nothing, 2);
  g_autoptr (LmSample) sample = make_sample (LM_SHAPE (4, 4, 1), hot);
  g_autoptr (LmHeatmapPicture) picture = heat (design, weights, sample, (LmHeatmapSpec){ .class_index = 0 });
  g_autoptr (LmHeatmapPicture) saliency = heat (design, weights, sample, (LmHeatmapSpec){ .method = "saliency", .class_index = 0 });

  g_assert_true (picture->is_empty);
  g_assert_false (picture->is_signed);
  g_assert_cmpstr (picture->warning, ==, "This map is empty: the layer does not influence the class.");
  g_assert_true (saliency->is_empty);
  g_assert_cmpstr (saliency->warning, ==, "This map is empty: the picture does not influence the class.");
}

static void
assert_refused (const LmDesign *design,
                LmSnapshot *weights,
                const LmSample *sample,
                LmHeatmapSpec spec,
                int code)
{
  LmLook look = { .design = design, .weights = weights };
  g_autoptr (GError) error = NULL;

  g_assert_null (lm_heatmap (&look, sample, &spec, &error));
  g_assert_error (error, LM_ERROR, code);
}

static void
test_what_cannot_be_shown_is_refused (void)
{
  g_autoptr (LmDesign) design = kit_design (TWO_MAPS "Dense units=2 activation=softmax", "");
  g_autoptr (LmDesign) vector = kit_design ("Input shape=16; Dense units=2 activation=softmax", "");
  g_autoptr (LmDesign) twins = kit_design ("Input shape=4,4,1; Conv2D filters=2 kernel_size=1", "");
  g_autoptr (LmSnapshot) weights = two_map_weights ("", two_classes, 2);
  g_autoptr (LmSnapshot) broken = two_map_weights ("", (const float[]){ NAN, 1, 1, 1 }, 2);
  g_autoptr (LmSample) sample = make_sample (LM_SHAPE (4, 4, 1), hot), small = make_sample (LM_SHAPE (2, 2, 1), hot);
  g_autoptr (LmDesign) two_inputs = lm_design_copy (design);
  int other;

  assert_refused (design, weights, sample, (LmHeatmapSpec){ .layer = "global_average_pooling2d", .class_index = -1 }, LM_ERROR_NOT_FOUND);
  assert_refused (design, weights, sample, (LmHeatmapSpec){ .layer = "dense", .class_index = -1 }, LM_ERROR_NOT_FOUND);
  assert_refused (design, weights, sample, (LmHeatmapSpec){ .layer = "no_such", .class_index = -1 }, LM_ERROR_NOT_FOUND);
  assert_refused (design, weights, sample, (LmHeatmapSpec){ .method = "guess", .class_index = -1 }, LM_ERROR_USAGE);
  assert_refused (design, weights, sample, (LmHeatmapSpec){ .class_index = 2 }, LM_ERROR_NOT_FOUND);
  assert_refused (design, weights, sample, (LmHeatmapSpec){ .class_index = -2 }, LM_ERROR_NOT_FOUND);
  assert_refused (design, weights, small, (LmHeatmapSpec){ .class_index = -1 }, LM_ERROR_DATA);
  assert_refused (design, broken, sample, (LmHeatmapSpec){ .class_index = -1 }, LM_ERROR_DATA);
  assert_refused (vector, NULL, sample, (LmHeatmapSpec){ .class_index = -1 }, LM_ERROR_NOT_FOUND);
  assert_refused (vector, NULL, sample, (LmHeatmapSpec){ .method = "saliency", .class_index = -1 }, LM_ERROR_DATA);
  /* It ends in maps: there are no classes. */
  assert_refused (twins, NULL, sample, (LmHeatmapSpec){ .class_index = -1 }, LM_ERROR_DATA);

  /* A second Input, that one sample does not fill. */
  other = lm_design_add_node (two_inputs, lm_node_new ("Input", NULL));
  kit_set (lm_design_find (two_inputs, other)->options, "shape", "4,4,1");
  {
    int add = lm_design_add_node (two_inputs, lm_node_new ("Flatten", NULL));

    lm_design_add_wire (two_inputs, &(LmWire){ other, 0, add, 0 });
  }
  assert_refused (two_inputs, NULL, sample, (LmHeatmapSpec){ .class_index = -1 }, LM_ERROR_DATA);
}

static void
test_a_layer_inside_a_block_is_found (void)
{
  g_autoptr (LmDesign) design = lm_design_new ();
  g_autoptr (LmSnapshot) weights = two_map_weights ("block/", two_classes, 2);
  g_autoptr (LmSample) sample = make_sample (LM_SHAPE (4, 4, 1), hot);
  LmNode *input = lm_node_new ("Input", NULL), *block = lm_node_new ("Block", NULL), *port = lm_node_new ("Input", NULL);
  LmNode *conv = lm_node_new ("Conv2D", NULL), *pool = lm_node_new ("GlobalAveragePooling2D", NULL), *dense = lm_node_new ("Dense", NULL);
  g_autoptr (LmHeatmapPicture) by_default = NULL, by_name = NULL, by_id = NULL;
  g_autoptr (LmCheck) check = NULL;
  g_autoptr (LmGraphPicture) graph = NULL;

  kit_set (input->options, "shape", "4,4,1");
  kit_set_all (conv->options, "filters=2 kernel_size=1");
  kit_set_all (dense->options, "units=2 activation=softmax");
  lm_design_add_node (block->child, port);
  lm_design_add_node (block->child, conv);
  lm_design_add_wire (block->child, &(LmWire){ 1, 0, 2, 0 });
  lm_design_add_node (design, input);
  lm_design_add_node (design, block);
  lm_design_add_node (design, pool);
  lm_design_add_node (design, dense);
  for (int i = 1; i < 4; i++)
    lm_design_add_wire (design, &(LmWire){ i, 0, i + 1, 0 });

  by_default = heat (design, weights, sample, (LmHeatmapSpec){ .class_index = 0 });
  by_name = heat (design, weights, sample, (LmHeatmapSpec){ .layer = "block/conv2d", .class_index = 0 });
  by_id = heat (design, weights, sample, (LmHeatmapSpec){ .layer = "2/2", .class_index = 0 });
  assert_map (by_default, 1.5 / 16);
  assert_map (by_name, 1.5 / 16);
  assert_map (by_id, 1.5 / 16);
  g_assert_cmpstr (by_default->layer, ==, "block/conv2d");

  /* The diagram counts what is inside once: 2 weights and 2 biases. */
  check = lm_check_design (design, NULL, FALSE);
  graph = lm_graph_picture (design, check, NULL);
  g_assert_true (graph->cards[1].is_block);
  g_assert_cmpstr (graph->cards[1].params, ==, "4");
  g_assert_cmpstr (graph->cards[1].summary, ==, "Block · 2 layers");
  g_assert_cmpstr (graph->wires[1].label, ==, "4×4×2");
}

static void
test_saliency_is_the_size_of_the_gradient (void)
{
  g_autoptr (LmDesign) design = kit_design (TWO_MAPS "Dense units=2 activation=softmax", "");
  g_autoptr (LmSnapshot) weights = two_map_weights ("", two_classes, 2);
  g_autoptr (LmSample) sample = make_sample (LM_SHAPE (4, 4, 1), hot);

  for (int c = 0; c < 2; c++) {
    g_autoptr (LmHeatmapPicture) picture = heat (design, weights, sample, (LmHeatmapSpec){ .method = "saliency", .class_index = c });

    g_assert_null (picture->layer);
    g_assert_false (picture->is_signed);
    for (int i = 0; i < 16; i++)
      g_assert_cmpfloat_with_epsilon (lm_tensor_get (picture->map, i), 1.5 / 16, 1e-6);
  }
}

/* A head that weighs places against each other: the mean of its gradient is 0, so Grad-CAM sees nothing, HiResCAM all. */
static void
test_hirescam_sees_what_grad_cam_averages_away (void)
{
  static const float kernel[8] = { 1, 0, -1, 0, 1, 0, -1, 0 }, identity[1] = { 1 }, x[4] = { 3, 1, 4, 1 };
  g_autoptr (LmDesign) design = kit_design ("Input shape=2,2,1; Conv2D filters=1 kernel_size=1; Flatten; Dense units=2 activation=softmax", "");
  g_autoptr (LmSnapshot) weights = lm_snapshot_new (0);
  g_autoptr (LmSample) sample = make_sample (LM_SHAPE (2, 2, 1), x);
  g_autoptr (LmHeatmapPicture) cam = NULL, hires = NULL;

  add_weight (weights, "conv2d/kernel", LM_SHAPE (1, 1, 1, 1), identity);
  add_zeros (weights, "conv2d/bias", 1);
  add_weight (weights, "dense/kernel", LM_SHAPE (4, 2), kernel);
  add_zeros (weights, "dense/bias", 2);
  lm_snapshot_seal (weights);
  cam = heat (design, weights, sample, (LmHeatmapSpec){ .class_index = 0 });
  hires = heat (design, weights, sample, (LmHeatmapSpec){ .method = "hirescam", .class_index = 0 });

  g_assert_true (cam->is_empty);
  g_assert_false (hires->is_empty);
  g_assert_cmpfloat_with_epsilon (lm_tensor_get (hires->map, 0), 3, 1e-6);
  g_assert_cmpfloat_with_epsilon (lm_tensor_get (hires->map, 1), 0, 1e-6);
  g_assert_cmpfloat_with_epsilon (lm_tensor_get (hires->map, 2), 4, 1e-6);
  g_assert_cmpfloat_with_epsilon (lm_tensor_get (hires->map, 3), 0, 1e-6);
  g_assert_nonnull (strstr (hires->caption, "raw range -1 … 4"));
}

/* --- Ascent ------------------------------------------------------------------------- */

#define ASCENT_SIZE 16
#define ASCENT_NET "Input shape=16,16,1; Conv2D filters=4 kernel_size=3 activation=relu"

/* Filters 0 and 1 see edges and corners; 2 is below 0 on all that is grey; 3 is nothing at all. */
static LmSnapshot *
ascent_weights (void)
{
  static const float filters[4][9] = {
    { 1, 0.2f, -1, 2, 0.1f, -1.8f, 1, 0, -1 },
    { 1, 1, -0.5f, 0.5f, 0, -1, 0.3f, -1, -0.2f },
    { 0, 0, 0, 0, 1, 0, 0, 0, -0.5f },
    { 0 },
  };
  static const float bias[4] = { 0, 0, -110, 0 };
  float kernel[36];
  LmSnapshot *snapshot = lm_snapshot_new (0);

  for (int place = 0; place < 9; place++) {
    for (int f = 0; f < 4; f++)
      kernel[place * 4 + f] = filters[f][place];
  }
  add_weight (snapshot, "conv2d/kernel", LM_SHAPE (3, 3, 1, 4), kernel);
  add_weight (snapshot, "conv2d/bias", LM_SHAPE (4), bias);
  lm_snapshot_seal (snapshot);
  return snapshot;
}

/* Mean of map @f for a picture of 16×16. */
static double
mean_activation (const LmDesign *design,
                 LmSnapshot *weights,
                 const float *picture,
                 int f)
{
  LmProbeSpec spec = { .design = design, .weights = weights, .max_batch = 1 };
  g_autoptr (LmProbe) probe = lm_probe_new (&spec, NULL);
  LmOperand out;
  double sum = 0;
  gint64 n;

  lm_probe_forward (probe, (const float *const[]){ picture }, 1);
  out = lm_probe_output (probe, lm_probe_sink (probe), 0);
  n = out.shape.dim[1] * out.shape.dim[2];
  for (gint64 i = 0; i < n; i++)
    sum += (double) ((const float *) out.data)[i * out.shape.dim[3] + f];
  return sum / (double) n;
}

static LmSheetPicture *
ascend (const LmDesign *design,
        LmSnapshot *weights,
        int n_steps,
        guint64 seed)
{
  LmLook look = { .design = design, .weights = weights };
  g_autoptr (GError) error = NULL;
  LmSheetPicture *sheet = lm_ascent (&look, &(LmAscentSpec){ .n_steps = n_steps, .seed = seed }, &error);

  g_assert_no_error (error);
  return sheet;
}

static void
test_ascent_excites_each_filter (void)
{
  const int size = ASCENT_SIZE * ASCENT_SIZE;
  g_autoptr (LmDesign) design = kit_design (ASCENT_NET, "");
  g_autoptr (LmSnapshot) weights = ascent_weights ();
  g_autoptr (LmSheetPicture) begun = ascend (design, weights, 1, 3), sheet = ascend (design, weights, 30, 3);
  const float *tiles = lm_tensor_f32 (sheet->tiles), *before = lm_tensor_f32 (begun->tiles);

  g_assert_cmpint (sheet->tiles->shape.rank, ==, 3);
  g_assert_cmpint (sheet->tiles->shape.dim[0], ==, 4);
  g_assert_cmpint (sheet->tiles->shape.dim[1], ==, ASCENT_SIZE);
  g_assert_cmpfloat (sheet->min, ==, 0);
  g_assert_cmpfloat (sheet->max, ==, 255);
  g_assert_cmpint (sheet->map, ==, LM_MAP_GREY);
  g_assert_cmpstr (sheet->scale, ==, "16×16 each · gradient ascent, 30 steps · each scaled by itself");

  /* The tiles have the same mean and deviation, so only the pattern can excite. */
  for (int f = 0; f < 2; f++) {
    double grey = mean_activation (design, weights, tiles + 3 * size, f);

    g_assert_cmpfloat (mean_activation (design, weights, tiles + f * size, f), >, 1.5 * grey);
  }
  /* The one that saw nothing has moved, the one that cannot see has not. */
  g_assert_cmpmem (tiles + 3 * size, sizeof (float) * (gsize) size, before + 3 * size, sizeof (float) * (gsize) size);
  g_assert_true (memcmp (tiles + 2 * size, before + 2 * size, sizeof (float) * (gsize) size) != 0);
}

static void
test_ascent_repeats_with_its_seed (void)
{
  g_autoptr (LmDesign) design = kit_design (ASCENT_NET, "");
  g_autoptr (LmSnapshot) weights = ascent_weights ();
  g_autoptr (LmSheetPicture) a = ascend (design, weights, 5, 7), b = ascend (design, weights, 5, 7), c = ascend (design, weights, 5, 8);
  gsize bytes = sizeof (float) * (gsize) lm_tensor_n_elements (a->tiles);

  g_assert_cmpmem (a->tiles->data, bytes, b->tiles->data, bytes);
  g_assert_true (memcmp (a->tiles->data, c->tiles->data, bytes) != 0);
}

static gboolean
stop_at_third (void *data,
               const char *what,
               double share)
{
  return ++*(int *) data < 3;
}

static void
test_ascent_can_be_stopped (void)
{
  g_autoptr (LmDesign) design = kit_design (ASCENT_NET, ""), vector = kit_design ("Input shape=6; Dense units=2", "");
  g_autoptr (LmSnapshot) weights = ascent_weights ();
  LmLook look = { .design = design, .weights = weights }, other = { .design = vector };
  g_autoptr (GError) stopped = NULL, no_picture = NULL;
  int n = 0;

  g_assert_null (lm_ascent (&look, &(LmAscentSpec){ .progress = stop_at_third, .progress_data = &n }, &stopped));
  g_assert_error (stopped, LM_ERROR, LM_ERROR_CANCELLED);
  g_assert_cmpint (n, ==, 3);
  g_assert_null (lm_ascent (&other, &(LmAscentSpec){ .n_steps = 1 }, &no_picture));
  g_assert_error (no_picture, LM_ERROR, LM_ERROR_DATA);
}

/* The picture that speaks for a class is its weights, however sure the softmax is already. */
static void
test_ascent_of_a_class_goes_by_its_logit (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=8,8,1; Flatten; Dense units=3 activation=softmax", "");
  g_autoptr (LmSnapshot) weights = lm_snapshot_new (0);
  g_autofree float *kernel = noise (192, 0);
  g_autoptr (LmSheetPicture) sheet = NULL;

  add_weight (weights, "dense/kernel", LM_SHAPE (64, 3), kernel);
  add_zeros (weights, "dense/bias", 3);
  lm_snapshot_seal (weights);
  sheet = ascend (design, weights, 30, 1);
  for (int c = 0; c < 3; c++) {
    double xy = 0, xx = 0, yy = 0, mean_x = 0, mean_y = 0;

    for (int i = 0; i < 64; i++) {
      mean_x += lm_tensor_get (sheet->tiles, c * 64 + i) / 64;
      mean_y += (double) kernel[i * 3 + c] / 64;
    }
    for (int i = 0; i < 64; i++) {
      double x = lm_tensor_get (sheet->tiles, c * 64 + i) - mean_x, y = (double) kernel[i * 3 + c] - mean_y;

      xy += x * y;
      xx += x * x;
      yy += y * y;
    }
    g_assert_cmpfloat (xy / sqrt (xx * yy), >, 0.95);
  }
}

/* --- Activations -------------------------------------------------------------------- */

static LmSnapshot *
dense_weights (int hidden,
               int dead)
{
  LmSnapshot *snapshot = lm_snapshot_new (0);
  g_autofree float *first = noise (6 * hidden, 0), *second = noise (hidden * 3, 5000), *bias = g_new0 (float, hidden);

  for (int i = 0; i < 6; i++)
    first[i * hidden + dead] = 0;
  bias[dead] = -1;
  for (int u = 0; u < hidden; u++)
    bias[u] += u == dead ? 0 : 0.5f;
  add_weight (snapshot, "dense/kernel", LM_SHAPE (6, hidden), first);
  add_weight (snapshot, "dense/bias", LM_SHAPE (hidden), bias);
  add_weight (snapshot, "dense_1/kernel", LM_SHAPE (hidden, 3), second);
  add_zeros (snapshot, "dense_1/bias", 3);
  lm_snapshot_seal (snapshot);
  return snapshot;
}

static void
test_activations_end_in_the_prediction (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=6; Dense units=8 activation=relu; Dropout rate=0.5; Dense units=3 activation=softmax", "batch_size=8");
  g_autoptr (LmSnapshot) weights = dense_weights (8, 2);
  g_autoptr (LmDataset) dataset = kit_dataset (40, 40, 6, 3);
  LmLook look = { .design = design, .weights = weights, .dataset = dataset }, alone = { .design = design, .weights = weights };
  LmEvaluateSpec spec = { .design = design, .weights = weights, .dataset = dataset, .part = LM_PART_VALIDATION, .exact = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (LmSample) sample = lm_sample_from_dataset (dataset, LM_PART_VALIDATION, 5, &error);
  g_autoptr (LmTensor) predictions = lm_predict (&spec, 0, &error);
  g_autoptr (LmFilmPicture) film = NULL, lonely = NULL, only = NULL;
  const LmSheetPicture *last;

  g_assert_no_error (error);
  film = lm_activations (&look, sample, NULL, &error);
  g_assert_no_error (error);
  /* Dropout hands on in inference: it shows nothing new. */
  g_assert_cmpint (film->n_sheets, ==, 2);
  last = film->sheets[1];
  g_assert_cmpstr (last->title, ==, "dense_1 · Dense");
  for (int i = 0; i < 3; i++)
    g_assert_cmpfloat_with_epsilon (lm_tensor_get (last->tiles, i), lm_tensor_get (predictions, 5 * 3 + i), 1e-6);
  g_assert_cmpint (last->map, ==, LM_MAP_VIRIDIS);
  g_assert_cmpstr (last->labels[2], ==, "2");

  for (int u = 0; u < 8; u++)
    g_assert_cmpint (film->sheets[0]->dead[u], ==, u == 2);
  g_assert_true (g_str_has_suffix (film->sheets[0]->scale, " · 1 always 0"));

  /* One sample is too few to call a unit dead. */
  lonely = lm_activations (&alone, sample, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (lonely->sheets[0]->dead);
  only = lm_activations (&alone, sample, "dense", &error);
  g_assert_no_error (error);
  g_assert_cmpint (only->n_sheets, ==, 1);
  g_assert_null (lm_activations (&alone, sample, "no_such", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);
}

static void
test_many_features_say_how_many_are_dead (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=6; Dense units=100 activation=relu; Dense units=3 activation=softmax", "batch_size=8");
  g_autoptr (LmSnapshot) weights = dense_weights (100, 70);
  g_autoptr (LmDataset) dataset = kit_dataset (40, 40, 6, 3);
  LmLook look = { .design = design, .weights = weights, .dataset = dataset };
  g_autoptr (GError) error = NULL;
  g_autoptr (LmSample) sample = lm_sample_from_dataset (dataset, LM_PART_VALIDATION, 0, &error);
  g_autoptr (LmFilmPicture) film = lm_activations (&look, sample, NULL, &error);
  int n_dead = 0;

  g_assert_no_error (error);
  g_assert_null (film->sheets[0]->dead);
  g_assert_cmpint (sscanf (film->sheets[0]->scale, "%d of 100 always 0", &n_dead), ==, 1);
  g_assert_cmpint (n_dead, >=, 1);
  g_assert_null (lm_sample_from_dataset (dataset, LM_PART_VALIDATION, 40, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);
}

/* --- Kernels ------------------------------------------------------------------------ */

/* The sheet of the only layer with weights, whose kernel counts up from 1. */
static LmSheetPicture *
count_up (const char *layers,
          const char *name,
          LmShape shape,
          int n_out)
{
  g_autoptr (LmDesign) design = kit_design (layers, "");
  g_autoptr (LmSnapshot) weights = lm_snapshot_new (0);
  gint64 n = lm_shape_n_elements (&shape, 1);
  g_autofree float *numbers = g_new (float, n);
  g_autofree char *kernel = g_strconcat (name, "/kernel", NULL), *bias = g_strconcat (name, "/bias", NULL);
  LmLook look = { .design = design, .weights = weights };
  g_autoptr (GError) error = NULL;
  LmSheetPicture *sheet;

  for (gint64 i = 0; i < n; i++)
    numbers[i] = (float) (i + 1);
  add_weight (weights, kernel, shape, numbers);
  add_zeros (weights, bias, n_out);
  lm_snapshot_seal (weights);
  sheet = lm_kernels_sheet (&look, NULL, &error);
  g_assert_no_error (error);
  return sheet;
}

static void
assert_tiles (const LmSheetPicture *sheet,
              LmShape shape)
{
  g_assert_true (lm_shape_equal (&sheet->tiles->shape, &shape));
}

static void
test_kernels_of_convolutions (void)
{
  g_autoptr (LmSheetPicture) grey = count_up ("Input shape=5,5,1; Conv2D filters=2 kernel_size=3", "conv2d", LM_SHAPE (3, 3, 1, 2), 2);
  g_autoptr (LmSheetPicture) colour = count_up ("Input shape=5,5,3; Conv2D filters=2 kernel_size=3", "conv2d", LM_SHAPE (3, 3, 3, 2), 2);
  g_autoptr (LmSheetPicture) deep = count_up ("Input shape=5,5,5; Conv2D filters=2 kernel_size=3", "conv2d", LM_SHAPE (3, 3, 5, 2), 2);

  /* Kernel element (y, x, c, o) is 1 + ((3·y + x)·C + c)·2 + o. */
  assert_tiles (grey, LM_SHAPE (2, 3, 3));
  g_assert_cmpint (grey->map, ==, LM_MAP_DIVERGING);
  for (int o = 0; o < 2; o++) {
    for (int place = 0; place < 9; place++)
      g_assert_cmpfloat (lm_tensor_get (grey->tiles, o * 9 + place), ==, 1 + place * 2 + o);
  }
  g_assert_cmpfloat (grey->max, ==, 18);
  g_assert_cmpfloat (grey->min, ==, -18);
  g_assert_cmpstr (grey->scale, ==, "3×3 each · one scale: -18 … 18");

  /* In colour 0 is mid grey, though no weight is negative. */
  assert_tiles (colour, LM_SHAPE (2, 3, 3, 3));
  g_assert_cmpint (colour->map, ==, LM_MAP_RGB);
  g_assert_cmpfloat (lm_tensor_get (colour->tiles, 27 + 4 * 3 + 2), ==, 1 + (4 * 3 + 2) * 2 + 1);
  g_assert_cmpfloat (colour->min, ==, -54);
  g_assert_cmpfloat (colour->max, ==, 54);

  assert_tiles (deep, LM_SHAPE (10, 3, 3));
  g_assert_cmpint (deep->columns, ==, 5);
  g_assert_cmpstr (deep->labels[7], ==, "1·2");
  g_assert_cmpfloat (lm_tensor_get (deep->tiles, 7 * 9 + 4), ==, 1 + (4 * 5 + 2) * 2 + 1);
}

static void
test_kernels_of_dense_layers (void)
{
  g_autoptr (LmSheetPicture) picture = count_up ("Input shape=4,3,1; Flatten; Dense units=2", "dense", LM_SHAPE (12, 2), 2);
  g_autoptr (LmSheetPicture) colour = count_up ("Input shape=2,2,3; Flatten; Dropout rate=0.5; Dense units=2", "dense", LM_SHAPE (12, 2), 2);
  g_autoptr (LmSheetPicture) matrix = count_up ("Input shape=12; Dense units=2", "dense", LM_SHAPE (12, 2), 2);
  g_autoptr (LmSheetPicture) pooled = count_up ("Input shape=4,4,1; MaxPooling2D pool_size=4 padding=same strides=1; Flatten; Dense units=2", "dense", LM_SHAPE (16, 2), 2);

  assert_tiles (picture, LM_SHAPE (2, 4, 3));
  for (int i = 0; i < 24; i++)
    g_assert_cmpfloat (lm_tensor_get (picture->tiles, i), ==, 1 + i % 12 * 2 + i / 12);
  assert_tiles (colour, LM_SHAPE (2, 2, 2, 3));
  g_assert_cmpint (colour->map, ==, LM_MAP_RGB);
  g_assert_cmpfloat (lm_tensor_get (colour->tiles, 12 + 5), ==, 1 + 5 * 2 + 1);
  assert_tiles (matrix, LM_SHAPE (1, 12, 2));
  g_assert_true (g_str_has_prefix (matrix->scale, "rows: inputs, columns: units · "));
  /* As many numbers as pixels, but they are no pixels. */
  assert_tiles (pooled, LM_SHAPE (1, 16, 2));
}

static void
test_a_layer_without_kernel_has_no_sheet (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=4,3,1; Flatten; Dense units=2", "");
  LmLook look = { .design = design };
  g_autoptr (LmSheetPicture) fresh = lm_kernels_sheet (&look, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (fresh->caption, ==, "Not trained: random weights");
  g_assert_null (lm_kernels_sheet (&look, "flatten", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);
}

/* --- Diagram ------------------------------------------------------------------------ */

static void
test_graph_picture_has_shapes_and_figures (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=28,28,1; Conv2D filters=4 kernel_size=3 activation=relu; Flatten; Dense units=10 activation=softmax", "");
  LmTask task = { .has_target = TRUE, .labels = TRUE, .n_classes = 10 };
  g_autoptr (LmCheck) check = lm_check_design (design, NULL, FALSE);
  g_autoptr (LmGraphPicture) picture = lm_graph_picture (design, check, &task);

  g_assert_cmpint (picture->n_cards, ==, 4);
  g_assert_cmpint (picture->n_wires, ==, 3);
  g_assert_cmpstr (picture->wires[0].label, ==, "28×28×1");
  g_assert_cmpstr (picture->wires[1].label, ==, "26×26×4");
  g_assert_cmpstr (picture->wires[2].label, ==, "2704");
  g_assert_cmpint (picture->wires[2].from, ==, 2);
  g_assert_cmpint (picture->wires[2].to, ==, 3);
  g_assert_null (picture->cards[0].params);
  g_assert_cmpstr (picture->cards[1].params, ==, "40");     /* 3·3·4 + 4 */
  g_assert_cmpstr (picture->cards[3].params, ==, "27,050"); /* 2704·10 + 10 */
  g_assert_cmpstr (picture->caption, ==, "27,090 parameters");
  g_assert_cmpstr (picture->cards[3].target, ==, "target · 10 classes");
  for (int i = 0; i < 3; i++)
    g_assert_null (picture->cards[i].target);
}

static void
test_graph_picture_shows_a_mistake_at_its_port (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=6; Dense units=3", "");
  LmNode *dense = lm_node_new ("Dense", NULL), *add = lm_node_new ("Add", NULL);
  g_autoptr (LmCheck) check = NULL;
  g_autoptr (LmGraphPicture) picture = NULL;
  int n_wrong = 0;

  kit_set (dense->options, "units", "4");
  lm_design_add_node (design, dense);
  lm_design_add_node (design, add);
  lm_design_add_wire (design, &(LmWire){ 1, 0, 3, 0 });
  lm_design_add_wire (design, &(LmWire){ 2, 0, 4, 0 });
  lm_design_add_wire (design, &(LmWire){ 3, 0, 4, 1 });
  check = lm_check_design (design, NULL, FALSE);
  picture = lm_graph_picture (design, check, NULL);

  g_assert_nonnull (picture->cards[3].error);
  g_assert_cmpint (picture->cards[3].error_port, ==, 1);
  for (int i = 0; i < picture->n_wires; i++) {
    g_assert_cmpint (picture->wires[i].is_error, ==, picture->wires[i].to == 3 && picture->wires[i].to_port == 1);
    n_wrong += picture->wires[i].is_error;
  }
  g_assert_cmpint (n_wrong, ==, 1);
}

static void
test_counts_are_grouped (void)
{
  static const struct {
    gint64 n;
    const char *text;
  } cases[] = { { 0, "0" }, { 999, "999" }, { 1000, "1,000" }, { 18496, "18,496" }, { 999999, "999,999" }, { 1200000, "1.20 M" }, { 3000000000, "3.00 G" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = lm_count_to_string (cases[i].n);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

/* --- Memory ------------------------------------------------------------------------- */

static void
look_at_everything (const LmLook *look,
                    const LmSample *sample)
{
  g_autoptr (LmHeatmapPicture) cam = lm_heatmap (look, sample, &(LmHeatmapSpec){ .class_index = -1 }, NULL);
  g_autoptr (LmHeatmapPicture) saliency = lm_heatmap (look, sample, &(LmHeatmapSpec){ .method = "saliency", .class_index = 1 }, NULL);
  g_autoptr (LmHeatmapPicture) refused = lm_heatmap (look, sample, &(LmHeatmapSpec){ .class_index = 9 }, NULL);
  g_autoptr (LmFilmPicture) film = lm_activations (look, sample, NULL, NULL);
  g_autoptr (LmSheetPicture) kernels = lm_kernels_sheet (look, NULL, NULL);
  g_autoptr (LmSheetPicture) filters = lm_ascent (look, &(LmAscentSpec){ .n_steps = 1 }, NULL);

  g_assert_true (cam != NULL && saliency != NULL && refused == NULL && film != NULL && kernels != NULL && filters != NULL);
}

static gsize
memory_in_use (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

static void
test_looking_leaves_nothing_behind (void)
{
  g_autoptr (LmDesign) design = kit_design (TWO_MAPS "Dense units=2 activation=softmax", "");
  g_autoptr (LmSnapshot) weights = two_map_weights ("", two_classes, 2);
  g_autoptr (LmSample) sample = make_sample (LM_SHAPE (4, 4, 1), hot);
  LmLook look = { .design = design, .weights = weights };
  gsize before;

  if (!COUNTS_MALLOC) {
    g_test_skip ("the sanitizer has its own allocator");
    return;
  }
  /* In a process of its own, whose allocator keeps no freed pieces back for its threads: those would count as in use. */
  if (!g_test_subprocess ()) {
    g_setenv ("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", TRUE);
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_unsetenv ("GLIBC_TUNABLES");
    g_test_trap_assert_passed ();
    return;
  }
  for (int i = 0; i < 10; i++)
    look_at_everything (&look, sample);
  before = memory_in_use ();
  for (int i = 0; i < 300; i++)
    look_at_everything (&look, sample);
  /* The smallest piece, 32 bytes with what the allocator adds, lost each round would be 9600. */
  g_assert_cmpuint (memory_in_use (), <, before + 4800);
}

/* --- Probes that are kept, predictions, drawings -------------------------------------- */

/* The same pictures with new weights as without keeping anything. */
static void
test_kept_probes_take_new_weights (void)
{
  g_autoptr (LmDesign) design = kit_design (TWO_MAPS "Dense units=2 activation=softmax", "");
  g_autoptr (LmSnapshot) one = two_map_weights ("", two_classes, 2), other = two_map_weights ("", (const float[]){ 1, 3, -2, 1 }, 2);
  g_autoptr (LmSample) sample = make_sample (LM_SHAPE (4, 4, 1), hot);
  g_autoptr (LmProbes) probes = lm_probes_new ();

  for (int i = 0; i < 4; i++) {
    LmLook plain = { .design = design, .weights = i % 2 == 0 ? one : other }, kept = plain;
    g_autoptr (LmHeatmapPicture) a = lm_heatmap (&plain, sample, &(LmHeatmapSpec){ .class_index = 0 }, NULL), b = NULL;
    g_autoptr (LmFilmPicture) c = lm_activations (&plain, sample, NULL, NULL), d = NULL;
    g_autoptr (LmPrediction) e = lm_prediction_new (&plain, sample, NULL), f = NULL;

    kept.probes = probes;
    b = lm_heatmap (&kept, sample, &(LmHeatmapSpec){ .class_index = 0 }, NULL);
    d = lm_activations (&kept, sample, NULL, NULL);
    f = lm_prediction_new (&kept, sample, NULL);
    g_assert_cmpmem (a->map->data, lm_tensor_n_bytes (a->map), b->map->data, lm_tensor_n_bytes (b->map));
    g_assert_cmpint (c->n_sheets, ==, d->n_sheets);
    for (int s = 0; s < c->n_sheets; s++)
      g_assert_cmpmem (c->sheets[s]->tiles->data, lm_tensor_n_bytes (c->sheets[s]->tiles), d->sheets[s]->tiles->data, lm_tensor_n_bytes (d->sheets[s]->tiles));
    g_assert_cmpmem (e->values, sizeof (double) * 2, f->values, sizeof (double) * 2);
    g_assert_true (f->is_shares);
  }
}

static void
test_one_number_is_no_class (void)
{
  g_autoptr (LmDesign) design = kit_design (TWO_MAPS "Dense units=1", "");
  g_autoptr (LmSnapshot) weights = two_map_weights ("", one_class, 1);
  g_autoptr (LmSample) sample = make_sample (LM_SHAPE (4, 4, 1), hot);
  LmLook look = { .design = design, .weights = weights };
  g_autoptr (LmHeatmapPicture) picture = heat (design, weights, sample, (LmHeatmapSpec){ .class_index = -1 });
  g_autoptr (LmPrediction) answer = NULL;
  g_autoptr (GError) error = NULL;

  assert_map (picture, 1.5 / 16);
  g_assert_cmpstr (picture->title, ==, "What raises the answer");
  g_assert_null (strstr (picture->caption, "class"));
  g_assert_cmpint (picture->n_classes, ==, 0);
  g_assert_null (lm_heatmap (&look, sample, &(LmHeatmapSpec){ .class_index = 1 }, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);

  answer = lm_prediction_new (&look, sample, NULL);
  g_assert_false (answer->is_shares);
  g_assert_cmpint (answer->n, ==, 1);
  g_assert_cmpfloat_with_epsilon (answer->values[0], 15.0 / 16, 1e-6);
}

/* A copy has the weights of its source and outputs of its own. */
static void
test_linked_copies_are_looked_at (void)
{
  g_autoptr (LmDesign) design = kit_design ("Input shape=6; Dense units=6 activation=relu; Dense units=3", "");
  g_autoptr (LmSample) sample = NULL;
  g_autofree float *values = noise (6, 0);
  LmNode *copy = lm_node_new ("Dense", NULL);
  LmLook look = { .design = design, .seed = 3 };
  g_autoptr (LmFilmPicture) film = NULL;
  g_autoptr (LmSheetPicture) kernel = NULL, of_source = NULL;
  g_autoptr (GError) error = NULL;
  int id;

  sample = make_sample (LM_SHAPE (6), values);
  copy->type = LM_NODE_COPY;
  copy->layer = NULL;
  g_clear_pointer (&copy->options, lm_option_set_free);
  copy->source_id = 2;
  id = lm_design_add_node (design, copy);
  lm_design_remove_wire (design, &(LmWire){ 2, 0, 3, 0 });
  lm_design_add_wire (design, &(LmWire){ 2, 0, id, 0 });
  lm_design_add_wire (design, &(LmWire){ id, 0, 3, 0 });

  film = lm_activations (&look, sample, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (film->n_sheets, ==, 3);
  g_assert_cmpstr (film->sheets[0]->path, ==, "2");
  g_assert_cmpstr (film->sheets[1]->path, ==, "4");
  g_assert_cmpstr (film->sheets[1]->shape, ==, "6");
  g_assert_true (memcmp (film->sheets[0]->tiles->data, film->sheets[1]->tiles->data, 6 * sizeof (float)) != 0);
  kernel = lm_kernels_sheet (&look, "4", &error);
  g_assert_no_error (error);
  of_source = lm_kernels_sheet (&look, "2", &error);
  g_assert_cmpmem (kernel->tiles->data, lm_tensor_n_bytes (kernel->tiles), of_source->tiles->data, lm_tensor_n_bytes (of_source->tiles));
  g_assert_cmpstr (kernel->path, ==, "4");
}

/* A square in a corner, half as large as the drawing: in the middle, as large as the style says. */
static void
test_drawings_are_centred_and_scaled (void)
{
  enum {
    SIDE = 100
  };
  g_autofree float *coverage = g_new0 (float, SIDE *SIDE);
  LmShape input = LM_SHAPE (LM_BATCH, 28, 28, 1);
  LmInkStyle style;
  g_autoptr (LmSample) sample = NULL, plain = NULL;
  const float *pixels;

  for (int y = 0; y < 50; y++) {
    for (int x = 0; x < 50; x++)
      coverage[y * SIDE + x] = 1;
  }
  lm_ink_style (NULL, &style);
  g_assert_true (style.fits);
  style.share = 0.5;
  sample = lm_ink_sample (coverage, SIDE, &input, &style, NULL);
  pixels = lm_tensor_f32 (sample->raw);
  for (int y = 0; y < 28; y++) {
    for (int x = 0; x < 28; x++)
      g_assert_cmpfloat (pixels[y * 28 + x], ==, x >= 7 && x < 21 && y >= 7 && y < 21 ? 255 : 0);
  }
  style = (LmInkStyle){ .paper = 1, .ink = 0, .fits = FALSE };
  plain = lm_ink_sample (coverage, SIDE, &input, &style, "mine");
  g_assert_cmpfloat (lm_tensor_get (plain->raw, 0), ==, 0);
  g_assert_cmpfloat (lm_tensor_get (plain->raw, 27 * 28 + 27), ==, 1);
  g_assert_cmpstr (plain->name, ==, "mine");
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/heatmap/grad-cam-is-as-computed-by-hand", test_grad_cam_is_as_computed_by_hand);
  g_test_add_func ("/heatmap/a-map-with-nothing-for-the-class-is-signed", test_a_map_with_nothing_for_the_class_is_signed);
  g_test_add_func ("/heatmap/one-output-has-two-classes", test_one_output_has_two_classes);
  g_test_add_func ("/heatmap/a-layer-without-influence-gives-an-empty-map", test_a_layer_without_influence_gives_an_empty_map);
  g_test_add_func ("/heatmap/what-cannot-be-shown-is-refused", test_what_cannot_be_shown_is_refused);
  g_test_add_func ("/heatmap/a-layer-inside-a-block-is-found", test_a_layer_inside_a_block_is_found);
  g_test_add_func ("/heatmap/saliency-is-the-size-of-the-gradient", test_saliency_is_the_size_of_the_gradient);
  g_test_add_func ("/heatmap/hirescam-sees-what-grad-cam-averages-away", test_hirescam_sees_what_grad_cam_averages_away);
  g_test_add_func ("/ascent/excites-each-filter", test_ascent_excites_each_filter);
  g_test_add_func ("/ascent/repeats-with-its-seed", test_ascent_repeats_with_its_seed);
  g_test_add_func ("/ascent/can-be-stopped", test_ascent_can_be_stopped);
  g_test_add_func ("/ascent/of-a-class-goes-by-its-logit", test_ascent_of_a_class_goes_by_its_logit);
  g_test_add_func ("/activations/end-in-the-prediction", test_activations_end_in_the_prediction);
  g_test_add_func ("/activations/many-features-say-how-many-are-dead", test_many_features_say_how_many_are_dead);
  g_test_add_func ("/kernels-sheet/convolutions", test_kernels_of_convolutions);
  g_test_add_func ("/kernels-sheet/dense-layers", test_kernels_of_dense_layers);
  g_test_add_func ("/kernels-sheet/a-layer-without-kernel-has-none", test_a_layer_without_kernel_has_no_sheet);
  g_test_add_func ("/graph-picture/has-shapes-and-figures", test_graph_picture_has_shapes_and_figures);
  g_test_add_func ("/graph-picture/shows-a-mistake-at-its-port", test_graph_picture_shows_a_mistake_at_its_port);
  g_test_add_func ("/graph-picture/counts-are-grouped", test_counts_are_grouped);
  g_test_add_func ("/explain/looking-leaves-nothing-behind", test_looking_leaves_nothing_behind);
  g_test_add_func ("/explain/kept-probes-take-new-weights", test_kept_probes_take_new_weights);
  g_test_add_func ("/explain/one-number-is-no-class", test_one_number_is_no_class);
  g_test_add_func ("/explain/linked-copies-are-looked-at", test_linked_copies_are_looked_at);
  g_test_add_func ("/explain/drawings-are-centred-and-scaled", test_drawings_are_centred_and_scaled);
  return g_test_run ();
}

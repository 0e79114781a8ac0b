/* lm-grad-cam.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-grad-cam.h"

#include "lm-activations.h"
#include "lm-error.h"
#include "lm-i18n.h"
#include "lm-kernels-sheet.h"
#include "lm-prediction.h"
#include "lm-probes.h"

#include <math.h>
#include <string.h>

#define EMPTY 1e-6

typedef enum {
  GRAD_CAM,
  HIRES_CAM,
  SALIENCY,
} Method;

static const char *const method_ids[] = { "grad-cam", "hirescam", "saliency" };
static const char *const method_names[] = { "Grad-CAM", "HiResCAM", "Saliency" };

typedef struct {
  Method method;
  gboolean keeps_sign;
  char *layer; /* path; NULL for saliency */
  LmProbe *probe;
  int at;
  gboolean one_output; /* of two classes */
  gboolean is_number;  /* the only output is a number: what raises it, not a class */
  int n_classes;
  double *shares; /* probability of each class, NULL if the network gives none */
  int predicted;
  int chosen;
  double score;
} Heat;

static gboolean
find_method (const char *id,
             Method *method,
             GError **error)
{
  *method = GRAD_CAM;
  for (gsize i = 0; id != NULL && i < G_N_ELEMENTS (method_ids); i++) {
    if (strcmp (id, method_ids[i]) == 0) {
      *method = (Method) i;
      return TRUE;
    }
  }
  if (id == NULL)
    return TRUE;
  g_set_error (error, LM_ERROR, LM_ERROR_USAGE, _ ("There is no method “%s” for heatmaps. There are grad-cam, hirescam and saliency."), id);
  return FALSE;
}

/* A layer whose output still has places; the last convolution if none is named. */
static gboolean
choose_layer (const LmLook *look,
              const char *name,
              Heat *heat,
              GError **error)
{
  LmProbeSpec spec = { .max_batch = 1 };
  g_autoptr (LmProbe) probe = lm_look_probe (look, &spec, error);
  LmShape shape = LM_SCALAR;
  int at;

  if (probe == NULL)
    return FALSE;
  if (name != NULL) {
    at = lm_probe_find (probe, name, error);
    if (at < 0)
      return FALSE;
  } else {
    at = lm_probe_find_convolution (probe, TRUE);
  }
  if (at >= 0)
    shape = lm_probe_output (probe, at, 0).shape;
  if (shape.rank != 4 || shape.dim[1] * shape.dim[2] < 2) {
    if (at < 0)
      g_set_error_literal (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("The network has no convolution whose places could be shown. Choose the method saliency."));
    else
      g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("“%s” has no places left to show. Choose a convolution or pooling layer, or the method saliency."), lm_lowered_name (lm_lowered_node (lm_probe_layers (probe), at)));
    return FALSE;
  }
  heat->layer = g_strdup (lm_lowered_path (lm_lowered_node (lm_probe_layers (probe), at)));
  return TRUE;
}

/* Probabilities, the predicted class, and which class is asked for. */
static gboolean
read_classes (const LmLook *look,
              Heat *heat,
              const char *name,
              int wanted,
              GError **error)
{
  LmActivation taken_off;
  LmOperand root = lm_probe_root (heat->probe, &taken_off);
  LmOperand out = lm_probe_output (heat->probe, lm_probe_sink (heat->probe), 0);
  int n = (int) lm_shape_n_elements (&root.shape, 1);
  const float *scores = root.data, *shares = out.data;

  if (root.shape.rank != 2) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("“%s” does not give one number per class, so there is no class to explain. Choose a network that ends in a Dense layer."),
                 lm_lowered_name (lm_lowered_node (lm_probe_layers (heat->probe), lm_probe_sink (heat->probe))));
    return FALSE;
  }
  for (int i = 0; i < n; i++) {
    if (!isfinite (scores[i])) {
      g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The network answers “%s” with a number that is not finite, so nothing can be explained. Choose weights from before the training went wrong."), name);
      return FALSE;
    }
  }

  heat->is_number = n == 1 && !lm_look_tells_classes (look, taken_off, NULL);
  heat->one_output = n == 1 && !heat->is_number;
  heat->n_classes = heat->one_output ? 2 : n;
  if (taken_off != LM_ACT_LINEAR) {
    heat->shares = g_new (double, (gsize) MAX (1, heat->n_classes));
    for (int i = 0; i < n; i++)
      heat->shares[i] = (double) shares[i];
    if (heat->one_output) {
      heat->shares[1] = heat->shares[0];
      heat->shares[0] = 1 - heat->shares[1];
    }
  }
  for (int i = 1; i < n; i++) {
    if (scores[i] > scores[heat->predicted])
      heat->predicted = i;
  }
  if (heat->one_output)
    heat->predicted = scores[0] > 0;
  heat->chosen = wanted >= 0 ? wanted : heat->predicted;
  if (wanted < -1 || heat->chosen >= heat->n_classes) {
    if (heat->is_number)
      g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("There is no class %d: the network answers with one number, not with classes."), wanted);
    else
      g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("There is no class %d: the network tells %d classes apart. Count from 0."), wanted, heat->n_classes);
    return FALSE;
  }
  heat->score = heat->one_output ? (heat->chosen == 1 ? (double) scores[0] : -(double) scores[0]) : (double) scores[heat->chosen];
  return TRUE;
}

static void
seed_class (Heat *heat)
{
  LmOperand root = lm_probe_root (heat->probe, NULL);
  float *seed = lm_probe_seed (heat->probe);

  memset (seed, 0, sizeof (float) * (gsize) lm_shape_n_elements (&root.shape, 1));
  if (heat->one_output)
    seed[0] = heat->chosen == 1 ? 1.0f : -1.0f;
  else
    seed[heat->chosen] = 1.0f;
}

/* Σ_k w·A_k, signed. */
static LmTensor *
weigh_maps (Heat *heat)
{
  LmOperand a = lm_probe_output (heat->probe, heat->at, 0), g = lm_probe_gradient (heat->probe, heat->at);
  gint64 places = a.shape.dim[1] * a.shape.dim[2], channels = a.shape.dim[3];
  LmShape shape = LM_SHAPE (a.shape.dim[1], a.shape.dim[2]);
  LmTensor *map = lm_tensor_new (LM_F32, &shape, NULL);
  g_autofree double *mean = g_new0 (double, channels);

  if (map == NULL || g.data == NULL)
    return map;
  for (gint64 i = 0; i < places * channels; i++)
    mean[i % channels] += (double) ((const float *) g.data)[i] / (double) places;
  for (gint64 i = 0; i < places; i++) {
    double sum = 0;

    for (gint64 k = 0; k < channels; k++)
      sum += (heat->method == GRAD_CAM ? mean[k] : (double) ((const float *) g.data)[i * channels + k]) * (double) ((const float *) a.data)[i * channels + k];
    lm_tensor_f32 (map)[i] = (float) sum;
  }
  return map;
}

static LmTensor *
find_saliency (Heat *heat)
{
  LmOperand g = lm_probe_input_gradient (heat->probe);
  gint64 channels = g.shape.dim[g.shape.rank - 1];
  LmShape shape = LM_SHAPE (g.shape.dim[1], g.shape.dim[2]);
  LmTensor *map = lm_tensor_new (LM_F32, &shape, NULL);

  for (gint64 i = 0; map != NULL && g.data != NULL && i < g.shape.dim[1] * g.shape.dim[2] * channels; i++)
    lm_tensor_f32 (map)[i / channels] = fmaxf (lm_tensor_f32 (map)[i / channels], fabsf (((const float *) g.data)[i]));
  return map;
}

/* relu, unless nothing would be left. */
static void
settle_sign (const Heat *heat,
             LmHeatmapPicture *picture,
             const char *class_name)
{
  double least, most;

  lm_tensor_range (picture->map, &picture->min, &picture->max);
  most = fmax (fabs (picture->min), fabs (picture->max));
  least = heat->method == SALIENCY ? 0 : EMPTY * fabs (heat->score);
  if (most <= least) {
    picture->is_empty = TRUE;
    picture->warning = g_strdup (heat->method == SALIENCY ? _ ("This map is empty: the picture does not influence the class.") : _ ("This map is empty: the layer does not influence the class."));
  } else if (picture->max <= fmax (least, EMPTY * most)) {
    picture->is_signed = TRUE;
    picture->warning = g_strdup_printf (heat->is_number ? _ ("No place raises %s; shown is what lowers it.") : _ ("No place speaks for %s; shown is what speaks against it."), class_name);
  } else if (heat->keeps_sign && picture->min < 0) {
    picture->is_signed = TRUE;
  }
  if (picture->is_signed)
    return;
  for (gint64 i = 0; i < lm_tensor_n_elements (picture->map); i++)
    lm_tensor_f32 (picture->map)[i] = fmaxf (lm_tensor_f32 (picture->map)[i], 0.0f);
}

static int
compare_shares (gconstpointer a,
                gconstpointer b,
                gpointer data)
{
  const double *shares = data;
  double x = shares[*(const int *) a], y = shares[*(const int *) b];

  return x > y ? -1 : x < y;
}

/* The most probable first. */
static void
list_classes (const LmLook *look,
              const Heat *heat,
              LmHeatmapPicture *picture)
{
  g_autofree int *order = g_new (int, heat->n_classes);

  if (heat->shares == NULL)
    return;
  for (int i = 0; i < heat->n_classes; i++)
    order[i] = i;
  g_qsort_with_data (order, heat->n_classes, sizeof *order, compare_shares, heat->shares);
  picture->n_classes = MIN (heat->n_classes, 10);
  picture->class_names = g_new0 (char *, picture->n_classes + 1);
  picture->class_scores = g_new (double, picture->n_classes);
  for (int i = 0; i < picture->n_classes; i++) {
    picture->class_names[i] = lm_look_class_name (look, order[i]);
    picture->class_scores[i] = heat->shares[order[i]];
  }
}

static char *
describe (const LmLook *look,
          const LmSample *sample,
          const Heat *heat,
          const LmHeatmapPicture *picture,
          const char *class_name)
{
  g_autoptr (GString) text = g_string_new (method_names[heat->method]);

  g_string_append_printf (text, heat->is_number ? " · %s" : _ (" · class %s"), class_name);
  if (heat->shares != NULL)
    g_string_append_printf (text, " (%.3f)", heat->shares[heat->chosen]);
  if (heat->chosen != heat->predicted) {
    g_autofree char *name = lm_look_class_name (look, heat->predicted);

    g_string_append_printf (text, _ (" · predicted %s"), name);
  }
  if (sample->label >= 0 && !heat->is_number) {
    g_autofree char *name = lm_look_class_name (look, sample->label);

    g_string_append_printf (text, _ (" · truth %s"), name);
  }
  g_string_append_printf (text, _ (" · score %.3g"), heat->score);
  if (heat->one_output && heat->chosen == 0)
    g_string_append (text, _ (" (one output: minus its logit)"));
  if (picture->layer != NULL)
    g_string_append_printf (text, " · %s", picture->layer);
  g_string_append_printf (text, _ (" · raw range %.3g … %.3g · %s"), picture->min, picture->max, sample->name);
  if (look->weights == NULL)
    g_string_append (text, _ (" · not trained"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static LmHeatmapPicture *
make_picture (const LmLook *look,
              const LmSample *sample,
              Heat *heat,
              GError **error)
{
  g_autoptr (LmHeatmapPicture) picture = g_new0 (LmHeatmapPicture, 1);
  g_autofree char *class_name = heat->is_number ? g_strdup (_ ("the answer")) : lm_look_class_name (look, heat->chosen);

  picture->map = heat->method == SALIENCY ? find_saliency (heat) : weigh_maps (heat);
  if (picture->map == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("There is not enough memory for the picture."));
    return NULL;
  }
  picture->image = lm_sample_picture (sample);
  picture->method = g_strdup (method_names[heat->method]);
  if (heat->layer != NULL)
    picture->layer = g_strdup (lm_lowered_name (lm_lowered_node (lm_probe_layers (heat->probe), heat->at)));
  settle_sign (heat, picture, class_name);
  list_classes (look, heat, picture);
  picture->title = g_strdup_printf (heat->is_number ? _ ("What raises %s") : _ ("What speaks for %s"), class_name);
  picture->caption = describe (look, sample, heat, picture, class_name);
  if (!picture->is_signed)
    picture->min = 0;
  picture->max = MAX (picture->max, picture->min);
  return g_steal_pointer (&picture);
}

LmHeatmapPicture *
lm_heatmap (const LmLook *look,
            const LmSample *sample,
            const LmHeatmapSpec *spec,
            GError **error)
{
  Heat heat = { .keeps_sign = spec->keeps_sign };
  g_autofree char *layer = NULL;
  g_autofree double *shares = NULL;
  g_autoptr (LmProbe) probe = NULL;
  g_autoptr (LmTensor) image = NULL;
  LmProbeSpec probe_spec = { .max_batch = 1, .root = LM_PROBE_SCORES };
  gboolean ok;
  LmShape shape;

  if (!find_method (spec->method, &heat.method, error))
    return NULL;
  if (heat.method != SALIENCY && !choose_layer (look, spec->layer, &heat, error))
    return NULL;
  layer = heat.layer;
  probe_spec.wanted = layer != NULL ? (const char *const[]){ layer, NULL } : NULL;
  probe_spec.input_gradient = heat.method == SALIENCY;
  probe = heat.probe = lm_look_probe (look, &probe_spec, error);
  if (probe == NULL)
    return NULL;
  heat.at = layer != NULL ? lm_probe_find (probe, layer, NULL) : -1;
  shape = lm_probe_input_shape (probe, 0);
  if (!lm_probe_check_single (probe, error) || !lm_sample_check (sample, &shape, error))
    return NULL;
  image = lm_sample_picture (sample);
  if (shape.rank != 4 || image == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("A heatmap lies over a picture, but the network does not look at pictures."));
    return NULL;
  }

  if (!lm_look_forward (look, probe, sample, error))
    return NULL;
  ok = read_classes (look, &heat, sample->name, spec->class_index, error);
  shares = heat.shares;
  if (!ok)
    return NULL;
  seed_class (&heat);
  lm_probe_backward (probe);
  return make_picture (look, sample, &heat, error);
}

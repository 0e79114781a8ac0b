/* lm-sample.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-sample.h"

#include "lm-i18n.h"
#include "lm-image.h"

#include <string.h>

void
lm_sample_free (LmSample *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->raw, lm_tensor_unref);
  g_free (self->name);
  g_free (self);
}

LmSample *
lm_sample_copy (const LmSample *self)
{
  LmSample *copy = g_new (LmSample, 1);

  *copy = (LmSample){ lm_tensor_ref (self->raw), self->label, g_strdup (self->name) };
  return copy;
}

LmSample *
lm_sample_from_dataset (LmDataset *dataset,
                        LmPart part,
                        gint64 i,
                        GError **error)
{
  g_autoptr (LmSample) self = g_new0 (LmSample, 1);
  int input = lm_dataset_first (dataset, LM_ROLE_INPUT), target = lm_dataset_first (dataset, LM_ROLE_TARGET);
  guint32 index = (guint32) i;
  gint32 label;

  if (i < 0 || (gsize) i >= lm_dataset_n (dataset, part)) {
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("There is no sample %" PRId64 " in the %s part, which has %zu. Count from 0."),
                 i, lm_part_name (part), lm_dataset_n (dataset, part));
    return NULL;
  }
  self->raw = lm_dataset_sample (dataset, part, index, input, error);
  if (self->raw == NULL)
    return NULL;
  self->name = lm_dataset_sample_name (dataset, part, index);
  self->label = -1;
  if (target >= 0 && dataset->columns[target].n_classes > 0 && lm_column_size (&dataset->columns[target]) == 1 &&
      lm_dataset_read_i32 (dataset, part, &index, 1, target, &label, NULL))
    self->label = label;
  return g_steal_pointer (&self);
}

LmShape
lm_design_input_shape (const LmDesign *design)
{
  for (guint i = 0; i < design->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (design->nodes, i);
    gint64 sizes[LM_MAX_LIST];
    LmShape shape = { .rank = 1, .dim = { LM_BATCH } };
    int n;

    if (node->layer == NULL || node->layer->max_inputs != 0)
      continue;
    n = lm_node_ints (node, lm_option_set_index (node->options, "shape"), sizes);
    for (int axis = 0; axis < MIN (n, LM_MAX_RANK - 1); axis++)
      shape.dim[shape.rank++] = sizes[axis];
    return shape;
  }
  return LM_SCALAR;
}

LmSample *
lm_sample_from_image (const LmDesign *design,
                      const char *path,
                      GError **error)
{
  LmShape shape = lm_design_input_shape (design);
  g_autoptr (LmSample) self = g_new0 (LmSample, 1);
  g_autoptr (LmImage) image = NULL;

  if (shape.rank != 4 || (shape.dim[3] != 1 && shape.dim[3] != 3)) {
    g_autofree char *takes = lm_shape_to_string (&shape);

    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The network takes %s, which no picture can be. Choose a sample of the data instead."), takes);
    return NULL;
  }
  image = lm_image_load (path, path, error);
  if (image == NULL)
    return NULL;
  self->raw = lm_image_to_tensor (image, (int) shape.dim[1], (int) shape.dim[2], (int) shape.dim[3], LM_KEEP_STRETCH, error);
  self->label = -1;
  self->name = g_path_get_basename (path);
  return self->raw != NULL ? g_steal_pointer (&self) : NULL;
}

void
lm_look_scale (const LmLook *look,
               const LmShape *sample,
               float *values,
               gsize n)
{
  int column = look->dataset != NULL ? lm_dataset_first (look->dataset, LM_ROLE_INPUT) : -1;

  if (look->pipeline != NULL)
    lm_pipeline_apply (look->pipeline, LM_ROLE_INPUT, column >= 0 ? look->dataset->columns[column].name : "x", sample, values, n);
}

float *
lm_look_input (const LmLook *look,
               const LmSample *sample,
               int n)
{
  gsize size = (gsize) lm_tensor_n_elements (sample->raw);
  float *values = g_new (float, size *(gsize) n);

  memcpy (values, sample->raw->data, size * sizeof (float));
  lm_look_scale (look, &sample->raw->shape, values, 1);
  for (int i = 1; i < n; i++)
    memcpy (values + (gsize) i * size, values, size * sizeof (float));
  return values;
}

char *
lm_look_class_name (const LmLook *look,
                    int i)
{
  int column = look->dataset != NULL ? lm_dataset_first (look->dataset, LM_ROLE_TARGET) : -1;

  if (column >= 0 && i < look->dataset->columns[column].n_classes)
    return lm_column_class_name (&look->dataset->columns[column], i);
  return g_strdup_printf ("%d", i);
}

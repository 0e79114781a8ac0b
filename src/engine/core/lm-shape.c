/* lm-shape.c: the size of a tensor as a value
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-shape.h"
#include "lm-error.h"

/* The size of axis @axis with the batch bound to @n. */
static inline gint64
bound_size (const LmShape *shape,
            int axis,
            gint64 n)
{
  gint64 size = shape->dim[axis];

  return size < 0 ? -size * n : size;
}

gint64
lm_shape_n_elements (const LmShape *shape,
                     gint64 n)
{
  gint64 product = 1;

  for (int i = 0; i < shape->rank; i++)
    product *= bound_size (shape, i, n);
  return product;
}

gint64
lm_shape_sample_size (const LmShape *shape)
{
  return lm_shape_product (shape, MIN (1, shape->rank), shape->rank);
}

gint64
lm_shape_product (const LmShape *shape,
                  int from,
                  int to)
{
  gint64 product = 1;

  g_assert (from >= 0 && to <= shape->rank);

  for (int i = from; i < to; i++) {
    g_assert (shape->dim[i] > 0);
    product *= shape->dim[i];
  }
  return product;
}

gboolean
lm_shape_has_batch (const LmShape *shape)
{
  return shape->rank > 0 && shape->dim[0] < 0;
}

LmShape
lm_shape_bind (const LmShape *shape,
               gint64 n)
{
  LmShape bound = *shape;

  if (lm_shape_has_batch (shape))
    bound.dim[0] = bound_size (shape, 0, n);
  return bound;
}

gboolean
lm_shape_equal (const LmShape *a,
                const LmShape *b)
{
  if (a->rank != b->rank)
    return FALSE;

  for (int i = 0; i < a->rank; i++) {
    if (a->dim[i] != b->dim[i])
      return FALSE;
  }
  return TRUE;
}

gboolean
lm_shape_check (const LmShape *shape,
                gint64 n,
                GError **error)
{
  gint64 product = 1;

  g_return_val_if_fail (n >= 1, FALSE);

  if (shape->rank < 0 || shape->rank > LM_MAX_RANK) {
    g_set_error (error, LM_ERROR, LM_ERROR_SHAPE,
                 _ ("A tensor has %d axes, but it can have at most %d. Use fewer axes, for example by flattening some of them."),
                 shape->rank, LM_MAX_RANK);
    return FALSE;
  }

  for (int i = 0; i < shape->rank; i++) {
    gint64 size = shape->dim[i];

    if (size == 0 || size == G_MININT64 || (size < 0 && i > 0)) {
      g_autofree char *text = lm_shape_to_tuple (shape);

      g_set_error (error, LM_ERROR, LM_ERROR_SHAPE,
                   _ ("The shape %s has the size %" PRId64 " on axis %d, but every size must be at least 1. Make the input larger or the window smaller."),
                   text, size, i);
      return FALSE;
    }
  }

  for (int i = 0; i < shape->rank; i++) {
    gint64 factors[2] = { ABS (shape->dim[i]), shape->dim[i] < 0 ? n : 1 };

    for (int j = 0; j < 2; j++) {
      if (factors[j] > LM_MAX_ELEMENTS / product) {
        g_autofree char *text = lm_shape_to_tuple (shape);

        g_set_error (error, LM_ERROR, LM_ERROR_LIMIT,
                     _ ("The shape %s with batches of %" PRId64 " has more than %" PRId64 " elements, which is the most a tensor can have. Make the sizes or the batch smaller."),
                     text, n, LM_MAX_ELEMENTS);
        return FALSE;
      }
      product *= factors[j];
    }
  }
  return TRUE;
}

gboolean
lm_shape_broadcast (const LmShape *a,
                    const LmShape *b,
                    LmShape *out)
{
  LmShape result = { .rank = MAX (a->rank, b->rank) };

  for (int i = 0; i < result.rank; i++) {
    int ia = i - (result.rank - a->rank);
    int ib = i - (result.rank - b->rank);
    gint64 size_a = ia >= 0 ? a->dim[ia] : 1;
    gint64 size_b = ib >= 0 ? b->dim[ib] : 1;

    if (size_a != size_b && size_a != 1 && size_b != 1)
      return FALSE;

    result.dim[i] = size_a == 1 ? size_b : size_a;
    if (result.dim[i] < 0 && i > 0)
      return FALSE;
  }

  *out = result;
  return TRUE;
}

char *
lm_shape_to_string (const LmShape *shape)
{
  int first = lm_shape_has_batch (shape) ? 1 : 0;
  GString *text;

  if (first == shape->rank)
    return g_strdup (_ ("one value"));

  text = g_string_new (NULL);
  for (int i = first; i < shape->rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > first ? "×" : "", shape->dim[i]);
  return g_string_free (text, FALSE);
}

char *
lm_shape_to_tuple (const LmShape *shape)
{
  GString *text = g_string_new ("(");

  for (int i = 0; i < CLAMP (shape->rank, 0, LM_MAX_RANK); i++) {
    gint64 size = shape->dim[i];

    if (i > 0)
      g_string_append (text, ", ");
    if (size == LM_BATCH)
      g_string_append (text, "None");
    else if (size < 0 && i == 0)
      g_string_append_printf (text, "%" G_GUINT64_FORMAT "·N", -(guint64) size);
    else
      g_string_append_printf (text, "%" G_GINT64_FORMAT, size);
  }
  g_string_append (text, shape->rank == 1 ? ",)" : ")");
  return g_string_free (text, FALSE);
}

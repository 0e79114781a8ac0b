/* source-digits.c: the data set that Lamina makes itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-arena.h"
#include "lm-digits.h"
#include "lm-rng.h"
#include "lm-source.h"

#include <cairo.h>
#include <stdatomic.h>
#include <string.h>

enum {
  TRAIN,
  VALIDATION,
  TEST,
  SEED,
};

static const LmOptionSpec options[] = {
  [TRAIN] = {
    .kind = LM_OPTION_INT,
    .id = "train",
    .title = N_ ("Training samples"),
    .help = N_ ("How many digits to train on."),
    .initial = 10000,
    .min = 1,
    .max = 1000000,
    .log_scale = TRUE,
  },
  [VALIDATION] = {
    .kind = LM_OPTION_INT,
    .id = "validation",
    .title = N_ ("Validation samples"),
    .help = N_ ("How many digits to validate on; with 0 they are taken from the training samples, as for any data."),
    .initial = 2000,
    .min = 0,
    .max = 1000000,
    .log_scale = TRUE,
  },
  [TEST] = {
    .kind = LM_OPTION_INT,
    .id = "test",
    .title = N_ ("Test samples"),
    .help = N_ ("How many digits are kept for the test."),
    .initial = 2000,
    .min = 0,
    .max = 1000000,
    .log_scale = TRUE,
  },
  [SEED] = {
    .kind = LM_OPTION_INT,
    .id = "seed",
    .title = N_ ("Seed"),
    .help = N_ ("Other seed, other hands. Has nothing to do with the seed of training."),
    .initial = 0,
    .min = 0,
    .max = 9007199254740991.0,
    .rare = TRUE,
  },
};

/* A sample is drawn when it is first asked for and kept. States of a sample: */
enum {
  BLANK,
  BEING_DRAWN,
  DRAWN,
};

typedef struct {
  guint64 seed;
  guint8 *labels[LM_N_PARTS];
  guint8 *pixels[LM_N_PARTS];
  atomic_uchar *state[LM_N_PARTS];
} Digits;

static void
draw (guint64 seed,
      LmPart part,
      guint32 i,
      guint8 *out)
{
  LmInk ink;
  int at = 0;
  cairo_surface_t *surface;
  cairo_t *cr;

  lm_digits_ink (seed, (int) part, i, &ink);
  memset (out, 0, LM_DIGITS_PIXELS);
  surface = cairo_image_surface_create_for_data (out, CAIRO_FORMAT_A8, LM_DIGITS_SIDE, LM_DIGITS_SIDE, LM_DIGITS_SIDE);
  cr = cairo_create (surface);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_FAST); /* half the time, and no eye sees it */
  for (int s = 0; s < ink.n_shapes; s++) {
    cairo_new_sub_path (cr);
    for (; at < ink.end[s]; at++)
      cairo_line_to (cr, (double) ink.point[at].x, (double) ink.point[at].y);
    cairo_close_path (cr);
  }
  cairo_fill (cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
  lm_digits_develop (seed, (int) part, i, &ink, out);
}

/* Two threads may want the same blank sample: one draws it for all, the other meanwhile draws it for itself. */
static void
copy_picture (Digits *digits,
              LmPart part,
              guint32 i,
              guint8 *out)
{
  atomic_uchar *state = &digits->state[part][i];
  guint8 *kept = digits->pixels[part] + (gsize) i * LM_DIGITS_PIXELS;
  guchar blank = BLANK;

  if (atomic_load_explicit (state, memory_order_acquire) == DRAWN) {
    memcpy (out, kept, LM_DIGITS_PIXELS);
  } else if (atomic_compare_exchange_strong (state, &blank, BEING_DRAWN)) {
    draw (digits->seed, part, i, kept);
    memcpy (out, kept, LM_DIGITS_PIXELS);
    atomic_store_explicit (state, DRAWN, memory_order_release);
  } else {
    _Alignas(4) guint8 own[LM_DIGITS_PIXELS];

    draw (digits->seed, part, i, own);
    memcpy (out, own, LM_DIGITS_PIXELS);
  }
}

static gboolean
digits_read (const LmDataset *self,
             LmPart part,
             const guint32 *index,
             gsize n,
             int column,
             void *out,
             GError **error)
{
  Digits *digits = self->impl;

  for (gsize i = 0; i < n; i++) {
    if (column == 0)
      copy_picture (digits, part, index[i], (guint8 *) out + i * LM_DIGITS_PIXELS);
    else
      ((guint8 *) out)[i] = digits->labels[part][index[i]];
  }
  return TRUE;
}

static void
digits_free (LmDataset *self)
{
  Digits *digits = self->impl;

  for (int part = 0; part < LM_N_PARTS; part++) {
    g_free (digits->labels[part]);
    g_free (digits->pixels[part]);
    g_free (digits->state[part]);
  }
  g_free (digits);
}

static const LmDatasetClass digits_class = {
  .read = digits_read,
  .free = digits_free,
};

static gboolean
prepare_part (Digits *digits,
              int part,
              gsize n,
              GError **error)
{
  guint64 need = (guint64) n * (LM_DIGITS_PIXELS + 2);

  if (n == 0)
    return TRUE;
  if (need < lm_memory_available ()) {
    digits->labels[part] = g_try_malloc (n);
    digits->pixels[part] = g_try_malloc (n * LM_DIGITS_PIXELS);
    digits->state[part] = g_try_malloc0 (n * sizeof (atomic_uchar));
  }
  if (digits->labels[part] == NULL || digits->pixels[part] == NULL || digits->state[part] == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT,
                 _ ("%'llu digits need %'llu bytes of memory, more than there is. Ask for fewer."),
                 (unsigned long long) n, (unsigned long long) need);
    return FALSE;
  }
  for (gsize i = 0; i < n; i++)
    digits->labels[part][i] = (guint8) lm_digits_label (digits->seed, part, (guint32) i);
  return TRUE;
}

static void
describe (LmDataset *dataset)
{
  LmColumn *image = &dataset->columns[0];
  LmColumn *label = &dataset->columns[1];

  image->name = g_strdup ("image");
  image->role = LM_ROLE_INPUT;
  image->dtype = LM_U8;
  image->sample = LM_SHAPE (LM_DIGITS_SIDE, LM_DIGITS_SIDE, 1);
  image->has_range = TRUE;
  image->max = 255;
  image->is_picture = TRUE;
  image->description = g_strdup_printf (_ ("grey pictures of %lld×%lld pixels"), (long long) LM_DIGITS_SIDE, (long long) LM_DIGITS_SIDE);
  label->name = g_strdup ("label");
  label->role = LM_ROLE_TARGET;
  label->dtype = LM_U8;
  label->sample = LM_SCALAR;
  label->n_classes = 10;
  label->description = g_strdup_printf (_ ("%d classes"), 10);
}

static LmDataset *
digits_open (const LmSourceRequest *request,
             GError **error)
{
  g_autoptr (LmDataset) dataset = NULL;
  Digits *digits = g_new0 (Digits, 1);
  guint64 key[LM_N_PARTS + 2] = { 1 }; /* the version of the drawing, so that a change is noticed */

  dataset = lm_dataset_new (&digits_class, digits, 2);
  digits->seed = (guint64) lm_option_get_int (request->options, SEED);
  key[1] = digits->seed;
  for (int part = 0; part < LM_N_PARTS; part++) {
    dataset->n_samples[part] = (gsize) lm_option_get_int (request->options, TRAIN + part);
    key[2 + part] = dataset->n_samples[part];
    if (!prepare_part (digits, part, dataset->n_samples[part], error))
      return NULL;
  }
  dataset->name = g_strdup ("digits");
  dataset->fingerprint = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", lm_hash_bytes (key, sizeof key, 0));
  describe (dataset);
  return g_steal_pointer (&dataset);
}

const LmSourceClass lm_source_digits = {
  .member = {
    .id = "digits",
    .title = N_ ("Digits"),
    .help = N_ ("Digits that look handwritten, 28×28 pixels, drawn by Lamina itself: every sample has its own slant, pen, shape and noise. Nothing is downloaded."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .is_builtin = TRUE,
  .open = digits_open,
};

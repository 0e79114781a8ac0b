/* source-images.c: pictures, a folder per class
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-arena.h"
#include "lm-image-list.h"
#include "lm-image.h"
#include "lm-rng.h"
#include "lm-source.h"

#include <stdatomic.h>
#include <string.h>

/* Without a size asked for, no side is longer than this. */
#define MAX_AUTO_SIDE 256

/* So many pictures are decoded to find out whether all are grey. */
#define N_LOOKED_AT 16

enum {
  SIZE,
  COLOUR,
  KEEP,
  CACHE,
};

static const char *const colours[] = { "auto", "grey", "rgb", NULL };

static const LmOptionSpec options[] = {
  [SIZE] = {
    .kind = LM_OPTION_INTS,
    .id = "size",
    .title = N_ ("Size"),
    .help = N_ ("Height and width that every picture is brought to, such as 180x180. Empty: the most common size."),
    .unit = N_ ("pixels"),
    .min = 1,
    .max = 4096,
    .min_n = 0,
    .max_n = 2,
  },
  [COLOUR] = {
    .kind = LM_OPTION_CHOICE,
    .id = "colour",
    .title = N_ ("Colour"),
    .help = N_ ("grey: one channel; rgb: three; auto: grey if all pictures are."),
    .initial_text = "auto",
    .choices = colours,
  },
  [KEEP] = {
    .kind = LM_OPTION_CHOICE,
    .id = "keep",
    .title = N_ ("Other proportions"),
    .help = N_ ("stretch: squeeze the picture; crop: cut off what stands out; fit: black margins."),
    .initial_text = "stretch",
    .choices = lm_image_keep_names,
  },
  [CACHE] = {
    .kind = LM_OPTION_INT,
    .id = "cache",
    .title = N_ ("Memory for pictures"),
    .help = N_ ("Pictures are kept once they have been read, up to so much memory."),
    .unit = N_ ("MiB"),
    .initial = 1024,
    .min = 0,
    .max = 1048576,
    .rare = TRUE,
  },
};

/* A picture is read when it is first asked for, and kept while there is room. What is kept is never thrown out:
 * the order of training is random, so every picture is as likely to be wanted next as any other. */
typedef struct {
  LmImageList *list;
  char *folder;
  int height;
  int width;
  int channels;
  LmImageKeep keep;
  _Atomic (guint8 *) *kept; /* by file, NULL for not kept */
  atomic_llong room;        /* bytes that may still be kept */
} Images;

static LmImage *
load (const Images *images,
      const LmImageFile *file,
      GError **error)
{
  g_autoptr (GBytes) bytes = lm_image_file_read (file, images->folder, error);

  if (bytes == NULL)
    return NULL;
  return lm_image_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), file->name, error);
}

static gboolean
decode (const Images *images,
        const LmImageFile *file,
        guint8 *out,
        GError **error)
{
  g_autoptr (LmImage) image = load (images, file, error);

  if (image == NULL)
    return FALSE;
  lm_image_resize (image, images->height, images->width, images->channels, images->keep, out);
  return TRUE;
}

/* Keeps a copy of what was just decoded, unless another thread was faster or there is no room. */
static void
keep_copy (Images *images,
           gsize i,
           const guint8 *pixels,
           gsize n)
{
  guint8 *none = NULL;
  guint8 *copy;

  if (atomic_fetch_sub (&images->room, (long long) n) < (long long) n) {
    atomic_fetch_add (&images->room, (long long) n);
    return;
  }
  copy = g_try_malloc (n);
  if (copy != NULL)
    memcpy (copy, pixels, n);
  if (copy == NULL || !atomic_compare_exchange_strong (&images->kept[i], &none, copy)) {
    g_free (copy);
    atomic_fetch_add (&images->room, (long long) n);
  }
}

static gboolean
images_read (const LmDataset *self,
             LmPart part,
             const guint32 *index,
             gsize n,
             int column,
             void *out,
             GError **error)
{
  Images *images = self->impl;
  gsize bytes = lm_column_bytes (&self->columns[0]);

  for (gsize k = 0; k < n; k++) {
    gsize i = images->list->first[part] + index[k];
    const LmImageFile *file = g_ptr_array_index (images->list->files, i);
    guint8 *place = (guint8 *) out + k * bytes;
    const guint8 *kept;

    if (column == 1) {
      ((gint32 *) out)[k] = file->label;
      continue;
    }
    kept = atomic_load_explicit (&images->kept[i], memory_order_acquire);
    if (kept != NULL) {
      memcpy (place, kept, bytes);
    } else {
      if (!decode (images, file, place, error))
        return FALSE;
      keep_copy (images, i, place, bytes);
    }
  }
  return TRUE;
}

static char *
images_sample_name (const LmDataset *self,
                    LmPart part,
                    guint32 i)
{
  const Images *images = self->impl;
  const LmImageFile *file = g_ptr_array_index (images->list->files, images->list->first[part] + i);

  return g_strdup (file->name);
}

static void
images_free (LmDataset *self)
{
  Images *images = self->impl;

  for (guint i = 0; images->kept != NULL && i < images->list->files->len; i++)
    g_free (atomic_load_explicit (&images->kept[i], memory_order_relaxed));
  g_free (images->kept);
  lm_image_list_free (images->list);
  g_free (images->folder);
  g_free (images);
}

static const LmDatasetClass images_class = {
  .read = images_read,
  .sample_name = images_sample_name,
  .free = images_free,
};

static int
compare_ints (gconstpointer a,
              gconstpointer b)
{
  return *(const int *) a - *(const int *) b;
}

/* The middle one of the sizes that are known; 0 if none is. */
static int
median (int *sizes,
        guint n)
{
  guint first = 0;

  qsort (sizes, n, sizeof *sizes, compare_ints);
  while (first < n && sizes[first] == 0)
    first++;
  return first < n ? sizes[first + (n - first) / 2] : 0;
}

/* The median height and width, which is the size of all if more than half are alike; no side longer than MAX_AUTO_SIDE. */
static gboolean
choose_size (Images *images,
             GError **error)
{
  guint n = images->list->files->len;
  g_autofree int *heights = g_new (int, n);
  g_autofree int *widths = g_new (int, n);
  double shrink;

  for (guint i = 0; i < n; i++) {
    const LmImageFile *file = g_ptr_array_index (images->list->files, i);

    heights[i] = file->height;
    widths[i] = file->width;
  }
  images->height = median (heights, n);
  images->width = median (widths, n);
  if (images->height == 0 || images->width == 0) {
    const LmImageFile *file = g_ptr_array_index (images->list->files, 0);
    g_autoptr (LmImage) image = load (images, file, error);

    if (image == NULL)
      return FALSE;
    images->height = image->height;
    images->width = image->width;
  }
  shrink = MIN (1, (double) MAX_AUTO_SIDE / MAX (images->height, images->width));
  images->height = MAX (1, (int) (images->height * shrink + 0.5));
  images->width = MAX (1, (int) (images->width * shrink + 0.5));
  return TRUE;
}

static gboolean
all_grey (const Images *images)
{
  guint n = images->list->files->len;
  guint step = MAX (1, n / N_LOOKED_AT);

  for (guint i = 0; i < n; i += step) {
    const LmImageFile *file = g_ptr_array_index (images->list->files, i);
    g_autoptr (LmImage) image = load (images, file, NULL);

    if (image != NULL && image->channels != 1)
      return FALSE;
  }
  return TRUE;
}

static gboolean
apply_options (Images *images,
               const LmOptionSet *set,
               GError **error)
{
  gint64 size[LM_MAX_LIST];
  int n = lm_option_get_ints (set, SIZE, size);
  const char *colour = lm_option_get_text (set, COLOUR);
  const char *keep = lm_option_get_text (set, KEEP);
  guint64 room = (guint64) lm_option_get_int (set, CACHE) << 20;

  images->kept = (void *) g_new0 (guint8 *, images->list->files->len);
  if (n == 0 && !choose_size (images, error))
    return FALSE;
  if (n > 0) {
    images->height = (int) size[0];
    images->width = (int) size[n - 1];
  }
  images->channels = strcmp (colour, "grey") == 0 || (strcmp (colour, "auto") == 0 && all_grey (images)) ? 1 : 3;
  for (int i = 0; lm_image_keep_names[i] != NULL; i++) {
    if (strcmp (lm_image_keep_names[i], keep) == 0)
      images->keep = (LmImageKeep) i;
  }
  atomic_init (&images->room, (long long) MIN (room, lm_memory_available () / 4));
  return TRUE;
}

static void
describe (LmDataset *dataset,
          const Images *images)
{
  LmColumn *image = &dataset->columns[0];
  LmColumn *label = &dataset->columns[1];

  image->name = g_strdup ("image");
  image->role = LM_ROLE_INPUT;
  image->dtype = LM_U8;
  image->sample = LM_SHAPE (images->height, images->width, images->channels);
  image->has_range = TRUE;
  image->max = 255;
  image->is_picture = TRUE;
  image->description = g_strdup_printf (images->channels == 1 ? _ ("grey pictures of %lld×%lld pixels") : _ ("colour pictures of %lld×%lld pixels"),
                                        (long long) images->height, (long long) images->width);
  label->name = g_strdup ("label");
  label->role = LM_ROLE_TARGET;
  label->dtype = LM_I32;
  label->sample = LM_SCALAR;
  label->n_classes = (int) images->list->class_names->len - 1;
  label->class_names = g_strdupv ((char **) images->list->class_names->pdata);
  label->description = g_strdup_printf (_ ("%d classes"), label->n_classes);
}

/* Names and sizes of all files, and what is made of them. */
static char *
make_fingerprint (const Images *images)
{
  int shape[4] = { images->height, images->width, images->channels, (int) images->keep };
  guint64 hash = lm_hash_bytes (shape, sizeof shape, 0);

  for (guint i = 0; i < images->list->files->len; i++) {
    const LmImageFile *file = g_ptr_array_index (images->list->files, i);

    hash = lm_hash_bytes (file->name, strlen (file->name) + 1, hash);
    hash = lm_hash_bytes (&file->size, sizeof file->size, hash);
  }
  return g_strdup_printf ("%016" G_GINT64_MODIFIER "x", hash);
}

/* (transfer full): NULL-ended */
static char **
make_notes (const LmImageList *list)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new ();

  if (list->n_broken > 0)
    g_ptr_array_add (notes, g_strdup_printf (_ ("%'llu of %'llu pictures cannot be read and are left out."), (unsigned long long) list->n_broken,
                                             (unsigned long long) list->n_broken + list->files->len));
  for (guint i = 0; i < list->broken->len; i++)
    g_ptr_array_add (notes, g_strdup (g_ptr_array_index (list->broken, i)));
  g_ptr_array_add (notes, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&notes), FALSE);
}

static LmDataset *
images_open (const LmSourceRequest *request,
             GError **error)
{
  LmImageList *list = lm_image_list_new (request, error);
  Images *images;
  g_autoptr (LmDataset) dataset = NULL;

  if (list == NULL)
    return NULL;
  images = g_new0 (Images, 1);
  images->list = list;
  images->folder = g_strdup (request->path);
  dataset = lm_dataset_new (&images_class, images, 2);
  if (!apply_options (images, request->options, error))
    return NULL;
  for (int part = 0; part < LM_N_PARTS; part++)
    dataset->n_samples[part] = list->first[part + 1] - list->first[part];
  dataset->name = g_path_get_basename (request->path);
  dataset->fingerprint = make_fingerprint (images);
  dataset->notes = make_notes (list);
  describe (dataset, images);
  return g_steal_pointer (&dataset);
}

const LmSourceClass lm_source_images = {
  .member = {
    .id = "images",
    .title = N_ ("Pictures"),
    .help = N_ ("A folder (or archive) with a folder of pictures per class; above these, if you have them, folders train, validation and test. PNG, JPEG, GIF, BMP, TIFF, PNM, WebP."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .path_hint = N_ ("a folder with a folder of pictures per class"),
  .open = images_open,
};

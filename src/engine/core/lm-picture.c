/* lm-picture.c: what a picture shows, as plain data
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-picture.h"

void
lm_curves_picture_free (LmCurvesPicture *self)
{
  if (self == NULL)
    return;

  for (int i = 0; i < self->n_panels; i++) {
    LmPlotPanel *panel = &self->panels[i];

    for (int j = 0; j < panel->n_series; j++) {
      g_free (panel->series[j].name);
      g_free (panel->series[j].x);
      g_free (panel->series[j].y);
    }
    g_free (panel->series);
    g_free (panel->title);
    g_free (panel->unit);
  }
  for (int i = 0; i < self->n_marks; i++)
    g_free (self->marks[i].text);
  g_free (self->panels);
  g_free (self->marks);
  g_free (self->title);
  g_free (self->caption);
  g_free (self->x_title);
  g_free (self);
}

void
lm_sheet_picture_free (LmSheetPicture *self)
{
  if (self == NULL)
    return;

  g_free (self->path);
  g_free (self->name);
  g_free (self->shape);
  g_free (self->title);
  g_free (self->scale);
  g_free (self->caption);
  lm_tensor_unref (self->tiles);
  g_strfreev (self->labels);
  g_free (self->dead);
  g_free (self->unit);
  g_free (self);
}

static LmTensor *
share (LmTensor *tensor)
{
  return tensor != NULL ? lm_tensor_ref (tensor) : NULL;
}

LmSheetPicture *
lm_sheet_picture_copy (const LmSheetPicture *self)
{
  LmSheetPicture *copy = g_memdup2 (self, sizeof *self);

  copy->path = g_strdup (self->path);
  copy->name = g_strdup (self->name);
  copy->shape = g_strdup (self->shape);
  copy->title = g_strdup (self->title);
  copy->scale = g_strdup (self->scale);
  copy->caption = g_strdup (self->caption);
  copy->tiles = share (self->tiles);
  copy->labels = g_strdupv (self->labels);
  copy->dead = self->dead != NULL ? g_memdup2 (self->dead, sizeof (gboolean) * (gsize) self->tiles->shape.dim[0]) : NULL;
  copy->unit = g_strdup (self->unit);
  return copy;
}

void
lm_film_picture_free (LmFilmPicture *self)
{
  if (self == NULL)
    return;

  for (int i = 0; i < self->n_sheets; i++)
    lm_sheet_picture_free (self->sheets[i]);
  g_free (self->sheets);
  g_free (self->title);
  g_free (self->caption);
  lm_tensor_unref (self->input);
  g_free (self->input_label);
  g_free (self);
}

LmFilmPicture *
lm_film_picture_copy (const LmFilmPicture *self)
{
  LmFilmPicture *copy = g_memdup2 (self, sizeof *self);

  copy->title = g_strdup (self->title);
  copy->caption = g_strdup (self->caption);
  copy->input = share (self->input);
  copy->input_label = g_strdup (self->input_label);
  copy->sheets = g_new (LmSheetPicture *, MAX (1, self->n_sheets));
  for (int i = 0; i < self->n_sheets; i++)
    copy->sheets[i] = lm_sheet_picture_copy (self->sheets[i]);
  return copy;
}

/* An array of @n strings, with or without a NULL end. */
static void
free_names (char **names,
            int n)
{
  if (names == NULL)
    return;

  for (int i = 0; i < n; i++)
    g_free (names[i]);
  g_free (names);
}

void
lm_heatmap_picture_free (LmHeatmapPicture *self)
{
  if (self == NULL)
    return;

  g_free (self->title);
  g_free (self->caption);
  g_free (self->warning);
  lm_tensor_unref (self->image);
  lm_tensor_unref (self->map);
  g_free (self->layer);
  g_free (self->method);
  free_names (self->class_names, self->n_classes);
  g_free (self->class_scores);
  g_free (self);
}

LmHeatmapPicture *
lm_heatmap_picture_copy (const LmHeatmapPicture *self)
{
  LmHeatmapPicture *copy = g_memdup2 (self, sizeof *self);

  copy->title = g_strdup (self->title);
  copy->caption = g_strdup (self->caption);
  copy->warning = g_strdup (self->warning);
  copy->image = share (self->image);
  copy->map = share (self->map);
  copy->layer = g_strdup (self->layer);
  copy->method = g_strdup (self->method);
  copy->class_names = self->class_names != NULL ? g_new0 (char *, self->n_classes + 1) : NULL;
  for (int i = 0; i < self->n_classes && self->class_names != NULL; i++)
    copy->class_names[i] = g_strdup (self->class_names[i]);
  copy->class_scores = self->class_scores != NULL ? g_memdup2 (self->class_scores, sizeof (double) * (gsize) self->n_classes) : NULL;
  return copy;
}

void
lm_confusion_picture_free (LmConfusionPicture *self)
{
  if (self == NULL)
    return;

  g_free (self->title);
  g_free (self->caption);
  free_names (self->class_names, self->n);
  g_free (self->counts);
  g_free (self);
}

void
lm_graph_picture_free (LmGraphPicture *self)
{
  if (self == NULL)
    return;

  for (int i = 0; i < self->n_cards; i++) {
    LmCard *card = &self->cards[i];

    g_free (card->name);
    g_free (card->summary);
    g_free (card->params);
    g_free (card->category);
    g_strfreev (card->in_names);
    g_strfreev (card->out_names);
    g_free (card->error);
    g_free (card->hint);
    g_free (card->target);
  }
  for (int i = 0; i < self->n_wires; i++)
    g_free (self->wires[i].label);
  g_free (self->cards);
  g_free (self->wires);
  g_free (self->title);
  g_free (self->caption);
  g_free (self);
}

void
lm_bars_picture_free (LmBarsPicture *self)
{
  if (self == NULL)
    return;

  g_free (self->title);
  g_free (self->scale);
  g_free (self->caption);
  g_strfreev (self->names);
  g_free (self->counts);
  g_free (self);
}

void
lm_picture_clear (LmPicture *self)
{
  static void (*const frees[LM_PICTURE_N_KINDS]) (void *picture) = {
    [LM_PICTURE_CURVES] = (void (*) (void *)) lm_curves_picture_free,
    [LM_PICTURE_SHEET] = (void (*) (void *)) lm_sheet_picture_free,
    [LM_PICTURE_FILM] = (void (*) (void *)) lm_film_picture_free,
    [LM_PICTURE_HEATMAP] = (void (*) (void *)) lm_heatmap_picture_free,
    [LM_PICTURE_CONFUSION] = (void (*) (void *)) lm_confusion_picture_free,
    [LM_PICTURE_GRAPH] = (void (*) (void *)) lm_graph_picture_free,
    [LM_PICTURE_BARS] = (void (*) (void *)) lm_bars_picture_free,
  };

  if (self->any != NULL)
    frees[self->kind](self->any);
  self->any = NULL;
}

char **
lm_picture_title (const LmPicture *self)
{
  switch (self->kind) {
  case LM_PICTURE_CURVES:
    return &self->curves->title;
  case LM_PICTURE_SHEET:
    return &self->sheet->title;
  case LM_PICTURE_FILM:
    return &self->film->title;
  case LM_PICTURE_HEATMAP:
    return &self->heatmap->title;
  case LM_PICTURE_CONFUSION:
    return &self->confusion->title;
  case LM_PICTURE_BARS:
    return &self->bars->title;
  default:
    return &self->graph->title;
  }
}

char **
lm_picture_caption (const LmPicture *self)
{
  switch (self->kind) {
  case LM_PICTURE_CURVES:
    return &self->curves->caption;
  case LM_PICTURE_SHEET:
    return &self->sheet->caption;
  case LM_PICTURE_FILM:
    return &self->film->caption;
  case LM_PICTURE_HEATMAP:
    return &self->heatmap->caption;
  case LM_PICTURE_CONFUSION:
    return &self->confusion->caption;
  case LM_PICTURE_BARS:
    return &self->bars->caption;
  default:
    return &self->graph->caption;
  }
}

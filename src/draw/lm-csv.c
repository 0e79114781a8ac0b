/* lm-csv.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-csv.h"

#include <math.h>
#include <string.h>

#include "lm-paint.h"

static void
add_text (GString *out,
          const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);

  if (strpbrk (valid, ",\"\r\n") == NULL) {
    g_string_append (out, valid);
    return;
  }
  g_string_append_c (out, '"');
  for (const char *c = valid; *c != '\0'; c++) {
    if (*c == '"')
      g_string_append_c (out, '"');
    g_string_append_c (out, *c);
  }
  g_string_append_c (out, '"');
}

static void
add_number (GString *out,
            const char *format,
            double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return;
  if (isinf (value)) {
    g_string_append (out, value > 0 ? "inf" : "-inf");
    return;
  }
  g_string_append (out, g_ascii_formatd (buffer, sizeof buffer, format, value));
}

char *
lm_csv_curves (const LmCurvesPicture *picture)
{
  GString *out = g_string_new ("panel,series,x,y\n");

  for (int i = 0; i < picture->n_panels; i++) {
    const LmPlotPanel *panel = &picture->panels[i];

    for (int j = 0; j < panel->n_series; j++) {
      const LmSeries *series = &panel->series[j];

      for (gsize k = 0; k < series->n; k++) {
        add_text (out, panel->title);
        g_string_append_c (out, ',');
        add_text (out, series->name);
        g_string_append_c (out, ',');
        if (series->role != LM_SERIES_BASELINE && series->x != NULL)
          add_number (out, "%.17g", series->x[k]);
        g_string_append_c (out, ',');
        add_number (out, "%.17g", series->y[k]);
        g_string_append_c (out, '\n');
      }
    }
  }
  for (int i = 0; i < picture->n_marks; i++) {
    g_string_append (out, "mark,");
    add_text (out, picture->marks[i].text);
    g_string_append_c (out, ',');
    add_number (out, "%.17g", picture->marks[i].x);
    g_string_append (out, ",\n");
  }
  return g_string_free (out, FALSE);
}

static void
add_sheet (GString *out,
           const LmSheetPicture *sheet,
           const char *front)
{
  gboolean is_rgb = sheet->map == LM_MAP_RGB;
  const float *v;
  int n, height, width, channels = is_rgb ? 3 : 1;

  if (!lm_tensor_is (sheet->tiles, is_rgb ? 4 : 3, is_rgb ? 3 : 0))
    return;
  n = (int) sheet->tiles->shape.dim[0];
  height = (int) sheet->tiles->shape.dim[1];
  width = (int) sheet->tiles->shape.dim[2];
  v = lm_tensor_f32 (sheet->tiles);
  for (int t = 0; t < n; t++) {
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++) {
          g_string_append_printf (out, "%s%d,", front, t);
          if (sheet->labels != NULL)
            add_text (out, sheet->labels[t]);
          g_string_append_printf (out, ",%d,%d,%d,", y, x, c);
          add_number (out, "%.9g", (double) *v++);
          g_string_append_c (out, '\n');
        }
      }
    }
  }
}

char *
lm_csv_sheet (const LmSheetPicture *picture)
{
  GString *out = g_string_new ("tile,label,row,column,channel,value\n");

  add_sheet (out, picture, "");
  return g_string_free (out, FALSE);
}

char *
lm_csv_film (const LmFilmPicture *picture)
{
  GString *out = g_string_new ("sheet,tile,label,row,column,channel,value\n");

  for (int i = 0; i < picture->n_sheets; i++) {
    g_autoptr (GString) front = g_string_new (NULL);

    add_text (front, picture->sheets[i]->title);
    g_string_append_c (front, ',');
    add_sheet (out, picture->sheets[i], front->str);
  }
  return g_string_free (out, FALSE);
}

char *
lm_csv_heatmap (const LmHeatmapPicture *picture)
{
  GString *out = g_string_new ("row,column,value\n");

  if (lm_tensor_is (picture->map, 2, 0)) {
    const float *v = lm_tensor_f32 (picture->map);

    for (int y = 0; y < (int) picture->map->shape.dim[0]; y++) {
      for (int x = 0; x < (int) picture->map->shape.dim[1]; x++) {
        g_string_append_printf (out, "%d,%d,", y, x);
        add_number (out, "%.9g", (double) *v++);
        g_string_append_c (out, '\n');
      }
    }
  }
  return g_string_free (out, FALSE);
}

char *
lm_csv_confusion (const LmConfusionPicture *picture)
{
  GString *out = g_string_new ("true");

  for (int p = 0; p < picture->n; p++) {
    g_string_append_c (out, ',');
    add_text (out, picture->class_names != NULL ? picture->class_names[p] : NULL);
  }
  g_string_append_c (out, '\n');
  for (int t = 0; t < picture->n; t++) {
    add_text (out, picture->class_names != NULL ? picture->class_names[t] : NULL);
    for (int p = 0; p < picture->n; p++)
      g_string_append_printf (out, ",%" G_GINT64_FORMAT, picture->counts[(gsize) t * (gsize) picture->n + (gsize) p]);
    g_string_append_c (out, '\n');
  }
  return g_string_free (out, FALSE);
}

char *
lm_csv_bars (const LmBarsPicture *picture)
{
  GString *out = g_string_new (picture->is_histogram ? "from,to,count\n" : "name,count\n");
  double step = picture->n > 0 ? (picture->max - picture->min) / picture->n : 0;

  for (int i = 0; i < picture->n; i++) {
    if (picture->is_histogram) {
      add_number (out, "%.17g", picture->min + step * i);
      g_string_append_c (out, ',');
      add_number (out, "%.17g", picture->min + step * (i + 1));
    } else {
      add_text (out, picture->names[i]);
    }
    g_string_append_printf (out, ",%" G_GINT64_FORMAT "\n", picture->counts[i]);
  }
  return g_string_free (out, FALSE);
}

char *
lm_csv_graph (const LmGraphPicture *picture)
{
  GString *out = g_string_new ("id,name,summary,params,inputs\n");

  for (int i = 0; i < picture->n_cards; i++) {
    const LmCard *card = &picture->cards[i];
    g_autoptr (GString) inputs = g_string_new (NULL);

    for (int w = 0; w < picture->n_wires; w++) {
      const LmCardWire *wire = &picture->wires[w];

      if (wire->to != i || wire->from < 0 || wire->from >= picture->n_cards)
        continue;
      if (inputs->len > 0)
        g_string_append (inputs, "; ");
      g_string_append_printf (inputs, "%d: %s", wire->to_port, picture->cards[wire->from].name != NULL ? picture->cards[wire->from].name : "");
      if (wire->from_port > 0)
        g_string_append_printf (inputs, " (%d)", wire->from_port);
      if (wire->label != NULL)
        g_string_append_printf (inputs, " %s", wire->label);
    }
    g_string_append_printf (out, "%d,", card->id);
    add_text (out, card->name);
    g_string_append_c (out, ',');
    add_text (out, card->summary);
    g_string_append_c (out, ',');
    add_text (out, card->params);
    g_string_append_c (out, ',');
    add_text (out, inputs->str);
    g_string_append_c (out, '\n');
  }
  return g_string_free (out, FALSE);
}

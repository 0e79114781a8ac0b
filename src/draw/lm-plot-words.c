/* lm-plot-words.c: labels, marks and the box under the pointer of one plot
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-plot-private.h"

#include <math.h>
#include <stdlib.h>

#include "lm-number.h"

#define OWN_PLACE 110.0 /* a line that ends so far before the others has its number at its own end */

typedef struct {
  double x; /* of the end of its line */
  double y;
  double wanted;
  double width;
  char *text;
  const LmColour *colour;
} EndLabel;

static gboolean
overlaps (const LmRect *a,
          const LmRect *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height && b->y < a->y + a->height;
}

static gboolean
is_taken (const LmPlotPaint *p,
          const LmRect *rect)
{
  for (int i = 0; i < p->n_taken; i++)
    if (overlaps (rect, &p->taken[i]))
      return TRUE;
  return FALSE;
}

static void
take (LmPlotPaint *p,
      const LmRect *rect)
{
  if (p->n_taken < (int) G_N_ELEMENTS (p->taken))
    p->taken[p->n_taken++] = *rect;
}

/* Last value of a series that can be seen, as drawn. FALSE if it has none. */
static gboolean
last_value (const LmPlotPaint *p,
            const LmSeries *series,
            double *x,
            double *y)
{
  const double *values = lm_plot_line_values (p, series);
  gsize last = series->n;

  while (last > 0 && !(isfinite (values[last - 1]) && series->x[last - 1] <= p->frame->x_max && series->x[last - 1] >= p->frame->x_min))
    last--;
  if (last == 0)
    return FALSE;
  *x = series->x[last - 1];
  *y = values[last - 1];
  return TRUE;
}

static char *
value_text (const LmPlotPaint *p,
            double value,
            gboolean all_high)
{
  if (p->panel->is_share)
    return lm_number_fixed (value, all_high ? 4 : 3);
  return lm_number_significant (value, 3);
}

static int
compare_labels (const void *a,
                const void *b)
{
  double x = ((const EndLabel *) a)->wanted, y = ((const EndLabel *) b)->wanted;

  return (x > y) - (x < y);
}

/* Pushes labels apart until neighbours are @gap from each other, within [@top, @bottom]. */
static void
spread_labels (EndLabel *labels,
               int n,
               double gap,
               double top,
               double bottom)
{
  qsort (labels, (size_t) n, sizeof *labels, compare_labels);
  for (int i = 0; i < n; i++)
    labels[i].y = CLAMP (labels[i].wanted, top, bottom);
  /* A pair that is too close parts around its middle, so neither seems to belong elsewhere; again until all is still. */
  for (int round = 0; round < 40; round++) {
    gboolean moved = FALSE;

    for (int i = 0; i + 1 < n; i++) {
      double lack = gap - (labels[i + 1].y - labels[i].y);

      if (lack > 0.01) {
        labels[i].y -= lack / 2;
        labels[i + 1].y += lack / 2;
        moved = TRUE;
      }
    }
    for (int i = 0; i < n; i++)
      labels[i].y = CLAMP (labels[i].y, top + i * gap * 0.999, bottom - (n - 1 - i) * gap * 0.999);
    if (!moved)
      break;
  }
}

/* Cuts the lines where a label lies on them, so that it can be read. */
static void
draw_end_label (LmPlotPaint *p,
                const EndLabel *label,
                double x)
{
  double u = p->theme->text_scale;
  LmRect back = { x - 2, label->y - 8 * u, label->width + 4, 16 * u };

  if (p->theme->page.a > 0 && lm_plot_ink_under (p, &back) > 0)
    lm_paint_box (p->cr, &back, 0, p->theme->has_frames ? &p->theme->card : &p->theme->page, NULL, 0);
  lm_text_draw (p->cr, p->theme, LM_FONT_STRONG, label->colour, label->text, x, label->y + 4.5 * u, LM_ALIGN_LEFT, LM_PLOT_LABEL_ROOM * u - 14);
  take (p, &back);
}

/* The last values at the ends of the lines. */
static void
draw_end_labels (LmPlotPaint *p)
{
  const LmPlotFrame *f = p->frame;
  EndLabel labels[LM_PLOT_MAX_LABELS];
  double values[LM_PLOT_MAX_LABELS];
  double u = p->theme->text_scale, gap = 17 * u, end = -INFINITY;
  int n = 0, n_together = 0, room = CLAMP ((int) (f->plot.height / gap), 1, LM_PLOT_MAX_LABELS);
  gboolean all_high = TRUE;

  for (int i = 0; i < p->panel->n_series && n < room; i++) {
    const LmSeries *s = &p->panel->series[i];

    if (s->role == LM_SERIES_BASELINE || !lm_plot_is_shown (p->view, s) || !last_value (p, s, &labels[n].x, &values[n]))
      continue;
    labels[n].x = CLAMP (lm_plot_frame_x (f, labels[n].x), f->plot.x, f->plot.x + f->plot.width);
    labels[n].wanted = CLAMP (lm_plot_frame_y (f, values[n]), f->plot.y - 2, f->plot.y + f->plot.height - 9 * u);
    labels[n].colour = lm_plot_series_colour (p, s);
    end = MAX (end, labels[n].x);
    all_high = all_high && values[n] > 0.98;
    n++;
  }
  for (int i = 0; i < n; i++) {
    EndLabel *l = &labels[i];
    LmRect own = { l->x + 12, l->wanted - 8 * u, 0, 16 * u };

    l->text = value_text (p, values[i], all_high);
    own.width = l->width = lm_text_width (p->cr, p->theme, LM_FONT_STRONG, l->text);
    if (l->x < end - OWN_PLACE * u && lm_plot_ink_under (p, &own) == 0 && !is_taken (p, &own)) {
      l->y = l->wanted;
      draw_end_label (p, l, l->x + 12);
      g_free (l->text);
    } else {
      labels[n_together++] = *l;
    }
  }
  if (n_together == 0)
    return;
  spread_labels (labels, n_together, gap, f->plot.y - 2, f->plot.y + f->plot.height - 9 * u);
  for (int i = 0; i < n_together; i++) {
    draw_end_label (p, &labels[i], end + 11);
    g_free (labels[i].text);
  }
}

/* A dotted line across, its words where the curves leave room. One beyond the plot has words only, with an arrow. */
static void
draw_baseline (LmPlotPaint *p,
               const LmSeries *series)
{
  static const double dots[] = { 0.01, 4.5 };
  const LmPlotFrame *f = p->frame;
  double u = p->theme->text_scale, right = f->plot.x + f->plot.width;
  double y = lm_plot_frame_y (f, series->y[0]);
  gboolean is_above = y<f->plot.y - 1, is_below = y> f->plot.y + f->plot.height + 1;
  g_autofree char *words = g_strconcat (is_above ? "↑ " : is_below ? "↓ "
                                                                   : "",
                                        series->name, NULL);
  double width = MIN (lm_text_width (p->cr, p->theme, LM_FONT_SMALL, words), MAX (f->plot.width - 16, 8));
  double xs[] = { f->plot.x + 8, right - 8 - width, f->plot.x + f->plot.width * 0.3, f->plot.x + (f->plot.width - width) / 2, f->plot.x + f->plot.width * 0.7 - width };
  LmRect best = { 0 };
  int least = G_MAXINT;

  if (!isfinite (series->y[0]))
    return;
  if (!is_above && !is_below) {
    lm_paint_set (p->cr, &p->theme->baseline);
    cairo_set_line_width (p->cr, 1.8);
    cairo_set_line_cap (p->cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_dash (p->cr, dots, G_N_ELEMENTS (dots), 0);
    cairo_move_to (p->cr, f->plot.x + 1, y);
    cairo_line_to (p->cr, right, y);
    cairo_stroke (p->cr);
    cairo_set_dash (p->cr, NULL, 0, 0);
  }
  y = CLAMP (y, f->plot.y, f->plot.y + f->plot.height);
  for (int i = 0; i < 2 * (int) G_N_ELEMENTS (xs); i++) {
    double base = i % 2 == 1 ? y + 15 * u : y - 6 * u;
    LmRect rect = { CLAMP (xs[i / 2], f->plot.x + 8, MAX (right - 8 - width, f->plot.x + 8)), base - 11 * u, width, 14 * u };
    LmRect wide = { rect.x - 8, rect.y, rect.width + 16, rect.height };
    int ink = lm_plot_ink_under (p, &wide) + i;

    if (rect.y < f->plot.y - 8 || rect.y + rect.height > f->plot.y + f->plot.height || is_taken (p, &wide))
      ink += 10000;
    if (ink < least) {
      least = ink;
      best = rect;
    }
  }
  lm_text_draw (p->cr, p->theme, LM_FONT_SMALL, &p->theme->text2, words, best.x, best.y + 11 * u, LM_ALIGN_LEFT, width + 1);
  take (p, &best);
}

static void
draw_best (LmPlotPaint *p)
{
  const LmPlotFrame *f = p->frame;
  const LmSeries *series = NULL;
  double u = p->theme->text_scale, x, y, half;
  LmPoint places[5];
  LmRect words = { 0 }, ring;
  int least = G_MAXINT;

  for (int i = 0; i < p->panel->n_series && series == NULL; i++)
    if (p->panel->series[i].role == LM_SERIES_VALIDATION && lm_plot_is_shown (p->view, &p->panel->series[i]))
      series = &p->panel->series[i];
  if (series == NULL || p->panel->best < 0 || (gsize) p->panel->best >= series->n)
    return;
  if (!isfinite (series->x[p->panel->best]) || !isfinite (series->y[p->panel->best]))
    return;
  x = lm_plot_frame_x (f, series->x[p->panel->best]);
  y = lm_plot_frame_y (f, series->y[p->panel->best]);
  if (x < f->plot.x - 1 || x > f->plot.x + f->plot.width + 1 || y < f->plot.y - 1 || y > f->plot.y + f->plot.height + 1)
    return;

  lm_paint_set (p->cr, &p->theme->validation);
  cairo_set_line_width (p->cr, 2);
  cairo_new_sub_path (p->cr);
  cairo_arc (p->cr, x, y, 7, 0, 2 * G_PI);
  cairo_stroke (p->cr);
  half = lm_text_width (p->cr, p->theme, LM_FONT_SMALL_STRONG, _ ("best")) / 2;
  places[0] = (LmPoint){ x, y + 7 + 14 * u };
  places[1] = (LmPoint){ x, y - 7 - 5 * u };
  places[2] = (LmPoint){ x - half - 10, y + 7 + 12 * u };
  places[3] = (LmPoint){ x - half - 10, y - 7 - 3 * u };
  places[4] = (LmPoint){ x - half - 13, y + 4 * u };
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++) {
    LmRect rect = { places[i].x - half - 2, places[i].y - 10 * u, 2 * half + 4, 12 * u };
    int cost = lm_plot_ink_under (p, &rect) + (is_taken (p, &rect) ? 10000 : 0);

    if (rect.y < f->plot.y - 4 || rect.y + rect.height > f->plot.y + f->plot.height - 1)
      cost += 5000;
    if (cost < least) {
      least = cost;
      words = rect;
    }
  }
  lm_text_draw (p->cr, p->theme, LM_FONT_SMALL_STRONG, &p->theme->validation, _ ("best"), words.x + words.width / 2, words.y + 10 * u, LM_ALIGN_CENTRE, 0);
  take (p, &words);
  ring = (LmRect){ x - 8, y - 8, 16, 16 };
  take (p, &ring);
}

/* Dotted lines through the panel; the words, as pills, above the first one only. */
void
lm_plot_draw_marks (const LmPlotPaint *p,
                    gboolean with_words)
{
  static const double dash[] = { 2, 3 };
  const LmPlotFrame *f = p->frame;
  const LmTheme *theme = p->theme;
  double u = theme->text_scale, ends[3] = { -INFINITY, -INFINITY, -INFINITY };

  for (int i = 0; i < p->picture->n_marks; i++) {
    const LmMark *mark = &p->picture->marks[i];
    double x, width, left;
    int row = 0;

    if (!isfinite (mark->x) || mark->x < f->x_min || mark->x > f->x_max)
      continue;
    x = round (lm_plot_frame_x (f, mark->x)) + 0.5;
    lm_paint_set (p->cr, &theme->baseline);
    cairo_set_line_width (p->cr, 1);
    cairo_set_line_cap (p->cr, CAIRO_LINE_CAP_BUTT);
    cairo_set_dash (p->cr, dash, G_N_ELEMENTS (dash), 0);
    cairo_move_to (p->cr, x, f->plot.y);
    cairo_line_to (p->cr, x, f->plot.y + f->plot.height);
    cairo_stroke (p->cr);
    cairo_set_dash (p->cr, NULL, 0, 0);
    if (!with_words || mark->text == NULL || *mark->text == '\0')
      continue;

    width = MIN (lm_text_width (p->cr, theme, LM_FONT_SMALL, mark->text) + 14, f->plot.width * 0.5);
    left = CLAMP (x - width / 2, f->plot.x, MAX (f->plot.x + f->plot.width - width, f->plot.x));
    while (row < (int) G_N_ELEMENTS (ends) && left < ends[row] + 6)
      row++;
    if (row < (int) G_N_ELEMENTS (ends)) {
      LmRect pill = { left, f->plot.y - 10 * u + row * 21 * u, width, 18 * u };

      lm_paint_box (p->cr, &pill, 9 * u, &theme->pill, NULL, 0);
      lm_text_draw (p->cr, theme, LM_FONT_SMALL, &theme->text, mark->text, left + width / 2, pill.y + 13 * u, LM_ALIGN_CENTRE, width - 12);
      ends[row] = left + width;
    }
  }
}

/* Value of a series as drawn at @x: the nearest point. */
static double
value_at (const LmPlotPaint *p,
          const LmSeries *series,
          double x)
{
  const double *values = lm_plot_line_values (p, series);
  double distance = INFINITY;
  gsize nearest = 0;

  for (gsize i = 0; i < series->n; i++) {
    if (isfinite (values[i]) && fabs (series->x[i] - x) < distance) {
      distance = fabs (series->x[i] - x);
      nearest = i;
    }
  }
  return isfinite (distance) ? values[nearest] : NAN;
}

static void
draw_hover (const LmPlotPaint *p)
{
  cairo_t *cr = p->cr;
  const LmTheme *theme = p->theme;
  const LmPlotFrame *f = p->frame;
  double u = theme->text_scale, line = 19 * u, x, widest, y;
  g_autofree char *number = lm_number_short (p->view->hover_x, 4);
  const char *title = p->view->hover_title != NULL ? p->view->hover_title : number;
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
  int n = 0;
  LmRect box;

  if (!isfinite (p->view->hover_x) || p->view->hover_x < f->x_min || p->view->hover_x > f->x_max)
    return;
  x = round (lm_plot_frame_x (f, p->view->hover_x)) + 0.5;
  lm_paint_set (cr, &theme->text2);
  cairo_set_line_width (cr, 1);
  cairo_move_to (cr, x, f->plot.y);
  cairo_line_to (cr, x, f->plot.y + f->plot.height);
  cairo_stroke (cr);

  widest = lm_text_width (cr, theme, LM_FONT_SMALL_STRONG, title);
  for (int i = 0; i < p->panel->n_series; i++) {
    const LmSeries *s = &p->panel->series[i];
    double value = s->role != LM_SERIES_BASELINE && lm_plot_is_shown (p->view, s) ? value_at (p, s, p->view->hover_x) : NAN;
    char *text = isfinite (value) && n < 12 ? value_text (p, value, FALSE) : NULL;

    g_ptr_array_add (values, text);
    if (text == NULL)
      continue;
    widest = MAX (widest, 18 * u + MIN (lm_text_width (cr, theme, LM_FONT_SMALL, s->name), 150 * u) + 20 + lm_text_width (cr, theme, LM_FONT_SMALL_STRONG, text));
    n++;
  }
  widest = MAX (widest, lm_text_width (cr, theme, LM_FONT_SMALL, p->view->hover_note));
  widest = MIN (widest, MAX (f->plot.width - 44, 40));

  box = (LmRect){ x + 10, f->plot.y + 24, widest + 24, (n + 1 + (p->view->hover_note != NULL)) * line + 14 };
  if (box.x + box.width > f->card.x + f->card.width - 4)
    box.x = MAX (x - 10 - box.width, f->card.x + 4);
  if (box.y + box.height > f->card.y + f->card.height - 4)
    box.y = MAX (f->card.y + f->card.height - 4 - box.height, f->card.y + 4);
  lm_paint_shadow (cr, theme, &box, 8, TRUE);
  lm_paint_box (cr, &box, 8, &theme->popup, &theme->card_border, theme->border_width);

  y = box.y + 20 * u;
  lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, title, box.x + 12, y, LM_ALIGN_LEFT, widest);
  for (int i = 0; i < p->panel->n_series; i++) {
    const LmSeries *s = &p->panel->series[i];
    const char *text = g_ptr_array_index (values, (guint) i);
    double room;

    if (text == NULL)
      continue;
    y += line;
    lm_paint_set (cr, lm_plot_series_colour (p, s));
    cairo_set_line_width (cr, 4);
    cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
    cairo_move_to (cr, box.x + 14, y - 4 * u);
    cairo_line_to (cr, box.x + 22, y - 4 * u);
    cairo_stroke (cr);
    room = lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, text, box.x + box.width - 12, y, LM_ALIGN_RIGHT, 0);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text, s->name, box.x + 12 + 18 * u, y, LM_ALIGN_LEFT, MAX (widest - 18 * u - room - 8, 10));
  }
  if (p->view->hover_note != NULL)
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, p->view->hover_note, box.x + 12, y + line, LM_ALIGN_LEFT, widest);
}

void
lm_plot_draw_words (LmPlotPaint *p)
{
  draw_end_labels (p);
  draw_best (p);
  for (int i = 0; i < p->panel->n_series; i++)
    if (p->panel->series[i].role == LM_SERIES_BASELINE && lm_plot_is_shown (p->view, &p->panel->series[i]))
      draw_baseline (p, &p->panel->series[i]);
  if (p->view->has_hover)
    draw_hover (p);
}

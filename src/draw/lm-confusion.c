/* lm-confusion.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-confusion.h"

#include <math.h>

#include "lm-number.h"

#define MAX_CELL_WIDTH 104.0
#define MAX_CELL_HEIGHT 52.0
#define FEW_CLASSES 4 /* get larger cells */
#define MIN_CELL 0.5
#define NUMBER_ROOM 5.0 /* beside digits in a cell */
#define BAR_WIDTH 160.0
#define BAR_HEIGHT 14.0

typedef struct {
  int n;
  double x; /* of the first cell */
  double y;
  double cell_width;
  double cell_height;
  double gap;
  double names;       /* room for the names of the rows */
  double head;        /* for those of the columns */
  gboolean is_turned; /* these read upwards */
  gboolean is_narrow; /* no totals beside and below: no row of text fits them */
  double totals_x;    /* right ends of the two columns beside */
  double recall_x;
  double totals_y; /* baselines of the two rows below */
  double precision_y;
  double bottom; /* of all but the caption */
  LmFont font;   /* in the cells; size 0: no digits */
  gint64 *row_total;
  gint64 *column_total;
  double max_share; /* of a mistake in its row */
} Plan;

static void
plan_clear (Plan *plan)
{
  g_clear_pointer (&plan->row_total, g_free);
  g_clear_pointer (&plan->column_total, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

/* Negative counts cannot be, they count as none; the sum of all stays within its type. */
static gint64
count_of (const LmConfusionPicture *picture,
          int t,
          int p)
{
  gint64 most = G_MAXINT64 / picture->n / picture->n;

  return CLAMP (picture->counts[(gsize) t * (gsize) picture->n + (gsize) p], 0, most);
}

static const char *
name_of (const LmConfusionPicture *picture,
         int i)
{
  return picture->class_names != NULL && picture->class_names[i] != NULL ? picture->class_names[i] : "";
}

static char *
cell_text (const Plan *plan,
           const LmConfusionPicture *picture,
           const LmConfusionView *view,
           int t,
           int p)
{
  gint64 count = count_of (picture, t, p);

  if (view == NULL || !view->as_shares)
    return lm_number_count (count);
  return lm_number_share (plan->row_total[t] > 0 ? (double) count / (double) plan->row_total[t] : 0);
}

static void
add_totals (Plan *plan,
            const LmConfusionPicture *picture)
{
  plan->row_total = g_new0 (gint64, MAX (plan->n, 1));
  plan->column_total = g_new0 (gint64, MAX (plan->n, 1));
  for (int t = 0; t < plan->n; t++) {
    for (int p = 0; p < plan->n; p++) {
      gint64 count = count_of (picture, t, p);

      plan->row_total[t] += count;
      plan->column_total[p] += count;
    }
  }
  for (int t = 0; t < plan->n; t++)
    for (int p = 0; p < plan->n; p++)
      if (t != p && plan->row_total[t] > 0)
        plan->max_share = MAX (plan->max_share, (double) count_of (picture, t, p) / (double) plan->row_total[t]);
}

/* The largest font in which the widest number fits its cell; without one, none is written. Figures are tabular, so the
 * largest number is the widest. */
static void
choose_font (cairo_t *cr,
             const LmTheme *theme,
             const LmConfusionPicture *picture,
             const LmConfusionView *view,
             Plan *plan)
{
  static const double sizes[] = { 13.5, 12, 10.67, 9.5 };
  LmFont unit = { 100, TRUE };
  gint64 largest = 0;
  g_autofree char *text = NULL;
  double widest;

  plan->font = (LmFont){ 0, FALSE };
  if (plan->cell_height < 12 || plan->cell_width < 12)
    return;
  for (int t = 0; t < plan->n; t++)
    for (int p = 0; p < plan->n; p++)
      largest = MAX (largest, count_of (picture, t, p));
  text = view != NULL && view->as_shares ? lm_number_share (0.888) : lm_number_count (largest);
  widest = lm_text_width (cr, theme, unit, text) / unit.size;
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    if (widest * sizes[i] <= plan->cell_width - plan->gap - NUMBER_ROOM &&
        sizes[i] * theme->text_scale * 1.15 <= plan->cell_height - plan->gap) {
      plan->font.size = sizes[i];
      return;
    }
  }
}

static void
make_plan (cairo_t *cr,
           const LmTheme *theme,
           const LmConfusionPicture *picture,
           const LmConfusionView *view,
           double width,
           Plan *plan)
{
  double u = theme->text_scale, inner = MAX (width - 2 * LM_PICTURE_MARGIN, 60);
  double top = LM_PICTURE_MARGIN + lm_paint_header (cr, theme, picture->title, NULL, width, FALSE);
  double title = 20 * u, samples, recall, below, longest = 0, room, large = 1;

  *plan = (Plan){ .n = picture->counts != NULL ? MAX (picture->n, 0) : 0 };
  add_totals (plan, picture);
  if (plan->n == 0) {
    plan->bottom = top + 30;
    return;
  }

  for (int i = 0; i < plan->n; i++)
    longest = MAX (longest, lm_text_width (cr, theme, LM_FONT_SMALL_STRONG, name_of (picture, i)));
  below = MAX (lm_text_width (cr, theme, LM_FONT_SMALL, _ ("answers")), lm_text_width (cr, theme, LM_FONT_SMALL, _ ("precision")));
  plan->names = MIN (MAX (longest, below - 12 * u), MIN (inner * 0.2, 150 * u)) + 8;
  samples = MAX (lm_text_width (cr, theme, LM_FONT_SMALL, _ ("samples")), 44 * u);
  recall = MAX (lm_text_width (cr, theme, LM_FONT_SMALL, _ ("recall")), 38 * u);

  room = inner - title - plan->names - samples - recall - 28;
  if (plan->n <= FEW_CLASSES)
    large = 1.4;
  plan->cell_width = CLAMP (room / plan->n, MIN_CELL, MAX_CELL_WIDTH * u * large);
  if (plan->cell_width > 12)
    plan->cell_width = floor (plan->cell_width);
  plan->cell_height = MIN (plan->cell_width, MAX_CELL_HEIGHT * u * large);
  plan->gap = plan->cell_width >= 24 ? 2 : plan->cell_width >= 8 ? 1
                                                                 : 0;
  plan->is_turned = longest > plan->cell_width - 4 && longest > 14 * u;
  plan->head = plan->is_turned ? MIN (longest, 110 * u) + 8 : 18 * u;
  plan->is_narrow = plan->cell_height < 11 * u;

  plan->x = LM_PICTURE_MARGIN + title + plan->names;
  plan->y = top + title + plan->head;
  plan->totals_x = plan->x + plan->n * plan->cell_width + 10 + samples;
  plan->recall_x = plan->totals_x + 14 + recall;
  plan->totals_y = plan->y + plan->n * plan->cell_height + 17 * u;
  plan->precision_y = plan->totals_y + 17 * u;
  choose_font (cr, theme, picture, view, plan);
  plan->bottom = plan->precision_y + (plan->max_share > 0 ? 10 + BAR_HEIGHT + 22 * u : 6);
}

static LmRect
cell_rect (const Plan *plan,
           int t,
           int p)
{
  return (LmRect){
    plan->x + p * plan->cell_width + plan->gap / 2,
    plan->y + t * plan->cell_height + plan->gap / 2,
    plan->cell_width - plan->gap,
    plan->cell_height - plan->gap,
  };
}

static LmColour
mistake_colour (const LmTheme *theme,
                const Plan *plan,
                double share)
{
  return lm_colour_mix (&theme->mistake_low, &theme->mistake_high, plan->max_share > 0 ? share / plan->max_share : 0);
}

static void
draw_cells (cairo_t *cr,
            const LmTheme *theme,
            const LmConfusionPicture *picture,
            const Plan *plan,
            const LmConfusionView *view)
{
  double radius = plan->cell_width >= 24 ? 3 : 0;
  LmColour black = { 0, 0, 0, 1 }, white = { 1, 1, 1, 1 };

  /* Most cells are empty: all of them at once. */
  for (int t = 0; t < plan->n; t++) {
    for (int p = 0; p < plan->n; p++) {
      LmRect rect = cell_rect (plan, t, p);

      if (t != p && count_of (picture, t, p) == 0)
        lm_paint_round_path (cr, &rect, radius);
    }
  }
  lm_paint_set (cr, &theme->cell_none);
  cairo_fill (cr);

  for (int t = 0; t < plan->n; t++) {
    for (int p = 0; p < plan->n; p++) {
      LmRect rect = cell_rect (plan, t, p);
      gint64 count = count_of (picture, t, p);
      double share = plan->row_total[t] > 0 ? (double) count / (double) plan->row_total[t] : 0;
      LmColour fill = t == p ? theme->cell_right : mistake_colour (theme, plan, share);

      lm_paint_box (cr, &rect, radius, t == p || count > 0 ? &fill : NULL, theme->is_contrast && plan->gap > 0 ? &theme->card_border : NULL, 1);
      if (plan->font.size > 0 && (count > 0 || (t == p && plan->row_total[t] > 0))) {
        g_autofree char *text = cell_text (plan, picture, view, t, p);
        const LmColour *ink = t == p ? &theme->on_cell_right : lm_colour_contrast (&fill, &white) >= lm_colour_contrast (&fill, &black) - 4 ? &white
                                                                                                                                            : &black;

        if (t != p && ink == &black && !theme->is_dark)
          ink = &theme->text;
        lm_text_draw (cr, theme, (LmFont){ plan->font.size, t != p }, ink, text, rect.x + rect.width / 2,
                      rect.y + rect.height / 2 + plan->font.size * theme->text_scale * 0.35, LM_ALIGN_CENTRE, 0);
      }
      if (view != NULL && view->true_class == t && view->answer == p) {
        LmRect ring = { rect.x - 2, rect.y - 2, rect.width + 4, rect.height + 4 };

        lm_paint_box (cr, &ring, radius + 2, NULL, &theme->accent, 2.5);
      }
    }
  }
}

/* Names of rows and columns; where cells are lower than a line of text, only every so many have theirs. */
static void
draw_names (cairo_t *cr,
            const LmTheme *theme,
            const LmConfusionPicture *picture,
            const Plan *plan)
{
  double u = theme->text_scale, line = 14 * u;
  int step_y = MAX (1, (int) ceil (line / plan->cell_height));
  int step_x = plan->is_turned || plan->cell_width < 14 * u ? MAX (1, (int) ceil (line / plan->cell_width)) : 1;

  if (!plan->is_turned && plan->cell_width < 24 * u)
    step_x = MAX (step_x, (int) ceil (24 * u / plan->cell_width));
  for (int i = 0; i < plan->n; i += step_y)
    lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, name_of (picture, i), plan->x - 8,
                  plan->y + (i + 0.5) * plan->cell_height + 4 * u, LM_ALIGN_RIGHT, plan->names - 8 + 1);
  for (int i = 0; i < plan->n; i += step_x) {
    double x = plan->x + (i + 0.5) * plan->cell_width;

    if (!plan->is_turned) {
      lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, name_of (picture, i), x, plan->y - 6, LM_ALIGN_CENTRE, MAX (plan->cell_width * step_x - 2, 8));
      continue;
    }
    cairo_save (cr);
    cairo_translate (cr, x + 4 * u, plan->y - 6);
    cairo_rotate (cr, -G_PI_2);
    lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, name_of (picture, i), 0, 0, LM_ALIGN_LEFT, plan->head - 8 + 1);
    cairo_restore (cr);
  }
}

static void
draw_axis_titles (cairo_t *cr,
                  const LmTheme *theme,
                  const Plan *plan)
{
  double u = theme->text_scale, span_x = plan->n * plan->cell_width, span_y = plan->n * plan->cell_height;

  lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, _ ("predicted"), plan->x + span_x / 2, plan->y - plan->head - 6 * u, LM_ALIGN_CENTRE, 0);
  cairo_save (cr);
  cairo_translate (cr, LM_PICTURE_MARGIN + 12 * u, plan->y + span_y / 2);
  cairo_rotate (cr, -G_PI_2);
  lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, _ ("true"), 0, 0, LM_ALIGN_CENTRE, 0);
  cairo_restore (cr);
}

static char *
ratio_text (gint64 part,
            gint64 whole)
{
  return whole > 0 ? lm_number_fixed ((double) part / (double) whole, 3) : g_strdup ("–");
}

static void
draw_totals (cairo_t *cr,
             const LmTheme *theme,
             const LmConfusionPicture *picture,
             const Plan *plan)
{
  double u = theme->text_scale, heads = plan->y - 6, size = LM_FONT_SMALL.size;
  gint64 all = 0, right = 0;
  LmFont below = { size, FALSE };
  g_autofree char *total = NULL, *accuracy = NULL;
  double widest = 0;

  for (int i = 0; i < plan->n; i++) {
    g_autofree char *samples = lm_number_count (plan->row_total[i]);
    g_autofree char *answers = lm_number_count (plan->column_total[i]);
    g_autofree char *recall = ratio_text (count_of (picture, i, i), plan->row_total[i]);
    double y = plan->y + (i + 0.5) * plan->cell_height + 4 * u;

    all += plan->row_total[i];
    right += count_of (picture, i, i);
    widest = MAX (widest, MAX (lm_text_width (cr, theme, below, answers), lm_text_width (cr, theme, below, "0.000")));
    if (plan->is_narrow)
      continue;
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, samples, plan->totals_x, y, LM_ALIGN_RIGHT, 0);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, recall, plan->recall_x, y, LM_ALIGN_RIGHT, 0);
  }
  if (!plan->is_narrow) {
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, _ ("samples"), plan->totals_x, heads, LM_ALIGN_RIGHT, 0);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, _ ("recall"), plan->recall_x, heads, LM_ALIGN_RIGHT, 0);
  }

  /* Below, a number is wider than a small cell: then smaller digits, then none but the total. */
  if (widest > plan->cell_width - 4)
    below.size = size * MAX ((plan->cell_width - 4) / widest, 0.01);
  if (below.size >= 9) {
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, _ ("answers"), plan->x - 8, plan->totals_y, LM_ALIGN_RIGHT, plan->names + 12 * u);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, _ ("precision"), plan->x - 8, plan->precision_y, LM_ALIGN_RIGHT, plan->names + 12 * u);
    for (int i = 0; i < plan->n; i++) {
      g_autofree char *answers = lm_number_count (plan->column_total[i]);
      g_autofree char *precision = ratio_text (count_of (picture, i, i), plan->column_total[i]);
      double x = plan->x + (i + 0.5) * plan->cell_width;

      lm_text_draw (cr, theme, below, &theme->text2, answers, x, plan->totals_y, LM_ALIGN_CENTRE, 0);
      lm_text_draw (cr, theme, below, &theme->text2, precision, x, plan->precision_y, LM_ALIGN_CENTRE, 0);
    }
  }
  total = lm_number_count (all);
  accuracy = ratio_text (right, all);
  lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, total, plan->totals_x, plan->totals_y, LM_ALIGN_RIGHT, 0);
  lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, accuracy, plan->recall_x, plan->totals_y, LM_ALIGN_RIGHT, 0);
  lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, _ ("accuracy"), plan->recall_x, plan->precision_y, LM_ALIGN_RIGHT, 0);
}

/* What the colours mean. */
static void
draw_bar (cairo_t *cr,
          const LmTheme *theme,
          const Plan *plan,
          double width)
{
  double u = theme->text_scale, x = plan->x, y = plan->precision_y + 12;
  double words = lm_text_width (cr, theme, LM_FONT_SMALL, _ ("mistakes, share of the row")) + 10, room = width - LM_PICTURE_MARGIN - x;
  LmRect rect = { x, y, CLAMP (room - words, MIN (110 * u, room), BAR_WIDTH * u), BAR_HEIGHT };
  LmColour low = mistake_colour (theme, plan, 0), high = mistake_colour (theme, plan, plan->max_share);
  cairo_pattern_t *gradient;

  if (rect.width < 40 || plan->max_share <= 0)
    return;
  gradient = cairo_pattern_create_linear (rect.x, 0, rect.x + rect.width, 0);
  cairo_pattern_add_color_stop_rgb (gradient, 0, low.r, low.g, low.b);
  cairo_pattern_add_color_stop_rgb (gradient, 1, high.r, high.g, high.b);
  cairo_set_source (cr, gradient);
  cairo_rectangle (cr, rect.x, rect.y, rect.width, rect.height);
  cairo_fill (cr);
  cairo_pattern_destroy (gradient);
  for (int i = 0; i < 3; i++) {
    g_autofree char *number = lm_number_share (plan->max_share * i / 2);

    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, number, rect.x + rect.width * i / 2, y + BAR_HEIGHT + 14 * u, (LmAlign) i, 0);
  }
  lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, _ ("mistakes, share of the row"), rect.x + rect.width + 10, y + BAR_HEIGHT / 2 + 4 * u, LM_ALIGN_LEFT,
                MAX (width - LM_PICTURE_MARGIN - rect.x - rect.width - 10, 1));
}

double
lm_confusion_natural_height (const LmConfusionPicture *picture,
                             const LmTheme *theme,
                             double width)
{
  cairo_t *cr = lm_paint_measure_new ();
  g_auto (Plan) plan = { 0 };
  double height;

  make_plan (cr, theme, picture, NULL, width, &plan);
  height = plan.bottom + lm_paint_caption (cr, theme, picture->caption, width, 0, FALSE) + LM_PICTURE_MARGIN;
  cairo_destroy (cr);
  return ceil (height);
}

void
lm_draw_confusion (cairo_t *cr,
                   double width,
                   double height,
                   const LmTheme *theme,
                   const LmConfusionPicture *picture,
                   const LmConfusionView *view)
{
  g_auto (Plan) plan = { 0 };

  make_plan (cr, theme, picture, view, width, &plan);
  cairo_save (cr);
  lm_paint_page (cr, theme, width, height);
  lm_paint_header (cr, theme, picture->title, NULL, width, TRUE);
  if (plan.n > 0) {
    draw_axis_titles (cr, theme, &plan);
    draw_names (cr, theme, picture, &plan);
    draw_cells (cr, theme, picture, &plan, view);
    draw_totals (cr, theme, picture, &plan);
    draw_bar (cr, theme, &plan, width);
  } else {
    lm_text_draw (cr, theme, LM_FONT_BODY, &theme->text2, _ ("no classes"), LM_PICTURE_MARGIN, plan.bottom - 12, LM_ALIGN_LEFT, 0);
  }
  lm_paint_caption (cr, theme, picture->caption, width, plan.bottom, TRUE);
  cairo_restore (cr);
}

LmRect
lm_confusion_cell_rect (const LmConfusionPicture *picture,
                        const LmTheme *theme,
                        double width,
                        int true_class,
                        int answer)
{
  cairo_t *cr = lm_paint_measure_new ();
  g_auto (Plan) plan = { 0 };

  make_plan (cr, theme, picture, NULL, width, &plan);
  cairo_destroy (cr);
  return cell_rect (&plan, true_class, answer);
}

gboolean
lm_confusion_cell_at (const LmConfusionPicture *picture,
                      const LmTheme *theme,
                      double width,
                      double x,
                      double y,
                      int *true_class,
                      int *answer)
{
  cairo_t *cr = lm_paint_measure_new ();
  g_auto (Plan) plan = { 0 };
  double column, row;

  make_plan (cr, theme, picture, NULL, width, &plan);
  cairo_destroy (cr);
  if (plan.n == 0)
    return FALSE;
  column = floor ((x - plan.x) / plan.cell_width);
  row = floor ((y - plan.y) / plan.cell_height);
  if (column < 0 || row < 0 || column >= plan.n || row >= plan.n)
    return FALSE;
  *true_class = (int) row;
  *answer = (int) column;
  return TRUE;
}

/* lm-minimap.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-minimap.h"

#include "lm-card.h"
#include "lm-look.h"

#include <math.h>

#define WIDTH 138
#define HEIGHT 100
#define MARGIN 6

struct _LmMinimap {
  GtkWidget parent_instance;

  LmCanvas *canvas;
};

G_DEFINE_FINAL_TYPE (LmMinimap, lm_minimap, GTK_TYPE_WIDGET)

/* The scale, and where the design's origin is. */
static double
measure (LmMinimap *self,
         double *x,
         double *y,
         graphene_rect_t *view)
{
  graphene_rect_t all;
  double width = WIDTH - 2 * MARGIN, height = HEIGHT - 2 * MARGIN, scale;

  lm_canvas_get_bounds (self->canvas, &all, view);
  scale = MIN (MIN (width / MAX (1, all.size.width), height / MAX (1, all.size.height)), 0.25);
  *x = MARGIN + (width - all.size.width * scale) / 2 - all.origin.x * scale;
  *y = MARGIN + (height - all.size.height * scale) / 2 - all.origin.y * scale;
  return scale;
}

static void
paint_cards (LmMinimap *self,
             cairo_t *cr,
             const LmTheme *theme,
             double scale)
{
  const LmGraphPicture *picture = lm_canvas_get_picture (self->canvas);

  for (int i = 0; i < picture->n_cards; i++) {
    const LmCard *card = &picture->cards[i];
    LmRect rect = { (card->x - LM_CARD_WIDTH / 2) * scale, (card->y - LM_CARD_HEIGHT / 2) * scale,
                    MAX (2, LM_CARD_WIDTH * scale), MAX (1.5, LM_CARD_HEIGHT * scale) };

    lm_paint_set (cr, card->error != NULL ? &theme->error : &theme->category[lm_category_from_id (card->category)]);
    cairo_rectangle (cr, rect.x, rect.y, rect.width, rect.height);
    cairo_fill (cr);
  }
}

static void
lm_minimap_snapshot (GtkWidget *widget,
                     GtkSnapshot *snapshot)
{
  LmMinimap *self = LM_MINIMAP (widget);
  LmTheme theme;
  LmColour fill;
  graphene_rect_t view;
  double x, y, scale;
  cairo_t *cr;

  if (self->canvas == NULL || lm_canvas_get_picture (self->canvas) == NULL)
    return;
  lm_look_theme (widget, &theme);
  scale = measure (self, &x, &y, &view);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, WIDTH, HEIGHT));
  lm_paint_box (cr, &(LmRect){ 0.5, 0.5, WIDTH - 1, HEIGHT - 1 }, 6, &theme.card, &theme.card_border, 1);
  lm_paint_round_path (cr, &(LmRect){ 1, 1, WIDTH - 2, HEIGHT - 2 }, 5);
  cairo_clip (cr);
  cairo_translate (cr, x, y);
  paint_cards (self, cr, &theme, scale);
  fill = theme.accent;
  fill.a = 0.12;
  lm_paint_set (cr, &fill);
  cairo_rectangle (cr, view.origin.x * scale, view.origin.y * scale, view.size.width * scale, view.size.height * scale);
  cairo_fill_preserve (cr);
  lm_paint_set (cr, &theme.accent);
  cairo_set_line_width (cr, 1.5);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
go (LmMinimap *self,
    double at_x,
    double at_y)
{
  graphene_rect_t view;
  double x, y, scale;

  if (self->canvas == NULL)
    return;
  scale = measure (self, &x, &y, &view);
  lm_canvas_centre_on (self->canvas, (at_x - x) / scale, (at_y - y) / scale);
}

static void
drag_begin_cb (LmMinimap *self,
               double x,
               double y)
{
  go (self, x, y);
}

static void
drag_update_cb (LmMinimap *self,
                double dx,
                double dy,
                GtkGestureDrag *gesture)
{
  double x, y;

  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  go (self, x + dx, y + dy);
}

static void
lm_minimap_measure (GtkWidget *widget,
                    GtkOrientation orientation,
                    int for_size,
                    int *minimum,
                    int *natural,
                    int *minimum_baseline,
                    int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
}

static void
lm_minimap_class_init (LmMinimapClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = lm_minimap_snapshot;
  widget_class->measure = lm_minimap_measure;
  gtk_widget_class_set_css_name (widget_class, "minimap");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
lm_minimap_init (LmMinimap *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  lm_look_watch (GTK_WIDGET (self));
}

void
lm_minimap_set_canvas (LmMinimap *self,
                       LmCanvas *canvas)
{
  self->canvas = canvas;
  g_signal_connect_object (canvas, "view-changed", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

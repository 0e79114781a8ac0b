/* lm-drawing-pad.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-drawing-pad.h"

#include "lm-look.h"
#include "lm-paint.h"

#include <math.h>
#include <string.h>

#include "lm-i18n.h"

#define SIDE 224 /* of what is drawn, whatever the widget's size */
#define STEP 8
#define FINE_STEP 2

struct _LmDrawingPad {
  GtkWidget parent_instance;

  cairo_surface_t *ink; /* A8 */
  double width;         /* of the pen, in its units */
  gboolean erases;
  double paper_shade;
  double ink_shade;
  gboolean is_empty;
  gint64 time;

  double last_x; /* of the stroke */
  double last_y;
  gboolean has_pointer;
  double pointer_x;
  double pointer_y;
  double key_x; /* the pen of the keys */
  double key_y;
  gboolean key_down;
};

enum {
  PROP_EMPTY = 1,
  N_PROPS
};

enum {
  CHANGED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmDrawingPad, lm_drawing_pad, GTK_TYPE_WIDGET)

/* --- Drawing ------------------------------------------------------------------------- */

static double
scale_of (LmDrawingPad *self)
{
  return MAX (1, MIN (gtk_widget_get_width (GTK_WIDGET (self)), gtk_widget_get_height (GTK_WIDGET (self)))) / (double) SIDE;
}

static void
say (LmDrawingPad *self)
{
  const char *words = self->is_empty ? _ ("Drawing pad, empty") : _ ("Drawing pad, drawn on");

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, self->key_down ? _ ("The pen is down. Arrows draw, Space lifts it.") : _ ("Arrows move the pen, Space puts it down, Ctrl+Delete clears."), -1);
}

static void
set_empty (LmDrawingPad *self,
           gboolean is_empty)
{
  if (self->is_empty == is_empty)
    return;
  self->is_empty = is_empty;
  say (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_EMPTY]);
}

/* A line from where the pen was; a dot if it did not move. */
static void
stroke_to (LmDrawingPad *self,
           double x,
           double y)
{
  cairo_t *cr = cairo_create (self->ink);

  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_width (cr, self->erases ? self->width * 1.6 : self->width);
  if (self->erases)
    cairo_set_operator (cr, CAIRO_OPERATOR_CLEAR);
  cairo_move_to (cr, self->last_x, self->last_y);
  cairo_line_to (cr, x, y);
  cairo_stroke (cr);
  cairo_destroy (cr);
  self->last_x = x;
  self->last_y = y;
  if (!self->erases)
    set_empty (self, FALSE);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signals[CHANGED], 0);
}

/* The event's own clock, where it is the monotonic one. */
static void
take_time (LmDrawingPad *self,
           GtkEventController *controller)
{
  gint64 now = g_get_monotonic_time ();
  guint32 age = (guint32) (now / 1000) - gtk_event_controller_get_current_event_time (controller);

  self->time = age < 500 ? now - (gint64) age * 1000 : now;
}

static void
drag_begin_cb (LmDrawingPad *self,
               double x,
               double y,
               GtkGesture *gesture)
{
  double scale = scale_of (self);

  gtk_widget_grab_focus (GTK_WIDGET (self));
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  self->last_x = x / scale;
  self->last_y = y / scale;
  self->key_down = FALSE;
  take_time (self, GTK_EVENT_CONTROLLER (gesture));
  stroke_to (self, x / scale, y / scale);
}

static void
drag_update_cb (LmDrawingPad *self,
                double dx,
                double dy,
                GtkGestureDrag *gesture)
{
  double scale = scale_of (self), x, y;

  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  take_time (self, GTK_EVENT_CONTROLLER (gesture));
  self->pointer_x = x + dx;
  self->pointer_y = y + dy;
  stroke_to (self, (x + dx) / scale, (y + dy) / scale);
}

static void
motion_cb (LmDrawingPad *self,
           double x,
           double y)
{
  self->has_pointer = TRUE;
  self->pointer_x = x;
  self->pointer_y = y;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
leave_cb (LmDrawingPad *self)
{
  self->has_pointer = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- Keys ---------------------------------------------------------------------------- */

static void
move_pen (LmDrawingPad *self,
          double dx,
          double dy,
          gboolean is_fine)
{
  double step = is_fine ? FINE_STEP : STEP;

  self->last_x = self->key_x;
  self->last_y = self->key_y;
  self->key_x = CLAMP (self->key_x + dx * step, 0, SIDE);
  self->key_y = CLAMP (self->key_y + dy * step, 0, SIDE);
  self->time = 0;
  if (self->key_down)
    stroke_to (self, self->key_x, self->key_y);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
toggle_pen (LmDrawingPad *self)
{
  self->key_down = !self->key_down;
  self->time = 0;
  self->last_x = self->key_x;
  self->last_y = self->key_y;
  if (self->key_down)
    stroke_to (self, self->key_x, self->key_y);
  say (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
key_pressed_cb (LmDrawingPad *self,
                guint key,
                guint code,
                GdkModifierType state)
{
  gboolean is_fine = (state & GDK_SHIFT_MASK) != 0;

  if ((state & GDK_CONTROL_MASK) != 0 && (key == GDK_KEY_Delete || key == GDK_KEY_KP_Delete)) {
    lm_drawing_pad_clear (self);
    return GDK_EVENT_STOP;
  }
  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  switch (key) {
  case GDK_KEY_Left:
    move_pen (self, -1, 0, is_fine);
    return GDK_EVENT_STOP;
  case GDK_KEY_Right:
    move_pen (self, 1, 0, is_fine);
    return GDK_EVENT_STOP;
  case GDK_KEY_Up:
    move_pen (self, 0, -1, is_fine);
    return GDK_EVENT_STOP;
  case GDK_KEY_Down:
    move_pen (self, 0, 1, is_fine);
    return GDK_EVENT_STOP;
  case GDK_KEY_space:
    toggle_pen (self);
    return GDK_EVENT_STOP;
  default:
    return GDK_EVENT_PROPAGATE;
  }
}

/* --- Widget -------------------------------------------------------------------------- */

/* Where the pen is: seen on paper and on ink. */
static void
draw_pen (cairo_t *cr,
          double x,
          double y,
          double radius,
          gboolean is_down)
{
  cairo_arc (cr, x, y, MAX (radius, 2), 0, 2 * G_PI);
  cairo_set_line_width (cr, 3);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.7);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, 1.2);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.9);
  if (is_down)
    cairo_set_source_rgba (cr, 0.21, 0.52, 0.89, 1);
  cairo_stroke (cr);
}

static void
lm_drawing_pad_snapshot (GtkWidget *widget,
                         GtkSnapshot *snapshot)
{
  LmDrawingPad *self = LM_DRAWING_PAD (widget);
  double scale = scale_of (self), side = scale * SIDE;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget)));
  LmTheme theme;
  LmRect frame = { 0, 0, side, side };

  lm_look_theme (widget, &theme);
  cairo_set_source_rgb (cr, self->paper_shade, self->paper_shade, self->paper_shade);
  cairo_rectangle (cr, 0, 0, side, side);
  cairo_fill (cr);
  cairo_save (cr);
  cairo_rectangle (cr, 0, 0, side, side);
  cairo_clip (cr);
  cairo_scale (cr, scale, scale);
  cairo_set_source_rgb (cr, self->ink_shade, self->ink_shade, self->ink_shade);
  cairo_mask_surface (cr, self->ink, 0, 0);
  cairo_restore (cr);
  if (self->is_empty) {
    LmColour grey = { 0.55, 0.55, 0.55, 1 };

    lm_text_draw (cr, &theme, LM_FONT_BODY, &grey, _ ("Draw here"), side / 2, side / 2 + 4, LM_ALIGN_CENTRE, side - 20);
  }
  if (self->has_pointer)
    draw_pen (cr, self->pointer_x, self->pointer_y, self->width * scale / 2, FALSE);
  if (gtk_widget_has_visible_focus (widget)) {
    draw_pen (cr, self->key_x * scale, self->key_y * scale, self->width * scale / 2, self->key_down);
    lm_paint_box (cr, &frame, 0, NULL, &theme.accent, 2);
  } else if (theme.is_contrast || self->paper_shade > 0.5) {
    lm_paint_box (cr, &frame, 0, NULL, &theme.card_border, 1);
  }
  cairo_destroy (cr);
}

static GtkSizeRequestMode
lm_drawing_pad_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
lm_drawing_pad_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL && for_size > 0 ? for_size : 160;
}

static void
lm_drawing_pad_get_property (GObject *object,
                             guint id,
                             GValue *value,
                             GParamSpec *pspec)
{
  g_value_set_boolean (value, LM_DRAWING_PAD (object)->is_empty);
}

static void
lm_drawing_pad_finalize (GObject *object)
{
  cairo_surface_destroy (LM_DRAWING_PAD (object)->ink);

  G_OBJECT_CLASS (lm_drawing_pad_parent_class)->finalize (object);
}

static void
lm_drawing_pad_class_init (LmDrawingPadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = lm_drawing_pad_get_property;
  object_class->finalize = lm_drawing_pad_finalize;
  widget_class->snapshot = lm_drawing_pad_snapshot;
  widget_class->measure = lm_drawing_pad_measure;
  widget_class->get_request_mode = lm_drawing_pad_get_request_mode;

  props[PROP_EMPTY] = g_param_spec_boolean ("empty", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CHANGED] = g_signal_new ("changed", LM_TYPE_DRAWING_PAD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "drawingpad");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lm_drawing_pad_init (LmDrawingPad *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();

  self->ink = cairo_image_surface_create (CAIRO_FORMAT_A8, SIDE, SIDE);
  self->width = 0.09 * SIDE;
  self->ink_shade = 1;
  self->is_empty = TRUE;
  self->key_x = self->key_y = SIDE / 2.0;
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_cursor_from_name (widget, "crosshair");
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, key);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  lm_look_watch (widget);
  say (self);
}

float *
lm_drawing_pad_dup_coverage (LmDrawingPad *self,
                             int *side)
{
  float *coverage = g_new (float, SIDE *SIDE);
  const unsigned char *data;
  int stride;

  cairo_surface_flush (self->ink);
  data = cairo_image_surface_get_data (self->ink);
  stride = cairo_image_surface_get_stride (self->ink);
  for (int y = 0; y < SIDE; y++) {
    for (int x = 0; x < SIDE; x++)
      coverage[y * SIDE + x] = (float) data[y * stride + x] / 255.0f;
  }
  *side = SIDE;
  return coverage;
}

void
lm_drawing_pad_clear (LmDrawingPad *self)
{
  cairo_t *cr = cairo_create (self->ink);

  cairo_set_operator (cr, CAIRO_OPERATOR_CLEAR);
  cairo_paint (cr);
  cairo_destroy (cr);
  self->key_down = FALSE;
  self->time = 0;
  set_empty (self, TRUE);
  say (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signals[CHANGED], 0);
}

void
lm_drawing_pad_set_pen (LmDrawingPad *self,
                        double width,
                        gboolean erases)
{
  self->width = width * SIDE;
  self->erases = erases;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
lm_drawing_pad_set_shades (LmDrawingPad *self,
                           double paper,
                           double ink)
{
  if (self->paper_shade == paper && self->ink_shade == ink)
    return;
  self->paper_shade = paper;
  self->ink_shade = ink;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

gint64
lm_drawing_pad_get_time (LmDrawingPad *self)
{
  return self->time;
}

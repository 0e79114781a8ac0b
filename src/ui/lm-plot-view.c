/* lm-plot-view.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-plot-view.h"

#include "lm-look.h"
#include "lm-plot.h"
#include "lm-words.h"

#include <inttypes.h>
#include <math.h>

#include <glib/gi18n.h>

#define MAX_PANELS 16

struct _LmPlotView {
  GtkWidget parent_instance;

  LmCurvesPicture *picture;
  LmHistory *history;
  LmCurvesView view;
  char *hover_title;
  char *hover_note;
  gboolean is_dragging;
  double drag_from; /* in x values */
  double drag_to;
};

enum {
  PROP_LOG_Y = 1,
  PROP_SMOOTHING,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (LmPlotView, lm_plot_view, GTK_TYPE_WIDGET)

/* --- Places and values --------------------------------------------------------------- */

/* FALSE if there is nothing to point at. */
static gboolean
frames_of (LmPlotView *self,
           LmPlotFrame *frames)
{
  LmTheme theme;

  if (self->picture == NULL || self->picture->n_panels == 0 || self->picture->n_panels > MAX_PANELS)
    return FALSE;
  lm_look_theme (GTK_WIDGET (self), &theme);
  lm_curves_frames (gtk_widget_get_width (GTK_WIDGET (self)), gtk_widget_get_height (GTK_WIDGET (self)), &theme, self->picture, &self->view, frames);
  return TRUE;
}

static double
value_at (const LmPlotFrame *frame,
          double x)
{
  return lm_plot_frame_x_value (frame, CLAMP (x, frame->plot.x, frame->plot.x + frame->plot.width));
}

/* The row of the epoch in which @x lies, −1. */
static int
row_at (LmPlotView *self,
        double x)
{
  int n = self->history != NULL ? lm_history_n_epochs (self->history) : 0;
  int row = (int) ceil (x - 1e-9) - 1;

  return row >= 0 && row < n ? row : -1;
}

static void
describe_hover (LmPlotView *self)
{
  gint64 per_epoch = self->history != NULL ? lm_history_steps_per_epoch (self->history) : 0;
  double x = self->view.hover_x;
  LmEpochRow row;

  g_clear_pointer (&self->hover_title, g_free);
  g_clear_pointer (&self->hover_note, g_free);
  if (per_epoch > 0) {
    g_autofree char *step = lm_words_count ((gint64) (x * (double) per_epoch + 0.5));
    gint64 epoch = MAX (1, (gint64) ceil (x - 1e-9));

    self->hover_title = g_strdup_printf (_ ("Epoch %" PRId64 " · step %s"), epoch, step);
  }
  if (row_at (self, x) >= 0 && lm_history_get_epoch (self->history, row_at (self, x), &row) && isfinite (row.rate)) {
    g_autofree char *rate = lm_words_rate (row.rate);

    self->hover_note = g_strdup_printf (_ ("rate %s"), rate);
  }
  self->view.hover_title = self->hover_title;
  self->view.hover_note = self->hover_note;
}

static void
set_hover (LmPlotView *self,
           double value)
{
  self->view.has_hover = TRUE;
  self->view.hover_x = value;
  describe_hover (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
clear_hover (LmPlotView *self)
{
  self->view.has_hover = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- Pointer ------------------------------------------------------------------------- */

static void
motion_cb (LmPlotView *self,
           double x,
           double y)
{
  LmPlotFrame frames[MAX_PANELS];

  if (!frames_of (self, frames))
    return;
  if (x < frames[0].plot.x - 4 || x > frames[0].plot.x + frames[0].plot.width + 4)
    clear_hover (self);
  else
    set_hover (self, value_at (&frames[0], x));
}

static void
leave_cb (LmPlotView *self)
{
  clear_hover (self);
}

static void
drag_begin_cb (LmPlotView *self,
               double x,
               double y)
{
  LmPlotFrame frames[MAX_PANELS];

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (!frames_of (self, frames))
    return;
  self->drag_from = value_at (&frames[0], x);
  self->drag_to = self->drag_from;
}

static void
drag_update_cb (LmPlotView *self,
                double dx,
                double dy,
                GtkGestureDrag *gesture)
{
  LmPlotFrame frames[MAX_PANELS];
  double x, y;

  if (fabs (dx) < 8 || !frames_of (self, frames))
    return;
  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  self->is_dragging = TRUE;
  self->drag_to = value_at (&frames[0], x + dx);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drag_end_cb (LmPlotView *self,
             double dx,
             double dy)
{
  double from = MIN (self->drag_from, self->drag_to), to = MAX (self->drag_from, self->drag_to);

  if (self->is_dragging && to > from) {
    self->view.has_range = TRUE;
    self->view.x_from = from;
    self->view.x_to = to;
  }
  self->is_dragging = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
pressed_cb (LmPlotView *self,
            int n_press,
            double x,
            double y)
{
  if (n_press == 2)
    lm_plot_view_reset_zoom (self);
}

/* --- Keys ---------------------------------------------------------------------------- */

static void
zoom (LmPlotView *self,
      double factor)
{
  LmPlotFrame frames[MAX_PANELS];
  double middle, half;

  if (!frames_of (self, frames))
    return;
  middle = self->view.has_hover ? self->view.hover_x : (frames[0].x_min + frames[0].x_max) / 2;
  half = (frames[0].x_max - frames[0].x_min) / 2 * factor;
  if (half < 1e-3)
    return;
  self->view.x_from = MAX (0, middle - half);
  self->view.x_to = middle + half;
  self->view.has_range = self->picture->x_max <= 0 || self->view.x_from > 0 || self->view.x_to < self->picture->x_max;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* By a hundredth of what is shown. */
static void
move_hover (LmPlotView *self,
            double steps)
{
  LmPlotFrame frames[MAX_PANELS];
  double x;

  if (!frames_of (self, frames))
    return;
  x = self->view.has_hover ? self->view.hover_x : frames[0].x_max;
  set_hover (self, CLAMP (x + steps * (frames[0].x_max - frames[0].x_min) / 100, frames[0].x_min, frames[0].x_max));
}

static void
set_log_y (LmPlotView *self,
           gboolean log_y)
{
  if (self->view.log_y == log_y)
    return;
  self->view.log_y = log_y;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOG_Y]);
}

static void
set_smoothing (LmPlotView *self,
               double smoothing)
{
  if (self->view.smoothing == smoothing)
    return;
  self->view.smoothing = smoothing;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SMOOTHING]);
}

static void
next_smoothing (LmPlotView *self)
{
  static const double steps[] = { 0, 0.6, 0.9, 0.97 };
  double now = self->view.smoothing < 0 ? 0.6 : self->view.smoothing;

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++) {
    if (steps[i] > now + 1e-6) {
      set_smoothing (self, steps[i]);
      return;
    }
  }
  set_smoothing (self, 0);
}

static gboolean
key_pressed_cb (LmPlotView *self,
                guint key,
                guint code,
                GdkModifierType state)
{
  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  switch (key) {
  case GDK_KEY_l:
    set_log_y (self, !self->view.log_y);
    return GDK_EVENT_STOP;
  case GDK_KEY_L:
    self->view.log_x = !self->view.log_x;
    gtk_widget_queue_draw (GTK_WIDGET (self));
    return GDK_EVENT_STOP;
  case GDK_KEY_s:
    next_smoothing (self);
    return GDK_EVENT_STOP;
  case GDK_KEY_Left:
    move_hover (self, -1);
    return GDK_EVENT_STOP;
  case GDK_KEY_Right:
    move_hover (self, 1);
    return GDK_EVENT_STOP;
  case GDK_KEY_plus:
  case GDK_KEY_equal:
  case GDK_KEY_KP_Add:
    zoom (self, 1 / 1.5);
    return GDK_EVENT_STOP;
  case GDK_KEY_minus:
  case GDK_KEY_KP_Subtract:
    zoom (self, 1.5);
    return GDK_EVENT_STOP;
  case GDK_KEY_Home:
    lm_plot_view_reset_zoom (self);
    return GDK_EVENT_STOP;
  case GDK_KEY_Escape:
    if (!self->view.has_hover)
      return GDK_EVENT_PROPAGATE;
    clear_hover (self);
    return GDK_EVENT_STOP;
  default:
    return GDK_EVENT_PROPAGATE;
  }
}

/* --- Widget -------------------------------------------------------------------------- */

static void
draw_drag (LmPlotView *self,
           cairo_t *cr,
           const LmTheme *theme)
{
  LmPlotFrame frames[MAX_PANELS];

  if (!self->is_dragging || !frames_of (self, frames))
    return;
  for (int i = 0; i < self->picture->n_panels; i++) {
    double from = lm_plot_frame_x (&frames[i], self->drag_from), to = lm_plot_frame_x (&frames[i], self->drag_to);

    lm_paint_set_alpha (cr, &theme->accent, 0.2);
    cairo_rectangle (cr, MIN (from, to), frames[i].plot.y, fabs (to - from), frames[i].plot.height);
    cairo_fill (cr);
  }
}

static void
lm_plot_view_snapshot (GtkWidget *widget,
                       GtkSnapshot *snapshot)
{
  LmPlotView *self = LM_PLOT_VIEW (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  LmTheme theme;
  cairo_t *cr;

  if (self->picture == NULL || width < 2 || height < 2)
    return;
  lm_look_theme (widget, &theme);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  lm_draw_curves (cr, width, height, &theme, self->picture, &self->view);
  draw_drag (self, cr, &theme);
  if (gtk_widget_has_visible_focus (widget)) {
    LmRect ring = { 2, 2, width - 4, height - 4 };

    lm_paint_box (cr, &ring, 12, NULL, &theme.accent, 2);
  }
  cairo_destroy (cr);
}

static void
lm_plot_view_measure (GtkWidget *widget,
                      GtkOrientation orientation,
                      int for_size,
                      int *minimum,
                      int *natural,
                      int *minimum_baseline,
                      int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 300 : 240;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 640 : 480;
}

static void
lm_plot_view_get_property (GObject *object,
                           guint id,
                           GValue *value,
                           GParamSpec *pspec)
{
  LmPlotView *self = LM_PLOT_VIEW (object);

  if (id == PROP_LOG_Y)
    g_value_set_boolean (value, self->view.log_y);
  else
    g_value_set_double (value, self->view.smoothing);
}

static void
lm_plot_view_set_property (GObject *object,
                           guint id,
                           const GValue *value,
                           GParamSpec *pspec)
{
  LmPlotView *self = LM_PLOT_VIEW (object);

  if (id == PROP_LOG_Y)
    set_log_y (self, g_value_get_boolean (value));
  else
    set_smoothing (self, g_value_get_double (value));
}

static void
lm_plot_view_finalize (GObject *object)
{
  LmPlotView *self = LM_PLOT_VIEW (object);

  g_clear_pointer (&self->picture, lm_curves_picture_free);
  g_clear_pointer (&self->history, lm_history_unref);
  g_free (self->hover_title);
  g_free (self->hover_note);

  G_OBJECT_CLASS (lm_plot_view_parent_class)->finalize (object);
}

static void
lm_plot_view_class_init (LmPlotViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = lm_plot_view_get_property;
  object_class->set_property = lm_plot_view_set_property;
  object_class->finalize = lm_plot_view_finalize;
  widget_class->snapshot = lm_plot_view_snapshot;
  widget_class->measure = lm_plot_view_measure;

  props[PROP_LOG_Y] = g_param_spec_boolean ("log-y", NULL, NULL, FALSE, flags);
  props[PROP_SMOOTHING] = g_param_spec_double ("smoothing", NULL, NULL, -1, 0.99, -1, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_css_name (widget_class, "plotview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
add_controllers (LmPlotView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, key);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
}

static void
lm_plot_view_init (LmPlotView *self)
{
  self->view = LM_CURVES_VIEW_INIT;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "crosshair");
  add_controllers (self);
  lm_look_watch (GTK_WIDGET (self));
}

void
lm_plot_view_set_picture (LmPlotView *self,
                          LmCurvesPicture *picture)
{
  g_return_if_fail (LM_IS_PLOT_VIEW (self));

  g_clear_pointer (&self->picture, lm_curves_picture_free);
  self->picture = picture;
  if (self->view.has_hover)
    describe_hover (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

const LmCurvesPicture *
lm_plot_view_get_picture (LmPlotView *self)
{
  return self->picture;
}

void
lm_plot_view_set_history (LmPlotView *self,
                          LmHistory *history)
{
  if (self->history == history)
    return;
  g_clear_pointer (&self->history, lm_history_unref);
  self->history = history != NULL ? lm_history_ref (history) : NULL;
}

void
lm_plot_view_set_sentence (LmPlotView *self,
                           const char *sentence)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, sentence, -1);
}

void
lm_plot_view_set_hidden (LmPlotView *self,
                         guint roles)
{
  self->view.hidden = roles;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

guint
lm_plot_view_get_hidden (LmPlotView *self)
{
  return self->view.hidden;
}

void
lm_plot_view_set_lit (LmPlotView *self,
                      int lit)
{
  self->view.lit = lit;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

gboolean
lm_plot_view_is_zoomed (LmPlotView *self)
{
  return self->view.has_range;
}

void
lm_plot_view_reset_zoom (LmPlotView *self)
{
  self->view.has_range = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* lm-answer-bars.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-answer-bars.h"

#include "lm-frame-times.h"
#include "lm-look.h"
#include "lm-number.h"
#include "lm-paint.h"

#include "lm-i18n.h"

#define MAX_ROWS 5
#define ROW 26.0

typedef struct {
  int index;
  char *name;
  double value;
} Row;

struct _LmAnswerBars {
  GtkWidget parent_instance;

  Row rows[MAX_ROWS];
  int n_rows;
  gboolean is_shares;
  int chosen;
  int focus; /* row */
  int hover;
  gint64 since;
};

enum {
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmAnswerBars, lm_answer_bars, GTK_TYPE_WIDGET)

static char *
value_words (LmAnswerBars *self,
             const Row *row)
{
  return self->is_shares ? lm_number_fixed (row->value, 3) : lm_number_significant (row->value, 4);
}

static void
say (LmAnswerBars *self)
{
  g_autoptr (GString) words = g_string_new (NULL);

  for (int i = 0; i < self->n_rows; i++) {
    g_autofree char *value = value_words (self, &self->rows[i]);

    g_string_append_printf (words, i == 0 ? _ ("The network says %s: %s") : ", %s: %s", self->rows[i].name, value);
  }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words->str, -1);
}

static double
row_height (const LmTheme *theme)
{
  return ROW * theme->text_scale;
}

static int
row_at (LmAnswerBars *self,
        double y)
{
  LmTheme theme;
  int row;

  lm_look_theme (GTK_WIDGET (self), &theme);
  row = (int) (y / row_height (&theme));
  return self->is_shares && y >= 0 && row < self->n_rows ? row : -1;
}

static void
choose (LmAnswerBars *self,
        int row)
{
  if (row < 0 || row >= self->n_rows || !self->is_shares)
    return;
  self->focus = row;
  g_signal_emit (self, signals[CHOSEN], 0, self->rows[row].index == self->chosen ? -1 : self->rows[row].index);
}

static void
pressed_cb (LmAnswerBars *self,
            int n_press,
            double x,
            double y)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  choose (self, row_at (self, y));
}

static void
set_hover (LmAnswerBars *self,
           int hover)
{
  if (hover == self->hover)
    return;
  self->hover = hover;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
motion_cb (LmAnswerBars *self,
           double x,
           double y)
{
  set_hover (self, row_at (self, y));
}

static void
leave_cb (LmAnswerBars *self)
{
  set_hover (self, -1);
}

static gboolean
key_pressed_cb (LmAnswerBars *self,
                guint key,
                guint code,
                GdkModifierType state)
{
  switch (key) {
  case GDK_KEY_Up:
    self->focus = MAX (0, self->focus - 1);
    break;
  case GDK_KEY_Down:
    self->focus = MIN (self->n_rows - 1, self->focus + 1);
    break;
  case GDK_KEY_Return:
  case GDK_KEY_KP_Enter:
  case GDK_KEY_space:
    choose (self, self->focus);
    break;
  default:
    return GDK_EVENT_PROPAGATE;
  }
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return GDK_EVENT_STOP;
}

/* --- Widget -------------------------------------------------------------------------- */

static void
draw_row (LmAnswerBars *self,
          cairo_t *cr,
          const LmTheme *theme,
          int i,
          double width,
          double name_room,
          double value_room)
{
  const Row *row = &self->rows[i];
  double height = row_height (theme), y = i * height, base = y + height / 2 + 4.5 * theme->text_scale;
  LmRect back = { 0, y + 1, width, height - 2 };
  LmRect track = { name_room + 12, y + height / 2 - 6.5, MAX (8, width - name_room - value_room - 24), 13 };
  LmRect bar = { track.x, track.y, MAX (2, track.width * CLAMP (row->value, 0, 1)), track.height };
  g_autofree char *value = value_words (self, row);

  if (row->index == self->chosen)
    lm_paint_set_alpha (cr, &theme->accent, 0.18);
  else
    lm_paint_set_alpha (cr, &theme->text2, 0.1);
  lm_paint_round_path (cr, &back, 6);
  if (row->index == self->chosen || i == self->hover)
    cairo_fill (cr);
  else
    cairo_new_path (cr);
  if (gtk_widget_has_visible_focus (GTK_WIDGET (self)) && i == self->focus)
    lm_paint_box (cr, &back, 6, NULL, &theme->accent, 2);
  lm_text_draw (cr, theme, i == 0 ? LM_FONT_STRONG : LM_FONT_BODY, &theme->text, row->name, 6, base, LM_ALIGN_LEFT, name_room);
  if (self->is_shares) {
    lm_paint_box (cr, &track, 4, &theme->pill, NULL, 0);
    lm_paint_box (cr, &bar, 4, i == 0 ? &theme->bar : &theme->bar_rest, NULL, 0);
  }
  lm_text_draw (cr, theme, i == 0 ? LM_FONT_STRONG : LM_FONT_BODY, i == 0 ? &theme->text : &theme->text2, value, width - 6, base, LM_ALIGN_RIGHT, 0);
}

static void
lm_answer_bars_snapshot (GtkWidget *widget,
                         GtkSnapshot *snapshot)
{
  LmAnswerBars *self = LM_ANSWER_BARS (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  double name_room = 0, value_room = 0;
  LmTheme theme;
  cairo_t *cr;

  if (self->n_rows == 0 || width < 20 || height < 2)
    return;
  lm_look_theme (widget, &theme);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  for (int i = 0; i < self->n_rows; i++) {
    g_autofree char *value = value_words (self, &self->rows[i]);

    name_room = MAX (name_room, lm_text_width (cr, &theme, LM_FONT_STRONG, self->rows[i].name));
    value_room = MAX (value_room, lm_text_width (cr, &theme, LM_FONT_STRONG, value));
  }
  name_room = CLAMP (name_room, 10, width * 0.42);
  for (int i = 0; i < self->n_rows; i++)
    draw_row (self, cr, &theme, i, width, name_room, value_room);
  cairo_destroy (cr);
  if (self->since != 0)
    lm_frame_times_note ("pen to answer", (double) (g_get_monotonic_time () - self->since) / 1000);
  self->since = 0;
}

static void
lm_answer_bars_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  LmAnswerBars *self = LM_ANSWER_BARS (widget);
  LmTheme theme;

  lm_look_theme (widget, &theme);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = *natural = (int) (MAX (1, self->n_rows) * row_height (&theme)) + 1;
  else
    *minimum = *natural = 160;
}

static void
clear_rows (LmAnswerBars *self)
{
  for (int i = 0; i < self->n_rows; i++)
    g_free (self->rows[i].name);
  self->n_rows = 0;
}

static void
lm_answer_bars_finalize (GObject *object)
{
  clear_rows (LM_ANSWER_BARS (object));

  G_OBJECT_CLASS (lm_answer_bars_parent_class)->finalize (object);
}

static void
lm_answer_bars_class_init (LmAnswerBarsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lm_answer_bars_finalize;
  widget_class->snapshot = lm_answer_bars_snapshot;
  widget_class->measure = lm_answer_bars_measure;
  gtk_widget_class_set_css_name (widget_class, "answerbars");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);

  signals[CHOSEN] = g_signal_new ("chosen", LM_TYPE_ANSWER_BARS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
lm_answer_bars_init (LmAnswerBars *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->chosen = -1;
  self->hover = -1;
  gtk_widget_set_focusable (widget, TRUE);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, key);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  lm_look_watch (widget);
}

/* The largest that are not shown yet. */
static int
next_largest (const LmPrediction *answer,
              const LmAnswerBars *self)
{
  int best = -1;

  for (int i = 0; i < answer->n; i++) {
    gboolean is_shown = FALSE;

    for (int k = 0; k < self->n_rows; k++)
      is_shown |= self->rows[k].index == i;
    if (!is_shown && (best < 0 || (answer->is_shares && answer->values[i] > answer->values[best])))
      best = i;
  }
  return best;
}

void
lm_answer_bars_set_answer (LmAnswerBars *self,
                           const LmPrediction *answer,
                           gint64 since)
{
  int before = self->n_rows, n = answer != NULL ? MIN (answer->n, MAX_ROWS) : 0;

  clear_rows (self);
  self->is_shares = answer != NULL && answer->is_shares;
  while (self->n_rows < n) {
    int i = next_largest (answer, self);

    self->rows[self->n_rows++] = (Row){ i, g_strdup (answer->names[i]), answer->values[i] };
  }
  self->focus = MIN (self->focus, MAX (0, self->n_rows - 1));
  self->since = since;
  say (self);
  if (self->n_rows != before)
    gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
lm_answer_bars_set_chosen (LmAnswerBars *self,
                           int class_index)
{
  if (self->chosen == class_index)
    return;
  self->chosen = class_index;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* lm-film-strip.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-film-strip.h"

#include "lm-film.h"
#include "lm-look.h"
#include "lm-offscreen.h"

#include "lm-i18n.h"

#define HEAVY 150000 /* values: more are drawn on another thread */

struct _LmFilmStrip {
  GtkWidget parent_instance;

  LmFilmPicture *picture;
  char *chosen;
  int hover;
  LmOffscreen *offscreen; /* the cards; rings come and go above them */
};

enum {
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmFilmStrip, lm_film_strip, GTK_TYPE_WIDGET)

/* Card of the chosen layer; 0, the input, if it is not there. */
static int
chosen_card (LmFilmStrip *self)
{
  for (int i = 0; self->picture != NULL && i < self->picture->n_sheets; i++) {
    if (g_strcmp0 (self->picture->sheets[i]->path, self->chosen) == 0)
      return i + 1;
  }
  return 0;
}

static void
say (LmFilmStrip *self)
{
  int card = chosen_card (self), n = self->picture != NULL ? self->picture->n_sheets : 0;
  g_autofree char *words = NULL;

  if (card > 0)
    words = g_strdup_printf (_ ("From input to output, layer %d of %d: %s, gives %s"), card, n, self->picture->sheets[card - 1]->name, self->picture->sheets[card - 1]->shape);
  else
    words = g_strdup_printf (_ ("From input to output, %d layers"), n);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

/* The card that is chosen comes into view, and a little of its neighbours. */
static void
reveal (LmFilmStrip *self)
{
  GtkWidget *window = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_SCROLLED_WINDOW);
  LmTheme theme;
  LmRect rect;

  if (window == NULL || self->picture == NULL)
    return;
  lm_look_theme (GTK_WIDGET (self), &theme);
  rect = lm_film_strip_rect (self->picture, &theme, chosen_card (self));
  gtk_adjustment_clamp_page (gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (window)), rect.x - 40, rect.x + rect.width + 40);
}

static void
choose (LmFilmStrip *self,
        int card)
{
  if (self->picture == NULL || card < 1 || card > self->picture->n_sheets || card == chosen_card (self))
    return;
  lm_film_strip_set_chosen (self, self->picture->sheets[card - 1]->path);
  g_signal_emit (self, signals[CHOSEN], 0, self->chosen);
}

static void
set_hover (LmFilmStrip *self,
           int hover)
{
  if (self->hover == hover)
    return;
  self->hover = hover;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static int
card_at (LmFilmStrip *self,
         double x,
         double y)
{
  LmTheme theme;

  if (self->picture == NULL)
    return -1;
  lm_look_theme (GTK_WIDGET (self), &theme);
  return lm_film_strip_at (self->picture, &theme, x, y);
}

static void
pressed_cb (LmFilmStrip *self,
            int n_press,
            double x,
            double y)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  choose (self, card_at (self, x, y));
}

static void
motion_cb (LmFilmStrip *self,
           double x,
           double y)
{
  set_hover (self, card_at (self, x, y));
}

static void
leave_cb (LmFilmStrip *self)
{
  set_hover (self, -1);
}

static gboolean
query_tooltip_cb (LmFilmStrip *self,
                  int x,
                  int y,
                  gboolean by_keyboard,
                  GtkTooltip *tooltip)
{
  int card = by_keyboard ? chosen_card (self) : card_at (self, x, y);
  g_autofree char *text = NULL;

  if (self->picture == NULL || card < 1)
    return FALSE;
  text = g_strdup_printf ("%s\n%s", self->picture->sheets[card - 1]->title, self->picture->sheets[card - 1]->scale);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

static gboolean
key_pressed_cb (LmFilmStrip *self,
                guint key,
                guint code,
                GdkModifierType state)
{
  int card = chosen_card (self);

  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK)) != 0 || self->picture == NULL)
    return GDK_EVENT_PROPAGATE;
  switch (key) {
  case GDK_KEY_Left:
    choose (self, MAX (1, card - 1));
    return GDK_EVENT_STOP;
  case GDK_KEY_Right:
    choose (self, MIN (self->picture->n_sheets, card + 1));
    return GDK_EVENT_STOP;
  case GDK_KEY_Home:
    choose (self, 1);
    return GDK_EVENT_STOP;
  case GDK_KEY_End:
    choose (self, self->picture->n_sheets);
    return GDK_EVENT_STOP;
  default:
    return GDK_EVENT_PROPAGATE;
  }
}

static void
draw_strip (cairo_t *cr,
            const LmTheme *theme,
            int width,
            int height,
            gpointer data)
{
  lm_draw_film_strip (cr, theme, data, NULL);
}

static gboolean
is_heavy (LmFilmStrip *self)
{
  gint64 n = 0;

  for (int i = 0; i < self->picture->n_sheets; i++) {
    const LmShape *shape = &self->picture->sheets[i]->tiles->shape;

    n += MIN (shape->dim[0], 9) * shape->dim[1] * shape->dim[2];
  }
  return n > HEAVY;
}

static void
need_surface (LmFilmStrip *self,
              const LmTheme *theme,
              int width,
              int height)
{
  if (!lm_offscreen_is_valid (self->offscreen, theme, width, height))
    lm_offscreen_draw (self->offscreen, theme, width, height, is_heavy (self), draw_strip, lm_film_picture_copy (self->picture), (GDestroyNotify) lm_film_picture_free);
}

static void
draw_ring (LmFilmStrip *self,
           cairo_t *cr,
           const LmTheme *theme,
           int card,
           double line)
{
  LmRect rect;

  if (card < 1)
    return;
  rect = lm_film_strip_rect (self->picture, theme, card);
  lm_paint_box (cr, &rect, 10, NULL, &theme->accent, line);
}

static void
lm_film_strip_snapshot (GtkWidget *widget,
                        GtkSnapshot *snapshot)
{
  LmFilmStrip *self = LM_FILM_STRIP (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  LmTheme theme;
  cairo_t *cr;

  if (self->picture == NULL || width < 2 || height < 2)
    return;
  lm_look_theme (widget, &theme);
  need_surface (self, &theme, width, height);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  lm_offscreen_paint (self->offscreen, cr);
  draw_ring (self, cr, &theme, self->hover, theme.border_width);
  draw_ring (self, cr, &theme, chosen_card (self), 2.5);
  if (gtk_widget_has_visible_focus (widget)) {
    LmRect ring = lm_film_strip_rect (self->picture, &theme, chosen_card (self));

    ring = (LmRect){ ring.x - 3, ring.y - 3, ring.width + 6, ring.height + 6 };
    lm_paint_box (cr, &ring, 12, NULL, &theme.accent, 1.5);
  }
  cairo_destroy (cr);
}

static void
lm_film_strip_measure (GtkWidget *widget,
                       GtkOrientation orientation,
                       int for_size,
                       int *minimum,
                       int *natural,
                       int *minimum_baseline,
                       int *natural_baseline)
{
  LmFilmStrip *self = LM_FILM_STRIP (widget);
  LmTheme theme;

  lm_look_theme (widget, &theme);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = *natural = (int) lm_film_strip_height (&theme);
  else
    *minimum = *natural = self->picture != NULL ? (int) lm_film_strip_width (self->picture, &theme) : 100;
}

static void
lm_film_strip_finalize (GObject *object)
{
  LmFilmStrip *self = LM_FILM_STRIP (object);

  g_clear_pointer (&self->offscreen, lm_offscreen_free);
  lm_film_picture_free (self->picture);
  g_free (self->chosen);

  G_OBJECT_CLASS (lm_film_strip_parent_class)->finalize (object);
}

static void
lm_film_strip_class_init (LmFilmStripClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lm_film_strip_finalize;
  widget_class->snapshot = lm_film_strip_snapshot;
  widget_class->measure = lm_film_strip_measure;
  gtk_widget_class_set_css_name (widget_class, "filmstrip");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);

  signals[CHOSEN] = g_signal_new ("chosen", LM_TYPE_FILM_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
lm_film_strip_init (LmFilmStrip *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->hover = -1;
  self->offscreen = lm_offscreen_new (widget);
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_has_tooltip (widget, TRUE);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (query_tooltip_cb), NULL);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, key);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  lm_look_watch (widget);
}

void
lm_film_strip_set_picture (LmFilmStrip *self,
                           LmFilmPicture *picture)
{
  int before = self->picture != NULL ? self->picture->n_sheets : -1;

  g_return_if_fail (LM_IS_FILM_STRIP (self));

  lm_film_picture_free (self->picture);
  self->picture = picture;
  lm_offscreen_invalidate (self->offscreen);
  if ((picture != NULL ? picture->n_sheets : -1) != before) {
    gtk_widget_queue_resize (GTK_WIDGET (self));
    say (self);
  }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
lm_film_strip_set_chosen (LmFilmStrip *self,
                          const char *path)
{
  if (g_strcmp0 (self->chosen, path) == 0)
    return;
  g_free (self->chosen);
  self->chosen = g_strdup (path);
  say (self);
  reveal (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

const char *
lm_film_strip_get_chosen (LmFilmStrip *self)
{
  return self->chosen;
}

/* lm-confusion-area.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-confusion-area.h"

#include "lm-confusion.h"
#include "lm-look.h"

#include "lm-i18n.h"

#define MIN_SIDE 260
#define CUT LM_PICTURE_MARGIN /* the picture's margin is the page's */

struct _LmConfusionArea {
  GtkWidget parent_instance;

  LmConfusionPicture *picture;
  LmConfusionView view;

  double width; /* at which the whole picture is as high as the widget */
  int for_width;
  int for_height;
};

enum {
  CELL_CHANGED,
  CELL_ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmConfusionArea, lm_confusion_area, GTK_TYPE_WIDGET)

/* --- Places -------------------------------------------------------------------------- */

/* The largest width at which everything has room; found once per size. */
static double
width_of (LmConfusionArea *self,
          const LmTheme *theme)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  double low = MIN (MIN_SIDE, width), high = width;

  if (width == self->for_width && height == self->for_height && self->width > 0)
    return self->width;
  if (lm_confusion_natural_height (self->picture, theme, high + 2 * CUT) - 2 * CUT > height) {
    for (int i = 0; i < 9; i++) {
      double middle = (low + high) / 2;

      if (lm_confusion_natural_height (self->picture, theme, middle + 2 * CUT) - 2 * CUT > height)
        high = middle;
      else
        low = middle;
    }
    high = low;
  }
  self->for_width = width;
  self->for_height = height;
  self->width = high + 2 * CUT;
  return self->width;
}

gboolean
lm_confusion_area_get_place (LmConfusionArea *self,
                             int truth,
                             int predicted,
                             GdkRectangle *place)
{
  LmTheme theme;
  LmRect rect;

  if (self->picture == NULL || gtk_widget_get_width (GTK_WIDGET (self)) < 2)
    return FALSE;
  lm_look_theme (GTK_WIDGET (self), &theme);
  rect = lm_confusion_cell_rect (self->picture, &theme, width_of (self, &theme), truth, predicted);
  *place = (GdkRectangle){ (int) (rect.x - CUT), (int) (rect.y - CUT), (int) rect.width, (int) rect.height };
  return TRUE;
}

static gboolean
cell_at (LmConfusionArea *self,
         double x,
         double y,
         int *truth,
         int *predicted)
{
  LmTheme theme;

  if (self->picture == NULL)
    return FALSE;
  lm_look_theme (GTK_WIDGET (self), &theme);
  return lm_confusion_cell_at (self->picture, &theme, width_of (self, &theme), x + CUT, y + CUT, truth, predicted);
}

/* --- Choosing ------------------------------------------------------------------------ */

static gint64
count_at (LmConfusionArea *self,
          int truth,
          int predicted)
{
  return self->picture->counts[(gsize) truth * (gsize) self->picture->n + (gsize) predicted];
}

static char *
cell_sentence (LmConfusionArea *self,
               int truth,
               int predicted)
{
  gint64 count = count_at (self, truth, predicted);

  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%" PRId64 " sample of class %s was taken for %s", "%" PRId64 " samples of class %s were taken for %s", (gulong) count),
                          count, self->picture->class_names[truth], self->picture->class_names[predicted]);
}

static void
say (LmConfusionArea *self)
{
  g_autofree char *text = self->view.true_class >= 0 ? cell_sentence (self, self->view.true_class, self->view.answer) : g_strdup ("");

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

void
lm_confusion_area_set_cell (LmConfusionArea *self,
                            int truth,
                            int predicted)
{
  int n = self->picture != NULL ? self->picture->n : 0;

  if (n == 0 || (truth == self->view.true_class && predicted == self->view.answer))
    return;
  self->view.true_class = CLAMP (truth, 0, n - 1);
  self->view.answer = CLAMP (predicted, 0, n - 1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  say (self);
  g_signal_emit (self, signals[CELL_CHANGED], 0);
}

gboolean
lm_confusion_area_get_cell (LmConfusionArea *self,
                            int *truth,
                            int *predicted)
{
  *truth = self->view.true_class;
  *predicted = self->view.answer;
  return self->picture != NULL && self->view.true_class >= 0;
}

static void
pressed_cb (LmConfusionArea *self,
            int n_press,
            double x,
            double y)
{
  int truth, predicted;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (!cell_at (self, x, y, &truth, &predicted))
    return;
  lm_confusion_area_set_cell (self, truth, predicted);
  if (n_press == 2)
    g_signal_emit (self, signals[CELL_ACTIVATED], 0);
}

static gboolean
key_pressed_cb (LmConfusionArea *self,
                guint key,
                guint code,
                GdkModifierType state)
{
  int truth = self->view.true_class, predicted = self->view.answer, n = self->picture != NULL ? self->picture->n : 0;

  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0 || n == 0)
    return GDK_EVENT_PROPAGATE;
  switch (key) {
  case GDK_KEY_Left:
    predicted = MAX (predicted - 1, 0);
    break;
  case GDK_KEY_Right:
    predicted = MIN (predicted + 1, n - 1);
    break;
  case GDK_KEY_Up:
    truth = MAX (truth - 1, 0);
    break;
  case GDK_KEY_Down:
    truth = MIN (truth + 1, n - 1);
    break;
  case GDK_KEY_Home:
    predicted = 0;
    break;
  case GDK_KEY_End:
    predicted = n - 1;
    break;
  case GDK_KEY_Return:
  case GDK_KEY_KP_Enter:
    g_signal_emit (self, signals[CELL_ACTIVATED], 0);
    return GDK_EVENT_STOP;
  default:
    return GDK_EVENT_PROPAGATE;
  }
  lm_confusion_area_set_cell (self, MAX (truth, 0), MAX (predicted, 0));
  return GDK_EVENT_STOP;
}

static gboolean
query_tooltip_cb (LmConfusionArea *self,
                  int x,
                  int y,
                  gboolean keyboard,
                  GtkTooltip *tooltip)
{
  int truth = self->view.true_class, predicted = self->view.answer;
  g_autofree char *text = NULL;

  if (self->picture == NULL || (!keyboard && !cell_at (self, x, y, &truth, &predicted)) || truth < 0)
    return FALSE;
  text = cell_sentence (self, truth, predicted);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_confusion_area_measure (GtkWidget *widget,
                           GtkOrientation orientation,
                           int for_size,
                           int *minimum,
                           int *natural,
                           int *minimum_baseline,
                           int *natural_baseline)
{
  *minimum = MIN_SIDE;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 640 : 560;
}

static void
lm_confusion_area_snapshot (GtkWidget *widget,
                            GtkSnapshot *snapshot)
{
  LmConfusionArea *self = LM_CONFUSION_AREA (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  LmTheme theme;
  cairo_t *cr;

  if (self->picture == NULL || width < 2 || height < 2)
    return;
  lm_look_theme (widget, &theme);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  cairo_translate (cr, -CUT, -CUT);
  lm_draw_confusion (cr, width_of (self, &theme), height + 2 * CUT, &theme, self->picture, &self->view);
  cairo_destroy (cr);
}

static void
lm_confusion_area_finalize (GObject *object)
{
  g_clear_pointer (&LM_CONFUSION_AREA (object)->picture, lm_confusion_picture_free);

  G_OBJECT_CLASS (lm_confusion_area_parent_class)->finalize (object);
}

static void
lm_confusion_area_class_init (LmConfusionAreaClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lm_confusion_area_finalize;
  widget_class->measure = lm_confusion_area_measure;
  widget_class->snapshot = lm_confusion_area_snapshot;
  signals[CELL_CHANGED] = g_signal_new ("cell-changed", LM_TYPE_CONFUSION_AREA, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CELL_ACTIVATED] = g_signal_new ("cell-activated", LM_TYPE_CONFUSION_AREA, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "confusionarea");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lm_confusion_area_init (LmConfusionArea *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->view = LM_CONFUSION_VIEW_INIT;
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_has_tooltip (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (query_tooltip_cb), NULL);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, key);
  lm_look_watch (widget);
}

GtkWidget *
lm_confusion_area_new (void)
{
  return g_object_new (LM_TYPE_CONFUSION_AREA, NULL);
}

/* The cell with most mistakes; the first of the diagonal if there are none. */
static void
find_worst (LmConfusionArea *self,
            int *truth,
            int *predicted)
{
  gint64 worst = 0;

  *truth = *predicted = 0;
  for (int t = 0; t < self->picture->n; t++) {
    for (int p = 0; p < self->picture->n; p++) {
      if (t == p || count_at (self, t, p) <= worst)
        continue;
      worst = count_at (self, t, p);
      *truth = t;
      *predicted = p;
    }
  }
}

void
lm_confusion_area_set_picture (LmConfusionArea *self,
                               LmConfusionPicture *picture)
{
  int truth, predicted;

  g_return_if_fail (LM_IS_CONFUSION_AREA (self));

  g_clear_pointer (&self->picture, lm_confusion_picture_free);
  self->picture = picture;
  self->width = 0;
  self->view.true_class = self->view.answer = -1;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Confusion matrix"), -1);
  if (picture == NULL || picture->n == 0) {
    g_signal_emit (self, signals[CELL_CHANGED], 0);
    return;
  }
  find_worst (self, &truth, &predicted);
  lm_confusion_area_set_cell (self, truth, predicted);
}

void
lm_confusion_area_set_shares (LmConfusionArea *self,
                              gboolean shares)
{
  self->view.as_shares = shares;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

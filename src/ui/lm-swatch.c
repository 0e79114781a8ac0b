/* lm-swatch.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-swatch.h"

#include "lm-look.h"
#include "lm-paint.h"

struct _LmSwatch {
  GtkWidget parent_instance;

  LmSwatchRole role;
  int place;
};

enum {
  PROP_ROLE = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (LmSwatch, lm_swatch, GTK_TYPE_WIDGET)

static LmColour
colour_of (LmSwatch *self,
           const LmTheme *theme)
{
  /* The order that lm_draw_curves() takes beside a run in its own two colours. */
  static const int far[] = { 2, 3, 0, 5, 6, 7, 8 };

  switch (self->role) {
  case LM_SWATCH_TRAIN:
    return theme->train;
  case LM_SWATCH_VALIDATION:
    return theme->validation;
  case LM_SWATCH_RUN:
    return *lm_theme_run_colour (theme, far[self->place % (int) G_N_ELEMENTS (far)]);
  default:
    return theme->baseline;
  }
}

static void
lm_swatch_snapshot (GtkWidget *widget,
                    GtkSnapshot *snapshot)
{
  LmSwatch *self = LM_SWATCH (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  LmRect line = { 0, height / 2.0 - 2, width, 4 };
  LmTheme theme;
  LmColour colour;

  lm_look_theme (widget, &theme);
  colour = colour_of (self, &theme);
  lm_paint_box (cr, &line, 2, &colour, NULL, 0);
  cairo_destroy (cr);
}

static void
lm_swatch_measure (GtkWidget *widget,
                   GtkOrientation orientation,
                   int for_size,
                   int *minimum,
                   int *natural,
                   int *minimum_baseline,
                   int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 14 : 6;
}

static void
lm_swatch_get_property (GObject *object,
                        guint id,
                        GValue *value,
                        GParamSpec *pspec)
{
  g_value_set_uint (value, LM_SWATCH (object)->role);
}

static void
lm_swatch_set_property (GObject *object,
                        guint id,
                        const GValue *value,
                        GParamSpec *pspec)
{
  lm_swatch_set_role (LM_SWATCH (object), g_value_get_uint (value), 0);
}

static void
lm_swatch_class_init (LmSwatchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = lm_swatch_get_property;
  object_class->set_property = lm_swatch_set_property;
  widget_class->snapshot = lm_swatch_snapshot;
  widget_class->measure = lm_swatch_measure;

  props[PROP_ROLE] = g_param_spec_uint ("role", NULL, NULL, 0, LM_SWATCH_RUN, 0, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_css_name (widget_class, "swatch");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
lm_swatch_init (LmSwatch *self)
{
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  lm_look_watch (GTK_WIDGET (self));
}

void
lm_swatch_set_role (LmSwatch *self,
                    LmSwatchRole role,
                    int place)
{
  if (self->role == role && self->place == place)
    return;
  self->role = role;
  self->place = place;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

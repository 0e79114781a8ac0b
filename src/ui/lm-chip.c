/* lm-chip.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-chip.h"

#include "lm-glyph.h"
#include "lm-look.h"

#define MAX_SIZE 256

struct _LmChip {
  GtkWidget parent_instance;

  LmCategory category;
  int size;
};

enum {
  PROP_SIZE = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (LmChip, lm_chip, GTK_TYPE_WIDGET)

static void
lm_chip_snapshot (GtkWidget *widget,
                  GtkSnapshot *snapshot)
{
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget), size = MIN (width, height);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  LmTheme theme;

  lm_look_theme (widget, &theme);
  lm_glyph_chip (cr, &theme, LM_CHIP (widget)->category, (width - size) / 2, (height - size) / 2, size);
  cairo_destroy (cr);
}

static void
lm_chip_measure (GtkWidget *widget,
                 GtkOrientation orientation,
                 int for_size,
                 int *minimum,
                 int *natural,
                 int *minimum_baseline,
                 int *natural_baseline)
{
  LmTheme theme;

  lm_look_theme (widget, &theme);
  *minimum = *natural = (int) (LM_CHIP (widget)->size * theme.text_scale + 0.5);
}

static void
lm_chip_get_property (GObject *object,
                      guint id,
                      GValue *value,
                      GParamSpec *pspec)
{
  g_value_set_int (value, LM_CHIP (object)->size);
}

static void
lm_chip_set_property (GObject *object,
                      guint id,
                      const GValue *value,
                      GParamSpec *pspec)
{
  LM_CHIP (object)->size = g_value_get_int (value);
  gtk_widget_queue_resize (GTK_WIDGET (object));
}

static void
lm_chip_class_init (LmChipClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = lm_chip_get_property;
  object_class->set_property = lm_chip_set_property;
  widget_class->snapshot = lm_chip_snapshot;
  widget_class->measure = lm_chip_measure;

  props[PROP_SIZE] = g_param_spec_int ("size", NULL, NULL, 1, MAX_SIZE, 22, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_css_name (widget_class, "chip");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
lm_chip_init (LmChip *self)
{
  self->category = LM_CATEGORY_BLOCK;
  self->size = 22;
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  lm_look_watch (GTK_WIDGET (self));
}

GtkWidget *
lm_chip_new (LmCategory category,
             int size)
{
  LmChip *self = g_object_new (LM_TYPE_CHIP, "size", size, NULL);

  self->category = category;
  return GTK_WIDGET (self);
}

void
lm_chip_set_category (LmChip *self,
                      LmCategory category)
{
  if (self->category == category)
    return;
  self->category = category;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

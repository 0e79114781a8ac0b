/* lm-heatmap-view.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-heatmap-view.h"

#include "lm-heatmap.h"
#include "lm-look.h"

#include <math.h>

#define BAR_THICK 14
#define BAR_ROOM 80 /* with the gap before it and the numbers behind it */
#define MIN_SIDE 120

struct _LmHeatView {
  GtkWidget parent_instance;

  LmHeatmapPicture *picture;
  LmHeatmapView view;
};

enum {
  PROP_OPACITY = 1,
  PROP_CELLS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (LmHeatView, lm_heat_view, GTK_TYPE_WIDGET)

/* Height of the picture as a share of its width. */
static double
proportion (LmHeatView *self)
{
  const LmTensor *image = self->picture != NULL ? self->picture->image : NULL;

  return image != NULL ? CLAMP ((double) image->shape.dim[0] / (double) image->shape.dim[1], 0.25, 3) : 1;
}

static void
lm_heat_view_snapshot (GtkWidget *widget,
                       GtkSnapshot *snapshot)
{
  LmHeatView *self = LM_HEAT_VIEW (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  double p = proportion (self), side = MIN (width - BAR_ROOM, height / p);
  LmRect rect = { 0, 0, floor (side), floor (side * p) }, bar = { rect.width + 12, 5, BAR_THICK, rect.height - 10 };
  LmTheme theme;
  cairo_t *cr;

  if (self->picture == NULL || side < 8)
    return;
  lm_look_theme (widget, &theme);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  lm_draw_heatmap_overlay (cr, &theme, self->picture, &rect, &self->view);
  if (!self->picture->is_empty)
    lm_draw_heatmap_bar (cr, &theme, self->picture, &bar);
  cairo_destroy (cr);
}

static GtkSizeRequestMode
lm_heat_view_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
lm_heat_view_measure (GtkWidget *widget,
                      GtkOrientation orientation,
                      int for_size,
                      int *minimum,
                      int *natural,
                      int *minimum_baseline,
                      int *natural_baseline)
{
  LmHeatView *self = LM_HEAT_VIEW (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL) {
    *minimum = MIN_SIDE + BAR_ROOM;
    *natural = 320 + BAR_ROOM;
    return;
  }
  *minimum = MIN_SIDE;
  *natural = MAX (MIN_SIDE, (int) ((for_size > 0 ? for_size - BAR_ROOM : 320) * proportion (self)));
}

static void
lm_heat_view_get_property (GObject *object,
                           guint id,
                           GValue *value,
                           GParamSpec *pspec)
{
  LmHeatView *self = LM_HEAT_VIEW (object);

  if (id == PROP_OPACITY)
    g_value_set_double (value, self->view.opacity);
  else
    g_value_set_boolean (value, self->view.has_cells);
}

static void
lm_heat_view_set_property (GObject *object,
                           guint id,
                           const GValue *value,
                           GParamSpec *pspec)
{
  LmHeatView *self = LM_HEAT_VIEW (object);

  if (id == PROP_OPACITY)
    self->view.opacity = g_value_get_double (value);
  else
    self->view.has_cells = g_value_get_boolean (value);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
lm_heat_view_finalize (GObject *object)
{
  lm_heatmap_picture_free (LM_HEAT_VIEW (object)->picture);

  G_OBJECT_CLASS (lm_heat_view_parent_class)->finalize (object);
}

static void
lm_heat_view_class_init (LmHeatViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = lm_heat_view_get_property;
  object_class->set_property = lm_heat_view_set_property;
  object_class->finalize = lm_heat_view_finalize;
  widget_class->snapshot = lm_heat_view_snapshot;
  widget_class->measure = lm_heat_view_measure;
  widget_class->get_request_mode = lm_heat_view_get_request_mode;

  props[PROP_OPACITY] = g_param_spec_double ("opacity-of-map", NULL, NULL, 0, 1, 0.6, flags);
  props[PROP_CELLS] = g_param_spec_boolean ("cells", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_css_name (widget_class, "heatview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lm_heat_view_init (LmHeatView *self)
{
  self->view = LM_HEATMAP_VIEW_INIT;
  lm_look_watch (GTK_WIDGET (self));
}

void
lm_heat_view_set_picture (LmHeatView *self,
                          LmHeatmapPicture *picture)
{
  double before = proportion (self);

  g_return_if_fail (LM_IS_HEAT_VIEW (self));

  lm_heatmap_picture_free (self->picture);
  self->picture = picture;
  if (picture != NULL && picture->caption != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, picture->title, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, picture->caption, -1);
  if (proportion (self) != before)
    gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

const LmHeatmapPicture *
lm_heat_view_get_picture (LmHeatView *self)
{
  return self->picture;
}

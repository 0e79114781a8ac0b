/* lm-picture-area.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-picture-area.h"

#include "lm-look.h"
#include "lm-paint.h"
#include "lm-render.h"

struct _LmPictureArea {
  GtkWidget parent_instance;

  LmPicture picture;
  gboolean flush;
};

G_DEFINE_FINAL_TYPE (LmPictureArea, lm_picture_area, GTK_TYPE_WIDGET)

static double
margin_of (LmPictureArea *self)
{
  return self->flush ? LM_PICTURE_MARGIN : 0;
}

static void
lm_picture_area_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  LmPictureArea *self = LM_PICTURE_AREA (widget);
  double cut = 2 * margin_of (self);
  LmTheme theme;

  if (orientation == GTK_ORIENTATION_HORIZONTAL || self->picture.any == NULL) {
    *minimum = 0;
    *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 280 : 0;
    return;
  }
  lm_look_theme (widget, &theme);
  *minimum = *natural = (int) (lm_picture_natural_height (&self->picture, &theme, (for_size > 0 ? for_size : 280) + cut) - cut);
}

static GtkSizeRequestMode
lm_picture_area_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
lm_picture_area_snapshot (GtkWidget *widget,
                          GtkSnapshot *snapshot)
{
  LmPictureArea *self = LM_PICTURE_AREA (widget);
  double width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget), margin = margin_of (self);
  LmTheme theme;
  cairo_t *cr;

  if (self->picture.any == NULL || width < 2 || height < 2)
    return;
  lm_look_theme (widget, &theme);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  cairo_translate (cr, -margin, -margin);
  lm_draw_picture (cr, width + 2 * margin, height + 2 * margin, &theme, &self->picture);
  cairo_destroy (cr);
}

static void
lm_picture_area_finalize (GObject *object)
{
  lm_picture_clear (&LM_PICTURE_AREA (object)->picture);

  G_OBJECT_CLASS (lm_picture_area_parent_class)->finalize (object);
}

static void
lm_picture_area_class_init (LmPictureAreaClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lm_picture_area_finalize;
  widget_class->measure = lm_picture_area_measure;
  widget_class->get_request_mode = lm_picture_area_get_request_mode;
  widget_class->snapshot = lm_picture_area_snapshot;

  gtk_widget_class_set_css_name (widget_class, "picturearea");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lm_picture_area_init (LmPictureArea *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  lm_look_watch (GTK_WIDGET (self));
}

GtkWidget *
lm_picture_area_new (void)
{
  return g_object_new (LM_TYPE_PICTURE_AREA, NULL);
}

void
lm_picture_area_set (LmPictureArea *self,
                     LmPicture picture,
                     const char *sentence)
{
  g_return_if_fail (LM_IS_PICTURE_AREA (self));

  lm_picture_clear (&self->picture);
  self->picture = picture;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, sentence != NULL ? sentence : "", -1);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

const LmPicture *
lm_picture_area_get (LmPictureArea *self)
{
  return &self->picture;
}

void
lm_picture_area_set_flush (LmPictureArea *self,
                           gboolean flush)
{
  self->flush = flush;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

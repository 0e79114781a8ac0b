/* lm-offscreen.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-offscreen.h"

#include "lm-work.h"

struct _LmOffscreen {
  GtkWidget *widget; /* NULL: it is gone */
  cairo_surface_t *surface;
  int width;
  int height;
  LmTheme theme;
  guint wanted; /* rises with every change */
  guint drawn;  /* what @surface shows */
  gboolean is_drawing;
};

typedef struct {
  LmOffscreen *self;
  cairo_surface_t *surface;
  LmTheme theme;
  int width;
  int height;
  guint serial;
  LmOffscreenDraw draw;
  gpointer data;
  GDestroyNotify free_data;
} Job;

LmOffscreen *
lm_offscreen_new (GtkWidget *widget)
{
  LmOffscreen *self = g_new0 (LmOffscreen, 1);

  self->widget = widget;
  self->wanted = 1;
  return self;
}

static void
destroy (LmOffscreen *self)
{
  g_clear_pointer (&self->surface, cairo_surface_destroy);
  g_free (self);
}

void
lm_offscreen_free (LmOffscreen *self)
{
  self->widget = NULL;
  if (!self->is_drawing)
    destroy (self);
}

void
lm_offscreen_invalidate (LmOffscreen *self)
{
  self->wanted++;
}

gboolean
lm_offscreen_is_valid (LmOffscreen *self,
                       const LmTheme *theme,
                       int width,
                       int height)
{
  return self->surface != NULL && self->drawn == self->wanted && self->width == width && self->height == height && self->theme.id == theme->id &&
         self->theme.text_scale == theme->text_scale && self->theme.device_scale == theme->device_scale;
}

static void
job_free (gpointer data)
{
  Job *job = data;

  g_clear_pointer (&job->surface, cairo_surface_destroy);
  if (job->free_data != NULL)
    job->free_data (job->data);
  g_free (job);
}

static void
draw_job (gpointer data,
          GError **error)
{
  Job *job = data;
  double scale = job->theme.device_scale > 0 ? job->theme.device_scale : 1;
  cairo_t *cr;

  job->surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, MAX (1, (int) (job->width * scale)), MAX (1, (int) (job->height * scale)));
  cairo_surface_set_device_scale (job->surface, scale, scale);
  cr = cairo_create (job->surface);
  job->draw (cr, &job->theme, job->width, job->height, job->data);
  cairo_destroy (cr);
}

static void
take (LmOffscreen *self,
      Job *job)
{
  g_clear_pointer (&self->surface, cairo_surface_destroy);
  self->surface = g_steal_pointer (&job->surface);
  self->width = job->width;
  self->height = job->height;
  self->theme = job->theme;
  self->drawn = job->serial;
}

static void
drawn_cb (gpointer owner,
          gpointer data,
          const GError *error)
{
  Job *job = data;
  LmOffscreen *self = job->self;

  self->is_drawing = FALSE;
  if (self->widget == NULL) {
    destroy (self);
    return;
  }
  take (self, job);
  gtk_widget_queue_draw (self->widget);
}

void
lm_offscreen_draw (LmOffscreen *self,
                   const LmTheme *theme,
                   int width,
                   int height,
                   gboolean is_heavy,
                   LmOffscreenDraw draw,
                   gpointer data,
                   GDestroyNotify free_data)
{
  Job *job = g_new0 (Job, 1);

  *job = (Job){ self, NULL, *theme, width, height, self->wanted, draw, data, free_data };
  if (!is_heavy) {
    draw_job (job, NULL);
    take (self, job);
  } else if (!self->is_drawing) {
    self->is_drawing = TRUE;
    lm_work_run (self->widget, draw_job, drawn_cb, job, job_free);
    return;
  }
  /* Else the one that is under way ends with a new frame, which asks again. */
  job_free (job);
}

void
lm_offscreen_paint (LmOffscreen *self,
                    cairo_t *cr)
{
  if (self->surface == NULL)
    return;
  cairo_set_source_surface (cr, self->surface, 0, 0);
  cairo_paint (cr);
}

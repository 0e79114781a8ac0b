/* lm-page.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-page.h"

G_DEFINE_INTERFACE (LmPage, lm_page, GTK_TYPE_WIDGET)

static void
lm_page_default_init (LmPageInterface *interface)
{
}

LmView *
lm_view_new (const char *name,
             LmPicture picture,
             GtkWidget *shown)
{
  LmView *self = g_new (LmView, 1);

  *self = (LmView){ g_strdup (name), picture, gtk_widget_get_width (shown), gtk_widget_get_height (shown) };
  return self;
}

void
lm_view_free (LmView *self)
{
  g_free (self->name);
  lm_picture_clear (&self->picture);
  g_free (self);
}

void
lm_page_set_source (LmPage *self,
                    const LmSource *source)
{
  g_return_if_fail (LM_IS_PAGE (self));

  LM_PAGE_GET_IFACE (self)->set_source (self, source);
}

LmPanes *
lm_page_get_panes (LmPage *self)
{
  LmPageInterface *interface = LM_PAGE_GET_IFACE (self);

  return interface->get_panes != NULL ? interface->get_panes (self) : NULL;
}

GPtrArray *
lm_page_dup_views (LmPage *self)
{
  LmPageInterface *interface = LM_PAGE_GET_IFACE (self);
  GPtrArray *views = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_view_free);

  if (interface->add_views != NULL)
    interface->add_views (self, views);
  return views;
}

gboolean
lm_page_find (LmPage *self)
{
  LmPageInterface *interface = LM_PAGE_GET_IFACE (self);

  return interface->find != NULL && interface->find (self);
}

gboolean
lm_page_drop (LmPage *self,
              GFile *file)
{
  LmPageInterface *interface = LM_PAGE_GET_IFACE (self);

  return interface->drop != NULL && interface->drop (self, file);
}

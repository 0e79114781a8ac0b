/* lm-add-popover.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-add-popover.h"

#include "lm-palette.h"

#include <math.h>

#include "lm-i18n.h"

#define WIDTH 320
#define HEIGHT 400

struct _LmAddPopover {
  GtkPopover parent_instance;

  LmPalette *palette;
  LmEditor *editor;
  double x;
  double y;
  int id; /* 0: no wire was drawn */
  int port;
  gboolean is_output;
  gboolean on_wire;
  LmWire wire;
};

G_DEFINE_FINAL_TYPE (LmAddPopover, lm_add_popover, GTK_TYPE_POPOVER)

static void
chosen_cb (LmAddPopover *self,
           const char *kind)
{
  g_autofree char *name = g_strdup (kind);

  gtk_popover_popdown (GTK_POPOVER (self));
  if (self->on_wire)
    lm_editor_insert (self->editor, name, &self->wire);
  else if (self->id != 0)
    lm_editor_add_at_port (self->editor, name, self->id, self->port, self->is_output, self->x, self->y);
  else
    lm_editor_add (self->editor, name, self->x, self->y);
}

static void
lm_add_popover_dispose (GObject *object)
{
  g_clear_object (&LM_ADD_POPOVER (object)->editor);

  G_OBJECT_CLASS (lm_add_popover_parent_class)->dispose (object);
}

static void
lm_add_popover_class_init (LmAddPopoverClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lm_add_popover_dispose;
}

static void
lm_add_popover_init (LmAddPopover *self)
{
  self->palette = LM_PALETTE (lm_palette_new (TRUE));
  gtk_widget_set_size_request (GTK_WIDGET (self->palette), WIDTH, HEIGHT);
  gtk_popover_set_child (GTK_POPOVER (self), GTK_WIDGET (self->palette));
  gtk_popover_set_has_arrow (GTK_POPOVER (self), FALSE);
  gtk_popover_set_position (GTK_POPOVER (self), GTK_POS_BOTTOM);
  gtk_widget_add_css_class (GTK_WIDGET (self), "lm-add");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Add a layer"), -1);
  g_signal_connect_object (self->palette, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->palette, "dismissed", G_CALLBACK (gtk_popover_popdown), self, G_CONNECT_SWAPPED);
}

GtkWidget *
lm_add_popover_new (LmEditor *editor)
{
  LmAddPopover *self = g_object_new (LM_TYPE_ADD_POPOVER, NULL);

  self->editor = g_object_ref (editor);
  lm_palette_set_editor (self->palette, editor);
  return GTK_WIDGET (self);
}

/* What an output gives; rank −1 if that is not known. */
static LmShape
shape_of (LmAddPopover *self,
          int id,
          int port)
{
  g_autofree char *path = lm_editor_path (self->editor, id);
  const LmLayerFacts *facts = lm_check_find (lm_document_get_check (lm_editor_get_document (self->editor)), path);

  if (facts == NULL || port < 0 || port >= facts->n_outputs || port >= (int) G_N_ELEMENTS (facts->shapes))
    return (LmShape){ .rank = -1 };
  return facts->shapes[port];
}

static void
open_at (LmAddPopover *self,
         const GdkRectangle *at)
{
  gtk_popover_set_pointing_to (GTK_POPOVER (self), at);
  gtk_popover_popup (GTK_POPOVER (self));
  lm_palette_search (self->palette, NULL);
}

void
lm_add_popover_ask (LmAddPopover *self,
                    const GdkRectangle *at,
                    double x,
                    double y,
                    int id,
                    int port,
                    gboolean is_output)
{
  int current = lm_editor_get_current (self->editor);
  LmShape shape = id != 0 && is_output ? shape_of (self, id, port) : isnan (x) && current != 0 ? shape_of (self, current, 0)
                                                                                               : (LmShape){ .rank = -1 };

  self->x = x;
  self->y = y;
  self->id = id;
  self->port = port;
  self->is_output = is_output;
  self->on_wire = FALSE;
  /* Nothing goes into an Input, so it is no answer to a wire out of something. */
  lm_palette_set_fit (self->palette, id != 0 && is_output ? &shape : shape.rank >= 0 ? &shape
                                                                                     : NULL,
                      id != 0 && is_output);
  open_at (self, at);
}

void
lm_add_popover_ask_wire (LmAddPopover *self,
                         const GdkRectangle *at,
                         const LmWire *wire)
{
  LmShape shape = shape_of (self, wire->from, wire->from_port);

  self->wire = *wire;
  self->on_wire = TRUE;
  lm_palette_set_fit (self->palette, &shape, TRUE);
  open_at (self, at);
}

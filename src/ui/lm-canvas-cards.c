/* lm-canvas-cards.c: a widget for each card, for the focus and for screen readers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * They draw nothing. They lie in a widget of their own, the layer, so that
 * panning moves one widget and not thousands.
 */

#include "config.h"

#include "lm-canvas-private.h"

#include "lm-node-view.h"

#include <math.h>

#include "lm-i18n.h"

/* --- Layer --------------------------------------------------------------------------- */

#define LM_TYPE_CANVAS_LAYER (lm_canvas_layer_get_type ())

G_DECLARE_FINAL_TYPE (LmCanvasLayer, lm_canvas_layer, LM, CANVAS_LAYER, GtkWidget)

struct _LmCanvasLayer {
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (LmCanvasLayer, lm_canvas_layer, GTK_TYPE_WIDGET)

static void
lm_canvas_layer_snapshot (GtkWidget *widget,
                          GtkSnapshot *snapshot)
{
}

static void
lm_canvas_layer_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  *minimum = *natural = 0;
}

static void
lm_canvas_layer_size_allocate (GtkWidget *widget,
                               int width,
                               int height,
                               int baseline)
{
  LmCanvas *self = LM_CANVAS (gtk_widget_get_parent (widget));
  double scale = self->layer_zoom * self->text_scale;

  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    const LmRect *rect = &self->rects[i];
    GtkWidget *view = g_hash_table_lookup (self->views, GINT_TO_POINTER (self->picture->cards[i].id));
    GtkAllocation place = {
      (int) floor (rect->x * scale),
      (int) floor (rect->y * scale),
      MAX (1, (int) (rect->width * scale)),
      MAX (1, (int) (rect->height * scale)),
    };

    if (view == NULL)
      continue;
    gtk_widget_measure (view, GTK_ORIENTATION_HORIZONTAL, -1, NULL, NULL, NULL, NULL);
    gtk_widget_size_allocate (view, &place, -1);
  }
}

static void
lm_canvas_layer_class_init (LmCanvasLayerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = lm_canvas_layer_snapshot;
  widget_class->measure = lm_canvas_layer_measure;
  widget_class->size_allocate = lm_canvas_layer_size_allocate;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
lm_canvas_layer_init (LmCanvasLayer *self)
{
  /* The canvas finds by itself what lies under the pointer. */
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

/* --- Views --------------------------------------------------------------------------- */

/* “Input from max_pooling2d, output to add.” */
static void
describe (LmCanvas *self,
          int card,
          const char *const *from,
          const char *const *to,
          const char *const *gives)
{
  GtkWidget *view = g_hash_table_lookup (self->views, GINT_TO_POINTER (self->picture->cards[card].id));

  lm_node_view_describe (LM_NODE_VIEW (view), &self->picture->cards[card], gives[card], from[card], to[card]);
}

static void
append_name (char **list,
             const char *name)
{
  char *longer = *list != NULL ? g_strdup_printf ("%s, %s", *list, name) : g_strdup (name);

  g_free (*list);
  *list = longer;
}

static void
describe_all (LmCanvas *self)
{
  int n = lm_canvas_n_cards (self);
  char **from = g_new0 (char *, n + 1), **to = g_new0 (char *, n + 1);
  g_autofree const char **gives = g_new0 (const char *, n + 1);

  for (int i = 0; i < lm_canvas_n_wires (self); i++) {
    const LmCardWire *wire = &self->picture->wires[i];

    append_name (&to[wire->from], self->picture->cards[wire->to].name);
    append_name (&from[wire->to], self->picture->cards[wire->from].name);
    if (gives[wire->from] == NULL)
      gives[wire->from] = wire->label;
  }
  for (int i = 0; i < n; i++)
    describe (self, i, (const char *const *) from, (const char *const *) to, gives);
  for (int i = 0; i < n; i++) {
    g_free (from[i]);
    g_free (to[i]);
  }
  g_free (from);
  g_free (to);
}

/* “Network, 7 layers, 1 problem” */
static void
describe_canvas (LmCanvas *self)
{
  int n = lm_canvas_n_cards (self), n_errors = 0;
  g_autoptr (GString) label = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    n_errors += self->picture->cards[i].error != NULL;
  g_string_append_printf (label, g_dngettext (GETTEXT_PACKAGE, "Network, %d layer", "Network, %d layers", (gulong) n), n);
  if (n_errors > 0)
    g_string_append_printf (label, g_dngettext (GETTEXT_PACKAGE, ", %d problem", ", %d problems", (gulong) n_errors), n_errors);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label->str, -1);
}

/* Who has the focus is the current one. */
static void
focus_cb (LmCanvas *self,
          GParamSpec *pspec,
          LmNodeView *view)
{
  if (gtk_widget_has_focus (GTK_WIDGET (view)) && self->editor != NULL)
    lm_editor_set_current (self->editor, lm_node_view_get_id (view));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Views of cards that have gone; TRUE if one of them had the focus. */
static gboolean
remove_views (LmCanvas *self)
{
  gboolean had_focus = FALSE;
  GHashTableIter iter;
  gpointer id, view;

  g_hash_table_iter_init (&iter, self->views);
  while (g_hash_table_iter_next (&iter, &id, &view)) {
    if (self->picture != NULL && lm_canvas_find_card (self, GPOINTER_TO_INT (id)) >= 0)
      continue;
    had_focus |= gtk_widget_is_focus (view);
    gtk_widget_unparent (view);
    g_hash_table_iter_remove (&iter);
  }
  return had_focus;
}

void
lm_canvas_add_layer (LmCanvas *self)
{
  self->views = g_hash_table_new (NULL, NULL);
  self->layer = g_object_new (LM_TYPE_CANVAS_LAYER, NULL);
  gtk_widget_set_parent (self->layer, GTK_WIDGET (self));
}

void
lm_canvas_update_views (LmCanvas *self)
{
  gboolean had_focus = remove_views (self);

  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    gpointer id = GINT_TO_POINTER (self->picture->cards[i].id);
    GtkWidget *view = g_hash_table_lookup (self->views, id);

    if (view == NULL) {
      view = lm_node_view_new (self->picture->cards[i].id);
      gtk_widget_insert_before (view, self->layer, NULL);
      g_signal_connect_object (view, "notify::has-focus", G_CALLBACK (focus_cb), self, G_CONNECT_SWAPPED);
      g_hash_table_insert (self->views, id, view);
    }
  }
  describe_all (self);
  describe_canvas (self);
  /* The keys go on to work when the card with the focus has gone. */
  if (had_focus)
    gtk_widget_grab_focus (GTK_WIDGET (self));
  self->layer_zoom = self->zoom;
  gtk_widget_queue_allocate (self->layer);
}

void
lm_canvas_update_states (LmCanvas *self)
{
  for (int i = 0; i < lm_canvas_n_cards (self); i++) {
    GtkWidget *view = g_hash_table_lookup (self->views, GINT_TO_POINTER (self->picture->cards[i].id));

    if (view != NULL)
      lm_node_view_set_selected (LM_NODE_VIEW (view), (self->flags[i] & LM_CARD_SELECTED) != 0);
  }
}

/* While the zoom changes the layer is scaled as a whole; when it rests the views get their sizes. */
void
lm_canvas_allocate_views (LmCanvas *self)
{
  float scale = (float) (self->zoom / self->layer_zoom);
  GskTransform *transform = gsk_transform_translate (NULL, &GRAPHENE_POINT_INIT ((float) self->x, (float) self->y));

  if (scale != 1)
    transform = gsk_transform_scale (transform, scale, scale);
  gtk_widget_measure (self->layer, GTK_ORIENTATION_HORIZONTAL, -1, NULL, NULL, NULL, NULL);
  gtk_widget_allocate (self->layer, 1, 1, -1, transform);
}

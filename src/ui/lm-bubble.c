/* lm-bubble.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-bubble.h"

#include <math.h>
#include <string.h>

#include "lm-i18n.h"

#define GAP 26 /* between card and bubble: ports and rings stay free */
#define EDGE 12
#define ARROW 9
#define WIDTH 320
#define MAX_BUTTONS 3

struct _LmBubble {
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkLabel *title;
  GtkLabel *message;
  GtkWidget *buttons;
  GtkWidget *overlay;
  LmBubblePlace place;
  gpointer place_data;
  LmEditor *editor;

  int id;            /* the card it belongs to; 0: closed */
  char *key;         /* what is shown */
  char *dismissed;   /* what was closed by hand */
  GHashTable *known; /* paths that had a mistake before */
  int newest;        /* the card with the newest mistake; 0: none, or it is an old one by now */
  int side;          /* −1: left of the card, 1: right of it */
  double arrow_y;
  gboolean is_previewing;
};

G_DEFINE_FINAL_TYPE (LmBubble, lm_bubble, GTK_TYPE_WIDGET)

/* --- Place --------------------------------------------------------------------------- */

static gint64
overlap (const GdkRectangle *place,
         const GdkRectangle *cards,
         int n_cards)
{
  gint64 sum = 0;

  for (int i = 0; i < n_cards; i++) {
    GdkRectangle common;

    if (gdk_rectangle_intersect (place, &cards[i], &common))
      sum += (gint64) common.width * common.height;
  }
  return sum;
}

GdkRectangle
lm_bubble_find_place (const GdkRectangle *bounds,
                      const GdkRectangle *card,
                      int width,
                      int height,
                      const GdkRectangle *cards,
                      int n_cards,
                      int *side)
{
  const int top = bounds->y + EDGE, bottom = bounds->y + bounds->height - EDGE - height;
  const int start = bounds->x + EDGE, end = bounds->x + bounds->width - EDGE - width;
  const int y = CLAMP (card->y + card->height / 2 - height / 2, top, MAX (bottom, top));
  const int x = CLAMP (card->x + card->width / 2 - width / 2, start, MAX (end, start));
  const GdkRectangle tries[] = {
    { card->x + card->width + GAP, y, width, height },
    { card->x - GAP - width, y, width, height },
    { x, card->y + card->height + GAP, width, height },
    { x, card->y - GAP - height, width, height },
  };
  static const int sides[] = { 1, -1, 0, 0 };
  gint64 least = G_MAXINT64;
  GdkRectangle best = tries[0];

  *side = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (tries); i++) {
    GdkRectangle inside = tries[i];
    gint64 hidden;

    inside.x = CLAMP (inside.x, start, MAX (end, start));
    inside.y = CLAMP (inside.y, top, MAX (bottom, top));
    hidden = overlap (&inside, cards, n_cards);
    if (hidden < least) {
      least = hidden;
      best = inside;
      *side = inside.x == tries[i].x ? sides[i] : 0;
    }
  }
  return best;
}

/* All cards of the open block, that of the bubble among them: it must not be hidden either. */
static GArray *
find_cards (LmBubble *self)
{
  const LmDesign *design = lm_editor_get_design (self->editor);
  GArray *cards = g_array_new (FALSE, FALSE, sizeof (GdkRectangle));

  for (guint i = 0; i < design->nodes->len; i++) {
    const LmNode *node = design->nodes->pdata[i];
    GdkRectangle area;

    if (self->place (self->place_data, node->id, &area))
      g_array_append_val (cards, area);
  }
  return cards;
}

/* A bubble that would hide a card is narrower, as far as its words allow. */
static GdkRectangle
find_allocation (LmBubble *self,
                 const GdkRectangle *bounds,
                 const GdkRectangle *card)
{
  static const int widths[] = { WIDTH, 270, 232 };
  g_autoptr (GArray) cards = find_cards (self);
  const GdkRectangle *others = (const GdkRectangle *) (gpointer) cards->data;
  gint64 least = G_MAXINT64;
  GdkRectangle best = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (widths) && least > 0; i++) {
    int minimum, width, height, side;
    GdkRectangle place;
    gint64 hidden;

    gtk_widget_measure (GTK_WIDGET (self), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
    width = MAX (MIN (widths[i], bounds->width - 2 * EDGE), minimum);
    gtk_widget_measure (GTK_WIDGET (self), GTK_ORIENTATION_VERTICAL, width, NULL, &height, NULL, NULL);
    place = lm_bubble_find_place (bounds, card, width, height, others, (int) cards->len, &side);
    hidden = overlap (&place, others, (int) cards->len);
    if (hidden < least) {
      least = hidden;
      best = place;
      self->side = side;
    }
  }
  return best;
}

static gboolean
position_cb (GtkOverlay *overlay,
             GtkWidget *widget,
             GdkRectangle *allocation,
             LmBubble *self)
{
  GdkRectangle bounds = { 0, 0, gtk_widget_get_width (self->overlay), gtk_widget_get_height (self->overlay) };
  GdkRectangle card;
  gboolean is_in_view;

  if (widget != GTK_WIDGET (self) || self->id == 0 || !self->place (self->place_data, self->id, &card))
    return FALSE;
  *allocation = find_allocation (self, &bounds, &card);
  self->arrow_y = CLAMP (card.y + card.height / 2.0 - allocation->y, 18, MAX (allocation->height - 18, 18));
  /* A card that was scrolled out of view takes its bubble along. */
  is_in_view = gdk_rectangle_intersect (&bounds, &card, NULL);
  gtk_widget_set_opacity (widget, is_in_view ? 1 : 0);
  gtk_widget_set_can_target (widget, is_in_view);
  return TRUE;
}

void
lm_bubble_place (LmBubble *self)
{
  if (self->id != 0)
    gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* --- What it says -------------------------------------------------------------------- */

/* Id of the card in the open block that @path leads to, also if what is wrong lies deeper in it; 0: elsewhere. */
static int
card_of (LmBubble *self,
         const char *path)
{
  const char *block = lm_editor_get_block (self->editor);
  gsize length = strlen (block);

  if (path == NULL || strncmp (path, block, length) != 0 || (length > 0 && path[length] != '/'))
    return 0;
  return atoi (path + length + (length > 0 ? 1 : 0));
}

static const LmDiagnostic *
find_problem (LmBubble *self,
              int id)
{
  const LmCheck *check = lm_document_get_check (lm_editor_get_document (self->editor));

  for (guint i = 0; i < check->diagnostics->len && id != 0; i++) {
    const LmDiagnostic *problem = check->diagnostics->pdata[i];

    if (card_of (self, problem->path) == id)
      return problem;
  }
  return NULL;
}

/* A mistake where there was none before. */
static void
find_newest (LmBubble *self)
{
  const LmCheck *check = lm_document_get_check (lm_editor_get_document (self->editor));
  GHashTable *now = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean is_first = self->known == NULL;

  for (guint i = 0; i < check->diagnostics->len; i++) {
    const LmDiagnostic *problem = check->diagnostics->pdata[i];

    if (problem->path == NULL || problem->severity != LM_SEVERITY_ERROR)
      continue;
    g_hash_table_add (now, g_strdup (problem->path));
    if (!is_first && !g_hash_table_contains (self->known, problem->path))
      self->newest = card_of (self, problem->path);
  }
  g_clear_pointer (&self->known, g_hash_table_unref);
  self->known = now;
}

static void
end_preview (LmBubble *self)
{
  if (!self->is_previewing)
    return;
  self->is_previewing = FALSE;
  lm_editor_set_preview (self->editor, NULL);
}

static void
preview_cb (LmBubble *self,
            GtkEventController *controller)
{
  GtkWidget *button = gtk_event_controller_get_widget (controller);

  self->is_previewing = TRUE;
  lm_editor_set_preview (self->editor, g_object_get_data (G_OBJECT (button), "lm-edit"));
}

static void
preview_entered_cb (GtkEventController *controller,
                    double x,
                    double y,
                    LmBubble *self)
{
  preview_cb (self, controller);
}

static void
clicked_cb (LmBubble *self,
            GtkWidget *button)
{
  g_autoptr (LmEdit) edit = lm_edit_copy (g_object_get_data (G_OBJECT (button), "lm-edit"));

  end_preview (self);
  lm_editor_do (self->editor, edit, FALSE);
}

static void
add_button (LmBubble *self,
            const LmRemedy *remedy,
            gboolean is_first)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *label = gtk_label_new (remedy->title);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_button_set_child (GTK_BUTTON (button), label);
  if (is_first)
    gtk_widget_add_css_class (button, "suggested-action");
  g_object_set_data_full (G_OBJECT (button), "lm-edit", lm_edit_copy (remedy->edit), (GDestroyNotify) lm_edit_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (clicked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (motion, "enter", G_CALLBACK (preview_entered_cb), self, 0);
  g_signal_connect_object (motion, "leave", G_CALLBACK (end_preview), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (button, motion);
  g_signal_connect_object (focus, "enter", G_CALLBACK (preview_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (focus, "leave", G_CALLBACK (end_preview), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (button, focus);
  gtk_box_append (GTK_BOX (self->buttons), button);
}

static void
fill (LmBubble *self,
      const LmDiagnostic *problem)
{
  gboolean is_error = problem->severity == LM_SEVERITY_ERROR;
  GtkWidget *child;

  gtk_label_set_label (self->title, problem->title);
  gtk_widget_remove_css_class (GTK_WIDGET (self->title), is_error ? "warning" : "error");
  gtk_widget_add_css_class (GTK_WIDGET (self->title), is_error ? "error" : "warning");
  gtk_widget_set_visible (GTK_WIDGET (self->message), problem->message != NULL && problem->message[0] != '\0');
  gtk_label_set_label (self->message, problem->message != NULL ? problem->message : "");
  while ((child = gtk_widget_get_first_child (self->buttons)) != NULL)
    gtk_box_remove (GTK_BOX (self->buttons), child);
  for (guint i = 0; i < MIN (problem->remedies->len, MAX_BUTTONS); i++)
    add_button (self, problem->remedies->pdata[i], i == 0 && is_error);
  gtk_widget_set_visible (self->buttons, problem->remedies->len > 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, problem->title, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, problem->message != NULL ? problem->message : "", -1);
}

static char *
key_of (const LmDiagnostic *problem)
{
  GString *key = g_string_new (problem->path);

  g_string_append_printf (key, "\n%s\n%s", problem->title, problem->message != NULL ? problem->message : "");
  for (guint i = 0; i < problem->remedies->len; i++)
    g_string_append_printf (key, "\n%s", ((LmRemedy *) problem->remedies->pdata[i])->title);
  return g_string_free (key, FALSE);
}

static void
show_problem (LmBubble *self,
              const LmDiagnostic *problem,
              int id)
{
  g_autofree char *key = problem != NULL ? key_of (problem) : NULL;

  if (key != NULL && g_strcmp0 (key, self->dismissed) == 0)
    key = (g_free (key), NULL);
  if (g_strcmp0 (key, self->key) == 0 && self->id == (key != NULL ? id : 0))
    return;
  end_preview (self);
  self->id = key != NULL ? id : 0;
  g_free (self->key);
  self->key = g_steal_pointer (&key);
  if (self->id != 0)
    fill (self, problem);
  gtk_widget_set_visible (GTK_WIDGET (self), self->id != 0);
}

/* The selected card's; of several selected, none; of none, the newest mistake. */
static void
update (LmBubble *self)
{
  int n;
  const int *ids = lm_editor_get_selection (self->editor, &n);
  int id = n == 1 ? ids[0] : 0;
  const LmDiagnostic *problem;

  find_newest (self);
  problem = find_problem (self, id);
  if (problem == NULL && n <= 1) {
    id = self->newest;
    problem = find_problem (self, id);
  }
  if (problem == NULL)
    self->newest = 0;
  show_problem (self, problem, id);
  lm_bubble_place (self);
}

static void
selection_changed_cb (LmBubble *self)
{
  g_clear_pointer (&self->dismissed, g_free);
  update (self);
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_bubble_snapshot (GtkWidget *widget,
                    GtkSnapshot *snapshot)
{
  LmBubble *self = LM_BUBBLE (widget);
  double x = self->side > 0 ? 0 : gtk_widget_get_width (widget), tip = self->side > 0 ? -ARROW : ARROW;
  GdkRGBA colour = { 1, 1, 1, 1 };
  cairo_t *cr;

  GTK_WIDGET_CLASS (lm_bubble_parent_class)->snapshot (widget, snapshot);
  if (self->side == 0)
    return;
  gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), "popover_bg_color", &colour);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT ((float) (x - ARROW - 1), (float) (self->arrow_y - ARROW - 1), 2 * ARROW + 2, 2 * ARROW + 2));
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_move_to (cr, x, self->arrow_y - ARROW);
  cairo_line_to (cr, x + tip, self->arrow_y);
  cairo_line_to (cr, x, self->arrow_y + ARROW);
  cairo_fill (cr);
  cairo_destroy (cr);
}

static void
lm_bubble_dispose (GObject *object)
{
  LmBubble *self = LM_BUBBLE (object);

  g_clear_object (&self->editor);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->known, g_hash_table_unref);
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->dismissed, g_free);

  G_OBJECT_CLASS (lm_bubble_parent_class)->dispose (object);
}

static void
lm_bubble_class_init (LmBubbleClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_bubble_dispose;
  widget_class->snapshot = lm_bubble_snapshot;
  gtk_widget_class_set_css_name (widget_class, "bubble");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_ALERT);
}

static GtkLabel *
add_text (LmBubble *self,
          const char *class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  gtk_widget_add_css_class (label, class);
  gtk_box_append (GTK_BOX (self->box), label);
  return GTK_LABEL (label);
}

static void
lm_bubble_init (LmBubble *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  self->title = add_text (self, "heading");
  self->message = add_text (self, "body");
  self->buttons = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_set_margin_top (self->buttons, 6);
  gtk_box_append (GTK_BOX (self->box), self->buttons);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
lm_bubble_new (GtkOverlay *overlay,
               LmBubblePlace place,
               gpointer data)
{
  LmBubble *self = g_object_new (LM_TYPE_BUBBLE, NULL);

  self->overlay = GTK_WIDGET (overlay);
  self->place = place;
  self->place_data = data;
  g_signal_connect_object (overlay, "get-child-position", G_CALLBACK (position_cb), self, 0);
  gtk_overlay_add_overlay (overlay, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

void
lm_bubble_set_editor (LmBubble *self,
                      LmEditor *editor)
{
  g_return_if_fail (self->editor == NULL);

  self->editor = g_object_ref (editor);
  g_signal_connect_object (editor, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (editor, "selection-changed", G_CALLBACK (selection_changed_cb), self, G_CONNECT_SWAPPED);
  update (self);
}

gboolean
lm_bubble_is_open (LmBubble *self)
{
  return self->id != 0;
}

gboolean
lm_bubble_dismiss (LmBubble *self)
{
  if (self->id == 0)
    return FALSE;
  g_free (self->dismissed);
  self->dismissed = g_strdup (self->key);
  self->newest = 0;
  show_problem (self, NULL, 0);
  return TRUE;
}

const char *
lm_bubble_get_title (LmBubble *self)
{
  return self->id != 0 ? gtk_label_get_label (self->title) : NULL;
}

void
lm_bubble_press (LmBubble *self,
                 int i)
{
  GtkWidget *button = gtk_widget_get_first_child (self->buttons);

  for (; i > 0 && button != NULL; i--)
    button = gtk_widget_get_next_sibling (button);
  if (button != NULL)
    clicked_cb (self, button);
}

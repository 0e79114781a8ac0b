/* lm-chain-list.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-chain-list.h"

#include "lm-option-row.h"

#include <adwaita.h>

#include "lm-i18n.h"

struct _LmChainList {
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkWidget *list;
  GtkWidget *none;
  GtkWidget *add_button;
  GPtrArray *rows; /* Row */
  int selected;
  int expanded; /* what a new list opens, −1 */

  LmDocument *document;
};

/* One step as it is shown. */
typedef struct {
  LmChainList *list;
  const LmMember *member;
  AdwExpanderRow *row;
  GtkLabel *number;
  GtkWidget *menu;
  GPtrArray *options; /* LmOptionRow, as in the member */
} Row;

enum {
  SELECTION_CHANGED,
  REFUSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmChainList, lm_chain_list, GTK_TYPE_WIDGET)

static void update (LmChainList *self);

static void
row_free (gpointer data)
{
  Row *row = data;

  g_ptr_array_unref (row->options);
  g_free (row);
}

static int
index_of (const Row *row)
{
  guint i = 0;

  return g_ptr_array_find (row->list->rows, row, &i) ? (int) i : -1;
}

/* --- Edits --------------------------------------------------------------------------- */

static const GPtrArray *
chain_of (LmChainList *self)
{
  return lm_document_get_design (self->document)->chain;
}

static GPtrArray *
copy_chain (LmChainList *self)
{
  const GPtrArray *chain = chain_of (self);
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_option_set_free);

  for (guint i = 0; i < chain->len; i++)
    g_ptr_array_add (copy, lm_option_set_copy (chain->pdata[i]));
  return copy;
}

static gboolean
apply (LmChainList *self,
       GPtrArray *chain,
       gboolean coalesce)
{
  g_autoptr (LmEdit) edit = lm_edit_set_chain (chain);
  g_autoptr (GError) error = NULL;

  if (lm_document_do (self->document, edit, coalesce, &error))
    return TRUE;
  g_signal_emit (self, signals[REFUSED], 0, error->message);
  update (self);
  return FALSE;
}

gboolean
lm_chain_list_add (LmChainList *self,
                   const char *kind)
{
  g_autoptr (GPtrArray) chain = copy_chain (self);
  const LmMember *member = lm_family_find ("step", kind);

  g_return_val_if_fail (member != NULL, FALSE);

  g_ptr_array_add (chain, lm_option_set_new (member));
  self->expanded = (int) chain->len - 1;
  return apply (self, chain, FALSE);
}

gboolean
lm_chain_list_remove (LmChainList *self,
                      int i)
{
  g_autoptr (GPtrArray) chain = copy_chain (self);

  if (i < 0 || i >= (int) chain->len)
    return FALSE;
  g_ptr_array_remove_index (chain, (guint) i);
  self->expanded = -1;
  return apply (self, chain, FALSE);
}

gboolean
lm_chain_list_move (LmChainList *self,
                    int from,
                    int to)
{
  g_autoptr (GPtrArray) chain = copy_chain (self);
  Row *row;

  if (from < 0 || from >= (int) chain->len || to < 0 || to >= (int) chain->len || from == to)
    return FALSE;
  row = self->rows->pdata[from];
  self->expanded = adw_expander_row_get_expanded (row->row) ? to : -1;
  self->selected = to;
  g_ptr_array_insert (chain, to, g_ptr_array_steal_index (chain, (guint) from));
  if (!apply (self, chain, FALSE))
    return FALSE;
  row = self->rows->pdata[to];
  gtk_widget_grab_focus (GTK_WIDGET (row->row));
  return TRUE;
}

static void
option_edited_cb (LmOptionRow *option_row,
                  const LmOptionValue *value,
                  Row *row)
{
  LmChainList *self = row->list;
  g_autoptr (GPtrArray) chain = copy_chain (self);
  int i = index_of (row);
  guint option = 0;

  if (i < 0 || !g_ptr_array_find (row->options, option_row, &option))
    return;
  if (lm_option_set_value (chain->pdata[i], (int) option, value, NULL))
    apply (self, chain, TRUE);
}

/* --- Rows ---------------------------------------------------------------------------- */

static void
set_selected (LmChainList *self,
              int i)
{
  if (self->selected == i)
    return;
  self->selected = i;
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

static void
focus_cb (Row *row)
{
  set_selected (row->list, index_of (row));
}

static gboolean
key_pressed_cb (Row *row,
                guint key,
                guint code,
                GdkModifierType state)
{
  int i = index_of (row);

  if ((state & GDK_ALT_MASK) != 0 && (key == GDK_KEY_Up || key == GDK_KEY_Down)) {
    lm_chain_list_move (row->list, i, i + (key == GDK_KEY_Up ? -1 : 1));
    return GDK_EVENT_STOP;
  }
  /* Not while a number is typed. */
  if (key == GDK_KEY_Delete && !GTK_IS_TEXT (gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (row->row))))) {
    lm_chain_list_remove (row->list, i);
    return GDK_EVENT_STOP;
  }
  return GDK_EVENT_PROPAGATE;
}

static GdkContentProvider *
drag_prepare_cb (Row *row)
{
  return gdk_content_provider_new_typed (G_TYPE_INT, index_of (row));
}

static void
drag_begin_cb (Row *row,
               GdkDrag *drag,
               GtkDragSource *source)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (row->row));

  gtk_drag_source_set_icon (source, paintable, 12, 12);
}

typedef struct {
  LmChainList *list;
  int from;
  int to;
} Move;

static gboolean
move_idle_cb (gpointer data)
{
  Move *move = data;

  if (move->list->document != NULL)
    lm_chain_list_move (move->list, move->from, move->to);
  g_object_unref (move->list);
  g_free (move);
  return G_SOURCE_REMOVE;
}

/* A little later: moving makes new rows, and this one is still busy with the drop. */
static gboolean
drop_cb (Row *row,
         const GValue *value)
{
  Move *move = g_new (Move, 1);

  *move = (Move){ g_object_ref (row->list), g_value_get_int (value), index_of (row) };
  g_idle_add (move_idle_cb, move);
  return TRUE;
}

static void
up_cb (GtkWidget *button,
       Row *row)
{
  gtk_popover_popdown (GTK_POPOVER (gtk_widget_get_ancestor (button, GTK_TYPE_POPOVER)));
  lm_chain_list_move (row->list, index_of (row), index_of (row) - 1);
}

static void
down_cb (GtkWidget *button,
         Row *row)
{
  gtk_popover_popdown (GTK_POPOVER (gtk_widget_get_ancestor (button, GTK_TYPE_POPOVER)));
  lm_chain_list_move (row->list, index_of (row), index_of (row) + 1);
}

static void
remove_cb (GtkWidget *button,
           Row *row)
{
  gtk_popover_popdown (GTK_POPOVER (gtk_widget_get_ancestor (button, GTK_TYPE_POPOVER)));
  lm_chain_list_remove (row->list, index_of (row));
}

static GtkWidget *
menu_item (GtkWidget *box,
           const char *label,
           GCallback callback,
           gpointer data)
{
  GtkWidget *button = gtk_button_new (), *words = gtk_label_new_with_mnemonic (label);

  gtk_label_set_xalign (GTK_LABEL (words), 0);
  gtk_button_set_child (GTK_BUTTON (button), words);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect (button, "clicked", callback, data);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static GtkWidget *
make_menu (Row *row)
{
  GtkWidget *button = gtk_menu_button_new (), *popover = gtk_popover_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autofree char *label = g_strdup_printf (_ ("Menu of the step %s"), _ (row->member->title));

  menu_item (box, _ ("Move _Up (Alt+Up)"), G_CALLBACK (up_cb), row);
  menu_item (box, _ ("Move _Down (Alt+Down)"), G_CALLBACK (down_cb), row);
  menu_item (box, _ ("_Remove (Delete)"), G_CALLBACK (remove_cb), row);
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_widget_add_css_class (popover, "menu");
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-more-symbolic");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  return button;
}

static void
add_controllers (Row *row)
{
  GtkWidget *widget = GTK_WIDGET (row->row);
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INT, GDK_ACTION_MOVE);

  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_pressed_cb), row);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (focus_cb), row);
  g_signal_connect_swapped (source, "prepare", G_CALLBACK (drag_prepare_cb), row);
  g_signal_connect_swapped (source, "drag-begin", G_CALLBACK (drag_begin_cb), row);
  g_signal_connect_swapped (target, "drop", G_CALLBACK (drop_cb), row);
  gtk_widget_add_controller (widget, key);
  gtk_widget_add_controller (widget, focus);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (source));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (target));
}

static Row *
row_new (LmChainList *self,
         const LmMember *member)
{
  Row *row = g_new0 (Row, 1);

  row->list = self;
  row->member = member;
  row->options = g_ptr_array_new ();
  row->row = ADW_EXPANDER_ROW (adw_expander_row_new ());
  row->number = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (row->number), "lm-number-chip");
  gtk_widget_set_valign (GTK_WIDGET (row->number), GTK_ALIGN_CENTER);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row->row), _ (member->title));
  adw_expander_row_add_prefix (row->row, GTK_WIDGET (row->number));
  row->menu = make_menu (row);
  adw_expander_row_add_action (row->row, row->menu);
  gtk_widget_set_tooltip_text (GTK_WIDGET (row->number), _ (member->help));
  for (int i = 0; i < member->n_options; i++) {
    GtkWidget *option = lm_option_row_new (&member->options[i]);

    g_signal_connect (option, "edited", G_CALLBACK (option_edited_cb), row);
    g_ptr_array_add (row->options, option);
    if (i != LM_STEP_ON)
      adw_expander_row_add_row (row->row, option);
  }
  if (member->n_options > LM_STEP_ON)
    adw_expander_row_add_row (row->row, row->options->pdata[LM_STEP_ON]);
  add_controllers (row);
  return row;
}

/* What differs from the defaults, “Scale 0.00392”; of a step with nothing but defaults its first option: “Statistics last” */
static char *
value_text (const LmOptionSet *step,
            int i)
{
  const LmOptionSpec *spec = &step->member->options[i];

  if (spec->kind == LM_OPTION_DOUBLE)
    return g_strdup_printf ("%.3g", lm_option_get_double (step, i));
  if (spec->kind == LM_OPTION_CHOICE || spec->kind == LM_OPTION_STRING)
    return g_strdup (lm_option_get_text (step, i));
  return lm_option_format (spec, &step->values[i]);
}

static char *
summary_of (const LmOptionSet *step,
            gboolean all)
{
  const LmMember *member = step->member;
  g_autoptr (LmOptionSet) defaults = lm_option_set_new (member);
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; i < member->n_options; i++) {
    g_autofree char *value = value_text (step, i);
    g_autofree char *initial = value_text (defaults, i);

    if (g_strcmp0 (value, initial) != 0 || (all && text->len == 0 && !member->options[i].rare))
      g_string_append_printf (text, "%s%s %s", text->len > 0 ? " · " : "", _ (member->options[i].title), value);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
summary (const LmOptionSet *step)
{
  char *text = summary_of (step, FALSE);

  if (text[0] != '\0')
    return text;
  g_free (text);
  return summary_of (step, TRUE);
}

static gboolean
is_same (LmChainList *self,
         const GPtrArray *chain)
{
  if (chain->len != self->rows->len)
    return FALSE;
  for (guint i = 0; i < chain->len; i++) {
    if (((Row *) self->rows->pdata[i])->member != ((LmOptionSet *) chain->pdata[i])->member)
      return FALSE;
  }
  return TRUE;
}

static void
rebuild (LmChainList *self,
         const GPtrArray *chain)
{
  for (guint i = 0; i < self->rows->len; i++)
    gtk_list_box_remove (GTK_LIST_BOX (self->list), GTK_WIDGET (((Row *) self->rows->pdata[i])->row));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < chain->len; i++) {
    const LmOptionSet *step = chain->pdata[i];
    Row *row = row_new (self, step->member);

    g_ptr_array_add (self->rows, row);
    gtk_list_box_append (GTK_LIST_BOX (self->list), GTK_WIDGET (row->row));
    if (self->expanded == (int) i)
      adw_expander_row_set_expanded (row->row, TRUE);
  }
  self->selected = MIN (self->selected, (int) chain->len - 1);
  self->expanded = -1;
}

static void
update (LmChainList *self)
{
  const GPtrArray *chain = chain_of (self);
  gboolean is_locked = lm_document_get_read_only (self->document, NULL) != NULL;

  if (!is_same (self, chain))
    rebuild (self, chain);
  for (guint i = 0; i < chain->len; i++) {
    Row *row = self->rows->pdata[i];
    g_autofree char *number = g_strdup_printf ("%u", i + 1);
    g_autofree char *text = summary (chain->pdata[i]);

    gtk_label_set_label (row->number, number);
    adw_expander_row_set_subtitle (row->row, text);
    for (guint k = 0; k < row->options->len; k++)
      lm_option_row_show (row->options->pdata[k], chain->pdata[i], (int) k);
  }
  gtk_widget_set_visible (self->list, chain->len > 0);
  gtk_widget_set_visible (self->none, chain->len == 0);
  gtk_widget_set_sensitive (self->box, !is_locked);
}

/* --- Widget -------------------------------------------------------------------------- */

static void
add_cb (GtkWidget *button,
        LmChainList *self)
{
  gtk_popover_popdown (GTK_POPOVER (gtk_widget_get_ancestor (button, GTK_TYPE_POPOVER)));
  lm_chain_list_add (self, g_object_get_data (G_OBJECT (button), "kind"));
}

static GtkWidget *
make_add_button (LmChainList *self)
{
  GtkWidget *button = gtk_menu_button_new (), *popover = gtk_popover_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gsize n;
  const LmMember *const *members = lm_family_members ("step", &n);

  for (gsize i = 0; i < n; i++) {
    GtkWidget *item = menu_item (box, _ (members[i]->title), G_CALLBACK (add_cb), self);

    g_object_set_data (G_OBJECT (item), "kind", (gpointer) members[i]->id);
    gtk_widget_set_tooltip_text (item, _ (members[i]->help));
  }
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_widget_add_css_class (popover, "menu");
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), _ ("Add a Step"));
  return button;
}

static void
lm_chain_list_dispose (GObject *object)
{
  LmChainList *self = LM_CHAIN_LIST (object);

  g_clear_object (&self->document);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (lm_chain_list_parent_class)->dispose (object);
}

static void
lm_chain_list_finalize (GObject *object)
{
  g_ptr_array_unref (LM_CHAIN_LIST (object)->rows);

  G_OBJECT_CLASS (lm_chain_list_parent_class)->finalize (object);
}

static void
lm_chain_list_class_init (LmChainListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lm_chain_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = lm_chain_list_finalize;
  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", LM_TYPE_CHAIN_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[REFUSED] = g_signal_new ("refused", LM_TYPE_CHAIN_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "chainlist");
}

static void
lm_chain_list_init (LmChainList *self)
{
  self->selected = -1;
  self->expanded = -1;
  self->rows = g_ptr_array_new_with_free_func (row_free);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Steps"), -1);
  self->none = gtk_label_new (_ ("The network gets the values as they are."));
  gtk_label_set_xalign (GTK_LABEL (self->none), 0);
  gtk_label_set_wrap (GTK_LABEL (self->none), TRUE);
  gtk_widget_add_css_class (self->none, "dim-label");
  gtk_widget_add_css_class (self->none, "caption");
  self->add_button = make_add_button (self);
  gtk_box_append (GTK_BOX (self->box), self->list);
  gtk_box_append (GTK_BOX (self->box), self->none);
  gtk_box_append (GTK_BOX (self->box), self->add_button);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

void
lm_chain_list_set_document (LmChainList *self,
                            LmDocument *document)
{
  g_set_object (&self->document, document);
  g_signal_connect_object (document, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

int
lm_chain_list_get_selected (LmChainList *self)
{
  return self->selected;
}

/* lm-outline.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-outline.h"

#include "lm-chip.h"
#include "lm-outline-row.h"

#include <string.h>

#include "lm-i18n.h"

#define INDENT 14

struct _LmOutline {
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkWidget *search;
  GtkStack *stack;
  GtkColumnView *view;
  GtkLabel *none;
  GListStore *rows;
  GtkFilter *filter;
  GtkMultiSelection *selection;
  LmEditor *editor;
  gboolean is_dirty; /* not renewed while nobody sees it */
  gboolean is_syncing;
};

enum {
  DISMISSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmOutline, lm_outline, GTK_TYPE_WIDGET)

static LmOutlineRow *
row_at (GListModel *model,
        guint i)
{
  g_autoptr (LmOutlineRow) row = g_list_model_get_item (model, i);

  return row; /* the model keeps it */
}

/* --- Rows ---------------------------------------------------------------------------- */

static const LmDiagnostic *
find_problem (const LmCheck *check,
              const char *path)
{
  for (guint i = 0; i < check->diagnostics->len; i++) {
    const LmDiagnostic *problem = check->diagnostics->pdata[i];

    if (g_strcmp0 (problem->path, path) == 0)
      return problem;
  }
  return NULL;
}

static void
collect (LmOutline *self,
         const LmDesign *design,
         const char *block,
         GPtrArray *rows)
{
  const LmCheck *check = lm_document_get_check (lm_editor_get_document (self->editor));
  g_autoptr (GArray) order = lm_design_order (design);

  for (guint i = 0; i < order->len; i++) {
    const LmNode *node = lm_design_find (design, g_array_index (order, int, i));
    g_autofree char *path = block[0] != '\0' ? g_strdup_printf ("%s/%d", block, node->id) : g_strdup_printf ("%d", node->id);

    g_ptr_array_add (rows, lm_outline_row_new (path, node, lm_check_find (check, path), find_problem (check, path)));
    if (node->child != NULL)
      collect (self, node->child, path, rows);
  }
}

/* Rows that are as they were stay, and with them focus and place. */
static void
replace_rows (LmOutline *self,
              GPtrArray *rows)
{
  GListModel *model = G_LIST_MODEL (self->rows);
  guint n_old = g_list_model_get_n_items (model), first = 0, end_old = n_old, end_new = rows->len;

  while (first < MIN (n_old, rows->len) && lm_outline_row_equal (row_at (model, first), rows->pdata[first]))
    first++;
  while (end_old > first && end_new > first && lm_outline_row_equal (row_at (model, end_old - 1), rows->pdata[end_new - 1])) {
    end_old--;
    end_new--;
  }
  if (end_old > first || end_new > first)
    g_list_store_splice (self->rows, first, end_old - first, rows->pdata + first, end_new - first);
}

static gboolean
is_in_block (LmOutline *self,
             const LmOutlineRow *row,
             int *id)
{
  const char *block = lm_editor_get_block (self->editor), *name = strrchr (row->path, '/');
  gsize length = name != NULL ? (gsize) (name - row->path) : 0;

  *id = atoi (name != NULL ? name + 1 : row->path);
  return strlen (block) == length && strncmp (block, row->path, length) == 0;
}

static void
show_selection (LmOutline *self)
{
  GListModel *model = G_LIST_MODEL (self->selection);
  guint n = g_list_model_get_n_items (model);
  g_autoptr (GtkBitset) all = gtk_bitset_new_range (0, n);
  g_autoptr (GtkBitset) selected = gtk_bitset_new_empty ();

  for (guint i = 0; i < n; i++) {
    int id;

    if (is_in_block (self, row_at (model, i), &id) && lm_editor_is_selected (self->editor, id))
      gtk_bitset_add (selected, i);
  }
  self->is_syncing = TRUE;
  if (n > 0)
    gtk_selection_model_set_selection (GTK_SELECTION_MODEL (self->selection), selected, all);
  self->is_syncing = FALSE;
}

static void
show_none (LmOutline *self)
{
  gboolean is_empty = g_list_model_get_n_items (G_LIST_MODEL (self->selection)) == 0;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  g_autofree char *title = text[0] != '\0' ? g_strdup_printf (_ ("No layer has “%s” in its name, kind, options or shape."), text) : g_strdup (_ ("There are no layers yet."));

  gtk_label_set_label (self->none, title);
  gtk_stack_set_visible_child_name (self->stack, is_empty ? "none" : "list");
}

static void
update (LmOutline *self)
{
  g_autoptr (GPtrArray) rows = NULL;

  self->is_dirty = !gtk_widget_get_mapped (GTK_WIDGET (self));
  if (self->is_dirty || self->editor == NULL)
    return;
  rows = g_ptr_array_new_with_free_func (g_object_unref);
  collect (self, lm_document_get_design (lm_editor_get_document (self->editor)), "", rows);
  self->is_syncing = TRUE;
  replace_rows (self, rows);
  self->is_syncing = FALSE;
  show_selection (self);
  show_none (self);
}

static void
selection_changed_cb (LmOutline *self)
{
  if (!self->is_syncing && !self->is_dirty)
    show_selection (self);
}

/* --- What is done here --------------------------------------------------------------- */

/* Layers of the open block become the selection; another block is opened for its one. */
static void
selected_cb (LmOutline *self)
{
  g_autoptr (GtkBitset) bits = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (int));
  const LmOutlineRow *other = NULL;
  GtkBitsetIter iter;
  guint i;

  if (self->is_syncing || self->editor == NULL)
    return;
  for (gboolean more = gtk_bitset_iter_init_first (&iter, bits, &i); more; more = gtk_bitset_iter_next (&iter, &i)) {
    const LmOutlineRow *row = row_at (G_LIST_MODEL (self->selection), i);
    int id;

    if (is_in_block (self, row, &id))
      g_array_append_val (ids, id);
    else
      other = row;
  }
  self->is_syncing = TRUE;
  if (other != NULL && ids->len == 0)
    lm_editor_show (self->editor, other->path);
  else
    lm_editor_select (self->editor, (const int *) (gpointer) ids->data, (int) ids->len);
  self->is_syncing = FALSE;
}

static void
activated_cb (LmOutline *self,
              guint i)
{
  lm_editor_show (self->editor, row_at (G_LIST_MODEL (self->selection), i)->path);
  g_signal_emit (self, signals[DISMISSED], 0); /* what was found is worked on where it is drawn */
}

static void
search_changed_cb (LmOutline *self)
{
  self->is_syncing = TRUE;
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  self->is_syncing = FALSE;
  show_selection (self);
  show_none (self);
}

static void
search_activate_cb (LmOutline *self)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (self->selection)) > 0)
    activated_cb (self, 0);
}

static void
stop_search_cb (LmOutline *self)
{
  if (gtk_editable_get_text (GTK_EDITABLE (self->search))[0] != '\0')
    gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  else
    g_signal_emit (self, signals[DISMISSED], 0);
}

static gboolean
filter_func (gpointer item,
             gpointer data)
{
  LmOutline *self = data;

  return lm_outline_row_matches (item, gtk_editable_get_text (GTK_EDITABLE (self->search)));
}

/* --- Columns ------------------------------------------------------------------------- */

static void
setup_name_cb (GtkSignalListItemFactory *factory,
               GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *mark = gtk_image_new ();
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), lm_chip_new (LM_CATEGORY_BLOCK, 16));
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), mark);
  gtk_list_item_set_child (item, box);
}

static void
bind_name_cb (GtkSignalListItemFactory *factory,
              GtkListItem *item)
{
  const LmOutlineRow *row = gtk_list_item_get_item (item);
  GtkWidget *box = gtk_list_item_get_child (item), *chip = gtk_widget_get_first_child (box);
  GtkWidget *label = gtk_widget_get_next_sibling (chip), *mark = gtk_widget_get_next_sibling (label);

  lm_chip_set_category (LM_CHIP (chip), row->category);
  gtk_widget_set_margin_start (chip, row->depth * INDENT);
  gtk_label_set_label (GTK_LABEL (label), row->name);
  gtk_widget_set_tooltip_text (label, row->name);
  gtk_widget_set_visible (mark, row->problem[0] != '\0');
  gtk_image_set_from_icon_name (GTK_IMAGE (mark), row->is_error ? "dialog-error-symbolic" : "dialog-warning-symbolic");
  gtk_widget_set_tooltip_text (mark, row->problem);
  gtk_widget_remove_css_class (mark, row->is_error ? "warning" : "error");
  gtk_widget_add_css_class (mark, row->is_error ? "error" : "warning");
  gtk_accessible_update_property (GTK_ACCESSIBLE (mark), GTK_ACCESSIBLE_PROPERTY_LABEL, row->problem, -1);
}

static void
setup_text_cb (GtkSignalListItemFactory *factory,
               GtkListItem *item,
               gpointer data)
{
  GtkWidget *label = gtk_label_new (NULL);
  gsize offset = GPOINTER_TO_SIZE (data);
  gboolean is_number = offset == G_STRUCT_OFFSET (LmOutlineRow, params);

  gtk_label_set_xalign (GTK_LABEL (label), is_number ? 1 : 0);
  if (offset != G_STRUCT_OFFSET (LmOutlineRow, kind) && offset != G_STRUCT_OFFSET (LmOutlineRow, problem))
    gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
}

static void
bind_text_cb (GtkSignalListItemFactory *factory,
              GtkListItem *item,
              gpointer data)
{
  gpointer row = gtk_list_item_get_item (item);
  const char *text = G_STRUCT_MEMBER (char *, row, GPOINTER_TO_SIZE (data));

  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)), text);
}

static GtkColumnViewColumn *
add_column (LmOutline *self,
            const char *title,
            gsize offset)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *column = gtk_column_view_column_new (title, factory);
  gboolean is_name = offset == G_STRUCT_OFFSET (LmOutlineRow, name);

  g_signal_connect (factory, "setup", is_name ? G_CALLBACK (setup_name_cb) : G_CALLBACK (setup_text_cb), GSIZE_TO_POINTER (offset));
  g_signal_connect (factory, "bind", is_name ? G_CALLBACK (bind_name_cb) : G_CALLBACK (bind_text_cb), GSIZE_TO_POINTER (offset));
  gtk_column_view_column_set_resizable (column, TRUE);
  gtk_column_view_append_column (self->view, column);
  g_object_unref (column);
  return column;
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_outline_map (GtkWidget *widget)
{
  LmOutline *self = LM_OUTLINE (widget);

  GTK_WIDGET_CLASS (lm_outline_parent_class)->map (widget);
  if (self->is_dirty)
    update (self);
}

static void
lm_outline_dispose (GObject *object)
{
  LmOutline *self = LM_OUTLINE (object);

  self->is_syncing = TRUE;
  g_clear_object (&self->editor);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->rows);

  G_OBJECT_CLASS (lm_outline_parent_class)->dispose (object);
}

static void
lm_outline_class_init (LmOutlineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_outline_dispose;
  widget_class->map = lm_outline_map;
  signals[DISMISSED] = g_signal_new ("dismissed", LM_TYPE_OUTLINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_css_name (widget_class, "outline");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
build_search (LmOutline *self)
{
  self->search = gtk_search_entry_new ();
  g_object_set (self->search, "placeholder-text", _ ("Find a layer"), NULL);
  gtk_widget_set_tooltip_text (self->search, _ ("By name, kind, option or shape: relu, 3×3, 14×14 (Ctrl+F)"));
  gtk_widget_add_css_class (self->search, "lm-palette-search");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Find a layer"), -1);
  g_signal_connect_object (self->search, "changed", G_CALLBACK (search_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search, "activate", G_CALLBACK (search_activate_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search, "stop-search", G_CALLBACK (stop_search_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->box), self->search);
}

static void
build_view (LmOutline *self)
{
  GtkFilterListModel *filtered;

  self->rows = g_list_store_new (LM_TYPE_OUTLINE_ROW);
  self->filter = GTK_FILTER (gtk_custom_filter_new (filter_func, self, NULL));
  filtered = gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (self->rows)), self->filter);
  self->selection = gtk_multi_selection_new (G_LIST_MODEL (filtered));
  self->view = GTK_COLUMN_VIEW (gtk_column_view_new (GTK_SELECTION_MODEL (g_object_ref (self->selection))));
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "data-table");
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "lm-outline");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Layers of the network"), -1);
  gtk_column_view_column_set_fixed_width (add_column (self, _ ("Name"), G_STRUCT_OFFSET (LmOutlineRow, name)), 128);
  add_column (self, _ ("Gives"), G_STRUCT_OFFSET (LmOutlineRow, shape));
  add_column (self, _ ("Kind"), G_STRUCT_OFFSET (LmOutlineRow, kind));
  add_column (self, _ ("Parameters"), G_STRUCT_OFFSET (LmOutlineRow, params));
  add_column (self, _ ("Problem"), G_STRUCT_OFFSET (LmOutlineRow, problem));
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (selected_cb), self, G_CONNECT_SWAPPED);
  gtk_search_entry_set_key_capture_widget (GTK_SEARCH_ENTRY (self->search), GTK_WIDGET (self->view));
  g_signal_connect_object (self->view, "activate", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
}

static void
lm_outline_init (LmOutline *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->is_dirty = TRUE;
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  build_search (self);
  build_view (self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->view));
  self->none = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->none, TRUE);
  gtk_label_set_wrap_mode (self->none, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_justify (self->none, GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (self->none), "dim-label");
  gtk_widget_set_margin_start (GTK_WIDGET (self->none), 12);
  gtk_widget_set_margin_end (GTK_WIDGET (self->none), 12);
  self->stack = GTK_STACK (gtk_stack_new ());
  gtk_stack_add_named (self->stack, scroller, "list");
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->none), "none");
  gtk_widget_set_vexpand (GTK_WIDGET (self->stack), TRUE);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->stack));
}

void
lm_outline_set_editor (LmOutline *self,
                       LmEditor *editor)
{
  g_return_if_fail (self->editor == NULL);

  self->editor = g_object_ref (editor);
  g_signal_connect_object (editor, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (editor, "selection-changed", G_CALLBACK (selection_changed_cb), self, G_CONNECT_SWAPPED);
  update (self);
}

void
lm_outline_search (LmOutline *self,
                   const char *text)
{
  if (text != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->search), text);
  gtk_widget_grab_focus (self->search);
  gtk_editable_select_region (GTK_EDITABLE (self->search), 0, -1);
}

int
lm_outline_get_n_shown (LmOutline *self)
{
  return (int) g_list_model_get_n_items (G_LIST_MODEL (self->selection));
}

/* lm-class-table.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-class-table.h"

#include "lm-number.h"

#include "lm-i18n.h"

enum {
  COLUMN_CLASS,
  COLUMN_PRECISION,
  COLUMN_RECALL,
  COLUMN_F1,
  COLUMN_SAMPLES,
  N_COLUMNS
};

/* --- One class ----------------------------------------------------------------------- */

#define LM_TYPE_CLASS_ROW (lm_class_row_get_type ())

G_DECLARE_FINAL_TYPE (LmClassRow, lm_class_row, LM, CLASS_ROW, GObject)

struct _LmClassRow {
  GObject parent_instance;

  int index;
  char *name;
  double value[N_COLUMNS];
};

G_DEFINE_FINAL_TYPE (LmClassRow, lm_class_row, G_TYPE_OBJECT)

static void
lm_class_row_finalize (GObject *object)
{
  g_free (LM_CLASS_ROW (object)->name);

  G_OBJECT_CLASS (lm_class_row_parent_class)->finalize (object);
}

static void
lm_class_row_class_init (LmClassRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lm_class_row_finalize;
}

static void
lm_class_row_init (LmClassRow *self)
{
}

/* --- The table ----------------------------------------------------------------------- */

struct _LmClassTable {
  GtkWidget parent_instance;

  GtkWidget *scroller;
  GtkColumnView *view;
  GListStore *rows;
};

enum {
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmClassTable, lm_class_table, GTK_TYPE_WIDGET)

static int
column_of (gpointer data)
{
  return GPOINTER_TO_INT (data);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem *item,
          gpointer data)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), column_of (data) == COLUMN_CLASS ? 0 : 1);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, column_of (data) == COLUMN_CLASS ? "heading" : "numeric");
  gtk_list_item_set_child (item, label);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem *item,
         gpointer data)
{
  const LmClassRow *row = gtk_list_item_get_item (item);
  int column = column_of (data);
  g_autofree char *text = column == COLUMN_CLASS ? g_strdup (row->name) : column == COLUMN_SAMPLES ? lm_number_count ((gint64) row->value[column])
                                                                                                   : lm_number_fixed (row->value[column], 3);

  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)), text);
}

static int
compare_cb (gconstpointer a,
            gconstpointer b,
            gpointer data)
{
  double x = ((const LmClassRow *) a)->value[column_of (data)], y = ((const LmClassRow *) b)->value[column_of (data)];

  return x < y ? -1 : x > y;
}

static void
add_column (LmClassTable *self,
            const char *title,
            int column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (compare_cb, GINT_TO_POINTER (column), NULL));
  g_autoptr (GtkColumnViewColumn) view_column = NULL;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), GINT_TO_POINTER (column));
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), GINT_TO_POINTER (column));
  view_column = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_sorter (view_column, sorter);
  gtk_column_view_column_set_expand (view_column, column == COLUMN_CLASS);
  if (column != COLUMN_CLASS)
    gtk_column_view_column_set_fixed_width (view_column, 96);
  gtk_column_view_append_column (self->view, view_column);
}

static void
activate_cb (LmClassTable *self,
             guint i)
{
  GtkSelectionModel *model = gtk_column_view_get_model (self->view);
  g_autoptr (LmClassRow) row = g_list_model_get_item (G_LIST_MODEL (model), i);

  g_signal_emit (self, signals[ACTIVATED], 0, row->index);
}

static void
lm_class_table_dispose (GObject *object)
{
  LmClassTable *self = LM_CLASS_TABLE (object);

  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_object (&self->rows);

  G_OBJECT_CLASS (lm_class_table_parent_class)->dispose (object);
}

static void
lm_class_table_class_init (LmClassTableClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lm_class_table_dispose;
  signals[ACTIVATED] = g_signal_new ("activated", LM_TYPE_CLASS_TABLE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "classtable");
}

static void
lm_class_table_init (LmClassTable *self)
{
  GtkSortListModel *sorted;
  GtkSingleSelection *selection;

  self->rows = g_list_store_new (LM_TYPE_CLASS_ROW);
  self->view = GTK_COLUMN_VIEW (gtk_column_view_new (NULL));
  add_column (self, _ ("Class"), COLUMN_CLASS);
  add_column (self, _ ("Precision"), COLUMN_PRECISION);
  add_column (self, _ ("Recall"), COLUMN_RECALL);
  add_column (self, _ ("F1"), COLUMN_F1);
  add_column (self, _ ("Samples"), COLUMN_SAMPLES);
  sorted = gtk_sort_list_model_new (G_LIST_MODEL (g_object_ref (self->rows)), g_object_ref (gtk_column_view_get_sorter (self->view)));
  selection = gtk_single_selection_new (G_LIST_MODEL (sorted));
  gtk_single_selection_set_autoselect (selection, FALSE);
  gtk_single_selection_set_can_unselect (selection, TRUE);
  gtk_single_selection_set_selected (selection, GTK_INVALID_LIST_POSITION);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
  gtk_column_view_set_show_row_separators (self->view, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Precision, recall and F1 of each class"), -1);
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "lm-table");
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), GTK_WIDGET (self->view));
  gtk_widget_add_css_class (self->scroller, "card");
  gtk_widget_set_overflow (self->scroller, GTK_OVERFLOW_HIDDEN);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (self->scroller), TRUE);
  gtk_widget_set_valign (self->scroller, GTK_ALIGN_START);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  g_signal_connect_object (self->view, "activate", G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);
}

void
lm_class_table_set_report (LmClassTable *self,
                           const LmReport *report)
{
  g_list_store_remove_all (self->rows);
  for (int i = 0; report != NULL && i < report->n_classes; i++) {
    g_autoptr (LmClassRow) row = g_object_new (LM_TYPE_CLASS_ROW, NULL);

    row->index = i;
    row->name = g_strdup (report->class_names[i]);
    row->value[COLUMN_CLASS] = i;
    row->value[COLUMN_PRECISION] = lm_report_precision (report, i);
    row->value[COLUMN_RECALL] = lm_report_recall (report, i);
    row->value[COLUMN_F1] = lm_report_f1 (report, i);
    row->value[COLUMN_SAMPLES] = (double) lm_report_support (report, i);
    g_list_store_append (self->rows, row);
  }
}

/* lm-inspect-pane.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-inspect-pane.h"

#include "lm-words.h"

#include <adwaita.h>

#include "lm-i18n.h"

#define MAX_RUNS 20
#define MAX_CLASSES 1000

/* What an entry of the list of weights stands for. */
typedef struct {
  gint64 run;
  const char *checkpoint;
} Choice;

struct _LmInspectPane {
  GtkWidget parent_instance;

  GtkWidget *scroller;
  AdwComboRow *weights;
  AdwComboRow *layer;
  AdwComboRow *order;
  AdwComboRow *scale;
  AdwComboRow *columns;
  AdwComboRow *method;
  AdwComboRow *class_row;
  AdwComboRow *map_layer;
  GtkSwitch *is_signed;
  GtkSwitch *cells;
  GtkRange *opacity;

  LmDocument *document;
  LmLens *lens;
  gboolean is_filling;
  GArray *choices;       /* Choice */
  GPtrArray *layers;     /* paths of the entries of @layer */
  GPtrArray *map_layers; /* of @map_layer; the first, NULL, is the last convolution */
  LmDataset *dataset;    /* that the classes are of */
};

enum {
  LAYER_CHOSEN,
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const char *const methods[] = { "grad-cam", "hirescam", "saliency" };
static const int column_counts[] = { 0, 4, 8, 16 };

G_DEFINE_FINAL_TYPE (LmInspectPane, lm_inspect_pane, GTK_TYPE_WIDGET)

static void
fill (AdwComboRow *row,
      const char *const *words)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (words);

  adw_combo_row_set_model (row, G_LIST_MODEL (list));
}

/* --- Weights ------------------------------------------------------------------------- */

static void
add_choice (LmInspectPane *self,
            GPtrArray *words,
            gint64 run,
            const char *checkpoint,
            char *text)
{
  Choice choice = { run, checkpoint };

  g_array_append_val (self->choices, choice);
  g_ptr_array_add (words, text);
}

static void
fill_weights (LmInspectPane *self)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  GPtrArray *runs = lm_document_get_runs (self->document);
  const char *checkpoint;
  gint64 run = lm_lens_get_run (self->lens, &checkpoint);
  guint selected = 0;

  g_array_set_size (self->choices, 0);
  add_choice (self, words, 0, NULL, g_strdup (_ ("Newest")));
  for (guint i = runs->len; i > 0 && runs->len - i < MAX_RUNS; i--) {
    const LmRunInfo *info = runs->pdata[i - 1];
    g_autofree char *name = lm_words_run (info);

    if (!info->has_weights)
      continue;
    add_choice (self, words, info->id, NULL, g_strdup_printf (_ ("%s, last"), name));
    if (info->best_epoch > 0)
      add_choice (self, words, info->id, "best", g_strdup_printf (_ ("%s, best"), name));
  }
  add_choice (self, words, -1, NULL, g_strdup (_ ("Fresh, not trained")));
  for (guint i = 0; i < self->choices->len; i++) {
    const Choice *choice = &g_array_index (self->choices, Choice, i);

    if (choice->run == run && g_strcmp0 (choice->checkpoint, checkpoint) == 0)
      selected = i;
  }
  g_ptr_array_add (words, NULL);
  self->is_filling = TRUE;
  fill (self->weights, (const char *const *) words->pdata);
  adw_combo_row_set_selected (self->weights, selected);
  self->is_filling = FALSE;
}

static void
weights_cb (LmInspectPane *self)
{
  guint at = adw_combo_row_get_selected (self->weights);
  const Choice *choice;

  if (self->is_filling || at >= self->choices->len)
    return;
  choice = &g_array_index (self->choices, Choice, at);
  lm_lens_set_run (self->lens, choice->run, choice->checkpoint);
}

/* The lens may have been told elsewhere: “Look Anyway”. */
static void
lens_changed_cb (LmInspectPane *self)
{
  const char *checkpoint;
  gint64 run = lm_lens_get_run (self->lens, &checkpoint);
  guint at = adw_combo_row_get_selected (self->weights);

  if (at >= self->choices->len || g_array_index (self->choices, Choice, at).run != run || g_strcmp0 (g_array_index (self->choices, Choice, at).checkpoint, checkpoint) != 0)
    fill_weights (self);
}

/* --- Sheet --------------------------------------------------------------------------- */

static void
changed_cb (LmInspectPane *self)
{
  if (!self->is_filling)
    g_signal_emit (self, signals[CHANGED], 0);
}

static void
layer_cb (LmInspectPane *self)
{
  guint at = adw_combo_row_get_selected (self->layer);

  if (!self->is_filling && at < self->layers->len)
    g_signal_emit (self, signals[LAYER_CHOSEN], 0, self->layers->pdata[at]);
}

static gboolean
has_places (const LmSheetPicture *sheet)
{
  const LmShape *shape = &sheet->tiles->shape;

  return sheet->shape != NULL && strstr (sheet->shape, "×") != NULL && shape->rank >= 3 && shape->dim[1] * shape->dim[2] > 1;
}

static gboolean
same_layers (const GPtrArray *paths,
             const LmFilmPicture *film)
{
  if (paths->len != (guint) film->n_sheets)
    return FALSE;
  for (int i = 0; i < film->n_sheets; i++) {
    if (g_strcmp0 (paths->pdata[i], film->sheets[i]->path) != 0)
      return FALSE;
  }
  return TRUE;
}

static void
select_path (AdwComboRow *row,
             const GPtrArray *paths,
             const char *path)
{
  for (guint i = 0; i < paths->len; i++) {
    if (g_strcmp0 (paths->pdata[i], path) == 0 && adw_combo_row_get_selected (row) != i)
      adw_combo_row_set_selected (row, i);
  }
}

static void
fill_layers (LmInspectPane *self,
             const LmFilmPicture *film)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new (), map_names = g_ptr_array_new ();

  g_ptr_array_set_size (self->layers, 0);
  g_ptr_array_set_size (self->map_layers, 0);
  g_ptr_array_add (self->map_layers, NULL);
  g_ptr_array_add (map_names, _ ("Last convolution"));
  for (int i = 0; i < film->n_sheets; i++) {
    g_ptr_array_add (self->layers, g_strdup (film->sheets[i]->path));
    g_ptr_array_add (names, film->sheets[i]->name);
    if (!has_places (film->sheets[i]))
      continue;
    g_ptr_array_add (self->map_layers, g_strdup (film->sheets[i]->path));
    g_ptr_array_add (map_names, film->sheets[i]->name);
  }
  g_ptr_array_add (names, NULL);
  g_ptr_array_add (map_names, NULL);
  fill (self->layer, (const char *const *) names->pdata);
  fill (self->map_layer, (const char *const *) map_names->pdata);
}

void
lm_inspect_pane_set_layers (LmInspectPane *self,
                            const LmFilmPicture *film,
                            const char *chosen)
{
  self->is_filling = TRUE;
  if (film != NULL && !same_layers (self->layers, film))
    fill_layers (self, film);
  select_path (self->layer, self->layers, chosen);
  self->is_filling = FALSE;
}

void
lm_inspect_pane_next_order (LmInspectPane *self)
{
  adw_combo_row_set_selected (self->order, (adw_combo_row_get_selected (self->order) + 1) % 3);
}

void
lm_inspect_pane_get_look (LmInspectPane *self,
                          LmInspectLook *look)
{
  guint columns = adw_combo_row_get_selected (self->columns);

  *look = (LmInspectLook){
    .order = (LmTileOrder) MIN (adw_combo_row_get_selected (self->order), LM_TILES_BY_PEAK),
    .per_tile = adw_combo_row_get_selected (self->scale) == 1,
    .columns = columns < G_N_ELEMENTS (column_counts) ? column_counts[columns] : 0,
    .opacity = gtk_range_get_value (self->opacity),
    .has_cells = gtk_switch_get_active (self->cells),
  };
}

/* --- Heatmap ------------------------------------------------------------------------- */

static void
map_cb (LmInspectPane *self)
{
  guint method = adw_combo_row_get_selected (self->method), class_row = adw_combo_row_get_selected (self->class_row), layer = adw_combo_row_get_selected (self->map_layer);
  gboolean is_saliency = method == 2;

  if (self->is_filling || self->lens == NULL)
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->map_layer), !is_saliency);
  lm_lens_set_heatmap (self->lens, method < G_N_ELEMENTS (methods) ? methods[method] : NULL,
                       layer < self->map_layers->len && !is_saliency ? self->map_layers->pdata[layer] : NULL,
                       class_row != GTK_INVALID_LIST_POSITION ? (int) class_row - 1 : -1);
  lm_lens_set_signed (self->lens, gtk_switch_get_active (self->is_signed));
}

/* “The predicted one”, then all. */
static void
fill_classes (LmInspectPane *self)
{
  LmDataset *dataset = lm_document_get_dataset (self->document, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  int target, n;

  if (dataset == NULL || dataset == self->dataset)
    return;
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  self->dataset = lm_dataset_ref (dataset);
  target = lm_dataset_first (dataset, LM_ROLE_TARGET);
  n = target >= 0 ? MIN (dataset->columns[target].n_classes, MAX_CLASSES) : 0;
  g_ptr_array_add (names, g_strdup (_ ("Predicted")));
  for (int i = 0; i < n; i++)
    g_ptr_array_add (names, lm_lens_dup_class_name (self->lens, i));
  g_ptr_array_add (names, NULL);
  self->is_filling = TRUE;
  fill (self->class_row, (const char *const *) names->pdata);
  self->is_filling = FALSE;
  gtk_widget_set_visible (GTK_WIDGET (self->class_row), n > 0);
}

void
lm_inspect_pane_set_class (LmInspectPane *self,
                           int class_index)
{
  if (class_index + 1 < (int) g_list_model_get_n_items (adw_combo_row_get_model (self->class_row)))
    adw_combo_row_set_selected (self->class_row, (guint) (class_index + 1));
}

void
lm_inspect_pane_set_map_layer (LmInspectPane *self,
                               const char *path)
{
  select_path (self->map_layer, self->map_layers, path);
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_inspect_pane_dispose (GObject *object)
{
  LmInspectPane *self = LM_INSPECT_PANE (object);

  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_object (&self->document);
  g_clear_object (&self->lens);
  g_clear_pointer (&self->dataset, lm_dataset_unref);

  G_OBJECT_CLASS (lm_inspect_pane_parent_class)->dispose (object);
}

static void
lm_inspect_pane_finalize (GObject *object)
{
  LmInspectPane *self = LM_INSPECT_PANE (object);

  g_array_unref (self->choices);
  g_ptr_array_unref (self->layers);
  g_ptr_array_unref (self->map_layers);

  G_OBJECT_CLASS (lm_inspect_pane_parent_class)->finalize (object);
}

static void
lm_inspect_pane_class_init (LmInspectPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lm_inspect_pane_dispose;
  object_class->finalize = lm_inspect_pane_finalize;
  signals[LAYER_CHOSEN] = g_signal_new ("layer-chosen", LM_TYPE_INSPECT_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[CHANGED] = g_signal_new ("changed", LM_TYPE_INSPECT_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "inspectpane");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-inspect-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LmInspectPane, scroller);
  gtk_widget_class_bind_template_child (widget_class, LmInspectPane, weights);
  gtk_widget_class_bind_template_child (widget_class, LmInspectPane, layer);
  gtk_widget_class_bind_template_child (widget_class, LmInspectPane, order);
  gtk_widget_class_bind_template_child (widget_class, LmInspectPane, scale);
  gtk_widget_class_bind_template_child (widget_class, LmInspectPane, columns);
  gtk_widget_class_bind_template_child (widget_class, LmInspectPane, method);
  gtk_widget_class_bind_template_child (widget_class, LmInspectPane, class_row);
  gtk_widget_class_bind_template_child (widget_class, LmInspectPane, map_layer);
  gtk_widget_class_bind_template_child (widget_class, LmInspectPane, is_signed);
  gtk_widget_class_bind_template_child (widget_class, LmInspectPane, cells);
  gtk_widget_class_bind_template_child (widget_class, LmInspectPane, opacity);
  gtk_widget_class_bind_template_callback (widget_class, weights_cb);
  gtk_widget_class_bind_template_callback (widget_class, layer_cb);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, map_cb);
}

static void
lm_inspect_pane_init (LmInspectPane *self)
{
  const char *orders[] = { _ ("Channel"), _ ("Mean"), _ ("Peak"), NULL }, *scales[] = { _ ("One for all"), _ ("One each"), NULL };
  const char *columns[] = { _ ("As fits"), "4", "8", "16", NULL }, *names[] = { "Grad-CAM", "HiResCAM", _ ("Saliency"), NULL };
  const char *first_map[] = { _ ("Last convolution"), NULL }, *first_class[] = { _ ("Predicted"), NULL };

  self->choices = g_array_new (FALSE, FALSE, sizeof (Choice));
  self->layers = g_ptr_array_new_with_free_func (g_free);
  self->map_layers = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->map_layers, NULL);
  self->is_filling = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  fill (self->order, orders);
  fill (self->scale, scales);
  fill (self->columns, columns);
  fill (self->method, names);
  fill (self->map_layer, first_map);
  fill (self->class_row, first_class);
  self->is_filling = FALSE;
}

void
lm_inspect_pane_set_source (LmInspectPane *self,
                            LmDocument *document,
                            LmLens *lens)
{
  g_set_object (&self->document, document);
  g_set_object (&self->lens, lens);
  g_signal_connect_object (document, "runs-changed", G_CALLBACK (fill_weights), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "changed", G_CALLBACK (fill_classes), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (lens, "changed", G_CALLBACK (lens_changed_cb), self, G_CONNECT_SWAPPED);
  fill_weights (self);
  fill_classes (self);
}

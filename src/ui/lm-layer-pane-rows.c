/* lm-layer-pane-rows.c: the option table of the selected layers as rows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-pane-private.h"

#include "lm-object-row.h"
#include "lm-option-menu.h"
#include "lm-option-row.h"

#include "lm-i18n.h"

enum {
  INITIALIZERS,
  REGULARIZERS,
  N_EXPANDERS
};

static const char *const families[N_EXPANDERS] = { "initializer", "regularizer" };

static int
expander_of (const LmOptionSpec *spec)
{
  for (int i = 0; i < N_EXPANDERS; i++) {
    if (spec->kind == LM_OPTION_OBJECT && g_strcmp0 (spec->family, families[i]) == 0)
      return i;
  }
  return -1;
}

static const LmOptionSet *
options_of (LmLayerPane *self,
            const LmNode *node)
{
  return lm_design_source (lm_editor_get_design (self->editor), node)->options;
}

/* --- Making rows --------------------------------------------------------------------- */

static void
edited_cb (GtkWidget *row,
           const LmOptionValue *value,
           LmLayerPane *self)
{
  for (int i = 0; self->layer != NULL && i < self->layer->member.n_options; i++) {
    if (self->rows[i] != row)
      continue;
    if (!lm_editor_set_option (self->editor, i, value, TRUE))
      lm_layer_pane_update (self);
    return;
  }
}

static void
add_top (LmLayerPane *self,
         AdwPreferencesGroup *group,
         GtkWidget *row)
{
  adw_preferences_group_add (group, row);
  g_object_set_data (G_OBJECT (row), "lm-group", group);
  g_ptr_array_add (self->tops, row);
}

static GtkWidget *
get_expander (LmLayerPane *self,
              int i)
{
  if (self->expanders[i] == NULL) {
    self->expanders[i] = adw_expander_row_new ();
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->expanders[i]), i == INITIALIZERS ? _ ("Initializers") : _ ("Regularizers"));
    add_top (self, self->weights_group, self->expanders[i]);
  }
  return self->expanders[i];
}

static GtkWidget *
get_more (LmLayerPane *self)
{
  if (self->more == NULL) {
    self->more = adw_expander_row_new ();
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->more), _ ("More"));
  }
  return self->more;
}

static void
add_row (LmLayerPane *self,
         int i)
{
  const LmOptionSpec *spec = &self->layer->member.options[i];
  int expander = expander_of (spec);
  GtkWidget *row = lm_object_row_is_for (spec) ? lm_object_row_new (spec) : lm_option_row_new (spec);

  self->rows[i] = row;
  g_signal_connect_object (row, "edited", G_CALLBACK (edited_cb), self, 0);
  if (expander >= 0)
    adw_expander_row_add_row (ADW_EXPANDER_ROW (get_expander (self, expander)), row);
  else if (spec->rare && !(self->rare_changed & (G_GUINT64_CONSTANT (1) << i)))
    adw_expander_row_add_row (ADW_EXPANDER_ROW (get_more (self)), row);
  else
    add_top (self, self->layer_group, row);
}

static void
remove_rows (LmLayerPane *self)
{
  for (guint i = 0; i < self->tops->len; i++)
    adw_preferences_group_remove (g_object_get_data (self->tops->pdata[i], "lm-group"), self->tops->pdata[i]);
  g_ptr_array_set_size (self->tops, 0);
  g_clear_pointer (&self->rows, g_free);
  self->more = NULL;
  for (int i = 0; i < N_EXPANDERS; i++)
    self->expanders[i] = NULL;
}

static void
make_rows (LmLayerPane *self,
           const LmLayerClass *layer)
{
  remove_rows (self);
  self->layer = layer;
  if (layer == NULL)
    return;
  self->rows = g_new0 (GtkWidget *, MAX (layer->member.n_options, 1));
  for (int i = 0; i < layer->member.n_options; i++)
    add_row (self, i);
  if (self->more != NULL)
    add_top (self, self->layer_group, self->more);
}

/* --- Filling them -------------------------------------------------------------------- */

static gboolean
is_mixed (LmLayerPane *self,
          GPtrArray *nodes,
          int option)
{
  g_autofree char *first = lm_option_menu_text (options_of (self, nodes->pdata[0]), option);

  for (guint i = 1; i < nodes->len; i++) {
    g_autofree char *text = lm_option_menu_text (options_of (self, nodes->pdata[i]), option);

    if (g_strcmp0 (first, text) != 0)
      return TRUE;
  }
  return FALSE;
}

static guint64
find_rare_changed (LmLayerPane *self,
                   const LmLayerClass *layer,
                   GPtrArray *nodes)
{
  guint64 bits = 0;

  for (int i = 0; layer != NULL && i < MIN (layer->member.n_options, 64); i++) {
    for (guint k = 0; k < nodes->len && layer->member.options[i].rare; k++) {
      if (lm_option_menu_is_changed (options_of (self, nodes->pdata[k]), i))
        bits |= G_GUINT64_CONSTANT (1) << i;
    }
  }
  return bits;
}

/* “glorot_uniform, zeros”; bold if one is not the default. */
static void
show_expander (LmLayerPane *self,
               int which,
               GPtrArray *nodes)
{
  const LmOptionSet *options = options_of (self, nodes->pdata[0]);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  gboolean is_changed = FALSE;
  gboolean is_all_none = TRUE;
  g_autofree char *text = NULL;

  for (int i = 0; i < self->layer->member.n_options; i++) {
    if (expander_of (&self->layer->member.options[i]) != which)
      continue;
    g_ptr_array_add (texts, is_mixed (self, nodes, i) ? g_strdup (_ ("mixed")) : lm_option_menu_text (options, i));
    is_changed = is_changed || lm_option_menu_is_changed (options, i);
    is_all_none = is_all_none && lm_option_is_null (options, i);
  }
  if (is_all_none)
    g_ptr_array_set_size (texts, 1);
  g_ptr_array_add (texts, NULL);
  text = g_strjoinv (", ", (char **) texts->pdata);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self->expanders[which]), text);
  if (is_changed)
    gtk_widget_add_css_class (self->expanders[which], "lm-changed");
  else
    gtk_widget_remove_css_class (self->expanders[which], "lm-changed");
}

/* The names of what is folded away. */
static void
show_more (LmLayerPane *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; i < self->layer->member.n_options; i++) {
    const LmOptionSpec *spec = &self->layer->member.options[i];

    if (spec->rare && expander_of (spec) < 0 && !(self->rare_changed & (G_GUINT64_CONSTANT (1) << i)))
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", _ (spec->title));
  }
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self->more), text->str);
}

static void
show_row (LmLayerPane *self,
          int i,
          GPtrArray *nodes)
{
  const LmOptionSet *options = options_of (self, nodes->pdata[0]);
  gboolean mixed = is_mixed (self, nodes, i);

  if (LM_IS_OBJECT_ROW (self->rows[i])) {
    lm_object_row_show (LM_OBJECT_ROW (self->rows[i]), options, i, mixed);
    return;
  }
  lm_option_row_set_mixed (LM_OPTION_ROW (self->rows[i]), mixed);
  lm_option_row_show (LM_OPTION_ROW (self->rows[i]), options, i);
}

void
lm_layer_pane_show_rows (LmLayerPane *self,
                         const LmLayerClass *layer,
                         GPtrArray *nodes)
{
  guint64 rare_changed = find_rare_changed (self, layer, nodes);
  gboolean has_focus = gtk_widget_get_focus_child (GTK_WIDGET (self->layer_group)) != NULL;

  /* While somebody edits, no row moves away below the hands. */
  if (layer != self->layer || (rare_changed != self->rare_changed && !has_focus)) {
    self->rare_changed = rare_changed;
    make_rows (self, layer);
  }
  for (int i = 0; layer != NULL && i < layer->member.n_options; i++)
    show_row (self, i, nodes);
  for (int i = 0; i < N_EXPANDERS; i++) {
    if (self->expanders[i] != NULL)
      show_expander (self, i, nodes);
  }
  if (self->more != NULL)
    show_more (self);
  gtk_widget_set_visible (GTK_WIDGET (self->layer_group), layer != NULL && layer->member.n_options > 0);
}

GtkWidget *
lm_layer_pane_find_row (LmLayerPane *self,
                        const char *id)
{
  for (int i = 0; self->layer != NULL && i < self->layer->member.n_options; i++) {
    if (g_str_equal (self->layer->member.options[i].id, id))
      return self->rows[i];
  }
  return NULL;
}

gboolean
lm_layer_pane_focus (LmLayerPane *self)
{
  for (int i = 0; self->layer != NULL && i < self->layer->member.n_options; i++) {
    if (LM_IS_OPTION_ROW (self->rows[i]) && gtk_widget_get_mapped (self->rows[i])) {
      lm_option_row_focus (LM_OPTION_ROW (self->rows[i]));
      return TRUE;
    }
  }
  return gtk_widget_get_visible (self->name) && gtk_widget_grab_focus (self->name);
}

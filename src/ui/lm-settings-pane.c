/* lm-settings-pane.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-settings-pane.h"

#include "lm-option-row.h"
#include "lm-window.h"

#include <math.h>

#include "lm-i18n.h"

struct _LmSettingsPane {
  GtkWidget parent_instance;

  GtkWidget *scroller;
  AdwPreferencesGroup *live_group;
  AdwPreferencesGroup *next_group;
  AdwPreferencesGroup *rules_group;
  LmOptionRow *rate;
  LmOptionRow *rows[LM_TRAINING_N_OPTIONS];

  LmDocument *document;
  LmSession *session;
};

G_DEFINE_FINAL_TYPE (LmSettingsPane, lm_settings_pane, GTK_TYPE_WIDGET)

static void update (LmSettingsPane *self);

/* Says what was wrong where the window says such things. */
static void
apply (LmSettingsPane *self,
       int option,
       const LmOptionValue *value)
{
  g_autoptr (LmEdit) edit = lm_edit_set_training (option, value);
  g_autoptr (GError) error = NULL;

  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (lm_document_do (self->document, edit, TRUE, &error))
    return;
  if (LM_IS_WINDOW (root))
    lm_window_toast (LM_WINDOW (root), error->message, NULL, NULL, NULL);
  update (self); /* the row shows again what holds */
}

static gboolean
is_running (LmSettingsPane *self)
{
  return self->session != NULL && lm_session_is_active (self->session);
}

/* --- Learning rate ------------------------------------------------------------------- */

static void
rate_edited_cb (LmSettingsPane *self,
                const LmOptionValue *value)
{
  const LmOptionSet *optimizer = lm_option_get_object (lm_document_get_design (self->document)->training, LM_TRAINING_OPTIMIZER);
  LmOptionValue object = { .is_set = TRUE, .kind = LM_OPTION_OBJECT };
  int index = lm_option_set_index (optimizer, "learning_rate");

  if (is_running (self) && value->is_set && !value->is_null) {
    lm_session_set_rate (self->session, value->d);
    return;
  }
  object.object = lm_option_set_copy (optimizer);
  if (lm_option_set_value (object.object, index, value, NULL))
    apply (self, LM_TRAINING_OPTIMIZER, &object);
  lm_option_value_clear (&object);
}

/* Each optimizer has a rate of its own; its row follows. */
static void
show_rate (LmSettingsPane *self)
{
  const LmOptionSet *optimizer = lm_option_get_object (lm_document_get_design (self->document)->training, LM_TRAINING_OPTIMIZER);
  int index = lm_option_set_index (optimizer, "learning_rate");
  const LmOptionSpec *spec = index >= 0 ? &optimizer->member->options[index] : NULL;
  double live = is_running (self) ? lm_session_get_rate (self->session) : NAN;

  if (self->rate != NULL && lm_option_row_get_spec (self->rate) != spec) {
    adw_preferences_group_remove (self->live_group, GTK_WIDGET (self->rate));
    self->rate = NULL;
  }
  gtk_widget_set_visible (GTK_WIDGET (self->live_group), spec != NULL);
  if (spec == NULL)
    return;
  if (self->rate == NULL) {
    self->rate = LM_OPTION_ROW (lm_option_row_new (spec));
    g_signal_connect_object (self->rate, "edited", G_CALLBACK (rate_edited_cb), self, G_CONNECT_SWAPPED);
    adw_preferences_group_add (self->live_group, GTK_WIDGET (self->rate));
  }
  if (isfinite (live))
    lm_option_row_show_double (self->rate, live);
  else
    lm_option_row_show (self->rate, optimizer, index);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->rate), is_running (self) ? _ ("takes effect at the next step") : "");
}

/* --- The others ---------------------------------------------------------------------- */

static void
edited_cb (LmOptionRow *row,
           const LmOptionValue *value,
           LmSettingsPane *self)
{
  for (int i = 0; i < LM_TRAINING_N_OPTIONS; i++) {
    if (self->rows[i] == row)
      apply (self, i, value);
  }
}

static void
add_row (LmSettingsPane *self,
         AdwPreferencesGroup *group,
         int option)
{
  LmOptionRow *row = LM_OPTION_ROW (lm_option_row_new (&lm_training_member.options[option]));

  self->rows[option] = row;
  g_signal_connect_object (row, "edited", G_CALLBACK (edited_cb), self, 0);
  adw_preferences_group_add (group, GTK_WIDGET (row));
}

static void
add_rows (LmSettingsPane *self)
{
  add_row (self, self->next_group, LM_TRAINING_LOSS);
  add_row (self, self->next_group, LM_TRAINING_OPTIMIZER);
  add_row (self, self->next_group, LM_TRAINING_EPOCHS);
  add_row (self, self->next_group, LM_TRAINING_BATCH_SIZE);
  add_row (self, self->next_group, LM_TRAINING_VALIDATION_SPLIT);
  add_row (self, self->next_group, LM_TRAINING_SHUFFLE);
  add_row (self, self->rules_group, LM_TRAINING_STOP_EARLY);
  add_row (self, self->rules_group, LM_TRAINING_SEED);
  for (int i = 0; i < LM_TRAINING_N_OPTIONS; i++) {
    if (self->rows[i] == NULL)
      add_row (self, self->rules_group, i);
  }
  lm_option_row_set_none (self->rows[LM_TRAINING_LOSS], _ ("by the data"));
  lm_option_row_set_none (self->rows[LM_TRAINING_VALIDATION_SPLIT], _ ("own"));
}

static void
show_rules (LmSettingsPane *self)
{
  const LmOptionSet *training = lm_document_get_design (self->document)->training;
  gboolean stops = !lm_option_is_null (training, LM_TRAINING_STOP_EARLY);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->rows[LM_TRAINING_STOP_EARLY]), stops ? _ ("after so many epochs without gain") : _ ("without gain in validation"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->rows[LM_TRAINING_SEED]), _ ("the same seed, the same result"));
}

static void
update (LmSettingsPane *self)
{
  const LmOptionSet *training;
  gboolean is_locked;

  gtk_widget_set_sensitive (self->scroller, self->document != NULL);
  if (self->document == NULL)
    return;
  is_locked = lm_document_get_read_only (self->document, NULL) != NULL;
  gtk_widget_set_sensitive (self->scroller, !is_locked);
  training = lm_document_get_design (self->document)->training;
  for (int i = 0; i < LM_TRAINING_N_OPTIONS; i++)
    lm_option_row_show (self->rows[i], training, i);
  show_rules (self);
  show_rate (self);
}

static void
progress_cb (LmSettingsPane *self)
{
  if (self->document != NULL)
    show_rate (self);
}

static void
lm_settings_pane_dispose (GObject *object)
{
  LmSettingsPane *self = LM_SETTINGS_PANE (object);

  g_clear_object (&self->document);
  g_clear_object (&self->session);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);

  G_OBJECT_CLASS (lm_settings_pane_parent_class)->dispose (object);
}

static void
lm_settings_pane_class_init (LmSettingsPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_settings_pane_dispose;

  gtk_widget_class_set_css_name (widget_class, "settingspane");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-settings-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LmSettingsPane, scroller);
  gtk_widget_class_bind_template_child (widget_class, LmSettingsPane, live_group);
  gtk_widget_class_bind_template_child (widget_class, LmSettingsPane, next_group);
  gtk_widget_class_bind_template_child (widget_class, LmSettingsPane, rules_group);
}

static void
lm_settings_pane_init (LmSettingsPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  add_rows (self);
}

void
lm_settings_pane_set_source (LmSettingsPane *self,
                             LmDocument *document,
                             LmSession *session)
{
  g_set_object (&self->document, document);
  g_set_object (&self->session, session);
  if (document != NULL)
    g_signal_connect_object (document, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  if (session != NULL) {
    g_signal_connect_object (session, "progress", G_CALLBACK (progress_cb), self, G_CONNECT_SWAPPED);
    g_signal_connect_object (session, "notify::state", G_CALLBACK (progress_cb), self, G_CONNECT_SWAPPED);
  }
  update (self);
}

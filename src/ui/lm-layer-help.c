/* lm-layer-help.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-layer-help.h"

#include "lm-catalogue.h"
#include "lm-chip.h"
#include "lm-number.h"

#include <math.h>

#include "lm-i18n.h"

#define WIDTH 480
#define HEIGHT 600

/* --- Words --------------------------------------------------------------------------- */

static char *
number_text (double value)
{
  return fabs (value) >= 1e15 || value == floor (value) ? lm_number_count ((gint64) value) : lm_number_short (value, 6);
}

static char *
limits_text (const LmOptionSpec *spec)
{
  g_autofree char *min = isfinite (spec->min) ? number_text (spec->min) : NULL;
  g_autofree char *max = isfinite (spec->max) ? number_text (spec->max) : NULL;

  if (spec->min == 0 && spec->max == 0)
    return g_strdup (_ ("any number"));
  if (min == NULL && max == NULL)
    return g_strdup (_ ("any number"));
  if (max == NULL)
    return g_strdup_printf (spec->above_min ? _ ("above %s") : _ ("from %s on"), min);
  if (min == NULL)
    return g_strdup_printf (_ ("up to %s"), max);
  return g_strdup_printf (spec->above_min ? _ ("above %s, up to %s") : _ ("%s … %s"), min, max);
}

static char *
ints_text (const LmOptionSpec *spec)
{
  g_autofree char *limits = limits_text (spec);

  if (spec->min_n == spec->max_n)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d number, %s", "%d numbers, each %s", (gulong) spec->min_n), spec->min_n, limits);
  return g_strdup_printf (_ ("%d to %d numbers, each %s"), spec->min_n, spec->max_n, limits);
}

static char *
members_text (const LmOptionSpec *spec)
{
  g_autoptr (GString) text = g_string_new (spec->nullable ? _ ("none") : NULL);
  gsize n;
  const LmMember *const *members = lm_family_members (spec->family, &n);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", members[i]->id);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
plain_range (const LmOptionSpec *spec)
{
  switch (spec->kind) {
  case LM_OPTION_BOOL:
    return g_strdup (_ ("on, off"));
  case LM_OPTION_INT:
  case LM_OPTION_DOUBLE:
    return limits_text (spec);
  case LM_OPTION_INTS:
    return ints_text (spec);
  case LM_OPTION_CHOICE:
    return g_strjoinv (", ", (char **) spec->choices);
  case LM_OPTION_OBJECT:
    return members_text (spec);
  default:
    return g_strdup (_ ("any text"));
  }
}

char *
lm_layer_help_range (const LmOptionSpec *spec)
{
  g_autofree char *range = plain_range (spec);

  if (spec->nullable && spec->kind != LM_OPTION_OBJECT)
    return g_strdup_printf (_ ("none, or %s"), range);
  return g_steal_pointer (&range);
}

static char *
default_text (const LmOptionSet *set,
              int i)
{
  const LmOptionSpec *spec = &set->member->options[i];

  if (lm_option_is_null (set, i))
    return g_strdup (_ ("none"));
  if (spec->kind == LM_OPTION_BOOL)
    return g_strdup (lm_option_get_bool (set, i) ? _ ("on") : _ ("off"));
  return lm_option_format (spec, &set->values[i]);
}

static char *
inputs_text (const LmLayerClass *layer)
{
  if (layer->max_inputs == 0)
    return g_strdup (_ ("none"));
  if (layer->max_inputs == LM_ANY_INPUTS)
    return g_strdup_printf (_ ("%d or more"), layer->min_inputs);
  if (layer->min_inputs != layer->max_inputs)
    return g_strdup_printf (_ ("%d to %d"), layer->min_inputs, layer->max_inputs);
  return g_strdup_printf ("%d", layer->min_inputs);
}

/* --- Window -------------------------------------------------------------------------- */

static GtkWidget *
text_label (const char *text,
            const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_can_focus (label, FALSE);
  gtk_widget_add_css_class (label, class);
  return label;
}

static GtkWidget *
make_header (const LmLayerClass *layer)
{
  LmCategory category = lm_category_from_id (layer->category);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autofree char *kind = g_strdup_printf ("%s · %s", _ (layer->member.title), lm_catalogue_title (category));
  GtkWidget *sub = text_label (kind, "caption");

  gtk_widget_add_css_class (sub, "dim-label");
  gtk_box_append (GTK_BOX (texts), text_label (layer->member.id, "title-2"));
  gtk_box_append (GTK_BOX (texts), sub);
  gtk_box_append (GTK_BOX (box), lm_chip_new (category, 42));
  gtk_box_append (GTK_BOX (box), texts);
  return box;
}

static void
add_fact (AdwPreferencesGroup *group,
          const char *title,
          const char *text)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), escaped);
  adw_preferences_group_add (group, row);
}

static GtkWidget *
make_facts (const LmLayerClass *layer)
{
  GtkWidget *group = adw_preferences_group_new ();
  g_autofree char *inputs = inputs_text (layer);

  add_fact (ADW_PREFERENCES_GROUP (group), _ ("Inputs"), inputs);
  if (layer->synonyms != NULL)
    add_fact (ADW_PREFERENCES_GROUP (group), _ ("Also found as"), _ (layer->synonyms));
  return group;
}

static void
add_option (AdwPreferencesGroup *group,
            const LmOptionSet *set,
            int i)
{
  const LmOptionSpec *spec = &set->member->options[i];
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *initial = default_text (set, i);
  g_autofree char *range = lm_layer_help_range (spec);
  g_autofree char *sub = g_strdup_printf (_ ("%s\n%s: %s"), spec->help != NULL ? _ (spec->help) : "", spec->id, range);
  g_autofree char *escaped = g_markup_escape_text (sub, -1);
  GtkWidget *value = text_label (initial, "numeric");

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (spec->title));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), escaped);
  gtk_widget_set_tooltip_text (value, _ ("The default"));
  gtk_widget_set_valign (value, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), value);
  adw_preferences_group_add (group, row);
}

static GtkWidget *
make_options (const LmLayerClass *layer)
{
  GtkWidget *group = adw_preferences_group_new ();
  g_autoptr (LmOptionSet) set = lm_option_set_new (&layer->member);

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _ ("Options"));
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), layer->member.n_options > 0 ? _ ("At the right, what counts if nothing is set.") : _ ("This layer has none."));
  for (int i = 0; i < layer->member.n_options; i++)
    add_option (ADW_PREFERENCES_GROUP (group), set, i);
  return group;
}

static GtkWidget *
make_content (const LmLayerClass *layer)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  GtkWidget *scroller = gtk_scrolled_window_new ();

  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 18);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  gtk_box_append (GTK_BOX (box), make_header (layer));
  gtk_box_append (GTK_BOX (box), text_label (_ (layer->member.help), "body"));
  gtk_box_append (GTK_BOX (box), make_facts (layer));
  gtk_box_append (GTK_BOX (box), make_options (layer));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), box);
  gtk_widget_set_vexpand (scroller, TRUE);
  return scroller;
}

static gboolean
close_cb (GtkWidget *window,
          GVariant *args,
          gpointer data)
{
  gtk_window_close (GTK_WINDOW (window));
  return GDK_EVENT_STOP;
}

static GtkWindow *
make_window (GtkWindow *parent)
{
  GtkWidget *window = adw_window_new ();
  GtkEventController *shortcuts = gtk_shortcut_controller_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, HEIGHT);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (shortcuts), gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0), gtk_callback_action_new (close_cb, NULL, NULL)));
  gtk_widget_add_controller (window, shortcuts);
  g_object_set_data (G_OBJECT (parent), "lm-layer-help", window);
  return GTK_WINDOW (window);
}

static void
forget_cb (gpointer parent,
           GObject *window)
{
  g_object_set_data (G_OBJECT (parent), "lm-layer-help", NULL);
}

void
lm_layer_help_show (const LmLayerClass *layer,
                    GtkWidget *parent)
{
  GtkRoot *root = gtk_widget_get_root (parent);
  GtkWindow *window;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *bar = adw_header_bar_new ();
  g_autofree char *title = g_strdup_printf (_ ("Help on %s"), layer->member.id);

  g_return_if_fail (GTK_IS_WINDOW (root));
  window = g_object_get_data (G_OBJECT (root), "lm-layer-help");
  if (window == NULL) {
    window = make_window (GTK_WINDOW (root));
    g_object_weak_ref (G_OBJECT (window), forget_cb, root);
  }
  gtk_window_set_title (window, title);
  gtk_widget_add_css_class (bar, "flat");
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), make_content (layer));
  adw_window_set_content (ADW_WINDOW (window), box);
  gtk_window_present (window);
}

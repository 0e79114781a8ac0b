/* lm-inspect-page.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-inspect-page.h"

#include "lm-answer-bars.h"
#include "lm-drawing-pad.h"
#include "lm-film-strip.h"
#include "lm-heatmap-view.h"
#include "lm-inspect-pane.h"
#include "lm-sample-picker.h"
#include "lm-sample-view.h"
#include "lm-sheet-view.h"
#include "lm-tile-detail.h"
#include "lm-window.h"
#include "lm-work.h"

#include <adwaita.h>
#include <math.h>
#include <string.h>

#include "lm-i18n.h"

#define PIN_SIDE 48

struct _LmInspectPage {
  GtkWidget parent_instance;

  LmPanes *panes;
  GtkToggleButton *pick_mode;
  GtkToggleButton *draw_mode;
  GtkToggleButton *file_mode;
  GtkToggleButton *pin;
  GtkStack *modes;
  LmSamplePicker *picker;
  LmDrawingPad *pad;
  GtkLabel *pad_words;
  GtkToggleButton *eraser;
  GtkRange *pen_width;
  LmSampleView *file_view;
  GtkLabel *file_words;
  LmAnswerBars *bars;
  GtkLabel *through;
  GtkWidget *pins_box;
  GtkFlowBox *pins;
  LmInspectPane *pane;
  GtkStack *stack;
  AdwStatusPage *problem;
  GtkLabel *film_words;
  LmFilmStrip *strip;
  GtkLabel *sheet_title;
  GtkLabel *sheet_words;
  GtkToggleButton *outputs_mode;
  GtkToggleButton *kernels_mode;
  GtkToggleButton *filters_mode;
  GtkWidget *search_box;
  GtkProgressBar *search_bar;
  GtkButton *search_button;
  GtkStack *sheet_stack;
  AdwStatusPage *sheet_problem;
  LmTileView *tiles;
  GtkWidget *heat_card;
  GtkLabel *heat_title;
  GtkLabel *heat_words;
  GtkStack *heat_stack;
  AdwStatusPage *heat_problem;
  GtkWidget *use_last;
  LmHeatView *heat;
  GtkWidget *heat_warning_box;
  GtkLabel *heat_warning;
  GtkLabel *heat_caption;
  GtkPopover *detail_popover;
  LmTileDetail *detail;
  GtkPopover *menu;

  LmDocument *document;
  LmLens *lens;
  char *layer;           /* id path of the one whose sheet is shown */
  const char *export;    /* what is exported first; NULL: what has the focus */
  gboolean is_updating;  /* toggles follow, and do not tell */
  gboolean looks_anyway; /* at random weights, until there are others */
  gboolean is_drawing;   /* the sample that comes is the pad's */
  LmInkStyle ink;
  LmDataset *ink_data; /* that it is of */
  guint pen_serial;    /* sample of the newest movement of the pen */
  gint64 pen_time;
};

static void lm_inspect_page_page_init (LmPageInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LmInspectPage, lm_inspect_page, GTK_TYPE_WIDGET, G_IMPLEMENT_INTERFACE (LM_TYPE_PAGE, lm_inspect_page_page_init))

static void
set_label (GtkLabel *label,
           const char *text)
{
  if (g_strcmp0 (gtk_label_get_label (label), text != NULL ? text : "") != 0)
    gtk_label_set_label (label, text != NULL ? text : "");
}

static void
tell (LmInspectPage *self,
      const char *message)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (LM_IS_WINDOW (root))
    lm_window_toast (LM_WINDOW (root), message, NULL, NULL, NULL);
}

/* --- Looking ------------------------------------------------------------------------- */

static guint
wishes (LmInspectPage *self)
{
  guint all = LM_LENS_PREDICTION | LM_LENS_THUMBS | LM_LENS_HEATMAP;

  if (gtk_toggle_button_get_active (self->kernels_mode))
    all |= LM_LENS_KERNELS;
  if (gtk_widget_is_visible (GTK_WIDGET (self->detail_popover)))
    all |= LM_LENS_UNIT;
  return all;
}

static void
watch (LmInspectPage *self)
{
  if (self->lens != NULL)
    lm_lens_watch (self->lens, self, gtk_widget_get_mapped (GTK_WIDGET (self)) ? wishes (self) : 0);
}

static const LmSheetPicture *
sheet_of_layer (LmInspectPage *self)
{
  return self->layer != NULL ? lm_lens_get_sheet (self->lens, self->layer) : NULL;
}

/* The first layer with places to see; any other if there is none. */
static void
choose_some_layer (LmInspectPage *self,
                   const LmFilmPicture *film)
{
  int at = 0;

  while (at < film->n_sheets && strstr (film->sheets[at]->shape, "×") == NULL)
    at++;
  g_free (self->layer);
  self->layer = film->n_sheets > 0 ? g_strdup (film->sheets[at < film->n_sheets ? at : 0]->path) : NULL;
}

/* --- The sheet ----------------------------------------------------------------------- */

static void
show_sheet_problem (LmInspectPage *self,
                    const char *problem)
{
  adw_status_page_set_description (self->sheet_problem, problem);
  set_label (self->sheet_words, NULL);
  gtk_stack_set_visible_child_name (self->sheet_stack, problem != NULL ? "problem" : "tiles");
  lm_tile_view_set_picture (self->tiles, NULL);
}

static void
show_sheet (LmInspectPage *self,
            const LmSheetPicture *sheet,
            const char *problem)
{
  if (sheet == NULL) {
    show_sheet_problem (self, problem);
    return;
  }
  lm_tile_view_set_picture (self->tiles, lm_sheet_picture_copy (sheet));
  set_label (self->sheet_words, lm_tile_view_get_shown (self->tiles)->scale);
  gtk_stack_set_visible_child_name (self->sheet_stack, "tiles");
}

static void
update_search (LmInspectPage *self,
               double fraction,
               gboolean is_there)
{
  gboolean is_shown = gtk_toggle_button_get_active (self->filters_mode);

  gtk_widget_set_visible (self->search_box, is_shown);
  if (!is_shown)
    return;
  gtk_widget_set_opacity (GTK_WIDGET (self->search_bar), fraction >= 0 ? 1 : 0);
  gtk_progress_bar_set_fraction (self->search_bar, MAX (fraction, 0));
  gtk_button_set_label (self->search_button, fraction >= 0 ? _ ("Cancel") : is_there ? _ ("Look Again")
                                                                                     : _ ("Look for It"));
}

static void
update_sheet (LmInspectPage *self)
{
  const LmSheetPicture *outputs = sheet_of_layer (self), *filters;
  const char *problem = NULL;
  double fraction = -1;
  g_autofree char *title = NULL;

  if (outputs != NULL)
    title = g_strdup_printf ("%s · %s", outputs->name, outputs->shape);
  set_label (self->sheet_title, title);
  filters = lm_lens_get_filters (self->lens, self->layer, &fraction, &problem);
  if (gtk_toggle_button_get_active (self->filters_mode))
    show_sheet (self, filters, problem != NULL ? problem : fraction < 0 ? _ ("The search was ended before there was a picture.")
                                                                        : NULL);
  else if (gtk_toggle_button_get_active (self->kernels_mode))
    show_sheet (self, lm_lens_get_kernels (self->lens), lm_lens_get_kernels_problem (self->lens));
  else
    show_sheet (self, outputs, lm_lens_get_problem (self->lens));
  update_search (self, fraction, filters != NULL);
}

/* A search that nobody has begun for this layer yet begins by itself. */
static void
need_filters (LmInspectPage *self)
{
  const char *problem;
  double fraction;

  if (!gtk_toggle_button_get_active (self->filters_mode) || self->layer == NULL)
    return;
  if (lm_lens_get_filters (self->lens, self->layer, &fraction, &problem) == NULL && fraction < 0 && problem == NULL)
    lm_lens_find_filters (self->lens, self->layer);
}

static void
choose_layer (LmInspectPage *self,
              const char *path)
{
  if (g_strcmp0 (self->layer, path) == 0)
    return;
  g_free (self->layer);
  self->layer = g_strdup (path);
  lm_tile_view_set_chosen (self->tiles, -1);
  lm_film_strip_set_chosen (self->strip, path);
  lm_inspect_pane_set_layers (self->pane, lm_lens_get_film (self->lens), path);
  lm_lens_set_kernels (self->lens, path);
  need_filters (self);
  update_sheet (self);
}

static void
strip_chosen_cb (LmInspectPage *self,
                 const char *path)
{
  choose_layer (self, path);
}

static void
sheet_mode_cb (LmInspectPage *self,
               GtkToggleButton *button)
{
  if (self->lens == NULL || !gtk_toggle_button_get_active (button))
    return;
  watch (self);
  need_filters (self);
  update_sheet (self);
}

static void
search_cb (GtkWidget *widget,
           const char *name,
           GVariant *parameter)
{
  LmInspectPage *self = LM_INSPECT_PAGE (widget);
  const char *problem;
  double fraction;

  lm_lens_get_filters (self->lens, self->layer, &fraction, &problem);
  if (fraction >= 0)
    lm_lens_cancel_filters (self->lens);
  else
    lm_lens_find_filters (self->lens, self->layer);
}

/* --- One tile ------------------------------------------------------------------------ */

/* Only sheets with a tile a channel have a kernel to each. */
static gboolean
has_kernels (LmInspectPage *self)
{
  return !gtk_toggle_button_get_active (self->kernels_mode);
}

static void
update_detail (LmInspectPage *self)
{
  const LmSheetPicture *shown = lm_tile_view_get_shown (self->tiles);
  int number = lm_tile_view_get_chosen (self->tiles), at = -1;
  g_autofree char *name = NULL;
  GdkRectangle place;

  if (!gtk_widget_is_visible (GTK_WIDGET (self->detail_popover)) || shown == NULL || !lm_tile_view_get_place (self->tiles, number, &place))
    return;
  at = lm_tile_view_place_of (self->tiles, number);
  name = shown->labels != NULL && lm_tile_view_get_order (self->tiles) == LM_TILES_BY_NUMBER ? g_strdup_printf ("%s, %s", shown->name != NULL ? shown->name : "", shown->labels[at]) : g_strdup_printf (_ ("%s, channel %d"), shown->name != NULL ? shown->name : "", number);
  lm_tile_detail_show (self->detail, shown, at, name, has_kernels (self) ? lm_lens_get_unit (self->lens) : NULL);
}

static void
tile_enlarge_cb (LmInspectPage *self,
                 int number)
{
  GdkRectangle place;
  double x, y;

  if (!lm_tile_view_get_place (self->tiles, number, &place) || !gtk_widget_translate_coordinates (GTK_WIDGET (self->tiles), GTK_WIDGET (self), place.x, place.y, &x, &y))
    return;
  place.x = (int) x;
  place.y = (int) y;
  lm_lens_set_unit (self->lens, has_kernels (self) ? self->layer : NULL, number);
  gtk_popover_set_pointing_to (self->detail_popover, &place);
  gtk_popover_popup (self->detail_popover);
  watch (self);
  update_detail (self);
}

static void
tile_chosen_cb (LmInspectPage *self,
                int number)
{
  update_detail (self);
}

static void
detail_closed_cb (LmInspectPage *self)
{
  watch (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->tiles));
}

/* --- The heatmap --------------------------------------------------------------------- */

static void
update_heat (LmInspectPage *self)
{
  const LmHeatmapPicture *picture = lm_lens_get_heatmap (self->lens);
  const char *problem = lm_lens_get_heatmap_problem (self->lens);
  g_autofree char *words = NULL;

  gtk_stack_set_visible_child_name (self->heat_stack, picture == NULL && problem != NULL ? "problem" : "map");
  set_label (self->heat_title, picture != NULL ? picture->title : _ ("Class Heatmap"));
  if (picture == NULL) {
    adw_status_page_set_description (self->heat_problem, problem);
    lm_heat_view_set_picture (self->heat, NULL);
    set_label (self->heat_words, NULL);
    set_label (self->heat_caption, NULL);
    gtk_widget_set_visible (self->heat_warning_box, FALSE);
    return;
  }
  words = picture->layer != NULL ? g_strdup_printf ("%s · %s", picture->method, picture->layer) : g_strdup (picture->method);
  set_label (self->heat_words, words);
  set_label (self->heat_caption, picture->caption);
  set_label (self->heat_warning, picture->warning);
  gtk_widget_set_visible (self->heat_warning_box, picture->warning != NULL);
  lm_heat_view_set_picture (self->heat, lm_heatmap_picture_copy (picture));
}

static void
class_chosen_cb (LmInspectPage *self,
                 int class_index)
{
  lm_inspect_pane_set_class (self->pane, class_index);
  lm_answer_bars_set_chosen (self->bars, class_index);
}

static void
use_last_convolution_cb (GtkWidget *widget,
                         const char *name,
                         GVariant *parameter)
{
  lm_inspect_pane_set_map_layer (LM_INSPECT_PAGE (widget)->pane, NULL);
}

static void
pane_changed_cb (LmInspectPage *self)
{
  LmInspectLook look;

  lm_inspect_pane_get_look (self->pane, &look);
  lm_tile_view_set_options (self->tiles, look.order, look.per_tile, look.columns);
  if (lm_tile_view_get_shown (self->tiles) != NULL)
    set_label (self->sheet_words, lm_tile_view_get_shown (self->tiles)->scale);
  g_object_set (self->heat, "opacity-of-map", look.opacity, "cells", look.has_cells, NULL);
}

static void
order_cb (GtkWidget *widget,
          const char *name,
          GVariant *parameter)
{
  lm_inspect_pane_next_order (LM_INSPECT_PAGE (widget)->pane);
}

/* --- All of it ----------------------------------------------------------------------- */

static void
update_through (LmInspectPage *self)
{
  g_autofree char *weights = lm_lens_dup_weights_words (self->lens);
  g_autoptr (GString) words = g_string_new (weights);
  double ms = lm_lens_get_seconds (self->lens) * 1000;

  if (weights != NULL && lm_lens_get_answer (self->lens) != NULL)
    g_string_append_printf (words, ms < 1 ? _ (" · answered in under 1 ms") : _ (" · answered in %.0f ms"), ms);
  if (lm_lens_is_live (self->lens))
    g_string_append (words, _ (" · live: follows the training"));
  set_label (self->through, words->str);
}

static void
update_answer (LmInspectPage *self)
{
  gint64 since = 0;

  /* The newest movement is answered: how long it took. */
  if (self->pen_time != 0 && lm_lens_get_answered (self->lens) >= self->pen_serial) {
    since = self->pen_time;
    self->pen_time = 0;
  }
  lm_answer_bars_set_answer (self->bars, lm_lens_get_answer (self->lens), since);
  update_through (self);
}

/* Nobody draws a table. */
static void
update_pad (LmInspectPage *self)
{
  LmShape input = lm_lens_get_input_shape (self->lens);
  gboolean can_draw = lm_ink_can_draw (&input);
  g_autofree char *takes = can_draw ? NULL : lm_shape_to_string (&input);
  g_autofree char *words = can_draw ? NULL : g_strdup_printf (_ ("The network takes %s, which nobody can draw. Pick a sample of the data instead."), takes);

  gtk_widget_set_sensitive (GTK_WIDGET (self->pad), can_draw);
  gtk_widget_set_visible (GTK_WIDGET (self->pad_words), !can_draw);
  set_label (self->pad_words, words);
}

static gboolean
has_places (const LmFilmPicture *film)
{
  for (int i = 0; i < film->n_sheets; i++) {
    if (strstr (film->sheets[i]->shape, "×") != NULL)
      return TRUE;
  }
  return FALSE;
}

static void
update (LmInspectPage *self)
{
  const LmFilmPicture *film = lm_lens_get_film (self->lens);
  const char *problem = lm_lens_get_problem (self->lens);

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  update_answer (self);
  update_pad (self);
  if (lm_lens_is_untrained (self->lens)) {
    gtk_stack_set_visible_child_name (self->stack, "untrained");
    return;
  }
  if (film == NULL && problem != NULL) {
    adw_status_page_set_description (self->problem, problem);
    gtk_stack_set_visible_child_name (self->stack, "problem");
    return;
  }
  gtk_stack_set_visible_child_name (self->stack, "content");
  if (film == NULL)
    return;
  if (sheet_of_layer (self) == NULL)
    choose_some_layer (self, film);
  lm_lens_set_kernels (self->lens, self->layer);
  lm_film_strip_set_picture (self->strip, lm_film_picture_copy (film));
  lm_film_strip_set_chosen (self->strip, self->layer);
  lm_inspect_pane_set_layers (self->pane, film, self->layer);
  gtk_widget_set_visible (self->use_last, has_places (film));
  gtk_widget_set_visible (self->heat_card, film->input != NULL); /* a map lies over a picture */
  update_sheet (self);
  update_heat (self);
  update_detail (self);
}

static void
look_anyway_cb (GtkWidget *widget,
                const char *name,
                GVariant *parameter)
{
  LmInspectPage *self = LM_INSPECT_PAGE (widget);

  self->looks_anyway = TRUE;
  lm_lens_set_run (self->lens, -1, NULL);
}

/* Random weights were asked for as long as there are no others. */
static void
runs_changed_cb (LmInspectPage *self)
{
  const LmRunInfo *last = lm_document_get_last_run (self->document);

  if (!self->looks_anyway || last == NULL || !last->has_weights)
    return;
  self->looks_anyway = FALSE;
  lm_lens_set_run (self->lens, 0, NULL);
}

/* --- The sample ---------------------------------------------------------------------- */

static const char *
mode_name (LmInspectPage *self)
{
  return gtk_toggle_button_get_active (self->draw_mode) ? "draw" : gtk_toggle_button_get_active (self->file_mode) ? "file"
                                                                                                                  : "pick";
}

static void
set_mode (LmInspectPage *self,
          GtkToggleButton *mode)
{
  self->is_updating = TRUE;
  gtk_toggle_button_set_active (mode, TRUE);
  gtk_stack_set_visible_child_name (self->modes, mode_name (self));
  self->is_updating = FALSE;
}

static void
pen_cb (LmInspectPage *self)
{
  lm_drawing_pad_set_pen (self->pad, gtk_range_get_value (self->pen_width), gtk_toggle_button_get_active (self->eraser));
}

/* What is drawn becomes the sample. */
static void
pad_changed_cb (LmInspectPage *self)
{
  LmShape input;
  g_autofree float *coverage = NULL;
  LmSample *sample;
  int side;

  if (self->lens == NULL)
    return;
  input = lm_lens_get_input_shape (self->lens);
  if (!lm_ink_can_draw (&input))
    return;
  coverage = lm_drawing_pad_dup_coverage (self->pad, &side);
  sample = lm_ink_sample (coverage, side, &input, &self->ink, NULL);
  if (sample == NULL)
    return;
  /* Before it is set, for it may be answered at once. */
  self->pen_serial = lm_lens_get_serial (self->lens) + 1;
  self->pen_time = lm_drawing_pad_get_time (self->pad);
  self->is_drawing = TRUE;
  lm_lens_set_sample (self->lens, sample);
  self->is_drawing = FALSE;
}

static void
clear_cb (GtkWidget *widget,
          const char *name,
          GVariant *parameter)
{
  lm_drawing_pad_clear (LM_INSPECT_PAGE (widget)->pad);
}

static void
mode_cb (LmInspectPage *self,
         GtkToggleButton *button)
{
  gboolean is_empty;
  LmPart part;
  gint64 index;

  if (!gtk_toggle_button_get_active (button))
    return;
  gtk_stack_set_visible_child_name (self->modes, mode_name (self));
  if (self->is_updating || self->lens == NULL)
    return;
  if (button == self->draw_mode) {
    g_object_get (self->pad, "empty", &is_empty, NULL);
    gtk_widget_grab_focus (GTK_WIDGET (self->pad));
    if (!is_empty)
      pad_changed_cb (self);
  } else if (button == self->pick_mode && !lm_lens_get_place (self->lens, &part, &index)) {
    gtk_widget_activate_action (GTK_WIDGET (self->picker), "picker.again", NULL);
  }
}

/* From elsewhere: the pad is there, and the keys go to it. */
static void
draw_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  LmInspectPage *self = LM_INSPECT_PAGE (widget);

  lm_panes_show_left (self->panes);
  gtk_toggle_button_set_active (self->draw_mode, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->pad));
}

static void
update_pin (LmInspectPage *self)
{
  self->is_updating = TRUE;
  gtk_toggle_button_set_active (self->pin, lm_lens_is_pinned (self->lens));
  gtk_widget_set_sensitive (GTK_WIDGET (self->pin), lm_lens_get_sample (self->lens) != NULL);
  self->is_updating = FALSE;
}

static void
sample_changed_cb (LmInspectPage *self)
{
  const LmSample *sample = lm_lens_get_sample (self->lens);
  LmPart part;
  gint64 index;

  update_pin (self);
  if (lm_lens_get_place (self->lens, &part, &index)) {
    set_mode (self, self->pick_mode);
  } else if (self->is_drawing) {
    set_mode (self, self->draw_mode);
  } else {
    set_mode (self, self->file_mode);
    lm_sample_view_set_sample (self->file_view, sample, sample->name);
    set_label (self->file_words, sample->name);
  }
}

static void
failed_cb (LmInspectPage *self,
           const char *message)
{
  tell (self, message);
}

/* --- Files --------------------------------------------------------------------------- */

static void
open_chosen_cb (GtkFileChooserNative *chooser,
                int response,
                LmInspectPage *self)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;

  g_object_unref (chooser);
  if (file != NULL)
    lm_lens_pick_file (self->lens, file);
}

static void
open_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_ ("Open a Picture"), GTK_WINDOW (gtk_widget_get_root (widget)), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), _ ("_Cancel"));
  g_autoptr (GtkFileFilter) pictures = gtk_file_filter_new ();

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_file_filter_set_name (pictures, _ ("Pictures"));
  gtk_file_filter_add_pixbuf_formats (pictures);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), pictures);
  g_signal_connect_object (chooser, "response", G_CALLBACK (open_chosen_cb), widget, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static gboolean
lm_inspect_page_drop (LmPage *page,
                      GFile *file)
{
  LmInspectPage *self = LM_INSPECT_PAGE (page);
  g_autofree char *base = g_file_get_basename (file);

  if (self->lens == NULL || base == NULL || !lm_image_has_image_name (base))
    return FALSE;
  lm_lens_pick_file (self->lens, file);
  return TRUE;
}

/* --- Pins ---------------------------------------------------------------------------- */

static void
pin_toggled_cb (LmInspectPage *self)
{
  if (!self->is_updating && self->lens != NULL)
    lm_lens_toggle_pin (self->lens);
}

static void
pin_cb (GtkWidget *widget,
        const char *name,
        GVariant *parameter)
{
  lm_lens_toggle_pin (LM_INSPECT_PAGE (widget)->lens);
}

static void
pin_activated_cb (LmInspectPage *self,
                  GtkFlowBoxChild *child)
{
  lm_lens_use_pin (self->lens, (guint) gtk_flow_box_child_get_index (child));
}

static void
update_pins (LmInspectPage *self)
{
  LmPins *pins = lm_lens_get_pins (self->lens);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->pins))) != NULL)
    gtk_flow_box_remove (self->pins, child);
  for (guint i = 0; i < lm_pins_get_n (pins); i++) {
    const LmSample *sample = lm_pins_get_sample (pins, i);
    GtkWidget *view = lm_sample_view_new (PIN_SIDE);

    lm_sample_view_set_sample (LM_SAMPLE_VIEW (view), sample, sample->name);
    gtk_widget_set_tooltip_text (view, sample->name);
    gtk_flow_box_append (self->pins, view);
    child = gtk_widget_get_parent (view);
    gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, sample->name, -1);
  }
  gtk_widget_set_visible (self->pins_box, lm_pins_get_n (pins) > 0);
  update_pin (self);
}

/* --- Export -------------------------------------------------------------------------- */

static void
export_cb (GtkWidget *widget,
           const char *name,
           GVariant *parameter)
{
  LmInspectPage *self = LM_INSPECT_PAGE (widget);

  self->export = g_intern_string (g_variant_get_string (parameter, NULL));
  gtk_widget_activate_action (widget, "win.export", NULL);
  self->export = NULL;
}

/* What comes first: what a button named, else what has the focus. */
static const char *
first_view (LmInspectPage *self)
{
  if (self->export != NULL)
    return self->export;
  if (gtk_widget_has_focus (GTK_WIDGET (self->strip)))
    return "film";
  if (gtk_widget_has_focus (GTK_WIDGET (self->bars)) || gtk_widget_has_focus (GTK_WIDGET (self->pad)))
    return "heatmap";
  return "sheet";
}

static void
complete (LmInspectPage *self,
          const LmPicture *picture,
          const char *what)
{
  g_autofree char *weights = lm_lens_dup_weights_words (self->lens), *before = NULL;
  char **title = lm_picture_title (picture), **caption = lm_picture_caption (picture);

  before = *title;
  *title = g_strdup_printf ("%s · %s", lm_document_get_name (self->document), before != NULL ? before : what);
  if (weights != NULL) {
    g_autofree char *words = *caption;

    *caption = words != NULL ? g_strdup_printf ("%s · %s", words, weights) : g_strdup (weights);
  }
}

static void
add_view (LmInspectPage *self,
          GPtrArray *views,
          const char *what,
          LmPicture picture,
          GtkWidget *shown)
{
  const LmSheetPicture *sheet = sheet_of_layer (self);
  const char *mode = gtk_toggle_button_get_active (self->filters_mode) ? "filters" : gtk_toggle_button_get_active (self->kernels_mode) ? "weights"
                                                                                                                                       : "activations";
  g_autofree char *layer = sheet != NULL ? g_strdelimit (g_strdup (sheet->name), "/", '-') : NULL;
  g_autofree char *name = g_str_equal (what, "sheet") && layer != NULL ? g_strdup_printf ("%s-%s", layer, mode) : g_strdup (what);
  LmView *view;

  complete (self, &picture, what);
  view = lm_view_new (name, picture, shown);
  g_ptr_array_insert (views, g_str_equal (first_view (self), what) ? 0 : -1, view);
}

static void
lm_inspect_page_add_views (LmPage *page,
                           GPtrArray *views)
{
  LmInspectPage *self = LM_INSPECT_PAGE (page);
  const LmFilmPicture *film = self->lens != NULL ? lm_lens_get_film (self->lens) : NULL;
  const LmSheetPicture *shown = lm_tile_view_get_shown (self->tiles);
  const LmHeatmapPicture *heat = self->lens != NULL ? lm_lens_get_heatmap (self->lens) : NULL;

  if (shown != NULL)
    add_view (self, views, "sheet", (LmPicture){ LM_PICTURE_SHEET, .sheet = lm_sheet_picture_copy (shown) }, GTK_WIDGET (self->tiles));
  if (heat != NULL)
    add_view (self, views, "heatmap", (LmPicture){ LM_PICTURE_HEATMAP, .heatmap = lm_heatmap_picture_copy (heat) }, GTK_WIDGET (self->heat));
  if (film != NULL)
    add_view (self, views, "film", (LmPicture){ LM_PICTURE_FILM, .film = lm_film_picture_copy (film) }, GTK_WIDGET (self->strip));
}

/* --- Ink ----------------------------------------------------------------------------- */

typedef struct {
  LmDataset *dataset;
  LmInkStyle style;
} InkWork;

static void
ink_thread (gpointer data,
            GError **error)
{
  InkWork *work = data;

  lm_ink_style (work->dataset, &work->style);
}

static void
ink_cb (gpointer owner,
        gpointer data,
        const GError *error)
{
  LmInspectPage *self = owner;
  InkWork *work = data;
  double range = MAX (fabsf (work->style.ink), fabsf (work->style.paper)) > 1.5f ? 255 : 1;

  if (work->dataset != self->ink_data)
    return;
  self->ink = work->style;
  lm_drawing_pad_set_shades (self->pad, CLAMP ((double) self->ink.paper / range, 0, 1), CLAMP ((double) self->ink.ink / range, 0, 1));
}

static void
ink_free (gpointer data)
{
  InkWork *work = data;

  lm_dataset_unref (work->dataset);
  g_free (work);
}

/* How the data are drawn: found once. */
static void
document_changed_cb (LmInspectPage *self)
{
  LmDataset *dataset = lm_document_get_dataset (self->document, NULL);
  InkWork *work;

  if (dataset == NULL || dataset == self->ink_data)
    return;
  g_clear_pointer (&self->ink_data, lm_dataset_unref);
  self->ink_data = lm_dataset_ref (dataset);
  work = g_new0 (InkWork, 1);
  work->dataset = lm_dataset_ref (dataset);
  lm_work_run (self, ink_thread, ink_cb, work, ink_free);
}

/* --- Widget -------------------------------------------------------------------------- */

static void
menu_pressed_cb (LmInspectPage *self,
                 int n_press,
                 double x,
                 double y,
                 GtkGesture *gesture)
{
  GtkWidget *widget = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));
  double at_x, at_y;

  gtk_widget_grab_focus (widget);
  if (!gtk_widget_translate_coordinates (widget, GTK_WIDGET (self), x, y, &at_x, &at_y))
    return;
  gtk_popover_set_pointing_to (self->menu, &(GdkRectangle){ (int) at_x, (int) at_y, 1, 1 });
  gtk_popover_popup (self->menu);
}

static void
add_menu (LmInspectPage *self,
          GtkWidget *widget)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (menu_pressed_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
}

static void
lm_inspect_page_map (GtkWidget *widget)
{
  LmInspectPage *self = LM_INSPECT_PAGE (widget);

  GTK_WIDGET_CLASS (lm_inspect_page_parent_class)->map (widget);
  watch (self);
  if (self->lens != NULL)
    update (self);
}

static void
lm_inspect_page_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lm_inspect_page_parent_class)->unmap (widget);
  watch (LM_INSPECT_PAGE (widget));
}

static void
lm_inspect_page_set_source (LmPage *page,
                            const LmSource *source)
{
  LmInspectPage *self = LM_INSPECT_PAGE (page);

  g_set_object (&self->document, source->document);
  g_set_object (&self->lens, source->lens);
  lm_sample_picker_set_lens (self->picker, self->lens);
  lm_inspect_pane_set_source (self->pane, self->document, self->lens);
  g_signal_connect_object (self->lens, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "runs-changed", G_CALLBACK (runs_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->lens, "sample-changed", G_CALLBACK (sample_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->lens, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (lm_lens_get_pins (self->lens), "changed", G_CALLBACK (update_pins), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "changed", G_CALLBACK (document_changed_cb), self, G_CONNECT_SWAPPED);
  document_changed_cb (self);
  update_pins (self);
  watch (self);
  update (self);
}

static LmPanes *
lm_inspect_page_get_panes (LmPage *page)
{
  return LM_INSPECT_PAGE (page)->panes;
}

static void
lm_inspect_page_page_init (LmPageInterface *interface)
{
  interface->set_source = lm_inspect_page_set_source;
  interface->get_panes = lm_inspect_page_get_panes;
  interface->add_views = lm_inspect_page_add_views;
  interface->drop = lm_inspect_page_drop;
}

static void
lm_inspect_page_dispose (GObject *object)
{
  LmInspectPage *self = LM_INSPECT_PAGE (object);
  GtkWidget *child;

  if (self->lens != NULL)
    lm_lens_watch (self->lens, self, 0);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->document);
  g_clear_object (&self->lens);
  g_clear_pointer (&self->ink_data, lm_dataset_unref);

  G_OBJECT_CLASS (lm_inspect_page_parent_class)->dispose (object);
}

static void
lm_inspect_page_finalize (GObject *object)
{
  g_free (LM_INSPECT_PAGE (object)->layer);

  G_OBJECT_CLASS (lm_inspect_page_parent_class)->finalize (object);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, LmInspectPage, child)

static void
bind_children (GtkWidgetClass *widget_class)
{
  BIND (panes);
  BIND (pick_mode);
  BIND (draw_mode);
  BIND (file_mode);
  BIND (pin);
  BIND (modes);
  BIND (picker);
  BIND (pad);
  BIND (pad_words);
  BIND (eraser);
  BIND (pen_width);
  BIND (file_view);
  BIND (file_words);
  BIND (bars);
  BIND (through);
  BIND (pins_box);
  BIND (pins);
  BIND (pane);
  BIND (stack);
  BIND (problem);
  BIND (film_words);
  BIND (strip);
  BIND (sheet_title);
  BIND (sheet_words);
  BIND (outputs_mode);
  BIND (kernels_mode);
  BIND (filters_mode);
  BIND (search_box);
  BIND (search_bar);
  BIND (search_button);
  BIND (sheet_stack);
  BIND (sheet_problem);
  BIND (tiles);
  BIND (heat_card);
  BIND (heat_title);
  BIND (heat_words);
  BIND (heat_stack);
  BIND (heat_problem);
  BIND (use_last);
  BIND (heat);
  BIND (heat_warning_box);
  BIND (heat_warning);
  BIND (heat_caption);
  BIND (detail_popover);
  BIND (detail);
  BIND (menu);
}

static void
lm_inspect_page_class_init (LmInspectPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lm_inspect_page_dispose;
  object_class->finalize = lm_inspect_page_finalize;
  widget_class->map = lm_inspect_page_map;
  widget_class->unmap = lm_inspect_page_unmap;

  g_type_ensure (LM_TYPE_ANSWER_BARS);
  g_type_ensure (LM_TYPE_DRAWING_PAD);
  g_type_ensure (LM_TYPE_FILM_STRIP);
  g_type_ensure (LM_TYPE_HEAT_VIEW);
  g_type_ensure (LM_TYPE_INSPECT_PANE);
  g_type_ensure (LM_TYPE_PANES);
  g_type_ensure (LM_TYPE_SAMPLE_PICKER);
  g_type_ensure (LM_TYPE_SAMPLE_VIEW);
  g_type_ensure (LM_TYPE_TILE_DETAIL);
  g_type_ensure (LM_TYPE_TILE_VIEW);
  gtk_widget_class_set_css_name (widget_class, "inspectpage");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-inspect-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, mode_cb);
  gtk_widget_class_bind_template_callback (widget_class, pen_cb);
  gtk_widget_class_bind_template_callback (widget_class, pin_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, pin_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, strip_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, sheet_mode_cb);
  gtk_widget_class_bind_template_callback (widget_class, tile_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, tile_enlarge_cb);
  gtk_widget_class_install_action (widget_class, "inspect.pin", NULL, pin_cb);
  gtk_widget_class_install_action (widget_class, "inspect.draw", NULL, draw_cb);
  gtk_widget_class_install_action (widget_class, "inspect.clear", NULL, clear_cb);
  gtk_widget_class_install_action (widget_class, "inspect.open", NULL, open_cb);
  gtk_widget_class_install_action (widget_class, "inspect.order", NULL, order_cb);
  gtk_widget_class_install_action (widget_class, "inspect.search", NULL, search_cb);
  gtk_widget_class_install_action (widget_class, "inspect.export", "s", export_cb);
  gtk_widget_class_install_action (widget_class, "inspect.look-anyway", NULL, look_anyway_cb);
  gtk_widget_class_install_action (widget_class, "inspect.use-last-convolution", NULL, use_last_convolution_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_p, 0, "inspect.pin", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, 0, "inspect.order", NULL);
}

static void
lm_inspect_page_init (LmInspectPage *self)
{
  lm_ink_style (NULL, &self->ink);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->pad, "changed", G_CALLBACK (pad_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->bars, "chosen", G_CALLBACK (class_chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pane, "changed", G_CALLBACK (pane_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pane, "layer-chosen", G_CALLBACK (choose_layer), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->detail_popover, "closed", G_CALLBACK (detail_closed_cb), self, G_CONNECT_SWAPPED);
  add_menu (self, GTK_WIDGET (self->strip));
  add_menu (self, GTK_WIDGET (self->tiles));
  add_menu (self, GTK_WIDGET (self->heat));
}

/* lm-checkpoint.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-checkpoint.h"

#include "lm-i18n.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

/* More live changes than anybody makes by hand. */
#define MAX_EDITS 100000

typedef enum {
  FIELD_INT,
  FIELD_DOUBLE,
} FieldKind;

/* The plain numbers of LmCheckpointState, in the order in which they are written. */
static const struct {
  const char *name;
  FieldKind kind;
  gsize offset;
} fields[] = {
  { "seed", FIELD_INT, offsetof (LmCheckpointState, seed) },
  { "epoch", FIELD_INT, offsetof (LmCheckpointState, epoch) },
  { "batch", FIELD_INT, offsetof (LmCheckpointState, batch) },
  { "step", FIELD_INT, offsetof (LmCheckpointState, step) },
  { "rate", FIELD_DOUBLE, offsetof (LmCheckpointState, rate) },
  { "best_value", FIELD_DOUBLE, offsetof (LmCheckpointState, best_value) },
  { "best_epoch", FIELD_INT, offsetof (LmCheckpointState, best_epoch) },
  { "wait", FIELD_INT, offsetof (LmCheckpointState, wait) },
  { "samples", FIELD_DOUBLE, offsetof (LmCheckpointState, samples) },
  { "loss_sum", FIELD_DOUBLE, offsetof (LmCheckpointState, loss_sum) },
  { "seconds", FIELD_DOUBLE, offsetof (LmCheckpointState, seconds) },
  { "plateau_epochs", FIELD_INT, offsetof (LmCheckpointState, plateau.n) },
  { "plateau_best", FIELD_DOUBLE, offsetof (LmCheckpointState, plateau.best) },
  { "plateau_wait", FIELD_INT, offsetof (LmCheckpointState, plateau.wait) },
  { "plateau_cooldown", FIELD_INT, offsetof (LmCheckpointState, plateau.cooldown) },
  { "averaged", FIELD_INT, offsetof (LmCheckpointState, averaged) },
};

LmCheckpoint *
lm_checkpoint_new (const LmCheckpointState *state,
                   LmSnapshot *weights,
                   const char *optimizer,
                   const char *instruction_set,
                   const LmRateEdit *edits,
                   int n_edits)
{
  LmCheckpoint *self = g_new0 (LmCheckpoint, 1);

  lm_ref_init (&self->ref);
  self->state = *state;
  self->weights = lm_snapshot_ref (weights);
  self->optimizer = g_strdup (optimizer);
  self->instruction_set = g_strdup (instruction_set);
  self->n_edits = n_edits;
  self->edits = g_memdup2 (edits, sizeof (LmRateEdit) * (gsize) n_edits);
  return self;
}

LmCheckpoint *
lm_checkpoint_ref (LmCheckpoint *self)
{
  lm_ref_inc (&self->ref);
  return self;
}

void
lm_checkpoint_unref (LmCheckpoint *self)
{
  if (self == NULL || !lm_ref_dec (&self->ref))
    return;
  lm_snapshot_unref (self->weights);
  g_free (self->optimizer);
  g_free (self->instruction_set);
  g_free (self->edits);
  g_free (self);
}

static void
append_double (GString *text,
               double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (text, ' ');
  g_string_append (text, g_ascii_dtostr (buffer, sizeof buffer, value));
}

char *
lm_checkpoint_format (const LmCheckpoint *self)
{
  GString *text = g_string_new ("lamina-checkpoint 1\n");

  g_string_append_printf (text, "optimizer %s\ninstruction_set %s\n", self->optimizer, self->instruction_set);
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++) {
    const void *field = (const guint8 *) &self->state + fields[i].offset;

    g_string_append (text, fields[i].name);
    if (fields[i].kind == FIELD_INT)
      g_string_append_printf (text, " %" PRId64, *(const gint64 *) field);
    else
      append_double (text, *(const double *) field);
    g_string_append_c (text, '\n');
  }
  for (int i = 0; i < self->state.n_metrics; i++) {
    const LmMetricState *metric = &self->state.metrics[i];

    g_string_append (text, "metric");
    append_double (text, metric->sum);
    append_double (text, metric->n);
    append_double (text, metric->more[0]);
    append_double (text, metric->more[1]);
    g_string_append_c (text, '\n');
  }
  for (int i = 0; i < self->n_edits; i++) {
    g_string_append_printf (text, "edit %" PRId64, self->edits[i].step);
    append_double (text, self->edits[i].rate);
    g_string_append_c (text, '\n');
  }
  return g_string_free (text, FALSE);
}

static gboolean
fail_format (GError **error,
             const char *line)
{
  g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
               _ ("The stored state of the run cannot be read: “%.80s” was found where a number was expected. Start a new run."), line);
  return FALSE;
}

/* Reads @n numbers separated by blanks, and nothing behind them. */
static gboolean
parse_doubles (const char *text,
               double *out,
               int n)
{
  for (int i = 0; i < n; i++) {
    char *end;

    out[i] = g_ascii_strtod (text, &end);
    if (end == text)
      return FALSE;
    text = end;
  }
  return text[strspn (text, " ")] == '\0';
}

static gboolean
parse_int (const char *text,
           gint64 *out)
{
  return text[0] == '-' ? g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, out, NULL)
                        : g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, (guint64 *) out, NULL);
}

/* One line, split at its first blank. */
static gboolean
parse_line (const char *name,
            const char *value,
            LmCheckpoint *self,
            GArray *edits)
{
  double numbers[4];

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++) {
    void *field = (guint8 *) &self->state + fields[i].offset;

    if (strcmp (fields[i].name, name) == 0)
      return fields[i].kind == FIELD_INT ? parse_int (value, field) : parse_doubles (value, field, 1);
  }
  if (strcmp (name, "optimizer") == 0) {
    g_free (self->optimizer);
    self->optimizer = g_strdup (value);
  } else if (strcmp (name, "instruction_set") == 0) {
    g_free (self->instruction_set);
    self->instruction_set = g_strdup (value);
  } else if (strcmp (name, "metric") == 0) {
    if (self->state.n_metrics == LM_MAX_METRICS || !parse_doubles (value, numbers, 4))
      return FALSE;
    self->state.metrics[self->state.n_metrics++] = (LmMetricState){ numbers[0], numbers[1], { numbers[2], numbers[3] } };
  } else if (strcmp (name, "edit") == 0) {
    LmRateEdit edit;

    if (edits->len == MAX_EDITS || !parse_doubles (value, numbers, 2) || !(numbers[0] >= 0 && numbers[0] < 9e15))
      return FALSE;
    edit = (LmRateEdit){ (gint64) numbers[0], numbers[1] };
    g_array_append_val (edits, edit);
  }
  /* A later version may have added lines that this one can do without. */
  return TRUE;
}

LmCheckpoint *
lm_checkpoint_parse (const char *text,
                     LmSnapshot *weights,
                     GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GArray) edits = g_array_new (FALSE, FALSE, sizeof (LmRateEdit));
  g_autoptr (LmCheckpoint) self = g_new0 (LmCheckpoint, 1);
  const LmCheckpointState *state = &self->state;

  lm_ref_init (&self->ref);
  self->weights = lm_snapshot_ref (weights);
  if (lines[0] == NULL || strcmp (lines[0], "lamina-checkpoint 1") != 0) {
    fail_format (error, lines[0] != NULL ? lines[0] : "");
    return NULL;
  }
  for (int i = 1; lines[i] != NULL; i++) {
    char *blank = strchr (lines[i], ' ');

    if (lines[i][0] == '\0')
      continue;
    if (blank != NULL)
      *blank = '\0';
    if (blank == NULL || !parse_line (lines[i], blank + 1, self, edits)) {
      fail_format (error, lines[i]);
      return NULL;
    }
  }
  if (self->optimizer == NULL || self->instruction_set == NULL || state->epoch < 0 || state->batch < 0 || state->step < 0 ||
      state->step < state->batch || state->best_epoch < 0 || state->wait < 0 || !(state->rate > 0 && isfinite (state->rate))) {
    fail_format (error, lines[0]);
    return NULL;
  }
  self->n_edits = (int) edits->len;
  self->edits = g_memdup2 (edits->data, sizeof (LmRateEdit) * edits->len);
  return g_steal_pointer (&self);
}

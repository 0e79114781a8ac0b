/* lm-event.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-event.h"

const char *
lm_end_reason_name (LmEndReason reason)
{
  static const char *const names[] = {
    [LM_END_FINISHED] = "finished",
    [LM_END_STOPPED] = "stopped",
    [LM_END_EARLY] = "early_stopping",
    [LM_END_TIME] = "time_limit",
    [LM_END_NAN] = "nan",
    [LM_END_FAILED] = "failed",
  };

  return names[reason];
}

LmEvent *
lm_event_new (LmEventKind kind,
              LmRunFacts *facts)
{
  LmEvent *self = g_new0 (LmEvent, 1);

  lm_ref_init (&self->ref);
  self->kind = kind;
  self->facts = facts != NULL ? lm_run_facts_ref (facts) : NULL;
  return self;
}

LmEvent *
lm_event_ref (LmEvent *self)
{
  lm_ref_inc (&self->ref);
  return self;
}

void
lm_event_unref (LmEvent *self)
{
  if (self == NULL || !lm_ref_dec (&self->ref))
    return;
  if (self->kind == LM_EVENT_CHECKPOINT) {
    lm_checkpoint_unref (self->keep.checkpoint);
  } else if (self->kind == LM_EVENT_END) {
    g_clear_error (&self->end.error);
    g_free (self->end.node);
    g_free (self->end.layer);
  }
  lm_run_facts_unref (self->facts);
  g_free (self);
}

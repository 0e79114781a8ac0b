/* lm-option-json.h: options as JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-json.h"
#include "lm-option.h"

G_BEGIN_DECLS

/* A value as Keras writes it: true, 64, 0.001, "same", [3, 3], null for none; an object option is the id of its member,
 * "adam", or with options {"kind": "adam", "options": {"learning_rate": 0.0003}}. @value must be set. */
void lm_json_put_option (LmJsonWriter *self, const char *key, const LmOptionValue *value);

/* What counts when the option is not set. */
void lm_json_put_default (LmJsonWriter *self, const char *key, const LmOptionSpec *spec);

/* An object with the options that are set; on one line if @is_inline. */
void lm_json_put_options (LmJsonWriter *self, const char *key, const LmOptionSet *set, gboolean is_inline);

/* A member with its options, as an object option is written. */
void lm_json_put_member (LmJsonWriter *self, const char *key, const LmOptionSet *set);

/**
 * lm_json_get_option:
 * @owner: whose option it is, for messages
 * @value: (out): to be cleared with lm_option_value_clear()
 *
 * Reads what lm_json_put_option() writes; a list option may also be one number,
 * which is then repeated. Limits are checked.
 */
gboolean lm_json_get_option (const LmJsonAt *at, const LmOptionSpec *spec, const char *owner, LmOptionValue *value, GError **error);

/* Sets the options that the object @at names; one that @set does not have is an error that lists those it has. */
gboolean lm_json_get_options (const LmJsonAt *at, LmOptionSet *set, const char *owner, GError **error);

/* (transfer full): a member of @family with its options. */
LmOptionSet *lm_json_get_member (const LmJsonAt *at, const char *family, const char *owner, GError **error);

G_END_DECLS

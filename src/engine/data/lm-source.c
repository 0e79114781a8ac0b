/* lm-source.c: data SPECs, and opening what they name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-source.h"

#include "lm-i18n.h"

#include <string.h>

gboolean
lm_request_progress (const LmSourceRequest *self,
                     const char *what,
                     double share,
                     GError **error)
{
  if (self->progress == NULL || self->progress (self->progress_data, what, share))
    return TRUE;
  g_set_error (error, LM_ERROR, LM_ERROR_CANCELLED, _ ("Stopped while opening “%s”."), self->shown);
  return FALSE;
}

/* (transfer full): “builtin, idx, npz”, or the names of the builtin sets. */
static char *
list_sources (gboolean is_builtin)
{
  gsize n;
  const LmMember *const *members = lm_family_members ("source", &n);
  GString *out = g_string_new (is_builtin ? NULL : "builtin");

  for (gsize i = 0; i < n; i++) {
    const LmSourceClass *source = (const LmSourceClass *) members[i];

    if (source->is_builtin == is_builtin)
      g_string_append_printf (out, "%s%s", out->len > 0 ? ", " : "", source->member.id);
  }
  return g_string_free (out, FALSE);
}

static const LmSourceClass *
find_source (const char *id,
             gboolean is_builtin)
{
  gsize n;
  const LmMember *const *members = lm_family_members ("source", &n);

  for (gsize i = 0; i < n; i++) {
    const LmSourceClass *source = (const LmSourceClass *) members[i];

    if (source->is_builtin == is_builtin && strcmp (source->member.id, id) == 0)
      return source;
  }
  return NULL;
}

/* Up to an unescaped question mark, which @end then points at, or to the end of the text. */
static char *
parse_path (const char *text,
            const char **end)
{
  GString *out = g_string_new (NULL);

  for (; *text != '\0' && *text != '?'; text++) {
    if (*text == '\\' && (text[1] == '?' || text[1] == '\\'))
      text++;
    g_string_append_c (out, *text);
  }
  *end = text;
  return g_string_free (out, FALSE);
}

static gboolean
fail_key (const LmSpec *spec,
          const char *key,
          GError **error)
{
  GString *names = g_string_new (NULL);

  for (int i = 0; i < spec->source->member.n_options; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", spec->source->member.options[i].id);
  if (names->len > 0)
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("Data of the kind “%s” have no option “%s”; there is: %s."), spec->source->member.id, key, names->str);
  else
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("Data of the kind “%s” have no option “%s”, nor any other. Leave it out."), spec->source->member.id, key);
  g_string_free (names, TRUE);
  return FALSE;
}

static gboolean
parse_pair (LmSpec *spec,
            const char *pair,
            GError **error)
{
  const char *sign = strchr (pair, '=');
  g_autofree char *key = g_uri_unescape_segment (pair, sign, NULL);
  g_autofree char *text = sign != NULL ? g_uri_unescape_string (sign + 1, NULL) : NULL;
  LmOptionValue value = { 0 };
  gboolean good;
  int i;

  if (key == NULL || !g_utf8_validate (key, -1, NULL) || (sign != NULL && (text == NULL || !g_utf8_validate (text, -1, NULL)))) {
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("“%s” cannot be read: after a per cent sign there must be two hexadecimal digits. Write %%25 for the sign itself."), pair);
    return FALSE;
  }
  i = lm_option_set_index (spec->options, key);
  if (i < 0)
    return fail_key (spec, key, error);
  if (text == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
                 _ ("The option “%s” of “%s” has no value. Write %s=VALUE."), key, spec->source->member.id, key);
    return FALSE;
  }
  if (!lm_option_parse (&spec->source->member.options[i], text, &value, error))
    return FALSE;
  good = lm_option_check (&spec->source->member.options[i], &value, spec->source->member.id, error) &&
         lm_option_set_value (spec->options, i, &value, error);
  lm_option_value_clear (&value);
  return good;
}

/* The source that @text names; @rest then points behind the colon. */
static const LmSourceClass *
parse_kind (const char *text,
            const char **rest,
            GError **error)
{
  const char *colon = strchr (text, ':');
  g_autofree char *kind = colon != NULL ? g_strndup (text, (gsize) (colon - text)) : NULL;
  g_autofree char *kinds = list_sources (FALSE);
  g_autofree char *builtins = list_sources (TRUE);
  g_autofree char *name = NULL;
  const LmSourceClass *source;

  if (colon == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_USAGE,
                 _ ("“%s” does not say which kind of data it is. Write KIND:PATH; the kinds are %s."), text, kinds);
    return NULL;
  }
  *rest = colon + 1;
  if (strcmp (kind, "builtin") != 0) {
    source = find_source (kind, FALSE);
    if (source == NULL)
      g_set_error (error, LM_ERROR, LM_ERROR_USAGE,
                   _ ("There is no kind of data “%s”. Write KIND:PATH; the kinds are %s."), kind, kinds);
    return source;
  }
  name = g_strndup (*rest, strcspn (*rest, "?"));
  source = find_source (name, TRUE);
  if (source == NULL)
    g_set_error (error, LM_ERROR, LM_ERROR_USAGE, _ ("There is no builtin data set “%s”; there is: %s."), name, builtins);
  return source;
}

LmSpec *
lm_spec_parse (const char *text,
               GError **error)
{
  const char *rest = NULL;
  const LmSourceClass *source;
  g_autoptr (LmSpec) self = NULL;
  g_auto (GStrv) pairs = NULL;

  if (!g_utf8_validate (text, -1, NULL)) {
    g_set_error (error, LM_ERROR, LM_ERROR_USAGE, _ ("The data cannot be named like this: the name is not UTF-8. Rename the file."));
    return NULL;
  }
  source = parse_kind (text, &rest, error);
  if (source == NULL)
    return NULL;
  self = g_new0 (LmSpec, 1);
  self->source = source;
  self->options = lm_option_set_new (&source->member);
  self->path = parse_path (rest, &rest);
  if (source->is_builtin) {
    g_clear_pointer (&self->path, g_free);
  } else if (self->path[0] == '\0') {
    g_set_error (error, LM_ERROR, LM_ERROR_USAGE, _ ("“%s” names no file or folder. Write %s:PATH."), text, source->member.id);
    return NULL;
  }
  if (*rest == '\0')
    return g_steal_pointer (&self);
  pairs = g_strsplit (rest + 1, "&", -1);
  for (int i = 0; pairs[i] != NULL; i++) {
    if (pairs[i][0] != '\0' && !parse_pair (self, pairs[i], error))
      return NULL;
  }
  return g_steal_pointer (&self);
}

/* (transfer full): the value of option @i as it stands in a query, NULL if it is the default. */
static char *
format_value (const LmSpec *self,
              int i)
{
  const LmOptionSpec *spec = &self->source->member.options[i];
  const LmOptionValue unset = { 0 };
  g_autofree char *text = NULL;
  g_autofree char *initial = NULL;
  g_auto (GStrv) parts = NULL;
  g_autofree char *plain = NULL;

  if (!self->options->values[i].is_set)
    return NULL;
  text = lm_option_format (spec, &self->options->values[i]);
  initial = lm_option_format (spec, &unset);
  if (strcmp (text, initial) == 0)
    return NULL;
  if (spec->kind == LM_OPTION_INTS) {
    parts = g_strsplit (text, "×", -1);
    plain = g_strjoinv ("x", parts);
    return g_uri_escape_string (plain, ",", TRUE);
  }
  return g_uri_escape_string (text, "/,:", TRUE);
}

char *
lm_spec_format (const LmSpec *self)
{
  GString *out = g_string_new (NULL);
  char separator = '?';

  if (self->source->is_builtin) {
    g_string_append_printf (out, "builtin:%s", self->source->member.id);
  } else {
    g_string_append_printf (out, "%s:", self->source->member.id);
    for (const char *p = self->path; *p != '\0'; p++) {
      if (*p == '?' || *p == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *p);
    }
  }
  for (int i = 0; i < self->source->member.n_options; i++) {
    g_autofree char *value = format_value (self, i);

    if (value == NULL)
      continue;
    g_string_append_printf (out, "%c%s=%s", separator, self->source->member.options[i].id, value);
    separator = '&';
  }
  return g_string_free (out, FALSE);
}

LmSpec *
lm_spec_copy (const LmSpec *self)
{
  LmSpec *copy = g_new0 (LmSpec, 1);

  copy->source = self->source;
  copy->path = g_strdup (self->path);
  copy->options = lm_option_set_copy (self->options);
  return copy;
}

void
lm_spec_free (LmSpec *self)
{
  g_free (self->path);
  lm_option_set_free (self->options);
  g_free (self);
}

char *
lm_spec_resolve (const LmSpec *self,
                 const char *base_dir)
{
  if (self->path == NULL)
    return NULL;
  if (g_str_has_prefix (self->path, "~/"))
    return g_build_filename (g_get_home_dir (), self->path + 2, NULL);
  return g_canonicalize_filename (self->path, base_dir);
}

void
lm_spec_make_relative (LmSpec *self,
                       const char *old_base_dir,
                       const char *base_dir)
{
  g_autofree char *full = lm_spec_resolve (self, old_base_dir);
  g_autofree char *base = NULL;
  gsize n;

  if (full == NULL)
    return;
  base = g_canonicalize_filename (base_dir, NULL);
  n = strlen (base);
  g_free (self->path);
  if (strcmp (full, base) == 0)
    self->path = g_strdup (".");
  else if (strncmp (full, base, n) == 0 && full[n] == '/')
    self->path = g_strdup (full + n + 1);
  else
    self->path = g_steal_pointer (&full);
}

/* (transfer full): for people: “54,000 training, 6,000 validation, 10,000 test samples · grey pictures of 28×28 pixels · 10 classes” */
static char *
describe (const LmDataset *self)
{
  const char *const names[] = { _ ("training"), _ ("validation"), _ ("test") };
  GString *out = g_string_new (NULL);

  for (int part = 0; part < LM_N_PARTS; part++) {
    if (self->n_samples[part] > 0)
      g_string_append_printf (out, "%s%'llu %s", out->len > 0 ? ", " : "", (unsigned long long) self->n_samples[part], names[part]);
  }
  g_string_append_printf (out, " %s", _ ("samples"));
  for (int c = 0; c < self->n_columns; c++) {
    const LmColumn *column = &self->columns[c];

    if (column->description != NULL)
      g_string_append_printf (out, " · %s", column->description);
  }
  return g_string_free (out, FALSE);
}

/* Takes a validation part if the data have none and one is due. */
static LmDataset *
add_validation (LmDataset *dataset,
                const LmOpenArgs *args,
                GError **error)
{
  double fraction = args->validation_split >= 0 ? args->validation_split : dataset->validation_share;
  gsize n = lm_dataset_n (dataset, LM_PART_TRAIN);
  LmDataset *view;

  if (lm_dataset_has (dataset, LM_PART_VALIDATION) || !(fraction > 0) || n == 0 || (n < 2 && args->validation_split < 0))
    return lm_dataset_ref (dataset);
  view = lm_dataset_split_validation (dataset, fraction, args->seed, FALSE, error);
  return view;
}

LmDataset *
lm_data_open (const char *text,
              const LmOpenArgs *args,
              GError **error)
{
  const LmOpenArgs defaults = LM_OPEN_ARGS_DEFAULT;
  g_autoptr (LmSpec) spec = lm_spec_parse (text, error);
  g_autoptr (LmDataset) dataset = NULL;
  g_autofree char *path = NULL;
  LmSourceRequest request;
  LmDataset *out;

  if (spec == NULL)
    return NULL;
  if (args == NULL)
    args = &defaults;
  path = lm_spec_resolve (spec, args->base_dir);
  request = (LmSourceRequest){
    .path = path,
    .shown = spec->path != NULL ? spec->path : spec->source->member.id,
    .options = spec->options,
    .progress = args->progress,
    .progress_data = args->progress_data,
  };
  if (path != NULL && !g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND,
                 _ ("There is nothing at “%s”, where %s should be. Check the path."), path, _ (spec->source->path_hint));
    return NULL;
  }
  dataset = spec->source->open (&request, error);
  if (dataset == NULL)
    return NULL;
  out = add_validation (dataset, args, error);
  if (out == NULL)
    return NULL;
  g_free (out->spec);
  out->spec = lm_spec_format (spec);
  g_free (out->description);
  out->description = describe (out);
  return out;
}

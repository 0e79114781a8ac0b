/* lm-project-tensor.c: tensors in rows, and the checkpoints they belong to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-project-private.h"

#include "lm-i18n.h"
#include "lm-rng.h"

#include <string.h>

/* Rows hold numbers as they lie in memory. */
G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN);

/* Bytes in one row. A multiple of every element's size. */
#define PART ((gsize) 64 << 20)

/* --- Writing --------------------------------------------------------------------- */

/* What a tensor's rows have in common. */
typedef struct {
  gint64 checkpoint;
  int slot;
  int moment; /* 0: the values */
  const char *path;
  const char *name;
  int role;
  gboolean trainable;
} Place;

static char *
format_shape (const LmShape *shape)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < shape->rank; i++)
    g_string_append_printf (text, i > 0 ? ",%" G_GINT64_FORMAT : "%" G_GINT64_FORMAT, shape->dim[i]);
  return g_string_free (text, FALSE);
}

static gboolean
write_tensor (LmProject *self,
              const Place *place,
              const LmTensor *tensor,
              GError **error)
{
  g_autofree char *shape = format_shape (&tensor->shape);
  const guint8 *data = tensor->data;
  gsize n = lm_tensor_n_bytes (tensor);

  for (gsize at = 0; at < n; at += PART) {
    gsize length = MIN (n - at, PART);
    LmStatement *statement = lm_sqlite_prepare (self->db,
                                                "INSERT INTO tensor (checkpoint, slot, moment, part, path, name, role, trainable, dtype, shape, hash, data)"
                                                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                                error);

    if (statement == NULL)
      return FALSE;
    lm_statement_bind_int (statement, 1, place->checkpoint);
    lm_statement_bind_int (statement, 2, place->slot);
    lm_statement_bind_int (statement, 3, place->moment);
    lm_statement_bind_int (statement, 4, (gint64) (at / PART));
    lm_statement_bind_text (statement, 5, place->path);
    lm_statement_bind_text (statement, 6, place->name);
    lm_statement_bind_int (statement, 7, place->role);
    lm_statement_bind_int (statement, 8, place->trainable);
    lm_statement_bind_text (statement, 9, lm_dtype_name (tensor->dtype));
    lm_statement_bind_text (statement, 10, shape);
    lm_statement_bind_int (statement, 11, (gint64) lm_hash_bytes (data + at, length, 0));
    lm_statement_bind_blob (statement, 12, data + at, length);
    if (!lm_statement_run (statement, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
write_row (LmProject *self,
           const LmStored *stored,
           gint64 *id,
           GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self->db, "INSERT INTO checkpoint (run, kind, epoch, batch, step, state) VALUES (?, ?, ?, ?, ?, ?)", error);

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, stored->run);
  lm_statement_bind_int (statement, 2, stored->kinds);
  lm_statement_bind_int (statement, 3, stored->epoch);
  lm_statement_bind_int (statement, 4, stored->batch);
  lm_statement_bind_int (statement, 5, stored->step);
  lm_statement_bind_text (statement, 6, stored->state);
  if (!lm_statement_run (statement, error))
    return FALSE;
  *id = lm_sqlite_last_id (self->db);
  return TRUE;
}

gboolean
lm_project_store (LmProject *self,
                  const LmStored *stored,
                  LmSnapshot *weights,
                  GError **error)
{
  gint64 id;

  if (!lm_project_unstore (self, stored->run, stored->kinds, error) || !write_row (self, stored, &id, error))
    return FALSE;
  for (int i = 0; i < weights->n_slots; i++) {
    const LmSnapshotSlot *slot = &weights->slots[i];

    for (int m = -1; m < weights->n_moments; m++) {
      g_autoptr (LmTensor) tensor = lm_snapshot_get (weights, i, m);
      Place place = { id, i, m + 1, slot->path, slot->name_path, slot->role, slot->trainable };

      if (tensor != NULL && !write_tensor (self, &place, tensor, error))
        return FALSE;
    }
  }
  return TRUE;
}

static gboolean
run_on (LmProject *self,
        const char *sql,
        gint64 run,
        GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self->db, sql, error);

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, run);
  return lm_statement_run (statement, error);
}

gboolean
lm_project_unstore (LmProject *self,
                    gint64 run,
                    int kinds,
                    GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self->db, "UPDATE checkpoint SET kind = kind & ~?2 WHERE run = ?1 AND kind & ?2", error);

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, run);
  lm_statement_bind_int (statement, 2, kinds);
  return lm_statement_run (statement, error) &&
         run_on (self, "DELETE FROM tensor WHERE checkpoint IN (SELECT id FROM checkpoint WHERE run = ? AND kind = 0)", run, error) &&
         run_on (self, "DELETE FROM checkpoint WHERE run = ? AND kind = 0", run, error) &&
         run_on (self, "DELETE FROM tensor WHERE checkpoint IN (SELECT id FROM checkpoint WHERE run = ? AND kind & 1 = 0) AND moment > 0", run, error);
}

/* --- Reading ----------------------------------------------------------------------- */

gboolean
lm_project_find_stored (LmProject *self,
                        gint64 run,
                        int kinds,
                        gint64 epoch,
                        gint64 *id,
                        GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self->db,
                                              "SELECT id FROM checkpoint WHERE run = ?1 AND kind & ?2 AND (?3 < 0 OR (epoch = ?3 AND batch = 0)) ORDER BY kind & 1 DESC, id DESC", error);
  LmRowResult row;

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, run);
  lm_statement_bind_int (statement, 2, kinds);
  lm_statement_bind_int (statement, 3, epoch);
  row = lm_statement_step (statement, error);
  *id = row == LM_ROW_THERE ? lm_statement_get_int (statement, 0) : 0;
  lm_statement_reset (statement);
  return row != LM_ROW_ERROR;
}

static gboolean
fail_damaged (LmProject *self,
              const char *name,
              GError **error)
{
  g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("“%s” is damaged: the stored numbers of “%s” are not as they were written. Use a copy made earlier, or start a new run."),
               self->shown, name);
  return FALSE;
}

/* FALSE if @text is no shape that could be. */
static gboolean
parse_shape (const char *text,
             LmShape *shape)
{
  *shape = LM_SCALAR;
  while (*text != '\0') {
    char *end;
    gint64 size = g_ascii_strtoll (text, &end, 10);

    if (end == text || size < 1 || shape->rank == LM_MAX_RANK || (*end != ',' && *end != '\0') || (*end == ',' && end[1] == '\0'))
      return FALSE;
    shape->dim[shape->rank++] = size;
    text = *end == ',' ? end + 1 : end;
  }
  return lm_shape_check (shape, 1, NULL);
}

static gboolean
parse_dtype (const char *text,
             LmDtype *dtype)
{
  for (int i = LM_F32; i <= LM_U8; i++) {
    if (strcmp (lm_dtype_name ((LmDtype) i), text) == 0) {
      *dtype = (LmDtype) i;
      return TRUE;
    }
  }
  return FALSE;
}

/* A tensor that is being put together from its rows. */
typedef struct {
  int slot;
  int moment;
  char *path;
  char *name;
  int role;
  gboolean trainable;
  LmTensor *tensor;
} Piece;

static void
piece_free (void *data)
{
  Piece *piece = data;

  g_free (piece->path);
  g_free (piece->name);
  lm_tensor_unref (piece->tensor);
  g_free (piece);
}

/* Columns of the statement below. */
enum {
  SLOT,
  MOMENT,
  PART_NUMBER,
  PATH,
  NAME,
  ROLE,
  TRAINABLE,
  DTYPE,
  SHAPE,
  HASH,
  DATA,
};

#define SELECT_TENSORS                                                                            \
  "SELECT slot, moment, part, path, name, role, trainable, dtype, shape, hash, data FROM tensor " \
  "WHERE checkpoint = ? ORDER BY slot, moment, part"

/* Begins the tensor of the present row. @left: bytes that are there in all; none is claimed that is not. */
static Piece *
begin_piece (LmProject *self,
             LmStatement *row,
             gint64 left,
             GError **error)
{
  const char *name = lm_statement_get_text (row, NAME);
  LmDtype dtype;
  LmShape shape;
  Piece *piece;
  LmTensor *tensor;

  if (!parse_shape (lm_statement_get_text (row, SHAPE), &shape) || !parse_dtype (lm_statement_get_text (row, DTYPE), &dtype) ||
      lm_statement_get_int (row, MOMENT) < 0 || lm_statement_get_int (row, MOMENT) > LM_MAX_MOMENTS ||
      lm_shape_n_elements (&shape, 1) > left / (gint64) lm_dtype_size (dtype)) {
    fail_damaged (self, name, error);
    return NULL;
  }
  tensor = lm_tensor_new (dtype, &shape, error);
  if (tensor == NULL)
    return NULL;

  piece = g_new0 (Piece, 1);
  piece->slot = (int) lm_statement_get_int (row, SLOT);
  piece->moment = (int) lm_statement_get_int (row, MOMENT);
  piece->path = g_strdup (lm_statement_get_text_or_null (row, PATH));
  piece->name = g_strdup (lm_statement_get_text_or_null (row, NAME));
  piece->role = lm_statement_get_int (row, ROLE) == LM_SLOT_STATE ? LM_SLOT_STATE : LM_SLOT_WEIGHT;
  piece->trainable = lm_statement_get_int (row, TRAINABLE) != 0;
  piece->tensor = tensor;
  return piece;
}

/* Puts the present row into its tensor; @next: where the row before ended. */
static gboolean
add_part (LmProject *self,
          LmStatement *row,
          Piece *piece,
          gsize *next,
          GError **error)
{
  gsize length, total = lm_tensor_n_bytes (piece->tensor);
  const void *data = lm_statement_get_blob (row, DATA, &length);

  if ((gsize) lm_statement_get_int (row, PART_NUMBER) != *next / PART || length != MIN (total - *next, PART) || length == 0 ||
      (gint64) lm_hash_bytes (data, length, 0) != lm_statement_get_int (row, HASH))
    return fail_damaged (self, piece->name != NULL ? piece->name : "?", error);
  memcpy ((guint8 *) piece->tensor->data + *next, data, length);
  *next += length;
  return TRUE;
}

static gboolean
read_rows (LmProject *self,
           LmStatement *statement,
           gint64 left,
           GPtrArray *pieces,
           GError **error)
{
  Piece *piece = NULL;
  gsize next = 0;
  LmRowResult row;

  while ((row = lm_statement_step (statement, error)) == LM_ROW_THERE) {
    gboolean is_new = piece == NULL || lm_statement_get_int (statement, SLOT) != piece->slot || lm_statement_get_int (statement, MOMENT) != piece->moment;

    if (is_new && piece != NULL && next != lm_tensor_n_bytes (piece->tensor))
      return fail_damaged (self, piece->name != NULL ? piece->name : "?", error);
    if (is_new) {
      piece = begin_piece (self, statement, left, error);
      if (piece == NULL)
        return FALSE;
      g_ptr_array_add (pieces, piece);
      left -= (gint64) lm_tensor_n_bytes (piece->tensor);
      next = 0;
    }
    if (!add_part (self, statement, piece, &next, error))
      return FALSE;
  }
  if (row == LM_ROW_NONE && piece != NULL && next != lm_tensor_n_bytes (piece->tensor))
    return fail_damaged (self, piece->name != NULL ? piece->name : "?", error);
  return row == LM_ROW_NONE;
}

/* (transfer full) (element-type Piece): all tensors of a checkpoint, by slot and moment. */
static GPtrArray *
read_pieces (LmProject *self,
             gint64 checkpoint,
             GError **error)
{
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func (piece_free);
  LmStatement *statement = lm_sqlite_prepare (self->db, "SELECT sum (length (data)) FROM tensor WHERE checkpoint = ?", error);
  gint64 left;
  gboolean good;

  if (statement == NULL)
    return NULL;
  lm_statement_bind_int (statement, 1, checkpoint);
  if (lm_statement_step (statement, error) != LM_ROW_THERE)
    return NULL;
  left = lm_statement_get_int (statement, 0);
  lm_statement_reset (statement);

  statement = lm_sqlite_prepare (self->db, SELECT_TENSORS, error);
  if (statement == NULL)
    return NULL;
  lm_statement_bind_int (statement, 1, checkpoint);
  good = read_rows (self, statement, left, pieces, error);
  lm_statement_reset (statement);
  return good ? g_steal_pointer (&pieces) : NULL;
}

/* --- Weights -------------------------------------------------------------------------- */

LmSnapshot *
lm_project_read_weights (LmProject *self,
                         gint64 checkpoint,
                         GError **error)
{
  g_autoptr (GPtrArray) pieces = read_pieces (self, checkpoint, error);
  g_autoptr (LmSnapshot) snapshot = NULL;
  int n_moments = 0;

  if (pieces == NULL)
    return NULL;
  for (guint i = 0; i < pieces->len; i++)
    n_moments = MAX (n_moments, ((Piece *) g_ptr_array_index (pieces, i))->moment);

  snapshot = lm_snapshot_new (n_moments);
  for (guint i = 0; i < pieces->len;) {
    const Piece *piece = g_ptr_array_index (pieces, i);
    LmTensor *moments[LM_MAX_MOMENTS] = { NULL };

    if (piece->moment != 0 || (piece->path == NULL && piece->name == NULL)) {
      fail_damaged (self, piece->name != NULL ? piece->name : "?", error);
      return NULL;
    }
    for (i++; i < pieces->len; i++) {
      const Piece *more = g_ptr_array_index (pieces, i);

      if (more->slot != piece->slot)
        break;
      moments[more->moment - 1] = more->tensor;
    }
    if (!lm_snapshot_add (snapshot, piece->path, piece->name, (LmSlotRole) piece->role, piece->trainable, piece->tensor, moments, error))
      return NULL;
  }
  lm_snapshot_seal (snapshot);
  return g_steal_pointer (&snapshot);
}

/* --- The data chain ---------------------------------------------------------------------- */

gboolean
lm_project_store_chain (LmProject *self,
                        gint64 run,
                        const LmPipeline *pipeline,
                        GError **error)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;
  LmStored stored = { .run = run, .kinds = LM_STORED_CHAIN };
  gint64 id;

  for (int i = 0; i < lm_pipeline_n_steps (pipeline); i++)
    g_ptr_array_add (steps, lm_pipeline_format_step (pipeline, i));
  g_ptr_array_add (steps, NULL);
  stored.state = text = g_strjoinv ("\n", (char **) steps->pdata);
  if (!lm_project_unstore (self, run, LM_STORED_CHAIN, error) || !write_row (self, &stored, &id, error))
    return FALSE;

  for (int i = 0; i < lm_pipeline_n_state (pipeline); i++) {
    g_autofree char *name = NULL;
    LmTensor *tensor = lm_pipeline_get_state (pipeline, i, &name);
    Place place = { .checkpoint = id, .slot = i, .name = name, .role = LM_SLOT_STATE };

    if (tensor != NULL && !write_tensor (self, &place, tensor, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_steps (LmProject *self,
            gint64 checkpoint,
            LmPipeline *pipeline,
            GError **error)
{
  LmStatement *statement = lm_sqlite_prepare (self->db, "SELECT state FROM checkpoint WHERE id = ?", error);
  g_auto (GStrv) lines = NULL;

  if (statement == NULL)
    return FALSE;
  lm_statement_bind_int (statement, 1, checkpoint);
  if (lm_statement_step (statement, error) != LM_ROW_THERE)
    return FALSE;
  lines = g_strsplit (lm_statement_get_text (statement, 0), "\n", -1);
  lm_statement_reset (statement);
  for (int i = 0; lines[i] != NULL; i++) {
    if (lines[i][0] != '\0' && !lm_pipeline_add_text (pipeline, lines[i], error))
      return FALSE;
  }
  return TRUE;
}

LmPipeline *
lm_project_read_chain (LmProject *self,
                       gint64 run,
                       GError **error)
{
  g_autoptr (LmPipeline) pipeline = lm_pipeline_new ();
  g_autoptr (GPtrArray) pieces = NULL;
  gint64 id;

  if (!lm_project_find_stored (self, run, LM_STORED_CHAIN, -1, &id, error) || id == 0)
    return NULL;
  if (!read_steps (self, id, pipeline, error))
    return NULL;
  pieces = read_pieces (self, id, error);
  for (guint i = 0; pieces != NULL && i < pieces->len; i++) {
    const Piece *piece = g_ptr_array_index (pieces, i);

    if (!lm_pipeline_set_state (pipeline, piece->name != NULL ? piece->name : "", piece->tensor, error))
      return NULL;
  }
  return pieces != NULL ? g_steal_pointer (&pipeline) : NULL;
}

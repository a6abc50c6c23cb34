#pragma once

#include "runs/store/database.h"

namespace folio::runs {

/// The version of the store's schema, kept in SQLite's user_version, or in the table `schema_version`.
constexpr int kSchemaVersion = 6;

/// Makes the tables in an empty database, and makes those of an older schema anew: the run folders hold all that was in
/// them, and the next sync from each results folder enters it. Throws Error (store) when the schema is newer or the
/// database is another program's.
void prepare_schema(Database& database);

}  // namespace folio::runs

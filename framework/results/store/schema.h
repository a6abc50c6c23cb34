#pragma once

#include "results/store/database.h"

namespace folio::results {

/// The version of the store's schema, kept in SQLite's user_version.
constexpr int kSchemaVersion = 2;

/// Makes the tables in an empty database, and makes those of an older schema anew: the run folders hold all that was in
/// them, and the next sync enters it. Throws Error (store) when the file has a newer schema or is a database of another
/// program.
void prepare_schema(Database& database);

/// Drops the tables and makes them anew, whatever version they have.
void empty_tables(Database& database);

}  // namespace folio::results

#pragma once

#include "results/store/database.h"

namespace folio::results {

/// The version of the store's schema, kept in SQLite's user_version.
constexpr int kSchemaVersion = 1;

/// Makes the tables in an empty database. Throws Error (store) when the file has a newer schema or is a database of
/// another program.
void prepare_schema(Database& database);

}  // namespace folio::results

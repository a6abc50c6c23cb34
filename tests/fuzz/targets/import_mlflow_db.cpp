// MLflow's store in an SQLite file.

#include "imports.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  static InputFile file("mlflow.db");
  check_import(file.with(bytes), "mlflow.db");
}

}  // namespace folio::fuzz

#pragma once

#include <CLI/CLI.hpp>

#include "cli/session/global_options.h"

namespace folio::cli {

/// Each adds one command to the program, in the file of its name. The command's action runs from CLI11's callback; it
/// prints to standard output, throws folio::Error, and sets `exit_code` where that is not 0.
void add_run(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_check(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_schema(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_plugins(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_ls(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_show(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_diff(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_cache(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_compare(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_tag(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_note(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_name(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_rm(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_restore(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_purge(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_reindex(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_import(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_export(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_metrics(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_doctor(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_completion(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_generate(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_data(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_new(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_params(CLI::App& app, const GlobalOptions& global, int& exit_code);
void add_tokenize(CLI::App& app, const GlobalOptions& global, int& exit_code);

}  // namespace folio::cli

#pragma once

#include "cli/command_line/command.h"
#include "cli/session/global_options.h"

namespace folio::cli {

/// Each adds one command to the program, in the file of its name. Its action prints to standard output,
/// throws folio::Error, and sets `exit_code` where that is not 0.
void add_run(const Command& program, const GlobalOptions& global, int& exit_code);
void add_check(const Command& program, const GlobalOptions& global, int& exit_code);
void add_schema(const Command& program, const GlobalOptions& global, int& exit_code);
void add_plugins(const Command& program, const GlobalOptions& global, int& exit_code);
void add_ls(const Command& program, const GlobalOptions& global, int& exit_code);
void add_show(const Command& program, const GlobalOptions& global, int& exit_code);
void add_diff(const Command& program, const GlobalOptions& global, int& exit_code);
void add_cache(const Command& program, const GlobalOptions& global, int& exit_code);
void add_compare(const Command& program, const GlobalOptions& global, int& exit_code);
void add_plot(const Command& program, const GlobalOptions& global, int& exit_code);
void add_watch(const Command& program, const GlobalOptions& global, int& exit_code);
void add_report(const Command& program, const GlobalOptions& global, int& exit_code);
void add_tag(const Command& program, const GlobalOptions& global, int& exit_code);
void add_note(const Command& program, const GlobalOptions& global, int& exit_code);
void add_name(const Command& program, const GlobalOptions& global, int& exit_code);
void add_mark(const Command& program, const GlobalOptions& global, int& exit_code);
void add_stop(const Command& program, const GlobalOptions& global, int& exit_code);
void add_serve(const Command& program, const GlobalOptions& global, int& exit_code);
void add_resume(const Command& program, const GlobalOptions& global, int& exit_code);
void add_verify(const Command& program, const GlobalOptions& global, int& exit_code);
void add_rm(const Command& program, const GlobalOptions& global, int& exit_code);
void add_restore(const Command& program, const GlobalOptions& global, int& exit_code);
void add_purge(const Command& program, const GlobalOptions& global, int& exit_code);
void add_reindex(const Command& program, const GlobalOptions& global, int& exit_code);
void add_import(const Command& program, const GlobalOptions& global, int& exit_code);
void add_export(const Command& program, const GlobalOptions& global, int& exit_code);
void add_metrics(const Command& program, const GlobalOptions& global, int& exit_code);
void add_doctor(const Command& program, const GlobalOptions& global, int& exit_code);
void add_completion(const Command& program, const GlobalOptions& global, int& exit_code);
void add_init(const Command& program, const GlobalOptions& global, int& exit_code);
void add_help(const Command& program, const GlobalOptions& global, int& exit_code);
void add_generate(const Command& program, const GlobalOptions& global, int& exit_code);
void add_data(const Command& program, const GlobalOptions& global, int& exit_code);
void add_new(const Command& program, const GlobalOptions& global, int& exit_code);
void add_params(const Command& program, const GlobalOptions& global, int& exit_code);
void add_tokenize(const Command& program, const GlobalOptions& global, int& exit_code);

}  // namespace folio::cli

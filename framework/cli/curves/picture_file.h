#pragma once

#include <filesystem>

#include "runs/plot/plot.h"

namespace folio::cli {

/// Throws Error (store) unless the folder is there that the file is to be in.
void require_folder_for(const std::filesystem::path& to);

/// Throws Error (usage) unless the file's ending is one of .svg, .png, .pdf and .html.
void require_picture_name(const std::filesystem::path& to);

/// Writes the plot as the file's ending says; the file appears whole, in place of one that is there. PNG and PDF are
/// made by rsvg-convert. Throws Error (usage) for another ending, (store) where the file cannot be written, (run) where
/// rsvg-convert is missing or fails.
void write_picture(const runs::Plot& plot, const std::filesystem::path& to);

}  // namespace folio::cli

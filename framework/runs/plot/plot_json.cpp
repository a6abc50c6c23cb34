#include "runs/plot/plot_json.h"

#include "formats/description_json.h"

namespace folio::runs {
namespace {

using nlohmann::json;

json curve_to_json(const PlotCurve& curve) {
  json points = json::array();
  for (const PlotPoint& point : curve.points) {
    json values{number_to_json(point.x), number_to_json(point.y)};
    if (curve.is_group()) {
      values.push_back(number_to_json(point.low));
      values.push_back(number_to_json(point.high));
      values.push_back(point.runs);
    }
    points.push_back(std::move(values));
  }
  return {{"label", curve.label},        {"color", curve.color},         {"runs", curve.runs},
          {"points", std::move(points)}, {"last_step", curve.last_step}, {"total_points", curve.total_points},
          {"thinned", curve.thinned()}};
}

}  // namespace

json to_json(const Plot& plot) {
  json curves = json::array();
  for (const PlotCurve& curve : plot.curves) curves.push_back(curve_to_json(curve));
  return {{"metric", plot.metric},           {"unit", plot.unit},           {"direction", to_string(plot.direction)},
          {"x", to_string(plot.x)},          {"x_title", plot.x_title()},   {"y_title", plot.y_title()},
          {"smoothing", plot.smoothing},     {"log_x", plot.log_x},         {"log_y", plot.log_y},
          {"grouped", plot.grouped},         {"curves", std::move(curves)}, {"notes", plot.notes},
          {"cursor", to_string(plot.cursor)}};
}

}  // namespace folio::runs
